"""How the front of score and cost grows: the share of the plane that is beaten by some trial so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...engine.domain.objectives import COSTS, table_costs
from .. import words
from ..speech import tr
from .cards import Marking, marking_of
from .spec import Axes, Axis, ChartSpec, Floats, Line, Mark
from .studies import ChartChoice, ChartRequest, Choices, StudyChart


@dataclass(frozen=True)
class Hypervolume:
    """Arrays of shape (n,), in the order of the trials: numbers, ids, and what is beaten after each, in [0, 1]."""

    numbers: NDArray[np.int64]
    ids: NDArray[np.int64]
    beaten: Floats
    marking: Marking


def _known(asked: ChartRequest, cost: str) -> NDArray[np.int64]:
    rows = asked.scored
    costs = table_costs(asked.trials.table)[cost][rows]
    return rows[np.isfinite(costs) & (costs > 0)]


def _offered(asked: ChartRequest) -> Sequence[ChartChoice]:
    return [
        ChartChoice(cost, lambda cost=cost: words.cost(cost), bool(len(_known(asked, cost))))
        for cost in COSTS
    ]


def _shown(asked: ChartRequest) -> str:
    wanted = (asked.chosen.get("cost", ""), *COSTS)
    return next((name for name in wanted if name in COSTS and len(_known(asked, name))), COSTS[0])


_COST = Choices("cost", lambda: tr("Score against"), _offered, _shown)


def hypervolume_of(asked: ChartRequest) -> Hypervolume:
    """Return the share of the plane of score and logarithm of cost, from the best to the worst, that is beaten."""
    table, cost = asked.trials.table, _shown(asked)
    rows = _known(asked, cost)
    rows = rows[np.argsort(table.numbers[rows], kind="stable")]
    log = np.log10(table_costs(table)[cost][rows])
    return Hypervolume(
        table.numbers[rows], table.ids[rows], beaten_shares(asked.gains(rows), log), marking_of(asked, rows)
    )


def beaten_shares(gain: Floats, cost: Floats) -> Floats:
    """Return after each of n trials which share of the rectangle from the worst to the best of all is beaten.

    A place in it is beaten where a trial so far has at least its gain at no more than its cost.

    Parameters
    ----------
    gain, cost : ndarray of shape (n,), float64
    """
    if not len(gain):
        return np.zeros(0)
    x = _scaled(cost)
    y = _scaled(gain)
    beaten = np.zeros(len(x))
    # Corners of the front so far, by cost: each with the gain that it has.
    corners: list[tuple[float, float]] = []
    area = 0.0
    for place, corner in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        if not any(one <= corner[0] and other >= corner[1] for one, other in corners):
            corners = sorted(
                [(one, other) for one, other in corners if not (one >= corner[0] and other <= corner[1])]
                + [corner]
            )
            ends = [one for one, _ in corners[1:]] + [1.0]
            area = sum((end - one) * other for (one, other), end in zip(corners, ends, strict=True))
        beaten[place] = area
    return beaten


def _scaled(values: Floats) -> Floats:
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros(len(values))


def _marks(data: Hypervolume) -> Sequence[Mark]:
    return [
        Line(
            key="beaten", x=data.numbers.astype(np.float64), y=data.beaten, stepped=True, tone="gold", width=2.0,
            ground=0.0, item=lambda i: i,
        )
    ]  # fmt: skip


def _axes(_data: Hypervolume) -> Axes:
    return Axes(
        Axis(lambda: tr("Trial"), "whole", column="number"),
        Axis(lambda: tr("Share that is beaten"), span=(0.0, 1.0)),
    )


def _tip(data: Hypervolume, item: object) -> str:
    if not isinstance(item, int):
        return ""
    # A step has two points for each trial but the first.
    place = min(item, len(data.ids) - 1)
    share = tr("{share} is beaten so far", share=formatting.percent(float(data.beaten[place])))
    return "\n".join((share, data.marking.card(int(data.ids[place]))))


HYPERVOLUME = StudyChart(
    "hypervolume",
    lambda: tr("Hypervolume"),
    lambda: tr("Growth of the front of score and cost"),
    ChartSpec(Hypervolume, _marks, _axes, _tip),
    hypervolume_of,
    lambda: tr("Shows whether the search still finds networks that are better or smaller than any before."),
    (_COST,),
)
