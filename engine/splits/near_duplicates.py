"""Rows that are near-duplicates of one another in their inputs: a copy in training gives its target away.

The target is not part of the comparison. Copies are told from rows that are equal by chance, as those of a few
categories often are: see `NearDuplicates.is_beyond_chance`. Used by `units`, `report` and `audit`; needs SciPy.
"""

from __future__ import annotations

import numpy as np

from ..data.columns import Rows
from ..data.schema import TableSchema
from ..data.table import Table
from ..kinds.near_duplicates import NearDuplicates, counted_sets
from ..kinds.registry import likeness_of


def find_near_duplicates(table: Table, schema: TableSchema, rows: Rows) -> NearDuplicates:
    """Look for near-duplicates among rows.

    Each kind of data says what is alike (`engine.kinds.base.Likeness`); with inputs of several kinds rows are
    near-duplicates where they are so in each, and chance makes no more of them than of the rarest.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Positions in the table.
    """
    if not schema.inputs or len(rows) < 2:
        return counted_sets(np.arange(len(rows)), 0.0)
    found = [likeness_of(one.kind).near_duplicates(table, one.columns, rows) for one in schema.inputs]
    if len(found) == 1:
        return found[0]
    together = np.unique(np.stack([one.sets for one in found]), axis=1, return_inverse=True)[1]
    return counted_sets(together.reshape(-1).astype(np.int64), min(one.n_expected for one in found))
