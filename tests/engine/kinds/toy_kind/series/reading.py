"""Reading series: a column of a table whose cells are numbers with blanks between them, of each row as many."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...data.columns import ArrayColumn, Column, WordColumn
from ...data.table import Table
from ...domain.errors import Message
from ...domain.spec import ReadSpec
from ..base import Reader, ReadTable


class SeriesReader(Reader):
    """See `Reader`."""

    needs = Message("{name} has no column of series.")

    def in_table(self, path: Path, table: Table, read: ReadSpec) -> ReadTable | None:
        """See `Reader.in_table`."""
        columns = tuple(_as_series(column) for column in table)
        if not any(isinstance(column, ArrayColumn) for column in columns):
            return None
        return ReadTable(Table(columns, table.n_rows), (), path.stat().st_size, None)


def _as_series(column: Column) -> Column:
    if not isinstance(column, WordColumn) or column.missing().any():
        return column
    rows = [numbers_of(word) for word in column.vocabulary]
    lengths = {len(row) for row in rows}
    if len(lengths) != 1 or lengths <= {0, 1}:
        return column
    return ArrayColumn(column, np.stack(rows)[column.codes], "series")


def numbers_of(word: str) -> NDArray[np.float64]:
    """Return the numbers of a cell, none where it is something else."""
    try:
        return np.array([float(part) for part in word.split()])
    except ValueError:
        return np.zeros(0)


def values_of(table: Table, column: str) -> NDArray[np.float64]:
    """Return the series of all rows, shape (n, length)."""
    found = table[column]
    assert isinstance(found, ArrayColumn)
    return found.values


READER = SeriesReader()
