"""A worker's tasks that cost nothing, to measure what the engine itself costs."""

from __future__ import annotations

import numpy as np
from cupel.engine.domain.metrics import metrics_for
from cupel.engine.training.curves import CURVE_NAMES
from cupel.engine.training.reports import EpochReport
from cupel.engine.workers.messages import StudyFiles, TaskResult, TrialTask, WorkerTask
from cupel.engine.workers.reporter import TrainingReporter
from cupel.engine.workers.task import Work
from cupel.storage.records import Curves, FoldScores

EPOCHS, FOLDS = 50, 5


def warm_up(n_threads: int) -> dict[str, object]:
    """Do nothing."""
    return {"n_threads": n_threads}


def nothing(files: StudyFiles, task: WorkerTask) -> TaskResult:  # noqa: ARG001 - as all work
    """Answer at once."""
    return TaskResult(0.0, 1)


def trial(files: StudyFiles, task: TrialTask, reporter: TrainingReporter) -> TaskResult:
    """Answer at once, with 50 epochs of 5 folds."""
    names = metrics_for(files.task)
    rng = np.random.default_rng(task.number)
    best = rng.random(FOLDS)
    curves = np.sort(rng.random((FOLDS, EPOCHS, 3)).astype(np.float32), axis=1)
    for epoch in range(EPOCHS):
        reporter(EpochReport(epoch, curves[:, epoch]))
    reporter.flush()
    scores = FoldScores(names, np.repeat(best[:, None], len(names), axis=1), np.full(FOLDS, EPOCHS - 1))
    out_of_fold = np.zeros(1000, np.float32)
    return TaskResult(
        0.0, 1, scores, Curves(CURVE_NAMES, curves), out_of_fold, n_parameters=1000, model=b"model"
    )


NOTHING = Work(warm_up, trial, nothing, nothing, nothing)
