"""The guess which column is the target, where the user has said nothing."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.data.columns import NumberColumn
from cupel.engine.data.table import Table
from cupel.engine.inspection.guess import suggest_target

N = 60
RNG = np.random.default_rng(0)


def table(**columns: np.ndarray) -> Table:
    made = tuple(NumberColumn(name, np.asarray(cells, float)) for name, cells in columns.items())
    return Table(made, N)


def values() -> np.ndarray:
    return RNG.normal(0, 1, N).round(3)


def years() -> np.ndarray:
    found = 2010.0 + RNG.integers(0, 9, N)
    found[0] = 0.0  # as real tables have it
    return found


def half_missing() -> np.ndarray:
    return np.where(np.arange(N) % 2, values(), np.nan)


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        ({"a": values(), "b": values()}, "b"),
        ({"a": values(), "label": values(), "b": values()}, "label"),
        ({"a": values(), "b": values(), "starts": years()}, "b"),
        ({"a": values(), "b": values(), "rarely": half_missing()}, "b"),
        ({"a": values(), "b": values(), "home city": values()}, "b"),
        ({"a": values(), "CO (GT)": values(), "NOx (GT)": values(), "b": values()}, "CO (GT)"),
        ({"year": years(), "age": values()}, "age"),  # nothing better
        ({"one": np.ones(N)}, None),
    ],
)
def test_the_target_is_guessed(columns: dict[str, np.ndarray], target: str | None) -> None:
    assert suggest_target(table(**columns), {}) == target


def test_what_the_user_says_goes_first() -> None:
    assert suggest_target(table(a=values(), target=values()), {"a": "target"}) == "a"
