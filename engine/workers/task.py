"""What a worker process does: run one task and answer with a result or a failure, never with an exception.

TensorFlow is imported by the `Work` itself, after the environment was set.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..jobs.failures import failure_of
from ..training.reports import TrainingStopped
from .messages import (
    BaselineTask,
    FinalTask,
    HoldoutTask,
    StudyFiles,
    TaskOutcome,
    TaskResult,
    TrialTask,
    WorkerTask,
    checkpoint_path,
)
from .reporter import Send, TrainingReporter, forget_control


@dataclass(frozen=True, slots=True)
class Work:
    """What is done for each kind of task; tests and benchmarks have others than `TRAINING`.

    Attributes
    ----------
    warm_up : callable
        Takes the number of threads, imports what tasks need, and returns what there is to compute on.
    trial, baseline, holdout, final : callable
    """

    warm_up: Callable[[int], Mapping[str, object]]
    trial: Callable[[StudyFiles, TrialTask, TrainingReporter], TaskResult]
    baseline: Callable[[StudyFiles, BaselineTask], TaskResult]
    holdout: Callable[[StudyFiles, HoldoutTask], TaskResult]
    final: Callable[[StudyFiles, FinalTask], TaskResult]


def load_work(name: str) -> Work:
    """Return the `Work` that ``module:name`` names."""
    module, _, attribute = name.partition(":")
    work: Work = getattr(importlib.import_module(module), attribute)
    return work


def run_task(files: StudyFiles, task: WorkerTask, send: Send, work: Work | None = None) -> TaskOutcome:
    """Run a task; every error becomes a `Failure` with its sentence.

    Parameters
    ----------
    send : callable
        Is given what a trial has to report.
    work : Work, optional
        `TRAINING` where not given.
    """
    work = work or TRAINING
    try:
        match task:
            case TrialTask():
                return _run_trial(files, task, send, work)
            case BaselineTask():
                return work.baseline(files, task)
            case HoldoutTask():
                return work.holdout(files, task)
            case FinalTask():
                return work.final(files, task)
    except Exception as error:  # noqa: BLE001 - the engine must hear of every failure, typed
        return failure_of(error)


def _run_trial(files: StudyFiles, task: TrialTask, send: Send, work: Work) -> TaskResult:
    reporter = TrainingReporter(task.trial_id, files.memory_limit_bytes, send)
    try:
        return work.trial(files, task, reporter)
    except TrainingStopped:
        return TaskResult(reporter.elapsed_s, reporter.peak_bytes)
    finally:
        checkpoint_path(files, task.trial_id).unlink(missing_ok=True)
        forget_control(task.trial_id)


# Each imports TensorFlow and what stands on it, so not before it is needed.


def _warm_up(n_threads: int) -> Mapping[str, object]:
    from ..training.devices import set_up_devices

    return set_up_devices(n_threads)


def _trial(files: StudyFiles, task: TrialTask, reporter: TrainingReporter) -> TaskResult:
    from .trial_task import run_trial

    return run_trial(files, task, reporter)


def _baseline(files: StudyFiles, task: BaselineTask) -> TaskResult:
    from .baseline_task import run_baseline

    return run_baseline(files, task)


def _holdout(files: StudyFiles, task: HoldoutTask) -> TaskResult:
    from .baseline_task import run_holdout

    return run_holdout(files, task)


def _final(files: StudyFiles, task: FinalTask) -> TaskResult:
    from .final_task import run_final

    return run_final(files, task)


TRAINING = Work(_warm_up, _trial, _baseline, _holdout, _final)
