"""Charts as data: what is drawn, along which axes, and what a point says of itself. No Qt in here.

A chart is one `ChartSpec`: from data of its own type it makes marks and axes, and it words the hover. Whatever it is
drawn by (`widgets.chart_view` with axes, `widgets.small_chart` without) knows marks only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from ..speech import Text
from ..states.trial_selection import Brush, RangeBrush, ValuesBrush

Data = TypeVar("Data")
Floats = NDArray[np.float64]
Item = Callable[[int], object]
"""What the i-th point of a mark stands for: what its hover is worded from, and what a click picks."""

N_SHADES = 10
"""Tones from little to much, ``scale0`` to ``scale9``."""

Numbers = Literal["plain", "whole", "clock", "powers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What all marks have.

    Attributes
    ----------
    key : str
        Tells it from the chart's other marks, and stays the same from one drawing to the next.
    name : str
        For the legend; empty to leave it out.
    tone : str
        A token's name, ``series0`` … ``series7`` for the plot palette, ``scale0`` … ``scale9`` for little to much.
    alpha : float
        In [0, 1].
    item : callable or None
        None for a mark that has no hover and cannot be clicked.
    """

    key: str
    name: str = ""
    tone: str = "series0"
    alpha: float = 1.0
    item: Item | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(_Mark):
    """A line through points (x, y), each float64 of shape (n,); it is interrupted where y is NaN.

    Attributes
    ----------
    width : float
        Pixels.
    stepped : bool
        Whether it keeps a height until the next point.
    ground : float or None
        Down to which height the area below it is tinted.
    """

    x: Floats
    y: Floats
    width: float = 1.6
    stepped: bool = False
    ground: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(_Mark):
    """Dots at (x, y), each float64 of shape (n,), of a diameter in pixels; ``edge`` is the tone of their rim."""

    x: Floats
    y: Floats
    size: float
    edge: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band(_Mark):
    """The area between `low` and `high` over `x`, each float64 of shape (n,)."""

    x: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars(_Mark):
    """An upright stroke from `low` to `high` at each x, each float64 of shape (n,): intervals, counts, ticks.

    Attributes
    ----------
    width : float
        Pixels.
    filling : bool
        In place of a width: whether they stand side by side, as those of a histogram at 0, 1, 2, … do.
    dashed : bool
    """

    x: Floats
    low: Floats
    high: Floats
    width: float = 1.2
    filling: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine(_Mark):
    """A dashed line across the whole chart at the height `y`; `width` in pixels."""

    y: float
    width: float = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap(_Mark):
    """A grid of cells coloured by their value, from the scale of the theme; a cell that is NaN is not drawn.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_columns), float64
        The first row is the lowest. The `item` of a cell is asked for by ``row * n_columns + column``.
    x, y : tuple of float
        Where the grid begins and ends.
    span : tuple of float or None
        Which values have the first and the last colour; None for the smallest and the largest.
    """

    values: Floats
    x: tuple[float, float]
    y: tuple[float, float]
    span: tuple[float, float] | None = None


Mark = Line | Points | Band | Bars | LevelLine | HeatMap


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes
    ----------
    text : callable
        What runs along it, with its unit; asked again when the language changes.
    numbers : {"plain", "whole", "clock", "powers"}
        How its numbers are written; ``clock`` are seconds; ``powers`` are logarithms to base 10.
    written : callable or None
        How 10 to the power of a value is written, of ``powers``.
    span : tuple of float or None
        What it spans; None for all that is drawn.
    ends : tuple of str
        What is written at its ends where a chart has no room for numbers.
    names : tuple of str
        What stands at 0, 1, 2, … in place of numbers.
    values : tuple
        The values of the column that these names stand for.
    column : str
        The column of trials that runs along it, where it can be brushed.
    """

    text: Text = str
    numbers: Numbers = "plain"
    written: Callable[[float], str] | None = None
    span: tuple[float, float] | None = None
    ends: tuple[str, str] = ("", "")
    names: tuple[str, ...] = ()
    values: tuple[object, ...] = ()
    column: str = ""


@dataclass(frozen=True, slots=True)
class Axes:
    """Both axes."""

    x: Axis = Axis()
    y: Axis = Axis()


def _says_nothing(_data: object, _item: object) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class ChartSpec(Generic[Data]):
    """A chart.

    Attributes
    ----------
    data : type
        What it is made from.
    marks : callable
        Data to marks; later ones lie above earlier ones.
    axes : callable
        Data to `Axes`.
    tip : callable
        Data and the item of a point to the text of its hover, empty for none.
    brush : callable or None
        Data, and from where to where was dragged along x and y, to what that brushes; None for what the axes say.
    """

    data: type[Data]
    marks: Callable[[Data], Sequence[Mark]]
    axes: Callable[[Data], Axes]
    tip: Callable[[Data, object], str] = _says_nothing
    brush: Callable[[Data, tuple[float, float], tuple[float, float]], list[Brush]] | None = None


def places(mark: Mark) -> tuple[Floats, Floats]:
    """Return where the points of a mark are, as float64 of shape (n,) each; the place of a threshold has no x."""
    match mark:
        case LevelLine():
            return np.full(1, np.nan), np.array([mark.y])
        case Band() | Bars():
            return mark.x, (mark.low + mark.high) / 2
        case HeatMap():
            n_rows, n_columns = mark.values.shape
            x, y = np.meshgrid(_middles(mark.x, n_columns), _middles(mark.y, n_rows))
            return x.ravel(), np.where(np.isfinite(mark.values), y, np.nan).ravel()
        case _:
            return mark.x, mark.y


def _middles(ends: tuple[float, float], n: int) -> Floats:
    return ends[0] + (np.arange(n) + 0.5) * (ends[1] - ends[0]) / max(n, 1)


def brushed(axis: Axis, low: float, high: float) -> Brush | None:
    """Return what is taken in from `low` to `high` along an axis that can be brushed; None for nothing."""
    if axis.names:
        names = range(max(math.ceil(low), 0), min(math.floor(high), len(axis.names) - 1) + 1)
        return ValuesBrush(axis.column, tuple(axis.values[place] for place in names)) if len(names) else None
    if axis.numbers == "powers":
        low, high = 10.0**low, 10.0**high
        return RangeBrush(axis.column, _cut(low, low / 1000, math.floor), _cut(high, high / 1000, math.ceil))
    step = (high - low) / 1000
    return RangeBrush(axis.column, _cut(low, step, math.floor), _cut(high, step, math.ceil))


def _cut(end: float, step: float, towards: Callable[[float], int]) -> float:
    """Return an end with no more digits than can be aimed at, which cuts off nothing that was dragged over."""
    if not step > 0:
        return end
    unit = 10.0 ** math.floor(math.log10(step))
    return float(f"{towards(end / unit) * unit:.12g}")


def looks_like(one: Mark, other: Mark) -> bool:
    """Whether two marks would be drawn the same way in the same theme."""
    if type(one) is not type(other):
        return False
    for name in _fields(one):
        mine: Any = getattr(one, name)
        theirs: Any = getattr(other, name)
        if isinstance(mine, np.ndarray):
            if not np.array_equal(cast("Floats", mine), theirs, equal_nan=True):
                return False
        elif mine != theirs:
            return False
    return True


def _fields(mark: Mark) -> tuple[str, ...]:
    unseen = ("key", "name", "item")
    return tuple(name for name in type(mark).__dataclass_fields__ if name not in unseen)
