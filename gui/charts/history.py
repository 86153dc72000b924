"""The optimization history: every trial's score, the best so far, and the baselines to beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...storage.ranking import Direction
from ...storage.records import TrialState
from .. import words
from ..speech import tr
from .cards import Marking, marking_of
from .clouds import Cloud, cloud_marks
from .spec import Axes, Axis, ChartSpec, Floats, LevelLine, Line, Mark, Points
from .studies import ChartRequest, StudyChart

# Times the better three quarters of the trials: farther baselines are left out of view.
_REACH = 2.5


@dataclass(frozen=True)
class History:
    """What the history chart shows; all arrays have shape (n_trials,).

    Attributes
    ----------
    ids, number : ndarray, int64
    value, spread, at_s : ndarray, float64
        Score, its fold spread, seconds from the study's start to the trial's end; NaN where there is none.
    complete : ndarray, bool
        Whether the trial was completed; the others were pruned or failed.
    another_way : ndarray, bool
        Whether the trial was scored in another way than the last one: it is not ranked with it, and never the best.
    baselines : mapping of str to float
        Shown name to score.
    over_time : bool
        Whether time runs to the right, or trial numbers.
    marking : Marking
    """

    metric: str
    direction: Direction
    ids: NDArray[np.int64]
    number: NDArray[np.int64]
    value: Floats
    spread: Floats
    at_s: Floats
    complete: NDArray[np.bool_]
    another_way: NDArray[np.bool_]
    baselines: Mapping[str, float]
    marking: Marking
    over_time: bool = False

    @property
    def sign(self) -> float:
        """The factor that makes a larger score a better one."""
        return self.direction.sign

    @property
    def x(self) -> Floats:
        """What runs to the right."""
        return self.at_s if self.over_time else self.number.astype(np.float64)

    @cached_property
    def known(self) -> NDArray[np.int64]:
        """The rows that can be drawn, from left to right."""
        order = np.argsort(self.x, kind="stable")
        return order[np.isfinite(self.value[order]) & np.isfinite(self.x[order])]


def history_of(asked: ChartRequest, *, over_time: bool = False) -> History:
    """Return the history of a study's trials."""
    data, study = asked.trials, asked.study
    table = data.table
    searched = asked.searched
    begin = study.started_at.timestamp() if study.started_at is not None else float("nan")
    scored = np.flatnonzero(~searched & np.isfinite(table.values))
    return History(
        metric=study.metric,
        direction=study.direction,
        ids=table.ids[searched],
        number=table.numbers[searched],
        value=table.values[searched],
        spread=table.stds[searched],
        at_s=np.maximum(table.finished_s[searched] - begin, 0.0),
        complete=table.states[searched] == TrialState.COMPLETE,
        another_way=data.another_way[searched],
        baselines={
            words.baseline(str(table.names[place]), study.task): float(table.values[place])
            for place in scored
        },
        over_time=over_time,
        marking=marking_of(asked, searched),
    )


def _marks(data: History) -> Sequence[Mark]:
    known = data.known
    old, known = known[data.another_way[known]], known[~data.another_way[known]]
    complete, pruned = known[data.complete[known]], known[~data.complete[known]]
    return [
        *(_level(place, name, value) for place, (name, value) in enumerate(data.baselines.items())),
        _points(data, old, "old", tr("Scored in an older way"), "faint", 5, 0.45),
        _points(data, pruned, "pruned", tr("Pruned"), "faint", 4, 0.45),
        *cloud_marks(_cloud(data, complete), tr("Trials")),
        *(_best(data, complete) if len(complete) else ()),
    ]


def _cloud(data: History, rows: NDArray[np.int64]) -> Cloud:
    return Cloud(
        data.ids[rows], data.x[rows], data.value[rows], data.marking.kept[rows], data.marking.selected
    )


def _level(place: int, name: str, value: float) -> LevelLine:
    tone = f"series{(1, 2, 3, 4)[place % 4]}"
    return LevelLine(key=f"baseline{place}", name=name, y=value, tone=tone, item=lambda _: name)


def _points(
    data: History, rows: NDArray[np.int64], key: str, name: str, tone: str, size: float, alpha: float
) -> Points:
    return Points(
        key=key, name=name if len(rows) else "", x=data.x[rows], y=data.value[rows], tone=tone, size=size, alpha=alpha,
        item=lambda i: int(data.ids[rows[i]]),
    )  # fmt: skip


def _best(data: History, rows: NDArray[np.int64]) -> list[Mark]:
    x, values = data.x[rows], data.value[rows]
    running = data.sign * np.maximum.accumulate(data.sign * values)
    best = int(np.argmax(data.sign * values))
    end = np.nanmax(data.x[np.isfinite(data.x)])
    line = Line(
        key="best", name=tr("Best so far"), x=np.r_[x, end], y=np.r_[running, running[-1]], tone="gold", stepped=True,
        width=2.2,
    )  # fmt: skip
    mark = Points(
        key="proven", x=x[best : best + 1], y=values[best : best + 1], tone="gold", size=11,
        item=lambda _: int(data.ids[rows[best]]),
    )  # fmt: skip
    return [line, mark]


def _axes(data: History) -> Axes:
    trial = Axis(lambda: tr("Trial"), "whole", column="number")
    time = Axis(lambda: tr("Time since start"), "clock")
    known = data.known[~data.another_way[data.known]]
    return Axes(
        time if data.over_time else trial,
        Axis(lambda: data.metric, span=_span(data, known[data.complete[known]]), column="value"),
    )


def _tip(data: History, item: object) -> str:
    if isinstance(item, str):
        return f"{item}\n{formatting.number(data.baselines[item])}"
    row = int(np.flatnonzero(data.ids == item)[0])
    card = data.marking.card(int(data.ids[row]))
    lines = [card] if card else []
    if np.isfinite(data.at_s[row]):
        lines.append(tr("after {time}", time=formatting.clock(float(data.at_s[row]))))
    return "\n".join(lines)


def _span(data: History, complete: NDArray[np.int64]) -> tuple[float, float] | None:
    """Return a vertical span that a few hopeless trials cannot blow up."""
    levels = list(data.baselines.values())
    # The two best baselines: the majority class would squash them together.
    if len(complete) == 0:
        best = sorted(levels, reverse=data.sign > 0)[:2]
        return (min(best), max(best)) if len(best) > 1 else None
    values = np.sort(data.value[complete])
    # A whole trial: with few, a quantile would lean towards the worst.
    quarter = len(values) // 4
    far, near = (values[quarter], values[-1]) if data.sign > 0 else (values[-1 - quarter], values[0])
    reach = abs(near - far) * _REACH
    if levels:
        reach = max(reach, abs(near - data.direction.best(levels)) * 2)
    ends = [near, far - (near - far) / 2, *(level for level in levels if abs(level - near) <= reach)]
    return float(min(ends)), float(max(ends))


HISTORY = ChartSpec(History, _marks, _axes, _tip)


def _why() -> str:
    return tr("Shows whether the search still gets better, and how far it is ahead of the baselines.")


BY_TRIAL = StudyChart(
    "by_trial",
    lambda: tr("By trial"),
    lambda: tr("Optimization history"),
    HISTORY,
    history_of,
    _why,
)
BY_TIME = StudyChart(
    "by_time",
    lambda: tr("By time"),
    lambda: tr("Optimization history over time"),
    HISTORY,
    lambda asked: history_of(asked, over_time=True),
    _why,
)
