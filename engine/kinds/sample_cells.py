"""Sample rows of columns of numbers, dates and texts: real ones, and made-up ones that training never saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..bundled.numbers import NumberSpelling
from ..data.columns import Column, DateColumn, NumberColumn, WordColumn
from ..domain.kinds import CATEGORY_ROLES
from ..domain.spec import ReadSpec
from .base import SampleCells

_MOST = 1e300


def sample_cells(samples: SampleCells, strange: Sequence[str]) -> Column:
    """Return the sample rows of a column of numbers, dates or texts.

    Parameters
    ----------
    samples : SampleCells
    strange : sequence of str
        Cells of `SampleCells.changes` that are taken as they are, such as texts of other languages.

    Returns
    -------
    Column
    """
    column = samples.real
    if isinstance(column, WordColumn):
        return _words(column, samples, strange)
    assert isinstance(column, NumberColumn)  # noqa: S101 - kinds of arrays have samples of their own
    return _numbers(column, samples)


def _words(column: WordColumn, samples: SampleCells, strange: Sequence[str]) -> WordColumn:
    unseen = "never seen"
    while unseen in column.vocabulary:
        unseen += " before"
    places = {word: i for i, word in enumerate([*column.vocabulary, unseen])}
    codes = column.codes.copy()
    for row, what in samples.changes:
        if what == "missing":
            codes[row] = -1
        elif what == "unseen":
            codes[row] = len(column.vocabulary)
        elif what in strange:
            codes[row] = places.setdefault(_writable(what, samples.read), len(places))
    return WordColumn.of_codes(column.name, codes, list(places))


def _writable(text: str, read: ReadSpec) -> str:
    """Return a text that a cell of a file without quotes can hold."""
    if read.quoting is not False:
        return text
    return text.replace("\n", " ").replace("\t", " ").replace(read.delimiter or ",", " ")


def _numbers(column: NumberColumn, samples: SampleCells) -> NumberColumn:
    known = samples.table.numbers(column.name).numbers
    known = known[~np.isnan(known)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    span = (high - low if np.isfinite(high - low) else _MOST) or 1.0
    if isinstance(column, DateColumn):
        # What lies beyond may have no spelling in the column's format.
        values = {"missing": np.nan, "unseen": high, "low": low, "high": high, "below": low, "above": high}
    else:
        unseen = high + (1.0 if samples.column.role in CATEGORY_ROLES else span)
        values = {
            "missing": np.nan,
            "unseen": unseen,
            "low": low,
            "high": high,
            "below": low - span,
            "above": high + span,
        }
    numbers = column.numbers.copy()
    read = samples.read
    gone = [NumberSpelling(read.decimal or ".").parse(text.strip()) for text in read.missing]
    for row, what in samples.changes:
        numbers[row] = values[what] if np.isnan(values[what]) else np.clip(values[what], -_MOST, _MOST)
    numbers[np.isin(numbers, gone)] = np.nan
    return column.with_numbers(numbers)
