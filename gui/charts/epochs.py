"""Learning curves of many trials: each by itself, with what was pruned when, and groups of them with their spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Curves, TrialState
from ..speech import tr
from .cards import Marking, marking_of, trial_tip
from .curves import judged_mean
from .distribution import GROUP, groups_of
from .spec import Axes, Axis, Band, ChartSpec, Floats, Line, Mark
from .studies import ChartRequest, StudyChart

if TYPE_CHECKING:
    from ...storage.store import Store

_MOST_BEST, _MOST_NEW, _MOST_SELECTED = 60, 60, 20


@dataclass(frozen=True)
class ManyCurves:
    """The mean over folds of what is judged, of several trials.

    Attributes
    ----------
    rows : ndarray of shape (n,), int64
        Of the trials in the table.
    ids : ndarray of shape (n,), int64
    curves : tuple of ndarray
        Of each trial, by epoch.
    pruned : ndarray of shape (n,), bool
    groups : tuple of (str, ndarray)
        Places among the trials, by what they are grouped by.
    epoch : int or None
        That is marked.
    """

    metric: str
    rows: NDArray[np.int64]
    ids: NDArray[np.int64]
    curves: tuple[Floats, ...]
    pruned: NDArray[np.bool_]
    groups: tuple[tuple[str, NDArray[np.int64]], ...]
    marking: Marking


def wanted_rows(asked: ChartRequest) -> NDArray[np.int64]:
    """Return the trials whose curves are read: the best and the newest that pass, and the selected ones."""
    table = asked.trials.table
    begun = np.flatnonzero(asked.searched & asked.shown & np.isfinite(table.started_s))
    ranked = asked.ranked
    best = ranked[asked.shown[ranked]][:_MOST_BEST]
    selected = np.flatnonzero(np.isin(table.ids, asked.selected[:_MOST_SELECTED]))
    return np.unique(np.concatenate([best, begun[-_MOST_NEW:], selected]))


def read_curves(store: Store, asked: ChartRequest) -> dict[int, Curves]:
    """Read the curves of these trials."""
    return store.curves_of(asked.trials.table.ids[wanted_rows(asked)].tolist())


def curves_of(asked: ChartRequest) -> ManyCurves:
    """Return the curves that were read, of the trials that pass."""
    table = asked.trials.table
    read: dict[int, Curves] = asked.read or {}
    rows = np.array([row for row in wanted_rows(asked) if int(table.ids[row]) in read], dtype=np.int64)
    curves = tuple(judged_mean(read[int(table.ids[row])], asked.study.metric) for row in rows)
    return ManyCurves(
        asked.study.metric, rows, table.ids[rows], curves, table.states[rows] == TrialState.PRUNED,
        groups_of(asked, GROUP.shown(asked), rows), marking_of(asked, rows),
    )  # fmt: skip


def _lines(data: ManyCurves) -> Sequence[Mark]:
    selected = np.isin(data.ids, data.marking.selected)
    kinds = (
        ("pruned", tr("Pruned"), np.flatnonzero(data.pruned & ~selected), "faint", 1.0, 0.6),
        ("complete", tr("Trials"), np.flatnonzero(~data.pruned & ~selected), "series0", 1.2, 0.6),
        ("selected", tr("Selected"), np.flatnonzero(selected), "accent", 2.4, 1.0),
    )
    return [
        _together(data, key, name, places, tone, width, alpha)
        for key, name, places, tone, width, alpha in kinds
        if len(places)
    ]


def _together(
    data: ManyCurves, key: str, name: str, places: NDArray[np.int64], tone: str, width: float, alpha: float
) -> Line:
    """Return the curves of several trials as one line with gaps: an item for each would be slow."""
    gap = np.array([np.nan])
    rows: list[int] = places.tolist()
    x = np.concatenate([np.r_[np.arange(1.0, len(data.curves[place]) + 1), gap] for place in rows])
    y = np.concatenate([np.r_[data.curves[place], gap] for place in rows])
    ids = np.concatenate([np.full(len(data.curves[place]) + 1, data.ids[place]) for place in rows])
    return Line(key=key, name=name, x=x, y=y, tone=tone, width=width, alpha=alpha, item=lambda i: int(ids[i]))


def _grouped(data: ManyCurves) -> Sequence[Mark]:
    marks: list[Mark] = []
    for place, (name, places) in enumerate(data.groups):
        rows: list[int] = places.tolist()
        known = [data.curves[row] for row in rows if len(data.curves[row])]
        if not known:
            continue
        longest = max(map(len, known))
        table = np.full((len(known), longest), np.nan)
        for line, curve in enumerate(known):
            table[line, : len(curve)] = curve
        n_left = np.isfinite(table).sum(axis=0)
        # Few that go on say little of the group.
        length = int(np.count_nonzero(n_left >= max(1, len(known) // 4)))
        table = table[:, :length]
        x = np.arange(1.0, length + 1)
        low, middle, high = np.nanquantile(table, (0.25, 0.5, 0.75), axis=0)
        tone = f"series{place}"
        marks.append(Band(key=f"band{place}", x=x, low=low, high=high, tone=tone, alpha=0.15))
        marks.append(
            Line(key=f"middle{place}", name=f"{name} ({len(known)})", x=x, y=middle, tone=tone, width=2.0)
        )
    return sorted(marks, key=lambda mark: isinstance(mark, Line))


def _axes(data: ManyCurves) -> Axes:
    return Axes(Axis(lambda: tr("Epoch"), "whole"), Axis(lambda: data.metric))


INTERMEDIATE = StudyChart(
    "intermediate",
    lambda: tr("Intermediate values"),
    lambda: tr("Scores by epoch"),
    ChartSpec(ManyCurves, _lines, _axes, trial_tip),
    curves_of,
    lambda: tr("Shows how trials learn, and whether those that were pruned early were behind for good."),
    reads=read_curves,
)
GROUPED_CURVES = StudyChart(
    "grouped_curves",
    lambda: tr("Curves by group"),
    lambda: tr("Learning curves by group"),
    ChartSpec(ManyCurves, _grouped, _axes, trial_tip),
    curves_of,
    lambda: tr(
        "Shows how fast families or settings learn: the median of their trials, and the middle half of them."
    ),
    (GROUP,),
    reads=read_curves,
)
