"""The worker processes of a study: a Dask cluster of warm processes, one task each, watched and replaced when they die.

`Workers` on this machine: all processes are its children, and read the workspace's own files. A task is submitted only
to an idle worker, so that no queued task dies with somebody else's worker.
"""

from __future__ import annotations

import logging
import math
import queue
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psutil
from dask import config
from distributed import Client, Future, LocalCluster
from distributed.security import Security

from ...storage.records import Failure, FailureKind
from ..domain.errors import Message
from ..machine import private_bytes
from .entry import TOPIC, dask_settings, from_wire, warm_up_worker, work
from .messages import Control, Site, StudyRequest, TaskOutcome, TrialTask, WorkerTask
from .protocol import Event, TaskDone, TaskProgress, Usage, WorkerLost, WorkerReady
from .reporter import set_control

_log = logging.getLogger(__name__)


# Dask asks a worker for 4 s and waits 5 s for one that it has killed; on a busy machine longer.
_CLOSE_S = 30.0
# For the few bytes of a task that has ended, on however busy a machine.
_ANSWER_S = 60.0
# The scheduler is asked for its workers at most this often: a round trip of milliseconds.
_REFRESH_S = 0.1


@dataclass(slots=True)
class _Running:
    address: str
    future: Future
    trial_id: int | None


@dataclass(slots=True)
class Cluster:
    """Warm worker processes on this machine; see `Workers`.

    Parameters
    ----------
    site : Site
        A worker that takes more than its memory ends.
    n_workers : int
    work : str
        ``module:name`` of the `Work`, imported by the workers.
    one_first : bool
        Warm one worker up before the others: on a busy machine the first is ready in half the time.
    """

    site: Site
    n_workers: int
    work: str = "cupel.engine.workers.task:TRAINING"
    one_first: bool = False
    _events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue[Event])
    _running: dict[str, _Running] = field(default_factory=dict[str, _Running])
    # By key, kept apart from `_running`: a worker may tell its process before `submit` has come back.
    _pids: dict[str, int] = field(default_factory=dict[str, int])
    # Futures are let go after the next task is sent: Dask's client sends a message at most every 10 ms, and a task
    # would wait behind the word that the last one is no longer wanted.
    _spent: list[Future] = field(default_factory=list["Future"])
    # Workers get GPUs in turn.
    _n_warmed: int = 0
    _refreshed: float = -math.inf
    _ready: set[str] = field(default_factory=set[str])
    # Told to go, and not gone yet.
    _leaving: set[str] = field(default_factory=set[str])
    # By worker address.
    _calls: dict[str, ThreadPoolExecutor] = field(default_factory=dict[str, ThreadPoolExecutor])
    _warming: dict[str, Future] = field(default_factory=dict[str, Future])
    _client: Client | None = None
    _cluster: LocalCluster | None = None

    def start(self) -> None:
        """Start the processes; they report as `WorkerReady` when they are warm."""
        config.set(dask_settings(self.site.n_threads))
        # On the loopback interface, with credentials made for it alone.
        self._cluster = LocalCluster(
            n_workers=self.n_workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            # The worker looks after its own, see `entry`.
            memory_limit=0,
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
                self.work,
                self.site,
                self._n_warmed,
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
            self._events.put(WorkerLost(address, "The process ended."))
        for running in list(self._running.values()):
            if running.address not in present and running.future.status in ("pending", "lost"):
                # Its worker died before the task or with its result: nobody else tells.
                running.future.cancel()
        for address in set(self._calls) - present:
            self._calls.pop(address).shutdown(wait=False, cancel_futures=True)

    @property
    def idle(self) -> list[str]:
        """Addresses of warm workers without a task, in a stable order."""
        busy = {r.address for r in self._running.values()}
        return sorted(self._ready - busy)

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

    def submit(self, key: str, worker: str, study: StudyRequest, task: WorkerTask) -> None:
        """Run a task on an idle worker; ends as a `TaskDone`."""
        assert self._client is not None  # noqa: S101 - started
        future = self._client.submit(
            work,
            key,
            self.site,
            study,
            task,
            self.work,
            workers=[worker],
            allow_other_workers=False,
            pure=False,
        )
        trial_id = task.trial_id if isinstance(task, TrialTask) else None
        self._running[key] = _Running(worker, future, trial_id)
        self._spent.clear()
        future.add_done_callback(lambda f: self._finished(key, worker, f))

    def control(self, key: str, control: Control) -> None:
        """Tell a running trial what to do after its epoch; does not wait for the worker to hear it."""
        running, client = self._running.get(key), self._client
        if running is None or running.trial_id is None or client is None:
            return
        address, trial_id, value = running.address, running.trial_id, control.value
        self._call(
            address, lambda: client.run(set_control, trial_id, value, workers=[address], on_error="ignore")
        )

    def kill(self, key: str) -> bool:
        """Kill the process that runs a task; False where the task has not said yet in which process it runs."""
        pid = self._pids.pop(key, None)
        if pid is None:
            return False
        try:
            psutil.Process(pid).kill()
        except psutil.NoSuchProcess:
            _log.info("process %d of %s had ended already", pid, key)
        return True

    def usage(self, key: str) -> Usage | None:
        """Return what the process of a task uses; None where it has ended or is not known."""
        pid = self._pids.get(key)
        if pid is None:
            return None
        try:
            times = psutil.Process(pid).cpu_times()
            return Usage(float(times.user + times.system), private_bytes(pid))
        except psutil.NoSuchProcess:
            return None

    def recycle(self, worker: str) -> None:
        """Replace the process of an idle worker by a fresh one."""
        client = self._client
        assert client is not None  # noqa: S101 - started
        self._leave(worker)
        self._call(worker, lambda: client.restart_workers([worker], timeout=60, raise_for_error=False))

    def next_event(self, timeout_s: float) -> Event | None:
        """Return the next event, waiting for it at most so long; None where there was none."""
        try:
            event = self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(event, TaskDone):
            running = self._running.pop(event.key, None)
            self._pids.pop(event.key, None)
            if running is not None:
                self._spent.append(running.future)
        return event

    def clear_checkpoints(self, study_id: int, keep: Collection[int]) -> None:
        """Delete the checkpoints of a study's trials but those whose ids are in `keep`."""
        self.site.clear_checkpoints(study_id, keep)

    def _leave(self, address: str) -> None:
        self._ready.discard(address)
        self._leaving.add(address)

    def _call(self, address: str, call: Callable[[], object]) -> None:
        """Call a worker from a thread of its own: in order, and none that hangs holds the engine up."""
        if address not in self._calls:
            self._calls[address] = ThreadPoolExecutor(1, thread_name_prefix="call")
        self._calls[address].submit(_logged, call)

    # -- called from the client's own thread --------------------------------------------------------------------------

    def _on_progress(self, event: tuple[float, Mapping[str, object]]) -> None:
        message = event[1]
        if "pid" in message:
            self._pids[str(message["key"])] = int(str(message["pid"]))
        else:
            self._events.put(TaskProgress(str(message["key"]), from_wire(message)))

    def _warmed(self, address: str, future: Future, began: float) -> None:
        if address not in self._warming:
            return
        try:
            # Before anybody can give the worker a task: one that dies of it would leave this thread, which brings all
            # other results too, waiting for an answer for ever.
            devices = future.result(timeout=_ANSWER_S)
        except Exception:  # noqa: BLE001 - Dask's own, of many types: the worker is of no use
            if self._warming.pop(address, None) is not None:
                self._events.put(WorkerLost(address, _reason(future)))
            return
        seconds = time.monotonic() - began
        # Before it is no longer warming: it must always be known, or it is warmed again.
        self._ready.add(address)
        if self._warming.pop(address, None) is None:
            # `refresh` has told that it is lost.
            self._ready.discard(address)
            return
        self._events.put(WorkerReady(address, devices, seconds))

    def _finished(self, key: str, address: str, future: Future) -> None:
        try:
            outcome: TaskOutcome = future.result()
        except Exception:  # noqa: BLE001 - Dask's own, of many types: the worker is gone
            self._leave(address)
            message = Message("The worker process died while it ran this trial (killed, or out of memory).")
            outcome = Failure.of(FailureKind.KILLED, message, _reason(future))
        self._events.put(TaskDone(key, address, outcome))


def _reason(future: Future) -> str:
    error = future.exception() if future.status == "error" else None
    return repr(error) if error else f"The task was {future.status}."


def _logged(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception:  # noqa: BLE001 - Dask's own, of many types: the worker is gone, and its task says so
        _log.info("a worker could not be called; it may have ended", exc_info=True)
