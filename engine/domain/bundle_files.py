"""manifest.json and schema.json of a bundle, as they are written: the order of the fields is that of the files.

What is read of a manifest is `bundles.Manifest`, which knows older ones too; what bundles read of a schema is
`bundled.schema`. Light.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from ...storage.records import Json
from .bundles import BundleFile, BundleInput, BundleThreshold, Conversion, FormatFiles, InputFacts, Intervals
from .errors import Message
from .evidence import Estimate, Verdict
from .formats import BUNDLE_FORMATS


class Output(msgspec.Struct, frozen=True):
    """What a bundle predicts of N rows.

    Attributes
    ----------
    name, type : str
    shape : tuple of str or int
    """

    name: str
    type: str
    shape: tuple[str | int, ...]

    @classmethod
    def of(cls, made: Conversion) -> Output:
        """Return the output of what a conversion has written.

        Parameters
        ----------
        made : Conversion

        Returns
        -------
        Output
        """
        if made.task == "regression":
            return cls("prediction", "double", ("N",))
        return cls("probabilities", "float", ("N", len(made.labels)))


class SchemaInput(InputFacts, frozen=True, kw_only=True):
    """A raw column that predict.py reads: what a `BundleInput` says, and its place in the file.

    Attributes
    ----------
    shape : tuple of int, None or UNSET
        UNSET where it is the only input: the schema itself says it then, where the first version looks for it.
    dtype : str or UNSET
        Of arrays; UNSET where they are bytes.
    position : int
        In files without a header.
    spelling : mapping or None
        How cells may be spelled, see `bundled.spelling.Spelling`.
    """

    shape: tuple[int, ...] | UnsetType | None
    position: int
    dtype: str | UnsetType = UNSET
    spelling: Mapping[str, tuple[str, ...]] | None

    @classmethod
    def of(cls, given: BundleInput, position: int, *, is_only: bool) -> SchemaInput:
        """Return an input with its place; `is_only` where there is no other.

        Parameters
        ----------
        given : BundleInput
        position : int
        is_only : bool

        Returns
        -------
        SchemaInput
        """
        facts = msgspec.structs.asdict(given)
        del facts["shape"], facts["dtype"]
        dtype = UNSET if given.dtype == "uint8" else given.dtype
        return cls(**facts, shape=UNSET if is_only else given.shape, dtype=dtype, position=position)


class SchemaIntervals(msgspec.Struct, frozen=True):
    """Where predict.py finds the networks of the folds.

    Attributes
    ----------
    reason : Message or None
        Why there are none.
    file : str or None
    outputs : tuple of str or None
        None where there are no intervals.
    """

    reason: Message | None
    file: str | None
    outputs: tuple[str, ...] | None

    @classmethod
    def of(cls, intervals: Intervals) -> SchemaIntervals:
        """Return what is needed of the intervals.

        Parameters
        ----------
        intervals : Intervals

        Returns
        -------
        SchemaIntervals
        """
        if intervals.reason is not None:
            return cls(intervals.reason, None, None)
        return cls(None, intervals.file, intervals.outputs)


class SchemaFile(msgspec.Struct, frozen=True, kw_only=True):
    """schema.json: what predict.py needs to know of raw rows; see `bundled.schema` for what it makes of it.

    Attributes
    ----------
    format : int
        The least version whose readers predict the bundle rightly.
    images : tuple of int or None
        The shape of the only input, where that is of images.
    read : Json
        How the training data were read.
    missing, soft_missing, user_missing : tuple of str
        Spellings of a missing value: all, those that are words of their own in columns of text, those of the user.
    target_position : int or None
    target_center, target_scale : float
    n_made_up : int
        Sample rows that are made up.
    """

    format: int
    task: str
    labels: tuple[str, ...]
    threshold: BundleThreshold | None
    intervals: SchemaIntervals
    inputs: tuple[SchemaInput, ...]
    outputs: tuple[Output, ...]
    images: tuple[int, ...] | None
    read: Json
    missing: tuple[str, ...]
    soft_missing: tuple[str, ...]
    user_missing: tuple[str, ...]
    n_columns: int
    target_position: int | None
    target_center: float
    target_scale: float
    formats: Mapping[str, FormatFiles]
    n_made_up: int


class ManifestInput(msgspec.Struct, frozen=True):
    """What a manifest says of a `BundleInput`."""

    column: str
    name: str
    kind: str
    role: str
    minimum: float | None
    maximum: float | None
    n_missing: int
    date_format: str
    categories: tuple[str | int | float, ...] | None

    @classmethod
    def of(cls, given: BundleInput) -> ManifestInput:
        """Return what is said of an input.

        Parameters
        ----------
        given : BundleInput

        Returns
        -------
        ManifestInput
        """
        return cls(*(getattr(given, name) for name in cls.__struct_fields__))


class ManifestFormat(msgspec.Struct, frozen=True):
    """A format of a bundle, with what it is called before what `FormatFiles` says."""

    title: str
    number_format: str
    tolerance: float
    one_by_one: bool
    predictions: str
    files: tuple[str, ...]

    @classmethod
    def of(cls, name: str, files: FormatFiles) -> ManifestFormat:
        """Return a format by its name.

        Parameters
        ----------
        name : str
            A key of `formats.FORMATS`.
        files : FormatFiles

        Returns
        -------
        ManifestFormat
        """
        return cls(BUNDLE_FORMATS[name].title, *msgspec.structs.astuple(files))


class SampleFiles(msgspec.Struct, frozen=True):
    """The rows that a bundle is checked with, and the files with them and their predictions."""

    rows: str
    predictions: str
    n_rows: int | None


class ManifestFile(msgspec.Struct, frozen=True, kw_only=True):
    """manifest.json.

    Attributes
    ----------
    created_at : str
        ISO 8601, UTC.
    variant : Json or None
        Name and method of the compressed form that was exported.
    licence : str or None
    intervals : Json
        `Intervals.to_json`.
    corrected, verdict, looks
        What is claimed of the study's best trial, see `evidence.Claims`; UNSET where no final model is exported.
    versions : mapping of str to str
        Of what wrote the bundle.
    files : mapping of str to BundleFile
        All but the manifest itself.
    """

    kind: str
    format: int
    cupel_version: str
    created_at: str
    study: str
    trial: int
    variant: Json | None
    licence: str | None
    task: str
    labels: tuple[str, ...]
    threshold: BundleThreshold | None
    intervals: Json
    target: str
    metric: str
    n_data_rows: int
    n_networks: int
    inputs: tuple[ManifestInput, ...]
    outputs: tuple[Output, ...]
    formats: Mapping[str, ManifestFormat]
    samples: SampleFiles
    tolerance: float | None
    corrected: Estimate | UnsetType | None = UNSET
    verdict: Mapping[str, Verdict] | UnsetType = UNSET
    looks: int | UnsetType = UNSET
    versions: Mapping[str, str]
    files: Mapping[str, BundleFile] = {}
