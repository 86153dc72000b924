"""The end of a search, in a worker: which final model, on what evidence, and its one score on the holdout."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..domain.errors import Message
from ..domain.metrics import METRICS, metrics_for
from ..domain.results import FinalModel, OuterFolds
from ..domain.spec import ORDERED_SPLITS
from ..machine import private_bytes
from ..statistics.comparison import paired_difference
from ..statistics.epochs import fold_voters
from ..training.losses import to_predictions
from ..training.model import TrainedModel
from ..training.problem import Problem
from ..training.reports import EpochReport, TrainingStopped
from ..training.trainer import Trainer, TrainResult, predict, predict_rows
from .context import StudyContext, context_of
from .messages import FinalTask, StudyFiles, TaskResult
from .trial_task import train_spec

# Of an outer fold, in trials: one on fewer rows, and a refit; measured 0.5 to 0.9.
_COST = 1.0
_log = logging.getLogger(__name__)
Ints = NDArray[np.int64]


def run_final(files: StudyFiles, task: FinalTask) -> TaskResult:
    """Choose, fit and score the final model.

    The ensemble averages the fold networks that the trial left; the single network is trained on all development rows
    for as many epochs as the folds' kept ones in the median. Both ways are first tried inside the development rows, on
    as many outer folds as the time allows (nested cross-validation): the single network is taken where it is
    significantly better there.
    """
    started = time.monotonic()
    context = context_of(files)
    kind, reason, evidence = _choose(files, context, task, started)
    model = _ensemble(context, task) if kind == "ensemble" else _refit(context, task)
    holdout = None
    rows = context.splits.holdout
    if len(rows):
        predictions = model.predict(context.table, rows)
        holdout = {n: METRICS[n](context.y_by_row[rows], predictions) for n in metrics_for(model.task)}
    return TaskResult(
        duration_s=time.monotonic() - started,
        peak_memory_bytes=private_bytes(),
        model=model.to_bytes(),
        n_parameters=model.network.n_parameters,
        final=FinalModel(kind, reason, evidence, model.n_networks),
        holdout=holdout,
    )


def _choose(
    files: StudyFiles, context: StudyContext, task: FinalTask, started: float
) -> tuple[str, Message, OuterFolds]:
    n_folds = context.splits.n_folds
    if context.splits.kind in ORDERED_SPLITS:
        message = Message(
            "Folds in time order train on ever longer pasts; one network on all rows but those of the holdout has seen "
            "more."
        )
        return "refit", message, OuterFolds(0)
    if n_folds == 2:
        message = Message(
            "Two folds leave no rows for a comparison; the fold networks are kept as an ensemble."
        )
        return "ensemble", message, OuterFolds(0)
    if task.most_outer == 0:
        message = Message(
            "A comparison with one network on all rows would have cost too much beside such a short search; the fold "
            "networks are kept as an ensemble."
        )
        return "ensemble", message, OuterFolds(0)
    time_left_s = min(task.time_left_s, 1e9)
    n_outer = min(task.most_outer, n_folds, int(time_left_s / max(_COST * task.trial_s, 1e-3)))
    if n_outer > 0:
        try:
            evidence = _evidence(files, context, task, n_outer, _Deadline(started + time_left_s))
            return *_decide(files.metric, evidence, n_folds), evidence
        except TrainingStopped:
            _log.info("the comparison of final models took too long")
    message = Message("There was no time to compare; the fold networks are kept as an ensemble.")
    return "ensemble", message, OuterFolds(0)


def _decide(metric: str, evidence: OuterFolds, n_folds: int) -> tuple[str, Message]:
    """Take one network where that is significantly better, and else the ensemble.

    The better mean of a few outer folds is a bad guide: in 60 trainings on five small tables it chose the single
    network 18 times, which was then better on the holdout in 4 and worse in 11 (docs/benchmarks.md).
    """
    sign = METRICS[metric].direction.sign
    refit, ensemble = sign * np.array(evidence.refit), sign * np.array(evidence.ensemble)
    if len(refit) > 1 and paired_difference(refit, ensemble, n_folds=n_folds).low > 0:
        return "refit", Message(
            "In nested cross-validation one network on all rows scored significantly better than the ensemble of fold "
            "networks."
        )
    return "ensemble", Message(
        "In nested cross-validation one network on all rows did not score significantly better than the ensemble of "
        "fold networks, which is kept."
    )


class _Deadline:
    """Ends a training that would take longer than there is time."""

    def __init__(self, end: float) -> None:
        self._end = end

    def __call__(self, report: EpochReport) -> bool:  # noqa: ARG002 - an observer's signature
        if time.monotonic() > self._end:
            raise TrainingStopped
        return True


def _evidence(
    files: StudyFiles, context: StudyContext, task: FinalTask, n_outer: int, deadline: _Deadline
) -> OuterFolds:
    """Score both ways on the validation rows of the first `n_outer` folds, from the training rows alone.

    With repeats, the folds of the first one serve.
    """
    splits = context.splits
    train, valid = _inner_folds(context, n_outer)
    n_inner = len(train) // n_outer
    # Inside an outer fold, its own inner folds choose the epochs.
    voters = fold_voters(n_inner, n_outer, in_order=False)
    problem = context.subproblem(task.params, train, valid, voters)
    inner = Trainer(problem, train_spec(context, problem, task.family, task.params)).run(deadline)
    refit_problem = context.subproblem(task.params, splits.train[:n_outer], [np.zeros(0, np.int64)] * n_outer)
    stop = int(np.median(inner.best_epochs)) + 1
    final = train_spec(context, refit_problem, task.family, task.params, patience=None, stop_epoch=stop)
    refit = Trainer(refit_problem, final).run(deadline)
    metric = METRICS[files.metric]
    ensemble_scores: list[float] = []
    refit_scores: list[float] = []
    for outer in range(n_outer):
        rows = context.places[splits.valid[outer]]
        replicas = range(outer * n_inner, (outer + 1) * n_inner)
        together = np.mean([_predict(problem, inner, r, rows) for r in replicas], axis=0)
        ensemble_scores.append(metric(problem.y[rows], together))
        refit_scores.append(metric(problem.y[rows], _predict(refit_problem, refit, outer, rows)))
    return OuterFolds(n_outer, tuple(ensemble_scores), tuple(refit_scores))


def _inner_folds(context: StudyContext, n_outer: int) -> tuple[list[Ints], list[Ints]]:
    """Return training and validation rows inside each outer fold: its other folds, so groups and strata stay whole."""
    splits = context.splits
    train: list[Ints] = []
    valid: list[Ints] = []
    for outer in range(n_outer):
        for inner in range(splits.n_folds):
            if inner != outer:
                valid.append(splits.valid[inner])
                train.append(np.setdiff1d(splits.train[outer], splits.valid[inner]))
    return train, valid


def _predict(problem: Problem, result: TrainResult, replica: int, rows: Ints) -> NDArray[np.float64]:
    r, n = slice(replica, replica + 1), predict_rows(result.network)
    parts = [
        predict(result.network, result.weights[r], result.stats[r], problem.rows(replica, rows[i : i + n]))[0]
        # Never all rows of a large problem in the memory.
        for i in range(0, len(rows), n)
    ]
    return problem.unscaled(replica, to_predictions(problem.task, np.concatenate(parts)))


def _ensemble(context: StudyContext, task: FinalTask) -> TrainedModel:
    if task.model is not None:
        return TrainedModel.from_bytes(task.model)
    # Training is deterministic: the same networks come out again.
    problem = context.problem(task.params)
    result = Trainer(problem, train_spec(context, problem, task.family, task.params)).run()
    return TrainedModel.from_training(problem, result, context.target.labels)


def _refit(context: StudyContext, task: FinalTask) -> TrainedModel:
    rows: Sequence[Ints] = [context.splits.development]
    problem = context.subproblem(task.params, rows, [np.zeros(0, np.int64)])
    stop = int(np.median(task.best_epochs)) + 1
    settings = train_spec(context, problem, task.family, task.params, patience=None, stop_epoch=stop)
    return TrainedModel.from_training(problem, Trainer(problem, settings).run(), context.target.labels)
