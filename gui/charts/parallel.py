"""Parallel coordinates: each trial a line through its params and its score, coloured by the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..speech import tr
from ..states.trial_selection import Brush
from .cards import Marking, marking_of, trial_tip
from .columns import SCORE, Coordinates, coordinates, shares_of_ranks, varied_params
from .spec import N_SHADES, Axes, Axis, ChartSpec, Floats, Line, Mark, brushed
from .studies import ChartRequest, StudyChart

_MOST_AXES = 9
# Of each: more lines would be one block of colour.
_MOST_BEST, _MOST_OTHERS = 300, 300
_GAP = np.array([np.nan])
# A hairline: hundreds of wider lines that let others through take seconds to paint. Few may be wide.
_HAIRLINE, _WIDE, _MOST_WIDE = 0.0, 3.0, 30


@dataclass(frozen=True)
class Parallel:
    """Trials along several axes.

    Attributes
    ----------
    columns : tuple of Coordinates
        Of the axes, from left to right.
    places : ndarray of shape (n, n_axes), float64
        In [0, 1] along each axis; NaN where a trial has no such param.
    shade : ndarray of shape (n,), float64
        The rank of the score, in [0, 1].
    """

    ids: NDArray[np.int64]
    columns: tuple[Coordinates, ...]
    spans: tuple[tuple[float, float], ...]
    places: Floats
    shade: Floats
    marking: Marking


def parallel_of(asked: ChartRequest) -> Parallel:
    """Return the best trials and a sample of the others, along the score and the params that vary."""
    names = (*varied_params(asked)[: _MOST_AXES - 1], SCORE)
    columns = tuple(coordinates(asked, name) for name in names)
    order = asked.ranked
    # What passes is drawn rather than what does not.
    order = order[np.argsort(~asked.shown[order], kind="stable")]
    others = order[_MOST_BEST:]
    kept = np.r_[order[:_MOST_BEST], others[:: len(others) // _MOST_OTHERS + 1]]
    spans = tuple(one.span(order) for one in columns)
    places = np.stack(
        [(one.places[kept] - low) / (high - low) for one, (low, high) in zip(columns, spans, strict=True)],
        axis=1,
    )
    shade = shares_of_ranks(asked.gains(kept))
    return Parallel(asked.trials.table.ids[kept], columns, spans, places, shade, marking_of(asked, kept))


def _marks(data: Parallel) -> Sequence[Mark]:
    selected = np.isin(data.ids, data.marking.selected)
    step = np.minimum((data.shade * N_SHADES).astype(np.int64), N_SHADES - 1)
    plain = data.marking.kept & ~selected
    marks = [
        _lines(data, "outside", "", np.flatnonzero(~data.marking.kept & ~selected), "faint", _HAIRLINE, 0.15)
    ]
    for shade in range(N_SHADES):
        name = tr("From the worst to the best") if shade == N_SHADES - 1 else ""
        those = np.flatnonzero(plain & (step == shade))
        marks.append(_lines(data, f"shade{shade}", name, those, f"scale{shade}", _HAIRLINE, 0.75))
    width = _WIDE if np.count_nonzero(selected) <= _MOST_WIDE else _HAIRLINE
    marks.append(_lines(data, "selected", tr("Selected"), np.flatnonzero(selected), "accent", width, 1.0))
    ends = np.arange(len(data.columns), dtype=np.float64)
    axes = Line(
        key="axes", x=np.repeat(ends, 3), y=np.tile([0.0, 1.0, np.nan], len(ends)), tone="border_strong", width=1.0
    )  # fmt: skip
    return [axes, *(mark for mark in marks if len(mark.x))]


def _lines(
    data: Parallel, key: str, name: str, rows: NDArray[np.int64], tone: str, width: float, alpha: float
) -> Line:
    n_axes = len(data.columns)
    x = np.tile(np.r_[np.arange(n_axes, dtype=np.float64), _GAP], len(rows))
    y = np.concatenate([np.r_[data.places[row], _GAP] for row in rows]) if len(rows) else np.zeros(0)
    return Line(
        key=key, name=name if len(rows) else "", x=x, y=y, tone=tone, width=width, alpha=alpha,
        item=lambda i: int(data.ids[rows[i // (n_axes + 1)]]),
    )  # fmt: skip


def _axes(data: Parallel) -> Axes:
    names = tuple(one.axis.text() for one in data.columns)
    return Axes(
        Axis(names=names, column="several", values=names),
        Axis(ends=("", ""), span=(0.0, 1.0), names=("", ""), column="several"),
    )


def _brush(data: Parallel, x: tuple[float, float], y: tuple[float, float]) -> list[Brush]:
    """Return the brushes of the axes that are dragged over, at most half an axis away from the middle."""
    nearest = [place for place in range(len(data.columns)) if x[0] - 0.15 <= place <= x[1] + 0.15]
    found: list[Brush] = []
    for place in nearest:
        low, high = data.spans[place]
        ends = (low + max(y[0], 0.0) * (high - low), low + min(y[1], 1.0) * (high - low))
        brush = brushed(data.columns[place].axis, *ends)
        if brush is not None:
            found.append(brush)
    return found


PARALLEL = StudyChart(
    "parallel",
    lambda: tr("Parallel coordinates"),
    lambda: tr("Parallel coordinates"),
    ChartSpec(Parallel, _marks, _axes, trial_tip, _brush),
    parallel_of,
    lambda: tr("Shows which combinations the best trials share; drag along an axis to see those alone."),
)
