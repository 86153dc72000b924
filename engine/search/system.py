"""What the machine does while a study runs: one sample at every heartbeat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from ...storage.records import SystemSample
from ...storage.store import Store
from ..machine import memory_bytes, private_bytes
from ..workers.gpus import gpu_usage
from .budget import Budget


@dataclass(slots=True)
class SystemWatch:
    """Samples processor, memory and GPU into the store."""

    store: Store
    study_id: int
    budget: Budget
    _has_gpu: bool = True  # until it was asked

    def sample(self, pids: Iterable[int]) -> None:
        """Record one sample; `pids` are the workers'."""
        memory = private_bytes()
        for pid in pids:
            try:
                memory += private_bytes(pid)
            except psutil.NoSuchProcess:
                continue
        gpu = gpu_usage() if self._has_gpu else None
        self._has_gpu = gpu is not None  # one that does not answer is not asked again
        self.store.add_system_sample(
            self.study_id,
            SystemSample(
                self.budget.elapsed,
                psutil.cpu_percent() / 100.0,
                memory,
                memory_bytes(),
                gpu.fraction if gpu else None,
                gpu.memory_bytes if gpu else None,
            ),
        )
