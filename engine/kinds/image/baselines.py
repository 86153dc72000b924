"""Inputs of simple predictors on images: the first principal components of the pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA  # pyright: ignore[reportMissingTypeStubs]

from ...data.columns import Rows
from ...data.table import Table
from ..base import Baselines, Columns, Matrix
from .common import pixels_of

_ROWS, _COMPONENTS = 10_000, 100


class ImageBaselines(Baselines):
    """See `Baselines`."""

    n_threads = 1
    """On a busy machine several, waiting for each other in many small steps, took a hundred times as long."""

    def rows(self, train_rows: Rows, seed: int) -> Rows:
        """See `Baselines.rows`: 10,000 at most."""
        return np.random.default_rng(seed).permutation(train_rows)[:_ROWS]

    def linear_inputs(self, table: Table, columns: Columns, train_rows: Rows, seed: int) -> Matrix:
        """See `Baselines.linear_inputs`."""
        pixels = pixels_of(table, columns[0].name)
        rows = self.rows(train_rows, seed)
        mean, spread = float(pixels[rows].mean()), float(pixels[rows].std()) or 1.0

        def scaled(rows: Rows) -> NDArray[np.float32]:
            # One scale for all: standardising each component would make noise as large as what counts.
            return (pixels[rows].reshape(len(rows), -1).astype(np.float32) - mean) / spread

        n_components = min(_COMPONENTS, len(rows) - 1, int(np.prod(pixels.shape[1:])))
        parts: Any = PCA(n_components, svd_solver="randomized", random_state=seed)
        parts.fit(scaled(rows))
        return lambda rows: parts.transform(scaled(rows))

    def tree_inputs(
        self, table: Table, columns: Columns, train_rows: Rows, seed: int
    ) -> tuple[Matrix, NDArray[np.bool_]]:
        """Return the same components."""
        inputs = self.linear_inputs(table, columns, train_rows, seed)
        n_components: int = inputs(train_rows[:1]).shape[1]
        return inputs, np.zeros(n_components, bool)


BASELINES = ImageBaselines()
