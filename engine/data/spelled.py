"""Columns of distinct cells by what they spell: the unit of numbers, words that are equal. Used by `cells`.

What a cell spells `bundled.spelling` says, for bundles too; here a column decides what all its cells have in common.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..bundled.date_spelling import MONTH_OF
from ..bundled.spelling import PLAIN_MARKS, TRUTH_PAIRS, NumberReader, Spelling, WordReader, WrittenNumber
from .columns import PLAIN, WordColumn

_PROBE = 500
_PARSED_AT_ONCE = 20_000
# Words that look like numbers or dates have this many digits among their letters and digits.
_DIGITS = 0.4
_LONGEST = 40
_CODE = re.compile(r"([^\W\d_]+)[-_#]?\d+")


def spelled_numbers(
    numbers: NDArray[np.float64],
    words: pa.Array,
    left: NDArray[np.int64],
    reader: NumberReader,
    n_plain: int,
    *,
    is_asked: bool,
) -> tuple[NDArray[np.float64], Spelling, NDArray[np.bool_]]:
    """Read words that are no plain numbers, and decide the unit of the column.

    A unit is one where nearly all that is read has it, or, beside plain numbers, nothing has another one. Bounds
    (``<0.5``) are numbers beside more others, for alone they are classes.

    Parameters
    ----------
    numbers : ndarray of shape (n,), float64
        Of the plain ones, NaN of the others; filled up.
    words : pyarrow.Array of string, shape (n,)
    left : ndarray of shape (k,), int64
        Which are to be read.
    reader : NumberReader
    n_plain : int
        Numbers without anything.
    is_asked : bool
        Whether the user wants numbers, so that everything is read that can be.

    Returns
    -------
    numbers : ndarray of shape (n,), float64
    spelling : Spelling
    bounds : ndarray of shape (n,), bool
    """
    bounds = np.zeros(len(words), bool)
    texts: list[str] = words.take(pa.array(left)).to_pylist()
    read = _read_all(texts, reader)
    known = [(int(i), one) for i, one in zip(left.tolist(), read, strict=True) if one is not None]
    units = Counter(one.unit for _, one in known if one.unit)
    unit = units.most_common(1)[0][0] if units else ""
    n_bare = n_plain + sum(not one.unit for _, one in known)
    fits = is_asked or not units or units[unit] >= 0.95 * sum(units.values())
    values = {one.value for _, one in known if one.unit == unit}
    # Two lengths in words are two classes: 36 months, 60 months.
    if unit and unit not in PLAIN_MARKS and unit.isalpha() and len(values) + n_bare < 3 and not is_asked:
        fits = False
    # 2 Apr is a day.
    if not fits or (unit in MONTH_OF and not is_asked):
        return numbers, PLAIN, bounds
    n_bounds = sum(one.is_bound for _, one in known)
    takes_bounds = is_asked or 2 * n_bounds <= n_plain + len(known)
    for i, one in known:
        if one.unit in ("", unit) and (takes_bounds or not one.is_bound):
            numbers[i], bounds[i] = one.value, one.is_bound
    return numbers, Spelling(units=(unit,) if unit else ()), bounds


def _read_all(texts: Sequence[str], reader: NumberReader) -> list[WrittenNumber | None]:
    """Return what texts say; of very many with one sign around plain numbers, quickly."""
    if len(texts) <= _PARSED_AT_ONCE:
        return [reader.written(text) for text in texts]
    ends = Counter(_ends(text) for text in texts[:_PROBE])
    (start, end), _ = ends.most_common(1)[0]
    sample = reader.written(f"{start}1{end}")
    if sample is None or sample.is_bound or sample.value != 1 or any(c.isdigit() for c in start + end):
        return [reader.written(text) for text in texts]
    plain = re.compile(
        f"(-?){re.escape(start)}([0-9]+(?:[.][0-9]+)?|[0-9]{{1,3}}(?:,[0-9]{{3}})+(?:[.][0-9]+)?){re.escape(end)}"
    )
    is_usual = reader.decimal == "." and reader.thousands == ","
    found: list[WrittenNumber | None] = []
    for text in texts:
        match = plain.fullmatch(text) if is_usual else None
        if match is None:
            found.append(reader.written(text))
        else:
            value = float(match[2].replace(",", ""))
            found.append(WrittenNumber(-value if match[1] else value, sample.unit, is_bound=False))
    return found


def _ends(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"-?(\D*?)[0-9].*?(\D*)", text)
    return ("", "") if match is None else (match[1], match[2] if not match[2].startswith(".") else "")


def united(column: WordColumn, known: Spelling | None) -> WordColumn:
    """Return a column in which words that are equal are one: in one form of Unicode, truth values as they mostly are.

    Parameters
    ----------
    column : WordColumn
    known : Spelling or None
        Of the column as it was read before; decided here where None.
    """
    words = column.vocabulary
    truth = _truth_words(column) if known is None else known.truth
    spelling = Spelling(truth=truth)
    if not truth and all(word.isascii() for word in words):
        return WordColumn(column.name, column.codes, words, spelling)
    reader = WordReader(spelling, truth)
    read = [reader.read(word) for word in words]
    if read == list(words):
        return WordColumn(column.name, column.codes, words, spelling)
    places: dict[str, int] = {}
    rank = np.array([*(places.setdefault(word, len(places)) for word in read), -1], np.int32)
    return WordColumn.of_codes(column.name, rank[column.codes], list(places), spelling)


def _truth_words(column: WordColumn) -> tuple[str, ...]:
    """Return the words for false and true where a column has no others, as it mostly writes them.

    Beside them it may have 0 and 1, which mean the same.
    """
    words = column.vocabulary
    if not 2 <= len(words) <= 8:
        return ()
    small = {word.casefold() for word in words} - {"0", "1"}
    pair = next((pair for pair in TRUTH_PAIRS if small == set(pair)), None)
    if pair is None:
        return ()
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(words))
    ranked = sorted(range(len(words)), key=lambda i: (-counts[i], words[i]))
    return tuple(next(words[i] for i in ranked if words[i].casefold() == one) for one in pair)


def first_unlike(column: WordColumn) -> tuple[int, str] | None:
    """Return row and cell of the first of many words that look like numbers or dates; None of all other columns."""
    words = column.vocabulary
    if len(words) < 20 or not looks_like_values(column):
        return None
    # Names with a number, c17 or A-17, are codes; Jan-17 is not.
    codes = [_CODE.fullmatch(word) for word in words]
    if sum(code is not None and code[1].casefold() not in MONTH_OF for code in codes) >= 0.9 * len(words):
        return None
    row = int(np.argmax(column.codes >= 0))
    return row, words[int(column.codes[row])]


def looks_like_values(column: WordColumn) -> bool:
    """Return whether words are short and largely digits, so that they are no texts."""
    sample = column.vocabulary[:: max(1, len(column.vocabulary) // 1000)]
    if not sample:
        return False
    digits = sum(c.isdigit() for word in sample for c in word)
    signs = sum(c.isalnum() for word in sample for c in word)
    short = sum(len(word) <= _LONGEST for word in sample)
    return digits >= _DIGITS * max(signs, 1) and short >= 0.9 * len(sample)
