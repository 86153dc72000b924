"""Following a study in the terminal, from the store alone: the engine works in a process of its own."""

from __future__ import annotations

import signal
import sys
import time
from datetime import UTC, datetime
from enum import Enum
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ...storage.records import Request, Stage, StudyRecord, StudyState, TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ...storage.workspace import disk_is_full
from ..domain import formatting
from ..domain.spec import StudySpec
from ..watching import EngineState, EngineWatch
from .console import plain_console
from .names import row_name

_POLL_S = 0.2
# An engine writes every two seconds that it lives.
_SILENT_S = 8.0
_LIVE = (StudyState.QUEUED, StudyState.RUNNING, StudyState.PAUSED, StudyState.FINISHING)


class Followed(Enum):
    """How following a study came to its end."""

    ENDED = "ended"
    # Ctrl-C.
    INTERRUPTED = "interrupted"
    # The engine was killed.
    LOST = "lost"


def follow(store: Store, study_id: int, pid: int) -> Followed:
    """Show a study's progress until it ends; Ctrl-C asks it to stop and waits for it.

    Parameters
    ----------
    pid : int
        Of the engine process that was launched.
    """
    console = plain_console(stderr=True)
    view, watch = _View(store, study_id, console), EngineWatch(store, study_id, pid)
    how = Followed.ENDED
    with view.progress, _CtrlC() as ctrl_c:
        while True:
            state = watch.state()
            # After that, so that the last trials are shown.
            view.step()
            if state is EngineState.LOST:
                console.print(_why_lost(store, study_id), highlight=False, soft_wrap=True)
                return Followed.LOST
            if state is EngineState.ENDED:
                return how
            if ctrl_c.is_asked and how is Followed.ENDED:
                how = Followed.INTERRUPTED
                console.print("Stopping; what was found is kept. (Ctrl-C again leaves it to the engine.)")
                store.request(study_id, Request.STOP)
            time.sleep(_POLL_S)


def _why_lost(store: Store, study_id: int) -> str:
    """Return what to do where an engine ended without a word; on a full disk it cannot write one."""
    if disk_is_full(store.workspace.path):
        return (
            f"The disk of the workspace {store.workspace.path} is full, so the engine process had to end. Free some "
            f"space; then `cupel resume {study_id}` goes on from what is stored."
        )
    return (
        f"The engine process ended before it could say why; `cupel resume {study_id}` goes on from what is stored. "
        f"Its log is {store.workspace.study_log(study_id)}."
    )


class _CtrlC:
    """Notes the first Ctrl-C, which could otherwise cut through a transaction; the second one interrupts."""

    is_asked = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        if self.is_asked:
            raise KeyboardInterrupt
        self.is_asked = True


class _View:
    def __init__(self, store: Store, study_id: int, console: Console) -> None:
        self._store, self._id, self._console = store, study_id, console
        self._revision = 0
        self._ended: set[int] = set()
        self._state: StudyState | None = None
        self._stage: Stage | None = None
        self._locked = False
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(), console=console, transient=True, disable=not sys.stderr.isatty(),
        )  # fmt: skip
        self._task = self.progress.add_task("starting", total=None, detail="")

    def step(self) -> None:
        """Show what is new."""
        study = self._store.study(self._id)
        self._tell_lock(study)
        revision = self._store.revision()
        if revision != self._revision:
            for trial in self._store.trials(self._id, since_revision=self._revision):
                self._print_trial(study, trial)
            self._revision = revision
        if study.state is not self._state:
            self._state = study.state
            if study.state is StudyState.PAUSED:
                why = "" if study.failure is None else f" {study.failure.message}"
                self._console.print(f"Paused.{why}", highlight=False)
        if study.stage is not self._stage:
            self._stage = study.stage
            said = _STAGES.get(study.stage) if study.stage is not None else None
            if said is not None:
                self._console.print(said, highlight=False)
        self._show(study)

    def _tell_lock(self, study: StudyRecord) -> None:
        """Say once that the engine cannot write, and that it can again."""
        beat = study.heartbeat_at
        is_silent = beat is not None and (datetime.now(UTC) - beat).total_seconds() > _SILENT_S
        is_locked = is_silent and study.state in _LIVE and self._store.is_locked()
        if is_locked and not self._locked:
            self._console.print(
                f"Waiting: another program keeps {self._store.workspace.database} locked; the search goes on when it "
                "lets go.",
                highlight=False,
            )
        self._locked = is_locked

    def _print_trial(self, study: StudyRecord, trial: TrialRecord) -> None:
        if not trial.state.is_finished or trial.id in self._ended:
            return
        self._ended.add(trial.id)
        name = row_name(trial, study.task)
        if trial.state is TrialState.FAIL:
            what = trial.failure.message if trial.failure else "failed"
        else:
            what = f"{study.metric} {formatting.score(trial.value, trial.value_std)}"
            if trial.state is TrialState.PRUNED:
                what += f"  pruned after {formatting.counted(trial.epoch or 0, 'epoch')}"
        seconds = f"  {formatting.seconds(trial.duration_s)}" if trial.duration_s else ""
        best = (
            "  best so far"
            if trial.number == study.best_trial and trial.kind is not TrialKind.BASELINE
            else ""
        )
        self._console.print(f"{name}: {what}{seconds}{best}", highlight=False)

    def _show(self, study: StudyRecord) -> None:
        budget = StudySpec.of_study(study).budget
        done = sum(n for state, n in study.n_trials.items() if state.is_finished)
        total, completed = None, 0.0
        if budget.timeout_s:
            total, completed = budget.timeout_s, study.elapsed_s
        if budget.n_trials and (total is None or done / budget.n_trials > completed / total):
            total, completed = budget.n_trials, done
        best = f"best {formatting.number(study.best_value)}" if study.best_value is not None else ""
        self.progress.update(
            self._task,
            description=str(study.state),
            total=total,
            completed=completed,
            detail=f"{formatting.counted(done, 'trial')} {best}",
        )


_STAGES = {
    Stage.WAITING: "Waiting for another study of this workspace to end.",
    Stage.WORKERS: "Starting the worker processes, which import TensorFlow …",
    Stage.FIRST_TRIAL: "Running the baselines and the first trial …",
    Stage.FINAL_MODEL: "The search is over; making the final model and scoring it on the holdout …",
    Stage.EXPORT: "Exporting, and checking what was exported …",
}
