"""The final model: chosen on evidence from the development rows, and scored on the holdout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS
from cupel.engine.domain.results import OuterFolds
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.search.preparing import Prepared, prepare
from cupel.engine.statistics.comparison import paired_difference
from cupel.engine.studies import create_study
from cupel.engine.training.model import TrainedModel
from cupel.engine.workers.context import context_of
from cupel.engine.workers.final_task import _decide, run_final
from cupel.engine.workers.messages import FinalTask, TaskResult, TrialTask
from cupel.engine.workers.task import run_task
from cupel.storage.store import Store

PARAMS: dict[str, Any] = {
    "n_layers": 1, "width": 16, "dropout": 0.0, "batch_size": 16, "learning_rate": 0.01, "optimizer": "adam",
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


def study(store: Store, *, n_repeats: int = 1, n_folds: int = 3) -> Prepared:
    spec = StudySpec(
        target="species", budget=BudgetSpec(1), max_epochs=5, n_workers=1,
        split=SplitSpec(n_folds=n_folds, n_repeats=n_repeats),
    )  # fmt: skip
    return prepare(store, create_study(store, "sample:iris", spec)[0])


def trial(prepared: Prepared) -> TaskResult:
    result = run_task(prepared.files, TrialTask(1, 0, "mlp", PARAMS), lambda _: None)
    assert isinstance(result, TaskResult), result
    return result


def final(prepared: Prepared, result: TaskResult, **changes: Any) -> TaskResult:
    assert result.scores is not None
    values: dict[str, Any] = {
        "family": "mlp", "params": PARAMS, "model": result.model, "trial_s": result.duration_s,
        "best_epochs": tuple(result.scores.best_epochs.tolist()), "time_left_s": float("inf"),
    }  # fmt: skip
    return run_final(prepared.files, FinalTask(**{**values, **changes}))


def scores_of(prepared: Prepared, found: TaskResult) -> float:
    context = context_of(prepared.files)
    assert found.model is not None
    rows = context.splits.holdout
    predictions = TrainedModel.from_bytes(found.model).predict(context.table, rows)
    return METRICS["accuracy"](context.y_by_row[rows], predictions)


@pytest.mark.parametrize("n_repeats", [1, 2])
def test_the_ensemble_is_kept_unless_one_network_is_significantly_better_on_outer_folds(
    store: Store, n_repeats: int
) -> None:
    prepared = study(store, n_repeats=n_repeats)
    found = final(prepared, trial(prepared))
    chosen = found.final
    evidence = chosen.evidence
    assert evidence.n_outer == len(evidence.ensemble) == len(evidence.refit) == 3
    gain = paired_difference(np.array(evidence.refit), np.array(evidence.ensemble), n_folds=3)
    assert chosen.kind == ("refit" if gain.low > 0 else "ensemble")
    assert chosen.n_networks == (1 if gain.low > 0 else 3 * n_repeats)
    assert found.holdout["accuracy"] == pytest.approx(scores_of(prepared, found))


@pytest.mark.parametrize(
    ("metric", "ensemble", "refit", "kind"),
    [
        pytest.param("accuracy", [0.80, 0.81, 0.79], [0.85, 0.86, 0.84], "refit", id="better in all"),
        pytest.param("accuracy", [0.80, 0.81, 0.79], [0.81, 0.90, 0.79], "ensemble", id="by chance"),
        pytest.param("accuracy", [0.85, 0.86, 0.84], [0.80, 0.81, 0.79], "ensemble", id="worse"),
        pytest.param("accuracy", [0.8], [0.9], "ensemble", id="one fold says nothing of the spread"),
        pytest.param("accuracy", [1.0, 1.0, 1.0], [1.0, 1.0, 1.0], "ensemble", id="equal"),
        pytest.param("rmse", [3.00, 3.10, 2.90], [2.50, 2.61, 2.39], "refit", id="a smaller error"),
        pytest.param("rmse", [2.50, 2.61, 2.39], [3.00, 3.10, 2.90], "ensemble", id="a larger error"),
    ],
)
def test_one_network_needs_evidence(
    metric: str, ensemble: list[float], refit: list[float], kind: str
) -> None:
    assert _decide(metric, OuterFolds(len(refit), tuple(ensemble), tuple(refit)), 3)[0] == kind


def test_without_time_the_fold_networks_are_kept_as_they_are(store: Store) -> None:
    prepared = study(store)
    result = trial(prepared)
    found = final(prepared, result, time_left_s=0.0)
    assert found.final.kind == "ensemble"
    assert found.final.evidence == OuterFolds(0)
    assert "no time" in str(found.final.reason)
    assert found.holdout["accuracy"] == pytest.approx(scores_of(prepared, found))


def test_evidence_that_takes_longer_than_foretold_is_given_up(store: Store) -> None:
    prepared = study(store)
    found = final(prepared, trial(prepared), trial_s=1e-6, time_left_s=1e-4)
    assert found.final.evidence == OuterFolds(0)


def test_fold_networks_that_were_not_kept_are_trained_again_to_the_same(store: Store) -> None:
    prepared = study(store)
    result = trial(prepared)
    kept = final(prepared, result, time_left_s=0.0)
    again = final(prepared, result, time_left_s=0.0, model=None)
    assert kept.model is not None
    assert again.model is not None
    context = context_of(prepared.files)
    first, second = (
        TrainedModel.from_bytes(m).predict(context.table, context.splits.holdout)
        for m in (kept.model, again.model)
    )
    np.testing.assert_array_equal(first, second)


def test_two_folds_leave_nothing_to_compare_on(store: Store) -> None:
    prepared = study(store, n_folds=2)
    found = final(prepared, trial(prepared))
    assert found.final.kind == "ensemble"
    assert "Two folds" in str(found.final.reason)
