"""What a container leaves of the machine, read from made folders of both versions of control groups."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from cupel.engine.machine import (
    ControlGroupLimits,
    free_memory_bytes,
    group_limits,
    is_busy,
    memory_bytes,
    n_cores,
)

GB = 1 << 30


def make(root: Path, files: dict[str, str]) -> Path:
    """Write the files of made control groups; return their root."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n")
    return root


@pytest.mark.parametrize(
    ("own", "files", "limits"),
    [
        pytest.param("0::/box/inner", {
            "box/memory.max": str(4 * GB), "box/memory.current": str(3 * GB),
            "box/memory.stat": f"anon 5\ninactive_file {GB}\nactive_file 7\nfile_mapped 9",
            "box/cpu.max": "150000 100000",
            "box/inner/memory.max": "max", "box/inner/memory.current": str(2 * GB), "box/inner/cpu.max": "max 100000",
        }, ControlGroupLimits(4 * GB, 2 * GB + 7, 1.5), id="version 2, limited by the group around it"),
        pytest.param("0::/", {
            "memory.max": str(GB), "memory.current": str(2 * GB), "memory.stat": "anon 1", "cpu.max": "400000 100000",
        }, ControlGroupLimits(GB, 0, 4.0), id="version 2, inside a container"),
        pytest.param("5:cpu,cpuacct:/docker/f00\n4:memory:/docker/f00\n3:cpuset:/", {
            "memory/memory.limit_in_bytes": str(2 * GB), "memory/memory.usage_in_bytes": str(GB),
            "memory/memory.stat": "cache 3\ninactive_file 1\ntotal_inactive_file 10\ntotal_active_file 20",
            "cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000",
        }, ControlGroupLimits(2 * GB, GB + 30, 0.5), id="version 1, whose own group is not to be seen"),
        pytest.param("2:memory:/\n1:cpu:/\n0::/", {
            "memory/memory.limit_in_bytes": "9223372036854771712", "memory/memory.usage_in_bytes": "1000",
            "memory/memory.stat": "", "cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000",
        }, ControlGroupLimits(9223372036854771712, 9223372036854770712, math.inf), id="version 1, no limit"),
    ],
)  # fmt: skip
def test_the_tightest_group_counts(
    tmp_path: Path, own: str, files: dict[str, str], limits: ControlGroupLimits
) -> None:
    root = make(tmp_path / "groups", files)
    (tmp_path / "own").write_text(own + "\n")
    assert group_limits(root, tmp_path / "own") == limits


def test_without_control_groups_the_machine_is_the_limit(tmp_path: Path) -> None:
    assert group_limits(tmp_path, tmp_path / "none") == ControlGroupLimits()


def test_this_process_may_use_no_more_than_there_is() -> None:
    assert 1 <= n_cores() <= (os.cpu_count() or 1)
    assert 0 < free_memory_bytes() <= memory_bytes() <= psutil.virtual_memory().total


def test_a_machine_is_busy_while_others_compute() -> None:
    burners = [
        subprocess.Popen(
            [sys.executable, "-c", "print(flush=True)\nwhile True: pass"], stdout=subprocess.PIPE
        )
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        for burner in burners:
            assert burner.stdout is not None
            burner.stdout.readline()
        assert is_busy()
    finally:
        for burner in burners:
            burner.kill()
            burner.communicate()
