"""What the variants of a network score, against what they need: bytes or time, with the Pareto front marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...engine.domain.objectives import front_mask
from ...storage.ranking import Direction
from ..speech import Text, tr
from .spec import Axes, Axis, Bars, ChartSpec, Item, LevelLine, Line, Mark, Points

# From so many times the smallest on, what is needed runs in logarithms.
_WIDE = 8.0
# How many times the loss of most variants one may lose and be in view.
_FAR = 4.0


@dataclass(frozen=True, slots=True)
class Spot:
    """One variant in a chart.

    Attributes
    ----------
    name : str
        As the store knows it.
    cost : float
        What it needs, in the unit of the chart.
    score, low, high : float
        Score, and the ends of its interval.
    facts : str
        What its hover tells of it.
    """

    name: str
    cost: float
    score: float
    low: float
    high: float
    facts: str = ""


@dataclass(frozen=True)
class VariantSpots:
    """Variants by score and by one thing that they need.

    Attributes
    ----------
    cost_text : callable
        What they need, with its unit.
    base_score : float or None
        Of the network as it is.
    selected : str
        The name of the variant to mark; empty for none.
    """

    metric: str
    direction: Direction
    cost_text: Text
    spots: tuple[Spot, ...]
    base_score: float | None = None
    selected: str = ""

    @cached_property
    def is_front(self) -> NDArray[np.bool_]:
        """Which spots no other one beats in both."""
        scores = np.array([-self.direction.sign * spot.score for spot in self.spots])
        return front_mask(np.stack([np.array([spot.cost for spot in self.spots]), scores], axis=1))

    @property
    def on_front(self) -> frozenset[str]:
        """The names of those spots."""
        return frozenset(spot.name for spot, best in zip(self.spots, self.is_front, strict=True) if best)

    @property
    def is_wide(self) -> bool:
        """Whether what they need differs so much that only its logarithm can be drawn."""
        costs = [spot.cost for spot in self.spots]
        return bool(costs) and min(costs) > 0 and max(costs) > _WIDE * min(costs)

    def x(self, spot: Spot) -> float:
        """Return where a spot lies."""
        return math.log10(spot.cost) if self.is_wide else spot.cost


def _marks(data: VariantSpots) -> Sequence[Mark]:
    spots = data.spots
    x = np.array([data.x(spot) for spot in spots], dtype=np.float64)
    y, low, high = (
        np.array([getattr(spot, name) for spot in spots], dtype=np.float64)
        for name in ("score", "low", "high")
    )
    rest, best = np.flatnonzero(~data.is_front), np.flatnonzero(data.is_front)
    front = best[np.argsort(x[best], kind="stable")]
    chosen = np.flatnonzero([spot.name == data.selected for spot in spots])

    def points(
        key: str, tone: str, size: float, places: NDArray[np.int64], *, has_tip: bool = True
    ) -> Points:
        def name(place: int) -> str:
            return spots[int(places[place])].name

        item: Item | None = name if has_tip else None
        alpha = 1.0 if has_tip else 0.35
        return Points(key=key, x=x[places], y=y[places], tone=tone, size=size, alpha=alpha, item=item)

    marks: list[Mark] = [
        Bars(key="bars", name=tr("95% interval"), x=x, low=low, high=high, tone="muted", alpha=0.6),
        Line(key="front", name=tr("Front"), x=x[front], y=y[front], stepped=True, alpha=0.75),
        points("selected", "accent", 17, chosen, has_tip=False),
        points("rest", "faint", 7, rest),
        points("best", "series0", 9, best),
    ]
    if data.base_score is not None:
        marks.insert(0, LevelLine(key="base", name=tr("Base"), y=data.base_score, tone="series1"))
    return marks


def _axes(data: VariantSpots) -> Axes:
    x = Axis(data.cost_text, "powers", lambda value: f"{value:,g}") if data.is_wide else Axis(data.cost_text)
    return Axes(x, Axis(lambda: data.metric, span=_span(data)))


def _span(data: VariantSpots) -> tuple[float, float] | None:
    """Return the vertical span of all but hopeless variants, with their intervals: one would flatten all others."""
    scores = np.array([spot.score for spot in data.spots])
    if len(scores) < 3:
        return None
    base = data.base_score if data.base_score is not None else float(scores[data.is_front].mean())
    losses = np.maximum(data.direction.sign * (base - scores), 0.0)
    widths = np.array([spot.high - spot.low for spot in data.spots]) / 2
    near = losses <= max(_FAR * float(np.quantile(losses, 0.75)), float(np.median(widths)))
    if near.all():
        return None
    ends = [
        end
        for spot, is_near in zip(data.spots, near, strict=True)
        if is_near
        for end in (spot.low, spot.high)
    ]
    return min(*ends, base), max(*ends, base)


def _tip(data: VariantSpots, item: object) -> str:
    facts = next(spot.facts for spot in data.spots if spot.name == item)
    if item in data.on_front:
        return f"{facts}\n{tr('On the front: no other needs less and scores as well.')}"
    return f"{facts}\n{tr('Not on the front: another needs no more and scores as well.')}"


VARIANTS = ChartSpec(VariantSpots, _marks, _axes, _tip)
