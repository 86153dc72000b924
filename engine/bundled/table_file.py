"""Reads a text file of rows to predict in pieces, as training read its own. Of what bundles carry along."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from .errors import InputError
from .foreign import check_is_table
from .input_column import CHUNK_ROWS
from .packing import damage_in, opener
from .records import BLANK, column_names, found_encoding, records
from .schema import Dialect, Schema
from .table_formats import DELIMITED, Rows, format_of, rows_of

_HEADER_LINES = 50
_HEAD_BYTES = 1 << 20
# Of a file, in a sentence on one that is not there.
_SHOWN_NAMES = 12


def without_column(file: str, names: Sequence[str], column: str) -> InputError:
    """Return the error of a file that lacks a column of the model."""
    return InputError(
        "{file} has no column {column!r}; its columns are {columns}.",
        file=file, column=column, columns=_listed(names),
    )  # fmt: skip


def check_kept(file: str, names: Sequence[str], kept: Sequence[str]) -> None:
    """Refuse a file that lacks a column which is to be kept.

    Raises
    ------
    InputError
    """
    absent = next((name for name in kept if name not in names), None)
    if absent is not None:
        raise InputError(
            "{file} has no column {column!r} to keep; its columns are {columns}.",
            file=file, column=absent, columns=_listed(names),
        )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN_NAMES])


class TableFile:
    """A text file of rows, plain or packed, read in pieces: only the cells of the model's columns, and those of `also`.

    Parameters
    ----------
    path : Path
    schema : Schema
    dialect : Dialect
        What is said of the file; the rest is found, or is as in training.
    also : str, optional
        A further column that is read where it is there.
    keep : sequence of str
        Further columns that are given back as they are spelled.
    opened : callable, optional
        Opens the file, unpacked; by Python's own means where not given.

    Attributes
    ----------
    names : list of str or None
        The columns of the file; None where it has no header.
    format : str
        ``delimited``, ``json`` or ``arff``.

    Raises
    ------
    InputError
        Where it cannot be read, is no table, or lacks a column of the model.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        dialect: Dialect,
        also: str | None = None,
        keep: Sequence[str] = (),
        opened: Callable[[], BinaryIO] | None = None,
    ) -> None:
        self.path, self._schema, self._dialect = path, schema, dialect
        self._also = None if also is None else " ".join(also.split())
        self._keep = [" ".join(name.split()) for name in keep]
        self.names: list[str] | None = None
        self.n_long, self.first_long = 0, 0
        self._open = opener(path) if opened is None else opened
        self.size = path.stat().st_size
        self._raw: BinaryIO | None = None
        self._rows: Rows | None = None
        with damage_in(path.name):
            with self._open() as stream:
                head = stream.read(_HEAD_BYTES)
            check_is_table(head, path.name)
            trained = schema.read.encoding or "utf-8"
            self.encoding = dialect.encoding or found_encoding(self._open, trained, path.name)
            self.format = dialect.format or format_of(head.decode(self.encoding, "ignore"))
            if self.format != DELIMITED:
                self._rows = rows_of(self.format, self._open, self.encoding, path.name)
            self._delimiter, self._start, self._places = self._layout()

    @property
    def delimiter(self) -> str:
        """The delimiter that was given or found; a comma where the file has none."""
        return self._delimiter

    @property
    def fraction(self) -> float:
        """How much of the file has been read, in [0, 1]."""
        return min(1.0, self._raw.tell() / max(self.size, 1)) if self._raw else 0.0

    def chunks(self, n_rows: int = CHUNK_ROWS) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        """Yield the lines at which rows begin, and cells by column, for `n_rows` rows at a time.

        The columns are those of the inputs, those that are kept, and the further one where it is there.
        """
        with damage_in(self.path.name):
            yield from self._chunks(n_rows)

    def _chunks(self, n_rows: int) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        lines: list[int] = []
        rows: list[list[str]] = []
        highest = max(self._places) + 1
        n_inputs = len(self._schema.inputs)
        kept = range(n_inputs, n_inputs + len(self._keep))
        for number, (line, record) in enumerate(self._records(self._delimiter)):
            if number < self._start:
                continue
            if len(record) > self._width and any(cell.strip() for cell in record[self._width :]):
                self.n_long += 1
                self.first_long = self.first_long or line
            record += [""] * (highest - len(record))
            lines.append(line)
            cells = [record[place] for place in self._places]
            rows.append([cell if i in kept else cell.strip() for i, cell in enumerate(cells)])
            if len(rows) == n_rows:
                yield lines, list(zip(*rows, strict=True))
                lines, rows = [], []
        if rows:
            yield lines, list(zip(*rows, strict=True))

    def _records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Yield (first line, cells) of every record that is not an empty line."""
        if self._rows is not None:
            yield from self._rows.rows()
            return
        quotes = self._dialect.quotes(self._schema.read)
        with self._open() as raw:
            # Of a packed file the place is unknown.
            self._raw = raw if isinstance(raw, io.BufferedReader) and isinstance(raw.raw, io.FileIO) else None
            yield from records(raw, self.encoding, delimiter, quotes, self.path.name)
            self._raw = None

    def _layout(self) -> tuple[str, int, list[int]]:
        """Return the delimiter, the number of records before the first row, and the place of each input."""
        wanted = [" ".join(spec.column.split()) for spec in self._schema.inputs]
        trained, asked = self._schema.read, self._dialect
        usual = trained.delimiter or ","
        has_header = trained.header is not False if asked.header is None else asked.header
        delimiters = [asked.delimiter] if asked.delimiter else [usual, ",", ";", "\t", "|", BLANK]
        is_bare = asked.header is False
        if self._rows is not None:
            delimiters, is_named = [","], self._rows.names is not None
            has_header, is_bare = has_header or is_named, is_bare and not is_named
        nearest: tuple[int, list[str]] = (0, [])
        first: list[str] | None = None
        skipped, n_before = asked.skip_rows or 0, 0
        for delimiter in dict.fromkeys(delimiters):
            for number, (line, record) in enumerate(self._records(delimiter)):
                if line <= skipped:
                    continue
                if first is None and delimiter == delimiters[0]:
                    first, n_before = record, number
                if number - n_before >= _HEADER_LINES or is_bare:
                    break
                names = column_names(record, fill=has_header)
                n_found = sum(column in names for column in wanted)
                if n_found == len(wanted):
                    self._width, self.names = len(record), names
                    check_kept(self.path.name, names, self._keep)
                    further = [*self._keep, *([self._also] if self._also in names else [])]
                    return delimiter, number + 1, [names.index(column) for column in [*wanted, *further]]
                nearest = max(nearest, (n_found, names), key=lambda pair: pair[0])
        if first is None:
            raise InputError("{file} is empty; give a file with a header and rows.", file=self.path.name)
        if has_header:
            names = nearest[1] or column_names(first)
            raise without_column(
                self.path.name, names, next(column for column in wanted if column not in names)
            )
        return delimiters[0], n_before, self._positions(first)

    def _positions(self, first: list[str]) -> list[int]:
        """Return the places of the inputs in a file without a header, by the number of its cells."""
        places = [spec.position for spec in self._schema.inputs]
        target, n_columns = self._schema.target_position, self._schema.n_columns
        n_cells = len(first)
        while n_cells > n_columns and not first[n_cells - 1].strip():
            n_cells -= 1
        self._width = n_cells
        names = column_names([""] * n_cells)
        check_kept(self.path.name, names, self._keep)
        kept = [names.index(name) for name in self._keep]
        if n_cells == n_columns:
            return [*places, *kept] if self._also is None or target is None else [*places, *kept, target]
        if n_cells == n_columns - 1 and target is not None:
            return [*(place - (place > target) for place in places), *kept]
        if n_cells == len(places):
            return [*(sorted(places).index(place) for place in places), *kept]
        raise InputError(
            "{file} has {n_cells} cells a row, but the training data had {n_columns}; give the same columns in the "
            "same order, or a header with their names.", file=self.path.name, n_cells=n_cells, n_columns=n_columns,
        )  # fmt: skip
