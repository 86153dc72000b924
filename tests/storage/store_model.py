"""What a workspace ought to hold, in dictionaries: the simplest store there is, for `test_store_machine`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from cupel.storage.records import (
    Failure,
    FailureKind,
    JobRecord,
    JobState,
    Request,
    Stage,
    StudyRecord,
    StudyState,
    TrialKind,
    TrialOutcome,
    TrialRecord,
    TrialState,
    VariantRecord,
)

ENDED = (StudyState.DONE, StudyState.STOPPED, StudyState.FAILED)


@dataclass
class Study:
    """A study; the names of the fields are those of `StudyRecord`."""

    name: str
    direction: str
    revision: int
    state: StudyState = StudyState.DRAFT
    request: Request = Request.RUN
    n_workers_requested: int | None = None
    elapsed_s: float = 0.0
    engine_pid: int | None = None
    stage: Stage | None = None
    best_trial: int | None = None
    best_value: float | None = None
    best_baseline: str | None = None
    best_baseline_value: float | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    has_run: bool = False

    def is_told(self, record: StudyRecord) -> None:
        """Compare what the store tells with this."""
        compare(self, record, but=("has_run",))
        assert (record.started_at is not None) == self.has_run
        assert (record.finished_at is not None) == (self.state in ENDED)


@dataclass
class Trial:
    """A trial; the names of the fields are those of `TrialRecord`."""

    study_id: int
    number: int
    kind: TrialKind
    name: str
    worker: str | None
    revision: int
    params: Mapping[str, Any]
    digests: Mapping[str, Any]
    state: TrialState = TrialState.WAITING
    value: float | None = None
    value_std: float | None = None
    epoch: int | None = None
    n_parameters: int | None = None
    peak_memory_bytes: int | None = None
    user_attrs: Mapping[str, Any] = field(default_factory=dict)
    model_sha256: str | None = None
    failure: Failure | None = None
    requested: str | None = None
    notes: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    n_curve_epochs: int | None = None
    has_scores: bool = False
    n_oof: int | None = None

    def is_told(self, record: TrialRecord) -> None:
        """Compare what the store tells with this."""
        compare(self, record, but=("n_curve_epochs", "has_scores", "n_oof"))
        assert (record.finished_at is not None) == self.state.is_finished

    def end(self, outcome: TrialOutcome, revision: int) -> None:
        """End as `outcome` says."""
        self.revision, self.state = revision, outcome.state
        self.value, self.value_std, self.failure = outcome.value, outcome.value_std, outcome.failure
        self.epoch = self.epoch if outcome.epoch is None else outcome.epoch
        if outcome.n_parameters is not None:
            self.n_parameters = outcome.n_parameters
        self.user_attrs = {**self.user_attrs, **outcome.user_attrs}
        self.model_sha256 = outcome.model_sha256
        self.has_scores = outcome.scores is not None
        self.n_oof = None if outcome.oof is None else len(outcome.oof)
        if outcome.curves is not None:
            self.n_curve_epochs = outcome.curves.values.shape[1]

    def wait_again(self, revision: int) -> None:
        """Wait as if never started."""
        self.revision, self.state = revision, TrialState.WAITING
        self.worker = self.epoch = self.n_curve_epochs = None
        if self.failure is not None:
            self.failure = self.value = self.value_std = self.n_oof = None
            self.has_scores = False

    @property
    def is_ruled_out(self) -> bool:
        """Whether a limit ruled it out."""
        return self.failure is not None and self.failure.kind is FailureKind.RULED_OUT


@dataclass
class Variant:
    """A variant; the names of the fields are those of `VariantRecord`."""

    trial_id: int
    name: str
    state: TrialState = TrialState.WAITING
    value: float | None = None
    failure: Failure | None = None

    def is_told(self, record: VariantRecord) -> None:
        """Compare what the store tells with this."""
        compare(self, record)


@dataclass
class Job:
    """A job; the names of the fields are those of `JobRecord`."""

    kind: str
    revision: int
    state: JobState = JobState.WAITING
    progress: float = 0.0
    message: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None

    def is_told(self, record: JobRecord) -> None:
        """Compare what the store tells with this."""
        compare(self, record)
        ended = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
        assert (record.finished_at is not None) == (self.state in ended)


@dataclass
class Model:
    """The records by id, and the store's revision."""

    revision: int = 0
    studies: dict[int, Study] = field(default_factory=dict)
    trials: dict[int, Trial] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)

    def of(self, study_id: int) -> dict[int, Trial]:
        """Return the trials of a study by id, in the order in which they were recorded."""
        return {id_: trial for id_, trial in self.trials.items() if trial.study_id == study_id}

    def free_name(self, name: str) -> str:
        """Return the name that a new study gets."""
        taken = {study.name for study in self.studies.values()}
        tries = [name, *(f"{name} ({n})" for n in range(2, len(taken) + 3))]
        return next(one for one in tries if one not in taken)

    def note_complete(self, trial: Trial) -> None:
        """Make a trial that has just become COMPLETE its study's best, where it is."""
        study = self.studies[trial.study_id]
        is_baseline = trial.kind is TrialKind.BASELINE
        rivals = self.of(trial.study_id).values()
        if is_baseline:
            best = next((t for t in rivals if t.name and t.name == study.best_baseline), None)
        else:
            best = next((t for t in rivals if t.number == study.best_trial), None)
        # What was scored on other data, or in another way, is not ranked.
        is_alone = best is None or (not is_baseline and best.digests != trial.digests)
        if not is_alone and not _comes_before(trial, best, study.direction):
            return
        study.revision = trial.revision
        if is_baseline:
            study.best_baseline, study.best_baseline_value = trial.name, trial.value
        else:
            study.best_trial, study.best_value = trial.number, trial.value


def _comes_before(trial: Trial, best: Trial, direction: str) -> bool:
    """Whether a trial is better: by its score, then with fewer weights, then as asked for earlier."""
    assert trial.value is not None
    assert best.value is not None
    if trial.value != best.value:
        return (trial.value > best.value) == (direction == "maximize")
    if trial.n_parameters != best.n_parameters:
        return best.n_parameters is None or (
            trial.n_parameters is not None and trial.n_parameters < best.n_parameters
        )
    return abs(trial.number) < abs(best.number)


def compare(wanted: Any, record: Any, but: tuple[str, ...] = ()) -> None:
    """Compare all fields of `wanted` with those of the same names of a record."""
    for one in fields(wanted):
        if one.name not in but:
            told, ought = getattr(record, one.name), getattr(wanted, one.name)
            assert told == ought, f"{one.name} is {told!r}, not {ought!r}"
