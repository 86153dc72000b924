"""A table in memory: columns of equal length. Every other part of the engine reads data from here.

Needs NumPy and pyarrow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..domain.errors import DataError
from ..domain.kinds import Storage
from .columns import (
    ArrayColumn,
    Cell,
    Column,
    DateColumn,
    NumberColumn,
    Rows,
    WordColumn,
    cells_of,
    date_format_of,
)

_METADATA_KEY = b"cupel"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of equal length, with distinct names.

    Attributes
    ----------
    columns : tuple of Column
    n_rows : int
    """

    columns: tuple[Column, ...]
    n_rows: int
    # Tables may have tens of thousands of columns, each of which is asked for by name.
    _by_name: Mapping[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_name = {c.name: c for c in self.columns}
        if len(by_name) != len(self.columns) or any(len(c) != self.n_rows for c in self.columns):
            raise ValueError("Columns must have distinct names and n_rows cells each.")
        object.__setattr__(self, "_by_name", by_name)

    def __getitem__(self, name: str) -> Column:
        if name not in self._by_name:
            raise DataError(
                "There is no column {column!r}; the columns are {columns}.",
                column=name,
                columns=_listed(self.names),
            )
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the file."""
        return tuple(c.name for c in self.columns)

    def take(self, rows: Rows) -> Table:
        """Return the given rows (positions, in the order given) as a new table."""
        return Table(tuple(c.take(rows) for c in self.columns), len(rows))

    def select(self, names: Sequence[str]) -> Table:
        """Return the given columns, in the order given.

        Raises
        ------
        DataError
            Where a column is not there.
        """
        return Table(tuple(self[name] for name in names), self.n_rows)

    def cells(self, name: str) -> NumberColumn | WordColumn:
        """Return a column; of arrays, their names."""
        return cells_of(self[name])

    def words(self, name: str) -> WordColumn | None:
        """Return a column of words; None where it holds something else, or is not there."""
        if name not in self:
            return None
        column = self[name]
        return column if isinstance(column, WordColumn) else None

    def numbers(self, name: str, storage: Storage | None = None) -> NumberColumn:
        """Return a column of numbers or dates.

        Parameters
        ----------
        storage : {"number", "date"}, optional
            Which of the two it must be; either where not given.

        Raises
        ------
        DataError
            Where it is not there, or holds something else.
        """
        column = self[name]
        if isinstance(column, NumberColumn) and storage in (None, column.storage):
            return column
        raise storage_error(name, storage or "number", column.storage)

    @property
    def arrays(self) -> tuple[ArrayColumn, ...]:
        """The columns of arrays, in the order of the file."""
        return tuple(c for c in self.columns if isinstance(c, ArrayColumn))

    def digest(self) -> str:
        """Return the sha256 (hex) of names, types and cells, and of arrays.

        Two files that parse to the same cells have the same digest, whatever their delimiter, encoding or
        spelling of missing values.
        """
        sha = hashlib.sha256(f"{self.n_rows}".encode())
        for column in self.columns:
            sha.update(json.dumps([column.name, column.storage]).encode())
            column.add_to(sha)
        for column in self.arrays:
            column.add_values_to(sha)
        return sha.hexdigest()

    def raw_rows(self, rows: Sequence[int] | Rows) -> list[dict[str, Cell]]:
        """Return rows as JSON-able dicts, see `Column.raw`."""
        index = np.asarray(rows, np.int64)
        cells = [c.raw(index) for c in self.columns]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*cells, strict=True)]

    def to_parquet(self, path: str | Path) -> None:
        """Write the table; equal tables give equal files (with one version of pyarrow)."""
        arrays = [_to_arrow(c) for c in self.columns]
        meta = json.dumps([[c.name, c.storage, date_format_of(c)] for c in self.columns]).encode()
        schema = pa.schema(
            [pa.field(c.name, a.type) for c, a in zip(self.columns, arrays, strict=True)],
            metadata={_METADATA_KEY: meta},
        )
        pq.write_table(
            pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd", store_schema=True
        )

    @classmethod
    def from_parquet(cls, path: str | Path) -> Table:
        """Read what `to_parquet` wrote; columns of arrays are read as their names, see `TableFiles`.

        Raises
        ------
        DataError
            Where the file is not there, not Parquet, or not written by `to_parquet`.
        """
        try:
            data = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise DataError(
                "The stored table {file} cannot be read: {reason}.", file=str(path), reason=str(error)
            ) from error
        meta = (data.schema.metadata or {}).get(_METADATA_KEY)
        if meta is None:
            raise DataError(
                "{file} was not written by Cupel; read it as a data file instead.", file=str(path)
            )
        columns = [
            _from_arrow(name, storage, date_format, data.column(i).combine_chunks())
            for i, (name, storage, date_format) in enumerate(json.loads(meta))
        ]
        return cls(tuple(columns), data.num_rows)


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """Where the arrays of a column lie, and its role."""

    column: str
    path: str
    role: str


@dataclass(frozen=True, slots=True)
class TableFiles:
    """A stored table: a Parquet file, and a ``.npy`` file for each column of arrays, which is mapped, not read."""

    table: str
    arrays: tuple[ArrayFile, ...] = ()

    @classmethod
    def save(cls, table: Table, folder: Path) -> TableFiles:
        """Write a table into a folder."""
        path = folder / "table.parquet"
        table.to_parquet(path)
        files: list[ArrayFile] = []
        for i, column in enumerate(table.arrays):
            file = folder / f"array_{i}.npy"
            np.save(file, column.values, allow_pickle=False)
            files.append(ArrayFile(column.name, str(file), column.role))
        return cls(str(path), tuple(files))

    def load(self) -> Table:
        """Read the table; see `Table.from_parquet`."""
        table = Table.from_parquet(self.table)
        known = {file.column: file for file in self.arrays}
        return Table(tuple(_with_array(c, known.get(c.name)) for c in table), table.n_rows)


def _with_array(column: Column, file: ArrayFile | None) -> Column:
    if file is None:
        return column
    return ArrayColumn(cells_of(column), np.load(file.path, mmap_mode="r", allow_pickle=False), file.role)


def storage_error(name: str, wanted: Storage, found: Storage) -> DataError:
    """Return what to say of a column whose cells are not of the type that a network was trained on."""
    return DataError(
        "Column {column!r} must hold {wanted} cells, but here it holds {found}; check its values and decimal "
        "sign.",
        column=name,
        wanted=wanted,
        found=found,
    )


def _to_arrow(column: Column) -> pa.Array:
    cells = cells_of(column)
    if isinstance(cells, NumberColumn):
        return pa.array(cells.numbers)
    indices = pa.array(cells.codes, mask=cells.codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(cells.vocabulary, pa.string()))


def _from_arrow(name: str, storage: Storage, date_format: str, array: Any) -> NumberColumn | WordColumn:
    if storage == "text":
        codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
        return WordColumn.of_codes(name, codes, array.dictionary.to_pylist())
    numbers = np.array(array.to_numpy(zero_copy_only=False))
    return (
        DateColumn(name, numbers, date_format=date_format)
        if storage == "date"
        else NumberColumn(name, numbers)
    )


def _listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return f"{shown}, …" if len(names) > most else shown
