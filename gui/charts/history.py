"""The optimization history: every trial's score, the best so far, and the baselines to beat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ..speech import tr
from .chart import Chart, Series


@dataclass(frozen=True, slots=True)
class History:
    """What the history chart shows; all arrays have shape (n_trials,).

    Attributes
    ----------
    number : ndarray, int64
    value, spread, at_s : ndarray, float64
        Score, its fold spread, seconds from the study's start to the trial's end; NaN where there is none.
    complete : ndarray, bool
        Whether the trial was completed; the others were pruned or failed.
    baselines : mapping of str to float
        Shown name to score.
    """

    metric: str
    maximize: bool
    number: NDArray[np.int64]
    value: NDArray[np.float64]
    spread: NDArray[np.float64]
    at_s: NDArray[np.float64]
    complete: NDArray[np.bool_]
    baselines: Mapping[str, float]


class HistoryChart(Chart):
    """Scores over trials or over time."""

    def __init__(self) -> None:
        super().__init__(lambda: tr("Trial"), lambda: "", x_whole=True)
        self._history: History | None = None
        self._over_time = False

    def set_over_time(self, over_time: bool) -> None:
        """Choose what runs to the right: time or trial numbers."""
        self._over_time = over_time
        if self._history is not None:
            self.show_history(self._history)

    def show_history(self, history: History) -> None:
        """Draw the history of a study."""
        self._history = history
        self.set_axis_text(
            (lambda: tr("Time since start")) if self._over_time else (lambda: tr("Trial")),
            lambda: history.metric,
            x_is_time=self._over_time,
        )
        x = history.at_s if self._over_time else history.number.astype(float)
        order = np.argsort(x, kind="stable")
        known = order[np.isfinite(history.value[order]) & np.isfinite(x[order])]
        complete, pruned = known[history.complete[known]], known[~history.complete[known]]
        series = [
            self._level(index, name, value) for index, (name, value) in enumerate(history.baselines.items())
        ]
        series.append(self._points("pruned", tr("Pruned"), "faint", 4, 0.45, pruned, x))
        series.append(self._points("complete", tr("Trials"), "series0", 6, 0.7, complete, x))
        series += self._best(complete, x)
        self.show_series(series, self._span(complete))

    def _level(self, index: int, name: str, value: float) -> Series:
        text = f"{name}\n{formatting.number(value)}"
        return Series(
            f"baseline{index}",
            name,
            np.zeros(1),
            np.array([value]),
            f"series{(1, 2, 3, 4)[index % 4]}",
            "level",
            1.2,
            dashed=True,
            tip=lambda _: text,
        )

    def _points(
        self,
        key: str,
        name: str,
        tone: str,
        width: float,
        alpha: float,
        rows: NDArray[np.int64],
        x: NDArray[np.float64],
    ) -> Series:
        return Series(
            key,
            name if len(rows) else "",
            x[rows],
            self._values(rows),
            tone,
            "points",
            width,
            alpha=alpha,
            tip=lambda i: self._tip(int(rows[i])),
        )

    def _best(self, rows: NDArray[np.int64], x: NDArray[np.float64]) -> list[Series]:
        history = self._history
        if history is None or not len(rows):
            return []
        values = history.value[rows]
        running = np.maximum.accumulate(values) if history.maximize else np.minimum.accumulate(values)
        best = int(np.argmax(values) if history.maximize else np.argmin(values))
        steps = np.r_[x[rows], np.nanmax(x[np.isfinite(x)])]
        line = Series("best", tr("Best so far"), steps, np.r_[running, running[-1]], "gold", "step", 2.2)
        mark = Series(
            "proven",
            "",
            x[rows][best : best + 1],
            values[best : best + 1],
            "gold",
            "points",
            11,
            tip=lambda _: self._tip(int(rows[best])),
        )
        return [line, mark]

    def _values(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._history.value[rows] if self._history is not None else np.zeros(0)

    def _tip(self, row: int) -> str:
        history = self._history
        if history is None:
            return ""
        spread = float(history.spread[row])
        text = formatting.score(float(history.value[row]), None if np.isnan(spread) else spread)
        lines = [tr("Trial {number}", number=int(history.number[row])), f"{history.metric} {text}"]
        if np.isfinite(history.at_s[row]):
            lines.append(tr("after {time}", time=formatting.clock(float(history.at_s[row]))))
        return "\n".join(lines)

    def _span(self, complete: NDArray[np.int64]) -> tuple[float, float] | None:
        """Return a vertical span that a few hopeless trials cannot blow up."""
        history = self._history
        if history is None:
            return None
        levels = list(history.baselines.values())
        if len(complete) == 0:  # the two best baselines: the majority class would squash them together
            best = sorted(levels, reverse=history.maximize)[:2]
            return (min(best), max(best)) if len(best) > 1 else None
        values = np.sort(history.value[complete])
        quarter = len(values) // 4  # a whole trial: with few, a quantile would lean towards the worst
        far, near = (values[quarter], values[-1]) if history.maximize else (values[-1 - quarter], values[0])
        reach = abs(near - far) * 2.5
        if levels:
            reach = max(reach, abs(near - (max(levels) if history.maximize else min(levels))) * 2)
        ends = [near, far - (near - far) / 2, *(level for level in levels if abs(level - near) <= reach)]
        return float(min(ends)), float(max(ends))
