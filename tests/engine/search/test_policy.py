"""What the engine decides by: numbers with reasons, and what follows from them. No process, no clock."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import math

import pytest
from cupel.engine.domain import policy
from cupel.engine.domain.policy import POLICY, Policy, Silence


def reasons(source: str) -> dict[str, str]:
    """Return the text below each field of the class ``Policy``."""
    module = ast.parse(source)
    (made,) = [n for n in module.body if isinstance(n, ast.ClassDef) and n.name == "Policy"]
    found: dict[str, str] = {}
    for field, text in zip(made.body, made.body[1:], strict=False):
        is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            found[field.target.id] = str(text.value.value)  # type: ignore[union-attr]
    return found


def test_every_number_has_its_reason() -> None:
    assert set(reasons(inspect.getsource(policy))) == {f.name for f in dataclasses.fields(Policy)}
    assert "hang_s" not in reasons(
        "class Policy:\n    hang_s: float = 1\n    start_s: float = 2\n    'Why.'\n"
    )


@pytest.mark.parametrize(
    ("silence_s", "longest_s", "expected"),
    [
        pytest.param(299.0, 0.1, Silence.FINE, id="before anything is said of a trial"),
        pytest.param(301.0, 0.1, Silence.DOUBTFUL, id="its worker may compute"),
        pytest.param(2999.0, 0.1, Silence.DOUBTFUL, id="nearly too long"),
        pytest.param(3001.0, 0.1, Silence.TOO_LONG, id="whatever it does"),
        pytest.param(999.0, 100.0, Silence.FINE, id="its epochs are long"),
        pytest.param(1001.0, 100.0, Silence.DOUBTFUL, id="ten times its longest epoch"),
    ],
)
def test_silence_is_judged_by_the_longest_so_far(
    silence_s: float, longest_s: float, expected: Silence
) -> None:
    assert Policy(hang_s=300.0).judge_silence(silence_s, longest_s) is expected


def test_a_task_at_the_end_hangs_when_it_takes_much_longer_than_foretold_and_than_trials() -> None:
    assert POLICY.final_limit_s(0.0, 0.1) == POLICY.final_wait_s
    assert POLICY.final_limit_s(1000.0, 0.1) == 2000.0
    assert POLICY.final_limit_s(math.inf, 100.0) == 2000.0


def test_a_worker_is_replaced_that_has_grown_past_half_of_its_memory_or_much_since_its_first_trial() -> None:
    gigabyte = 1 << 30
    assert not POLICY.has_grown(2 * gigabyte, gigabyte, 8 * gigabyte)
    assert POLICY.has_grown(5 * gigabyte, 4 * gigabyte, 8 * gigabyte)
    assert POLICY.has_grown(4 * gigabyte, gigabyte, 100 * gigabyte)


def test_a_search_of_which_nothing_succeeds_is_hopeless_and_one_with_a_network_is_not() -> None:
    assert not POLICY.is_hopeless(4, has_network=False)
    assert POLICY.is_hopeless(5, has_network=False)
    assert not POLICY.is_hopeless(50, has_network=True)


def test_workers_are_given_up_when_each_has_died_three_times_before_one_was_ready() -> None:
    assert not POLICY.never_starts(5, n_workers=2)
    assert POLICY.never_starts(6, n_workers=2)


def test_there_is_a_finalist_for_each_four_complete_trials_and_at_least_one() -> None:
    assert [POLICY.n_finalists(n, 5) for n in (1, 7, 8, 19, 100)] == [1, 1, 2, 4, 5]
    assert POLICY.n_finalists(100, 0) == 0


def test_the_choice_of_the_final_model_costs_at_most_its_part_of_the_search() -> None:
    trial = POLICY.work(20, 50_000)
    assert POLICY.n_outer(30, trial, 40 * trial, n_workers=2) == 5
    assert POLICY.n_outer(30, trial, 20 * trial, n_workers=2) == 2
    assert POLICY.n_outer(30, trial, 15 * trial, n_workers=2) == 0, "one fold says nothing"
    assert POLICY.n_outer(30, trial, math.inf, n_workers=2) == 5, "where the time is limited"
    assert POLICY.n_outer(3, trial, math.inf, n_workers=2) == 2
    for n_trials in range(1, 200):
        n_outer = POLICY.n_outer(n_trials, trial, n_trials * trial, n_workers=1)
        assert n_outer * trial <= POLICY.choice_work * n_trials * trial
