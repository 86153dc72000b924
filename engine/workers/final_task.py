"""The end of a search, in a worker: which final model, on what evidence, and its one score on the holdout."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from ..metrics import METRICS, metrics_for
from ..training.losses import to_predictions
from ..training.model import TrainedModel
from ..training.problem import Problem
from ..training.trainer import Trainer, TrainResult, predict
from .context import StudyContext, context_of, preprocessing_spec
from .messages import FinalTask, StudyFiles, TaskResult
from .trial_task import train_spec

_MOST_OUTER = 5
_SAFETY = 1.5  # evidence may take this much longer than the trials suggest
Ints = NDArray[np.int64]


def run_final(files: StudyFiles, task: FinalTask) -> TaskResult:
    """Choose, fit and score the final model.

    The ensemble averages the fold networks that the trial left; the single network is trained on all development rows
    for as many epochs as the folds' best ones in the median. Both ways are first tried inside the development rows, on
    as many outer folds as the time allows (nested cross-validation): the better mean score there decides.
    """
    started = time.monotonic()
    context = context_of(files)
    spec = preprocessing_spec(task.params)
    n_folds = context.splits.n_folds
    n_outer = min(
        _MOST_OUTER, n_folds, int(min(task.time_left_s, 1e9) / max(_SAFETY * 1.2 * task.trial_s, 1e-3))
    )
    evidence: dict[str, Any] = {"n_outer": max(n_outer, 0)}
    kind, reason = "ensemble", "There was no time to compare; the fold networks are kept as an ensemble."
    if context.splits.kind == "time":
        kind, reason = (
            "refit",
            "Folds in time order train on ever longer pasts; one network on all rows has seen the latest.",
        )
    elif n_folds == 2:
        reason = "Two folds leave no rows for a comparison; the fold networks are kept as an ensemble."
    elif n_outer > 0:
        evidence |= _evidence(files, context, task, n_outer)
        kind, reason = _decide(files.metric, evidence)
    model = _ensemble(files, context, task) if kind == "ensemble" else _refit(files, context, task, spec)
    info: dict[str, Any] = {
        "final": {"kind": kind, "reason": reason, "evidence": evidence, "n_networks": model.n_networks}
    }
    rows = context.splits.holdout
    if len(rows):
        predictions = model.predict(context.table, rows)
        info["holdout"] = {
            n: METRICS[n](context.y_by_row[rows], predictions) for n in metrics_for(model.task)
        }
    return TaskResult(
        duration_s=time.monotonic() - started,
        peak_memory_bytes=psutil.Process().memory_info().rss,
        model=model.to_bytes(),
        n_parameters=model.network.n_parameters,
        info=info,
    )


def _decide(metric: str, evidence: dict[str, Any]) -> tuple[str, str]:
    ensemble, refit = np.mean(evidence["ensemble"]), np.mean(evidence["refit"])
    if METRICS[metric].is_better(float(ensemble), float(refit)):
        return (
            "ensemble",
            "In nested cross-validation the ensemble of fold networks scored better than one network.",
        )
    return (
        "refit",
        "In nested cross-validation one network on all rows scored at least as well as the ensemble.",
    )


def _evidence(
    files: StudyFiles, context: StudyContext, task: FinalTask, n_outer: int
) -> dict[str, list[float]]:
    """Score both ways on the validation rows of the first `n_outer` folds, from the training rows alone."""
    spec = preprocessing_spec(task.params)
    splits = context.splits
    train: list[Ints] = []
    valid: list[Ints] = []
    for outer in range(n_outer):
        for inner in range(
            splits.n_folds
        ):  # the other folds serve as inner folds: groups and strata stay whole
            if inner != outer:
                valid.append(splits.valid[inner])
                train.append(np.setdiff1d(splits.train[outer], splits.valid[inner]))
    n_inner = len(train) // n_outer
    problem = context.subproblem(spec, splits.development, train, valid)
    inner = Trainer(problem, train_spec(files, task.family, task.params, context.is_fused(problem))).run()
    refit_problem = context.subproblem(
        spec, splits.development, splits.train[:n_outer], [np.zeros(0, np.int64)] * n_outer
    )
    stop = int(np.median(inner.best_epochs)) + 1
    final = train_spec(
        files, task.family, task.params, context.is_fused(refit_problem), patience=None, stop_epoch=stop
    )
    refit = Trainer(refit_problem, final).run()
    metric = METRICS[files.metric]
    place = np.full(context.table.n_rows, -1, np.int64)
    place[splits.development] = np.arange(len(splits.development))
    scores: dict[str, list[float]] = {"ensemble": [], "refit": []}
    for outer in range(n_outer):
        rows = place[splits.valid[outer]]
        replicas = range(outer * n_inner, (outer + 1) * n_inner)
        together = np.mean([_predict(problem, inner, r, rows) for r in replicas], axis=0)
        scores["ensemble"].append(metric(problem.y[rows], together))
        scores["refit"].append(metric(problem.y[rows], _predict(refit_problem, refit, outer, rows)))
    return scores


def _predict(problem: Problem, result: TrainResult, replica: int, rows: Ints) -> NDArray[np.float64]:
    r = slice(replica, replica + 1)
    output = predict(
        result.network, result.weights[r], result.stats[r], problem.numeric[r, rows], problem.codes[r, rows]
    )
    return problem.unscaled(replica, to_predictions(problem.task, output[0]))


def _ensemble(files: StudyFiles, context: StudyContext, task: FinalTask) -> TrainedModel:
    if task.model is not None:
        return TrainedModel.from_bytes(task.model)
    problem = context.problem(task.params)  # training is deterministic: the same networks come out again
    result = Trainer(problem, train_spec(files, task.family, task.params, context.is_fused(problem))).run()
    return TrainedModel.from_training(problem, result, context.target.labels)


def _refit(files: StudyFiles, context: StudyContext, task: FinalTask, spec: Any) -> TrainedModel:
    rows: Sequence[Ints] = [context.splits.development]
    problem = context.subproblem(spec, context.splits.development, rows, [np.zeros(0, np.int64)])
    stop = int(np.median(task.best_epochs)) + 1
    settings = train_spec(files, task.family, task.params, True, patience=None, stop_epoch=stop)
    return TrainedModel.from_training(problem, Trainer(problem, settings).run(), context.target.labels)
