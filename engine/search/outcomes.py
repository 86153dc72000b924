"""How a trial ends: one function maps what came back to a state, commits it, and returns the record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

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
from ..errors import Message
from ..training.curves import CURVE_NAMES
from ..workers.messages import TaskOutcome, TaskResult
from .running import RunningTrial, running_means

_KEEP = 5  # best trials whose fold networks stay on the disk; any other trial's come out again by training it again


@dataclass(slots=True)
class Kept:
    """The fold networks of the best trials, as artifacts."""

    store: Store
    study_id: int
    maximize: bool
    _by_value: list[tuple[float, int, str]] = field(default_factory=list)

    @classmethod
    def of_study(cls, store: Store, study_id: int, *, maximize: bool) -> Kept:
        """Return what a study keeps already."""
        kept = cls(store, study_id, maximize)
        for trial in store.trials(study_id):
            sha256 = trial.user_attrs.get("model_sha256")
            if sha256 and trial.value is not None:
                kept._by_value.append((-trial.value if maximize else trial.value, trial.id, sha256))
        kept._by_value = sorted(kept._by_value)[:_KEEP]
        return kept

    def add(self, trial: TrialRecord, value: float, model: bytes) -> str | None:
        """Keep a model if its trial is among the best; return its sha256, or None."""
        rank = -value if self.maximize else value
        if len(self._by_value) >= _KEEP and rank >= self._by_value[-1][0]:
            return None
        sha256 = self.store.artifacts.add(model)
        self._by_value = sorted([*self._by_value, (rank, trial.id, sha256)])[:_KEEP]
        return sha256


def end_trial(
    store: Store,
    trial: TrialRecord,
    *,
    running: RunningTrial | None = None,
    outcome: TaskOutcome | None = None,
    kept: Kept | None = None,
    copy_of: TrialRecord | None = None,
) -> TrialRecord:
    """End a trial: complete, pruned, skipped, hung, failed, or with the result of an equal one (`copy_of`)."""
    if copy_of is not None:
        return store.finish_trial(trial.id, _copied(store, copy_of))
    assert running is not None  # noqa: S101 - a trial ends by having run or by being a copy
    if running.dropped == "skipped":
        return store.finish_trial(
            trial.id, _failed(running, FailureKind.SKIPPED, Message("You skipped this trial."))
        )
    if running.dropped == "hung":
        message = Message("The trial gave no sign of life for too long; its worker process was ended.")
        return store.finish_trial(trial.id, _failed(running, FailureKind.HUNG, message))
    if running.pruned_at is not None:
        return store.finish_trial(trial.id, _pruned(trial, running, kept))
    if isinstance(outcome, TaskResult) and outcome.scores is not None:
        return store.finish_trial(trial.id, _complete(trial, outcome, kept))
    assert isinstance(outcome, Failure)  # noqa: S101 - a task gives a result or a failure
    return store.finish_trial(
        trial.id,
        TrialOutcome(
            TrialState.FAIL, failure=outcome, curves=running.recorded_curves(CURVE_NAMES), epoch=running.epoch
        ),
    )


def _complete(trial: TrialRecord, result: TaskResult, kept: Kept | None) -> TrialOutcome:
    scores = result.scores
    assert scores is not None  # noqa: S101 - by the caller
    assert kept is not None  # noqa: S101 - by the caller
    column = scores.values[:, scores.metrics.index(kept.store.study(trial.study_id).metric)]
    value = float(column.mean())
    if np.isnan(value):
        message = Message(
            "A fold has no score: its validation rows hold one class only. Use fewer folds or another metric."
        )
        failure = Failure(FailureKind.BAD_INPUT, str(message), "", message.template, {})
        return TrialOutcome(TrialState.FAIL, scores=scores, failure=failure)
    attrs: dict[str, Any] = {
        k: v for k, v in result.info.items() if k in ("path", "truncated", "preprocessing")
    }
    if result.model is not None and trial.kind is not TrialKind.BASELINE:
        attrs["model_sha256"] = kept.add(trial, value, result.model)
    return TrialOutcome(
        TrialState.COMPLETE, value, _std(column), scores, result.curves, result.out_of_fold,
        epoch=result.curves.values.shape[1] if result.curves else None, n_parameters=result.n_parameters,
        duration_s=result.duration_s, peak_memory_bytes=result.peak_memory_bytes, user_attrs=attrs,
    )  # fmt: skip


def _pruned(trial: TrialRecord, running: RunningTrial, kept: Kept | None) -> TrialOutcome:
    assert running.pruned_at is not None  # noqa: S101 - by the caller
    assert kept is not None  # noqa: S101 - by the caller
    n_epochs = running.pruned_at + 1
    curves = running.recorded_curves(CURVE_NAMES, n_epochs)
    assert curves is not None  # noqa: S101 - it was pruned by its curves
    column = curves.values[:, :, CURVE_NAMES.index("valid_score")]
    value = float(running_means(column, kept.maximize)[-1])
    last = running.best_scores[n_epochs - 1]
    scores = FoldScores((kept.store.study(trial.study_id).metric,), last[:, None], np.full(len(last), -1))
    return TrialOutcome(
        TrialState.PRUNED, None if np.isnan(value) else value, _std(last), scores, curves, epoch=n_epochs,
        duration_s=running.heard - running.started, peak_memory_bytes=running.peak_bytes,
    )  # fmt: skip


def _failed(running: RunningTrial, kind: FailureKind, message: Message) -> TrialOutcome:
    failure = Failure(kind, str(message), "", message.template, dict(message.args))
    return TrialOutcome(
        TrialState.FAIL, failure=failure, curves=running.recorded_curves(CURVE_NAMES), epoch=running.epoch,
        duration_s=running.heard - running.started, peak_memory_bytes=running.peak_bytes,
    )  # fmt: skip


def _copied(store: Store, same: TrialRecord) -> TrialOutcome:
    attrs = {k: v for k, v in same.user_attrs.items() if k != "values"}
    return TrialOutcome(
        TrialState.COMPLETE, same.value, same.value_std, store.fold_scores(same.id), store.curves(same.id),
        store.out_of_fold(same.id), epoch=same.epoch, n_parameters=same.n_parameters, duration_s=0.0,
        user_attrs={**attrs, "same_as": same.number},
    )  # fmt: skip


def _std(values: Any) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None
