"""Several studies of one data set: the best score of each over the time that it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.domain import formatting
from ...storage.ranking import Direction
from ...storage.records import StudyRecord, TrialKind, TrialState, TrialTable
from ..speech import tr
from .spec import Axes, Axis, ChartSpec, Floats, LevelLine, Line, Mark


@dataclass(frozen=True)
class StudyHistory:
    """One study.

    Attributes
    ----------
    name : str
    at_s, best : ndarray of shape (n,)
        Seconds from its start to the end of each complete trial, and the best score until then.
    baseline : float or None
        Of its best baseline.
    """

    name: str
    at_s: Floats
    best: Floats
    baseline: float | None


@dataclass(frozen=True)
class StudiesCompared:
    """The histories of studies that are judged by one metric."""

    metric: str
    studies: tuple[StudyHistory, ...]


@dataclass(frozen=True, slots=True)
class _Moment:
    name: str
    at_s: float
    best: float


def history_of_study(study: StudyRecord, table: TrialTable) -> StudyHistory:
    """Return the best score of a study over time.

    Parameters
    ----------
    study : StudyRecord
    table : TrialTable
        Its trials.

    Returns
    -------
    StudyHistory
    """
    ended = (table.kinds != TrialKind.BASELINE) & (table.states == TrialState.COMPLETE)
    rows = np.flatnonzero(ended & np.isfinite(table.values) & np.isfinite(table.finished_s))
    rows = rows[np.argsort(table.finished_s[rows], kind="stable")]
    sign = Direction(study.direction).sign
    # Where a study has paused its clock has not.
    begin = float(np.nanmin(table.started_s)) if np.isfinite(table.started_s).any() else 0.0
    best = sign * np.maximum.accumulate(sign * table.values[rows]) if len(rows) else table.values[rows]
    return StudyHistory(study.name, table.finished_s[rows] - begin, best, study.best_baseline_value)


def _marks(data: StudiesCompared) -> Sequence[Mark]:
    marks: list[Mark] = []
    known = [one.baseline for one in data.studies if one.baseline is not None]
    if known:
        # Of the same data and split, so that all studies have the same one.
        marks.append(LevelLine(key="baseline", name=tr("Best baseline"), y=known[0], tone="muted"))
    longest = max((one.at_s[-1] for one in data.studies if len(one.at_s)), default=0.0)
    for place, one in enumerate(data.studies):
        if len(one.at_s):
            marks.append(
                Line(
                    key=f"study{place}", name=one.name, x=np.r_[one.at_s, longest], y=np.r_[one.best, one.best[-1]],
                    tone=f"series{place % 8}", stepped=True, width=2.2,
                    item=lambda i, one=one: _moment(one, i),
                )
            )  # fmt: skip
    return marks


def _moment(one: StudyHistory, place: int) -> _Moment:
    known = min(place, len(one.at_s) - 1)
    return _Moment(one.name, float(one.at_s[known]), float(one.best[known]))


def _axes(data: StudiesCompared) -> Axes:
    return Axes(Axis(lambda: tr("Time since start"), "clock"), Axis(lambda: data.metric))


def _tip(_data: StudiesCompared, item: object) -> str:
    if not isinstance(item, _Moment):
        return ""
    told = tr("best so far {score}", score=formatting.number(item.best))
    return "\n".join((item.name, told, formatting.clock(item.at_s)))


STUDIES_COMPARED = ChartSpec(StudiesCompared, _marks, _axes, _tip)
