"""How dates are spelled, and when that is; for training and for bundles. Needs NumPy.

No locale, no time zone data: a spelled offset is applied, everything else is UTC. The patterns are read by Python's
``re`` (with its flag ASCII) and by RE2 alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_TIME = (
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}(?:[.,]\d{1,9})?))?"
    r"(?: ?(?P<p>[AaPp][Mm]))?(?: ?(?P<z>Z|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_WORD = r"(?P<b>[A-Za-z]{3,9})\.?"
DATE_PATTERNS: tuple[tuple[str, str], ...] = (
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
"""How a date is written, and a regular expression; a and c are day and month in an order that the column decides."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True, eq=False)
class DateParts:
    """The parts of n dates as they were spelled.

    Attributes
    ----------
    year, month, day : ndarrays of shape (n,), int64
        A year of two digits is one from 1969 to 2068; the month is 0 where a word is none.
    clock : DateClock or None
        None where no time of day can be spelled.
    """

    year: np.ndarray
    month: np.ndarray
    day: np.ndarray
    clock: DateClock | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DateClock:
    """The times of day of n dates.

    Attributes
    ----------
    hour, minute, second : ndarrays of shape (n,), float64
    half : ndarray of shape (n,)
        ``am``, ``pm``, or empty.
    offset_s : ndarray of shape (n,), float64
        Of the time zone, east positive.
    """

    hour: np.ndarray
    minute: np.ndarray
    second: np.ndarray
    half: np.ndarray
    offset_s: np.ndarray


def civil_seconds(parts: DateParts) -> np.ndarray:
    """Return seconds since 1970 UTC, shape (n,), float64; NaN where there is no such day or time."""
    year = np.where(
        parts.year < 69, parts.year + 2000, np.where(parts.year < 100, parts.year + 1900, parts.year)
    )
    day = parts.day
    valid = (parts.month >= 1) & (parts.month <= 12) & (day >= 1)
    month = np.where(valid, parts.month, 1)
    days = days_from_civil(year, month, np.where(valid, day, 1))
    # There is no 31 April, and not always a 29 February.
    valid &= days < days_from_civil(year + (month == 12), month % 12 + 1, np.ones_like(day))
    seconds = days * 86400.0
    if parts.clock is not None:
        clock = parts.clock
        hour = np.where(
            clock.half == "pm",
            clock.hour % 12 + 12,
            np.where(clock.half == "am", clock.hour % 12, clock.hour),
        )
        valid &= (hour < 24) & (clock.minute < 60) & (clock.second < 61)
        seconds = seconds + hour * 3600 + clock.minute * 60 + clock.second - clock.offset_s
    return np.where(valid, seconds, np.nan)


def days_from_civil(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return days since 1970-01-01 in the proleptic Gregorian calendar, all int64 of shape (n,)."""
    shifted = year - (month <= 2)
    era = shifted // 400
    year_of_era = shifted - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


def offset_of(zone: str) -> float:
    """Return the seconds of a time zone such as ``+01:30``; 0 for ``Z``, ``UTC`` and none."""
    digits = re.sub("[^0-9]", "", zone) or "0000"
    seconds = int(digits[:2]) * 3600.0 + int(digits[2:4]) * 60.0
    return -seconds if zone.startswith("-") else seconds


def spelled_dates(texts: Sequence[str], pattern: re.Pattern[str], *, day_first: bool) -> np.ndarray:
    """Return seconds since 1970 UTC of texts, shape (n,), float64; NaN where one is no date of the pattern.

    Parameters
    ----------
    pattern : re.Pattern
        One of `DATE_PATTERNS`.
    day_first : bool
        Whether the group a is the day and c the month, or the other way round.
    """
    found = [pattern.match(text) for text in texts]
    places = [i for i, match in enumerate(found) if match is not None]
    groups = [{k: v or "" for k, v in match.groupdict().items()} for match in found if match is not None]
    seconds = np.full(len(texts), np.nan)
    if groups:
        seconds[places] = civil_seconds(_parts_of(groups, day_first=day_first))
    return seconds


def _parts_of(groups: Sequence[dict[str, str]], *, day_first: bool) -> DateParts:
    def whole(key: str) -> np.ndarray:
        return np.array([int(group.get(key) or 1) for group in groups], np.int64)

    def number(key: str) -> np.ndarray:
        return np.array([float((group.get(key) or "0").replace(",", ".")) for group in groups])

    year = np.array([int(group["Y"]) for group in groups], np.int64)
    if "a" in groups[0]:
        day, month = (whole("a"), whole("c")) if day_first else (whole("c"), whole("a"))
    else:
        day, month = whole("d"), whole("m")
    if "b" in groups[0]:
        short = [group["b"][:3].lower() for group in groups]
        month = np.array([MONTHS.index(word) + 1 if word in MONTHS else 0 for word in short], np.int64)
    if "H" not in groups[0]:
        return DateParts(year, month, day)
    half = np.array([group["p"].lower() for group in groups])
    offset = np.array([offset_of(group["z"]) for group in groups])
    return DateParts(year, month, day, DateClock(number("H"), number("M"), number("S"), half, offset))
