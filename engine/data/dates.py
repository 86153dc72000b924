"""Dates spelled in the usual ways, parsed by regular expressions and arithmetic over whole columns.

What a spelling is, and when that is, `bundled.dates` says, for bundles too; here columns are read whole, for `cells`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..bundled.date_spelling import (
    SPELLED_FORMATS,
    DateReader,
    matched_parts,
    parts_seconds,
    shown_format,
)
from ..bundled.dates import DATE_PATTERNS, MONTHS, DateClock, DateParts, civil_seconds, offset_of
from ..bundled.spelling import tidy
from .arrow import pc

_PROBE = 200
_SLICE = 50_000


@dataclass(frozen=True, slots=True)
class ParsedDates:
    """Dates of distinct spellings.

    Attributes
    ----------
    seconds : ndarray of shape (n,), float64
        Since 1970 UTC; NaN where the spelling is not a date of this format.
    date_format : str
        In the signs of `strftime`.
    ambiguous : bool
        Whether day and month could not be told apart (day first was taken).
    """

    seconds: NDArray[np.float64]
    date_format: str
    ambiguous: bool = False


def parse_dates(words: pa.Array, least: float = 0.95, date_format: str = "") -> ParsedDates | None:
    """Return the dates of `words` (distinct, no nulls), or None where fewer than `least` of them are dates.

    With `date_format` (as an earlier call gave it) only that spelling is read, day and month in its order.
    """
    probe = words.slice(0, _PROBE)
    for name, pattern in DATE_PATTERNS:
        if date_format and not _same_format(name, date_format):
            continue
        hits = pc.sum(pc.match_substring_regex(probe, pattern)).as_py() or 0
        if not date_format and hits < min(least, 0.9) * len(probe):
            continue
        parsed = _parse(words, name, pattern, date_format)
        if date_format or np.mean(~np.isnan(parsed.seconds)) >= least:
            return parsed
    return None


def find_dates(words: pa.Array, least: float = 0.95, date_format: str = "") -> ParsedDates | None:
    """Return the dates of `words` (distinct, no nulls) in any spelling, or None where fewer than `least` are dates.

    With `date_format` days and months in numbers are read in its order alone; see `DateReader`.
    """
    if date_format:
        return ParsedDates(DateReader(date_format).seconds(words.to_pylist()), date_format)
    quick = parse_dates(words, least)
    # There a month in words is known by its first three letters, whatever the word.
    if quick is not None and "%b" not in quick.date_format:
        left = np.flatnonzero(np.isnan(quick.seconds))
        quick.seconds[left] = DateReader(quick.date_format).seconds(words.take(pa.array(left)).to_pylist())
        return quick
    texts: list[str] = words.to_pylist()
    found, ambiguous = _usual_format(texts[:: max(1, len(texts) // _PROBE)], min(least, 0.9))
    if not found:
        return None
    if "/" in found or "-" in found or "." in found:
        found, ambiguous = _usual_format(texts, min(least, 0.9))
    seconds = DateReader(found).seconds(texts)
    if not found or np.mean(~np.isnan(seconds)) < least:
        return None
    return ParsedDates(seconds, found, ambiguous)


def are_compact_days(numbers: NDArray[np.float64]) -> bool:
    """Return whether numbers, at least ten different ones, are all days written as 20190908, of 1900 to 2100."""
    known = numbers[~np.isnan(numbers)]
    if len(known) < 10 or known.min() < 19000101 or known.max() > 21001231:
        return False
    days = np.unique(known)
    if len(days) < 10 or np.any(days != np.floor(days)):
        return False
    whole = days.astype(np.int64)
    parts = DateParts(whole // 10000, whole // 100 % 100, whole % 100)
    return not bool(np.isnan(civil_seconds(parts)).any())


def _usual_format(texts: list[str], least: float) -> tuple[str, bool]:
    """Return the format in which most texts are dates, and whether its day and month cannot be told apart.

    Empty where fewer than `least` of them are dates at all.
    """
    small = [tidy(text).lower() for text in texts]
    best: tuple[int, str, bool] = (0, "", False)
    for name, pattern in SPELLED_FORMATS:
        groups = [group for group in matched_parts(small, pattern) if group is not None]
        if len(groups) <= best[0]:
            continue
        day_first, ambiguous = True, False
        if "?" in name:
            parts = tuple(
                np.array([int(group[key]) for group in groups], np.int64) for key in ("a", "c", "Y")
            )
            day_first, ambiguous = _day_first([parts])  # type: ignore[list-item]
        n_dates = int(np.sum(~np.isnan(parts_seconds(groups, day_first=day_first))))
        if n_dates > best[0]:
            best = (n_dates, shown_format(name, groups, day_first=day_first), ambiguous)
    if not best[0] or np.mean(~np.isnan(DateReader(best[1]).seconds(texts))) < least:
        return "", False
    return best[1], best[2]


def date_pattern(date_format: str) -> tuple[str, bool]:
    """Return what reads dates of a format that `parse_dates` gave, for readers outside of this process.

    Returns
    -------
    pattern : str
        A regular expression with the groups Y, m or b, d, or a and c, and H, M, S, p, z: one of `DATE_PATTERNS`, the
        first where `date_format` is none of theirs. Columns that have a spelling are read by their format instead.
    day_first : bool
        Whether the group a is the day and c the month, or the other way round.
    """
    found = (pattern for name, pattern in DATE_PATTERNS if _same_format(name, date_format))
    return next(found, DATE_PATTERNS[0][1]), date_format.startswith("%d")


def _same_format(name: str, date_format: str) -> bool:
    head = re.split(r" %[HI]", date_format)[0]
    return name == head or name in (head.replace("%d", "?").replace("%m", "?"),)


def _parse(words: pa.Array, name: str, pattern: str, date_format: str) -> ParsedDates:
    """Parse all words by one pattern, slice by slice: captured groups take much memory."""
    if name == "%Y-%m-%d" and len(words) > _SLICE:
        seconds = _iso_seconds(words)
        if seconds is not None:
            return ParsedDates(
                seconds, date_format or _parse_slice(words.slice(0, _PROBE), name, pattern, True)[1]
            )
    slices = [words.slice(start, _SLICE) for start in range(0, len(words), _SLICE)]
    day_first, ambiguous = True, False
    if "?" in name:
        if date_format:
            day_first = date_format.startswith("%d")
        else:
            day_first, ambiguous = _day_first([_two_numbers(part, pattern) for part in slices])
        name = name.replace("?", "%d" if day_first else "%m", 1).replace("?", "%m" if day_first else "%d", 1)
    parsed = [_parse_slice(part, name, pattern, day_first) for part in slices]
    shown = max((shown for _, shown in parsed), key=len)
    return ParsedDates(np.concatenate([seconds for seconds, _ in parsed]), date_format or shown, ambiguous)


def _iso_seconds(words: pa.Array) -> NDArray[np.float64] | None:
    """Return the seconds of plain ISO dates, many times faster than by patterns; None where one is not
    plain."""
    try:
        moments = pc.cast(words, pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    return pc.cast(pc.cast(moments, pa.int64()), pa.float64()).to_numpy(zero_copy_only=False) / 1e6


def _two_numbers(
    words: pa.Array, pattern: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the second number and the year of words such as 3/4/2020, in the order of
    `words`."""
    parts = pc.extract_regex(words, pattern).drop_null()
    first, second, year = (pc.cast(pc.struct_field(parts, key), pa.int64()) for key in ("a", "c", "Y"))
    return tuple(cells.to_numpy(zero_copy_only=False) for cells in (first, second, year))  # type: ignore[return-value]


def _parse_slice(
    words: pa.Array, name: str, pattern: str, day_first: bool
) -> tuple[NDArray[np.float64], str]:
    """Return seconds of shape (n,), NaN where a word is not such a date, and the format with its time of
    day."""
    parts = pc.extract_regex(words, pattern)
    matched = parts.is_valid().to_numpy(zero_copy_only=False)
    names = {parts.type.field(i).name for i in range(parts.type.num_fields)}

    def text(key: str) -> pa.Array:
        return pc.fill_null(pc.struct_field(parts, key), "")

    def whole(key: str, default: int) -> NDArray[np.int64]:
        if key not in names:
            return np.full(len(words), default, np.int64)
        cells = text(key)
        cells = pc.if_else(pc.equal(cells, ""), str(default), cells)
        return pc.cast(cells, pa.int64()).to_numpy(zero_copy_only=False)

    if "a" in names:
        day, month = (whole("a", 1), whole("c", 1)) if day_first else (whole("c", 1), whole("a", 1))
    else:
        day = whole("d", 1)
        month = _months(text("b")) if "b" in names else whole("m", 1)
    clock = None
    if "H" in names:
        clock = _clock(text("H"), text("M"), text("S"), text("p"), text("z"))
        name += _clock_format(text("H"), text("S"), text("p"), text("z"))
    seconds = civil_seconds(DateParts(whole("Y", 1970), month, day, clock))
    return np.where(matched, seconds, np.nan), name


def _day_first(
    parts: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]],
) -> tuple[bool, bool]:
    """Return (day comes first, undecided): by values over 12, else by which order makes the column ascend."""
    first, second, year = (np.concatenate([part[i] for part in parts]) for i in range(3))
    over_first, over_second = int(np.sum(first > 12)), int(np.sum(second > 12))
    if over_first != over_second:
        return over_first > over_second, False
    if over_first == 0 and len(first) > 2:
        steps = [np.diff((year * 12 + m) * 31 + d) for d, m in ((first, second), (second, first))]
        ascents = [bool(np.all(s >= 0) or np.all(s <= 0)) for s in steps]
        if ascents[0] != ascents[1]:
            return ascents[0], False
    return True, True


def _months(words: pa.Array) -> NDArray[np.int64]:
    short = pc.utf8_slice_codeunits(pc.utf8_lower(words), 0, 3)
    index = pc.fill_null(pc.index_in(short, pa.array(MONTHS)), -1)
    return index.to_numpy(zero_copy_only=False).astype(np.int64) + 1


def _clock(hour: pa.Array, minute: pa.Array, second: pa.Array, half: pa.Array, zone: pa.Array) -> DateClock:
    def number(cells: pa.Array) -> NDArray[np.float64]:
        cells = pc.replace_substring(pc.if_else(pc.equal(cells, ""), "0", cells), ",", ".")
        return pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)

    zones = zone.dictionary_encode()
    offsets = np.array([offset_of(word) for word in zones.dictionary.to_pylist()])
    return DateClock(
        number(hour),
        number(minute),
        number(second),
        pc.utf8_lower(half).to_numpy(zero_copy_only=False),
        offsets[zones.indices.to_numpy(zero_copy_only=False)],
    )


def _clock_format(hour: pa.Array, second: pa.Array, half: pa.Array, zone: pa.Array) -> str:
    def used(cells: pa.Array) -> bool:
        return bool(pc.any(pc.not_equal(cells, "")).as_py())

    if not used(hour):
        return ""
    twelve = used(half)
    text = (" %I" if twelve else " %H") + ":%M" + (":%S" if used(second) else "") + (" %p" if twelve else "")
    return text + (" %z" if used(zone) else "")
