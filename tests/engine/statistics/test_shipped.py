"""What is shipped beside single networks is judged inside the resampling: made models, whose quality is known."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.statistics import resampling
from cupel.engine.statistics.judged_rows import JudgedRows
from cupel.engine.statistics.resampling import resample
from cupel.engine.statistics.shipped import repeats_mean

from .made_models import N_FOLDS, classifier, held, judged

N_REPEATS = 3


def repeated(y: np.ndarray, metric: str, rng: np.random.Generator) -> JudgedRows:
    """Return rows with three repeats of the folds, each drawn anew."""
    rows = judged(y, metric, rng)
    valid = list(rows.valid[:N_FOLDS])
    for _ in range(N_REPEATS - 1):
        valid += np.array_split(rng.permutation(len(y)), N_FOLDS)
    return JudgedRows(metric, y, tuple(valid), N_FOLDS, np.arange(len(y)), by_class=False)


def test_the_mean_over_further_repeats_is_of_each_row_whatever_its_fold() -> None:
    rng = np.random.default_rng(0)
    rows = repeated(rng.integers(0, 2, 60), "accuracy", rng)
    # Each repeat says its number of every row, the first one, which the search knows, counts as none.
    given = tuple(np.full(len(v), float(r // N_FOLDS)) for r, v in enumerate(rows.valid))
    mean = repeats_mean(rows.valid, given, N_FOLDS, 1, 60)
    assert mean is not None
    assert [len(part) for part in mean] == [len(v) for v in rows.valid[:N_FOLDS]]
    assert all((part == 1.5).all() for part in mean)
    assert repeats_mean(rows.valid, given[: 2 * N_FOLDS], N_FOLDS, 1, 60) is None


def test_an_ensemble_of_networks_that_err_apart_is_scored_as_one() -> None:
    singles, ensembles, truth = [], [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 400)
        rows = repeated(y, "brier_score", rng)
        given = []
        for valid in rows.valid:
            # Probabilities that are right but for noise of each network's own: its square is what a mean halves.
            p = np.clip(np.where(y[valid] == 1, 0.7, 0.3) + 0.2 * rng.normal(size=len(valid)), -9, 9)
            given.append(np.stack([1 - p, p], axis=1))
        found = resample(rows, {0: held(tuple(given))}, {}, n_resamples=50, n_finalists=1)
        corrected = found.corrected(n_complete=1, n_pruned=0)
        assert corrected is not None
        assert corrected.ensemble is not None
        assert corrected.thresholded is None
        singles.append(corrected.value)
        ensembles.append(corrected.ensemble.value)
        truth.append(corrected.ensemble.low <= 0.09 + 0.02 <= corrected.ensemble.high)
    # 0.3² of being unsure, and 0.2² of noise, which the mean of two networks halves.
    assert np.mean(singles) == pytest.approx(0.13, abs=0.005)
    assert np.mean(ensembles) == pytest.approx(0.11, abs=0.005)
    assert sum(truth) >= 18


def thresholded(seed: int, cut: float, metric: str = "accuracy") -> tuple[float, float]:
    """Return the corrected score, plain and with a fitted threshold, of a model whose right threshold is `cut`."""
    rng = np.random.default_rng(seed)
    p = rng.random(600)
    y = (p > cut).astype(int)
    y = np.where(rng.random(600) < 0.2, 1 - y, y)
    rows = judged(y, metric, rng)
    given = tuple(np.stack([1 - p[v], p[v]], axis=1) for v in rows.valid)
    corrected = resample(rows, {0: held(given)}, {}, n_resamples=100).corrected(n_complete=1, n_pruned=0)
    assert corrected is not None
    assert corrected.thresholded is not None
    return corrected.value, corrected.thresholded.value


def test_a_threshold_that_is_elsewhere_is_found_on_rows_that_were_drawn_and_judged_on_others() -> None:
    plain, fitted = np.mean([thresholded(seed, 0.75) for seed in range(20)], axis=0)
    # A fifth of the labels is wrong; at 0.5 a quarter of the rows is on the wrong side beside that.
    assert plain == pytest.approx(0.8 - 0.25 * 0.6, abs=0.02)
    assert fitted == pytest.approx(0.8, abs=0.02)
    assert fitted <= 0.81


def test_on_noise_a_fitted_threshold_brings_nothing() -> None:
    values = []
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        rows = judged(rng.integers(0, 2, 300), "balanced_accuracy", rng)
        noise = tuple(
            np.stack([1 - q, q], axis=1) for q in (rng.random(len(v)) for v in rows.valid[:N_FOLDS])
        )
        corrected = resample(rows, {0: held(noise)}, {}, n_resamples=100).corrected(n_complete=1, n_pruned=0)
        assert corrected is not None
        assert corrected.thresholded is not None
        values.append(corrected.thresholded.value)
    assert abs(np.mean(values) - 0.5) < 3 * np.std(values) / np.sqrt(len(values))


def test_regressions_and_several_classes_have_no_threshold() -> None:
    rng = np.random.default_rng(3)
    rows = judged(rng.integers(0, 2, 100), "roc_auc", rng)
    found = resample(rows, {0: held(classifier(rows, 0.7, rng))}, {}, n_resamples=50)
    corrected = found.corrected(n_complete=1, n_pruned=0)
    assert corrected is not None
    assert (corrected.ensemble, corrected.thresholded) == (None, None)


def test_thresholds_are_fitted_in_parts_without_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    rows = judged(rng.integers(0, 2, 100), "accuracy", rng)
    given = held(classifier(rows, 0.7, rng))
    whole = resample(rows, {0: given}, {}, n_resamples=50)
    monkeypatch.setattr(resampling, "MOST_CELLS", 300)
    assert np.array_equal(resample(rows, {0: given}, {}, n_resamples=50).thresholded, whole.thresholded)
