"""Reads a CSV file of rows to predict in pieces, as training read its own. Of what bundles carry along."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import InputError
from .input_column import CHUNK_ROWS
from .records import column_names, found_encoding, opener, records
from .schema import Dialect, Schema

_HEADER_LINES = 50


class CsvFile:
    """A CSV file, plain or gzip, read in pieces: only the cells of the model's columns, and those of `also`.

    Attributes
    ----------
    names : list of str or None
        The columns of the file; None where it has no header.
    """

    def __init__(self, path: Path, schema: Schema, dialect: Dialect, also: str | None = None) -> None:
        self.path, self._schema, self._dialect = path, schema, dialect
        self._also = None if also is None else " ".join(also.split())
        self.names: list[str] | None = None
        self.n_long, self.first_long = 0, 0
        self._open = opener(path)
        self.size = path.stat().st_size
        self._raw: BinaryIO | None = None
        trained = schema.read.encoding or "utf-8"
        self.encoding = dialect.encoding or found_encoding(self._open, trained, path.name)
        self._delimiter, self._start, self._places = self._layout()

    @property
    def delimiter(self) -> str:
        """The delimiter that was given or found."""
        return self._delimiter

    @property
    def fraction(self) -> float:
        """How much of the file has been read, in [0, 1]."""
        return min(1.0, self._raw.tell() / max(self.size, 1)) if self._raw else 0.0

    def chunks(self, n_rows: int = CHUNK_ROWS) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        """Yield the lines at which rows begin, and the cells of each input, for `n_rows` rows at a time."""
        lines: list[int] = []
        rows: list[list[str]] = []
        highest = max(self._places) + 1
        for number, (line, record) in enumerate(self._records(self._delimiter)):
            if number < self._start:
                continue
            if len(record) > self._width and any(cell.strip() for cell in record[self._width :]):
                self.n_long += 1
                self.first_long = self.first_long or line
            record += [""] * (highest - len(record))
            lines.append(line)
            rows.append([record[place].strip() for place in self._places])
            if len(rows) == n_rows:
                yield lines, list(zip(*rows, strict=True))
                lines, rows = [], []
        if rows:
            yield lines, list(zip(*rows, strict=True))

    def _records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """Yield (first line, cells) of every record that is not an empty line."""
        quotes = self._dialect.quotes(self._schema.read)
        with self._open() as raw:
            # Of a gzip file the place is unknown.
            self._raw = raw if isinstance(raw, io.BufferedReader) else None
            yield from records(raw, self.encoding, delimiter, quotes, self.path.name)
            self._raw = None

    def _layout(self) -> tuple[str, int, list[int]]:
        """Return the delimiter, the number of records before the first row, and the place of each input."""
        wanted = [" ".join(spec.column.split()) for spec in self._schema.inputs]
        trained, asked = self._schema.read, self._dialect
        usual = trained.delimiter or ","
        has_header = trained.header is not False if asked.header is None else asked.header
        delimiters = (
            [asked.delimiter] if asked.delimiter else list(dict.fromkeys([usual, ",", ";", "\t", "|"]))
        )
        nearest: tuple[int, list[str]] = (0, [])
        first: list[str] | None = None
        skipped, n_before = asked.skip_rows or 0, 0
        for delimiter in delimiters:
            for number, (line, record) in enumerate(self._records(delimiter)):
                if line <= skipped:
                    continue
                if first is None and delimiter == delimiters[0]:
                    first, n_before = record, number
                if number - n_before >= _HEADER_LINES or asked.header is False:
                    break
                names = column_names(record, fill=has_header)
                n_found = sum(column in names for column in wanted)
                if n_found == len(wanted):
                    self._width, self.names = len(record), names
                    further = [self._also] if self._also in names else []
                    return delimiter, number + 1, [names.index(column) for column in [*wanted, *further]]
                nearest = max(nearest, (n_found, names), key=lambda pair: pair[0])
        if first is None:
            raise InputError("{file} is empty; give a file with a header and rows.", file=self.path.name)
        if has_header:
            names = nearest[1] or column_names(first)
            raise InputError(
                "{file} has no column {column!r}; its columns are {columns}.", file=self.path.name,
                column=next(column for column in wanted if column not in names), columns=", ".join(names[:12]),
            )  # fmt: skip
        return delimiters[0], n_before, self._positions(first)

    def _positions(self, first: list[str]) -> list[int]:
        """Return the places of the inputs in a file without a header, by the number of its cells."""
        places = [spec.position for spec in self._schema.inputs]
        target, n_columns = self._schema.target_position, self._schema.n_columns
        n_cells = len(first)
        while n_cells > n_columns and not first[n_cells - 1].strip():
            n_cells -= 1
        self._width = n_cells
        if n_cells == n_columns:
            return places if self._also is None or target is None else [*places, target]
        if n_cells == n_columns - 1 and target is not None:
            return [place - (place > target) for place in places]
        if n_cells == len(places):
            return [sorted(places).index(place) for place in places]
        raise InputError(
            "{file} has {n_cells} cells a row, but the training data had {n_columns}; give the same columns in the "
            "same order, or a header with their names.", file=self.path.name, n_cells=n_cells, n_columns=n_columns,
        )  # fmt: skip
