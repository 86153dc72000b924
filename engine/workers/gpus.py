"""Which GPUs there are and how busy they are, without importing TensorFlow: the one place that asks nvidia-smi.

Untried on a machine that has a GPU; the tests put a program of that name on the path.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from dataclasses import dataclass

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GpuUsage:
    """What all GPUs of the machine do together: mean utilisation in [0, 1], and memory in use."""

    fraction: float
    memory_bytes: int


def gpu_names() -> tuple[str, ...]:
    """Return the GPUs that a worker may be given, as CUDA names them: by number, or as the environment lists them."""
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is not None:
        return tuple(name.strip() for name in listed.split(",") if name.strip() not in ("", "-1"))
    lines = _ask("-L", timeout_s=10) or []
    return tuple(str(i) for i, line in enumerate(lines) if line.startswith("GPU"))


def gpu_usage() -> GpuUsage | None:
    """Return what the GPUs do now; None where there is none, or nvidia-smi does not answer within a second."""
    query = "--query-gpu=utilization.gpu,memory.used"
    lines = _ask(query, "--format=csv,noheader,nounits", timeout_s=1)
    if not lines:
        return None
    try:
        rows = [[float(cell) for cell in line.split(",")] for line in lines]
        fraction = sum(row[0] for row in rows) / len(rows) / 100.0
        return GpuUsage(fraction, int(sum(row[1] for row in rows) * 2**20))
    except (ValueError, IndexError):
        _log.warning("nvidia-smi answers %r, which is no usage; the GPU is not shown", lines)
        return None


def use_gpu(place: int) -> None:
    """Let this process see one GPU alone, the `place`-th in turn; before TensorFlow is imported."""
    names = gpu_names()
    if names:
        os.environ["CUDA_VISIBLE_DEVICES"] = names[place % len(names)]


def _ask(*arguments: str, timeout_s: float) -> list[str] | None:
    """Return the lines of nvidia-smi's answer, None where it is not installed or fails."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    try:
        done = subprocess.run(
            [tool, *arguments], capture_output=True, text=True, timeout=timeout_s, check=True
        )
    except (OSError, subprocess.SubprocessError):
        _log.warning("nvidia-smi does not answer; no GPU is used or shown", exc_info=True)
        return None
    return done.stdout.splitlines()
