"""Our metrics are scikit-learn's, number for number."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS, default_metric, metrics_for
from sklearn import metrics as sk

RNG = np.random.default_rng(7)


def probabilities(n: int, k: int) -> np.ndarray:
    p = RNG.dirichlet(np.ones(k), n).round(2)  # rounded: ties
    return (p + 1e-6) / (p + 1e-6).sum(axis=1, keepdims=True)


CLASS_SCORES = {
    "accuracy": lambda y, p: sk.accuracy_score(y, p.argmax(1)),
    "balanced_accuracy": lambda y, p: sk.balanced_accuracy_score(y, p.argmax(1)),
    "matthews_corrcoef": lambda y, p: sk.matthews_corrcoef(y, p.argmax(1)),
    "log_loss": lambda y, p: sk.log_loss(y, p, labels=np.arange(p.shape[1])),
    **{
        f"{name}_{kind}": lambda y, p, f=f, kind=kind: f(y, p.argmax(1), average=kind, zero_division=0)
        for name, f in (("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score))
        for kind in ("macro", "micro", "weighted")
    },
}
BINARY_SCORES = {
    "f1": lambda y, p: sk.f1_score(y, p.argmax(1)),
    "precision": lambda y, p: sk.precision_score(y, p.argmax(1)),
    "recall": lambda y, p: sk.recall_score(y, p.argmax(1)),
    "roc_auc": lambda y, p: sk.roc_auc_score(y, p[:, 1]),
    "roc_auc_ovr": lambda y, p: sk.roc_auc_score(y, p[:, 1]),
    "average_precision": lambda y, p: sk.average_precision_score(y, p[:, 1]),
    "brier_score": lambda y, p: sk.brier_score_loss(y, p[:, 1]),
}
NUMBER_SCORES = {
    "mse": sk.mean_squared_error,
    "rmse": sk.root_mean_squared_error,
    "mae": sk.mean_absolute_error,
    "median_absolute_error": sk.median_absolute_error,
    "mape": sk.mean_absolute_percentage_error,
    "r2": sk.r2_score,
}


@pytest.mark.parametrize("name", CLASS_SCORES)
@pytest.mark.parametrize("k", [2, 5])
def test_class_metric_equals_scikit_learns(name: str, k: int) -> None:
    y, p = RNG.integers(0, k, 300), probabilities(300, k)
    assert METRICS[name](y, p) == pytest.approx(CLASS_SCORES[name](y, p), abs=1e-9)


@pytest.mark.parametrize("name", BINARY_SCORES)
def test_binary_metric_equals_scikit_learns(name: str) -> None:
    y, p = RNG.integers(0, 2, 300), probabilities(300, 2)
    assert METRICS[name](y, p) == pytest.approx(BINARY_SCORES[name](y, p), abs=1e-9)


def test_the_second_guess_counts_too() -> None:
    y, p = RNG.integers(0, 5, 300), RNG.dirichlet(np.ones(5), 300)
    assert METRICS["top_k_accuracy"](y, p) == pytest.approx(sk.top_k_accuracy_score(y, p, k=2))


def test_one_against_rest_auc_is_the_mean_over_classes() -> None:
    y, p = RNG.integers(0, 4, 200), probabilities(200, 4)
    expected = sk.roc_auc_score(y, p, multi_class="ovr")
    assert METRICS["roc_auc_ovr"](y, p) == pytest.approx(expected)


@pytest.mark.parametrize("name", NUMBER_SCORES)
def test_regression_metric_equals_scikit_learns(name: str) -> None:
    y = RNG.normal(size=200)
    p = y + RNG.normal(size=200)
    assert METRICS[name](y, p) == pytest.approx(NUMBER_SCORES[name](y, p))


def test_every_metric_is_compared_with_scikit_learn() -> None:
    compared = {"top_k_accuracy"}  # above
    assert set(CLASS_SCORES) | set(BINARY_SCORES) | set(NUMBER_SCORES) | compared == set(METRICS)


def test_a_single_class_has_no_auc() -> None:
    assert np.isnan(METRICS["roc_auc"](np.zeros(10, int), probabilities(10, 2)))


def test_nan_is_never_better_and_anything_beats_nan() -> None:
    metric = METRICS["accuracy"]
    assert not metric.direction.is_better(float("nan"), 0.1)
    assert metric.direction.is_better(0.1, float("nan"))
    assert METRICS["rmse"].direction.is_better(1.0, 2.0)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_default_metric_fits_its_task(task: str) -> None:
    assert default_metric(task) in metrics_for(task)
