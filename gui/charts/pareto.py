"""The trials of a study by score and by what their networks cost, with the front that no other trial beats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal

from ...engine.domain import formatting
from ...engine.domain.objectives import front_mask
from ..speech import tr
from .chart import Chart, Series

_FEW = 6  # trials that are all shown, whatever they score


@dataclass(frozen=True, slots=True)
class Spread:
    """What the chart shows; all arrays have shape (n_trials,), of complete trials.

    Attributes
    ----------
    metric : str
    maximize : bool
    cost : {"parameters", "bytes", "latency"}
    ids, numbers : ndarray, int64
    scores, costs : ndarray, float64
        NaN where it is not known.
    """

    metric: str
    maximize: bool
    cost: str
    ids: NDArray[np.int64]
    numbers: NDArray[np.int64]
    scores: NDArray[np.float64]
    costs: NDArray[np.float64]


class ParetoChart(Chart):
    """Scores over the logarithm of a cost.

    Signals
    -------
    picked(int)
        The trial with this id was clicked.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__(lambda: "", lambda: "")
        self.spread: Spread | None = None
        self.on_front: frozenset[int] = frozenset()  # numbers of trials
        self.point_clicked.connect(self._clicked)

    def show_spread(self, spread: Spread, selected: int | None = None) -> None:
        """Draw trials; `selected` is the id of the one to mark."""
        self.spread = spread
        self.set_axis_text(lambda: cost_text(spread.cost), lambda: spread.metric)
        self.set_powers(_WRITTEN[spread.cost])
        known = np.flatnonzero(np.isfinite(spread.scores) & np.isfinite(spread.costs))
        losses = np.stack(
            [-spread.scores[known] if spread.maximize else spread.scores[known], spread.costs[known]], axis=1
        )
        front = known[front_mask(losses)]
        front = front[np.argsort(spread.costs[front], kind="stable")]
        self.on_front = frozenset(spread.numbers[front].tolist())
        others = np.setdiff1d(known, front)
        series = [
            self._points("trials", tr("Trials"), others, "series0", 6, 0.6),
            Series("front", "", np.log10(spread.costs[front]), spread.scores[front], "gold", "step", 1.8),
            self._points("best", tr("No trial is better in both"), front, "gold", 9, 1.0),
        ]
        marked = known[spread.ids[known] == selected] if selected is not None else known[:0]
        if len(marked):
            series.insert(0, self._points("selected", "", marked, "accent", 16, 0.35))
        self.show_series(series, self._span(known, front))

    def _span(self, known: NDArray[np.int64], front: NDArray[np.int64]) -> tuple[float, float] | None:
        """Return the vertical span of the front and of the better three quarters: hopeless trials would squash it."""
        spread = self.spread
        if spread is None or len(known) < _FEW:
            return None
        quarter = np.quantile(spread.scores[known], 0.25 if spread.maximize else 0.75)
        ends = np.append(spread.scores[front], quarter)
        return float(ends.min()), float(ends.max())

    def _points(
        self, key: str, name: str, rows: NDArray[np.int64], tone: str, width: float, alpha: float
    ) -> Series:
        spread = self.spread
        assert spread is not None  # noqa: S101 - set before anything is drawn
        return Series(
            key, name if len(rows) else "", np.log10(spread.costs[rows]), spread.scores[rows], tone, "points", width,
            alpha=alpha, tip=lambda i: self._tip(int(rows[i])),
        )  # fmt: skip

    def _tip(self, row: int) -> str:
        spread = self.spread
        if spread is None:
            return ""
        lines = [
            tr("Trial {number}", number=int(spread.numbers[row])),
            f"{spread.metric} {formatting.number(float(spread.scores[row]))}",
            cost_value(spread.cost, float(spread.costs[row])),
        ]
        return "\n".join(lines)

    def _clicked(self, one: Series, place: int) -> None:
        spread = self.spread
        if spread is None:
            return
        hits = np.flatnonzero((np.log10(spread.costs) == one.x[place]) & (spread.scores == one.y[place]))
        if len(hits):
            self.picked.emit(int(spread.ids[hits[0]]))


def _compact(value: float) -> str:
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= 0.999 * size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g}"


_WRITTEN = {"parameters": _compact, "bytes": formatting.size, "latency": lambda value: f"{value:.3g}"}


def cost_text(cost: str) -> str:
    """Return what a cost is called on an axis, with its unit."""
    return {
        "parameters": tr("Weights of a network"),
        "bytes": tr("File of a network"),
        "latency": tr("Milliseconds for one row"),
    }[cost]


def cost_value(cost: str, value: float) -> str:
    """Return a cost with its unit."""
    if cost == "parameters":
        return tr("{n} weights", n=formatting.count(int(value)))
    if cost == "bytes":
        return formatting.size(value)
    return tr("{n} ms for one row", n=formatting.plain(value))
