"""A trial in a worker, and one that goes on from the checkpoint of a worker that died."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.spec import BudgetSpec, LimitsSpec, SplitSpec, StudySpec
from cupel.engine.search.preparing import prepare
from cupel.engine.studies import create_study
from cupel.engine.training.checkpoint import load_checkpoint, save_checkpoint
from cupel.engine.training.reports import EpochReport, TrainingStopped
from cupel.engine.training.trainer import Trainer
from cupel.engine.workers.context import context_of
from cupel.engine.workers.messages import Control, StudyFiles, TaskResult, TrialTask, checkpoint_path
from cupel.engine.workers.reporter import set_control
from cupel.engine.workers.task import run_task
from cupel.engine.workers.trial_task import train_spec
from cupel.storage.records import Failure, FailureKind
from cupel.storage.store import Store

PARAMS: dict[str, Any] = {
    "n_layers": 1, "width": 8, "dropout": 0.0, "batch_size": 32, "learning_rate": 0.01, "optimizer": "adam",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Iterator[StudyFiles]:
    spec = StudySpec(
        target="species", budget=BudgetSpec(1), max_epochs=6, n_workers=1, split=SplitSpec(n_folds=3)
    )
    with Store.open(tmp_path / "workspace") as store:
        yield prepare(store, create_study(store, "sample:iris", spec)[0]).files


def die_in_epoch(files: StudyFiles, trial_id: int, epoch: int, *, busy_s: float) -> None:
    """Leave the checkpoint of a worker that died, as if it had worked for so long."""

    def die(report: EpochReport) -> bool:
        if report.epoch == epoch:
            raise TrainingStopped
        return True

    path = checkpoint_path(files, trial_id)
    problem = context_of(files).problem(PARAMS)
    spec = train_spec(context_of(files), problem, "mlp", PARAMS)
    trainer = Trainer(problem, spec, path, checkpoint_every_s=0.0)
    with pytest.raises(TrainingStopped):
        trainer.run(die)
    saved = load_checkpoint(path)
    assert saved is not None
    assert saved["busy_s"] > 0.0
    save_checkpoint(path, saved | {"busy_s": np.float64(busy_s)})


def run(files: StudyFiles, trial_id: int) -> TaskResult:
    result = run_task(files, TrialTask(trial_id, 0, "mlp", PARAMS), lambda _: None)
    assert isinstance(result, TaskResult), result
    return result


def test_a_resumed_trial_counts_the_time_before_its_checkpoint(files: StudyFiles) -> None:
    assert run(files, 1).duration_s < 1000.0
    die_in_epoch(files, 2, 3, busy_s=1000.0)
    assert 1000.0 < run(files, 2).duration_s < 2000.0


def test_a_resumed_trial_that_is_dropped_counts_it_too(files: StudyFiles) -> None:
    die_in_epoch(files, 3, 3, busy_s=1000.0)
    set_control(3, Control.DROP)
    dropped = run(files, 3)
    assert dropped.scores is None
    assert dropped.duration_s > 1000.0


def test_a_network_larger_than_allowed_is_ruled_out_before_it_is_trained(files: StudyFiles) -> None:
    small = dataclasses.replace(files, limits=LimitsSpec(parameters=10))
    found = run_task(small, TrialTask(9, 9, "mlp", PARAMS), lambda _: None)
    assert isinstance(found, Failure)
    assert found.kind is FailureKind.RULED_OUT
    assert "more than the 10 allowed" in found.message
