"""The engine's signs of life: that it lives, what it does, and what the machine does meanwhile."""

from __future__ import annotations

import logging
import math
import os
import time
from dataclasses import dataclass

import psutil

from ...storage.records import Stage, SystemSample
from ...storage.store import Store
from ..domain.policy import Policy
from ..machine import memory_bytes, private_bytes
from ..workers.gpus import gpu_usage
from .budget import Budget
from .pool import TaskPool

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Heartbeat:
    """Writes the signs of life of a study's engine into the store.

    Parameters
    ----------
    store : Store
    study_id : int
    budget : Budget
    pool : TaskPool
    policy : Policy
    """

    store: Store
    study_id: int
    budget: Budget
    pool: TaskPool
    policy: Policy
    _beaten: float = -math.inf
    _stage: Stage | None = None
    # Until one was asked that does not answer.
    _has_gpu: bool = True

    def beat(self, *, sample: bool = False) -> None:
        """Write that the engine lives, and a sample of the machine where asked for; does nothing soon after another."""
        if time.monotonic() - self._beaten < self.policy.heartbeat_s:
            return
        self.beat_now()
        if sample:
            self.store.add_system_sample(self.study_id, self._sample())

    def beat_now(self) -> None:
        """Write that the engine lives, and how much of the budget's time is used."""
        self._beaten = time.monotonic()
        self.store.heartbeat(self.study_id, elapsed_s=self.budget.elapsed, pid=os.getpid())

    def enter(self, stage: Stage) -> None:
        """Write what the engine does, where that is new."""
        if stage is not self._stage:
            self._stage = stage
            _log.info("%s after %.1f s", stage, self.budget.elapsed)
            self.store.set_stage(self.study_id, stage)

    def _sample(self) -> SystemSample:
        gpu = gpu_usage() if self._has_gpu else None
        self._has_gpu = gpu is not None
        return SystemSample(
            self.budget.elapsed,
            psutil.cpu_percent() / 100.0,
            private_bytes() + sum(usage.memory_bytes for usage in self.pool.usage()),
            memory_bytes(),
            gpu.fraction if gpu else None,
            gpu.memory_bytes if gpu else None,
        )
