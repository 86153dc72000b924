"""How trials ended: when each ran, and where in the space they fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...storage.records import FailureKind, TrialState
from .. import words
from ..speech import tr
from .cards import Marking, marking_of
from .columns import FIRST_PARAM, SECOND_PARAM, two_params
from .spec import Axes, Axis, ChartSpec, Floats, Line, Mark, Points
from .studies import ChartRequest, StudyChart

# Tones that are told apart by who sees colours otherwise, of the plot palette.
_TONES = ("series0", "series1", "series2", "series3", "series4", "series5", "series6")
_MOST_BARS = 3000


@dataclass(frozen=True)
class Timeline:
    """Bars of trials; arrays have shape (n,): seconds since the start of the study, and the lane of each.

    Attributes
    ----------
    outcomes : ndarray of str
        How each stands or ended.
    """

    ids: NDArray[np.int64]
    begin_s: Floats
    end_s: Floats
    lanes: NDArray[np.int64]
    outcomes: NDArray[np.str_]
    marking: Marking


@dataclass(frozen=True)
class Outcomes:
    """Trials over two params, by how they ended; arrays have shape (n,)."""

    ids: NDArray[np.int64]
    x: Floats
    y: Floats
    outcomes: NDArray[np.str_]
    axes: Axes
    marking: Marking


def _outcomes(asked: ChartRequest, rows: NDArray[np.int64]) -> NDArray[np.str_]:
    table = asked.trials.table
    told: dict[tuple[str, FailureKind | None], str] = {}
    found: list[str] = []
    places: list[int] = rows.tolist()
    states: list[str] = table.states[rows].tolist()
    for place, state in zip(places, states, strict=True):
        failure = table.failures[place]
        key = state, None if failure is None else failure.kind
        if key not in told:
            told[key] = words.trial_outcome(TrialState(state), failure)
        found.append(told[key])
    return np.array(found, dtype=np.str_)


def timeline_of(asked: ChartRequest) -> Timeline:
    """Return when the trials ran; those that ran at once stand in lanes, as workers do."""
    table, study = asked.trials.table, asked.study
    rows = np.flatnonzero(np.isfinite(table.started_s) & asked.shown)[-_MOST_BARS:]
    start = study.started_at.timestamp() if study.started_at is not None else np.nan
    if len(rows) and not np.isfinite(start):
        start = float(table.started_s[rows].min())
    now = np.nanmax(np.r_[table.finished_s[rows], table.started_s[rows]]) if len(rows) else 0.0
    begin, end = table.started_s[rows], table.finished_s[rows]
    end = np.where(np.isfinite(end), end, now)
    order = np.argsort(begin, kind="stable")
    lanes = np.zeros(len(rows), dtype=np.int64)
    free: list[float] = []
    for place in order.tolist():
        lane = next((i for i, until in enumerate(free) if until <= begin[place] + 1e-3), len(free))
        if lane == len(free):
            free.append(0.0)
        free[lane] = float(end[place])
        lanes[place] = lane
    return Timeline(
        table.ids[rows], begin - start, end - start, lanes, _outcomes(asked, rows), marking_of(asked, rows)
    )


def _bars(data: Timeline) -> Sequence[Mark]:
    marks: list[Mark] = []
    for place, outcome in enumerate(_common(data.outcomes)):
        those = np.flatnonzero(data.outcomes == outcome)
        x = np.stack([data.begin_s[those], data.end_s[those], np.full(len(those), np.nan)], axis=1).ravel()
        y = np.repeat(data.lanes[those].astype(np.float64), 3)
        y[2::3] = np.nan
        ids = np.repeat(data.ids[those], 3)
        marks.append(
            Line(
                key=f"outcome{place}", name=f"{outcome} ({len(those)})", x=x, y=y, tone=_TONES[place % len(_TONES)],
                width=7, item=lambda i, ids=ids: int(ids[i]),
            )
        )  # fmt: skip
    return marks


def _common(outcomes: NDArray[np.str_]) -> list[str]:
    """Return the outcomes, the commonest first."""
    names, counts = np.unique(outcomes, return_counts=True)
    return [str(names[i]) for i in np.argsort(-counts, kind="stable")]


def _lane_axes(data: Timeline) -> Axes:
    n_lanes = int(data.lanes.max()) + 1 if len(data.lanes) else 1
    lanes = tuple(str(lane + 1) for lane in range(n_lanes))
    return Axes(
        Axis(lambda: tr("Time since start"), "clock"),
        Axis(lambda: tr("At once"), names=lanes, span=(-0.5, n_lanes - 0.5)),
    )


def _tip(data: Timeline | Outcomes, item: object) -> str:
    if not isinstance(item, int):
        return ""
    row = int(np.flatnonzero(data.ids == item)[0])
    return "\n".join((data.marking.card(item), str(data.outcomes[row])))


def outcomes_of(asked: ChartRequest) -> Outcomes:
    """Return the trials that have ended over two params."""
    params = two_params(asked)
    table = asked.trials.table
    ended = ~np.isin(table.states, [TrialState.RUNNING, TrialState.WAITING])
    rows = np.flatnonzero(asked.searched & ended & asked.shown)
    if params is None:
        rows = rows[:0]
        nothing = np.zeros(0)
        return Outcomes(
            table.ids[rows], nothing, nothing, np.array([], np.str_), Axes(), marking_of(asked, rows)
        )
    x, y = params
    return Outcomes(
        table.ids[rows], x.places[rows], y.places[rows], _outcomes(asked, rows), Axes(x.axis, y.axis),
        marking_of(asked, rows),
    )  # fmt: skip


def _failures(data: Outcomes) -> Sequence[Mark]:
    complete = words.trial_outcome(TrialState.COMPLETE, None)
    pruned = words.trial_outcome(TrialState.PRUNED, None)
    plain = [name for name in (complete, pruned) if (data.outcomes == name).any()]
    odd = [name for name in _common(data.outcomes) if name not in (complete, pruned)]
    marks: list[Mark] = []
    for place, name in enumerate((*plain, *odd)):
        those = np.flatnonzero(data.outcomes == name)
        is_plain = name in plain
        ids = data.ids[those]
        marks.append(
            Points(
                key=f"outcome{place}", name=f"{name} ({len(those)})", x=data.x[those], y=data.y[those],
                size=5 if is_plain else 10, tone="faint" if name == pruned else _TONES[place % len(_TONES)],
                alpha=0.4 if is_plain else 0.95, item=lambda i, ids=ids: int(ids[i]),
            )
        )  # fmt: skip
    return marks


TIMELINE = StudyChart(
    "timeline",
    lambda: tr("Timeline"),
    lambda: tr("When trials ran"),
    ChartSpec(Timeline, _bars, _lane_axes, _tip),
    timeline_of,
    lambda: tr("Shows how busy the workers were, and which trials took long or ended early."),
)
FAILURES = StudyChart(
    "failures",
    lambda: tr("Failures"),
    lambda: tr("How trials ended, over two params"),
    ChartSpec(Outcomes, _failures, lambda data: data.axes, _tip),
    outcomes_of,
    lambda: tr("Shows which part of the space fails or is ruled out, so that it can be left out."),
    (FIRST_PARAM, SECOND_PARAM),
)
