"""What the machine does while a study runs: one sample at every heartbeat."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field

import psutil

from ...storage.records import SystemSample
from ...storage.store import Store
from .budget import Budget

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SystemWatch:
    """Samples processor, memory and GPU into the store."""

    store: Store
    study_id: int
    budget: Budget
    _has_nvidia: bool = field(default_factory=lambda: shutil.which("nvidia-smi") is not None)

    def sample(self, pids: Iterable[int]) -> None:
        """Record one sample; `pids` are the workers'."""
        memory = psutil.Process().memory_info().rss
        for pid in pids:
            try:
                memory += psutil.Process(pid).memory_info().rss
            except psutil.NoSuchProcess:
                continue
        gpu, gpu_memory = self._gpu()
        self.store.add_system_sample(
            self.study_id,
            SystemSample(
                self.budget.elapsed,
                psutil.cpu_percent() / 100.0,
                memory,
                psutil.virtual_memory().total,
                gpu,
                gpu_memory,
            ),
        )

    def _gpu(self) -> tuple[float | None, int | None]:
        if not self._has_nvidia:
            return None, None
        command = ["nvidia-smi", "--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits"]
        try:
            lines = subprocess.run(
                command, capture_output=True, text=True, timeout=1, check=True
            ).stdout.splitlines()
            rows = [[float(x) for x in line.split(",")] for line in lines]
            return sum(r[0] for r in rows) / len(rows) / 100.0, int(sum(r[1] for r in rows) * 2**20)
        except (subprocess.SubprocessError, ValueError, ZeroDivisionError):
            _log.info("nvidia-smi did not answer; the GPU is not shown any more", exc_info=True)
            self._has_nvidia = False
            return None, None
