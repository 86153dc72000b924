"""Dates spelled in the usual ways, parsed by regular expressions and arithmetic over whole columns.

No locale, no time zone data: a spelled offset is applied, everything else is UTC. Used by `cells`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .arrow import pc

_TIME = (
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}(?:[.,]\d{1,9})?))?"
    r"(?: ?(?P<p>[AaPp][Mm]))?(?: ?(?P<z>Z|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_WORD = r"(?P<b>[A-Za-z]{3,9})\.?"
# (how it is written, regular expression); "a" and "c" are day and month in an order that the column decides
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("%Y-%m-%d", r"^(?P<Y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})" + _TIME + "$"),
    ("%Y/%m/%d", r"^(?P<Y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})" + _TIME + "$"),
    ("%Y.%m.%d", r"^(?P<Y>\d{4})\.(?P<m>\d{1,2})\.(?P<d>\d{1,2})" + _TIME + "$"),
    ("%Y-%m", r"^(?P<Y>\d{4})-(?P<m>\d{1,2})$"),
    ("%Y/%m", r"^(?P<Y>\d{4})/(?P<m>\d{1,2})$"),
    ("?/?/%Y", r"^(?P<a>\d{1,2})/(?P<c>\d{1,2})/(?P<Y>\d{4})" + _TIME + "$"),
    ("?-?-%Y", r"^(?P<a>\d{1,2})-(?P<c>\d{1,2})-(?P<Y>\d{4})" + _TIME + "$"),
    ("?.?.%Y", r"^(?P<a>\d{1,2})\.(?P<c>\d{1,2})\.(?P<Y>\d{4})" + _TIME + "$"),
    ("?/?/%y", r"^(?P<a>\d{1,2})/(?P<c>\d{1,2})/(?P<Y>\d{2})" + _TIME + "$"),
    ("%d %b %Y", r"^(?P<d>\d{1,2}) " + _WORD + r",? (?P<Y>\d{4})" + _TIME + "$"),
    ("%d-%b-%Y", r"^(?P<d>\d{1,2})-" + _WORD + r"-(?P<Y>\d{4}|\d{2})" + _TIME + "$"),
    ("%b %d, %Y", "^" + _WORD + r" (?P<d>\d{1,2}),? (?P<Y>\d{4})" + _TIME + "$"),
    ("%b %Y", "^" + _WORD + r"[ -](?P<Y>\d{4})$"),
    ("%Y年%m月%d日", r"^(?P<Y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日" + _TIME + "$"),
    ("%Y年%m月", r"^(?P<Y>\d{4})年(?P<m>\d{1,2})月$"),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
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
    for name, pattern in _PATTERNS:
        if date_format and not _same_format(name, date_format):
            continue
        hits = pc.sum(pc.match_substring_regex(probe, pattern)).as_py() or 0
        if not date_format and hits < min(least, 0.9) * len(probe):
            continue
        parsed = _parse(words, name, pattern, date_format)
        if date_format or np.mean(~np.isnan(parsed.seconds)) >= least:
            return parsed
    return None


def date_pattern(date_format: str) -> tuple[str, bool]:
    """Return what reads dates of a format that `parse_dates` gave, for readers outside of this process.

    Returns
    -------
    pattern : str
        A regular expression with the groups Y, m or b, d, or a and c, and H, M, S, p, z. The first format
        where `date_format` is unknown.
    day_first : bool
        Whether the group a is the day and c the month, or the other way round.
    """
    found = (pattern for name, pattern in _PATTERNS if _same_format(name, date_format))
    return next(found, _PATTERNS[0][1]), date_format.startswith("%d")


def days_from_civil(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return days since 1970-01-01 in the proleptic Gregorian calendar, all of shape (n,)."""
    shifted = year - (month <= 2)
    era = shifted // 400
    year_of_era = shifted - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


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

    year = whole("Y", 1970)
    year = np.where(year < 69, year + 2000, np.where(year < 100, year + 1900, year))
    if "a" in names:
        day, month = (whole("a", 1), whole("c", 1)) if day_first else (whole("c", 1), whole("a", 1))
    else:
        day = whole("d", 1)
        month = _months(text("b")) if "b" in names else whole("m", 1)
    valid = matched & (month >= 1) & (month <= 12) & (day >= 1)
    safe_month = np.where(valid, month, 1)
    days = days_from_civil(year, safe_month, np.where(valid, day, 1))
    next_month = days_from_civil(year + (safe_month == 12), safe_month % 12 + 1, np.ones_like(day))
    valid &= days < next_month  # 31 April, 29 February
    seconds = days * 86400.0
    if "H" in names:
        clock, valid_clock = _clock(text("H"), text("M"), text("S"), text("p"), text("z"))
        seconds, valid = seconds + clock, valid & valid_clock
        name += _clock_format(text("H"), text("S"), text("p"), text("z"))
    return np.where(valid, seconds, np.nan), name


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
    index = pc.fill_null(pc.index_in(short, pa.array(_MONTHS)), -1)
    return index.to_numpy(zero_copy_only=False).astype(np.int64) + 1


def _clock(
    hour: pa.Array, minute: pa.Array, second: pa.Array, half: pa.Array, zone: pa.Array
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    def number(cells: pa.Array) -> NDArray[np.float64]:
        cells = pc.replace_substring(pc.if_else(pc.equal(cells, ""), "0", cells), ",", ".")
        return pc.cast(cells, pa.float64()).to_numpy(zero_copy_only=False)

    hours, minutes, seconds = number(hour), number(minute), number(second)
    halves = pc.utf8_lower(half).to_numpy(zero_copy_only=False)
    hours = np.where(halves == "pm", hours % 12 + 12, np.where(halves == "am", hours % 12, hours))
    valid = (hours < 24) & (minutes < 60) & (seconds < 61)
    digits = pc.replace_substring_regex(zone, r"[^0-9]", "")
    digits = pc.if_else(pc.equal(digits, ""), "0000", digits)
    offset = (
        number(pc.utf8_slice_codeunits(digits, 0, 2)) * 3600
        + number(pc.utf8_slice_codeunits(digits, 2, 4)) * 60
    )
    sign = np.where(pc.starts_with(zone, "-").to_numpy(zero_copy_only=False), -1.0, 1.0)
    return hours * 3600 + minutes * 60 + seconds - sign * offset, valid


def _clock_format(hour: pa.Array, second: pa.Array, half: pa.Array, zone: pa.Array) -> str:
    def used(cells: pa.Array) -> bool:
        return bool(pc.any(pc.not_equal(cells, "")).as_py())

    if not used(hour):
        return ""
    twelve = used(half)
    text = (" %I" if twelve else " %H") + ":%M" + (":%S" if used(second) else "") + (" %p" if twelve else "")
    return text + (" %z" if used(zone) else "")
