"""What the variants of a network score, against what they need: bytes or time, with the Pareto front marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal

from ...engine.domain.objectives import front_mask
from ..speech import Text, tr
from .chart import Chart, Series


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
    tip : callable
        The text of its hover.
    """

    name: str
    cost: float
    score: float
    low: float
    high: float
    tip: Callable[[], str]


class VariantsChart(Chart):
    """Scores over bytes or over time.

    Signals
    -------
    picked(str)
        The variant of this name was clicked.
    """

    picked = Signal(str)

    def __init__(self, x_text: Text, y_text: Text) -> None:
        super().__init__(x_text, y_text)
        self.spots: tuple[Spot, ...] = ()
        self.on_front: frozenset[str] = frozenset()
        self.point_clicked.connect(self._clicked)

    def show_spots(
        self, spots: Sequence[Spot], *, maximize: bool, base_score: float | None, selected: str
    ) -> None:
        """Draw variants.

        Parameters
        ----------
        base_score : float or None
            Of the network as it is.
        selected : str
            The name of the variant to mark; empty for none.
        """
        x = np.array([spot.cost for spot in spots])
        y = np.array([spot.score for spot in spots])
        is_front = front_mask(np.stack([x, -y if maximize else y], axis=1))
        self.spots = tuple(spots)
        self.on_front = frozenset(spot.name for spot, best in zip(spots, is_front, strict=True) if best)
        order = np.argsort(x[is_front], kind="stable")
        bars_x = np.repeat(x, 3)
        bars_y = np.array([value for spot in spots for value in (spot.low, spot.high, np.nan)])
        bars_x[2::3] = np.nan
        chosen = np.array([spot.name == selected for spot in spots], dtype=bool)
        rest, best = np.flatnonzero(~is_front), np.flatnonzero(is_front)
        series = [
            Series("bars", tr("95% interval"), bars_x, bars_y, "muted", width=1.2, alpha=0.6),
            Series(
                "front", tr("Front"), x[is_front][order], y[is_front][order], "series0", "step", alpha=0.75
            ),
            Series("selected", "", x[chosen], y[chosen], "accent", "points", 17, alpha=0.35),
            self._points("rest", "faint", 7, rest),
            self._points("best", "series0", 9, best),
        ]
        if base_score is not None:
            level = np.array([base_score])
            series.insert(0, Series("base", tr("Base"), level, level, "series1", "level", 1.2, dashed=True))
        self.show_series(series)

    def _points(self, key: str, tone: str, width: float, places: NDArray[np.int64]) -> Series:
        spots = [self.spots[place] for place in places]
        x, y = np.array([spot.cost for spot in spots]), np.array([spot.score for spot in spots])
        return Series(key, "", x, y, tone, "points", width, tip=lambda place: spots[place].tip())

    def _clicked(self, one: Series, place: int) -> None:
        at = one.x[place], one.y[place]
        self.picked.emit(next(spot.name for spot in self.spots if (spot.cost, spot.score) == at))
