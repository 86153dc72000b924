"""From cells as text to a typed column: numbers, dates or categories, decided over the whole column.

Missing (`bundled.numbers`): an empty cell and `MISSING` always; `SOFT_MISSING` (``-``, ``None``, ``unknown``, …) in
columns that are otherwise numbers or dates, for in a text column they are categories that people use on purpose ("no
garage").
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..bundled.numbers import MISSING, SOFT_MISSING, number_patterns
from ..domain.kinds import Storage
from .arrow import pc
from .columns import DateColumn, NumberColumn, WordColumn
from .dates import parse_dates

# A column of numbers or dates may hold this fraction of other cells.
_ODD_FRACTION = 0.05
# In at most this many spellings.
_ODD_WORDS = 20
_PROBE = 500
_EXACT = 2.0**53


@dataclass(frozen=True, slots=True)
class CellRules:
    """How cells are read: the decimal sign, further spellings of missing, and whether dates may be found."""

    decimal: str = "."
    missing: tuple[str, ...] = ()


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
    """

    column: NumberColumn | WordColumn
    odd_rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    odd_values: tuple[str, ...] = ()
    ambiguous_dates: bool = False
    n_infinite: int = 0


def parse_column(
    name: str, cells: pa.ChunkedArray, rules: CellRules, storage: Storage | None = None, date_format: str = ""
) -> ParsedColumn:
    """Type one column.

    Parameters
    ----------
    name : str
    cells : pyarrow.ChunkedArray of string
        Nulls are missing.
    rules : CellRules
    storage : {"number", "text", "date"}, optional
        Decided from the cells where not given; where given, cells that do not fit become missing and are
        reported.
    date_format : str, optional
        The spelling of dates to read, where it is known.
    """
    # Beyond what one array of 32-bit offsets holds.
    wide = cells.nbytes >= 2**31
    whole = (pc.cast(cells, pa.large_string()) if wide else cells).combine_chunks()
    trimmed = pc.utf8_trim_whitespace(whole)
    del cells, whole
    if storage in (None, "number") and rules.decimal == ".":
        fast = _plain_numbers(name, trimmed, rules)
        if fast is not None:
            return fast
    encoded = trimmed.dictionary_encode()
    words: pa.Array = encoded.dictionary
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    del encoded, trimmed
    gone = pc.is_in(words, _word_set(rules)).to_numpy(zero_copy_only=False)
    soft = gone | pc.is_in(words, pa.array(sorted(SOFT_MISSING))).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes + 1, minlength=len(words) + 1)[1:]
    for attempt in (_as_numbers, _as_dates):
        parsed = attempt(name, words, codes, counts, soft, rules, storage, date_format)
        if parsed is not None:
            return parsed
    return ParsedColumn(_as_text(name, words, codes, gone))


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


def _word_set(rules: CellRules) -> pa.Array:
    return pa.array(sorted(MISSING | {m.strip() for m in rules.missing}))


def _missing_numbers(rules: CellRules) -> NDArray[np.float64]:
    if not rules.missing:
        return np.empty(0)
    numbers = parse_numbers(pa.array([m.strip() for m in rules.missing], pa.string()), rules.decimal)
    return numbers[~np.isnan(numbers)]


def _plain_numbers(name: str, trimmed: pa.Array, rules: CellRules) -> ParsedColumn | None:
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
    numbers[np.isin(numbers, _missing_numbers(rules))] = np.nan
    return ParsedColumn(NumberColumn(name, numbers))


def _as_numbers(
    name: str,
    words: pa.Array,
    codes: NDArray[np.int32],
    counts: NDArray[np.int64],
    soft: NDArray[np.bool_],
    rules: CellRules,
    storage: Storage | None,
    date_format: str,  # noqa: ARG001 - one signature for all attempts
) -> ParsedColumn | None:
    if storage not in (None, "number"):
        return None
    if storage is None and len(words) > _PROBE:
        probe = parse_numbers(words.slice(0, _PROBE), rules.decimal)
        if np.mean(np.isnan(probe) & ~soft[:_PROBE]) > 0.5:
            return None
    numbers = parse_numbers(words, rules.decimal)
    spelled_infinite = pc.match_substring_regex(words, r"^[+-]?(?i:inf(inity)?)$").to_numpy(
        zero_copy_only=False
    )
    infinite = spelled_infinite | np.isinf(numbers)
    numbers[infinite] = np.nan
    found, odd = ~np.isnan(numbers), np.isnan(numbers) & ~soft & ~infinite
    if storage is None and (
        not _mostly(found | infinite, odd, soft, counts) or _is_code(words, numbers, found)
    ):
        return None
    numbers[np.isin(numbers, _missing_numbers(rules))] = np.nan
    column = NumberColumn(name, np.append(numbers, np.nan)[codes])
    return _with_odd(column, words, codes, odd, n_infinite=int(counts[infinite].sum()))


def _is_code(words: pa.Array, numbers: NDArray[np.float64], found: NDArray[np.bool_]) -> bool:
    """Whether digits are a code (leading zeros, more digits than a float64 holds) rather than a quantity."""
    if bool(pc.any(pc.match_substring_regex(words, r"^0\d+$")).as_py()):
        return True
    exact = pc.match_substring_regex(words, r"^[+-]?\d{16,}$").to_numpy(zero_copy_only=False)
    return bool(np.any(np.abs(numbers[found & exact]) >= _EXACT))


def _as_dates(
    name: str,
    words: pa.Array,
    codes: NDArray[np.int32],
    counts: NDArray[np.int64],
    soft: NDArray[np.bool_],
    rules: CellRules,  # noqa: ARG001 - one signature for all attempts
    storage: Storage | None,
    date_format: str,
) -> ParsedColumn | None:
    if storage not in (None, "date"):
        return None
    candidates = np.flatnonzero(~soft)
    dates = (
        parse_dates(words.take(pa.array(candidates)), 1 - _ODD_FRACTION, date_format)
        if len(candidates)
        else None
    )
    if dates is None and storage is None:
        return None
    seconds = np.full(len(words), np.nan)
    if dates is not None:
        seconds[candidates] = dates.seconds
    found, odd = ~np.isnan(seconds), np.isnan(seconds) & ~soft
    if storage is None and not _mostly(found, odd, soft, counts):
        return None
    shown = dates.date_format if dates is not None else date_format
    column = DateColumn(name, np.append(seconds, np.nan)[codes], shown)
    return _with_odd(column, words, codes, odd, ambiguous_dates=dates is not None and dates.ambiguous)


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
    words: pa.Array,
    codes: NDArray[np.int32],
    odd: NDArray[np.bool_],
    ambiguous_dates: bool = False,
    n_infinite: int = 0,
) -> ParsedColumn:
    rows = np.flatnonzero(np.append(odd, False)[codes]) if odd.any() else np.empty(0, np.int64)
    values = tuple(words[int(i)].as_py() for i in np.flatnonzero(odd)[:5])
    return ParsedColumn(column, rows, values, ambiguous_dates, n_infinite)


def _as_text(name: str, words: pa.Array, codes: NDArray[np.int32], gone: NDArray[np.bool_]) -> WordColumn:
    # By bytes of UTF-8, as Python sorts str.
    order = pc.sort_indices(words).to_numpy(zero_copy_only=False)
    kept = order[~gone[order]]
    rank = np.full(len(words) + 1, -1, np.int32)
    rank[kept] = np.arange(len(kept), dtype=np.int32)
    vocabulary = tuple(words.take(pa.array(kept)).to_numpy(zero_copy_only=False).tolist())
    return WordColumn(name, rank[codes], vocabulary)
