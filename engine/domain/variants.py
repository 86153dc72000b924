"""What a compressed form of a trial's networks is, costs and gains, as types.

`compression` measures, the store keeps `method` and `measures` of a variant; window, terminal and bundles read them.
What version 0.1.0 or an older schema did not record is None or empty. Light.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ...storage.records import VariantRecord
from .errors import Message
from .stored import decoded, encoded


class Difference(msgspec.Struct, frozen=True):
    """The mean of paired differences, and its 95 % interval."""

    mean: float
    low: float
    high: float


class FittedThreshold(msgspec.Struct, frozen=True):
    """A decision threshold that was fitted, and what fitting one brings on rows that the fit has not seen."""

    value: float
    gain: Difference


class LayerWeights(msgspec.Struct, frozen=True):
    """The weights of a layer before and after compression.

    Attributes
    ----------
    layer : str
    n_weights : int
    sparsity : float
        Fraction of zeros.
    most : float
        The histograms span -most to most.
    before, after : tuple of int
        Counts of bins of equal width.
    """

    layer: str
    n_weights: int
    sparsity: float
    most: float
    before: tuple[int, ...]
    after: tuple[int, ...]


class RowTimes(msgspec.Struct, frozen=True):
    """Median and 95th percentile of the milliseconds that 1 and 256 rows take."""

    p50_ms_1: float
    p95_ms_1: float
    p50_ms_256: float
    p95_ms_256: float


class RuntimeFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """The file of a runtime.

    Attributes
    ----------
    problem : str
        Why there is none; empty where there is.
    size_bytes, zip_bytes : int or None
    most_difference : float or None
        From the outputs of the network itself.
    holdout : float or None
        The study's metric of the mean of all networks.
    p50_ms_1, p95_ms_1, p50_ms_256, p95_ms_256 : float or None
        See `RowTimes`.
    """

    problem: str = ""
    size_bytes: int | None = None
    zip_bytes: int | None = None
    most_difference: float | None = None
    holdout: float | None = None
    p50_ms_1: float | None = None
    p95_ms_1: float | None = None
    p50_ms_256: float | None = None
    p95_ms_256: float | None = None


class VariantLimits(msgspec.Struct, frozen=True):
    """What the user sets: the loss, the bytes of the file, and the milliseconds of one row; None is no limit."""

    most_drop: float = 0.01
    most_bytes: int | None = None
    most_ms: float | None = None


class CandidateEstimate(msgspec.Struct, frozen=True):
    """What the search among forms took a candidate to be, before its file was written."""

    drop: float
    size_bytes: int
    latency_ms: float


class ChoiceFacts(msgspec.Struct, frozen=True):
    """How a form was chosen among others.

    Attributes
    ----------
    limits : VariantLimits
    is_zipped : bool
        Whether bytes are those of zipped files.
    nested : Difference or None
        What the way of choosing loses on folds that it has not looked at; None where nothing could be chosen.
    n_tried, n_ruled_out, n_failed : int
    estimate : CandidateEstimate
    """

    limits: VariantLimits
    is_zipped: bool
    nested: Difference | None
    n_tried: int
    n_ruled_out: int
    n_failed: int
    estimate: CandidateEstimate


class Blame(msgspec.Struct, frozen=True):
    """What a layer costs when it alone is compressed.

    Attributes
    ----------
    layer : str
    drop : float
        Mean over the folds that were scored; positive is a loss.
    n_weights : int
    spared_bytes : int
        That compressing the layer takes from the file; of sparse layers zipped, as an estimate.
    """

    layer: str
    drop: float
    n_weights: int
    spared_bytes: int


class RescueStep(msgspec.Struct, frozen=True):
    """A layer that was spared, and what is lost with it and those before it spared."""

    layer: str
    drop: float


class Rescue(msgspec.Struct, frozen=True):
    """Which layers to spare: as few bytes as the greedy order finds, with all folds within the limit.

    Attributes
    ----------
    spared : tuple of str
    drop : float
        Of all folds.
    drop_of_all : float
        With no layer spared.
    steps : tuple of RescueStep
    is_within : bool
        The limit.
    """

    spared: tuple[str, ...]
    drop: float
    drop_of_all: float
    steps: tuple[RescueStep, ...]
    is_within: bool


class BlamedLayers(msgspec.Struct, frozen=True):
    """What was found of the layers.

    Attributes
    ----------
    blame : tuple of Blame
    n_folds : int
        On how many folds the layers were scored.
    rescue : Rescue
    """

    blame: tuple[Blame, ...]
    n_folds: int
    rescue: Rescue


class BlameFacts(BlamedLayers, frozen=True, kw_only=True):
    """The same with what was asked.

    Attributes
    ----------
    how : {"int8", "int4", "sparse"}
    sparsity : float
        Of ``sparse``: the fraction of a layer's weights that become 0.
    most_drop : float
        The limit.
    """

    how: str
    sparsity: float
    most_drop: float


class VariantMethod(msgspec.Struct, frozen=True):
    """What was done to the networks.

    Attributes
    ----------
    network : str
        Name of the `compression_plan.CompressionPlan`.
    sparsity : float
        Fraction of zeros.
    scope : {"", "global", "layer", "2:4"}
        Of the zeros.
    structured : float
        Fraction of the units of every hidden layer that are gone.
    quantization : str
        The number format; empty for float32.
    distilled : bool
        Whether it learned from the trial's networks.
    trained_bits : int
        To which weights were rounded while it trained on; 0 for not at all.
    float_layers : tuple of str
        Layers whose weights stay floats.
    """

    network: str = ""
    sparsity: float = 0.0
    scope: str = ""
    structured: float = 0.0
    quantization: str = ""
    distilled: bool = False
    trained_bits: int = 0
    float_layers: tuple[str, ...] = ()

    @classmethod
    def of(cls, variant: VariantRecord) -> VariantMethod:
        """Return what was done to a variant's networks.

        Parameters
        ----------
        variant : VariantRecord

        Returns
        -------
        VariantMethod

        Raises
        ------
        WorkspaceError
            Where what is stored is no such type.
        """
        return decoded(
            cls, variant.method, Message("The method of the variant {variant!r}", {"variant": variant.name})
        )

    @property
    def number_format(self) -> str:
        """The number format of the networks' file."""
        return self.quantization or "float32"


class VariantMeasures(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a variant costs and gains.

    Attributes
    ----------
    drop : Difference or None
        What it loses on the same folds against `against`; positive is a loss.
    drop_from_trial : Difference or None
        Against the trial's networks as they are.
    against : {"", "base", "control"}
    holdout : float or None
        The study's metric.
    n_parameters : int or None
    sparsity : float or None
        Fraction of zeros.
    model_sha256 : str
        Artifact with its networks; empty where they were not kept.
    layers : tuple of LayerWeights
    forms : mapping of str to RuntimeFile
        By runtime.
    threshold : FittedThreshold or None
        Of two classes.
    choice : ChoiceFacts or None
        Where it was chosen among others.
    blame : BlameFacts or None
        Where its layers were compressed one by one.
    verdict : Message or None
        What the figures mean.
    """

    drop: Difference | None = None
    drop_from_trial: Difference | None = None
    against: str = ""
    holdout: float | None = None
    n_parameters: int | None = None
    sparsity: float | None = None
    model_sha256: str = ""
    layers: tuple[LayerWeights, ...] = ()
    forms: Mapping[str, RuntimeFile] = {}
    threshold: FittedThreshold | None = None
    choice: ChoiceFacts | None = None
    blame: BlameFacts | None = None
    verdict: Message | None = None

    @classmethod
    def of(cls, variant: VariantRecord) -> VariantMeasures:
        """Return the measures of a variant.

        Parameters
        ----------
        variant : VariantRecord

        Returns
        -------
        VariantMeasures

        Raises
        ------
        WorkspaceError
            Where what is stored are none.
        """
        of = Message("The measures of the variant {variant!r}", {"variant": variant.name})
        return decoded(cls, variant.measures, of)

    def to_json(self) -> dict[str, object]:
        """Return what is stored; of the holdout also that there is none."""
        return {"holdout": None, "layers": [], **encoded(self)}


class Sizes(msgspec.Struct, frozen=True):
    """What the file of a form takes.

    Attributes
    ----------
    size_bytes, zip_bytes : int
    latency_ms, batch_latency_ms : float
        Medians of one row and of 256.
    """

    size_bytes: int
    zip_bytes: int
    latency_ms: float
    batch_latency_ms: float

    @classmethod
    def of(cls, variant: VariantRecord) -> Sizes | None:
        """Return those of a variant; None where they were not all measured.

        Parameters
        ----------
        variant : VariantRecord

        Returns
        -------
        Sizes or None
        """
        size, zipped = variant.size_bytes, variant.zip_bytes
        one, batch = variant.latency_ms, variant.batch_latency_ms
        if size is None or zipped is None or one is None or batch is None:
            return None
        return cls(size, zipped, one, batch)
