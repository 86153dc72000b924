"""Rows from JSON: objects or lists, one a line or in a list, and columns. Of what bundles carry along."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, BinaryIO, TypeAlias, cast

from .errors import InputError

JsonValue: TypeAlias = Any
_CHARS = 1 << 20
_MOST_NAMES = 100_000
_SPACE = " \t\r\n"
# As Python's reader says it.
_NO_COMMA, _TOO_MUCH = "Expecting ',' or ']'", "Extra data"
# Numbers stay as they are spelled.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


class JsonRows:
    """The rows of a JSON file, as cells of text.

    An object is a row, and its names are columns, those of objects within it too (``address.city``); names that it
    lacks, and null, are empty cells. A list is a row without names. One object alone may hold the rows in a list, or a
    list or object for each column, as pandas writes them.

    Attributes
    ----------
    names : list of str or None
        None where rows are lists, the first of which may hold the names.
    lists : list of str
        Names that are no columns, for they hold lists in most rows.
    is_nested : bool
        Whether there are objects within objects.

    Raises
    ------
    InputError
        Where it is no JSON, or none that is a table.
    """

    def __init__(self, opened: Callable[[], BinaryIO], encoding: str, file: str) -> None:
        self._opened, self._encoding, self._file = opened, encoding, file
        self.names: list[str] | None = None
        self.lists: list[str] = []
        self.is_nested = False
        self._survey()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of every row, the names first where there are some."""
        if self.names is None:
            for line, row in self._items():
                yield line, [_text(cell) for cell in row]
            return
        names = self.names
        yield 1, names
        for line, row in self._items():
            flat = _flat(row)
            yield line, [_text(flat.get(name)) for name in names]

    def _survey(self) -> None:
        """Find the columns: a first pass over all rows."""
        counts: dict[str, list[int]] = {}
        n_objects = n_lists = 0
        for line, row in self._items():
            if isinstance(row, list):
                n_lists += 1
            else:
                n_objects += 1
                flat = _flat(row)
                self.is_nested = self.is_nested or any(
                    isinstance(cell, dict) and cell for cell in row.values()
                )
                for name, cell in flat.items():
                    count = counts.setdefault(name, [0, 0])
                    count[0] += cell is not None
                    count[1] += isinstance(cell, list)
                if len(counts) > _MOST_NAMES:
                    raise InputError(
                        "{file} is JSON whose objects have more than {most:,} names together, which are no columns "
                        "of a table; give a list of objects with the same names.",
                        file=self._file, most=_MOST_NAMES,
                    )  # fmt: skip
            if n_objects and n_lists:
                raise InputError(
                    "{file} is JSON with both objects and lists as rows (line {row}); give one of them.",
                    file=self._file, row=line,
                )  # fmt: skip
        self.lists = [name for name, (n, n_nested) in counts.items() if 2 * n_nested > n]
        names = [name for name in counts if name not in self.lists]
        if not n_objects + n_lists or (n_objects and not names):
            raise InputError("{file} is JSON without rows; choose a file with data.", file=self._file)
        if n_objects:
            self.names = names

    def _items(self) -> Iterator[tuple[int, JsonValue]]:
        """Yield (line, row) of every row, an object or a list."""
        with self._opened() as raw, io.TextIOWrapper(raw, encoding=self._encoding) as text:
            values = self._values(text)
            first = list(islice(values, 2))
            if len(first) == 1 and isinstance(first[0][1], dict):
                values = self._rows_of(*first[0])
            elif first:
                values = _chained(first, values)
            for line, value in values:
                if not isinstance(value, list | dict):
                    raise self._no_table(line)
                yield line, value

    def _values(self, text: io.TextIOWrapper) -> Iterator[tuple[int, JsonValue]]:
        """Yield (line, value) of all that comes one after another, or of all that is in one list around it."""
        source = _Source(text)
        try:
            sign = source.sign()
            if sign == "[" and not self._is_lines(source):
                yield from source.elements()
                return
            while sign := source.sign():
                if sign == ",":
                    source.skip()
                else:
                    yield source.value()
        except json.JSONDecodeError as error:
            raise InputError(
                "{file} is JSON that cannot be read: {reason} in line {row}; mend it, or download it again.",
                file=self._file, reason=error.msg, row=source.line_of(error.pos),
            ) from error  # fmt: skip
        except RecursionError as error:
            raise InputError(
                "{file} is JSON that is nested too deeply (line {row}).", file=self._file, row=source.line
            ) from error
        except UnicodeError as error:
            raise InputError(
                "{file}, line {row}, cannot be read as {encoding} text: {reason}; check the encoding.",
                file=self._file, row=source.line, encoding=self._encoding, reason=str(error),
            ) from error  # fmt: skip

    def _is_lines(self, source: _Source) -> bool:
        """Return whether every line is a list: the first one is whole, holds plain cells, and another follows."""
        line, more = source.first_line()
        try:
            value = _DECODER.decode(line)
        except (json.JSONDecodeError, RecursionError):
            return False
        return more and not any(isinstance(cell, list | dict) for cell in value)

    def _rows_of(self, line: int, whole: dict[str, JsonValue]) -> Iterator[tuple[int, JsonValue]]:
        """Yield the rows that one object alone holds: a list of them, its columns, or itself."""
        cells = list(whole.values())
        parts = [cell for cell in cells if isinstance(cell, list) and cell]
        if set(whole) >= {"columns", "data"} and all(isinstance(row, list) for row in whole["data"]):
            return ((line, dict(zip(map(str, whole["columns"]), row, strict=False))) for row in whole["data"])
        holders = [part for part in parts if all(isinstance(row, dict) for row in cast("list[object]", part))]
        if len(holders) == 1:
            return ((line, row) for row in holders[0])
        if len(parts) == len(cells) and len({len(part) for part in parts}) == 1 and not holders:
            return ((line, dict(zip(whole, row, strict=True))) for row in zip(*parts, strict=True))
        if cells and all(isinstance(cell, dict) and cell for cell in cells):
            keys = list(dict.fromkeys(key for cell in cells for key in cell))
            if all(key.isdigit() for key in keys):
                return ((line, {name: cell.get(key) for name, cell in whole.items()}) for key in keys)
            if len(cells) > 1:
                return ((line, cell) for cell in cells)
        if holders or all(isinstance(cell, list | dict) for cell in cells):
            raise self._no_table(line)
        return iter([(line, whole)])

    def _no_table(self, line: int) -> InputError:
        return InputError(
            "{file} is JSON, but no table (line {row}); give a list of objects with the same names, or one object a "
            "line.",
            file=self._file, row=line,
        )  # fmt: skip


class _Source:
    """JSON text, value by value; no more of it is held than the value at hand."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text, self._held, self._at, self._is_over = text, "", 0, False
        self.line = 1
        self._counted = 0

    def sign(self) -> str:
        """Return the next sign that is no blank, and go to it; empty at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _SPACE + "\ufeff\x1e":
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Go behind the sign here."""
        self._at += 1

    def first_line(self) -> tuple[str, bool]:
        """Return the line from here on, and whether anything but blanks follows in what is read at once."""
        line, _, after = self._held[self._at :].partition("\n")
        return line, bool(after.strip())

    def value(self) -> tuple[int, JsonValue]:
        """Return (line, value) of the value here, and go behind it."""
        self.sign()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._held, self._at)
            except json.JSONDecodeError:
                # It may go on in what is not read yet.
                if not self._more():
                    raise
                continue
            line = self.line_of(self._at)
            self._at = end
            return line, found

    def elements(self) -> Iterator[tuple[int, JsonValue]]:
        """Yield (line, value) of the elements of the list here."""
        self._at += 1
        sign = self.sign()
        while sign != "]":
            yield self.value()
            sign = self.sign()
            if sign not in (",", "]"):
                raise json.JSONDecodeError(_NO_COMMA, self._held, self._at)
            if sign == ",":
                self._at += 1
                sign = self.sign()
        self._at += 1
        if self.sign():
            raise json.JSONDecodeError(_TOO_MUCH, self._held, self._at)

    def line_of(self, place: int) -> int:
        """Return the line of a place in what is held, and count on from it."""
        if place > self._counted:
            self.line += self._held.count("\n", self._counted, place)
            self._counted = place
        return self.line

    def _more(self) -> bool:
        """Read on, at least as much as is held; return whether there was more."""
        if self._is_over:
            return False
        self.line_of(self._at)
        rest = self._held[self._at :]
        # A value that is cut off is read again from its beginning: twice as much each time.
        more = self._text.read(max(_CHARS, len(rest)))
        self._held, self._at, self._counted = rest + more, 0, 0
        self._is_over = not more
        return bool(more)


def _chained(
    first: Sequence[tuple[int, JsonValue]], others: Iterator[tuple[int, JsonValue]]
) -> Iterator[tuple[int, JsonValue]]:
    yield from first
    yield from others


def _flat(row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return an object without objects in it: their names come after its own and a dot."""
    if not any(isinstance(cell, dict) for cell in row.values()):
        return cast("dict[str, JsonValue]", row)
    flat: dict[str, JsonValue] = {}
    waiting: list[tuple[str, JsonValue]] = list(row.items())[::-1]
    while waiting:
        name, cell = waiting.pop()
        if isinstance(cell, dict):
            inner = cast("dict[str, JsonValue]", cell)
            waiting += [(f"{name}.{key}", inner[key]) for key in list(inner)[::-1]]
        else:
            flat[name] = cell
    return flat


def _text(cell: JsonValue) -> str:
    """Return a cell as a file of text would have it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return json.dumps(cell, ensure_ascii=False)
