"""Inputs of simple predictors on a table: one-hot, imputed and standardised columns; raw columns for trees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...data.columns import Rows
from ...data.table import Table
from ..base import Baselines, Columns, Matrix
from .arithmetic import unfold_date
from .fit import fit_preprocessing
from .spec import PreprocessingSpec

_PLAIN = PreprocessingSpec(min_frequency=1, max_onehot=255)
_MAX_CATEGORIES = 255
"""Of one column, in scikit-learn's trees."""


class TableBaselines(Baselines):
    """See `Baselines`."""

    has_trees = True

    def linear_inputs(self, table: Table, columns: Columns, train_rows: Rows, seed: int) -> Matrix:  # noqa: ARG002
        """See `Baselines.linear_inputs`."""
        fitted = fit_preprocessing(table, columns, [train_rows], _PLAIN)[0]
        return lambda rows: fitted.transform(table, rows).numeric.astype(np.float64)

    def tree_inputs(
        self,
        table: Table,
        columns: Columns,
        train_rows: Rows,
        seed: int,  # noqa: ARG002
    ) -> tuple[Matrix, NDArray[np.bool_]]:
        """Return raw numbers, dates with their phases, and category codes."""
        fitted = fit_preprocessing(table, columns, [train_rows], _PLAIN)[0]
        found: list[NDArray[np.float64]] = [table.numbers(name).numbers for name in fitted.numeric.names]
        for i, name in enumerate(fitted.dates.names):
            seconds = table.numbers(name).numbers
            found += [seconds, *unfold_date(seconds, fitted.dates, i)[:, 1:].T]
        n_numbers = len(found)
        for fit in fitted.categories:
            found.append(_tree_codes(table[fit.name].categories()[0], train_rows))
        stacked = np.stack(found, axis=1)
        return (lambda rows: stacked[rows]), np.arange(len(found)) >= n_numbers


def _tree_codes(codes: NDArray[np.int32], train_rows: Rows) -> NDArray[np.float64]:
    """Return codes by falling frequency in the training rows; what is rarer than the 254th, or unseen, is
    missing."""
    counts = np.bincount(codes[train_rows] + 1, minlength=int(codes.max(initial=0)) + 2)[1:]
    order = np.argsort(-counts, kind="stable")
    rank = np.full(len(counts) + 1, np.nan)
    kept = order[: _MAX_CATEGORIES - 1]
    kept = kept[counts[kept] > 0]
    rank[kept] = np.arange(len(kept))
    return rank[codes]


BASELINES = TableBaselines()
