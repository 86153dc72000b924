"""The trials of a study by score and by what their networks cost, with the front that no other trial beats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...engine.domain.objectives import COSTS, front_mask, objectives_of, table_costs
from ...storage.ranking import Direction
from ...storage.records import TrialKind, TrialState, TrialTable
from .. import words
from ..speech import tr
from .cards import Marking, marking_of
from .clouds import Cloud, cloud_marks
from .spec import Axes, Axis, ChartSpec, Floats, Line, Mark, Points
from .studies import ChartChoice, ChartRequest, Choices, StudyChart

# Trials that are all shown, whatever they score.
_FEW = 6


@dataclass(frozen=True)
class Spread:
    """What the chart shows; all arrays have shape (n_trials,), of complete trials.

    Attributes
    ----------
    metric : str
    direction : Direction
    cost : {"parameters", "bytes", "latency"}
    ids, numbers : ndarray, int64
    scores, costs : ndarray, float64
        NaN where it is not known.
    marking : Marking
    """

    metric: str
    direction: Direction
    cost: str
    ids: NDArray[np.int64]
    numbers: NDArray[np.int64]
    scores: Floats
    costs: Floats
    marking: Marking

    @cached_property
    def known(self) -> NDArray[np.int64]:
        """The rows that can be drawn."""
        return np.flatnonzero(np.isfinite(self.scores) & np.isfinite(self.costs))

    @cached_property
    def front(self) -> NDArray[np.int64]:
        """The rows that no other one beats in both, by cost."""
        known = self.known
        scores = -self.direction.sign * self.scores[known]
        front = known[front_mask(np.stack([scores, self.costs[known]], axis=1))]
        return front[np.argsort(self.costs[front], kind="stable")]


def _marks(data: Spread) -> Sequence[Mark]:
    front = data.front
    others = np.ones(len(data.ids), dtype=bool)
    others[front] = False
    with np.errstate(divide="ignore"):
        x = np.where(others, np.log10(data.costs), np.nan)
    cloud = Cloud(data.ids, x, data.scores, data.marking.kept, data.marking.selected)
    chosen = front[np.isin(data.ids[front], data.marking.selected)]
    ring = [_points(data, "chosen", "", chosen, "accent", 15, 0.5)] if len(chosen) else []
    return [
        *cloud_marks(cloud, tr("Trials")),
        Line(
            key="front", x=np.log10(data.costs[front]), y=data.scores[front], tone="gold", stepped=True, width=1.8
        ),
        *ring,
        _points(data, "best", tr("No trial is better in both"), front, "gold", 9, 1.0),
    ]  # fmt: skip


def _points(
    data: Spread, key: str, name: str, rows: NDArray[np.int64], tone: str, size: float, alpha: float
) -> Points:
    return Points(
        key=key, name=name if len(rows) else "", x=np.log10(data.costs[rows]), y=data.scores[rows], tone=tone,
        size=size, alpha=alpha, item=lambda i: int(data.ids[rows[i]]),
    )  # fmt: skip


def _axes(data: Spread) -> Axes:
    return Axes(
        Axis(lambda: cost_text(data.cost), "powers", _WRITTEN[data.cost], column=_COLUMNS[data.cost]),
        Axis(lambda: data.metric, span=_span(data), column="value"),
    )


def _span(data: Spread) -> tuple[float, float] | None:
    """Return the vertical span of the front and of the better three quarters: hopeless trials would squash it."""
    known = data.known
    if len(known) < _FEW:
        return None
    quarter = np.quantile(data.scores[known], 0.25 if data.direction is Direction.MAXIMIZE else 0.75)
    ends = np.append(data.scores[data.front], quarter)
    return float(ends.min()), float(ends.max())


def _tip(data: Spread, item: object) -> str:
    row = int(np.flatnonzero(data.ids == item)[0])
    card = data.marking.card(int(data.ids[row]))
    name, *rest = card.split("\n") if card else [""]
    return "\n".join((name, cost_value(data.cost, float(data.costs[row])), *rest)).strip()


def _compact(value: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= 0.999 * size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g}"


def _short(value: float) -> str:
    return f"{value:.3g}"


_WRITTEN: dict[str, Callable[[float], str]] = {
    "parameters": _compact,
    "bytes": formatting.size,
    "latency": _short,
}


# The columns of trials that hold them.
_COLUMNS = {"parameters": "n_parameters", "bytes": "size_bytes", "latency": "latency_ms"}


def cost_text(cost: str) -> str:
    """Return what a cost is called on an axis, with its unit."""
    return {
        "parameters": tr("Parameters of a network"),
        "bytes": tr("File of a network"),
        "latency": tr("Milliseconds for one row"),
    }[cost]


def cost_value(cost: str, value: float) -> str:
    """Return a cost with its unit."""
    if cost == "parameters":
        return tr("{n} parameters", n=formatting.count(int(value)))
    if cost == "bytes":
        return formatting.size(value)
    return tr("{n} ms for one row", n=formatting.plain(value))


def _rows(table: TrialTable) -> NDArray[np.int64]:
    return np.flatnonzero((table.states == TrialState.COMPLETE) & (table.kinds != TrialKind.BASELINE))


def _is_known(asked: ChartRequest, cost: str) -> bool:
    table = asked.trials.table
    return cost == "parameters" or bool(np.isfinite(table_costs(table)[cost][_rows(table)]).any())


def _offered(asked: ChartRequest) -> Sequence[ChartChoice]:
    return [ChartChoice(cost, lambda cost=cost: words.cost(cost), _is_known(asked, cost)) for cost in COSTS]


def _shown(asked: ChartRequest) -> str:
    aimed = [name for name in objectives_of(asked.study) if name != "score"]
    wanted = (asked.chosen.get("cost", ""), *aimed, "parameters")
    return next(name for name in wanted if name in COSTS and _is_known(asked, name))


def spread_of(asked: ChartRequest) -> Spread:
    """Return the complete trials of a study against the cost that is chosen."""
    table, study, cost = asked.trials.table, asked.study, _shown(asked)
    rows = _rows(table)
    return Spread(
        study.metric, study.direction, cost, table.ids[rows], table.numbers[rows], table.values[rows],
        table_costs(table)[cost][rows], marking_of(asked, rows),
    )  # fmt: skip


PARETO = ChartSpec(Spread, _marks, _axes, _tip)

BY_COST = StudyChart(
    "by_cost",
    lambda: tr("By size"),
    lambda: tr("Scores against what networks cost"),
    PARETO,
    spread_of,
    lambda: tr(
        "Shows what a better score costs in size or time, and the trials beyond which nothing is gained."
    ),
    (Choices("cost", lambda: tr("Score against"), _offered, _shown),),
)
