"""From cells as text to a typed column: numbers, dates or categories, decided over the whole column.

Missing (`bundled.numbers`): an empty cell and `MISSING` always; `SOFT_MISSING` (``-``, ``None``, ``unknown``, …) in
columns that are otherwise numbers or dates, for in a text column they are categories that people use on purpose ("no
garage").
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..bundled.date_spelling import is_no_date
from ..bundled.numbers import MISSING, SOFT_MISSING, number_patterns
from ..bundled.spelling import NumberReader, Spelling
from ..domain.kinds import Storage
from .arrow import pc
from .columns import PLAIN, CellForm, DateColumn, NumberColumn, WordColumn
from .dates import are_compact_days, find_dates, parse_dates
from .spelled import first_unlike, spelled_numbers, united

# A column of numbers or dates may hold this fraction of other cells.
_ODD_FRACTION = 0.05
# In at most this many spellings.
_ODD_WORDS = 20
_PROBE = 500
# Of a column that is asked to be one of dates.
_LEAST_ASKED = 0.01
_EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class CellRules:
    """How cells are read: decimal sign, further spellings of missing, and what sets thousands apart."""

    decimal: str = "."
    missing: tuple[str, ...] = ()
    thousands: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ParsedColumn:
    """A column and what did not fit it.

    Attributes
    ----------
    column : NumberColumn or WordColumn
    odd_rows : ndarray of shape (k,), int64
        Rows whose cell is neither missing nor of the column's kind; they became missing.
    odd_values : tuple of str
        The first few of these cells.
    ambiguous_dates : bool
        Whether day and month could not be told apart.
    n_infinite : int
        Infinite numbers, which became missing.
    n_bounds : int
        Numbers that only say that a value is below, above or about them.
    n_nothing : int
        Dates of zeros, which became missing.
    nearly : (int, str) or None
        Of words that look like numbers or dates: the row and the cell of the first that is none.
    """

    column: NumberColumn | WordColumn
    odd_rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    odd_values: tuple[str, ...] = ()
    ambiguous_dates: bool = False
    n_infinite: int = 0
    n_bounds: int = 0
    n_nothing: int = 0
    nearly: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The distinct cells of a column, how often each comes, and how they are to be read.

    Attributes
    ----------
    storage : {"number", "text", "date"} or None
        What the column must be; None where its cells decide.
    is_new : bool
        Whether all spellings are read, and not those of versions 0.1 and 0.2 alone.
    """

    name: str
    words: pa.Array
    codes: NDArray[np.int32]
    counts: NDArray[np.int64]
    gone: NDArray[np.bool_]
    soft: NDArray[np.bool_]
    rules: CellRules
    form: CellForm | None
    storage: Storage | None

    @property
    def is_new(self) -> bool:
        return self.form is None or self.form.spelling is not None


def parse_column(
    name: str,
    cells: pa.ChunkedArray,
    rules: CellRules,
    form: CellForm | None = None,
    wanted: Storage | None = None,
) -> ParsedColumn:
    """Type one column.

    Parameters
    ----------
    name : str
    cells : pyarrow.ChunkedArray of string
        Nulls are missing.
    rules : CellRules
    form : CellForm, optional
        How the column was read before; cells that do not fit become missing and are reported. Decided from the cells
        where not given.
    wanted : {"number", "text", "date"}, optional
        What the cells are to be without an earlier form; words stay where none of them is such.
    """
    storage = wanted if form is None else form.storage
    # Beyond what one array of 32-bit offsets holds.
    wide = cells.nbytes >= 2**31
    whole = (pc.cast(cells, pa.large_string()) if wide else cells).combine_chunks()
    trimmed = pc.utf8_trim_whitespace(whole)
    del cells, whole
    if storage in (None, "number") and rules.decimal == ".":
        fast = _plain_numbers(name, trimmed, rules, may_be_dates=storage is None)
        if fast is not None:
            return fast
    encoded = trimmed.dictionary_encode()
    words: pa.Array = encoded.dictionary
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    del encoded, trimmed
    gone = pc.is_in(words, _word_set(rules)).to_numpy(zero_copy_only=False)
    soft = gone | pc.is_in(words, pa.array(sorted(SOFT_MISSING))).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes + 1, minlength=len(words) + 1)[1:]
    told = _Words(name, words, codes, counts, gone, soft, rules, form, storage)
    for attempt in (_as_numbers, _as_dates):
        parsed = attempt(told)
        if parsed is not None:
            return parsed
    return _as_text(told)


def parse_numbers(words: pa.Array, decimal: str) -> NDArray[np.float64]:
    """Return the numbers spelled by `words`, shape (n,), NaN where one is not a number.

    Groups of three digits may be set apart by the other sign of ``.`` and ``,``, a space or an apostrophe.
    """
    plain, grouped, apart = number_patterns(decimal)
    is_grouped = pc.match_substring_regex(words, f"^{grouped}$")
    cleaned = pc.if_else(
        is_grouped,
        pc.replace_substring_regex(words, apart, ""),
        pc.if_else(pc.match_substring_regex(words, f"^{plain}$"), words, pa.scalar(None, pa.string())),
    )
    if decimal == ",":
        cleaned = pc.replace_substring(cleaned, ",", ".")
    return np.array(pc.cast(cleaned, pa.float64()).to_numpy(zero_copy_only=False), np.float64)


@cache
def _word_set(rules: CellRules) -> pa.Array:
    return pa.array(sorted(MISSING | {m.strip() for m in rules.missing}))


def _missing_numbers(rules: CellRules) -> NDArray[np.float64]:
    if not rules.missing:
        return np.empty(0)
    numbers = parse_numbers(pa.array([m.strip() for m in rules.missing], pa.string()), rules.decimal)
    return numbers[~np.isnan(numbers)]


def _plain_numbers(
    name: str, trimmed: pa.Array, rules: CellRules, *, may_be_dates: bool
) -> ParsedColumn | None:
    """Read a column of plain numbers quickly; None where any cell is something else."""
    probe = trimmed.slice(0, _PROBE)
    first = probe.filter(pc.invert(pc.is_in(probe, _word_set(rules))))
    if len(first) and np.isnan(parse_numbers(first, ".")).any():
        return None
    present = pc.if_else(pc.is_in(trimmed, _word_set(rules)), pa.scalar(None, pa.string()), trimmed)
    # 007, inf.
    if pc.any(pc.match_substring_regex(present, r"^[+-]?0\d|[iI]")).as_py():
        return None
    try:
        numbers = pc.cast(present, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    numbers = np.array(numbers, np.float64)
    if not numbers.size or np.isnan(numbers).all() or np.nanmax(np.abs(numbers)) >= _EXACT:
        return None
    if may_be_dates and are_compact_days(numbers):
        return None
    numbers[np.isin(numbers, _missing_numbers(rules))] = np.nan
    return ParsedColumn(NumberColumn(name, numbers, _number_spelling(numbers)))


def _as_numbers(told: _Words) -> ParsedColumn | None:
    words, soft, rules, storage = told.words, told.soft, told.rules, told.storage
    if storage not in (None, "number"):
        return None
    if storage is None and len(words) > _PROBE:
        probe, _, _ = _numbers_of(told, words.slice(0, _PROBE), soft[:_PROBE])
        if np.mean(np.isnan(probe) & ~soft[:_PROBE]) > 0.5:
            return None
    numbers, spelling, bounds = _numbers_of(told, words, soft)
    spelled_infinite = pc.match_substring_regex(words, r"^[+-]?(?i:inf(inity)?)$").to_numpy(
        zero_copy_only=False
    )
    infinite = spelled_infinite | np.isinf(numbers)
    numbers[infinite] = np.nan
    found, odd = ~np.isnan(numbers), np.isnan(numbers) & ~soft & ~infinite
    if storage is None and (
        not _mostly(found | infinite, odd, soft, told.counts)
        or _is_code(words, numbers, found)
        or are_compact_days(numbers)
    ):
        return None
    if told.form is None and storage is not None and not found.any():
        return None
    numbers[np.isin(numbers, _missing_numbers(rules))] = np.nan
    spelling = spelling if spelling.units or not told.is_new else _number_spelling(numbers)
    column = NumberColumn(told.name, np.append(numbers, np.nan)[told.codes], spelling)
    n_bounds = int(told.counts[bounds].sum())
    return _with_odd(column, told, odd, n_infinite=int(told.counts[infinite].sum()), n_bounds=n_bounds)


def _numbers_of(
    told: _Words, words: pa.Array, soft: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], Spelling, NDArray[np.bool_]]:
    """Return the numbers that words spell, NaN where one is none; how; and which are bounds."""
    numbers = parse_numbers(words, told.rules.decimal)
    bounds = np.zeros(len(words), bool)
    if not told.is_new:
        return numbers, PLAIN, bounds
    known = None if told.form is None else told.form.spelling
    left = np.flatnonzero(np.isnan(numbers) & ~soft)
    if not len(left):
        return numbers, known or PLAIN, bounds
    reader = NumberReader(told.rules.decimal, told.rules.thousands, known or PLAIN)
    if known is not None:
        numbers[left] = [reader.parse(text) for text in words.take(pa.array(left)).to_pylist()]
        return numbers, known, bounds
    n_plain = int(np.sum(~np.isnan(numbers)))
    return spelled_numbers(numbers, words, left, reader, n_plain, is_asked=told.storage is not None)


def _number_spelling(numbers: NDArray[np.float64]) -> Spelling:
    """Return how a column of numbers without units may be spelled: as truth values, where it has 0 and 1 alone."""
    known = numbers[~np.isnan(numbers)]
    is_truth = len(known) > 0 and bool(np.all((known == 0) | (known == 1)))
    return Spelling(truth=("false", "true")) if is_truth else PLAIN


def _is_code(words: pa.Array, numbers: NDArray[np.float64], found: NDArray[np.bool_]) -> bool:
    """Whether digits are a code (leading zeros, more digits than a float64 holds) rather than a quantity."""
    if bool(pc.any(pc.match_substring_regex(words, r"^0\d+$")).as_py()):
        return True
    exact = pc.match_substring_regex(words, r"^[+-]?\d{16,}$").to_numpy(zero_copy_only=False)
    return bool(np.any(np.abs(numbers[found & exact]) >= _EXACT))


def _as_dates(told: _Words) -> ParsedColumn | None:
    words, storage = told.words, told.storage
    if storage not in (None, "date"):
        return None
    nothing, n_nothing = np.zeros(len(words), bool), 0
    if told.is_new:
        zeros = pc.match_substring_regex(words, r"^0{1,4}[-/.]0{1,2}[-/.]0").to_numpy(zero_copy_only=False)
        nothing[zeros] = [is_no_date(text) for text in words.filter(pa.array(zeros)).to_pylist()]
    soft = told.soft | nothing
    candidates = np.flatnonzero(~soft)
    least = 1 - _ODD_FRACTION if storage is None else _LEAST_ASKED
    date_format = "" if told.form is None else told.form.date_format
    dates = None
    if len(candidates):
        read = find_dates if told.is_new else parse_dates
        dates = read(words.take(pa.array(candidates)), least, date_format)
    if dates is None and (storage is None or told.form is None):
        return None
    seconds = np.full(len(words), np.nan)
    if dates is not None:
        seconds[candidates] = dates.seconds
    found, odd = ~np.isnan(seconds), np.isnan(seconds) & ~soft
    if storage is None and not _mostly(found, odd, soft, told.counts):
        return None
    shown = dates.date_format if dates is not None else date_format
    n_nothing = int(told.counts[nothing].sum())
    column = DateColumn(told.name, np.append(seconds, np.nan)[told.codes], PLAIN, shown)
    is_open = dates is not None and dates.ambiguous
    return _with_odd(column, told, odd, ambiguous_dates=is_open, n_nothing=n_nothing)


def _mostly(
    found: NDArray[np.bool_], odd: NDArray[np.bool_], soft: NDArray[np.bool_], counts: NDArray[np.int64]
) -> bool:
    n_found, n_odd, n_soft = (int(counts[mask].sum()) for mask in (found, odd, soft))
    if n_found == 0:
        return n_odd == 0 and n_soft > 0 and bool(np.all(counts[~soft] == 0))
    few = n_odd <= max(_ODD_FRACTION * (n_found + n_odd), 1 if n_found >= 10 else 0)
    return few and int(odd.sum()) <= _ODD_WORDS


def _with_odd(
    column: NumberColumn,
    told: _Words,
    odd: NDArray[np.bool_],
    *,
    ambiguous_dates: bool = False,
    n_infinite: int = 0,
    n_bounds: int = 0,
    n_nothing: int = 0,
) -> ParsedColumn:
    rows = np.flatnonzero(np.append(odd, False)[told.codes]) if odd.any() else np.empty(0, np.int64)
    values = tuple(told.words[int(i)].as_py() for i in np.flatnonzero(odd)[:5])
    return ParsedColumn(column, rows, values, ambiguous_dates, n_infinite, n_bounds, n_nothing)


def _as_text(told: _Words) -> ParsedColumn:
    words, gone = told.words, told.gone
    # By bytes of UTF-8, as Python sorts str.
    order = pc.sort_indices(words).to_numpy(zero_copy_only=False)
    kept = order[~gone[order]]
    rank = np.full(len(words) + 1, -1, np.int32)
    rank[kept] = np.arange(len(kept), dtype=np.int32)
    vocabulary = tuple(words.take(pa.array(kept)).to_numpy(zero_copy_only=False).tolist())
    column = WordColumn(told.name, rank[told.codes], vocabulary, PLAIN)
    if not told.is_new:
        return ParsedColumn(WordColumn(told.name, column.codes, vocabulary, None))
    column = united(column, None if told.form is None else told.form.spelling)
    return ParsedColumn(column, nearly=None if told.form is not None else first_unlike(column))
