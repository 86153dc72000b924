"""Corrected scores and verdicts where folds hold few groups, blocks or rows of a class; the truth is known.

What may be resampled is then little: nothing may be dropped without a word, and nothing looks better for it.
"""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS
from cupel.engine.statistics.judged_rows import JudgedRows, MemberPredictions, block_units
from cupel.engine.statistics.resampling import Resampled, resample

from .made_models import N_FOLDS, held

N_IN_GROUP = 30


def in_groups(n_groups: int, rng: np.random.Generator) -> JudgedRows:
    """Return rows of groups that differ from one another, whole groups in each fold."""
    group = np.repeat(np.arange(n_groups), N_IN_GROUP)
    y = rng.normal(size=n_groups)[group] + rng.normal(size=len(group))
    return JudgedRows("rmse", y, _folds(group % N_FOLDS), N_FOLDS, group, by_class=False)


def of_two_classes_in_groups(n_groups: int, rng: np.random.Generator) -> JudgedRows:
    group = np.repeat(np.arange(n_groups), N_IN_GROUP)
    y = (0.5 * rng.normal(size=n_groups)[group] + rng.normal(size=len(group)) > 0).astype(np.int64)
    return JudgedRows("roc_auc", y, _folds(group % N_FOLDS), N_FOLDS, group, by_class=False)


def with_rare_class(n_rare: int, rng: np.random.Generator, n: int = 120) -> JudgedRows:
    """Return rows of which few are of class 1, dealt to the folds in turn."""
    y = np.zeros(n, np.int64)
    y[:n_rare] = 1
    fold = np.concatenate([np.arange(n_rare), np.arange(n - n_rare)]) % N_FOLDS
    order = rng.permutation(n)
    return JudgedRows("roc_auc", y[order], _folds(fold[order]), N_FOLDS, np.arange(n), by_class=True)


def in_order(n_blocks: int, rng: np.random.Generator) -> JudgedRows:
    """Return a walk, in folds that follow one another, of `n_blocks` blocks each."""
    n = 20 * n_blocks * N_FOLDS
    fold = np.arange(n) // (20 * n_blocks)
    folds = _folds(fold)
    return JudgedRows(
        "rmse", np.cumsum(rng.normal(size=n)), folds, N_FOLDS, block_units(folds, n, 20), by_class=False
    )


def _folds(fold: np.ndarray) -> tuple[np.ndarray, ...]:
    return tuple(np.flatnonzero(fold == k) for k in range(N_FOLDS))


def model(rows: JudgedRows, rng: np.random.Generator) -> MemberPredictions:
    """Return predictions that have something to do with the targets."""
    said = rows.y + 2.0 * rng.normal(size=len(rows.y))
    if rows.metric == "roc_auc":
        p = 1.0 / (1.0 + np.exp(-said))
        return tuple(np.stack([1.0 - p[v], p[v]], axis=1) for v in rows.valid)
    return tuple(said[v] for v in rows.valid)


def score_of(rows: JudgedRows, predictions: MemberPredictions) -> float:
    """Return the mean over the folds, as the search judges it."""
    return float(
        np.mean([METRICS[rows.metric](rows.y[v], p) for v, p in zip(rows.valid, predictions, strict=True)])
    )


CASES = {
    "5 groups": lambda rng: in_groups(5, rng),
    "8 groups": lambda rng: in_groups(8, rng),
    "30 groups": lambda rng: in_groups(30, rng),
    "classes in 8 groups": lambda rng: of_two_classes_in_groups(8, rng),
    "5 rows of a class": lambda rng: with_rare_class(5, rng),
    "7 rows of a class": lambda rng: with_rare_class(7, rng),
    "40 rows of a class": lambda rng: with_rare_class(40, rng),
    "2 blocks a fold": lambda rng: in_order(2, rng),
    "5 blocks a fold": lambda rng: in_order(5, rng),
}


@pytest.mark.parametrize("name", CASES)
def test_where_nothing_is_chosen_the_scores_are_those_of_the_folds(name: str) -> None:
    rng = np.random.default_rng(0)
    rows = CASES[name](rng)
    ours, other = model(rows, rng), model(rows, rng)
    found = resample(rows, {3: held(ours)}, {"other": held(other)}, n_resamples=300)
    corrected, verdict = found.corrected(n_complete=1, n_pruned=0), found.verdict("other", 1.0)
    assert corrected is not None
    assert verdict is not None
    assert corrected.value == pytest.approx(score_of(rows, ours))
    assert verdict.difference == pytest.approx(score_of(rows, ours) - score_of(rows, other), abs=0.02)
    assert corrected.low < corrected.value < corrected.high
    assert verdict.low < verdict.difference < verdict.high


def test_a_fold_of_one_group_judges_like_the_others() -> None:
    """Of eight groups three folds hold two, two hold one; these are the ones where the model is bad."""
    rng = np.random.default_rng(0)
    rows = in_groups(8, rng)
    bad, good = (tuple(rows.y[v] + e * (k >= 3) + 0.1 for k, v in enumerate(rows.valid)) for e in (5.0, 0.5))
    found = resample(rows, {0: held(bad)}, {"good": held(good)}, n_resamples=300)
    verdict = found.verdict("good", 1.0)
    assert verdict is not None
    assert verdict.word == "worse"
    assert verdict.p_better == 0.0


def test_of_one_row_of_a_class_nothing_is_said() -> None:
    rng = np.random.default_rng(1)
    rows = with_rare_class(1, rng)
    given = tuple(p for p in model(rows, rng))
    found = resample(rows, {0: held(given)}, {"other": held(given)}, n_resamples=100)
    assert found.corrected(n_complete=1, n_pruned=0) is None
    assert found.verdict("other", 0.5) is None


def best_of_ten(rows: JudgedRows, rng: np.random.Generator) -> Resampled:
    """Resample ten models that know nothing, beside one that says the same of all rows."""

    def noise() -> MemberPredictions:
        if rows.metric == "roc_auc":
            p = rng.random(len(rows.y))
            return tuple(np.stack([1.0 - p[v], p[v]], axis=1) for v in rows.valid)
        # Every group is given a number by chance.
        said = 0.5 * rng.normal(size=int(rows.units.max()) + 1)[rows.units]
        return tuple(said[v] for v in rows.valid)

    flat = np.full((len(rows.y), 2), 0.5) if rows.metric == "roc_auc" else np.zeros(len(rows.y))
    trials = {i: held(noise()) for i in range(10)}
    return resample(rows, trials, {"flat": held(tuple(flat[v] for v in rows.valid))}, n_resamples=200)


@pytest.mark.parametrize("name", ["5 groups", "8 groups", "5 rows of a class", "7 rows of a class"])
def test_nothing_is_better_on_noise(name: str) -> None:
    words = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 7])
        verdict = best_of_ten(CASES[name](rng), rng).verdict("flat", 1.0)
        assert verdict is not None
        words.append(verdict.word)
    assert words.count("better") <= 3


@pytest.mark.parametrize("n_rare", [5, 12])
def test_the_best_of_many_is_corrected_to_the_truth_with_a_rare_class(n_rare: int) -> None:
    values, covered = [], 0
    for seed in range(60):
        rng = np.random.default_rng([seed, n_rare])
        corrected = best_of_ten(with_rare_class(n_rare, rng), rng).corrected(n_complete=10, n_pruned=0)
        assert corrected is not None
        values.append(corrected.value)
        covered += corrected.low <= 0.5 <= corrected.high
    assert abs(np.mean(values) - 0.5) < 3 * np.std(values) / np.sqrt(len(values))
    assert covered >= 56
