"""How much of the machine this process may use: its cores and memory, or what a container leaves of them.

A control group of Linux (what containers and services run in) can be given less than the machine has, and its processes
are killed when they take more; neither the number of processors nor the free memory that the system tells knows of it.
Nothing heavy is imported.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_CONTROLLERS, _OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_LOOK_S, _BUSY_PERCENT = 0.1, 75.0
# Of files: given up when memory is short.
_CACHED = {"active_file", "inactive_file"}


@dataclass(frozen=True, slots=True)
class ControlGroupLimits:
    """What the control groups of a process leave it.

    Attributes
    ----------
    memory_bytes, free_bytes : float
        Of the tightest group; infinite where there is no limit.
    n_cores : float
        Cores' worth of time; infinite where there is no limit.
    """

    memory_bytes: float = math.inf
    free_bytes: float = math.inf
    n_cores: float = math.inf


def n_cores() -> int:
    """Return how many cores this process may keep busy, at least 1."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(found, math.ceil(min(group_limits().n_cores, found))))


def is_busy() -> bool:
    """Whether other processes keep most of the machine busy now; looks at it for a tenth of a second.

    Not the load average, which remembers for minutes what has ended, an earlier search for instance.
    """
    return psutil.cpu_percent(_LOOK_S) > _BUSY_PERCENT


def memory_bytes() -> int:
    """Return how much memory this process and its children may ever have."""
    return int(min(psutil.virtual_memory().total, group_limits().memory_bytes))


def free_memory_bytes() -> int:
    """Return how much of it is free now; what only keeps files at hand counts as free."""
    return int(min(psutil.virtual_memory().available, group_limits().free_bytes))


def private_bytes(pid: int | None = None) -> int:
    """Return how much memory a process, by default this one, has taken for itself.

    Pages of mapped files, which the system takes back when it needs them, are left out where the system tells: else a
    process that streams data larger than the memory would seem to fill it.

    Raises
    ------
    psutil.NoSuchProcess
    """
    found = psutil.Process(pid).memory_info()
    return int(found.rss) - int(getattr(found, "shared", 0))


def group_limits(controllers: Path = _CONTROLLERS, own: Path = _OWN) -> ControlGroupLimits:
    """Return the tightest limits of the groups that this process is in, of both versions of control groups.

    Parameters
    ----------
    controllers : Path
        Where the groups are mounted.
    own : Path
        The file that names the groups of this process; where there is none, as outside Linux, nothing is limited.
    """
    if not own.is_file():
        return ControlGroupLimits()
    found: list[ControlGroupLimits] = []
    for line in own.read_text(encoding="utf-8").splitlines():
        _, names, path = line.split(":", 2)
        if names == "":
            found += [_unified(folder) for folder in _groups(controllers, path)]
        for name in names.split(","):
            if name == "memory":
                found += [
                    _memory(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
                    for folder in _groups(controllers / name, path)
                ]
            elif name == "cpu":
                found += [_share(folder) for folder in _groups(controllers / name, path)]
    return ControlGroupLimits(
        min((one.memory_bytes for one in found), default=math.inf),
        min((one.free_bytes for one in found), default=math.inf),
        min((one.n_cores for one in found), default=math.inf),
    )


def _groups(root: Path, path: str) -> Iterator[Path]:
    """Yield the folders of a group and of those around it; inside a container its own is mounted as the root."""
    folder = root / path.lstrip("/")
    while folder != root:
        yield folder
        folder = folder.parent
    yield root


def _unified(folder: Path) -> ControlGroupLimits:
    memory = _memory(folder, "memory.max", "memory.current", "")
    quota, _, period = _read(folder / "cpu.max").partition(" ")
    cores = int(quota) / int(period) if quota.isdigit() and period.isdigit() else math.inf
    return ControlGroupLimits(memory.memory_bytes, memory.free_bytes, cores)


def _memory(folder: Path, limit: str, usage: str, prefix: str) -> ControlGroupLimits:
    most, used = _read(folder / limit), _read(folder / usage)
    # "max", or a group without such a limit.
    if not (most.isdigit() and used.isdigit()):
        return ControlGroupLimits()
    counts = (line.split() for line in _read(folder / "memory.stat").splitlines())
    cached = sum(
        int(n) for name, n in counts if name.removeprefix(prefix) in _CACHED and name.startswith(prefix)
    )
    return ControlGroupLimits(int(most), max(0, int(most) - int(used) + cached))


def _share(folder: Path) -> ControlGroupLimits:
    quota, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
    return (
        ControlGroupLimits(n_cores=int(quota) / int(period))
        if quota.isdigit() and period.isdigit()
        else ControlGroupLimits()
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        # A controller that is not there, or a group that is not to be seen from inside.
        return ""
