"""What a worker process does: run one task and answer with a result or a failure, never with an exception.

Called by `cluster` inside a worker; TensorFlow is imported here, after the environment was set.
"""

from __future__ import annotations

from ..jobs.failures import failure_of
from ..training.reports import TrainingStopped
from .messages import (
    BaselineTask,
    FinalTask,
    HoldoutTask,
    StudyFiles,
    Task,
    TaskOutcome,
    TaskResult,
    TrialTask,
    checkpoint_path,
)
from .reporter import Reporter, Send, forget_control


def warm_up(n_threads: int) -> dict[str, object]:
    """Import TensorFlow and set up its devices; return what it found."""
    from ..training.devices import set_up_devices

    return set_up_devices(n_threads)


def run_task(files: StudyFiles, task: Task, send: Send) -> TaskOutcome:
    """Run a task; every error becomes a `Failure` with its sentence."""
    try:
        match task:
            case TrialTask():
                return _run_trial(files, task, send)
            case BaselineTask():
                from .baseline_task import run_baseline

                return run_baseline(files, task)
            case HoldoutTask():
                from .baseline_task import run_holdout

                return run_holdout(files, task)
            case FinalTask():
                from .final_task import run_final

                return run_final(files, task)
    except Exception as error:  # noqa: BLE001 - the engine must hear of every failure, typed
        return failure_of(error)


def _run_trial(files: StudyFiles, task: TrialTask, send: Send) -> TaskResult:
    from .trial_task import run_trial

    reporter = Reporter(task.trial_id, files.memory_limit_bytes, send)
    try:
        result = run_trial(files, task, reporter)
    except TrainingStopped:
        return TaskResult(reporter.elapsed_s, reporter.peak_bytes)
    finally:
        checkpoint_path(files, task.trial_id).unlink(missing_ok=True)
        forget_control(task.trial_id)
    return result
