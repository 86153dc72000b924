"""Which series are alike: those that are equal. See `LIKENESS`."""

from __future__ import annotations

import numpy as np

from ...data.columns import Rows
from ...data.table import Table
from ..base import Columns, Likeness
from ..near_duplicates import NearDuplicates, counted_sets
from ..quick import Goal, Neighbours
from .reading import values_of


class SeriesLikeness(Likeness):
    """See `Likeness`."""

    def near_duplicates(self, table: Table, columns: Columns, rows: Rows) -> NearDuplicates:
        """See `Likeness.near_duplicates`."""
        _, sets = np.unique(values_of(table, columns[0].name)[rows], axis=0, return_inverse=True)
        return counted_sets(sets.reshape(-1).astype(np.int64), 0.0)

    def quick_baseline(self, table: Table, columns: Columns, rows: Rows, goal: Goal) -> Neighbours:
        """See `Likeness.quick_baseline`."""
        x = values_of(table, columns[0].name)[rows].astype(np.float32)
        x -= x.mean(axis=0)
        x /= np.linalg.norm(x, axis=1, keepdims=True) + 1e-6
        return Neighbours(x @ x.T, goal)


LIKENESS = SeriesLikeness()
