"""Scores by trial and fold: which folds are hard, and which trials do well on them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...storage.records import FoldScores
from ..speech import tr
from .cards import Marking, marking_of
from .columns import ends_text
from .spec import Axes, Axis, ChartSpec, Floats, HeatMap, Mark
from .studies import ChartChoice, ChartRequest, Choices, StudyChart

if TYPE_CHECKING:
    from ...storage.store import Store

_MOST_TRIALS = 30


@dataclass(frozen=True)
class FoldMap:
    """Scores of shape (n_trials, n_folds), the best trial last; NaN where a trial has none."""

    metric: str
    ids: NDArray[np.int64]
    numbers: NDArray[np.int64]
    scores: Floats
    is_relative: bool
    marking: Marking


@dataclass(frozen=True, slots=True)
class FoldCell:
    """The place of a trial, and a fold."""

    place: int
    fold: int


def _wanted(asked: ChartRequest) -> NDArray[np.int64]:
    ranked = asked.ranked
    return ranked[asked.shown[ranked]][:_MOST_TRIALS][::-1]


def _read(store: Store, asked: ChartRequest) -> dict[int, FoldScores]:
    return store.fold_scores_of(asked.trials.table.ids[_wanted(asked)].tolist())


def _offered(_asked: ChartRequest) -> Sequence[ChartChoice]:
    return [
        ChartChoice("relative", lambda: tr("Against the mean of the fold")),
        ChartChoice("score", lambda: tr("Score")),
    ]


_SHOWN = Choices(
    "shown",
    lambda: tr("What colours show"),
    _offered,
    lambda asked: "score" if asked.chosen.get("shown") == "score" else "relative",
)


def fold_map_of(asked: ChartRequest) -> FoldMap:
    """Return the scores of the folds of the best trials that pass."""
    read: dict[int, FoldScores] = asked.read or {}
    table, metric = asked.trials.table, asked.study.metric
    rows = np.array([row for row in _wanted(asked) if int(table.ids[row]) in read], dtype=np.int64)
    judged = [read[int(table.ids[row])] for row in rows]
    columns = [one.values[:, one.metrics.index(metric)] for one in judged if metric in one.metrics]
    width = max(map(len, columns), default=0)
    scores = np.full((len(rows), width), np.nan)
    for place, column in enumerate(columns):
        scores[place, : len(column)] = column
    is_relative = _SHOWN.shown(asked) == "relative"
    return FoldMap(metric, table.ids[rows], table.numbers[rows], scores, is_relative, marking_of(asked, rows))


def _marks(data: FoldMap) -> Sequence[Mark]:
    if not data.scores.size:
        return ()
    n_trials, n_folds = data.scores.shape
    shown = data.scores - np.nanmean(data.scores, axis=0) if data.is_relative else data.scores
    low, high = (float(end) for end in np.nanquantile(shown, (0.02, 0.98)))
    if data.is_relative:
        low, high = -max(abs(low), abs(high)), max(abs(low), abs(high))
    return [
        HeatMap(
            key="cells", name=f"{data.metric} {ends_text(low, high)}", values=shown,
            x=(-0.5, n_folds - 0.5), y=(-0.5, n_trials - 0.5),
            span=(low, high), item=lambda i: FoldCell(*divmod(i, n_folds)), tone="scale5",
        )
    ]  # fmt: skip


def _axes(data: FoldMap) -> Axes:
    folds = tuple(str(fold + 1) for fold in range(data.scores.shape[1]))
    return Axes(
        Axis(lambda: tr("Fold"), names=folds),
        Axis(lambda: tr("Trial, the best on top"), names=tuple(map(str, data.numbers.tolist()))),
    )


def _tip(data: FoldMap, item: object) -> str:
    if not isinstance(item, FoldCell):
        return ""
    place, fold = item.place, item.fold
    score, mean = data.scores[place, fold], float(np.nanmean(data.scores[:, fold]))
    lines = [
        tr("Fold {fold}: {score}, the mean of the trials here is {mean}",
           fold=fold + 1, score=formatting.number(float(score)), mean=formatting.number(mean)),
        data.marking.card(int(data.ids[place])),
    ]  # fmt: skip
    return "\n".join(lines)


FOLD_MAP = StudyChart(
    "fold_map",
    lambda: tr("Folds"),
    lambda: tr("Scores by trial and fold"),
    ChartSpec(FoldMap, _marks, _axes, _tip),
    fold_map_of,
    lambda: tr("Shows which folds are hard for all, and which trials owe their mean to one lucky fold."),
    (_SHOWN,),
    reads=_read,
)
