"""How people spell numbers and truth values, for training and for bundles alike. Needs Python alone.

Columns of versions 0.1 and 0.2 have no `Spelling`; they are read as they were, by `numbers.NumberSpelling`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the cells of a column are spelled, beyond the plain.

    Attributes
    ----------
    units : tuple of str
        What may stand beside a number and is left away, as `unit_key` gives it: ``$``, ``%``, ``kg``.
    truth : tuple of str
        The words for false and true; empty where the column has none. Of numbers that are 0 and 1 they are these.
    """

    units: tuple[str, ...] = ()
    truth: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number as it was written.

    Attributes
    ----------
    value : float
    unit : str
        As `unit_key` gives it; empty where there is none.
    is_bound : bool
        Whether it only says that the value is below, above or about it (``<0.5``, ``10+``).
    """

    value: float
    unit: str
    is_bound: bool


TRUTH_PAIRS = (
    ("false", "true"), ("f", "t"), ("no", "yes"), ("n", "y"), ("off", "on"), ("falsch", "wahr"), ("nein", "ja"),
    ("faux", "vrai"), ("non", "oui"), ("falso", "verdadero"), ("no", "sí"), ("нет", "да"), ("否", "是"),
    ("いいえ", "はい"),
)  # fmt: skip
"""Words for false and true, in small letters."""

_TRUE, _FALSE = {pair[1] for pair in TRUTH_PAIRS} | {"1"}, {pair[0] for pair in TRUTH_PAIRS} | {"0"}
_CODES = ("USD", "EUR", "GBP", "CHF", "CNY", "RMB", "JPY", "INR", "AUD", "CAD", "NZD", "SEK", "NOK", "DKK", "PLN",
          "CZK", "HUF", "RON", "TRY", "RUB", "BRL", "MXN", "ZAR", "SGD", "HKD", "KRW", "THB", "ILS", "AED")  # fmt: skip
_SIGNS = "$¢£¤¥֏؋৳฿៛﷼﹩＄￠￡￥￦" + "".join(map(chr, range(0x20A0, 0x20C1)))
# Where the digits of other scripts begin.
_ZEROS = (0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
          0x1040, 0x17E0, 0x1810, 0xFF10)  # fmt: skip
_MONEY = rf"(?:[A-Z]{{1,3}})?[{re.escape(_SIGNS)}]|(?:{'|'.join(_CODES)}|Rs\.?|Fr\.|kr\.?)(?![A-Za-z])"
_UNIT = r"[^\W\d_][^\s\d()<>=+,;:]*\d?(?:/[^\W\d_]+\d?)?(?: [^\W\d_]{2,}\.?)?|[%‰°′″\"][^\W\d_]?"
# Factors and not units: 1.2k beside 900 is no number of one scale.
_FACTORS = frozenset(
    {
        "k",
        "b",
        "g",
        "t",
        "bn",
        "mn",
        "mio",
        "mrd",
        "mil",
        "thousand",
        "million",
        "billion",
        "lakh",
        "crore",
        "cr",
    }
    | {"万", "亿", "千", "百万", "th", "st", "nd", "rd"}
)
_SPACES_OF_ALL = re.compile(r"[\s\u200b\u2060\ufeff]+")
_PLAIN_VALUE = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def _made_plain() -> dict[int, str]:
    """Return what other signs are written as: digits of all scripts, minus signs, full-width signs."""
    table = {zero + i: str(i) for zero in _ZEROS for i in range(10)}
    table |= dict.fromkeys(map(ord, "\u2212\u2010\u2011\u2012\u2013\u2014\uff0d\ufe63\ufe58"), "-")
    table |= dict.fromkeys(map(ord, "\u2019\u2018\u02bc\uff07"), "'")
    wide = {ord(sign): unicodedata.normalize("NFKC", sign) for sign in "．，％（）＋：／＜＞＄￥￡～｡"}
    return table | wide | {ord("。"): ".", ord("、"): ",", ord("٪"): "%", ord("²"): "2", ord("³"): "3"}


_PLAIN_SIGNS = _made_plain()


PLAIN_MARKS = frozenset({"%", "元", "円", "원", *_SIGNS, *(code.casefold() for code in _CODES)})
"""Units that are no words: percent and money."""


def tidy(text: str) -> str:
    """Return a text trimmed, with single blanks, ASCII digits, and plain signs for minus, brackets and percent."""
    if text.isascii() and "  " not in text and "\t" not in text:
        return text.strip()
    return _SPACES_OF_ALL.sub(" ", text.translate(_PLAIN_SIGNS)).strip()


def unit_key(unit: str) -> str:
    """Return a unit without case, full stop and plural: ``kg`` of ``KG.``, ``room`` of ``Rooms``."""
    key = unicodedata.normalize("NFKC", unit).casefold().rstrip(".")
    return key[:-1] if len(key) >= 4 and key.endswith("s") and key.isalpha() else key


class NumberReader:
    """Reads numbers as people write them: money, percents, units, groups of digits, brackets for negative ones.

    Parameters
    ----------
    decimal : {".", ","}
    thousands : str
        What sets groups of three digits apart, beside a blank and an apostrophe; where it is empty or the decimal sign
        itself, the other of ``.`` and ``,``.
    spelling : Spelling
        Of the column.
    """

    def __init__(self, decimal: str, thousands: str, spelling: Spelling) -> None:
        # A file may have another decimal sign than the training data, whose groups that sign sets apart.
        other = thousands if thousands not in ("", decimal) else "." if decimal == "," else ","
        self.decimal, self.thousands = decimal, other
        self._units = frozenset(spelling.units)
        self._has_truth = bool(spelling.truth)
        point, mark = re.escape(decimal), re.escape(other)
        groups = "|".join(f"(?:{sign}[0-9]{{3}})+" for sign in (mark, " ", "'"))
        # 12,34,567 too, as in India.
        whole = rf"[0-9]{{1,3}}(?:{groups})|[0-9]{{1,2}}(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}|[0-9]+"
        number = rf"(?:(?:{whole})(?:{point}(?!-)[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"
        self._pattern = re.compile(
            rf"(?P<bound>[<>]=?|[≤≥≈~])? ?(?P<before>[+-])? ?(?P<money>{_MONEY})? ?(?P<after>[+-])? ?"
            rf"(?P<open>\()?(?P<number>{number})(?P<dash>{point}--?)?(?P<more>\+)? ?"
            rf"(?:(?P<unit>{_UNIT}|{_MONEY})|(?P<minus>-))?(?P<close>\))?"
        )
        self._apart = re.compile(f"[ '{mark}]")

    def parse(self, text: str) -> float:
        """Return the number of a cell of the column; NaN where it is none, or has another unit."""
        found = self.written(text)
        if found is None or (found.unit and found.unit not in self._units):
            small = text.strip().casefold() if self._has_truth else ""
            return 1.0 if small in _TRUE else 0.0 if small in _FALSE else math.nan
        return found.value

    def written(self, text: str) -> WrittenNumber | None:
        """Return what a text says, None where that is no number."""
        plain = tidy(text).replace("٫", self.decimal).replace("٬", "")
        is_negative = plain.startswith("(") and plain.endswith(")")
        if is_negative:
            plain = plain[1:-1].strip()
        match = self._pattern.fullmatch(plain)
        if match is None:
            return None
        parts = match.groupdict()
        inner = bool(parts["open"])
        signs = [sign for sign in (parts["before"], parts["after"], parts["minus"]) if sign]
        if inner != bool(parts["close"]) or len(signs) + inner + is_negative > 1:
            return None
        money, unit = parts["money"] or "", parts["unit"] or ""
        key = unit_key(money or unit)
        if (money and unit) or (key in _FACTORS and not money):
            return None
        value = float(self._apart.sub("", parts["number"]).replace(self.decimal, "."))
        if is_negative or inner or signs == ["-"]:
            value = -value
        return WrittenNumber(value, key, parts["bound"] is not None or parts["more"] is not None)


class WordReader:
    """Reads words: those that are equal are the same, however their letters, numbers and truth values are written.

    Parameters
    ----------
    spelling : Spelling
        Of the column.
    known : collection of str
        Its categories; empty where they are texts.
    """

    def __init__(self, spelling: Spelling, known: Sequence[str]) -> None:
        self._known = frozenset(known)
        self._truth = spelling.truth
        values: dict[float, list[str]] = {}
        for word in known:
            if _PLAIN_VALUE.fullmatch(word):
                values.setdefault(float(word), []).append(word)
        self._values = {value: words[0] for value, words in values.items() if len(words) == 1}

    def read(self, word: str) -> str:
        """Return a trimmed word as the column has it."""
        word = word if word.isascii() else unicodedata.normalize("NFC", word)
        if word in self._known:
            return word
        if self._truth:
            return _truth_of(word, self._truth) or word
        if self._values and _PLAIN_VALUE.fullmatch(word):
            return self._values.get(float(word), word)
        return word


def _truth_of(word: str, truth: Sequence[str]) -> str | None:
    small = word.casefold().removesuffix(".0")
    if small in _TRUE:
        return truth[1]
    return truth[0] if small in _FALSE else None
