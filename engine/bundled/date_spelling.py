"""How people spell dates and times of day, for training and for bundles alike. Needs NumPy.

A column has one way that its dates are written in, its format; what is written in another way that can only mean one
day (ISO, months in words, year first) is that day in every column. Days and months in numbers are read in the order of
the column's own format alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from .dates import DateClock, DateParts, civil_seconds, offset_of
from .spelling import tidy

_AM = ("am", "a.m.", "上午", "午前", "오전", "凌晨", "早上", "清晨", "vorm.")
_PM = ("pm", "p.m.", "下午", "午後", "오후", "晚上", "中午", "傍晚", "nachm.")
_HALF = "|".join(re.escape(word) for word in (*_AM, *_PM))
_HOURS = (
    rf"(?:(?P<q>{_HALF}) ?)?(?P<H>\d{{1,2}})[:时時点](?P<M>\d{{2}}|\d(?=分))分?"
    rf"(?::?(?P<S>\d{{2}}(?:[.,]\d{{1,9}})?)秒?)?(?: ?(?P<p>{_HALF}))?"
    rf"(?: uhr)?(?: ?(?P<z>z|utc|gmt|[+-]\d{{2}}(?::?\d{{2}})?))?"
)
_CLOCK = rf"(?:(?:t|,? |(?<=[日号])|:(?=\d\d:\d\d:)){_HOURS})?"
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?"
_NAME = r"(?P<b>[^\W\d_]{3,10})\.?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun|die|mit|mi|do|fr|sa|so|mo|di)[a-z]*\.?,? )?"
_YEAR = r"(?P<Y>\d{4})"

_MONTH = r"(?P<m>\d{1,2})"
_FINE = r"(?::?(?P<S>\d{2}(?:[.,]\d{1,9})?))?(?P<z>z|[+-]\d{2}:?\d{2})?"


def _in_numbers(sign: str, first: str, second: str, third: str) -> str:
    return rf"{first}{re.escape(sign)}{second}{re.escape(sign)}{third}{_CLOCK}"


SPELLED_FORMATS: tuple[tuple[str, str], ...] = (
    *((f"%Y{s}%m{s}%d", _in_numbers(s, _YEAR, _MONTH, r"(?P<d>\d{1,2})")) for s in "-/."),
    (
        "%Y年%m月%d日",
        rf"{_YEAR} ?年 ?{_MONTH} ?月 ?(?P<d>\d{{1,2}}) ?[日号](?: ?(?:星期|周|\()[^\d ]+)?{_CLOCK}",
    ),
    ("%Y年%m月", rf"{_YEAR} ?年 ?{_MONTH} ?月"),
    ("%Y-%m", rf"{_YEAR}-{_MONTH}"),
    ("%Y/%m", rf"{_YEAR}/{_MONTH}"),
    *((f"?{s}?{s}%Y", _WEEKDAY + _in_numbers(s, r"(?P<a>\d{1,2})", r"(?P<c>\d{1,2})", _YEAR)) for s in "/-."),
    *((f"?{s}?{s}%y", _in_numbers(s, r"(?P<a>\d{1,2})", r"(?P<c>\d{1,2})", r"(?P<Y>\d{2})")) for s in "/-."),
    (
        "%d %b %Y",
        rf"{_WEEKDAY}{_DAY}(?:[ -/]|\. )(?:de |of )?{_NAME},?(?:[ -/]|, )(?:de )?(?P<Y>\d{{4}}|\d{{2}}){_CLOCK}",
    ),
    ("%b %d, %Y", rf"{_WEEKDAY}{_NAME} {_DAY},? {_YEAR}{_CLOCK}"),
    ("%Y-%b-%d", rf"{_YEAR}[ -/]{_NAME}[ -/]{_DAY}{_CLOCK}"),
    ("%b %Y", rf"{_NAME},?[ -/]{_YEAR}"),
    ("%Y%m%d", rf"{_YEAR}(?P<m>\d{{2}})(?P<d>\d{{2}})(?:[t ]?(?P<H>\d{{2}}):?(?P<M>\d{{2}}){_FINE})?"),
    ("%H:%M", _HOURS),
)
"""How a date is written, and a regular expression for it in small letters; a and c are day and month in an order that
the column decides."""

TIME_FORMAT = "%H:%M"
"""Of times of day, which are seconds of 1 January 1970."""

_MONTH_NAMES = (
    ("jan", "january", "januar", "jän", "jänner", "janvier", "enero", "ene"),
    ("feb", "february", "februar", "feber", "février", "fevrier", "febrero"),
    ("mar", "march", "märz", "maerz", "mär", "mrz", "mars", "marzo"),
    ("apr", "april", "avril", "avr", "abril", "abr"),
    ("may", "mai", "mayo"),
    ("jun", "june", "juni", "juin", "junio"),
    ("jul", "july", "juli", "juillet", "julio"),
    ("aug", "august", "août", "aout", "agosto", "ago"),
    ("sep", "sept", "september", "septembre", "septiembre"),
    ("oct", "october", "okt", "oktober", "octobre", "octubre"),
    ("nov", "november", "novembre", "noviembre"),
    ("dec", "december", "dez", "dezember", "décembre", "decembre", "diciembre", "dic"),
)
MONTH_OF = {name: i + 1 for i, names in enumerate(_MONTH_NAMES) for name in names}
"""Months by their names in small letters."""
_NOTHING = re.compile(r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}(?:[ t]0{1,2}:00(?::00(?:\.0+)?)?)?")


def is_no_date(text: str) -> bool:
    """Return whether a text is a date of zeros, as databases write where there is none."""
    return _NOTHING.fullmatch(tidy(text).lower()) is not None


def day_order(date_format: str) -> bool | None:
    """Return whether the day comes first in a format; None where it has no days and months in numbers side by side."""
    match = re.match(r"%([dm])[-/.]%[dm]", date_format)
    return None if match is None else match[1] == "d"


def own_pattern(date_format: str) -> tuple[str, str]:
    """Return the one of `SPELLED_FORMATS` that a column's format is; a format that is none has the first one."""
    head = re.split(r" %[HI]", date_format)[0]
    if head[:2] in ("%H", "%I"):
        return SPELLED_FORMATS[-1]
    named = dict(SPELLED_FORMATS)
    numbers = head.replace("%d", "?", 1).replace("%m", "?", 1)
    name = next((one for one in (head, numbers) if one in named), "")
    name = name or ("%d %b %Y" if head.startswith("%d") and "%b" in head else SPELLED_FORMATS[0][0])
    return name, named[name]


class DateReader:
    """Reads the dates of a column.

    Parameters
    ----------
    date_format : str
        Of the column.
    """

    def __init__(self, date_format: str) -> None:
        self._order = day_order(date_format)
        own = own_pattern(date_format)
        others = () if own[0] == TIME_FORMAT else SPELLED_FORMATS[:-1]
        self._patterns = [
            own,
            *(one for one in others if one is not own and ("?" not in one[0] or self._order is not None)),
        ]

    def seconds(self, texts: Sequence[str]) -> np.ndarray:
        """Return seconds since 1970 UTC of texts, shape (n,), float64; NaN where one is no date."""
        found = np.full(len(texts), np.nan)
        small = [tidy(text).lower() for text in texts]
        left = list(range(len(texts)))
        for _, pattern in self._patterns:
            if not left:
                break
            groups = matched_parts([small[i] for i in left], pattern)
            places = [i for i, group in zip(left, groups, strict=True) if group is not None]
            if places:
                found[places] = parts_seconds(
                    [group for group in groups if group is not None], day_first=self._order is not False
                )
                left = [i for i in left if np.isnan(found[i])]
        return found


def matched_parts(small: Sequence[str], pattern: str) -> list[dict[str, str] | None]:
    """Return the parts of tidy texts in small letters by a pattern; None where one is not written so."""
    compiled = _compiled(pattern)
    matches = (compiled.fullmatch(text) for text in small)
    return [
        None if match is None else {k: v or "" for k, v in match.groupdict().items()} for match in matches
    ]


def parts_seconds(groups: Sequence[dict[str, str]], *, day_first: bool) -> np.ndarray:
    """Return seconds since 1970 UTC of the parts of dates, shape (n,), float64; NaN where there is no such day."""

    def whole(key: str, default: int = 1) -> np.ndarray:
        return np.array([int(group.get(key) or default) for group in groups], np.int64)

    def number(key: str) -> np.ndarray:
        return np.array([float((group.get(key) or "0").replace(",", ".")) for group in groups])

    if "a" in groups[0]:
        day, month = (whole("a"), whole("c")) if day_first else (whole("c"), whole("a"))
    else:
        day, month = whole("d"), whole("m")
    if "b" in groups[0]:
        month = np.array([MONTH_OF.get(group["b"], 0) for group in groups], np.int64)
    clock = None
    if "H" in groups[0]:
        words = [group.get("p") or group.get("q") or "" for group in groups]
        half = np.array(["pm" if word in _PM else "am" if word in _AM else "" for word in words])
        offset = np.array([offset_of(group["z"]) for group in groups])
        clock = DateClock(number("H"), number("M"), number("S"), half, offset)
    return civil_seconds(DateParts(whole("Y", 1970), month, day, clock))


def shown_format(name: str, groups: Sequence[dict[str, str]], *, day_first: bool) -> str:
    """Return the format of dates in the signs of `strftime`, with their time of day where one is written."""
    first, second = ("%d", "%m") if day_first else ("%m", "%d")
    shown = name.replace("?", first, 1).replace("?", second, 1)
    if "H" not in groups[0] or not any(group["H"] for group in groups):
        return shown
    twelve = any(group.get("p") or group.get("q") for group in groups)
    clock = ("%I" if twelve else "%H") + ":%M" + (":%S" if any(group["S"] for group in groups) else "")
    clock += (" %p" if twelve else "") + (" %z" if any(group["z"] for group in groups) else "")
    return clock if name == TIME_FORMAT else f"{shown} {clock}"


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
