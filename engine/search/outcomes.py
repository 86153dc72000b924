"""How a trial ends: one function maps what came back to a state, commits it, and returns the record."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...storage.ranking import Direction, Rank, rank
from ...storage.records import (
    Failure,
    FailureKind,
    FoldScores,
    TrialKind,
    TrialOutcome,
    TrialRecord,
    TrialState,
)
from ...storage.store import Store
from ...storage.trial_columns import measures_of
from ..domain.errors import Message
from ..domain.stored import encoded
from ..domain.trial_facts import TrialFacts
from ..workers.messages import TaskOutcome, TaskResult
from .preparing import Prepared
from .running import Dropped, RunningTrial


@dataclass(slots=True)
class Kept:
    """The fold networks of the best trials, as artifacts."""

    store: Store
    study_id: int
    metric: str
    direction: Direction
    n_kept: int
    _ranked: list[tuple[Rank, int, str]] = field(default_factory=list[tuple[Rank, int, str]])
    _dropped: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    @classmethod
    def of_study(cls, store: Store, prepared: Prepared, n_kept: int) -> Kept:
        """Return what a study keeps already; what older versions scored in another way stays beside it."""
        spec = prepared.spec
        kept = cls(store, prepared.request.study_id, spec.metric, spec.direction, n_kept)
        for trial in store.trials(kept.study_id):
            sha256 = trial.model_sha256
            is_own = trial.same_as is None and prepared.is_comparable(trial)
            if sha256 and trial.value is not None and is_own:
                kept._put(trial.rank(spec.direction), trial.id, sha256)
        return kept

    def add(self, trial_id: int, place: Rank, model: bytes) -> str | None:
        """Keep a model if its trial is among the best; return its sha256, or None."""
        if len(self._ranked) >= self.n_kept and place >= self._ranked[-1][0]:
            return None
        sha256 = self.store.artifacts.add(model)
        self._put(place, trial_id, sha256)
        return sha256

    def sweep(self) -> None:
        """Delete the models of trials that others have pushed out of the best, unless something else needs them."""
        for trial_id, sha256 in self._dropped:
            self.store.drop_model(trial_id, sha256)
        self._dropped.clear()

    def _put(self, place: Rank, trial_id: int, sha256: str) -> None:
        ranked = sorted([*self._ranked, (place, trial_id, sha256)])
        self._ranked = ranked[: self.n_kept]
        self._dropped += [(i, s) for _, i, s in ranked[self.n_kept :]]


def end_trial(store: Store, running: RunningTrial, outcome: TaskOutcome, kept: Kept) -> TrialRecord:
    """End a trial: complete, pruned, skipped, hung, too late, or failed."""
    ended = store.finish_trial(running.id, _outcome(running, outcome, kept))
    if ended.model_sha256 is not None and isinstance(outcome, TaskResult) and outcome.model is not None:
        # Another study may have dropped an equal one before this commit.
        store.artifacts.add(outcome.model)
    kept.sweep()
    return ended


def end_as_copy(store: Store, trial: TrialRecord, same: TrialRecord) -> TrialRecord:
    """End a trial with the result of an equal one."""
    return store.finish_trial(trial.id, _copied(store, same))


def end_unstarted(store: Store, study_id: int) -> None:
    """End the trials of a study that still wait for a worker when its search is over: nobody will start them."""
    for trial in store.trials(study_id):
        if trial.state is TrialState.WAITING:
            message = Message("The search was over before there was a worker for this trial.")
            if trial.kind is TrialKind.BASELINE:
                message = Message("The search was over before this baseline could be run.")
            failure = Failure.of(FailureKind.SKIPPED, message)
            store.finish_trial(trial.id, TrialOutcome(TrialState.FAIL, failure=failure))


def _outcome(running: RunningTrial, outcome: TaskOutcome, kept: Kept) -> TrialOutcome:
    result = outcome if isinstance(outcome, TaskResult) and outcome.scores is not None else None
    dropped = running.task.dropped
    if dropped is Dropped.SKIPPED:
        return _failed(running, outcome, FailureKind.SKIPPED, Message("You skipped this trial."))
    # A trial that the pruner gave up after its very last epoch is complete: nothing was left to be saved.
    is_pruned = running.pruned_at is not None and (result is None or running.pruned_at + 1 < running.epoch)
    if is_pruned:
        return _pruned(running, outcome, kept)
    if result is not None:
        return _complete(running, result, kept)
    if dropped is Dropped.HUNG:
        message = Message("The trial gave no sign of life for too long; its worker process was ended.")
        return _failed(running, outcome, FailureKind.HUNG, message)
    if dropped is Dropped.LATE:
        message = Message(
            "The time budget was over in the middle of an epoch of this trial; allow more time."
        )
        if not running.is_search:
            message = Message("The baseline took too much of the time budget, so it was left out.")
        return _failed(running, outcome, FailureKind.SKIPPED, message)
    assert isinstance(outcome, Failure)  # noqa: S101 - a task gives a result or a failure
    return TrialOutcome(
        TrialState.FAIL,
        failure=outcome,
        curves=running.recorded_curves(),
        epoch=running.epoch,
        duration_s=_busy_s(running, outcome),
        peak_memory_bytes=running.task.peak_bytes or None,
    )


def without_score(scores: FoldScores | None, duration_s: float | None) -> TrialOutcome:
    """Return the outcome of a trial of which a fold has no score."""
    message = Message(
        "A fold has no score: its validation rows hold one class only. Use fewer folds or another metric."
    )
    failure = Failure.of(FailureKind.BAD_INPUT, message)
    return TrialOutcome(TrialState.FAIL, scores=scores, failure=failure, duration_s=duration_s)


def _complete(running: RunningTrial, result: TaskResult, kept: Kept) -> TrialOutcome:
    scores = result.scores
    assert scores is not None  # noqa: S101 - by the caller
    column = scores.values[:, scores.metrics.index(kept.metric)]
    value = float(column.mean())
    if np.isnan(value):
        return without_score(scores, result.duration_s)
    sha256 = None
    if result.model is not None and running.is_search:
        place = rank(kept.direction, value, result.n_parameters, running.number)
        sha256 = kept.add(running.id, place, result.model)
    return TrialOutcome(
        TrialState.COMPLETE,
        value,
        spread_over_folds(column),
        scores,
        result.curves,
        result.out_of_fold,
        epoch=result.curves.values.shape[1] if result.curves else None,
        user_attrs=encoded(result.facts),
        model_sha256=sha256,
        **measures_of(result),
    )


def _pruned(running: RunningTrial, outcome: TaskOutcome, kept: Kept) -> TrialOutcome:
    assert running.pruned_at is not None  # noqa: S101 - by the caller
    n_epochs = running.pruned_at + 1
    curves = running.recorded_curves(n_epochs)
    assert curves is not None  # noqa: S101 - it was pruned by its curves
    last = running.scores[running.pruned_at]
    value = float(last.mean())
    scores = FoldScores((kept.metric,), last[:, None], np.full(len(last), -1))
    return TrialOutcome(
        TrialState.PRUNED,
        None if np.isnan(value) else value,
        spread_over_folds(last),
        scores,
        curves,
        epoch=n_epochs,
        duration_s=_busy_s(running, outcome),
        peak_memory_bytes=running.task.peak_bytes,
    )


def _failed(running: RunningTrial, outcome: TaskOutcome, kind: FailureKind, message: Message) -> TrialOutcome:
    return TrialOutcome(
        TrialState.FAIL,
        failure=Failure.of(kind, message),
        curves=running.recorded_curves(),
        epoch=running.epoch,
        duration_s=_busy_s(running, outcome),
        peak_memory_bytes=running.task.peak_bytes or None,
    )


def _busy_s(running: RunningTrial, outcome: TaskOutcome) -> float:
    """Return the seconds of work on a trial: as its worker counted them or, where it died, until then.

    A worker that is killed may have worked for long without a word: on its first epoch, or on a baseline.
    """
    return outcome.duration_s if isinstance(outcome, TaskResult) else time.monotonic() - running.task.started


def _copied(store: Store, same: TrialRecord) -> TrialOutcome:
    # What is measured of its network is of this one too; nobody worked on it.
    facts = msgspec.structs.replace(TrialFacts.of(same), values={})
    return TrialOutcome(
        TrialState.COMPLETE,
        same.value,
        same.value_std,
        store.fold_scores(same.id),
        store.curves(same.id),
        store.out_of_fold(same.id),
        epoch=same.epoch,
        user_attrs=encoded(facts),
        same_as=same.number,
        **measures_of(dataclasses.replace(same, duration_s=0.0, peak_memory_bytes=None)),
    )


def spread_over_folds(values: NDArray[np.float64]) -> float | None:
    """Return the standard deviation of the scores of folds, shape (n,); None of one fold."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None
