"""Fitting and scoring baselines in a worker."""

from __future__ import annotations

import time

import numpy as np

from ...storage.records import FoldScores
from ..baselines import fit_baseline
from ..domain.metrics import METRICS, metrics_for
from ..domain.trial_facts import TrialFacts
from ..machine import private_bytes
from .context import context_of
from .messages import BaselineTask, HoldoutTask, StudyFiles, TaskResult


def run_baseline(files: StudyFiles, task: BaselineTask) -> TaskResult:
    """Fit a baseline on the training part of every fold and score it on the rest."""
    started = time.monotonic()
    context = context_of(files)
    names = metrics_for(context.target.task)
    rows: list[list[float]] = []
    predictions: list[np.ndarray] = []
    is_truncated = False
    folds = list(zip(context.splits.train, context.splits.valid, strict=True))
    for place, (train, valid) in enumerate(folds):
        left_s = task.time_s - (time.monotonic() - started)
        fitted = fit_baseline(
            task.name,
            context.table,
            context.schema,
            context.target,
            train,
            seed=files.split_seed,
            n_threads=files.n_threads,
            time_s=left_s / (len(folds) - place),
        )
        is_truncated = is_truncated or fitted.is_truncated
        predictions.append(fitted.predict(valid))
        rows.append([METRICS[n](context.y_by_row[valid], predictions[-1]) for n in names])
    return TaskResult(
        duration_s=time.monotonic() - started,
        peak_memory_bytes=private_bytes(),
        scores=FoldScores(names, np.array(rows), np.full(len(rows), -1)),
        out_of_fold=np.concatenate([p.ravel() for p in predictions]).astype(np.float32),
        facts=TrialFacts(truncated=is_truncated),
    )


def run_holdout(files: StudyFiles, task: HoldoutTask) -> TaskResult:
    """Fit a baseline on all development rows and score it on the holdout."""
    started = time.monotonic()
    context = context_of(files)
    fitted = fit_baseline(
        task.name,
        context.table,
        context.schema,
        context.target,
        context.splits.development,
        seed=files.split_seed,
        n_threads=files.n_threads,
    )
    rows = context.splits.holdout
    predictions = fitted.predict(rows)
    scores = {n: METRICS[n](context.y_by_row[rows], predictions) for n in metrics_for(context.target.task)}
    return TaskResult(time.monotonic() - started, private_bytes(), holdout=scores)
