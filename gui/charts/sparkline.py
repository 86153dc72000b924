"""A short line that fills its room, the strong one with a dot at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .spec import Axes, Axis, ChartSpec, Floats, Line, Mark, Points


@dataclass(frozen=True, slots=True)
class Course:
    """How one figure went.

    Attributes
    ----------
    values : ndarray of shape (n,), float64
    tone : str
    top : float or None
        The height spans 0 to `top`, and the area below the line is tinted; None for the values' own span.
    """

    values: Floats
    tone: str = "series0"
    top: float | None = None


def _marks(data: Course) -> Sequence[Mark]:
    known = np.flatnonzero(np.isfinite(data.values))
    if not len(known):
        return ()
    x, y = known.astype(np.float64), data.values[known]
    ground = None if data.top is None else 0.0
    return [
        Line(key="line", x=x, y=y, tone=data.tone, ground=ground),
        Points(key="end", x=x[-1:], y=y[-1:], tone=data.tone, size=4.4),
    ]


def _axes(data: Course) -> Axes:
    x = (0.0, float(max(len(data.values) - 1, 1)))
    return Axes(Axis(span=x), Axis(span=None if data.top is None else (0.0, data.top)))


SPARKLINE = ChartSpec(Course, _marks, _axes)
