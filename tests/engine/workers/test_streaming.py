"""Data larger than what a worker may use of the memory: the rows stay in mapped files, and the scores are the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.search.preparing import prepare
from cupel.engine.studies import create_study
from cupel.engine.training.trainer import Trainer, TrainResult
from cupel.engine.workers.context import StudyContext
from cupel.engine.workers.final_task import run_final
from cupel.engine.workers.messages import FinalTask, StudyFiles
from cupel.engine.workers.trial_task import train_spec
from cupel.storage.store import Store

MLP: dict[str, Any] = {
    "n_layers": 1, "width": 8, "dropout": 0.1, "batch_size": 32, "learning_rate": 0.01, "optimizer": "adam",
}  # fmt: skip
CNN: dict[str, Any] = MLP | {"filters": 8, "dense": 16, "normalization": "none", "n_layers": 2}


def files_of(store: Store, source: Path | str, target: str) -> StudyFiles:
    spec = StudySpec(
        target, budget=BudgetSpec(1), max_epochs=3, n_workers=1, split=SplitSpec(n_folds=3), baselines=False
    )
    return prepare(store, create_study(store, source, spec)[0]).files


def trained(context: StudyContext, family: str, params: dict[str, Any]) -> TrainResult:
    problem = context.problem(params)
    # the order of summation differs between all folds at once and one by one: the same path for both
    return Trainer(problem, train_spec(context, problem, family, params, fused=False)).run()


def images(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = rng.integers(0, 60, (90, 12, 12), dtype=np.uint8)
    x[np.arange(90), 4 * y] += 150
    np.savez(folder / "stripes.npz", x=x, y=y)
    return folder / "stripes.npz"


@pytest.mark.parametrize(("kind", "family", "params"), [("table", "mlp", MLP), ("image", "cnn", CNN)])
def test_a_worker_with_little_memory_streams_the_rows_and_finds_the_same(
    kind: str, family: str, params: dict[str, Any], tmp_path: Path
) -> None:
    with Store.open(tmp_path / "workspace") as store:
        source, target = ("sample:iris", "species") if kind == "table" else (images(tmp_path), "label")
        files = files_of(store, source, target)
        whole = StudyContext(files)
        small = StudyContext(dataclasses.replace(files, memory_limit_bytes=10_000))
        assert whole.window_bytes(whole.problem(params)) is None
        assert small.window_bytes(small.problem(params)) is not None
        name = "numeric" if kind == "table" else "pixels"
        assert _is_mapped(small.problem(params).inputs[name])
        one, other = trained(whole, family, params), trained(small, family, params)
        np.testing.assert_array_equal(one.weights, other.weights)
        np.testing.assert_array_equal(one.best_scores, other.best_scores)
        limited = dataclasses.replace(files, memory_limit_bytes=10_000, study_id=2)
        task = FinalTask(
            family=family,
            params=params,
            model=None,
            trial_s=1.0,
            best_epochs=(1, 1, 1),
            time_left_s=float("inf"),
        )
        found = run_final(limited, task)  # chooses, refits and scores from the mapped rows
        assert 0.0 <= found.holdout["accuracy"] <= 1.0
        assert found.final.evidence.n_outer == 3


def _is_mapped(array: Any) -> bool:
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = getattr(array, "base", None)
    return False
