"""Columns of trials as coordinates: numbers, logarithms of numbers that span decades, or words at whole places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...engine.domain.filtering import has_values
from ...engine.domain.trial_columns import SHOWN
from ..speech import Text, sentence, tr
from .spec import Axis, Floats
from .studies import ChartChoice, ChartRequest, Choices

# Times the smallest, from which on numbers run in logarithms.
_DECADES = 50.0
# On either side of a word, so that trials do not hide one another.
_SPREAD = 0.28
_MOST_WORDS = 24
SCORE = "value"
ALL = "all"
"""In the place of a column that trials are grouped by: no groups."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A column along an axis.

    Attributes
    ----------
    places : ndarray of shape (n_trials,), float64
        NaN where a trial has no value.
    axis : Axis
    """

    places: Floats
    axis: Axis

    def span(self, rows: NDArray[np.int64]) -> tuple[float, float]:
        """Return where the values of some trials begin and end; all the words where it has such."""
        if self.axis.names:
            return -0.5, len(self.axis.names) - 0.5
        known = self.places[rows][np.isfinite(self.places[rows])]
        if not len(known):
            return 0.0, 1.0
        low, high = float(known.min()), float(known.max())
        return (low, high) if high > low else (low - 0.5, high + 0.5)


def coordinates(asked: ChartRequest, column: str, *, spread: bool = False) -> Coordinates:
    """Return a column of all trials along an axis; `spread` puts words a little beside one another."""
    values = asked.trials.columns[column]
    text: Text = lambda: column_text(asked, column)  # noqa: E731 - of this column
    if values.dtype.kind in "Ob":
        return _words(asked, column, values, text, spread=spread)
    numbers = values.astype(np.float64)
    known = numbers[np.isfinite(numbers)]
    if len(known) and known.min() > 0 and known.max() / known.min() > _DECADES:
        return Coordinates(np.log10(numbers), Axis(text, "powers", formatting.plain, column=column))
    is_whole = bool(len(known)) and bool(np.all(known == np.round(known)))
    return Coordinates(numbers, Axis(text, "whole" if is_whole else "plain", column=column))


def _words(
    asked: ChartRequest, column: str, values: NDArray[np.generic], text: Text, *, spread: bool
) -> Coordinates:
    known = [value for value in values.tolist() if value is not None]
    names = sorted(set(known), key=lambda value: (isinstance(value, str), value))[:_MOST_WORDS]
    place = {value: float(i) for i, value in enumerate(names)}
    places = np.array([place.get(value, np.nan) for value in values.tolist()], dtype=np.float64)
    if spread:
        # The same for a trial each time.
        places += _SPREAD * (2 * ((asked.trials.table.ids * 0.6180339887) % 1.0) - 1)
    shown = tuple(formatting.parameter(value) for value in names)
    return Coordinates(places, Axis(text, names=shown, values=tuple(names), column=column))


def column_text(asked: ChartRequest, column: str) -> str:
    """Return what a column is called along an axis."""
    if column == SCORE:
        return asked.study.metric
    if column == ALL:
        return tr("All together")
    heading = next((one.shown.heading for one in SHOWN if one.name == column), None)
    if column == "duration":
        return tr("Duration, s")
    return column if heading is None else sentence(heading)


def varied_params(asked: ChartRequest) -> tuple[str, ...]:
    """Return the params that are not the same in all trials, in the order of the table."""
    return tuple(name for name in asked.trials.params if name in asked.trials.varied)


def measured(asked: ChartRequest) -> tuple[str, ...]:
    """Return the columns of numbers beside the params that some trial has a value of, the score first."""
    numbers = [one.name for one in SHOWN if one.shown.style not in ("state", "word", "time")]
    names = [SCORE, *(name for name in numbers if name != SCORE)]
    columns = asked.trials.columns
    return tuple(name for name in names if name in columns and has_values(columns[name]))


def all_columns(asked: ChartRequest) -> tuple[str, ...]:
    """Return the columns that can run along an axis."""
    families = ("family",) if "family" in asked.trials.varied else ()
    return (*measured(asked), *families, *varied_params(asked))


def column_choice(
    name: str,
    text: Text,
    columns: Callable[[ChartRequest], Sequence[str]],
    first: Callable[[ChartRequest, Sequence[str]], str],
) -> Choices:
    """Return the choice of a column.

    Parameters
    ----------
    name, text
        See `Choices`.
    columns : callable
        What was asked, to the columns that can be chosen.
    first : callable
        What was asked and these columns, to the one that is shown before the user has chosen.
    """

    def offered(asked: ChartRequest) -> Sequence[ChartChoice]:
        return [ChartChoice(one, lambda one=one: column_text(asked, one)) for one in columns(asked)]

    def shown(asked: ChartRequest) -> str:
        known = columns(asked)
        chosen = asked.chosen.get(name, "")
        return chosen if chosen in known else first(asked, known) if known else ""

    return Choices(name, text, offered, shown)


def at(place: int) -> Callable[[ChartRequest, Sequence[str]], str]:
    """Return what chooses the column at a place, the last one where there are fewer."""
    return lambda _asked, known: known[min(place, len(known) - 1)]


FIRST_PARAM = column_choice("first", lambda: tr("Param to the right"), varied_params, at(0))
SECOND_PARAM = column_choice("second", lambda: tr("Param upwards"), varied_params, at(1))
"""The two params that charts over two of them are about."""


def two_params(asked: ChartRequest) -> tuple[Coordinates, Coordinates] | None:
    """Return the two params that are chosen; None where none varies."""
    first, second = FIRST_PARAM.shown(asked), SECOND_PARAM.shown(asked)
    if not first:
        return None
    return coordinates(asked, first, spread=True), coordinates(asked, second, spread=True)


def shares_of_ranks(gains: Floats) -> Floats:
    """Return the ranks of trials in [0, 1], from the worst to the best."""
    return np.argsort(np.argsort(gains, kind="stable"), kind="stable") / max(len(gains) - 1, 1)


def ends_text(low: float, high: float) -> str:
    """Return what a scale of colours spans."""
    return f"{formatting.plain(low)} … {formatting.plain(high)}"
