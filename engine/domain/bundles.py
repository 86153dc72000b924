"""What bundles and their certificates say, as types: manifest.json, certificate.json, and what a conversion answers.

`deployment` writes them, the store keeps certificate and manifest of an export; window, terminal and inference read.
Bundles of older versions lack keys; the defaults say so. Light.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ...storage.records import ExportRecord
from .errors import Message
from .params import Params
from .stored import decoded, encoded
from .thresholds import Threshold


class InputFacts(msgspec.Struct, frozen=True):
    """What is known of a raw column that a bundle takes, wherever it is told.

    Attributes
    ----------
    column, name : str
        Of the data, and of the input of the graph.
    kind, role : str
        See `data.schema.ColumnSchema`.
    minimum, maximum : float or None
        In the data, of numbers.
    n_missing : int
    date_format : str
    date_pattern : str
        As `strptime` takes it.
    day_first : bool
    categories : tuple or None
        All of the data, or those with a code of their own where they are very many; None where it has none.
    """

    column: str
    name: str
    kind: str
    role: str
    minimum: float | None
    maximum: float | None
    n_missing: int
    date_format: str
    date_pattern: str
    day_first: bool
    categories: tuple[str | int | float, ...] | None


class BundleInput(InputFacts, frozen=True):
    """A raw column that a bundle takes.

    Attributes
    ----------
    shape : tuple of int or None
        Of each cell's array; None where cells are none.
    dtype : str
        Of it.
    spelling : mapping or None
        How cells may be spelled, see `bundled.spelling.Spelling`; None of versions 0.1 and 0.2.
    """

    shape: tuple[int, ...] | None = None
    dtype: str = "uint8"
    spelling: Mapping[str, tuple[str, ...]] | None = None


class FormatFiles(msgspec.Struct, frozen=True):
    """A format of a bundle, and what its programs must predict; see `bundled.checking.check`.

    Attributes
    ----------
    number_format : str
    tolerance : float
    one_by_one : bool
        Whether rows are predicted by themselves.
    predictions : str
        File with what it must predict of the sample rows.
    files : tuple of str
        Of the format itself.
    """

    number_format: str
    tolerance: float
    one_by_one: bool
    predictions: str
    files: tuple[str, ...]


class FoldNetworkFiles(msgspec.Struct, frozen=True):
    """Where a bundle has the networks of the folds.

    Attributes
    ----------
    file : str or None
    outputs : tuple of str
        What predictions of single networks are called in the graph.
    reason : Message or None
        Why there are none.
    """

    file: str | None = None
    outputs: tuple[str, ...] = ()
    reason: Message | None = None


class Conversion(msgspec.Struct, frozen=True):
    """What a conversion has written.

    Attributes
    ----------
    task, family : str
    labels : tuple of str
    params : mapping
    n_networks, n_parameters : int
        Parameters are those of one network.
    target_center, target_scale : float
        Means over the networks.
    inputs : tuple of BundleInput
    n_made_up : int
        Sample rows that are made up.
    formats : mapping of str to FormatFiles
        ONNX first.
    folds : FoldNetworkFiles or None
        None where none were asked for.
    network_inputs : tuple of str
        Of the network without its preprocessing.
    versions : mapping of str to str
    seconds : float
    """

    task: str
    labels: tuple[str, ...]
    family: str
    params: Params
    n_networks: int
    n_parameters: int
    target_center: float
    target_scale: float
    inputs: tuple[BundleInput, ...]
    n_made_up: int
    formats: Mapping[str, FormatFiles]
    folds: FoldNetworkFiles | None
    network_inputs: tuple[str, ...]
    versions: Mapping[str, str]
    seconds: float


class Coverage(msgspec.Struct, frozen=True):
    """How many targets of rows that nothing was fitted on lie inside the intervals or sets of a level.

    Attributes
    ----------
    level : float
        What was asked for, in (0, 1).
    proven : float
        See `statistics.conformal.proven_coverage`.
    n_rows, n_inside : int
    share, low, high : float
        ``n_inside / n_rows``, with Wilson's 95 % interval.
    size : float
        The mean width of the intervals, in units of the target; of sets, the mean number of classes.
    """

    level: float
    proven: float
    n_rows: int
    n_inside: int
    share: float
    low: float
    high: float
    size: float


class Intervals(msgspec.Struct, frozen=True, omit_defaults=True):
    """The prediction intervals, or sets of classes, of a bundle.

    Attributes
    ----------
    reason : Message or None
        Why there are none.
    file : str or None
        With the networks of the folds.
    outputs : tuple of str
    n_rows, n_folds, n_repeats : int
        Rows that they are made of, in each repeat.
    split : str
        Kind of the folds.
    size_bytes : int
        Of what lies in the bundle for them alone.
    coverage : tuple of Coverage
        Of some levels; none without a holdout.
    """

    reason: Message | None = None
    file: str | None = None
    outputs: tuple[str, ...] = ()
    n_rows: int = 0
    n_folds: int = 0
    n_repeats: int = 0
    split: str = ""
    size_bytes: int = 0
    coverage: tuple[Coverage, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return what stands in manifest.json: of intervals that there are all, else the reason alone."""
        if self.reason is not None:
            return {"reason": self.reason.to_json(), "file": None}
        return {"reason": None, "outputs": [], "coverage": [], **encoded(self)}


class BundleThreshold(Threshold, frozen=True, kw_only=True):
    """The threshold of a bundle, with the class that is said above it."""

    label: str


class DifferentRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sample row that a bundle predicts otherwise.

    Attributes
    ----------
    expected, found : tuple
        Outputs as they are stored and as they came out, after the class where that differs; of another number of rows
        or outputs, the shapes.
    row : int
        From 1; 0 where it is none.
    """

    expected: tuple[str | int | float, ...]
    found: tuple[str | int | float, ...]
    row: int = 0


class FoldsCheck(msgspec.Struct, frozen=True):
    """How far the networks of the folds differ from what is stored of them."""

    n_rows: int
    max_abs_difference: float | None


class RawCheck(msgspec.Struct, frozen=True):
    """Whether the first rows of the training file give, as bytes, what is stored of them."""

    n_rows: int
    max_abs_difference: float | None
    passed: bool


class FormatCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the check of one format gave; see `bundled.checking.check`.

    Attributes
    ----------
    passed : bool
    n_rows, n_made_up : int or None
    number_format : str
    max_abs_difference, tolerance : float or None
    tolerance_kind : {"", "absolute", "relative"}
    agreement : float or None
        Share of the rows with the same class.
    rows : tuple of DifferentRow
        The first that differ.
    intervals : FoldsCheck or None
    raw : RawCheck or None
        None where the training file was not predicted.
    environment : mapping of str to str
        Versions of what ran it, and of the system.
    modules : tuple of str
        Packages that were imported in its process.
    seconds : float or None
    format : str
        Its name.
    """

    passed: bool
    n_rows: int | None = None
    n_made_up: int | None = None
    number_format: str = "float32"
    max_abs_difference: float | None = None
    tolerance: float | None = None
    tolerance_kind: str = ""
    agreement: float | None = None
    rows: tuple[DifferentRow, ...] = ()
    intervals: FoldsCheck | None = None
    raw: RawCheck | None = None
    environment: Mapping[str, str] = {}
    modules: tuple[str, ...] = ()
    seconds: float | None = None
    format: str = ""

    def to_json(self) -> dict[str, object]:
        """Return what certificate.json says of it."""
        always: dict[str, object] = {
            "max_abs_difference": None, "tolerance": None, "rows": [], "number_format": "float32", "modules": [],
        }  # fmt: skip
        return {**always, **encoded(self)}


class Certificate(FormatCheck, frozen=True, kw_only=True, omit_defaults=True):
    """Whether all formats of a bundle give the stored predictions; its own figures are those of the first format.

    Attributes
    ----------
    passed : bool
        Also False where there is no certificate.
    failed : str
        The first format that did not pass, of which the `rows` are then; empty where all did.
    formats : mapping of str to FormatCheck
    conversion_seconds : float or None
        None where a bundle was verified.
    not_checked : tuple of str or None
        Formats that nothing here can run; None of an export, which checks all.
    raw_left_out : Message or None
        Why the bytes of the training file were not predicted, where an export could not.
    """

    passed: bool = False
    failed: str = ""
    formats: Mapping[str, FormatCheck] = {}
    conversion_seconds: float | None = None
    not_checked: tuple[str, ...] | None = None
    raw_left_out: Message | None = None

    @classmethod
    def of(cls, export: ExportRecord) -> Certificate:
        """Return the certificate of an export.

        Parameters
        ----------
        export : ExportRecord

        Returns
        -------
        Certificate

        Raises
        ------
        WorkspaceError
            Where what is stored is none.
        """
        of = Message("The certificate of the export to {path}", {"path": export.path})
        return decoded(cls, export.certificate, of)

    def to_json(self) -> dict[str, object]:
        """Return what certificate.json says."""
        checks = {name: check.to_json() for name, check in self.formats.items()}
        return {**super().to_json(), "passed": self.passed, "formats": checks}


class BundleFile(msgspec.Struct, frozen=True):
    """A file of a bundle; None where the manifest does not say."""

    sha256: str | None = None
    size_bytes: int | None = None


class BundleVariant(msgspec.Struct, frozen=True):
    """Which compressed form of a trial's networks a bundle has; its manifest says how that was made, too."""

    name: str


class Manifest(msgspec.Struct, frozen=True):
    """What is read of manifest.json; `deployment.assembly` writes more.

    Attributes
    ----------
    format : int
        Of the bundle; newer programs read older ones.
    study : str
    trial : int or None
    variant : BundleVariant or None
        None of networks as they were trained.
    task, target : str
    metric : str
        That the study was judged by; empty of bundles from before it was told.
    n_data_rows : int
        Of the data that the study was made on; 0 where it is not told.
    labels : tuple of str
        Empty of a regression.
    n_networks : int
    threshold : BundleThreshold or None
        Of two classes.
    intervals : Intervals or None
        None of bundles from before there were any.
    formats : mapping
        By name; empty of bundles from before there were several.
    files : mapping of str to BundleFile
    """

    format: int = 0
    study: str = ""
    trial: int | None = None
    variant: BundleVariant | None = None
    task: str = ""
    target: str = ""
    metric: str = ""
    n_data_rows: int = 0
    labels: tuple[str, ...] = ()
    n_networks: int = 0
    threshold: BundleThreshold | None = None
    intervals: Intervals | None = None
    formats: Mapping[str, object] = {}
    files: Mapping[str, BundleFile] = {}

    @classmethod
    def of(cls, export: ExportRecord) -> Manifest:
        """Return the manifest of an export; an empty one where none was written.

        Parameters
        ----------
        export : ExportRecord

        Returns
        -------
        Manifest

        Raises
        ------
        WorkspaceError
            Where what is stored is none.
        """
        return decoded(
            cls, export.manifest, Message("The manifest of the export to {path}", {"path": export.path})
        )


class Contents(msgspec.Struct, frozen=True):
    """What a bundle that is being made holds.

    Attributes
    ----------
    conversion : Conversion
    threshold : BundleThreshold or None
        Of two classes.
    intervals : Intervals
    """

    conversion: Conversion
    threshold: BundleThreshold | None
    intervals: Intervals
