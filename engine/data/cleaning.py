"""What is not data in a text table: empty rows, empty columns without a name, headers within the table.

Used by `reading` on typed columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .cells import ParsedColumn
from .columns import NumberColumn, WordColumn

_JUNK = re.compile(r"[\s,;|\t]*")


def blank_rows(columns: Sequence[NumberColumn | WordColumn]) -> NDArray[np.bool_]:
    """Return a mask of shape (n,): rows whose cells are all missing or nothing but delimiters."""
    blank = np.ones(len(columns[0]), bool)
    for column in columns:
        blank &= _blank(column)
        if not blank.any():
            break
    return blank


def blank_columns(
    columns: Sequence[NumberColumn | WordColumn], header: Sequence[str] | None, keep: NDArray[np.bool_]
) -> list[int]:
    """Return the positions of columns without a name whose kept cells are all blank."""
    return [
        i
        for i, column in enumerate(columns)
        if (header is None or i >= len(header) or _JUNK.fullmatch(header[i]))
        and bool(_blank(column)[keep].all())
    ]


def sub_header_rows(
    parsed: Sequence[ParsedColumn], header: Sequence[str], keep: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the kept rows that are headers: the first row and its likes where they are unlike all others,
    and repeats of the header itself.
    """
    hits = _repeats(parsed, header)
    if keep.any():
        hits |= _second_header(parsed, int(np.argmax(keep)))
    return np.flatnonzero(hits & keep)


def compact(column: NumberColumn | WordColumn) -> NumberColumn | WordColumn:
    """Return the column without words that no cell uses."""
    if isinstance(column, NumberColumn):
        return column
    used = np.unique(column.codes[column.codes >= 0])
    if len(used) == len(column.vocabulary):
        return column
    rank = np.full(len(column.vocabulary) + 1, -1, np.int32)
    rank[used] = np.arange(len(used), dtype=np.int32)
    return WordColumn.of_codes(
        column.name, rank[column.codes], [column.vocabulary[i] for i in used.tolist()], column.spelling
    )


def _blank(column: NumberColumn | WordColumn) -> NDArray[np.bool_]:
    if isinstance(column, NumberColumn):
        return column.missing()
    junk = np.array([_JUNK.fullmatch(word) is not None for word in column.vocabulary] + [True], bool)
    return junk[column.codes]


def _repeats(parsed: Sequence[ParsedColumn], header: Sequence[str]) -> NDArray[np.bool_]:
    """Return a mask: rows in which every text column with a name repeats that name (at least two of them)."""
    n_rows = len(parsed[0].column)
    hits, n_named = np.ones(n_rows, bool), 0
    for p, name in zip(parsed, header, strict=False):
        column = p.column
        if isinstance(column, NumberColumn) or not name:
            continue
        n_named += 1
        hits &= column.codes == (column.vocabulary.index(name) if name in column.vocabulary else -2)
        if not hits.any():
            break
    return hits if n_named >= 2 else np.zeros(n_rows, bool)


def _second_header(parsed: Sequence[ParsedColumn], first: int) -> NDArray[np.bool_]:
    """Return a mask: the first row and its repeats, where their cells are unlike all others of their columns.

    A cell is unlike its column where it is text among numbers, or a word that only these rows hold. Only
    columns of numbers, or of few words that recur, can tell; names and free text are never seen twice anyway.
    """
    n_rows = len(parsed[0].column)
    texts = [p.column for p in parsed if isinstance(p.column, WordColumn) and p.column.codes[first] >= 0]
    agreeing = np.zeros(n_rows, np.int64)
    for column in texts:
        agreeing += column.codes == column.codes[first]
    group = agreeing >= max(0.8 * len(texts), 1)
    group[first] = True
    unlike = like = 0
    for p in parsed:
        if isinstance(p.column, NumberColumn):
            unlike += int(first in p.odd_rows[:1])
            like += int(not np.isnan(p.column.numbers[first]))
    for column in texts:
        if 5 * len(column.vocabulary) <= n_rows:
            alone = bool(np.all(group[column.codes == column.codes[first]]))
            unlike, like = unlike + alone, like + (not alone)
    found = unlike >= 3 and unlike >= 3 * like and group.sum() <= max(0.05 * n_rows, 1)
    return group if found else np.zeros(n_rows, bool)
