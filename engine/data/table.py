"""A table in memory: typed columns of numbers, dates or text. Every other part of the engine reads data from
here.

A column keeps numbers as float64 and text as codes into a sorted vocabulary, so that rows are taken, counted
and encoded without touching a string. Needs NumPy and pyarrow.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..domain.errors import DataError
from .scratch import row_chunks, take_mapped

Kind = Literal["number", "text", "date"]
Rows = NDArray[np.int64]

_EMPTY_NUMBERS = np.empty(0, np.float64)
_EMPTY_CODES = np.empty(0, np.int32)
_METADATA_KEY = b"cupel"
PIXELS_FILE = "pixels.npy"


def canonical_text(number: float) -> str:
    """Return the one spelling of a number as a category: ``"3"`` for 3.0, the shortest exact decimal
    otherwise."""
    if number == math.floor(number) and abs(number) < 2**53:
        return str(int(number))
    return repr(float(number))


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name : str
    kind : {"number", "text", "date"}
    numbers : ndarray of shape (n,), float64
        Of numbers and dates, NaN where missing, never infinite; dates are seconds since 1970 UTC. Empty for
        text.
    codes : ndarray of shape (n,), int32
        Of text, indices into `vocabulary`, -1 where missing. Empty for numbers and dates.
    vocabulary : tuple of str
        Sorted, distinct, trimmed.
    date_format : str
        How dates were spelled in the file, in the signs of `strftime`; not part of the digest.
    """

    name: str
    kind: Kind
    numbers: NDArray[np.float64] = field(default_factory=lambda: _EMPTY_NUMBERS)
    codes: NDArray[np.int32] = field(default_factory=lambda: _EMPTY_CODES)
    vocabulary: tuple[str, ...] = ()
    date_format: str = ""

    def __len__(self) -> int:
        return len(self.codes) if self.kind == "text" else len(self.numbers)

    def missing(self) -> NDArray[np.bool_]:
        """Return a mask of shape (n,): True where the cell is missing."""
        return self.codes < 0 if self.kind == "text" else np.isnan(self.numbers)

    def take(self, rows: Rows) -> Column:
        """Return the column of the given rows; the vocabulary stays whole."""
        return Column(
            self.name,
            self.kind,
            self.numbers[rows] if self.kind != "text" else _EMPTY_NUMBERS,
            self.codes[rows] if self.kind == "text" else _EMPTY_CODES,
            self.vocabulary,
            self.date_format,
        )

    def categories(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return codes of shape (n,), int32 (-1 missing), and their labels, for a column of any kind.

        Numbers become their `canonical_text`, in ascending order of the number.
        """
        if self.kind == "text":
            return self.codes, self.vocabulary
        present = ~np.isnan(self.numbers)
        values, inverse = np.unique(self.numbers[present], return_inverse=True)
        codes = np.full(len(self.numbers), -1, np.int32)
        codes[present] = inverse
        return codes, tuple(canonical_text(v) for v in values)

    def raw(self, rows: Rows) -> list[str | float | int | None]:
        """Return JSON-able cells: text, numbers (int where whole), dates as ISO text in UTC, None where
        missing."""
        if self.kind == "text":
            return [self.vocabulary[c] if c >= 0 else None for c in self.codes[rows].tolist()]
        values = self.numbers[rows].tolist()
        if self.kind == "date":
            return [None if v != v else iso_text(v) for v in values]
        return [None if v != v else int(v) if v.is_integer() and abs(v) < 2**53 else v for v in values]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Columns of equal length, with distinct names.

    Attributes
    ----------
    columns : tuple of Column
    n_rows : int
    pixels : ndarray of shape (n_rows, height, width, channels), uint8, or None
        Of images, one a row; mapped from a file where the table was stored. Not part of the Parquet file.
    image_column : str
        The column that names the images.
    """

    columns: tuple[Column, ...]
    n_rows: int
    pixels: NDArray[np.uint8] | None = None
    image_column: str = ""

    def __post_init__(self) -> None:
        names = self.names
        n_pixels = self.n_rows if self.pixels is None else len(self.pixels)
        if len(set(names)) != len(names) or any(
            n != self.n_rows for n in (n_pixels, *map(len, self.columns))
        ):
            raise ValueError("Columns must have distinct names and n_rows cells each.")

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(
            "There is no column {column!r}; the columns are {columns}.",
            column=name,
            columns=_listed(self.names),
        )

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the file."""
        return tuple(c.name for c in self.columns)

    def take(self, rows: Rows) -> Table:
        """Return the given rows (positions, in the order given) as a new table."""
        pixels = None if self.pixels is None else take_mapped(self.pixels, np.asarray(rows, np.int64))
        return Table(tuple(c.take(rows) for c in self.columns), len(rows), pixels, self.image_column)

    def select(self, names: Sequence[str]) -> Table:
        """Return the given columns, in the order given.

        Raises
        ------
        DataError
            Where a column is not there.
        """
        return Table(tuple(self[name] for name in names), self.n_rows, self.pixels, self.image_column)

    def digest(self) -> str:
        """Return the sha256 (hex) of names, kinds and cells, and of the pixels.

        Two files that parse to the same cells have the same digest, whatever their delimiter, encoding or
        spelling of missing values.
        """
        sha = hashlib.sha256(f"{self.n_rows}".encode())
        for column in self.columns:
            sha.update(json.dumps([column.name, column.kind]).encode())
            if column.kind == "text":
                used, inverse = np.unique(column.codes, return_inverse=True)
                words = [column.vocabulary[c] if c >= 0 else None for c in used.tolist()]
                sha.update(json.dumps(words).encode())
                sha.update(inverse.astype("<i4").tobytes())
            else:
                cells = column.numbers + 0.0  # -0.0 becomes 0.0
                cells[np.isnan(cells)] = np.nan
                sha.update(cells.astype("<f8").tobytes())
        if self.pixels is not None:
            sha.update(json.dumps(self.pixels.shape).encode())
            for part in row_chunks(self.pixels):
                sha.update(np.ascontiguousarray(self.pixels[part]).data)
        return sha.hexdigest()

    def raw_rows(self, rows: Sequence[int] | Rows) -> list[dict[str, str | float | int | None]]:
        """Return rows as JSON-able dicts, see `Column.raw`."""
        index = np.asarray(rows, np.int64)
        cells = [c.raw(index) for c in self.columns]
        return [dict(zip(self.names, row, strict=True)) for row in zip(*cells, strict=True)]

    def to_parquet(self, path: str | Path) -> None:
        """Write the table; equal tables give equal files (with one version of pyarrow)."""
        arrays = [_to_arrow(c) for c in self.columns]
        meta = json.dumps([[c.name, c.kind, c.date_format] for c in self.columns]).encode()
        schema = pa.schema(
            [pa.field(c.name, a.type) for c, a in zip(self.columns, arrays, strict=True)],
            metadata={_METADATA_KEY: meta},
        )
        pq.write_table(
            pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd", store_schema=True
        )

    def save_pixels(self, path: str | Path) -> None:
        """Write the pixels of a table that has any, for `from_parquet` to map."""
        assert self.pixels is not None  # noqa: S101 - for tables with pixels only
        np.save(path, self.pixels, allow_pickle=False)

    @classmethod
    def from_parquet(
        cls, path: str | Path, pixels: str | Path | None = None, image_column: str = ""
    ) -> Table:
        """Read what `to_parquet` wrote.

        Parameters
        ----------
        pixels : path, optional
            A ``.npy`` file of the images' pixels; it is mapped, not read.
        image_column : str
            The column that names the images.

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
            _from_arrow(name, kind, date_format, data.column(i).combine_chunks())
            for i, (name, kind, date_format) in enumerate(json.loads(meta))
        ]
        mapped = None if pixels is None else np.load(pixels, mmap_mode="r", allow_pickle=False)
        return cls(tuple(columns), data.num_rows, mapped, image_column)


def text_column(name: str, codes: NDArray[np.int32], words: Sequence[str]) -> Column:
    """Return a text column of codes into `words` (distinct, any order); sorts the vocabulary."""
    order = sorted(range(len(words)), key=words.__getitem__)
    rank = np.empty(len(words) + 1, np.int32)
    rank[order] = np.arange(len(words), dtype=np.int32)
    rank[-1] = -1  # code -1 stays -1
    return Column(name, "text", codes=rank[codes], vocabulary=tuple(words[i] for i in order))


def iso_text(seconds: float) -> str:
    """Return ISO text of seconds since 1970 UTC: the date alone where the time of day is midnight."""
    whole = np.datetime64(round(seconds * 1000), "ms")
    text = str(whole)
    if text.endswith("T00:00:00.000"):
        return text[:-13]
    return text.removesuffix(".000")


def _to_arrow(column: Column) -> pa.Array:
    if column.kind != "text":
        return pa.array(column.numbers)
    indices = pa.array(column.codes, mask=column.codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(column.vocabulary, pa.string()))


def _from_arrow(name: str, kind: Kind, date_format: str, array: Any) -> Column:
    if kind != "text":
        return Column(
            name, kind, numbers=np.array(array.to_numpy(zero_copy_only=False)), date_format=date_format
        )
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return text_column(name, codes, array.dictionary.to_pylist())


def _listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return f"{shown}, …" if len(names) > most else shown
