"""The rule by which trials are ranked, everywhere."""

from __future__ import annotations

import pytest
from cupel.storage.ranking import Direction, rank

UP, DOWN = Direction.MAXIMIZE, Direction.MINIMIZE


def test_the_better_score_is_first_then_the_smaller_network_then_the_one_asked_for_first() -> None:
    trials = [(0.9, 50, 7), (0.9, 50, 9), (0.9, 80, 1), (0.9, None, 0), (0.8, 1, 2), (None, 1, 3)]
    assert sorted({*trials}, key=lambda t: rank(UP, *t)) == trials
    assert min(trials, key=lambda t: rank(DOWN, *t)) == (0.8, 1, 2)
    baselines = [(0.5, None, -1), (0.5, None, -2)]
    assert sorted({*baselines}, key=lambda t: rank(UP, *t)) == baselines


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_what_has_no_score_is_last(nothing: float | None) -> None:
    assert rank(UP, nothing, 1, 0) > rank(UP, 0.0, None, 5)
    assert rank(DOWN, nothing, 1, 0) > rank(DOWN, 1e9, None, 5)


def test_a_direction_says_what_is_better() -> None:
    assert UP.is_better(2.0, 1.0)
    assert DOWN.is_better(1.0, 2.0)
    assert not UP.is_better(1.0, 1.0)
    assert UP.is_better(1.0, float("nan"))
    assert not UP.is_better(float("nan"), 1.0)
    assert (UP.best([1.0, 3.0]), DOWN.best([1.0, 3.0])) == (3.0, 1.0)
    assert (UP.reaches(0.9, 0.9), DOWN.reaches(0.91, 0.9)) == (True, False)
