"""The statistics on fold scores, against computations by hand."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.evidence import corrected_score, tied_trials
from cupel.engine.metrics import METRICS

LEAD = np.array([0.90, 0.92, 0.88, 0.91, 0.89])


def test_the_corrected_resampled_t_test_equals_a_computation_by_hand() -> None:
    # Differences 0.01, 0.02, 0.03, 0.04, 0.05: mean 0.03, variance 0.00025. The corrected t is
    # 0.03 / sqrt((1/5 + 1/4) * 0.00025) = 2.828, and the two-sided 5 % point of t with 4 degrees of freedom is 2.776.
    # Without the correction t would be 4.243, whose 1 % point is 4.604.
    worse = LEAD - np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    assert tied_trials({0: LEAD, 1: worse}, 0, n_folds=5) == [0]
    assert tied_trials({0: LEAD, 1: worse}, 0, n_folds=5, level=0.04) == [0, 1]  # p = 0.0474
    assert tied_trials({0: LEAD, 1: worse}, 0, n_folds=3) == [0, 1]  # more overlap: 1/5 + 1/2


def test_the_tie_set_begins_with_the_best_and_holds_equal_ones() -> None:
    scores = {3: LEAD, 7: LEAD.copy(), 9: LEAD - 0.2, 1: LEAD - np.array([0.02, -0.02, 0.01, 0.0, 0.0])}
    assert tied_trials(scores, 3, n_folds=5) == [3, 1, 7]


def test_trials_with_other_replicas_are_not_compared() -> None:
    assert tied_trials({0: LEAD, 1: LEAD[:3]}, 0, n_folds=5) == [0]


def test_repeats_count_as_replicas_of_the_same_folds() -> None:
    rng = np.random.default_rng(0)
    lead = 0.9 + 0.01 * rng.standard_normal(10)
    assert tied_trials({0: lead, 1: lead - 0.05 - 0.01 * rng.standard_normal(10)}, 0, n_folds=5) == [0]


def test_the_bias_is_what_the_best_of_each_fold_is_better() -> None:
    other = LEAD + np.array([0.02, -0.05, 0.03, -0.05, -0.05])
    found = corrected_score({0: LEAD, 1: other}, 0, metric=METRICS["accuracy"], n_folds=5)
    assert found["bias"] == pytest.approx((0.02 + 0.03) / 5)
    assert found["value"] == pytest.approx(0.90 - 0.01)


def test_of_a_loss_the_correction_goes_up() -> None:
    other = LEAD - np.array([0.05, -0.05, 0.0, -0.05, -0.05])
    found = corrected_score({0: LEAD, 1: other}, 0, metric=METRICS["rmse"], n_folds=5)
    assert found["bias"] == pytest.approx(-0.01)
    assert found["value"] == pytest.approx(0.91)


def test_the_interval_is_as_wide_as_overlapping_training_parts_ask() -> None:
    found = corrected_score({0: LEAD}, 0, metric=METRICS["accuracy"], n_folds=5)
    half = 2.776445 * np.sqrt((1 / 5 + 1 / 4) * LEAD.var(ddof=1))
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=1e-5)


def test_a_single_replica_has_no_interval() -> None:
    found = corrected_score({0: LEAD[:1]}, 0, metric=METRICS["accuracy"], n_folds=2)
    assert found["low"] == found["value"] == found["high"]


@pytest.mark.parametrize(
    ("name", "folds", "low", "high"),
    [
        ("accuracy", [1.0, 1.0, 0.9, 1.0, 0.95], None, 1.0),
        ("roc_auc", [0.1, 0.0, 0.02, 0.0, 0.0], 0.0, None),
        ("matthews_corrcoef", [-1.0, -0.9, -0.2, -1.0, -1.0], -1.0, None),
        ("r2", [0.99, 1.0, 1.0, 0.9, 1.0], None, 1.0),
        ("r2", [-30.0, -40.0, -35.0, -20.0, -33.0], None, None),
        ("rmse", [0.0, 0.0, 0.1, 0.0, 0.0], 0.0, None),
    ],
)
def test_an_interval_does_not_leave_the_range_of_its_metric(
    name: str, folds: list[float], low: float | None, high: float | None
) -> None:
    lead = np.array(folds)
    found = corrected_score({0: lead}, 0, metric=METRICS[name], n_folds=5)
    half = 2.776445 * np.sqrt((1 / 5 + 1 / 4) * lead.var(ddof=1))
    assert found["low"] == pytest.approx(lead.mean() - half if low is None else low, rel=1e-5)
    assert found["high"] == pytest.approx(lead.mean() + half if high is None else high, rel=1e-5)
