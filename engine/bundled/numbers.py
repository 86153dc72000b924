"""How numbers are spelled, and what counts as missing; for training and for bundles. Needs Python alone.

The patterns are read by Python's ``re`` and by RE2 alike.
"""

from __future__ import annotations

import math
import re

MISSING = frozenset(
    {"", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-nan", "NAN", "NULL", "null", "Null", "?"}
    | {"#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "NaT"}
)
"""Cells that are missing in every column."""

SOFT_MISSING = frozenset(
    {"-", "--", "---", "—", ".", "..", "…", "*", "None", "none", "NONE", "nil", "na", "Na"}
    | {"unknown", "Unknown", "UNKNOWN", "missing", "Missing", "MISSING"}
)
"""Cells that are missing among numbers and dates; in a column of words they are categories."""

_SPACES = "[ \u00a0\u202f]"


def number_patterns(decimal: str) -> tuple[str, str, str]:
    """Return patterns: of a plain number, of one with groups of three digits, and of what sets those apart.

    Parameters
    ----------
    decimal : {".", ","}
        Groups are set apart by the other sign, a space or an apostrophe.
    """
    point, other = (r"\.", ",") if decimal == "." else (",", r"\.")
    plain = rf"[+-]?(?:[0-9]+{point}?[0-9]*|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    groups = "|".join(f"(?:{sign}[0-9]{{3}})+" for sign in (other, _SPACES, "'"))
    return plain, rf"[+-]?[0-9]{{1,3}}(?:{groups})(?:{point}[0-9]*)?", f"{_SPACES}|['{other}]"


class NumberSpelling:
    """Reads numbers with one decimal sign."""

    def __init__(self, decimal: str) -> None:
        self._has_comma = decimal == ","
        self._plain, self._grouped, self._apart = map(re.compile, number_patterns(decimal))

    def parse(self, text: str) -> float:
        """Return the number that a text without blanks around it spells; NaN where it is none."""
        if self._grouped.fullmatch(text):
            text = self._apart.sub("", text)
        elif not self._plain.fullmatch(text):
            return math.nan
        return float(text.replace(",", ".") if self._has_comma else text)
