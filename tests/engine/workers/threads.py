"""Workers that are threads of this process: the second implementation of `Workers`, without any process."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass

from cupel.engine.machine import private_bytes
from cupel.engine.workers.messages import Control, EpochProgress, Site, StudyRequest, TrialTask, WorkerTask
from cupel.engine.workers.protocol import Event, TaskDone, TaskProgress, Usage, WorkerReady
from cupel.engine.workers.reporter import set_control
from cupel.engine.workers.task import Work, run_task
from cupel.storage.records import Failure, FailureKind


@dataclass(slots=True)
class _Running:
    worker: str
    task: WorkerTask
    is_killed: bool = False


class ThreadWorkers:
    """See `Workers`. A thread that is killed goes on, and nobody listens to it any more."""

    def __init__(self, site: Site, n_workers: int, work: Work) -> None:
        self._site, self._n_wanted, self._work = site, n_workers, work
        self._ready: list[str] = []
        self._running: dict[str, _Running] = {}
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._names = (f"thread-{i:03d}" for i in itertools.count())
        self._is_open = False

    @property
    def n_workers(self) -> int:
        return self._n_wanted

    @property
    def idle(self) -> list[str]:
        busy = {running.worker for running in self._running.values()}
        return sorted(set(self._ready) - busy)

    @property
    def is_shrinking(self) -> bool:
        return len(self._ready) > self._n_wanted

    def start(self) -> None:
        self._is_open = True

    def close(self) -> None:
        self._is_open = False
        for key in list(self._running):
            self.control(key, Control.DROP)

    def refresh(self) -> None:
        while self._is_open and len(self._ready) < self._n_wanted:
            name = next(self._names)
            devices = self._work.warm_up(self._site.n_threads)
            self._ready.append(name)
            self._events.put(WorkerReady(name, devices, 0.0))

    def scale(self, n_workers: int) -> None:
        self._n_wanted = n_workers
        for name in self.idle[: max(0, len(self._ready) - n_workers)]:
            self._ready.remove(name)

    def submit(self, key: str, worker: str, study: StudyRequest, task: WorkerTask) -> None:
        running = self._running[key] = _Running(worker, task)
        threading.Thread(target=self._run, args=(key, running, study), daemon=True).start()

    def control(self, key: str, control: Control) -> None:
        running = self._running.get(key)
        if running is not None and isinstance(running.task, TrialTask):
            set_control(running.task.trial_id, control.value)

    def kill(self, key: str) -> bool:
        running = self._running[key]
        running.is_killed = True
        self._ready.remove(running.worker)
        self.control(key, Control.DROP)
        self._events.put(TaskDone(key, running.worker, Failure(FailureKind.KILLED, "It was killed.")))
        return True

    def usage(self, key: str) -> Usage | None:
        return Usage(time.process_time(), private_bytes()) if key in self._running else None

    def recycle(self, worker: str) -> None:
        self._ready.remove(worker)

    def next_event(self, timeout_s: float) -> Event | None:
        try:
            event = self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(event, TaskDone):
            del self._running[event.key]
        return event

    def clear_checkpoints(self, study_id: int, keep: Collection[int]) -> None:
        self._site.clear_checkpoints(study_id, keep)

    def _run(self, key: str, running: _Running, study: StudyRequest) -> None:
        def send(progress: EpochProgress) -> None:
            if not running.is_killed:
                self._events.put(TaskProgress(key, progress))

        outcome = run_task(self._site.files(study), running.task, send, self._work)
        if not running.is_killed:
            self._events.put(TaskDone(key, running.worker, outcome))
