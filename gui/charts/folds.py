"""The score of every fold as a dot on one line, with their mean and spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.domain import formatting
from ..speech import tr
from .spec import Axes, Axis, Band, Bars, ChartSpec, Floats, Line, Mark, Points

# Half the height of the spread, and of the baseline.
_BAND, _TICK = 0.64, 1.0


@dataclass(frozen=True, slots=True)
class FoldValues:
    """Scores of shape (n_replicas,), NaN where a fold has none, and the best baseline's."""

    scores: Floats
    baseline: float | None = None

    @property
    def known(self) -> Floats:
        """The scores that there are."""
        return self.scores[np.isfinite(self.scores)]

    @property
    def spread(self) -> float:
        """Their standard deviation, 0 of a single one."""
        return float(self.known.std(ddof=1)) if len(self.known) > 1 else 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """What the line spans; `known` must not be empty."""
        ends = [*self.known.tolist(), *(() if self.baseline is None else (self.baseline,))]
        return min(ends), max(ends)


def _marks(data: FoldValues) -> Sequence[Mark]:
    scores = data.known
    if not len(scores):
        return ()
    low, high = data.ends
    mean, one = float(scores.mean()), np.ones(1)
    # No farther than the line.
    reach = np.clip([mean - data.spread, mean + data.spread], low, high)
    marks: list[Mark] = [
        Line(key="line", x=np.array([low, high]), y=np.zeros(2), tone="border_strong", width=1.0),
        Band(key="spread", x=reach, low=np.full(2, -_BAND), high=np.full(2, _BAND), tone="accent_soft"),
        Bars(key="mean", x=one * mean, low=-_BAND * one, high=_BAND * one, tone="accent", width=2.0),
        Points(key="folds", x=scores, y=np.zeros(len(scores)), size=9, edge="surface"),
    ]
    if data.baseline is not None:
        tick = Bars(
            key="baseline", name=tr("dashed: best baseline"), x=one * data.baseline, low=-_TICK * one,
            high=_TICK * one, tone="series1", width=1.5, dashed=True,
        )  # fmt: skip
        marks.insert(2, tick)
    return marks


def _axes(data: FoldValues) -> Axes:
    if not len(data.known):
        return Axes()
    low, high = data.ends
    decimals = formatting.decimals_for(high, data.spread or None)
    ends = formatting.number(low, decimals), formatting.number(high, decimals)
    return Axes(Axis(span=(low, high), ends=ends), Axis(span=(-1.0, 1.0)))


FOLDS = ChartSpec(FoldValues, _marks, _axes)
