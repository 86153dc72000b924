"""Trials over two columns: any against any, params coloured by the rank of the score, and the mean score by cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ..speech import tr
from .cards import marking_of, trial_tip
from .columns import (
    FIRST_PARAM,
    SECOND_PARAM,
    all_columns,
    at,
    column_choice,
    column_text,
    coordinates,
    ends_text,
    shares_of_ranks,
    two_params,
)
from .slices import NOTHING, PLANE, Plane, plane_marks
from .spec import Axes, ChartSpec, Floats, HeatMap, Mark
from .studies import ChartRequest, StudyChart

_CELLS = (14, 10)


_X = column_choice("x", lambda: tr("To the right"), all_columns, at(1))
_Y = column_choice("y", lambda: tr("Upwards"), all_columns, at(0))
_COLOUR = column_choice("colour", lambda: tr("Colour"), all_columns, at(2))


def scatter_of(asked: ChartRequest) -> Plane:
    """Return the trials of the search over two columns, coloured by a third."""
    names = _X.shown(asked), _Y.shown(asked), _COLOUR.shown(asked)
    if not all(names):
        return NOTHING
    rows = np.flatnonzero(asked.searched)
    x, y = (coordinates(asked, name, spread=True) for name in names[:2])
    colour = coordinates(asked, names[2])
    return Plane(
        asked.trials.table.ids[rows], x.places[rows], y.places[rows], Axes(x.axis, y.axis), marking_of(asked, rows),
        _shares(colour.places[rows]),
        _scale_text(asked, names[2], colour.places[rows], is_log=colour.axis.numbers == "powers"),
    )  # fmt: skip


def _shares(values: Floats) -> Floats:
    """Return values in [0, 1], from the smallest to the largest; the outermost hundredths are cut."""
    known = values[np.isfinite(values)]
    if not len(known):
        return values
    low, high = np.quantile(known, (0.01, 0.99))
    return (
        np.clip((values - low) / (high - low), 0, 1)
        if high > low
        else np.where(np.isfinite(values), 0.5, np.nan)
    )


def _scale_text(asked: ChartRequest, column: str, values: Floats, *, is_log: bool) -> str:
    known = values[np.isfinite(values)]
    if not len(known) or asked.trials.columns[column].dtype.kind in "Ob":
        return column_text(asked, column)
    low, high = (float(10**end if is_log else end) for end in np.quantile(known, (0.01, 0.99)))
    return f"{column_text(asked, column)} {ends_text(low, high)}"


def rank_of(asked: ChartRequest) -> Plane:
    """Return the scored trials over two params, coloured by the rank of their score: the best is 1."""
    params = two_params(asked)
    if params is None:
        return NOTHING
    (x, y), rows = params, asked.scored
    return Plane(
        asked.trials.table.ids[rows], x.places[rows], y.places[rows], Axes(x.axis, y.axis), marking_of(asked, rows),
        shares_of_ranks(asked.gains(rows)), tr("From the worst to the best"),
    )  # fmt: skip


@dataclass(frozen=True)
class Contour:
    """Trials over two params with the mean score of each cell, shape (n_rows, n_columns), NaN where there is none.

    Attributes
    ----------
    n : ndarray of shape (n_rows, n_columns), int64
        How many trials are in each cell.
    x, y : tuple of float
        Where the cells begin and end.
    """

    plane: Plane
    means: Floats
    n: NDArray[np.int64]
    x: tuple[float, float]
    y: tuple[float, float]
    metric: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What is hovered over."""

    row: int
    column: int


def contour_of(asked: ChartRequest) -> Contour:
    """Return the scored trials over two params, and the mean score by cells."""
    params = two_params(asked)
    empty = Contour(NOTHING, np.zeros((0, 0)), np.zeros((0, 0), np.int64), (0, 1), (0, 1), asked.study.metric)
    if params is None:
        return empty
    (x, y), rows = params, asked.scored
    known = rows[np.isfinite(x.places[rows]) & np.isfinite(y.places[rows]) & asked.shown[rows]]
    if not len(known):
        return empty
    plane = Plane(
        asked.trials.table.ids[rows], x.places[rows], y.places[rows], Axes(x.axis, y.axis), marking_of(asked, rows)
    )  # fmt: skip
    spans = [one.span(known) for one in (x, y)]
    cells = [len(one.axis.names) or n for one, n in zip((x, y), _CELLS, strict=True)]
    values = asked.trials.table.values[known]
    n, _, _ = np.histogram2d(x.places[known], y.places[known], bins=cells, range=spans)
    sums, _, _ = np.histogram2d(x.places[known], y.places[known], bins=cells, range=spans, weights=values)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(n > 0, sums / n, np.nan).T
    return Contour(plane, means, n.T.astype(np.int64), spans[0], spans[1], asked.study.metric)


def _contour_marks(data: Contour) -> Sequence[Mark]:
    if not data.means.size:
        return ()
    n_columns = data.means.shape[1]
    known = data.means[np.isfinite(data.means)]
    ends = ends_text(float(known.min()), float(known.max()))
    grid = HeatMap(
        key="cells", name=tr("Mean {metric}, {ends}", metric=data.metric, ends=ends), values=data.means,
        x=data.x, y=data.y,
        alpha=0.75, item=lambda i: Cell(*divmod(i, n_columns)), tone="scale5",
    )  # fmt: skip
    return [grid, *plane_marks(data.plane)]


def _contour_tip(data: Contour, item: object) -> str:
    if isinstance(item, Cell):
        mean, n = data.means[item.row, item.column], int(data.n[item.row, item.column])
        value = f"{data.metric} {formatting.number(float(mean))}"
        return "\n".join((value, tr("the mean of {n} trials here", n=n)))
    return trial_tip(data.plane, item)


CONTOUR_SPEC = ChartSpec(Contour, _contour_marks, lambda data: data.plane.axes, _contour_tip)

SCATTER = StudyChart(
    "scatter",
    lambda: tr("Any against any"),
    lambda: tr("Any column against any"),
    PLANE,
    scatter_of,
    lambda: tr("Shows how two columns of the trials go together, and how a third goes with them."),
    (_X, _Y, _COLOUR),
)
RANK = StudyChart(
    "rank",
    lambda: tr("Rank"),
    lambda: tr("Rank of the score over two params"),
    PLANE,
    rank_of,
    lambda: tr("Shows which combinations of two params rank high, however the scores are spread."),
    (FIRST_PARAM, SECOND_PARAM),
)
CONTOUR = StudyChart(
    "contour",
    lambda: tr("Contour"),
    lambda: tr("Mean score over two params"),
    CONTOUR_SPEC,
    contour_of,
    lambda: tr(
        "Shows the mean score of trials that are alike in two params: where it is worth to search on."
    ),
    (FIRST_PARAM, SECOND_PARAM),
)
