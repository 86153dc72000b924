"""The clock of a study: what is left for the search once the end has its share."""

from __future__ import annotations

import pytest
from cupel.engine.search.budget import Budget
from cupel.engine.spec import BudgetSpec


def stands() -> float:
    """A clock that stands still."""
    return 0.0


def test_without_a_time_budget_only_the_number_of_trials_ends_a_search() -> None:
    budget = Budget(BudgetSpec(n_trials=3), "maximize", elapsed_s=1e6)
    assert budget.search_left_s == float("inf")
    assert budget.may_start(2)
    assert not budget.may_start(3)


def test_the_end_has_its_share_of_the_time() -> None:
    budget = Budget(BudgetSpec(timeout_s=100.0), "maximize")
    budget.note_start(4.0)
    assert budget.reserve_s == pytest.approx(budget.export_s + 1.0)
    assert Budget(BudgetSpec(timeout_s=100.0), "maximize", exports=False).reserve_s == pytest.approx(1.0)
    spent = Budget(BudgetSpec(timeout_s=100.0), "maximize", elapsed_s=99.0, exports=False)
    assert not spent.may_start(0)


def test_the_reserve_for_evidence_follows_the_trials_and_is_left_out_where_it_would_be_too_short() -> None:
    quick, slow = (Budget(BudgetSpec(timeout_s=100.0), "maximize", exports=False) for _ in range(2))
    quick.note_duration(2.0)
    slow.note_duration(30.0)
    assert quick.reserve_s == pytest.approx(1.0 + 3 * 2.0)
    assert slow.reserve_s == pytest.approx(1.0)


def test_a_short_budget_leaves_more_time_to_search_until_there_is_something_to_export() -> None:
    budget = Budget(BudgetSpec(timeout_s=10.0), "maximize", exports=True, clock=stands)
    assert budget.search_left_s == pytest.approx(7.0)
    budget.note_duration(0.5)
    assert budget.search_left_s == pytest.approx(4.0)


def test_no_trial_is_started_that_could_hardly_train() -> None:
    budget = Budget(BudgetSpec(timeout_s=100.0), "maximize", elapsed_s=95.0, exports=False, clock=stands)
    assert budget.may_start(0)
    budget.note_duration(60.0)
    assert not budget.may_start(0)


def test_a_pause_stops_the_clock() -> None:
    now = [50.0]
    budget = Budget(BudgetSpec(timeout_s=100.0), "maximize", elapsed_s=10.0, clock=lambda: now[0])
    now[0] += 3.0
    budget.pause()
    now[0] += 1000.0
    assert budget.elapsed == 13.0
    budget.go_on()
    now[0] += 2.0
    assert budget.elapsed == 15.0
    assert not budget.is_paused


@pytest.mark.parametrize(
    ("direction", "best", "is_reached"),
    [("maximize", 0.9, True), ("maximize", 0.89, False), ("minimize", 0.91, False), ("minimize", 0.9, True)],
)
def test_a_target_score_is_reached_in_the_metrics_direction(
    direction: str, best: float, is_reached: bool
) -> None:
    budget = Budget(BudgetSpec(target_score=0.9), direction)
    assert budget.is_reached(best) is is_reached
    assert not budget.is_reached(None)
