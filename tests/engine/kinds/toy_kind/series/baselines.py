"""Inputs of simple predictors on series: their numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...data.columns import Rows
from ...data.table import Table
from ..base import Baselines, Columns, Matrix
from .reading import values_of


class SeriesBaselines(Baselines):
    """See `Baselines`."""

    def linear_inputs(self, table: Table, columns: Columns, train_rows: Rows, seed: int) -> Matrix:
        """See `Baselines.linear_inputs`."""
        values = values_of(table, columns[0].name)
        return lambda rows: values[rows]

    def tree_inputs(
        self, table: Table, columns: Columns, train_rows: Rows, seed: int
    ) -> tuple[Matrix, NDArray[np.bool_]]:
        """See `Baselines.tree_inputs`."""
        n_columns = values_of(table, columns[0].name).shape[1]
        return self.linear_inputs(table, columns, train_rows, seed), np.zeros(n_columns, bool)


BASELINES = SeriesBaselines()
