"""Which rows of a table are alike: numbers within a little, equal categories. See `LIKENESS`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor  # pyright: ignore[reportMissingTypeStubs]

from ...data.columns import Column, NumberColumn, Rows, WordColumn, cells_of
from ...data.table import Table
from ..base import Columns, Likeness
from ..near_duplicates import Ints, NearDuplicates, counted_sets, hashes_of, joined_sets, n_pairs_of
from ..quick import Floats, Goal

_TOLERANCE = 1e-4
"""Of a column's spread, from its 5th to its 95th percentile."""
_FINE = 0.01
"""A column is fine where two rows agree in it less often than this."""
_RING = 3
"""Steps of the fine columns."""
_N_TREES, _LEAST_LEAF = 20, 2
_MOST_COLUMNS = 30
"""That a split of a tree chooses from."""


class TableLikeness(Likeness):
    """Numbers may differ by 1e-4 of their column's spread, categories and missing cells must be equal.

    Equal rows are all found; rows within the tolerance among the three nearest of each, in a random projection, and
    beyond 100,000 rows among the next three along one direction. Time grows with n log n.
    """

    def near_duplicates(self, table: Table, columns: Columns, rows: Rows) -> NearDuplicates:
        """See `Likeness.near_duplicates`."""
        return _of_cells([table.cells(c.name) for c in columns], rows)

    def quick_baseline(self, table: Table, columns: Columns, rows: Rows, goal: Goal) -> _Trees:
        """See `Likeness.quick_baseline`."""
        return _Trees(np.stack([_cells(table[c.name], rows) for c in columns], axis=1), goal)


def _of_cells(columns: Sequence[NumberColumn | WordColumn], rows: Rows) -> NearDuplicates:
    n = len(rows)
    coarse = [c.codes[rows].astype(np.int64) for c in columns if isinstance(c, WordColumn)]
    fine: list[_Numbers] = []
    for column in columns:
        if isinstance(column, WordColumn):
            continue
        numbers = _Numbers.of(column, rows)
        codes = numbers.codes()
        if n_pairs_of(np.bincount(codes)) <= _FINE * n * (n - 1) / 2:
            fine.append(numbers)
            codes = np.isnan(numbers.values).astype(np.int64)
        coarse.append(codes)
    equal = hashes_of(coarse, n)
    exact = hashes_of([equal.view(np.int64), *(c.values.view(np.int64) for c in fine)], n)
    if not fine:
        return counted_sets(np.unique(exact, return_inverse=True)[1].astype(np.int64), float("inf"))

    def apart(first: Ints, second: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        is_near = equal[first] == equal[second]
        in_ring = is_near.copy()
        for c in fine:
            # Not greater, rather than less: NaN is missing in both.
            distance = np.abs(c.values[first] - c.values[second])
            is_near &= ~(distance > c.tolerance)
            in_ring &= ~(distance > _RING * c.step)
        return is_near, in_ring & ~is_near

    scaled = [np.nan_to_num(c.values / c.step) for c in fine]
    sets, n_in_ring = joined_sets(exact, equal, scaled, apart, _RING)
    return counted_sets(sets, n_in_ring / (2 * _RING))


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    """Cells of a column of numbers, NaN where missing.

    Attributes
    ----------
    tolerance : float
        How far apart near-duplicates may be.
    step : float
        The smallest difference between two cells, at least the tolerance.
    """

    values: NDArray[np.float64]
    tolerance: float
    step: float

    @classmethod
    def of(cls, column: NumberColumn, rows: Rows) -> _Numbers:
        # -0.0 becomes 0.0.
        values = column.numbers[rows] + 0.0
        values[np.isnan(values)] = np.nan
        known = np.unique(values[~np.isnan(values)])
        if len(known) < 2:
            return cls(values, 1.0, 1.0)
        low, high = np.nanquantile(values, [0.05, 0.95])
        spread = float(high - low) or float(known[-1] - known[0])
        tolerance = _TOLERANCE * spread if 0 < spread < np.inf else 1.0
        steps = np.diff(known)
        return cls(values, tolerance, max(tolerance, float(steps[steps > tolerance].min(initial=np.inf))))

    def codes(self) -> Ints:
        """Return numbers that are equal where cells are within about the tolerance; 0 where missing."""
        steps = np.round(self.values / self.tolerance)
        codes = np.unique(np.nan_to_num(steps), return_inverse=True)[1].astype(np.int64) + 1
        codes[np.isnan(self.values)] = 0
        return codes


@dataclass(slots=True)
class _Trees:
    """Extremely randomised trees (Geurts, Ernst, Wehenkel 2006), which keep single rows in their leaves."""

    inputs: Floats
    goal: Goal

    def predict(self, train: Ints, valid: Ints) -> Floats:
        """See `QuickBaseline.predict`."""
        settings: dict[str, Any] = {
            "n_estimators": _N_TREES,
            "min_samples_leaf": _LEAST_LEAF,
            "max_features": min(self.inputs.shape[1], _MOST_COLUMNS),
            "random_state": 0,
        }
        wanted = self.goal.values[train]
        if not self.goal.n_classes:
            regressor: Any = ExtraTreesRegressor(**settings)
            regressor.fit(self.inputs[train], wanted[:, 0])
            return regressor.predict(self.inputs[valid])[:, None]
        forest: Any = ExtraTreesClassifier(**settings)
        forest.fit(self.inputs[train], wanted.argmax(axis=1))
        found = np.zeros((len(valid), self.goal.n_classes))
        found[:, forest.classes_] = forest.predict_proba(self.inputs[valid])
        return found


def _cells(column: Column, rows: Rows) -> Floats:
    """Return numbers, NaN where missing; categories by falling frequency."""
    cells = cells_of(column)
    if isinstance(cells, NumberColumn):
        return np.clip(cells.numbers[rows], -1e30, 1e30)
    codes = cells.codes[rows]
    counts = np.bincount(codes[codes >= 0], minlength=len(cells.vocabulary))
    rank = np.empty(len(counts) + 1)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    rank[-1] = np.nan
    return rank[codes]


LIKENESS = TableLikeness()
