"""How GPUs are shared out; the machine that runs the tests may have none, so the environment lists them."""

from __future__ import annotations

import os

import pytest
from cupel.engine.search.preparing import share_out
from cupel.engine.workers.gpus import gpu_names, use_gpu


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
