"""What bundles hold and say of series."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...data.columns import ArrayColumn, Rows, WordColumn
from ...data.table import Table
from ...domain.arrays import Cells
from ..base import BundlePart, Measure, SampleCells, TokenRule
from .reading import values_of

_STRANGE = {"all zero": 0.0, "very large": 1e6}


class SeriesPart(BundlePart):
    """See `BundlePart`."""

    strange_cells = tuple(_STRANGE)
    takes = "doubles of shape (N, length)."
    about: Mapping[str, str] = {"series": "(x - center) * factor."}

    def counted(self, role: str) -> tuple[str, ...]:
        """See `BundlePart.counted`."""
        return ("level",)

    def measures(self, tokens: TokenRule | None) -> dict[str, Measure]:
        """See `BundlePart.measures`."""
        return {"level": lambda values: values.mean(axis=1)}

    def cells(self, table: Table, column: str, rows: Rows) -> NDArray[np.float64]:
        """See `BundlePart.cells`."""
        return values_of(table, column)[rows]

    def sample_column(self, folder: Path, samples: SampleCells) -> ArrayColumn:
        """See `BundlePart.sample_column`; a series that is missing cannot be predicted, so none is."""
        column = samples.real
        assert isinstance(column, ArrayColumn)
        values: Cells = column.values.copy()
        for place, what in samples.changes:
            if what in _STRANGE:
                values[place] = _STRANGE[what]
        words = [" ".join(map(repr, row)) for row in values.tolist()]
        return ArrayColumn(WordColumn.of_words(column.name, words), values, column.role)


PART = SeriesPart()
