"""The worker processes of a study: a Dask cluster of warm processes, one task each, watched and replaced when they die.

The engine submits a task only to a free worker, so that no queued task dies with somebody else's worker. Everything
that workers say arrives in one queue, as typed events.
"""

from __future__ import annotations

import importlib
import logging
import os
import queue
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dask import config
from distributed import Client, Future, LocalCluster, get_worker
from distributed.security import Security

from ...storage.records import Failure, FailureKind
from ..errors import Message
from .messages import TOPIC, Control, Progress, StudyFiles, Task, TaskOutcome
from .reporter import set_control

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """A worker has imported TensorFlow and waits for a task; `devices` is what it sees."""

    address: str
    devices: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker could not be warmed up, or died while idle."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A task has ended; `key` is the one that `submit` was given."""

    key: str
    address: str
    outcome: TaskOutcome


Event = WorkerReady | WorkerLost | TaskDone | Progress


@dataclass(slots=True)
class _Running:
    key: str
    address: str
    future: Future
    pid: int | None = None


@dataclass(slots=True)
class Cluster:
    """Warm worker processes.

    Parameters
    ----------
    n_workers : int
    n_threads : int
        Of each worker.
    memory_limit_bytes : int
        Of each worker: one that grows past it is killed, one that has grown past half of it is replaced between tasks.
    address : str or None
        Of an existing Dask scheduler; None starts a `LocalCluster` on the loopback interface, with credentials made
        for it alone.
    runner : str
        Module with `warm_up` and `run_task`, imported by the workers.
    """

    n_workers: int
    n_threads: int
    memory_limit_bytes: int
    address: str | None = None
    runner: str = "cupel.engine.workers.task"
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    _running: dict[str, _Running] = field(default_factory=dict)
    _ready: set[str] = field(default_factory=set)
    _warming: dict[str, Future] = field(default_factory=dict)
    _client: Client | None = None
    _cluster: LocalCluster | None = None

    def start(self) -> None:
        """Start the processes; they report as `WorkerReady` when they are warm."""
        config.set(
            {
                "distributed.scheduler.allowed-failures": 0,  # a task whose worker died fails: the engine decides
                "distributed.worker.memory.target": False,
                "distributed.worker.memory.spill": False,
                "distributed.worker.memory.pause": False,
                "distributed.worker.memory.terminate": 1.0,
                "distributed.comm.timeouts.connect": "60s",
                "distributed.scheduler.worker-ttl": None,  # hangs are the engine's to judge
                "distributed.nanny.pre-spawn-environ": {**_worker_environment(self.n_threads)},
                "distributed.scheduler.http.routes": [],  # no pages: nothing looks in but the engine
                "distributed.worker.http.routes": [],
            }
        )
        if self.address is None:
            self._cluster = LocalCluster(
                n_workers=self.n_workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                memory_limit=self.memory_limit_bytes,
                security=Security.temporary(),
                silence_logs=logging.CRITICAL,
            )
            self._client = Client(self._cluster, set_as_default=False)
        else:
            self._client = Client(self.address, set_as_default=False)
        self._client.subscribe_topic(TOPIC, self._on_progress)

    def close(self) -> None:
        """Stop all processes."""
        for part in (self._client, self._cluster):
            if part is not None:
                part.close(timeout=5)
        self._client = self._cluster = None

    def refresh(self) -> None:
        """Warm up workers that are new, and forget those that are gone; call often."""
        assert self._client is not None  # noqa: S101 - started
        present = set(self._client.scheduler_info(n_workers=-1)["workers"])
        for address in (
            present - self._ready - set(self._warming) - {r.address for r in self._running.values()}
        ):
            future = self._client.submit(
                _warm_up,
                self.runner,
                self.n_threads,
                workers=[address],
                allow_other_workers=False,
                pure=False,
            )
            self._warming[address] = future
            future.add_done_callback(lambda f, a=address: self._warmed(a, f))
        for address in self._ready - present:
            self._ready.discard(address)
        for address in set(self._warming) - present:
            self._warming.pop(address, None)

    @property
    def idle(self) -> list[str]:
        """Addresses of warm workers without a task, in a stable order."""
        busy = {r.address for r in self._running.values()}
        return sorted(self._ready - busy)

    @property
    def n_running(self) -> int:
        return len(self._running)

    @property
    def is_shrinking(self) -> bool:
        """Whether more processes run than are wanted, because they were busy when they were to go."""
        return self._cluster is not None and len(self._cluster.workers) > self.n_workers

    def scale(self, n_workers: int) -> None:
        """Start more workers, or let idle ones go; busy ones are let go by a later call."""
        if self._cluster is None:
            return
        have = len(self._cluster.workers)
        if n_workers > have:
            self._cluster.scale(n_workers)
        elif n_workers < have:
            names = [name for name, w in self._cluster.workers.items() if w.worker_address in self.idle]
            leaving = names[: have - n_workers]
            for name in leaving:
                self._ready.discard(self._cluster.workers[name].worker_address)
            if leaving:
                self._cluster.sync(self._cluster.scale_down, leaving)
        self.n_workers = n_workers

    def submit(self, key: str, address: str, files: StudyFiles, task: Task) -> None:
        """Run a task on an idle worker; ends as a `TaskDone`."""
        assert self._client is not None  # noqa: S101 - started
        future = self._client.submit(
            _work, key, files, task, workers=[address], allow_other_workers=False, pure=False
        )
        self._running[key] = _Running(key, address, future)
        future.add_done_callback(lambda f: self._finished(key, address, f))

    def control(self, key: str, trial_id: int, control: Control) -> None:
        """Tell a running trial what to do after its epoch."""
        running = self._running.get(key)
        if running and self._client is not None:
            self._client.run(
                set_control, trial_id, control.value, workers=[running.address], on_error="ignore"
            )

    def kill(self, key: str) -> None:
        """Kill the process that runs a task (it hangs); its end arrives as a `TaskDone` with a failure."""
        running = self._running.get(key)
        if running and running.pid:
            os.kill(running.pid, signal.SIGKILL)

    def recycle(self, address: str) -> None:
        """Replace a process that has grown; TensorFlow gives memory back to nobody (tensorflow#80753)."""
        assert self._client is not None  # noqa: S101 - started
        self._ready.discard(address)
        self._client.restart_workers([address], timeout=60, raise_for_error=False)

    def pids(self) -> dict[str, int]:
        """Return the process id of every running task by key, as far as it has reported."""
        return {key: r.pid for key, r in self._running.items() if r.pid}

    def done(self, key: str) -> None:
        """Forget a task whose `TaskDone` has been dealt with."""
        self._running.pop(key, None)

    # -- called from the client's own thread --------------------------------------------------------------------------

    def _on_progress(self, event: tuple[float, Any]) -> None:
        message: Mapping[str, Any] = event[1]
        if "started" in message:
            running = self._running.get(message["started"])
            if running:
                running.pid = message["pid"]
        else:
            self.events.put(Progress.from_wire(message))

    def _warmed(self, address: str, future: Future) -> None:
        self._warming.pop(address, None)
        if future.status == "finished":
            self._ready.add(address)
            self.events.put(WorkerReady(address, future.result()))
        else:
            self.events.put(WorkerLost(address, str(future.status)))

    def _finished(self, key: str, address: str, future: Future) -> None:
        if future.status == "finished":
            outcome: TaskOutcome = future.result()
        else:
            self._ready.discard(address)
            message = Message("The worker process died while it ran this trial (killed, or out of memory).")
            outcome = Failure(FailureKind.KILLED, str(message), str(future.status), message.template, {})
        self.events.put(TaskDone(key, address, outcome))


def _work(key: str, files: StudyFiles, task: Task) -> TaskOutcome:
    worker = get_worker()

    def send(progress: Progress) -> None:
        worker.log_event(TOPIC, progress.to_wire())

    worker.log_event(TOPIC, {"started": key, "pid": os.getpid()})
    outcome: TaskOutcome = importlib.import_module(files.runner).run_task(files, task, send)
    return outcome


def _warm_up(runner: str, n_threads: int) -> Mapping[str, Any]:
    devices: Mapping[str, Any] = importlib.import_module(runner).warm_up(n_threads)
    return devices


def _worker_environment(n_threads: int) -> dict[str, str]:
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "KERAS_BACKEND": "tensorflow",
        "OMP_NUM_THREADS": str(n_threads),
        "OPENBLAS_NUM_THREADS": str(n_threads),
        "MKL_NUM_THREADS": str(n_threads),
        "PYTHONWARNINGS": "ignore",
        "PYTHONHASHSEED": "0",
        "MALLOC_TRIM_THRESHOLD_": "65536",
    }
