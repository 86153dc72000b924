"""Training and scoring one trial in a worker."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Curves, FoldScores
from ..domain.metrics import METRICS, metrics_for
from ..domain.params import SEED, Params, number_in
from ..domain.trial_facts import TrialFacts
from ..training.curves import CURVE_NAMES
from ..training.model import TrainedModel
from ..training.problem import Problem
from ..training.schedules import patience_of, trial_epochs
from ..training.trainer import Trainer, TrainSpec
from .context import StudyContext, context_of
from .costs import costs_before_training
from .messages import StudyFiles, TaskResult, TrialTask, checkpoint_path
from .reporter import TrainingReporter


def run_trial(files: StudyFiles, task: TrialTask, reporter: TrainingReporter) -> TaskResult:
    """Cross-validate a parameter set."""
    context = context_of(files)
    problem = context.problem(task.params)
    spec = train_spec(context, problem, task.family, task.params)
    trainer = Trainer(problem, spec, checkpoint_path(files, task.trial_id))
    costs = costs_before_training(
        trainer.network,
        problem,
        spec,
        files.limits,
        sizes="bytes" in files.objectives,
        latencies="latency" in files.objectives,
    )
    result = trainer.run(reporter)
    reporter.flush()
    return TaskResult(
        duration_s=reporter.elapsed_s,
        peak_memory_bytes=reporter.peak_bytes,
        scores=fold_scores(problem, result.predictions, result.best_epochs),
        curves=Curves(CURVE_NAMES, result.curves),
        out_of_fold=np.concatenate([p.ravel() for p in result.predictions]).astype(np.float32),
        n_parameters=costs.n_parameters,
        size_bytes=costs.size_bytes,
        latency_ms=costs.latency_ms,
        model=TrainedModel.from_training(problem, result, context.target.labels).to_bytes(),
        facts=TrialFacts(
            truncated=reporter.is_truncated,
            preprocessing=context.preprocessing.digest(task.params),
            path="fused" if spec.fused else "fold_by_fold",
        ),
    )


def train_spec(
    context: StudyContext, problem: Problem, family: str, params: Params, **changes: Any
) -> TrainSpec:
    """Return how a trial of the study trains."""
    files = context.files
    values: dict[str, Any] = {
        "family": family,
        "params": params,
        "metric": files.metric,
        "max_epochs": trial_epochs(params, files.max_epochs),
        "seed": int(number_in(params, SEED, files.seed)),
        "patience": patience_of(params),
        "fused": context.is_fused(family, params, problem),
        "window_bytes": context.window_bytes(problem),
    }
    return TrainSpec(**(values | changes))


def fold_scores(
    problem: Problem, predictions: tuple[NDArray[np.float64], ...], best_epochs: NDArray[np.int64]
) -> FoldScores:
    """Score the validation predictions of every replica with every metric of the task."""
    names = metrics_for(problem.task)
    values = np.array(
        [[METRICS[n](problem.y[problem.valid[r]], p) for n in names] for r, p in enumerate(predictions)]
    )
    return FoldScores(names, values, best_epochs)
