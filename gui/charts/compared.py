"""The judged curves of several trials in one chart, each the mean over its folds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.domain import formatting
from ..speech import tr
from ..states.comparing import tone_of
from .spec import Axes, Axis, ChartSpec, Floats, Line


@dataclass(frozen=True, slots=True)
class ComparedCurves:
    """Curves of one metric.

    Attributes
    ----------
    names : tuple of str
        What the trials are called.
    means : tuple of ndarray
        By trial, of shape (n_epochs,); empty where there is no curve.
    """

    metric: str
    names: tuple[str, ...]
    means: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class _Epoch:
    name: str
    epoch: int
    value: float


def _marks(data: ComparedCurves) -> Sequence[Line]:
    return [
        Line(
            key=f"trial{side}",
            name=name,
            x=np.arange(1, len(mean) + 1, dtype=np.float64),
            y=mean,
            tone=tone_of(side),
            width=2.0,
            item=lambda i, name=name, mean=mean: _Epoch(name, i + 1, float(mean[i])),
        )
        for side, (name, mean) in enumerate(zip(data.names, data.means, strict=True))
        if len(mean)
    ]


def _axes(data: ComparedCurves) -> Axes:
    return Axes(Axis(lambda: tr("Epoch"), "whole"), Axis(lambda: data.metric))


def _tip(_data: ComparedCurves, item: object) -> str:
    if not isinstance(item, _Epoch):
        return ""
    epoch = tr("Epoch {epoch}", epoch=item.epoch)
    return "\n".join((item.name, epoch, formatting.number(item.value, 4)))


COMPARED = ChartSpec(ComparedCurves, _marks, _axes, _tip)
