"""What a table holds: columns of numbers, dates, words or arrays, each with the same few operations.

Words are codes into a sorted vocabulary, so that rows are taken, counted and encoded without touching a string.
Needs NumPy alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..bundled.spelling import Spelling
from ..domain.arrays import Cells
from ..domain.kinds import Storage
from .scratch import row_chunks, take_mapped

Rows = NDArray[np.int64]
Cell: TypeAlias = str | float | int | None
"""A cell as JSON: text, a number (int where whole), a date as ISO text in UTC, None where missing."""


@dataclass(frozen=True, slots=True)
class CellForm:
    """How the cells of a column are kept and were spelled, for reading a later file alike.

    Attributes
    ----------
    storage : {"number", "text", "date"}
    date_format : str
        Of dates, in the signs of `strftime`.
    spelling : Spelling or None
        None of columns that versions 0.1 and 0.2 read, which took fewer spellings.
    """

    storage: Storage
    date_format: str = ""
    spelling: Spelling | None = None


PLAIN = Spelling()


class Digest(Protocol):
    """What a column adds its cells to, such as ``hashlib.sha256()``."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Add bytes."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class NumberColumn:
    """Numbers.

    Attributes
    ----------
    name : str
    numbers : ndarray of shape (n,), float64
        NaN where missing, never infinite.
    spelling : Spelling or None
        How they were spelled in the file; not part of the digest.
    """

    storage: ClassVar[Storage] = "number"
    name: str
    numbers: NDArray[np.float64]
    spelling: Spelling | None = PLAIN

    def __len__(self) -> int:
        return len(self.numbers)

    def missing(self) -> NDArray[np.bool_]:
        """Return a mask of shape (n,): True where the cell is missing."""
        return np.isnan(self.numbers)

    def take(self, rows: Rows) -> NumberColumn:
        """Return the column of the given rows."""
        return self.with_numbers(self.numbers[rows])

    def with_numbers(self, numbers: NDArray[np.float64]) -> NumberColumn:
        """Return a column of the same name and type with other cells."""
        return NumberColumn(self.name, numbers, self.spelling)

    def categories(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return codes of shape (n,), int32 (-1 missing), and their labels: `canonical_text` in ascending order."""
        present = ~np.isnan(self.numbers)
        values, inverse = np.unique(self.numbers[present], return_inverse=True)
        codes = np.full(len(self.numbers), -1, np.int32)
        codes[present] = inverse
        return codes, tuple(canonical_text(v) for v in values)

    def raw(self, rows: Rows) -> list[Cell]:
        """Return cells as JSON."""
        values = self.numbers[rows].tolist()
        return [None if v != v else int(v) if v.is_integer() and abs(v) < 2**53 else v for v in values]

    def add_to(self, digest: Digest) -> None:
        """Add the cells to a digest."""
        # -0.0 becomes 0.0
        cells = self.numbers + 0.0
        cells[np.isnan(cells)] = np.nan
        digest.update(cells.astype("<f8").tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class DateColumn(NumberColumn):
    """Moments in time.

    Attributes
    ----------
    numbers : ndarray of shape (n,), float64
        Seconds since 1970 UTC, NaN where missing.
    date_format : str
        How they were spelled in the file, in the signs of `strftime`; not part of the digest.
    """

    storage: ClassVar[Storage] = "date"
    date_format: str = ""

    def with_numbers(self, numbers: NDArray[np.float64]) -> DateColumn:
        """See `NumberColumn.with_numbers`."""
        return DateColumn(self.name, numbers, self.spelling, self.date_format)

    def raw(self, rows: Rows) -> list[Cell]:
        """Return cells as JSON."""
        return [None if v != v else iso_text(v) for v in self.numbers[rows].tolist()]


@dataclass(frozen=True, slots=True, eq=False)
class WordColumn:
    """Words or texts.

    Attributes
    ----------
    name : str
    codes : ndarray of shape (n,), int32
        Indices into `vocabulary`, -1 where missing.
    vocabulary : tuple of str
        Sorted, distinct, trimmed.
    spelling : Spelling or None
        How they were spelled in the file; not part of the digest.
    """

    storage: ClassVar[Storage] = "text"
    name: str
    codes: NDArray[np.int32]
    vocabulary: tuple[str, ...]
    spelling: Spelling | None = PLAIN

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of_codes(
        cls, name: str, codes: NDArray[np.int32], words: Sequence[str], spelling: Spelling | None = PLAIN
    ) -> WordColumn:
        """Return a column of codes into `words` (distinct, in any order); sorts the vocabulary."""
        order = sorted(range(len(words)), key=words.__getitem__)
        rank = np.empty(len(words) + 1, np.int32)
        rank[order] = np.arange(len(words), dtype=np.int32)
        # Code -1 stays -1.
        rank[-1] = -1
        return cls(name, rank[codes], tuple(words[i] for i in order), spelling)

    @classmethod
    def of_words(cls, name: str, words: Sequence[str]) -> WordColumn:
        """Return a column with a word in every row."""
        distinct, codes = np.unique(np.array(words, object).astype(str), return_inverse=True)
        return cls.of_codes(name, codes.astype(np.int32), distinct.tolist())

    def missing(self) -> NDArray[np.bool_]:
        """Return a mask of shape (n,): True where the cell is missing."""
        return self.codes < 0

    def take(self, rows: Rows) -> WordColumn:
        """Return the column of the given rows; the vocabulary stays whole."""
        return WordColumn(self.name, self.codes[rows], self.vocabulary, self.spelling)

    def categories(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return codes of shape (n,), int32 (-1 missing), and their labels."""
        return self.codes, self.vocabulary

    def raw(self, rows: Rows) -> list[Cell]:
        """Return cells as JSON."""
        return [self.vocabulary[c] if c >= 0 else None for c in self.codes[rows].tolist()]

    def add_to(self, digest: Digest) -> None:
        """Add the cells to a digest; words that no cell uses do not count."""
        used, inverse = np.unique(self.codes, return_inverse=True)
        words = [self.vocabulary[c] if c >= 0 else None for c in used.tolist()]
        digest.update(json.dumps(words).encode())
        digest.update(inverse.astype("<i4").tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class ArrayColumn:
    """An array in every row, such as the pixels of an image, and what it is called.

    Attributes
    ----------
    names : NumberColumn or WordColumn
        The name or number of each array: what a file or a window shows of it. It has the name of the column.
    values : ndarray of shape (n, *row)
        Mapped from a file where the table was stored; not part of the Parquet file.
    role : str
        What the column is used for, by the reader that made it; see `engine.domain.kinds`.
    """

    names: NumberColumn | WordColumn
    values: Cells
    role: str

    def __post_init__(self) -> None:
        if len(self.names) != len(self.values):
            raise ValueError("An array column must have a name for each array.")

    def __len__(self) -> int:
        return len(self.values)

    @property
    def name(self) -> str:
        """Name of the column."""
        return self.names.name

    @property
    def storage(self) -> Storage:
        """How the names are kept."""
        return self.names.storage

    def missing(self) -> NDArray[np.bool_]:
        """Return a mask of shape (n,): True where there is no array; there is one in every row."""
        return self.names.missing()

    def take(self, rows: Rows) -> ArrayColumn:
        """Return the column of the given rows; large mapped arrays stay mapped."""
        values = take_mapped(self.values, np.asarray(rows, np.int64))
        return ArrayColumn(self.names.take(rows), values, self.role)

    def categories(self) -> tuple[NDArray[np.int32], tuple[str, ...]]:
        """Return codes of shape (n,), int32, and their labels, of the names."""
        return self.names.categories()

    def raw(self, rows: Rows) -> list[Cell]:
        """Return the names as JSON."""
        return self.names.raw(rows)

    def add_to(self, digest: Digest) -> None:
        """Add the names to a digest; `add_values_to` adds the arrays."""
        self.names.add_to(digest)

    def add_values_to(self, digest: Digest) -> None:
        """Add the arrays to a digest, piece by piece."""
        digest.update(json.dumps(self.values.shape).encode())
        for part in row_chunks(self.values):
            digest.update(np.ascontiguousarray(self.values[part]).data)


Column: TypeAlias = NumberColumn | WordColumn | ArrayColumn


def cells_of(column: Column) -> NumberColumn | WordColumn:
    """Return the column without its arrays, if it has any."""
    return column.names if isinstance(column, ArrayColumn) else column


def date_format_of(column: Column) -> str:
    """Return how dates were spelled in the file; empty for other columns."""
    return column.date_format if isinstance(column, DateColumn) else ""


def canonical_text(number: float) -> str:
    """Return the one spelling of a number as a category: ``"3"`` for 3.0, the shortest exact decimal otherwise."""
    if number == math.floor(number) and abs(number) < 2**53:
        return str(int(number))
    return repr(float(number))


def iso_text(seconds: float) -> str:
    """Return ISO text of seconds since 1970 UTC: the date alone where the time of day is midnight."""
    whole = np.datetime64(round(seconds * 1000), "ms")
    text = str(whole)
    if text.endswith("T00:00:00.000"):
        return text[:-13]
    return text.removesuffix(".000")
