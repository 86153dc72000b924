"""Tables made for tests and benchmarks: of rows that know nothing of one another, and of rows that do."""

from __future__ import annotations

import numpy as np
from cupel.engine.data.columns import Column, NumberColumn, WordColumn
from cupel.engine.data.table import Table
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def number(name: str, values: NDArray) -> Column:
    return NumberColumn(name, np.asarray(values, float))


def words(name: str, codes: NDArray) -> Column:
    codes = np.asarray(codes, np.int32)
    return WordColumn.of_codes(name, codes, [f"{name} {i:04}" for i in range(int(codes.max()) + 1)])


def table_of(x: NDArray, *columns: Column) -> Table:
    """Return a table of the columns of `x`, named ``x0``, ``x1``, …, and of further ones."""
    return Table((*(number(f"x{i}", x[:, i]) for i in range(x.shape[1])), *columns), len(x))


def walk(rng: np.random.Generator, n: int, keeps: float) -> Floats:
    """Return values of which each keeps a part of the one before."""
    steps, values = rng.normal(size=n), np.zeros(n)
    for i in range(1, n):
        values[i] = keeps * values[i - 1] + steps[i]
    return values


def days(rng: np.random.Generator, n: int = 1200, ahead: int = 22) -> tuple[Floats, Floats]:
    """Return what is known of prices on each day, and how they change in the days ahead: nothing tells that."""
    log_price = np.cumsum(0.01 * rng.normal(size=n + ahead + 100))
    today = np.arange(100, 100 + n)
    means = [np.array([log_price[i - w : i].mean() for i in today]) for w in (5, 20, 100)]
    return np.stack([log_price[today], *means], axis=1), log_price[today + ahead] - log_price[today]


def subjects(rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Return rows of subjects, each with its own place among the inputs and its own class, which has no other cause."""
    who = rng.integers(0, 60, 900)
    return rng.normal(size=(60, 5))[who] + 0.3 * rng.normal(size=(900, 5)), rng.integers(0, 2, 60)[who], who
