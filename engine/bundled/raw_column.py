"""A raw column of numbers, dates or text: its cells as the model takes them. Of what bundles carry along."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import SupportsFloat

import numpy as np

from .date_spelling import DateReader, is_no_date
from .dates import spelled_dates
from .errors import InputError
from .input_column import Cell, InputColumn, Remark
from .numbers import NumberSpelling
from .schema import InputSpec, Schema
from .spelling import NumberReader, WordReader

_CACHE = 100_000
_SHOWN_CATEGORIES = 50
_SHOWN_SIGNS = 40
_PLAIN_CELLS = (str, bool, int, float, np.bool_, np.number, Decimal, date, np.datetime64)
_SIMPLE = re.compile(r"[0-9.eE+\-\n]*")


class RawColumn(InputColumn):
    """See `InputColumn`; text, numbers, dates and None are taken, and what does not fit is counted.

    Attributes
    ----------
    storage : {"number", "date", "text"}
        How cells are kept.
    """

    preparation = (
        "A missing number is not-a-number, a missing text is empty; a date is its seconds since 1970, UTC."
    )

    def __init__(self, spec: InputSpec, schema: Schema, decimal: str) -> None:
        super().__init__(spec, schema, decimal)
        self.storage, self._spec = spec.storage, spec
        self.n_odd = 0
        self.first_odd: tuple[int, str] = (0, "")
        self._known = None if spec.categories is None else frozenset(spec.categories)
        self._missing = frozenset(schema.missing)
        self._quiet = self._missing | frozenset(schema.soft_missing)
        self._decimal = decimal
        spelling, thousands = spec.spelling, schema.read.thousands or ""
        self._numbers: NumberSpelling | NumberReader = (
            NumberSpelling(decimal) if spelling is None else NumberReader(decimal, thousands, spelling)
        )
        self._words = None if spelling is None else WordReader(spelling, _words_of(spec))
        self._dates = None if spelling is None else DateReader(spec.date_format)
        gone = (self._numbers.parse(text.strip()) for text in schema.user_missing)
        self._missing_numbers = [value for value in gone if value == value]
        self._date = re.compile(spec.date_pattern, re.ASCII)
        self._day_first = spec.day_first
        self._cache: dict[str, float] = {}

    @property
    def holds_texts(self) -> bool:
        """Whether cells are texts rather than categories, numbers or dates."""
        return self.storage == "text" and self._known is None

    @property
    def json_type(self) -> type[str] | type[float]:
        """Of a cell in JSON; dates are texts."""
        return float if self.storage == "number" else str

    @property
    def wanted(self) -> str:
        """What a cell in JSON must be, in words."""
        date = f"a date written as {self._spec.date_format}"
        return {"number": "a number", "text": "text", "date": date}[self.storage]

    @property
    def has_spelling(self) -> bool:
        """Whether texts in JSON must be written in one way."""
        return self.storage == "date"

    def is_spelled(self, text: str) -> bool:
        """See `InputColumn.is_spelled`; as a date of the column, or missing."""
        return text.strip() in self._missing or not math.isnan(self.convert([text], [1])[0, 0])

    def as_json(self, cell: str) -> Cell:
        """See `InputColumn.as_json`."""
        value = float(self.convert([cell], [1])[0, 0]) if self.storage == "number" else cell
        return None if value == "" or value != value else value

    def described(self) -> dict[str, object]:
        """See `InputColumn.described`."""
        spec = self._spec
        about = [{"number": "A number", "date": "A date", "text": "Text"}[spec.storage]]
        told: dict[str, object] = {"column": spec.column, "type": spec.storage, "role": spec.role}
        if spec.storage == "number" and spec.minimum is not None and spec.maximum is not None:
            told |= {"minimum": spec.minimum, "maximum": spec.maximum}
            about.append(f"in the training data from {spec.minimum:.6g} to {spec.maximum:.6g}")
        if spec.storage == "date":
            told["format"] = spec.date_format
            about.append(f"written as {spec.date_format}")
        if spec.categories is not None:
            shown = spec.categories[:_SHOWN_CATEGORIES]
            told |= {"categories": shown, "n_categories": len(spec.categories)}
            more = "" if len(shown) == len(spec.categories) else ", …"
            about.append("categories of the training data: " + ", ".join(map(str, shown)) + more)
        return told | {"about": "; ".join([*about, "null where it is missing"])}

    def read(
        self,
        cells: Sequence[Cell],
        lines: Sequence[int],
        place: Path,  # noqa: ARG002 - one signature for all columns
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `InputColumn.read`; every cell can be read, as what does not fit is missing."""
        return self.convert(cells, lines), np.ones(len(cells), bool)

    def remarks(self) -> list[Remark]:
        """See `InputColumn.remarks`."""
        said: list[Remark] = []
        if self.n_odd:
            line, text = self.first_odd
            said.append(
                Remark(
                    "Column {column!r}: cells that are not a {kind} and count as missing: {n:,}, for instance "
                    "{value!r} in line {row}.",
                    column=self.column,
                    n=self.n_odd,
                    kind=self.storage,
                    value=text,
                    row=line,
                )
            )
        if self.n_unseen:
            said.append(
                Remark(
                    "Column {column!r}: cells with a category that the training data did not have: {n:,}.",
                    column=self.column,
                    n=self.n_unseen,
                )
            )
        return said

    def convert(self, cells: Sequence[Cell], lines: Sequence[int]) -> np.ndarray:
        """Return an array of shape (n, 1): float64, NaN where missing, or text, empty where missing."""
        if not all(isinstance(cell, str) for cell in cells):
            cells = [None if _is_missing(cell) else cell for cell in cells]
        if self.storage == "text":
            words = [self._word(cell) for cell in cells]
            if self._known is not None:
                self.n_unseen += sum(word not in self._known for word in words if word)
            return np.array(words, object).reshape(-1, 1)
        values = self._simple(cells) if self.storage == "number" else None
        if values is None:
            values = self._values(cells, lines)
        values[np.isinf(values)] = np.nan
        if self._known is not None:
            self.n_unseen += sum(value not in self._known for value in values[~np.isnan(values)].tolist())
        return values.reshape(-1, 1)

    def shown(self, values: np.ndarray) -> str:
        """See `InputColumn.shown`."""
        value = values[0]
        if self.storage == "text":
            return " ".join(str(value).split())
        if value != value:
            return ""
        if self.storage == "date":
            return str(np.datetime64(int(value), "s")).replace("T00:00:00", "")
        return f"{value:.6g}"

    def _simple(self, cells: Sequence[Cell]) -> np.ndarray | None:
        """Read plain numbers quickly; None where a cell is something else."""
        texts = [cell for cell in cells if isinstance(cell, str)]
        if self._decimal != "." or len(texts) < len(cells) or not _SIMPLE.fullmatch("\n".join(texts)):
            return None
        try:
            values = np.array([float(cell) if cell else math.nan for cell in texts])
        except ValueError:
            return None
        values[np.isin(values, self._missing_numbers)] = np.nan
        return values

    def _word(self, cell: Cell) -> str:
        if cell is None:
            return ""
        if not isinstance(cell, _PLAIN_CELLS):
            raise self._unusable(cell)
        if isinstance(cell, float | np.floating) and float(cell).is_integer() and abs(cell) < 2**53:
            cell = int(cell)
        word = str(cell).strip()
        if word in self._missing:
            return ""
        return word if self._words is None else self._words.read(word)

    def _values(self, cells: Sequence[Cell], lines: Sequence[int]) -> np.ndarray:
        """Read numbers or dates in any spelling."""
        if len(self._cache) > _CACHE:
            self._cache.clear()
        texts = dict.fromkeys(cell.strip() for cell in cells if isinstance(cell, str))
        unread = [text for text in texts if text not in self._cache]
        self._cache.update(zip(unread, self._parsed(unread), strict=True))
        return np.array(
            [self._value(cell, line) for cell, line in zip(cells, lines, strict=True)], np.float64
        )

    def _parsed(self, texts: Sequence[str]) -> list[float]:
        if self.storage == "date":
            gone = self._missing
            if self._dates is not None:
                values = self._dates.seconds(texts).tolist()
            else:
                values = spelled_dates(texts, self._date, day_first=self._day_first).tolist()
            return [math.nan if text in gone else value for text, value in zip(texts, values, strict=True)]
        found = [math.nan if text in self._missing else self._numbers.parse(text) for text in texts]
        return [math.nan if value in self._missing_numbers else value for value in found]

    def _is_no_date(self, text: str) -> bool:
        return self._dates is not None and self.storage == "date" and is_no_date(text)

    def _value(self, cell: Cell, line: int) -> float:
        if isinstance(cell, str):
            text = cell.strip()
            value = self._cache[text]
            if value != value and text not in self._quiet and not self._is_no_date(text):
                self.n_odd += 1
                self.first_odd = self.first_odd if self.n_odd > 1 else (line, text)
            return value
        if cell is None:
            return math.nan
        if isinstance(cell, date | np.datetime64) and self.storage == "date":
            return _seconds_of(cell)
        if not isinstance(cell, SupportsFloat) or isinstance(cell, date):
            raise self._unusable(cell)
        try:
            return float(cell)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._unusable(cell) from error

    def _unusable(self, cell: Cell) -> InputError:
        shown = repr(cell)
        return InputError(
            "Column {column!r} cannot take {value}, which is of the type {type}; give {wanted}, or None where it is "
            "missing.",
            column=self.column, value=shown[:_SHOWN_SIGNS] + "…" * (len(shown) > _SHOWN_SIGNS),
            type=type(cell).__name__, wanted=self.wanted,
        )  # fmt: skip


def _is_missing(cell: Cell) -> bool:
    """Return whether a cell is missing, as Python, NumPy or pandas say it (None, NaN, NaT, NA)."""
    if cell is None or isinstance(cell, float | np.floating):
        return cell is None or cell != cell
    if isinstance(cell, np.datetime64 | np.timedelta64):
        return bool(np.isnat(cell))
    return type(cell).__name__ in ("NAType", "NaTType")


def _seconds_of(moment: date | np.datetime64) -> float:
    if isinstance(moment, np.datetime64):
        return float((moment - np.datetime64(0, "s")) / np.timedelta64(1, "s"))
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp()


def _words_of(spec: InputSpec) -> list[str]:
    return [word for word in spec.categories or () if isinstance(word, str)]
