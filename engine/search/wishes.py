"""What the user asks of a running study: to pause, go on or stop it, more or fewer workers, trials, to skip one."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass

from ...storage.records import Request, StudyState
from ...storage.store import Store
from ..domain.policy import Policy
from ..workers.messages import Control
from ..workers.protocol import Workers
from .budget import Budget
from .pool import TaskPool
from .preparing import Prepared

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Wishes:
    """Reads what the user asks, and does what can be done at once.

    Attributes
    ----------
    request : Request
        What the study is to do.
    skips : set of int
        Ids of unfinished trials that are not wanted.
    """

    store: Store
    prepared: Prepared
    workers: Workers
    pool: TaskPool
    budget: Budget
    policy: Policy
    request: Request = Request.RUN
    skips: frozenset[int] = frozenset()
    _has_requests: bool = False
    _read: float = -math.inf

    def read(self) -> None:
        """Read the store, unless that was a moment ago."""
        if time.monotonic() - self._read < self.policy.wishes_s:
            return
        self._read = time.monotonic()
        study_id = self.prepared.request.study_id
        study = self.store.study(study_id)
        if study.request is not self.request:
            _log.info("asked to %s", study.request)
            self._turn_to(study.request)
        self._scale(study.n_workers_requested or self.prepared.n_workers)
        self._has_requests = study.n_requested > 0
        self.skips = frozenset(self.store.skips_asked(study_id)) if self.pool.running else frozenset()

    def has_new_requests(self) -> bool:
        """Return whether the user asked for trials of his own since this was asked last."""
        answer, self._has_requests = self._has_requests, False
        return answer

    def _turn_to(self, request: Request) -> None:
        study_id = self.prepared.request.study_id
        if request is Request.PAUSE:
            self.budget.pause()
            self.pool.control_all(Control.PAUSE)
            self.store.set_study_state(study_id, StudyState.PAUSED)
        elif self.request is Request.PAUSE:
            self.budget.go_on()
            self.pool.control_all(Control.CONTINUE)
            self.store.set_study_state(study_id, StudyState.RUNNING)
        self.request = request

    def _scale(self, wanted: int) -> None:
        most = self.prepared.most_workers
        if wanted > most:
            _log.warning("%d workers were asked for; the memory allows %d", wanted, most)
            wanted = most
            # So that viewers show what runs.
            self.store.request_workers(self.prepared.request.study_id, most)
        if wanted != self.workers.n_workers or self.workers.is_shrinking:
            self.workers.scale(wanted)
