"""Reading one text table: from bytes to typed columns, with everything that was left out or mended reported.

Used by `reading` only.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from ..bundled.records import BLANK, Quotes, csv_rows
from ..domain import formatting
from ..domain.errors import DataError, Message
from ..domain.kinds import Storage
from ..domain.spec import ReadSpec
from . import dialect
from .cells import CellRules, ParsedColumn, parse_column
from .cleaning import blank_columns, blank_rows, compact, sub_header_rows
from .columns import CellForm, NumberColumn, WordColumn
from .encoding import scan_table
from .layout import layout_of
from .table import Table
from .unfolding import unfolded

_BLOCK = 1 << 20
# Of a row that is longer; beyond it a quote was not closed.
_MOST_BLOCK = 256 << 20
_BLOCKS_BETWEEN_RELEASES = 16
_IDLE_BYTES = 16 << 20
_MAX_KEPT_LINES = 100_000
# Of rows that Python reads, until they are Arrow's.
_ROWS = 1 << 16


class TextFileReader:
    """One reading of one text file."""

    def __init__(
        self,
        path: Path,
        read: ReadSpec,
        forms: Mapping[str, CellForm],
        known: Mapping[str, Storage | None],
    ) -> None:
        self.known = known
        self.path, self.file, self.asked, self.forms = path, path.name, read, forms
        self.messages: list[Message] = []
        # Record number from 1, cells.
        self.irregular: list[tuple[int, list[str]]] = []
        # The lines of rows that Python reads, one by one.
        self.lines: list[int] | None = None
        self.n_irregular = 0

    def run(self) -> tuple[Table, ReadSpec, tuple[Message, ...]]:
        """Read the file: the table, the settings resolved, the messages."""
        self._open = unfolded(self.path)
        self.scan = scan_table(self.file, self._open, self.asked.encoding)
        self.layout = layout_of(self.file, self._open, self.scan, self.asked, self.known)
        self.read, self.n_columns = self.layout.read, len(self.layout.names)
        self.messages += self.layout.messages
        chunks = self._read_cells()
        self.records = self._kept_records(len(chunks[0]))
        chunks = self._mend(chunks)
        rules = self._rules()
        parsed: list[ParsedColumn] = []
        n_idle = 0
        for i, name in enumerate(self.layout.names):
            cells = (
                dialect.without_quotes(chunks[i], self.layout.quotes.sign)
                if self.layout.unquote
                else chunks[i]
            )
            parsed.append(parse_column(name, cells, rules, self.forms.get(name), self.known.get(name)))
            del cells
            # Its memory is needed for the next columns. Giving it back takes milliseconds, however little it is: of
            # 30,000 short columns that would be minutes.
            n_idle += chunks[i].nbytes
            chunks[i] = pa.chunked_array([], pa.string())
            if n_idle > _IDLE_BYTES:
                pa.default_memory_pool().release_unused()
                n_idle = 0
        return self._clean(parsed), self.read, tuple(self.messages)

    def _rules(self) -> CellRules:
        read = self.read
        return CellRules(cast("str", read.decimal), read.missing, cast("str", read.thousands))

    def _read_cells(self) -> list[pa.ChunkedArray]:
        """Read all cells as text, block by block."""
        if self.layout.rows is not None:
            return self._kept_rows(self.layout.rows.rows())
        if self.read.delimiter == BLANK:
            return self._kept_rows(self._between_blanks())
        block = _BLOCK
        while True:
            try:
                return self._read_blocks(block)
            except pa.ArrowInvalid as error:
                # A row that is longer than a block.
                if "straddling" in str(error) and block < _MOST_BLOCK:
                    self.irregular, self.n_irregular = [], 0
                    block *= 16
                    continue
                raise self._unreadable(str(error)) from error

    def _unreadable(self, reason: str) -> DataError:
        if "straddling" in reason:
            return DataError(
                "{file} has a row of more than {most}; is a quote that opens a cell never closed? Read it without "
                "quotes (--quote none), or mend it.",
                file=self.file,
                most=formatting.size(_MOST_BLOCK),
            )
        return DataError(
            "{file} cannot be read as a table with delimiter {delimiter!r}: {reason}; check delimiter and quoting.",
            file=self.file,
            delimiter=self.read.delimiter,
            reason=reason,
        )

    def _read_blocks(self, block: int) -> list[pa.ChunkedArray]:
        codec = cast("str", self.read.encoding)
        names = [str(i) for i in range(self.n_columns)]
        chunks: list[list[pa.Array]] = [[] for _ in names]
        with (
            self._open() as stream,
            pacsv.open_csv(
                stream,
                read_options=pacsv.ReadOptions(
                    use_threads=False,
                    block_size=block,
                    column_names=names,
                    encoding="utf8" if codec.lower() in ("utf-8", "utf8", "utf-8-sig", "ascii") else codec,
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.read.delimiter,
                    quote_char=self.layout.quotes.sign or False,
                    escape_char=self.layout.quotes.escape or False,
                    newlines_in_values=bool(self.read.quoting),
                    ignore_empty_lines=False,
                    invalid_row_handler=self._keep_irregular,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            ) as reader,
        ):
            for n, batch in enumerate(reader):
                for i in range(self.n_columns):
                    chunks[i].append(batch.column(i))
                if n % _BLOCKS_BETWEEN_RELEASES == 0:
                    pa.default_memory_pool().release_unused()
        return [pa.chunked_array(c, pa.string()) for c in chunks]

    def _between_blanks(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of every row whose cells have blanks between them."""
        with (
            self._open() as stream,
            io.TextIOWrapper(stream, encoding=self.read.encoding, newline="") as text,
        ):
            reader = csv_rows(text, BLANK, self.layout.quotes)
            line = 1
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1

    def _kept_rows(self, rows: Iterator[tuple[int, list[str]]]) -> list[pa.ChunkedArray]:
        """Return the cells of rows that Python reads, by column; keep those that are irregular apart."""
        chunks: list[list[pa.Array]] = [[] for _ in range(self.n_columns)]
        self.lines = lines = []
        while block := list(islice(rows, _ROWS)):
            regular: list[list[str]] = []
            for line, cells in block:
                lines.append(line)
                if len(cells) == self.n_columns:
                    regular.append(cells)
                else:
                    self._keep(len(lines), cells)
            for chunk, column in zip(chunks, zip(*regular, strict=True), strict=bool(regular)):
                chunk.append(pa.array(column, pa.string()))
        return [pa.chunked_array(chunk, pa.string()) for chunk in chunks]

    def _keep_irregular(self, row: pacsv.InvalidRow) -> str:
        cells = dialect.split_rows(row.text, cast("str", self.read.delimiter), self.layout.quotes)
        self._keep(row.number, cells[0] if cells else [])
        return "skip"

    def _keep(self, number: int, cells: list[str]) -> None:
        self.n_irregular += 1
        if self.n_irregular <= _MAX_KEPT_LINES:
            self.irregular.append((number, cells))

    def _kept_records(self, n_read: int) -> NDArray[np.int64]:
        """Return the record number (from 1, every line or quoted group of lines) of each row that was
        read."""
        if self.n_irregular > _MAX_KEPT_LINES:
            raise DataError(
                "{file}: {n:,} rows do not have {n_columns:,} cells; check the delimiter and the quoting.",
                file=self.file,
                n=self.n_irregular,
                n_columns=self.n_columns,
            )
        records = np.arange(1, n_read + self.n_irregular + 1)
        return np.delete(records, np.array([number - 1 for number, _ in self.irregular], np.int64))

    def _mend(self, chunks: list[pa.ChunkedArray]) -> list[pa.ChunkedArray]:
        """Put irregular rows back where their cells are clear, leave out and report the others, drop the
        header."""
        first = self.layout.n_preamble + (2 if self.read.header else 1)
        mended: list[tuple[int, list[str]]] = []
        padded: list[int] = []
        dropped: list[int] = []
        for number, cells in self.irregular:
            if number < first or not any(cells):
                continue
            while len(cells) > self.n_columns and not cells[-1]:
                cells = cells[:-1]
            if len(cells) > self.n_columns or len(cells) <= 1 or 2 * len(cells) < self.n_columns:
                dropped.append(number)
                continue
            if len(cells) < self.n_columns:
                padded.append(number)
            mended.append((number, cells + [""] * (self.n_columns - len(cells))))
        self._report_irregular(padded, dropped)
        if mended:
            order = np.argsort(np.concatenate([self.records, [n for n, _ in mended]]), kind="stable")
            self.records = np.concatenate([self.records, [n for n, _ in mended]])[order]
            for i in range(self.n_columns):
                extra = pa.array([cells[i] for _, cells in mended], pa.string())
                chunks[i] = pa.chunked_array([*chunks[i].chunks, extra]).take(pa.array(order))
        start = int(np.searchsorted(self.records, first))
        self.records = self.records[start:]
        return [c.slice(start) for c in chunks]

    def _report_irregular(self, padded: list[int], dropped: list[int]) -> None:
        if padded:
            self._say(
                "{file}: rows with fewer than {n_columns:,} cells, filled up with missing values: {n:,} "
                "(lines {rows}).",
                n=len(padded),
                n_columns=self.n_columns,
                rows=self._lines(padded),
            )
        if dropped:
            self._say(
                "{file}: rows left out that do not have {n_columns:,} cells: {n:,} (lines {rows}).",
                n=len(dropped),
                n_columns=self.n_columns,
                rows=self._lines(dropped),
            )

    def _clean(self, parsed: list[ParsedColumn]) -> Table:
        """Leave out blank columns, blank rows and repeated headers, and report odd cells."""
        columns = [p.column for p in parsed]
        keep = ~blank_rows(columns)
        n_blank = int((~keep).sum())
        # One empty line at the end is how many files end.
        if n_blank > 1 or (n_blank == 1 and keep[-1]):
            self._say("{file}: empty rows left out: {n:,}.", n=n_blank)
        header = self.layout.header_cells
        repeated = sub_header_rows(parsed, header, keep) if header is not None else []
        if len(repeated):
            self._say(
                "{file}: rows left out that look like a second or repeated header: {n:,} (lines {rows}).",
                n=len(repeated),
                rows=self._lines(self.records[repeated].tolist()),
            )
            keep[repeated] = False
        rows = np.flatnonzero(keep)
        dead = blank_columns(columns, header, keep)
        dead = [i for i in dead if columns[i].name not in self.forms]
        if dead:
            self._say("{file}: empty columns without a name left out: {n:,}.", n=len(dead))
        for i, p in enumerate(parsed):
            if i not in dead:
                self._report_cells(p, keep)
        kept = [c for i, c in enumerate(columns) if i not in dead]
        if len(rows) < len(keep):
            kept = [compact(c.take(rows)) for c in kept]
        # Without the words of the header a column may be one of numbers or dates.
        if len(repeated):
            kept = [self._typed_again(c) for c in kept]
        return Table(tuple(kept), len(rows))

    def _typed_again(self, column: NumberColumn | WordColumn) -> NumberColumn | WordColumn:
        if isinstance(column, NumberColumn) or column.name in self.forms:
            return column
        words = pa.array([*column.vocabulary, None], pa.string())
        cells = pa.chunked_array(
            [words.take(pa.array(np.where(column.codes < 0, len(words) - 1, column.codes)))]
        )
        return parse_column(column.name, cells, self._rules(), None, self.known.get(column.name)).column

    def _report_cells(self, parsed: ParsedColumn, keep: NDArray[np.bool_]) -> None:
        column = parsed.column
        odd = parsed.odd_rows[keep[parsed.odd_rows]]
        if len(odd):
            self._say(
                "Column {column!r} of {file}: cells that are not a {kind} and count as missing: {n:,}, for instance "
                "{value!r} in line {row}.",
                column=column.name,
                n=len(odd),
                kind=column.storage,
                value=parsed.odd_values[0],
                row=self._lines([int(self.records[odd[0]])]),
            )
        if parsed.n_infinite:
            self._say(
                "Column {column!r} of {file}: infinite values that count as missing: {n:,}.",
                column=column.name,
                n=parsed.n_infinite,
            )
        self._report_spelling(parsed)
        if parsed.ambiguous_dates:
            self._say(
                "Column {column!r} of {file}: day and month cannot be told apart; the day was taken to come "
                "first.",
                column=column.name,
            )

    def _report_spelling(self, parsed: ParsedColumn) -> None:
        column = parsed.column
        units = column.spelling.units if column.spelling is not None else ()
        if units and column.name not in self.forms:
            self._say(
                "Column {column!r} of {file}: its cells are read as numbers without their unit, {unit}.",
                column=column.name,
                unit=", ".join(units),
            )
        if parsed.n_bounds:
            self._say(
                "Column {column!r} of {file}: cells that only say above, below or about a number are read as that "
                "number: {n:,}.",
                column=column.name,
                n=parsed.n_bounds,
            )
        if parsed.n_nothing:
            self._say(
                "Column {column!r} of {file}: dates of zeros that count as missing: {n:,}.",
                column=column.name,
                n=parsed.n_nothing,
            )
        if parsed.nearly is not None:
            row, value = parsed.nearly
            self._say(
                "Column {column!r} of {file} looks like numbers or dates but cannot be read as such, for instance "
                "{value!r} in line {row}, and is kept as text; give it the role numeric or date to read what can be "
                "read.",
                column=column.name,
                value=value,
                row=self._lines([int(self.records[row])]),
            )

    def _lines(self, records: list[int], most: int = 5) -> str:
        """Return the lines of the file at which records begin, as text."""
        shown = records[:most]
        if self.lines is not None:
            lines = [self.lines[number - 1] for number in shown]
        elif self.read.quoting and self.scan.n_line_ends > self.records_total:
            lines = _record_lines(self._open, self.read, self.layout.quotes, shown)
        else:
            lines = shown
        return ", ".join(map(str, lines)) + (", …" if len(records) > most else "")

    @property
    def records_total(self) -> int:
        """Number of records of the file, those that were left out included."""
        return max(
            int(self.records[-1]) if len(self.records) else 0,
            max((n for n, _ in self.irregular), default=0),
        )

    def _say(self, template: str, **args: object) -> None:
        self.messages.append(Message(template, {"file": self.file, **args}))


def _record_lines(
    opened: Callable[[], BinaryIO], read: ReadSpec, quotes: Quotes, records: list[int]
) -> list[int]:
    """Return the first line of each record, for files whose quoted cells hold line ends."""
    starts: dict[int, int] = {}
    with opened() as stream, io.TextIOWrapper(stream, encoding=read.encoding, newline="") as text:
        reader = csv_rows(text, cast("str", read.delimiter), quotes)
        line = 1
        for number, _ in enumerate(reader, start=1):
            if number in records:
                starts[number] = line
            line = reader.line_num + 1
            if number >= max(records):
                break
    return [starts[n] for n in records if n in starts]
