"""The quick baseline of `audit`: one that would find the neighbours of a row, and take their targets over."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ..data.columns import Rows
from ..data.schema import TableSchema
from ..data.table import Table
from ..data.target import Target
from ..kinds.quick import Goal, Mean, QuickBaseline
from ..kinds.registry import likeness_of


def quick_baseline(
    table: Table, schema: TableSchema, target: Target, rows: Rows, without: Collection[str] = ()
) -> QuickBaseline | None:
    """Return the quick baseline of the data's kind; of several kinds the mean of theirs.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Positions in the table, some thousands at most.
    without : collection of str
        Columns that are not taken as inputs.

    Returns
    -------
    QuickBaseline or None
        None where no input is left.
    """
    y = target.at(rows)
    is_regression = target.task == "regression"
    goal = Goal(
        y[:, None].astype(np.float64) if is_regression else np.eye(target.n_classes)[y], target.n_classes
    )
    found: list[QuickBaseline] = []
    for one in schema.inputs:
        columns = tuple(c for c in one.columns if c.name not in without)
        if columns:
            found.append(likeness_of(one.kind).quick_baseline(table, columns, rows, goal))
    if not found:
        return None
    return found[0] if len(found) == 1 else Mean(tuple(found))
