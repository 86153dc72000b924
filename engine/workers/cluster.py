"""The worker processes of a study: a Dask cluster of warm processes, one task each, watched and replaced when they die.

The engine submits a task only to a free worker, so that no queued task dies with somebody else's worker. Everything
that workers say arrives in one queue, as typed events.
"""

from __future__ import annotations

import logging
import math
import queue
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psutil
from dask import config
from distributed import Client, Future, LocalCluster
from distributed.security import Security

from ...storage.records import Failure, FailureKind
from ..domain.errors import Message
from .entry import dask_settings, warm_up_worker, work
from .messages import TOPIC, Control, Progress, StudyFiles, Task, TaskOutcome
from .reporter import set_control

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerReady:
    """A worker has imported TensorFlow, in so many seconds, and waits for a task; `devices` is what it sees."""

    address: str
    devices: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker could not be warmed up, or died meanwhile."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskDone:
    """A task has ended; `key` is the one that `submit` was given."""

    key: str
    address: str
    outcome: TaskOutcome


Event = WorkerReady | WorkerLost | TaskDone | Progress
# Dask asks a worker for 4 s and waits 5 s for one that it has killed; on a busy machine longer.
_CLOSE_S = 30.0
# For the few bytes of a task that has ended, on however busy a machine.
_ANSWER_S = 60.0
_REFRESH_S = 0.1  # the scheduler is asked for its workers at most this often: a round trip of milliseconds


@dataclass(slots=True)
class _Running:
    key: str
    address: str
    future: Future


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
    runner : str
        Module with `warm_up` and `run_task`, imported by the workers.
    one_first : bool
        Warm one worker up before the others: on a busy machine the first is ready in half the time.
    """

    n_workers: int
    n_threads: int
    memory_limit_bytes: int
    runner: str = "cupel.engine.workers.task"
    one_first: bool = False
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)
    _running: dict[str, _Running] = field(default_factory=dict)
    # By key, kept apart from `_running`: a worker may tell its process before `submit` has come back.
    _pids: dict[str, int] = field(default_factory=dict)
    # Futures are let go after the next task is sent: Dask's client sends a message at most every 10 ms, and a task
    # would wait behind the word that the last one is no longer wanted.
    _spent: list[Future] = field(default_factory=list[Any])
    _n_warmed: int = 0  # workers get GPUs in turn
    _refreshed: float = -math.inf
    _ready: set[str] = field(default_factory=set)
    _leaving: set[str] = field(default_factory=set)  # told to go, and not gone yet
    _calls: dict[str, ThreadPoolExecutor] = field(default_factory=dict)  # by worker address
    _warming: dict[str, Future] = field(default_factory=dict)
    _client: Client | None = None
    _cluster: LocalCluster | None = None

    def start(self) -> None:
        """Start the processes; they report as `WorkerReady` when they are warm."""
        config.set(dask_settings(self.n_threads))
        # On the loopback interface, with credentials made for it alone.
        self._cluster = LocalCluster(
            n_workers=self.n_workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            memory_limit=0,  # the worker looks after its own, see `entry`
            security=Security.temporary(),
            silence_logs=logging.CRITICAL,
        )
        self._client = Client(self._cluster, set_as_default=False)
        self._client.subscribe_topic(TOPIC, self._on_progress)

    def close(self) -> None:
        """Stop all processes."""
        for calls in self._calls.values():
            calls.shutdown(wait=False, cancel_futures=True)
        for part in (self._client, self._cluster):
            if part is None:
                continue
            try:
                part.close(timeout=_CLOSE_S)
            except TimeoutError:
                _log.warning("the worker processes take over %.0f s to end; they end with this one", _CLOSE_S)
        self._client = self._cluster = None

    def refresh(self) -> None:
        """Warm up workers that are new, and forget those that are gone; call often."""
        assert self._client is not None  # noqa: S101 - started
        if time.monotonic() - self._refreshed < _REFRESH_S:
            return
        self._refreshed = time.monotonic()
        # Not `Client.scheduler_info`: that returns what the client's own timer may have replaced by an answer without
        # any worker in the meantime, and all that run would be taken for dead.
        scheduler: Any = self._client.scheduler
        info: Any = self._client.sync(scheduler.identity, n_workers=-1)
        present = set(info["workers"])
        self._leaving &= present
        known = self._ready | self._leaving | set(self._warming) | {r.address for r in self._running.values()}
        for address in present - known:
            if self.one_first and self._warming and not self._ready and not self._running:
                break
            future = self._client.submit(
                warm_up_worker,
                self.runner,
                self.n_threads,
                self._n_warmed,
                self.memory_limit_bytes,
                workers=[address],
                allow_other_workers=False,
                pure=False,
            )
            self._warming[address] = future
            self._n_warmed += 1
            began = time.monotonic()
            future.add_done_callback(lambda f, a=address, b=began: self._warmed(a, f, b))
        self._ready &= present
        for address in set(self._warming) - present:
            self._warming.pop(address).cancel()
            self.events.put(WorkerLost(address, "The process ended."))
        for running in list(self._running.values()):
            if running.address not in present and running.future.status in ("pending", "lost"):
                running.future.cancel()  # its worker died before the task or with its result: nobody else tells
        for address in set(self._calls) - present:
            self._calls.pop(address).shutdown(wait=False, cancel_futures=True)

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
                self._leave(self._cluster.workers[name].worker_address)
            if leaving:
                self._cluster.sync(self._cluster.scale_down, leaving)
        self.n_workers = n_workers

    def submit(self, key: str, address: str, files: StudyFiles, task: Task) -> None:
        """Run a task on an idle worker; ends as a `TaskDone`."""
        assert self._client is not None  # noqa: S101 - started
        future = self._client.submit(
            work, key, files, task, workers=[address], allow_other_workers=False, pure=False
        )
        self._running[key] = _Running(key, address, future)
        self._spent.clear()
        future.add_done_callback(lambda f: self._finished(key, address, f))

    def control(self, key: str, trial_id: int, control: Control) -> None:
        """Tell a running trial what to do after its epoch; does not wait for the worker to hear it."""
        running, client = self._running.get(key), self._client
        if running and client is not None:
            address, value = running.address, control.value
            self._call(
                address,
                lambda: client.run(set_control, trial_id, value, workers=[address], on_error="ignore"),
            )

    def kill(self, key: str) -> bool:
        """Kill the process that runs a task; its end arrives as a `TaskDone` with a failure.

        Returns
        -------
        bool
            False where the task has not said yet in which process it runs.
        """
        pid = self._pids.pop(key, None)
        if pid is None:
            return False
        try:
            psutil.Process(pid).kill()
        except psutil.NoSuchProcess:
            _log.info("process %d of %s had ended already", pid, key)
        return True

    def cpu_s(self, key: str) -> float | None:
        """Return the processor seconds of the process that runs a task; None where it has ended or is not known."""
        pid = self._pids.get(key)
        if pid is None:
            return None
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            return None
        return float(times.user + times.system)

    def recycle(self, address: str) -> None:
        """Replace a process that has grown; TensorFlow gives memory back to nobody (tensorflow#80753)."""
        client = self._client
        assert client is not None  # noqa: S101 - started
        self._leave(address)
        self._call(address, lambda: client.restart_workers([address], timeout=60, raise_for_error=False))

    def pids(self) -> dict[str, int]:
        """Return the process id of every running task by key, as far as it has reported."""
        return dict(self._pids)

    def done(self, key: str) -> None:
        """Forget a task whose `TaskDone` has been dealt with."""
        running = self._running.pop(key, None)
        self._pids.pop(key, None)
        if running:
            self._spent.append(running.future)

    def _leave(self, address: str) -> None:
        self._ready.discard(address)
        self._leaving.add(address)

    def _call(self, address: str, call: Callable[[], Any]) -> None:
        """Call a worker from a thread of its own: in order, and none that hangs holds the engine up."""
        if address not in self._calls:
            self._calls[address] = ThreadPoolExecutor(1, thread_name_prefix="call")
        self._calls[address].submit(_logged, call)

    # -- called from the client's own thread --------------------------------------------------------------------------

    def _on_progress(self, event: tuple[float, Any]) -> None:
        message: Mapping[str, Any] = event[1]
        if "started" in message:
            self._pids[message["started"]] = message["pid"]
        else:
            self.events.put(Progress.from_wire(message))

    def _warmed(self, address: str, future: Future, began: float) -> None:
        if address not in self._warming:
            return
        try:
            # Before anybody can give the worker a task: one that dies of it would leave this thread, which brings all
            # other results too, waiting for an answer for ever.
            devices = future.result(timeout=_ANSWER_S)
        except Exception:  # noqa: BLE001 - Dask's own, of many types: the worker is of no use
            if self._warming.pop(address, None) is not None:
                self.events.put(WorkerLost(address, _reason(future)))
            return
        seconds = time.monotonic() - began
        self._ready.add(
            address
        )  # before it is no longer warming: it must always be known, or it is warmed again
        if self._warming.pop(address, None) is None:  # `refresh` has told that it is lost
            self._ready.discard(address)
            return
        self.events.put(WorkerReady(address, devices, seconds))

    def _finished(self, key: str, address: str, future: Future) -> None:
        try:
            outcome: TaskOutcome = future.result()
        except Exception:  # noqa: BLE001 - Dask's own, of many types: the worker is gone
            self._leave(address)
            message = Message("The worker process died while it ran this trial (killed, or out of memory).")
            outcome = Failure(FailureKind.KILLED, str(message), _reason(future), message.template, {})
        self.events.put(TaskDone(key, address, outcome))


def _reason(future: Future) -> str:
    error = future.exception() if future.status == "error" else None
    return repr(error) if error else f"The task was {future.status}."


def _logged(call: Callable[[], Any]) -> None:
    try:
        call()
    except Exception:  # noqa: BLE001 - Dask's own, of many types: the worker is gone, and its task says so
        _log.info("a worker could not be called; it may have ended", exc_info=True)
