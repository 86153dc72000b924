"""What the store says: frozen records, and the few words (states, kinds, requests) that they use.

Anyone may import this module: it needs the standard library and NumPy only. Arrays inside records are
read-only. A record is a copy of what was committed when it was read; it never changes and never reaches back
to the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from .messages import Message
from .ranking import Direction, Rank, rank
from .trial_columns import TrialMeasures

Json: TypeAlias = Mapping[str, Any]
S = TypeVar("S")
Floats: TypeAlias = NDArray[np.float32]


class StudyState(StrEnum):
    """Where a study is. DRAFT is the user's; every other state is written by the study's engine process."""

    DRAFT = "draft"
    # Asked to run, waits for another study of this workspace.
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    # The search is over; final fit, holdout and export are under way.
    FINISHING = "finishing"
    DONE = "done"
    # The user stopped it; what it found is finished and kept.
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_ended(self) -> bool:
        """Whether the study has come to an end, from which it goes on only where it is told to."""
        return self in (StudyState.DONE, StudyState.STOPPED, StudyState.FAILED)


class Stage(StrEnum):
    """What the engine of a study is doing, in the order in which it comes; written by that engine."""

    # For another study of this workspace to end.
    WAITING = "waiting"
    # The data; the folds are drawn where they have not been yet.
    READING = "reading"
    # Worker processes start and import TensorFlow.
    WORKERS = "workers"
    # Baselines, and trials until one is complete.
    FIRST_TRIAL = "first_trial"
    SEARCH = "search"
    # Its choice, and the scores on the holdout.
    FINAL_MODEL = "final_model"
    EXPORT = "export"


class Request(StrEnum):
    """What the user wants of a study; the study's engine polls it."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


class TrialState(StrEnum):
    """Optuna's states of a trial."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAIL = "fail"

    @property
    def is_finished(self) -> bool:
        """Whether the trial can no longer change."""
        return self in (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


class TrialKind(StrEnum):
    """Who asked for a trial: the sampler, the engine (a baseline), or the user."""

    SEARCH = "search"
    BASELINE = "baseline"
    MANUAL = "manual"


NETWORKS = (TrialKind.SEARCH, TrialKind.MANUAL)
"""The kinds of trials that are networks."""


class FailureKind(StrEnum):
    """Why a trial, job or study failed."""

    # NaN or infinite loss.
    DIVERGED = "diverged"
    OUT_OF_MEMORY = "out_of_memory"
    # Its worker process died.
    KILLED = "killed"
    # No sign of life for longer than the limit.
    HUNG = "hung"
    # The user skipped it.
    SKIPPED = "skipped"
    # Larger than the user allows; never trained.
    RULED_OUT = "ruled_out"
    BAD_INPUT = "bad_input"
    # What is stored of it cannot be read; whatever it had ended as.
    DAMAGED = "damaged"
    # Anything else, see the traceback.
    ERROR = "error"


class JobState(StrEnum):
    """Where a job (a short piece of engine work that the window asked for) is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed, for the user and for the log.

    Attributes
    ----------
    kind : FailureKind
    message : str
        One sentence for the user, in English: what happened and what to do.
    traceback : str
        Empty where there was none.
    template, args : str, Json
        The sentence before its values were filled in (``template.format(**args) == message``), for
        translation; an empty template where the sentence has none.
    """

    kind: FailureKind
    message: str
    traceback: str = ""
    template: str = ""
    args: Json = field(default_factory=dict[str, Any])

    @classmethod
    def of(cls, kind: FailureKind, sentence: Message, traceback: str = "") -> Failure:
        """Return the failure that a sentence tells.

        Parameters
        ----------
        kind : FailureKind
        sentence : Message
        traceback : str

        Returns
        -------
        Failure
        """
        return cls(kind, sentence.text, traceback, sentence.template, dict(sentence.args))

    @property
    def sentence(self) -> Message:
        """What it tells the user."""
        return (
            Message(self.template, self.args) if self.template else Message("{text}", {"text": self.message})
        )


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A data set as it was read once; its cells are the Parquet artifact ``table_sha256``."""

    id: int
    # sha256 of the parsed cells and column types: equal digests are equal data.
    digest: str
    name: str
    # Path or description of where it came from.
    source: str
    created_at: datetime
    n_rows: int
    n_columns: int
    # engine.data.schema.TableSchema as JSON: columns with kind and role, read options.
    schema: Json
    # engine.inspection.report.DataReport as JSON.
    report: Json
    table_sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """One search: what was asked, and where it stands."""

    id: int
    name: str
    dataset_id: int | None
    # engine.domain.spec.StudySpec as JSON.
    spec: Json
    metric: str
    direction: Direction
    # One of "binary", "multiclass" and "regression".
    task: str
    state: StudyState
    request: Request
    # None: as the spec says.
    n_workers_requested: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    # Active seconds so far (pauses and dead time left out).
    elapsed_s: float
    heartbeat_at: datetime | None
    engine_pid: int | None
    # Artifact with the stored splits.
    split_sha256: str | None
    # Trial number of the best COMPLETE search trial.
    best_trial: int | None
    best_value: float | None
    # What the end of the search found: holdout scores, choice of final model, corrected score.
    result: Json
    failure: Failure | None
    notes: str
    tags: tuple[str, ...]
    pinned: bool
    archived: bool
    # But for baselines.
    n_trials: Mapping[TrialState, int] = field(default_factory=dict[TrialState, int])
    # Name of the best baseline.
    best_baseline: str | None = None
    best_baseline_value: float | None = None
    # None where no engine has it.
    stage: Stage | None = None
    # Of the failed trials: those that a limit ruled out before they were trained.
    n_ruled_out: int = 0
    # Names the rows held out; empty for none, None where it is not known yet.
    holdout_digest: str | None = None
    # At those rows, by whichever study.
    n_looks: int = 0
    # Trials that the user asked for and no engine has taken up.
    n_requested: int = 0
    # Of the store, when this study's row was last changed.
    revision: int = 0


@dataclass(frozen=True, slots=True)
class DamagedStudy:
    """A study of which something cannot be read.

    Attributes
    ----------
    id : int
    name : str
    archived : bool
    problem : Failure
        What is damaged.
    """

    id: int
    name: str
    archived: bool
    problem: Failure


@dataclass(frozen=True, slots=True)
class StudyList(Generic[S]):
    """The studies of a workspace, for whoever lists them: damage to one hides none of the others.

    Attributes
    ----------
    studies : tuple
        Of `StudyRecord`, or of what was read from each; pinned and newest first.
    damaged : tuple of DamagedStudy
        In the same order.
    """

    studies: tuple[S, ...]
    damaged: tuple[DamagedStudy, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """A trial that the user asks for, until the study's engine takes it up.

    Attributes
    ----------
    id, study_id : int
    family : str
    params : Json
        What its network is to be built from.
    user_attrs : Json
        engine.domain.trial_facts.TrialFacts as JSON.
    created_at : datetime
    """

    id: int
    study_id: int
    family: str
    params: Json
    user_attrs: Json
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TrialRecord(TrialMeasures):
    """One parameter set and what came of it.

    Attributes
    ----------
    number : int
        From 0 for search trials, in the order asked; baselines are numbered from -1 downwards.
    value, value_std : float or None
        Mean and standard deviation (``ddof=1``) of the study's metric over the replicas (folds × repeats).
    digests : Json
        ``data``, ``split``, ``preprocessing``, ``metric``: only trials with equal data, split and metric
        digests may be ranked with one another.
    """

    id: int
    study_id: int
    number: int
    kind: TrialKind
    # Of a baseline ("majority", "linear", "hist_gradient_boosting"); empty otherwise.
    name: str
    # Model family, "mlp"; of a baseline "baseline".
    family: str
    params: Json
    state: TrialState
    value: float | None
    value_std: float | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    # Epochs done so far by the slowest replica.
    epoch: int | None
    # Epochs at most.
    n_epochs: int | None
    worker: str | None
    digests: Json
    user_attrs: Json
    failure: Failure | None
    notes: str
    tags: tuple[str, ...]
    pinned: bool
    archived: bool
    # "skip" once the user asked for it.
    requested: str | None = None
    # Of the store, when this trial was last changed.
    revision: int = 0
    # Artifact with its fold networks, where they were kept.
    model_sha256: str | None = None
    # Number of an equal trial whose result this one has.
    same_as: int | None = None

    def rank(self, direction: Direction, value: float | None = None) -> Rank:
        """Return its place among trials, see `ranking.rank`.

        Parameters
        ----------
        direction : Direction
            Of its study.
        value : float, optional
            What it scored where that is not its own `value`: over more folds, for instance.

        Returns
        -------
        Rank
        """
        return rank(direction, self.value if value is None else value, self.n_parameters, self.number)


@dataclass(frozen=True, slots=True)
class FoldScores:
    """Scores of every metric on every replica of a trial.

    Attributes
    ----------
    metrics : tuple of str
    values : ndarray of shape (n_replicas, n_metrics), float64
        Replica ``repeat * n_folds + fold``.
    best_epochs : ndarray of shape (n_replicas,), int64
        The 0-based epoch whose weights were kept; -1 where there are no epochs.
    """

    metrics: tuple[str, ...]
    values: NDArray[np.float64]
    best_epochs: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Curves:
    """Learning curves of every replica of a trial.

    Attributes
    ----------
    names : tuple of str
        For instance ``("train_loss", "valid_loss", "valid_accuracy")``.
    values : ndarray of shape (n_replicas, n_epochs, n_names), float32
        NaN where a replica had already stopped.
    """

    names: tuple[str, ...]
    values: Floats


@dataclass(frozen=True, slots=True)
class TrialOutcome(TrialMeasures):
    """How a trial ended: all that `Store.finish_trial` commits at once. A measure of None keeps what was recorded last.

    Attributes
    ----------
    state : TrialState
        COMPLETE (then `value` is a number, never NaN), PRUNED or FAIL (then `failure` says why).
    scores : FoldScores or None
    curves : Curves or None
        None keeps the curves that were recorded while the trial ran.
    oof : ndarray of shape (n_rows, ...) or (n_replicas, n_rows, ...), float32, or None
        Out-of-fold predictions.
    epoch : int or None
        Epochs done by the slowest replica; None keeps what was recorded last.
    user_attrs : Json
        Added to those given when the trial was created.
    model_sha256 : str or None
        Artifact with its fold networks.
    same_as : int or None
        Number of the equal trial that this is the result of.
    """

    state: TrialState
    value: float | None = None
    value_std: float | None = None
    scores: FoldScores | None = None
    curves: Curves | None = None
    oof: Floats | None = None
    epoch: int | None = None
    failure: Failure | None = None
    user_attrs: Json = field(default_factory=dict[str, Any])
    model_sha256: str | None = None
    same_as: int | None = None


@dataclass(frozen=True, slots=True)
class TrialTable:
    """All trials of a study, one array or tuple of length n per column, ordered by id.

    A missing float is NaN, a missing int is -1, a missing word is empty. Times are seconds since 1970, UTC.
    """

    # Of the store when the table was read: pass it as `since_revision` to read what came later.
    revision: int
    ids: NDArray[np.int64]
    numbers: NDArray[np.int64]
    # Values of TrialKind.
    kinds: NDArray[np.str_]
    # Values of TrialState.
    states: NDArray[np.str_]
    families: NDArray[np.str_]
    names: NDArray[np.str_]
    values: NDArray[np.float64]
    stds: NDArray[np.float64]
    created_s: NDArray[np.float64]
    started_s: NDArray[np.float64]
    finished_s: NDArray[np.float64]
    epochs: NDArray[np.int64]
    n_epochs: NDArray[np.int64]
    # The way in which the score was taken, of the trial's digests.
    scorings: NDArray[np.str_]
    pinned: NDArray[np.bool_]
    archived: NDArray[np.bool_]
    # None where the trial did not fail.
    failures: tuple[Failure | None, ...]
    tags: tuple[tuple[str, ...], ...]
    params: tuple[Json, ...]
    # By the names of `TrialMeasures`.
    measures: Mapping[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class VariantRecord:
    """One compressed form (sparsified, quantized) of a trial's network, measured on the same folds."""

    id: int
    trial_id: int
    name: str
    # What was done: {"sparsity": 0.8, "structured": false, "quantization": "int8", ...}.
    method: Json
    state: TrialState
    value: float | None
    value_std: float | None
    size_bytes: int | None
    zip_bytes: int | None
    # Median, one row.
    latency_ms: float | None
    # Median, 256 rows.
    batch_latency_ms: float | None
    scores: FoldScores | None
    artifact_sha256: str | None
    failure: Failure | None
    created_at: datetime
    # {"drop": {...}, "holdout": {...}, "latency": {...}, "sparsity": 0.8, "verdict": {...}, ...}.
    measures: Json


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """One exported bundle and its certificate."""

    id: int
    trial_id: int
    variant_id: int | None
    path: str
    created_at: datetime
    state: JobState
    # {"passed": bool, "n_rows": int, "max_abs_difference": float, "tolerance": float, ...}.
    certificate: Json
    manifest: Json
    size_bytes: int | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A short piece of engine work asked for by the window: inspect a file, forecast, export, predict."""

    id: int
    kind: str
    args: Json
    state: JobState
    # Fraction in [0, 1].
    progress: float
    message: str
    result: Json
    failure: Failure | None
    created_at: datetime
    finished_at: datetime | None
    # Of the store, when this job was last changed.
    revision: int = 0


class LookPurpose(StrEnum):
    """Why something was scored on rows that were held out."""

    # The end of a search: final model and baselines.
    SEARCH = "search"
    COMPRESSION = "compression"
    AUDIT = "audit"
    # How often intervals hold.
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class LookRecord:
    """One score on rows that were held out, by whichever study.

    Attributes
    ----------
    rows_digest : str
        sha256 of the data set's digest and the rows.
    study_id : int or None
        None where the study is gone.
    """

    id: int
    rows_digest: str
    study_id: int | None
    purpose: LookPurpose
    at: datetime


@dataclass(frozen=True, slots=True)
class SystemSample:
    """What the machine was doing while a study ran, at one moment."""

    # Seconds since the study started.
    time_s: float
    # Of all cores.
    cpu_fraction: float
    # Of the engine and its workers.
    memory_bytes: int
    memory_total_bytes: int
    gpu_fraction: float | None
    gpu_memory_bytes: int | None
