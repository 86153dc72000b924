"""What the children of a compression are asked, and what they answer. Light: they alone import TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..domain.compression_plan import Plan
from ..domain.errors import CompressionError, Message
from ..domain.variants import (
    BlamedLayers,
    BlameFacts,
    ChoiceFacts,
    FittedThreshold,
    LayerWeights,
    RowTimes,
    VariantLimits,
)
from ..jobs.child import Job

_SILENT_S = 1800.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What is compressed.

    Attributes
    ----------
    workspace : str
    study_id : int
    folder : str
        Where files are left for the parent.
    model : str
        The file of the trial's fold networks.
    """

    workspace: str
    study_id: int
    folder: str
    model: str


@dataclass(frozen=True, slots=True)
class Trained:
    """What is to be told of networks whose files can be written.

    Attributes
    ----------
    failure : Message or None
        Why there are none.
    choice : ChoiceFacts or None
    blame : BlameFacts or None
        How they were found, for the measures of the variant.
    """

    failure: Message | None = None
    choice: ChoiceFacts | None = None
    blame: BlameFacts | None = None


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """Plans to train, each to the file ``<first + place>.npz``."""

    subject: Subject
    plans: tuple[str, ...]
    n_epochs: int
    first: int


class TrainedPlan(msgspec.Struct, frozen=True):
    """A plan that was trained, or failed; `place` counts the request's plans."""

    place: int
    trained: Trained


@dataclass(frozen=True, slots=True)
class VariantFile:
    """A file to be written of networks.

    Attributes
    ----------
    name : str
        Of the file, without its ending.
    model : str
        File of the networks, in the folder.
    number_format, runtime : str
    form : str
        What the window calls it while it is written.
    floats : tuple of str
        Layers whose weights stay floats.
    """

    name: str
    model: str
    number_format: str
    runtime: str
    form: str
    floats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConvertRequest:
    """Files to be written and scored, one after the other."""

    subject: Subject
    conversions: tuple[VariantFile, ...]


class Begun(msgspec.Struct, frozen=True, tag="begun"):
    """The conversion of this name has begun: what kills the process now is its fault."""

    name: str


class Written(msgspec.Struct, frozen=True, tag="written"):
    """A file that was written and scored on the validation rows of its fold, or why there is none.

    Attributes
    ----------
    name : str
        Of the conversion.
    problem : str
        Empty where it was written.
    file : str
        In the folder.
    scores : tuple
        Of each fold, the metrics of `metrics`.
    most_difference : float
        From the outputs of the network itself.
    holdout : float or None
        The study's metric of the mean of all networks.
    threshold : FittedThreshold or None
        Of two classes.
    n_parameters, sparsity, layers
        Of ONNX files; see `layers.describe_layers`.
    """

    name: str
    problem: str = ""
    file: str = ""
    size_bytes: int = 0
    zip_bytes: int = 0
    metrics: tuple[str, ...] = ()
    scores: tuple[tuple[float, ...], ...] = ()
    most_difference: float = 0.0
    holdout: float | None = None
    threshold: FittedThreshold | None = None
    n_parameters: int = 0
    sparsity: float = 0.0
    layers: tuple[LayerWeights, ...] = ()


@dataclass(frozen=True, slots=True)
class LatencyRequest:
    """Files in a folder that are to be timed with its ``rows.npz``."""

    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChooseRequest:
    """A search among ways to compress; see `explore.choose_variants`."""

    subject: Subject
    n_epochs: int
    n_rounds: int
    timeout_s: float
    is_zipped: bool
    limits: VariantLimits


@dataclass(frozen=True, slots=True)
class FrontForm:
    """A form of the front: its networks are in the file `model` of the folder."""

    plan: Plan
    number_format: str
    model: str
    drop: float
    size_bytes: int
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the search found.

    Attributes
    ----------
    nested : tuple of float
        By fold, see `choose.nested_losses`.
    """

    candidates: tuple[FrontForm, ...]
    n_tried: int
    n_ruled_out: int
    n_failed: int
    nested: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BlameRequest:
    """Layers to be compressed one by one; see `explore.blame_layers`."""

    subject: Subject
    number_format: str
    sparsity: float
    most_drop: float


TRAIN = Job(
    "cupel.engine.compression.train:train",
    type(None),
    failed=Message("The networks could not be trained on: {reason}"),
    late=Message("The networks could not be trained on: it took longer than {seconds} s."),
    error=CompressionError,
    silence_s=3600.0,
    part=TrainedPlan,
)
CONVERT = Job(
    "cupel.engine.compression.convert:convert",
    type(None),
    failed=Message("The networks could not be converted: {reason}"),
    late=Message("It took longer than {seconds} s."),
    error=CompressionError,
    silence_s=600.0,
    part=Begun | Written,
)
LATENCY = Job(
    "cupel.engine.compression.latency:time_files",
    dict[str, RowTimes],
    failed=Message("The variants could not be timed: {reason}"),
    late=Message("The variants could not be timed: it took longer than {seconds} s."),
    error=CompressionError,
    limit_s=600.0,
)
CHOOSE = Job(
    "cupel.engine.compression.choose:choose",
    Chosen,
    failed=Message("The search among compressed networks ended: {reason}"),
    late=Message("The search among compressed networks ended: it took longer than {seconds} s."),
    error=CompressionError,
    silence_s=_SILENT_S,
)
BLAME = Job(
    "cupel.engine.compression.blame:blame",
    BlamedLayers,
    failed=Message("The search among compressed networks ended: {reason}"),
    late=Message("The search among compressed networks ended: it took longer than {seconds} s."),
    error=CompressionError,
    silence_s=_SILENT_S,
)
