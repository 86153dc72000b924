"""What the window asks of the engine's service, and what it answers: the jobs of the store, as types.

A job is stored as a word and JSON (`JobRecord.kind`, `args`, `result`); it becomes a type here, once, on both sides.
"""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

from ...storage.records import JobRecord
from ...storage.store import Store
from .errors import Message
from .forecasts import ForecastRequest
from .kinds import AUTO
from .spec import ReadSpec, SplitSpec, StudySpec
from .split_findings import SplitAudit
from .stored import encoded, from_builtins
from .variants import Difference

R = TypeVar("R")
Best = Literal["best"]
Mode = Literal["plans", "choose", "blame"]


class Inspect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="inspect"):
    """What is in a file?

    Attributes
    ----------
    source : str
        A path, or ``sample:NAME``.
    read, roles, target
        What the user has chosen so far.
    split : SplitSpec
        The folds that are looked at.
    kind : str
        What the data are taken for, such as ``table+text``; ``auto`` is decided from the columns.
    """

    source: str
    read: ReadSpec = ReadSpec()
    roles: dict[str, str] = {}
    target: str | None = None
    split: SplitSpec = SplitSpec()
    kind: str = AUTO


class CreateStudy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="create_study"):
    """Make a study; `warm_start` is one whose best trials it starts from."""

    source: str
    spec: StudySpec
    read: ReadSpec = ReadSpec()
    name: str = ""
    warm_start: int | None = None


class ExportTrial(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="export"):
    """Write a bundle; see `deployment.export.export_model`. An empty `out` is a folder of the workspace."""

    study_id: int
    trial: int | Best = "best"
    variant: str = ""
    formats: tuple[str, ...] = ()
    licence: str = ""
    threshold: float | str = ""
    out: str = ""


class FitThreshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="threshold"):
    """Which threshold would an export of a trial take, and what does it bring?"""

    study_id: int
    trial: int


class AuditGroups(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="audit"):
    """How does a trial treat the groups of a column? See `audit.study_audit`."""

    study_id: int
    by: str
    trial: int | Best = "best"
    positive: str = ""
    threshold: float | str = ""


class MeasureImportance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="importance"):
    """Which params do the scores of a study depend on? See `search.importance`."""

    study_id: int


class CompressTrial(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="compress"):
    """Make a trial's networks smaller.

    Attributes
    ----------
    mode : {"plans", "choose", "blame"}
        See `compression.ledger.compress`, `compression.explore.choose_variants` and `blame_layers`.
    """

    study_id: int
    trial: int | Best = "best"
    mode: Mode = "plans"
    what: tuple[str, ...] = ()
    most_drop: float = 0.01
    most_bytes: int | None = None
    most_ms: float | None = None
    timeout_s: float | None = None
    how: str = "int4"


class PredictRows(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="predict"):
    """Predict the rows of a file with a bundle; see `inference.predicting.predict_file`. `keep` has commas."""

    bundle: str
    data: str
    out: str
    interval: float | None = None
    keep: str = ""


class WriteTrials(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="write_trials"):
    """Write trials into a file, see `trial_files.write_trials`; `trial_ids` are in the order of the rows."""

    study_id: int
    trial_ids: tuple[int, ...]
    out: str


JobRequest = (
    Inspect
    | CreateStudy
    | ForecastRequest
    | ExportTrial
    | FitThreshold
    | AuditGroups
    | CompressTrial
    | MeasureImportance
    | PredictRows
    | WriteTrials
)


class CreatedStudy(msgspec.Struct, frozen=True):
    """The study, or why none was made.

    Attributes
    ----------
    study_id : int or None
        None where something serious that was found of its folds has no answer yet.
    messages : tuple of Message
        What the user should know of its data.
    split_audit : SplitAudit or None
        What was found of the folds, where no study was made.
    """

    study_id: int | None
    messages: tuple[Message, ...] = ()
    split_audit: SplitAudit | None = None


class ExportedTrial(msgspec.Struct, frozen=True):
    """The bundle's record and folder."""

    export_id: int
    path: str


class CompressedTrial(msgspec.Struct, frozen=True):
    """The variants that were measured; of a choice its name, and among how many candidates it was made."""

    trial_id: int
    variants: tuple[int, ...]
    chosen: str | None = None
    n_tried: int = 0
    nested: Difference | None = None


class WrittenTrials(msgspec.Struct, frozen=True):
    """The file that was written, and how many trials it has."""

    path: str
    n_trials: int


def add_job(store: Store, request: JobRequest) -> JobRecord:
    """Record a request as a job that waits.

    Parameters
    ----------
    store : Store
    request : JobRequest

    Returns
    -------
    JobRecord
    """
    built = encoded(request)
    return store.add_job(str(built.pop("type")), built)


def kind_of(asks: type[JobRequest]) -> str:
    """Return the word that the jobs of a type of request are stored under.

    Parameters
    ----------
    asks : type

    Returns
    -------
    str
    """
    return str(asks.__struct_config__.tag)


def request_of(job: JobRecord) -> JobRequest:
    """Return what a job asks.

    Parameters
    ----------
    job : JobRecord

    Returns
    -------
    JobRequest

    Raises
    ------
    msgspec.ValidationError
        Where it is no request that this version knows.
    SpecError
        Where a setting in it is out of range.
    """
    return from_builtins(JobRequest, {**job.args, "type": job.kind})  # type: ignore[arg-type] - a union


def result_of(job: JobRecord, kind: type[R]) -> R:
    """Return what a job that is done has answered.

    Parameters
    ----------
    job : JobRecord
    kind : type

    Returns
    -------
    instance of `kind`
    """
    return from_builtins(kind, job.result)
