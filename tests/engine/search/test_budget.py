"""The clock of a study: what is left for the search once the end has its share."""

from __future__ import annotations

import pytest
from cupel.engine.domain.policy import POLICY
from cupel.engine.domain.spec import BudgetSpec
from cupel.engine.search.budget import Budget
from cupel.storage.ranking import Direction

SLACK_S = 30.0  # that these tests may take, on however busy a machine; budgets here are of hours


def made(
    timeout_s: float = 10_000.0, *, start_s: float = 100.0, elapsed_s: float = 0.0, exports: bool = True
) -> Budget:
    budget = Budget(BudgetSpec(timeout_s=timeout_s), Direction.MAXIMIZE, elapsed_s=elapsed_s, exports=exports)
    budget.note_start(start_s)
    return budget


def stands() -> float:
    """A clock that stands still."""
    return 0.0


def test_without_a_time_budget_only_the_number_of_trials_ends_a_search() -> None:
    budget = Budget(BudgetSpec(n_trials=3), Direction.MAXIMIZE, elapsed_s=1e6)
    assert budget.search_left_s == float("inf")
    assert budget.may_start(2)
    assert not budget.may_start(3)
    assert not budget.is_short
    assert not budget.prepares_export


def test_what_is_owed_may_overrun_the_time_by_a_twentieth_and_no_more() -> None:
    now = [0.0]
    budget = Budget(BudgetSpec(timeout_s=1000.0), Direction.MAXIMIZE, clock=lambda: now[0])
    budget.note_start(100.0)
    closing_s = budget.reserve_s
    assert closing_s > 0
    for at, may in ((0.0, True), (1001.0, True), (1049.0 - closing_s, True), (1051.0 - closing_s, False)):
        now[0] = at
        assert budget.has_time_for_owed == may
    assert Budget(BudgetSpec(n_trials=3), Direction.MAXIMIZE, elapsed_s=1e6).has_time_for_owed


def test_an_answer_is_not_waited_for_beyond_what_the_time_may_be_overrun_by() -> None:
    now = [0.0]
    for spec, at, expected in (
        (BudgetSpec(timeout_s=90.0), 50.0, POLICY.grace_starts * 25.0),
        (BudgetSpec(timeout_s=90.0), 90.0, 4.5),
        (BudgetSpec(timeout_s=90.0), 94.0, POLICY.least_grace_s),
        (BudgetSpec(n_trials=3), 94.0, POLICY.grace_starts * 25.0),
    ):
        now[0] = 0.0
        budget = Budget(spec, Direction.MAXIMIZE, clock=lambda: now[0])
        budget.note_start(25.0)
        now[0] = at
        assert budget.grace_s == pytest.approx(expected)


def test_without_a_network_hardly_any_time_is_kept_for_the_end() -> None:
    budget = made()
    assert budget.reserve_s < 0.2 * 100.0
    budget.note_network()
    assert budget.reserve_s > budget.export_s > 100.0


def test_what_the_end_needs_follows_how_fast_the_machine_is() -> None:
    quiet, busy = made(start_s=50.0), made(start_s=500.0)
    for budget in (quiet, busy):
        budget.note_network()
    assert busy.reserve_s == pytest.approx(10.0 * quiet.reserve_s)


def test_the_processes_of_the_export_are_started_in_time_and_tell_how_fast_the_machine_is_now() -> None:
    early, late = made(), made(elapsed_s=9_620.0)
    late.note_network()
    early.note_network()
    assert not early.prepares_export
    assert late.prepares_export
    before = late.export_s
    late.note_preparing()
    assert not late.prepares_export
    late.note_prepared(200.0)
    assert late.export_s == pytest.approx(100.0, abs=SLACK_S)  # they have started
    late.note_prepared(2_000.0)  # said once
    assert late.export_s < before


def test_an_export_that_does_not_fit_any_more_is_not_waited_for() -> None:
    budget = made(elapsed_s=9_850.0)
    budget.note_network()
    assert not budget.exports
    assert budget.export_s == 0.0
    assert budget.search_left_s > 0.0  # the network may train on
    assert not made(exports=False).exports


def test_an_export_is_left_out_where_it_would_end_far_beyond_the_time() -> None:
    budget = made(start_s=100.0)
    budget.note_network()
    assert budget.has_time_to_export
    budget.note_preparing()
    budget.note_prepared(30_000.0)  # the machine has become busy meanwhile
    assert not budget.has_time_to_export
    assert Budget(BudgetSpec(n_trials=5), Direction.MAXIMIZE, elapsed_s=1e9).has_time_to_export


def test_the_reserve_for_evidence_follows_the_trials_and_is_left_out_where_it_would_be_too_short() -> None:
    quick, slow, none = (made(exports=False) for _ in range(3))
    none.note_network()
    quick.note_duration(200.0)
    slow.note_duration(3_000.0)
    assert quick.reserve_s == pytest.approx(none.reserve_s + 8 * 200.0)
    assert slow.reserve_s == pytest.approx(none.reserve_s)


def test_where_the_time_is_short_the_first_network_is_small_and_trains_for_few_epochs() -> None:
    ample, short, shorter = made(), made(elapsed_s=9_800.0), made(elapsed_s=9_950.0)
    assert not ample.is_short
    assert short.is_short
    assert ample.first_epochs(100) == 100
    assert 10 <= shorter.first_epochs(100) <= short.first_epochs(100) < 100
    assert shorter.first_epochs(5) == 5


def test_a_study_that_goes_on_shares_out_what_it_was_given_now() -> None:
    fresh, resumed = made(1_000.0), made(11_000.0, elapsed_s=10_000.0)
    assert resumed.search_left_s == pytest.approx(fresh.search_left_s, abs=SLACK_S)
    assert resumed.baseline_s == pytest.approx(fresh.baseline_s)


def test_no_trial_is_started_that_could_hardly_train() -> None:
    budget = made(elapsed_s=9_500.0, exports=False)
    assert budget.may_start(0)
    budget.note_duration(6_000.0)
    assert not budget.may_start(0)
    assert not made(elapsed_s=9_990.0).may_start(0)


def test_a_pause_stops_the_clock() -> None:
    now = [50.0]
    budget = Budget(BudgetSpec(timeout_s=100.0), Direction.MAXIMIZE, elapsed_s=10.0, clock=lambda: now[0])
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
    [
        (Direction.MAXIMIZE, 0.9, True),
        (Direction.MAXIMIZE, 0.89, False),
        (Direction.MINIMIZE, 0.91, False),
        (Direction.MINIMIZE, 0.9, True),
    ],
)
def test_a_target_score_is_reached_in_the_metrics_direction(
    direction: str, best: float, is_reached: bool
) -> None:
    budget = Budget(BudgetSpec(target_score=0.9), direction)
    assert budget.is_reached(best) is is_reached
    assert not budget.is_reached(None)
