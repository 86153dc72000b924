"""Which params the scores depend on, beside what chance gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...engine.domain import formatting
from ...engine.domain.importance import LEAST_TRIALS, Importance, ParamImportance
from ...engine.domain.requests import MeasureImportance, kind_of, result_of
from ...storage.records import JobState, TrialState
from ..speech import tr
from .spec import Axes, Axis, ChartSpec, Line, Mark, Points
from .studies import ChartRequest, StudyChart

if TYPE_CHECKING:
    from ...storage.store import Store

_MOST_SHOWN = 10
# It is measured again once there are so many times as many trials with a score.
_MORE = 1.25


@dataclass(frozen=True)
class Importances:
    """What was measured, the most important param last: it stands at the top; None before it was."""

    measured: Importance | None

    @property
    def params(self) -> tuple[ParamImportance, ...]:
        """The params that are shown."""
        return () if self.measured is None else self.measured.params[:_MOST_SHOWN][::-1]


def read_importance(store: Store, asked: ChartRequest) -> Importances:
    """Return what was measured last of this study."""
    for job in reversed(store.jobs(state=JobState.DONE, kind=kind_of(MeasureImportance))):
        if job.args.get("study_id") == asked.study.id:
            return Importances(result_of(job, Importance))
    return Importances(None)


def wanted_measure(asked: ChartRequest) -> MeasureImportance | None:
    """Return what is to be measured: where nothing was, or much has come since."""
    n_known = _n_scored(asked)
    measured = asked.read.measured if isinstance(asked.read, Importances) else None
    if n_known < LEAST_TRIALS or (measured is not None and n_known < _MORE * measured.n_known):
        return None
    return MeasureImportance(asked.study.id)


def _n_scored(asked: ChartRequest) -> int:
    """Return how many trials have a score, complete or pruned."""
    table = asked.trials.table
    ended = np.isin(table.states, (TrialState.COMPLETE, TrialState.PRUNED))
    return int(
        np.count_nonzero(asked.searched & ended & np.isfinite(table.values) & ~asked.trials.another_way)
    )


def _nothing(asked: ChartRequest) -> str:
    n_known = _n_scored(asked)
    if n_known >= LEAST_TRIALS:
        return ""
    return tr(
        "{n} trials have a score; which params matter is measured from {least} on.",
        n=n_known,
        least=LEAST_TRIALS,
    )


def _bars(data: Importances) -> Sequence[Mark]:
    params = data.params
    if not params:
        return []
    marks: list[Mark] = []
    for key, name, tone, wanted in (
        ("above", tr("More than chance"), "series0", True),
        ("below", tr("No more than chance"), "faint", False),
    ):
        places = [place for place, one in enumerate(params) if one.stands_out is wanted]
        if not places:
            continue
        x = np.array([value for place in places for value in (0.0, params[place].share, np.nan)])
        y = np.repeat(np.array(places, dtype=np.float64), 3)
        marks.append(
            Line(
                key=key, name=name, x=x, y=y, tone=tone, width=9, item=lambda i, places=places: params[places[i // 3]]
            )
        )  # fmt: skip
    chance = np.array([one.chance for one in params])
    marks.append(
        Points(
            key="chance", name=tr("What chance gives, 95 times of 100 less"), x=np.minimum(chance, 1.0),
            y=np.arange(len(params), dtype=np.float64), size=7, tone="series1", item=lambda i: params[i],
        )
    )  # fmt: skip
    return marks


def _axes(data: Importances) -> Axes:
    if data.measured is None or not data.params:
        # Figures along the axes of nothing would be of nothing.
        return Axes(Axis(names=("",)), Axis(names=("",)))
    names, n_trials = tuple(one.full_name for one in data.params), data.measured.n_trials
    return Axes(
        Axis(lambda: tr("Share of what tells the best trials from all {n}", n=n_trials), span=(0.0, 1.0)),
        Axis(names=names, span=(-0.6, len(names) - 0.4)),
    )


def _tip(data: Importances, item: object) -> str:
    if not isinstance(item, ParamImportance) or data.measured is None:
        return ""
    told = [
        item.full_name,
        tr("{share} of what tells the best tenth from all", share=formatting.percent(item.share)),
        tr("chance gives up to {share}", share=formatting.percent(min(item.chance, 1.0))),
        tr("{n} trials have it", n=f"{item.n_trials:,}"),
    ]
    return "\n".join(told)


IMPORTANCE = StudyChart(
    "importance",
    lambda: tr("Importance"),
    lambda: tr("Which params matter (PED-ANOVA)"),
    ChartSpec(Importances, _bars, _axes, _tip),
    lambda asked: asked.read,
    lambda: tr(
        "Shows by which params the best tenth of the trials differs from all, and how much of that chance alone gives:"
        " the same scores, dealt to the trials at random."
    ),
    reads=read_importance,
    asks=wanted_measure,
    nothing=_nothing,
)
