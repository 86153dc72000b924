"""Tasks that are run once, in their order: what the end of a search has to do."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...storage.records import Failure
from ..domain.policy import Policy
from ..workers.messages import StudyRequest, TaskOutcome, WorkerTask
from ..workers.protocol import TaskDone, WorkerReady
from .pool import TaskPool
from .running import Patience

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Errand:
    """A task that is wanted once.

    Attributes
    ----------
    make : callable
        Returns the task when there is a worker for it: some get the time that is left then. Is told how often it has
        failed.
    limit_s : callable
        Returns after how long such a task hangs.
    n_tries : int
        How often it is tried until it succeeds.
    is_needed : bool
        Whether it is run and waited for although the time is over.
    """

    make: Callable[[int], WorkerTask]
    limit_s: Callable[[WorkerTask], float]
    n_tries: int = 1
    is_needed: bool = False

    @classmethod
    def of(cls, task: WorkerTask, limit_s: float = math.inf) -> Errand:
        """Return an errand for a task that is known already."""
        return cls(lambda _: task, lambda _: limit_s)


@dataclass(slots=True)
class Batch:
    """Runs errands on the warm workers of a study.

    Parameters
    ----------
    pool : TaskPool
    policy : Policy
    study : StudyRequest
    errands : mapping of str to Errand
        By key; run in this order.
    is_over : callable
        Whether there is no more time: what is not needed is not started then, and has `late_s` to end.
    late_s : callable
    on_round : callable
        Called several times a second.
    """

    pool: TaskPool
    policy: Policy
    study: StudyRequest
    errands: Mapping[str, Errand]
    is_over: Callable[[], bool]
    late_s: Callable[[], float]
    on_round: Callable[[], object]
    _waiting: list[str] = field(init=False)
    _outcomes: dict[str, TaskOutcome] = field(default_factory=dict[str, TaskOutcome])
    _n_failed: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self._waiting = list(self.errands)

    def run(self) -> Mapping[str, TaskOutcome]:
        """Run them; return what came of each that was started, of one that was tried again what came last."""
        with_worker = time.monotonic()
        while self._waiting or self.pool.running:
            self._start()
            if self.is_over():
                self._hurry()
            if self.pool.running:
                with_worker = time.monotonic()
            elif time.monotonic() - with_worker > self.policy.no_worker_s:
                _log.error("there is no worker for %s", ", ".join(self._waiting))
                break
            self.pool.end_overdue()
            self.on_round()
            for event in self.pool.events():
                if isinstance(event, TaskDone):
                    self._end(event)
                elif isinstance(event, WorkerReady):
                    with_worker = time.monotonic()
        return self._outcomes

    def _start(self) -> None:
        for worker in self.pool.free[: len(self._waiting)]:
            key = self._waiting.pop(0)
            errand = self.errands[key]
            task = errand.make(self._n_failed.get(key, 0))
            self.pool.submit(key, worker, self.study, task, Patience(total_s=errand.limit_s(task)))

    def _hurry(self) -> None:
        """Leave out what is not needed, and wait for what runs of it no longer than an answer takes."""
        self._waiting = [key for key in self._waiting if self.errands[key].is_needed]
        for key, task in self.pool.running.items():
            if not self.errands[key].is_needed:
                task.patience = Patience(total_s=self.late_s())

    def _end(self, event: TaskDone) -> None:
        self._outcomes[event.key] = event.outcome
        if not isinstance(event.outcome, Failure):
            return
        _log.error("%s failed: %s\n%s", event.key, event.outcome.message, event.outcome.traceback)
        n_failed = self._n_failed[event.key] = self._n_failed.get(event.key, 0) + 1
        if n_failed < self.errands[event.key].n_tries:
            self._waiting.insert(0, event.key)
