"""Fitted thresholds: found where they help, told honestly where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.statistics.thresholds import USUAL, fit_threshold, is_thresholded
from numpy.typing import NDArray

Parts = list[NDArray[np.int64]]


def made(shift: float, n: int = 900) -> tuple[Parts, Parts, list[NDArray[np.float64]]]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    positive = 1 / (1 + np.exp(-(2.0 * (2 * y - 1) + rng.normal(0, 1.5, n) - shift)))
    rows = [np.arange(k, n, 3) for k in range(3)]
    return rows, [y[r] for r in rows], [positive[r] for r in rows]


def test_a_shifted_network_gets_its_threshold_and_the_gain_is_seen_on_rows_that_the_fit_has_not_seen() -> (
    None
):
    fitted = fit_threshold("balanced_accuracy", *made(3.0))
    assert fitted.value < 0.2
    assert np.mean(fitted.scores) > np.mean(fitted.usual) + 0.1


def test_where_nothing_is_to_be_gained_the_usual_threshold_stays_or_no_gain_is_claimed() -> None:
    rows, y, positive = made(0.0)
    fitted = fit_threshold("accuracy", rows, y, positive)
    assert abs(np.mean(fitted.scores) - np.mean(fitted.usual)) < 0.01
    exact = [np.where(classes == 1, 0.9, 0.1) for classes in y]
    assert fit_threshold("accuracy", rows, y, exact).value == USUAL


def test_a_fold_is_scored_with_a_threshold_fitted_without_its_rows_also_when_others_repeat_them() -> None:
    rows, y, positive = made(3.0)
    # The second repeat has the rows of the first; labels that only these rows would teach must not be learned.
    fitted = fit_threshold("accuracy", [rows[0], rows[0]], [y[0], y[0]], [positive[0], positive[0]])
    assert fitted.scores == fitted.usual


@pytest.mark.parametrize(
    ("task", "metric", "expected"),
    [("binary", "f1", True), ("binary", "f1_macro", True), ("binary", "matthews_corrcoef", True),
     ("binary", "roc_auc", False), ("multiclass", "accuracy", False), ("regression", "rmse", False)],
)  # fmt: skip
def test_only_metrics_of_two_classes_that_depend_on_a_threshold_have_one(
    task: str, metric: str, expected: bool
) -> None:
    assert is_thresholded(task, metric) is expected
