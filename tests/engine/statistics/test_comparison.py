"""The statistics on fold scores, against computations by hand."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS
from cupel.engine.statistics.comparison import compare_folds, region, tied_trials, word_of

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


def test_a_finalist_and_another_trial_are_compared_on_the_folds_that_both_have() -> None:
    further = np.array([0.1, 0.2, 0.3])
    assert tied_trials({0: np.r_[LEAD, further], 1: LEAD.copy()}, 0, n_folds=5) == [0, 1]
    assert tied_trials({0: np.r_[LEAD, further], 1: LEAD - 0.2}, 0, n_folds=5) == [0]


def test_repeats_count_as_replicas_of_the_same_folds() -> None:
    rng = np.random.default_rng(0)
    lead = 0.9 + 0.01 * rng.standard_normal(10)
    assert tied_trials({0: lead, 1: lead - 0.05 - 0.01 * rng.standard_normal(10)}, 0, n_folds=5) == [0]


def test_the_interval_is_that_of_the_corrected_t_test_and_the_probabilities_those_of_its_posterior() -> None:
    other = LEAD - np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    found = compare_folds(LEAD, other, metric=METRICS["accuracy"], n_folds=5)
    half = 2.776445 * np.sqrt((1 / 5 + 1 / 4) * 0.00025)
    assert (found.low, found.high) == pytest.approx((0.03 - half, 0.03 + half), rel=1e-5)
    assert found.word == "better"
    # t of 4 degrees of freedom: (0.03 - 0.005) / 0.0106066 = 2.357, whose upper tail is 0.0389; the lower one 0.0150.
    assert found.p_better == pytest.approx(1 - 0.0389, abs=1e-4)
    assert found.p_worse == pytest.approx(0.0150, abs=1e-4)
    assert found.p_better + found.p_same + found.p_worse == pytest.approx(1.0)


def test_the_two_ways_around_are_opposite() -> None:
    other = LEAD - np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    there = compare_folds(LEAD, other, metric=METRICS["accuracy"], n_folds=5)
    back = compare_folds(other, LEAD, metric=METRICS["accuracy"], n_folds=5)
    assert (there.word, back.word) == ("better", "worse")
    assert (there.p_better, there.low) == pytest.approx((back.p_worse, -back.high))


def test_of_an_error_the_lower_one_is_better_and_the_region_follows_its_size() -> None:
    errors = 100.0 * LEAD
    better = errors - np.array([4.0, 5.0, 6.0, 5.0, 5.0])
    found = compare_folds(better, errors, metric=METRICS["rmse"], n_folds=5)
    assert (found.word, found.difference) == ("better", pytest.approx(-5.0))
    assert region(METRICS["rmse"], 90.0) == pytest.approx(0.45)
    assert region(METRICS["accuracy"], 0.9) == 0.005


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (-0.004, 0.004, "same"),
        # Ahead of 0, but of no practical size: never a win.
        (0.001, 0.004, "same"),
        (0.001, 0.02, "better"),
        (-0.02, -0.001, "worse"),
        (-0.02, 0.03, "undecided"),
        (0.0, 0.03, "undecided"),
    ],
)
def test_the_word_follows_the_interval(low: float, high: float, word: str) -> None:
    assert word_of(METRICS["accuracy"], low, high, 0.005) == word


def test_a_difference_that_is_equal_on_all_folds_is_undecided_since_nothing_is_known_of_its_spread() -> None:
    found = compare_folds(LEAD + 0.01, LEAD, metric=METRICS["accuracy"], n_folds=5)
    assert (found.word, found.p_better) == ("undecided", pytest.approx(1 / 3))
    assert compare_folds(LEAD + 0.004, LEAD, metric=METRICS["accuracy"], n_folds=5).word == "same"


def test_equal_scores_are_the_same() -> None:
    found = compare_folds(LEAD, LEAD.copy(), metric=METRICS["accuracy"], n_folds=5)
    assert (found.word, found.difference, found.p_same) == ("same", 0.0, 1.0)


def test_on_noise_two_models_are_hardly_ever_told_apart() -> None:
    # Ten replicas of the same quality; the corrected test errs on the careful side for independent folds.
    rng = np.random.default_rng(4)
    words = [
        compare_folds(*(0.8 + 0.02 * rng.normal(size=(2, 10))), metric=METRICS["accuracy"], n_folds=5).word
        for _ in range(300)
    ]
    assert sum(word in ("better", "worse") for word in words) <= 15
