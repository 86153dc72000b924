"""Scores along one param: where in its range the good trials are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..speech import tr
from .cards import Marking, marking_of, trial_tip
from .clouds import Cloud, cloud_marks
from .columns import SCORE, at, column_choice, coordinates, varied_params
from .spec import Axes, Axis, ChartSpec, Floats, Mark
from .studies import ChartRequest, StudyChart


@dataclass(frozen=True)
class Plane:
    """Trials in a plane; arrays have shape (n,).

    Attributes
    ----------
    ids : ndarray, int64
    x, y : ndarray, float64
    axes : Axes
    marking : Marking
    shade : ndarray, float64, or None
        See `Cloud`.
    name : str
        Of the trials, for the legend.
    """

    ids: NDArray[np.int64]
    x: Floats
    y: Floats
    axes: Axes
    marking: Marking
    shade: Floats | None = None
    name: str = ""


NOTHING = Plane(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), Axes(Axis(), Axis()), Marking.plain(0))


def plane_marks(data: Plane) -> Sequence[Mark]:
    """Return the trials as a cloud."""
    return cloud_marks(
        Cloud(data.ids, data.x, data.y, data.marking.kept, data.marking.selected, data.shade), data.name
    )


PLANE = ChartSpec(Plane, plane_marks, lambda data: data.axes, trial_tip)

_PARAM = column_choice("param", lambda: tr("Param"), varied_params, at(0))


def slice_of(asked: ChartRequest) -> Plane:
    """Return the scored trials along the param that is chosen."""
    param = _PARAM.shown(asked)
    if not param:
        return NOTHING
    rows = asked.scored
    x, y = coordinates(asked, param, spread=True), coordinates(asked, SCORE)
    return Plane(
        asked.trials.table.ids[rows], x.places[rows], y.places[rows], Axes(x.axis, y.axis), marking_of(asked, rows),
        name=tr("Trials"),
    )  # fmt: skip


SLICE = StudyChart(
    "slice",
    lambda: tr("Slice"),
    lambda: tr("Scores along a param"),
    PLANE,
    slice_of,
    lambda: tr(
        "Shows where in its range a param does well, and whether the best trials are at an end of it."
    ),
    (_PARAM,),
)
