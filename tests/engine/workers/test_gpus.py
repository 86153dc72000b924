"""How GPUs are shared out; the machine that runs the tests may have none, so the environment lists them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from cupel.engine.workers.gpus import GpuUsage, gpu_names, gpu_usage, use_gpu
from cupel.engine.workers.sharing import share_out


def test_the_environment_says_which_gpus_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 5")
    assert gpu_names() == ("2", "5")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert gpu_names() == ()


def test_each_worker_sees_one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for place in range(3):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
        use_gpu(place)
        seen.append(os.environ["CUDA_VISIBLE_DEVICES"])
    assert seen == ["2", "5", "2"]


def test_there_is_one_worker_a_gpu_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    assert share_out(None)[0] == 1
    assert share_out(2)[0] == 2


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name, alone on the path, whose answers a test writes."""
    if sys.platform == "win32":
        pytest.skip("a shell script stands for nvidia-smi")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "nvidia-smi"


def answer(tool: Path, script: str) -> None:
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)


def test_nvidia_smi_is_asked_for_names_and_usage(nvidia_smi: Path) -> None:
    assert gpu_names() == ()
    assert gpu_usage() is None
    answer(nvidia_smi, '[ "$1" = -L ] && printf "GPU 0: A\\nGPU 1: B\\n" || printf "50, 1024\\n100, 2048\\n"')
    assert gpu_names() == ("0", "1")
    assert gpu_usage() == GpuUsage(0.75, 3 * 2**30)


@pytest.mark.parametrize("script", ["exit 9", "echo no devices were found", "echo 50", "true"])
def test_an_odd_answer_of_nvidia_smi_means_no_gpu(nvidia_smi: Path, script: str) -> None:
    answer(nvidia_smi, script)
    assert gpu_names() == ()
    assert gpu_usage() is None
