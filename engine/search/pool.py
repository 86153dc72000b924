"""The tasks that a study's workers run: handed out, listened to, and ended when they take too long.

The search and its end share one pool, so that hanging, late and killed tasks are dealt with once, here. What is waited
for, and for how long, is `Policy`'s; who runs the tasks is `Workers`'.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from ..domain.policy import Policy, Silence
from ..workers.messages import Control, StudyRequest, WorkerTask
from ..workers.protocol import Event, TaskDone, TaskProgress, Usage, WorkerLost, WorkerReady, Workers
from .running import Dropped, Patience, RunningTask

_log = logging.getLogger(__name__)


class TaskPool:
    """The tasks on the workers of a study.

    Parameters
    ----------
    workers : Workers
        Started before the first task.
    policy : Policy
    clock : callable
        Returns seconds; of what tasks take and for how long they are silent.
    """

    def __init__(self, workers: Workers, policy: Policy, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers, self._policy, self._clock = workers, policy, clock
        self._running: dict[str, RunningTask] = {}
        # Keys of tasks whose process is to be killed as soon as it is known which one it is.
        self._to_kill: set[str] = set()
        self._n_lost_in_row = 0
        # Memory after the first trial, by worker.
        self._first_peaks: dict[str, int] = {}

    @property
    def running(self) -> Mapping[str, RunningTask]:
        """The tasks under way by key."""
        return MappingProxyType(self._running)

    @property
    def free(self) -> list[str]:
        """Workers that may be given a task now: no more run than are wanted."""
        return list(self._workers.idle[: max(0, self._workers.n_workers - len(self._running))])

    @property
    def has_idle_worker(self) -> bool:
        """Whether a worker is warm and has no task."""
        return bool(self._workers.idle)

    @property
    def never_starts(self) -> bool:
        """Whether workers die again and again before one is ready, and none has a task."""
        too_many = self._policy.never_starts(self._n_lost_in_row, self._workers.n_workers)
        return too_many and not self._running

    def submit(
        self, key: str, worker: str, study: StudyRequest, task: WorkerTask, patience: Patience
    ) -> RunningTask:
        """Give a task to a free worker."""
        running = RunningTask(key, worker, task, patience, started=self._clock(), heard=self._clock())
        self._running[key] = running
        self._workers.submit(key, worker, study, task)
        return running

    def events(self) -> Iterator[Event]:
        """Yield what happens for a moment, or until there is a worker to be given a task.

        A task whose `TaskDone` is yielded is no longer among those that run.
        """
        self._workers.refresh()
        end = time.monotonic() + self._policy.poll_s
        while (event := self._workers.next_event(max(0.0, end - time.monotonic()))) is not None:
            match event:
                case TaskProgress():
                    if event.key in self._running:
                        self._running[event.key].note_progress(event.progress.memory_bytes, self._clock())
                        yield event
                case TaskDone():
                    self._to_kill.discard(event.key)
                    if self._running.pop(event.key, None) is not None:
                        yield event
                    return
                case WorkerReady():
                    self._n_lost_in_row = 0
                    yield event
                    return
                case WorkerLost():
                    self._n_lost_in_row += 1
                    yield event

    def control(self, task: RunningTask, control: Control) -> None:
        """Tell a running trial what to do after its epoch."""
        self._workers.control(task.key, control)

    def control_all(self, control: Control) -> None:
        """Let all trials pause or go on; a pause is no silence."""
        for task in self._running.values():
            task.heard = self._clock()
            if task.dropped is None:
                self._workers.control(task.key, control)

    def finish(self, task: RunningTask) -> None:
        """Have a trial end with what it has after its epoch."""
        if not task.is_finishing and task.dropped is None:
            task.is_finishing = True
            self._workers.control(task.key, Control.FINISH)

    def drop(self, task: RunningTask, why: Dropped) -> None:
        """Have a trial end after its epoch without a result."""
        task.drop(why)
        self._workers.control(task.key, Control.DROP)

    def kill(self, task: RunningTask, why: Dropped) -> None:
        """End the process of a task; where it is not known yet which one that is, as soon as it is."""
        if task.key in self._to_kill or task.is_killed:
            return
        _log.warning(
            "%s is ended after %.0f s: %s", task.key, self._clock() - task.started, task.dropped or why
        )
        task.drop(why)
        self._to_kill.add(task.key)
        self._kill()

    def end_overdue(self) -> None:
        """Kill the tasks that take longer, or are silent for longer, than they are waited for."""
        self._kill()
        now = self._clock()
        for task in self._running.values():
            if self._is_overdue(task, now):
                self.kill(task, task.patience.why)

    def usage(self) -> list[Usage]:
        """Return what the processes of all running tasks use, as far as it is known."""
        found = (self._workers.usage(key) for key in self._running)
        return [usage for usage in found if usage is not None]

    def replace_grown(self, worker: str, peak_bytes: int, limit_bytes: int) -> None:
        """Replace a worker that has grown much since its first trial."""
        first_bytes = self._first_peaks.setdefault(worker, peak_bytes)
        if self._policy.has_grown(peak_bytes, first_bytes, limit_bytes):
            del self._first_peaks[worker]
            self._workers.recycle(worker)

    def _kill(self) -> None:
        for key in list(self._to_kill):
            if self._workers.kill(key):
                self._to_kill.discard(key)
                self._running[key].is_killed = True

    def _is_overdue(self, task: RunningTask, now: float) -> bool:
        patience, silence_s = task.patience, now - task.heard
        if now - task.started > patience.total_s or silence_s > patience.silence_s:
            return True
        if not patience.may_hang:
            return False
        match self._policy.judge_silence(silence_s, task.longest_silence_s):
            case Silence.FINE:
                return False
            case Silence.TOO_LONG:
                return True
            case Silence.DOUBTFUL:
                usage, watch_s = (
                    self._workers.usage(task.key),
                    self._policy.watch_s(task.longest_silence_s),
                )
                return usage is not None and not task.computes(
                    usage.cpu_s, now, watch_s, self._policy.compute_share
                )
