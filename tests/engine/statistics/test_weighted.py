"""Scores under weights are the scores of rows that are repeated."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS
from cupel.engine.statistics.weighted import weighted_scores


def problem(task: str, rng: np.random.Generator, n: int, *, ties: bool) -> tuple[np.ndarray, np.ndarray]:
    if task == "regression":
        y = rng.normal(size=n) * 10 + 1000
        p = y + rng.normal(size=n)
        return (np.round(y), np.round(p)) if ties else (y, p)
    n_classes = 2 if task == "binary" else 4
    y = rng.integers(0, n_classes, n)
    p = rng.dirichlet(np.ones(n_classes), n) + 0.3 * np.eye(n_classes)[y]
    p = np.round(p, 1) + 0.05 if ties else p
    return y, p / p.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("name", METRICS)
def test_a_weighted_score_is_the_score_of_the_rows_repeated(name: str, ties: bool) -> None:
    rng = np.random.default_rng(7)
    for task in sorted(METRICS[name].tasks):
        y, p = problem(task, rng, 60, ties=ties)
        weights = rng.multinomial(60, np.full(60, 1 / 60), size=20)
        found = weighted_scores(name, y, p, weights)
        expected = [METRICS[name](np.repeat(y, w), np.repeat(p, w, axis=0)) for w in weights]
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", METRICS)
def test_without_any_row_there_is_no_score(name: str) -> None:
    rng = np.random.default_rng(8)
    task = sorted(METRICS[name].tasks)[0]
    y, p = problem(task, rng, 30, ties=False)
    assert np.isnan(weighted_scores(name, y, p, np.zeros((1, 30)))).all()


@pytest.mark.parametrize("name", ["roc_auc", "roc_auc_ovr", "average_precision"])
def test_a_missing_class_is_no_score(name: str) -> None:
    rng = np.random.default_rng(9)
    y, p = problem("binary", rng, 30, ties=False)
    assert np.isnan(weighted_scores(name, y, p, (y == 0)[None].astype(float))).all()
