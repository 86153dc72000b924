"""The empirical distribution of scores: which share of the trials is as good as that, or worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...storage.ranking import Direction
from ..speech import tr
from .cards import Marking, marking_of, trial_tip
from .columns import ALL, column_choice, varied_params
from .spec import Axes, Axis, ChartSpec, Floats, Line, Mark
from .studies import ChartRequest, StudyChart

_MOST_GROUPS = 8


@dataclass(frozen=True)
class Distribution:
    """Scores by group; `groups` has names and the rows of each, into `scores` and `ids` of shape (n,)."""

    metric: str
    direction: Direction
    ids: NDArray[np.int64]
    scores: Floats
    groups: tuple[tuple[str, NDArray[np.int64]], ...]
    marking: Marking


def grouped_by(asked: ChartRequest) -> Sequence[str]:
    """Return the columns that trials can be grouped by: family, and params of few values."""
    names = ["family", *varied_params(asked)]
    columns = asked.trials.columns
    return [ALL, *(name for name in names if 1 < len(_values(columns[name])) <= _MOST_GROUPS)]


def _values(column: NDArray[np.generic]) -> set[object]:
    return {value for value in column.tolist() if value is not None and value == value}


def groups_of(
    asked: ChartRequest, column: str, rows: NDArray[np.int64]
) -> tuple[tuple[str, NDArray[np.int64]], ...]:
    """Return the places among `rows` of the trials of each value of a column, with the value as text."""
    if column in ("", ALL):
        return ((tr("All trials"), np.arange(len(rows))),)
    values = asked.trials.columns[column][rows].tolist()
    known = sorted(_values(asked.trials.columns[column][rows]), key=lambda one: (isinstance(one, str), one))
    return tuple(
        (formatting.parameter(value), np.array([i for i, one in enumerate(values) if one == value], np.int64))
        for value in known[:_MOST_GROUPS]
    )


GROUP = column_choice(
    "group", lambda: tr("Group by"), grouped_by, lambda _asked, known: known[min(1, len(known) - 1)]
)


def distribution_of(asked: ChartRequest) -> Distribution:
    """Return the scores of the completed trials that pass, by group."""
    rows = asked.scored
    rows = rows[asked.shown[rows]]
    table = asked.trials.table
    return Distribution(
        asked.study.metric, asked.study.direction, table.ids[rows], table.values[rows],
        groups_of(asked, GROUP.shown(asked), rows), marking_of(asked, rows),
    )  # fmt: skip


def _marks(data: Distribution) -> Sequence[Mark]:
    marks: list[Mark] = []
    for place, (name, rows) in enumerate(data.groups):
        if not len(rows):
            continue
        order = rows[np.argsort(data.scores[rows], kind="stable")]
        scores = data.scores[order]
        # As good, or better.
        n_worse = np.arange(len(order))
        share = (len(order) - n_worse if data.direction is Direction.MAXIMIZE else n_worse + 1) / len(order)
        ids = data.ids[order]
        marks.append(
            Line(
                key=f"group{place}", name=f"{name} ({len(rows)})", x=scores, y=share, stepped=True,
                tone=f"series{place}", width=1.8, item=lambda i, ids=ids: int(ids[i]),
            )
        )  # fmt: skip
    return marks


def _axes(data: Distribution) -> Axes:
    return Axes(
        Axis(lambda: data.metric, column="value"),
        Axis(lambda: tr("Share of trials as good, or better"), span=(0.0, 1.0)),
    )


DISTRIBUTION = StudyChart(
    "distribution",
    lambda: tr("Distribution"),
    lambda: tr("Distribution of scores"),
    ChartSpec(Distribution, _marks, _axes, trial_tip),
    distribution_of,
    lambda: tr(
        "Shows how many trials reach which score, and whether one family or setting does so more often."
    ),
    (GROUP,),
)
