"""Histograms without axes: the values of a column, the weights of a layer before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .spec import Axes, Axis, Bars, ChartSpec, Line, Mark

# So that the few large weights are seen beside the many small ones.
_ROOT_OF_COUNTS = 0.5


@dataclass(frozen=True, slots=True)
class Counts:
    """How many values fall into each bin, from left to right."""

    counts: tuple[float, ...]
    tone: str = "series0"


def _count_marks(data: Counts) -> Sequence[Mark]:
    high = np.array(data.counts, dtype=np.float64)
    if not high.any():
        return ()
    x = np.arange(len(high), dtype=np.float64)
    return [Bars(key="counts", x=x, low=np.zeros(len(high)), high=high, tone=data.tone, filling=True)]


def _count_axes(data: Counts) -> Axes:
    return Axes(Axis(span=(-0.5, len(data.counts) - 0.5)), Axis(span=(0.0, max(data.counts, default=0.0))))


COUNTS = ChartSpec(Counts, _count_marks, _count_axes)


@dataclass(frozen=True, slots=True)
class BeforeAndAfter:
    """The weights of a layer in the same bins before and after it was compressed."""

    before: tuple[float, ...]
    after: tuple[float, ...]


def _outline(key: str, counts: Sequence[float], tone: str, *, filled: bool) -> Line:
    """Return the outline of a histogram of height 1; heights are square roots of the counts."""
    heights = np.array(counts, dtype=np.float64) ** _ROOT_OF_COUNTS
    top = float(heights.max(initial=0.0))
    if top <= 0:
        return Line(key=key, x=np.zeros(0), y=np.zeros(0), tone=tone)
    x = np.r_[0.0, np.arange(len(heights) + 1)] / len(heights)
    y = np.r_[0.0, heights / top, 0.0]
    width, ground = (1.2, 0.0) if filled else (1.0, None)
    return Line(key=key, x=x, y=y, tone=tone, width=width, stepped=True, ground=ground)


def _weight_marks(data: BeforeAndAfter) -> Sequence[Mark]:
    ground = Line(key="ground", x=np.array([0.0, 1.0]), y=np.zeros(2), tone="border", width=1.0)
    before = _outline("before", data.before, "muted", filled=False)
    return [ground, before, _outline("after", data.after, "series0", filled=True)]


def _weight_axes(_data: BeforeAndAfter) -> Axes:
    return Axes(Axis(span=(0.0, 1.0)), Axis(span=(0.0, 1.0)))


WEIGHTS = ChartSpec(BeforeAndAfter, _weight_marks, _weight_axes)
