"""A column of series: numbers with blanks between them, as the model takes them. Bundles carry it along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...bundled.input_column import Cell, InputColumn, Remark
from ...bundled.schema import InputSpec, Schema


class SeriesColumn(InputColumn):
    """See `InputColumn`."""

    roles = ("series",)
    wanted = "numbers with blanks between them"
    preparation = "A series is an array of numbers."
    may_be_missing = False

    def __init__(self, spec: InputSpec, schema: Schema, decimal: str) -> None:
        super().__init__(spec, schema, decimal)
        self.shape = spec.shape or (0,)

    def read(self, cells: Sequence[Cell], lines: Sequence[int], place: Path) -> tuple[np.ndarray, np.ndarray]:
        """See `InputColumn.read`."""
        values, good = np.zeros((len(cells), *self.shape)), np.ones(len(cells), bool)
        for i, (cell, line) in enumerate(zip(cells, lines, strict=True)):
            try:
                values[i] = [float(part) for part in str(cell).split()]
            except ValueError as error:
                good[i] = False
                self.bad.append((f"line {line}", str(error)))
        return values, good

    def remarks(self) -> list[Remark]:
        """See `InputColumn.remarks`."""
        return [Remark("Series that cannot be read: {n:,}.", n=len(self.bad))] if self.bad else []

    def described(self) -> dict[str, object]:
        """See `InputColumn.described`."""
        return {"column": self.key, "type": "series", "length": self.shape[0], "about": self.wanted}

    def shown(self, values: np.ndarray) -> str:
        """See `InputColumn.shown`."""
        return " ".join(f"{value:.6g}" for value in values.tolist())


COLUMN = SeriesColumn
