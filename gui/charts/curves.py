"""Learning curves of one trial: every fold thin, their mean strong; training and validation side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.domain import formatting
from ...storage.records import Curves
from ..speech import tr
from .spec import Axes, Axis, ChartSpec, Floats, Line

_TONES = {"train": "series1", "valid": "series0"}


@dataclass(frozen=True, slots=True)
class TrialCurves:
    """Curves of a trial, and which of them are drawn.

    Attributes
    ----------
    curves : Curves or None
    measure : str
        ``loss`` or a metric.
    name : str
        What the measure is called; empty for itself.
    """

    curves: Curves | None
    measure: str = "loss"
    name: str = ""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One epoch, from 1 on, of one curve: of a fold, or of the mean where that is None."""

    part: str
    fold: int | None
    epoch: int
    value: float


def _marks(data: TrialCurves) -> Sequence[Line]:
    curves = data.curves
    if curves is None or curves.values.size == 0:
        return ()
    lines: list[Line] = []
    for column, key in enumerate(curves.names):
        part, _, measure = key.partition("_")
        if measure == data.measure:
            values = curves.values[:, :, column].astype(np.float64)
            lines += [_line(part, fold, one) for fold, one in enumerate(values)]
            lines.append(_line(part, None, mean_of(curves, key)))
    return sorted(lines, key=lambda one: one.key.endswith("mean"))


def _line(part: str, fold: int | None, y: Floats) -> Line:
    is_mean = fold is None
    return Line(
        key=f"{part}-mean" if is_mean else f"{part}{fold}",
        name=_part_name(part) if is_mean else "",
        x=np.arange(1, len(y) + 1, dtype=np.float64),
        y=y,
        tone=_TONES.get(part, "series2"),
        width=2.2 if is_mean else 1.0,
        alpha=1.0 if is_mean else 0.3,
        item=lambda i: CurvePoint(part, fold, i + 1, float(y[i])),
    )


def _part_name(part: str) -> str:
    return {"train": tr("Training"), "valid": tr("Validation")}.get(part, part)


def _axes(data: TrialCurves) -> Axes:
    return Axes(
        Axis(lambda: tr("Epoch"), "whole"),
        Axis(lambda: data.name or data.measure),
    )


def _tip(data: TrialCurves, item: object) -> str:
    if not isinstance(item, CurvePoint):
        return ""
    name = _part_name(item.part)
    if item.fold is None:
        name = tr("{name}, mean", name=name)
    else:
        name = tr("{name}, fold {fold}", name=name, fold=item.fold + 1)
    value = f"{data.name or data.measure} {formatting.number(item.value, 4)}"
    return "\n".join((name, tr("Epoch {epoch}", epoch=item.epoch), value))


CURVES = ChartSpec(TrialCurves, _marks, _axes, _tip)


def carried(values: Floats) -> Floats:
    """Return `values` of shape (n_replicas, n_epochs) with each replica's last value kept after it has
    stopped.

    Without it the mean over the replicas would jump where one stops.
    """
    steps = np.arange(values.shape[1], dtype=np.int64)
    last = np.maximum.accumulate(np.where(np.isfinite(values), steps, 0), axis=1)
    return np.take_along_axis(values, last, axis=1)


def mean_of(curves: Curves, name: str) -> Floats:
    """Return the mean over the replicas of one curve, of shape (n_epochs,), NaN where nothing is known."""
    values = carried(curves.values[:, :, curves.names.index(name)].astype(np.float64))
    seen = np.isfinite(values).any(axis=0)
    mean = np.full(values.shape[1], np.nan)
    mean[seen] = np.nanmean(values[:, seen], axis=0)
    return mean


def judged_mean(curves: Curves | None, metric: str) -> Floats:
    """Return the mean over the folds, of shape (n_epochs,), of what is judged; of the loss where it is not kept."""
    name = f"valid_{judged_measure(curves, metric)}"
    return mean_of(curves, name) if curves is not None and name in curves.names else np.zeros(0)


def judged_measure(curves: Curves | None, metric: str) -> str:
    """Return which measure of the curves is the study's metric; the loss where it was not recorded."""
    known = measures(curves)
    return next((name for name in (metric, "score") if name in known), "loss")


def measures(curves: Curves | None) -> list[str]:
    """Return what the curves measure, the loss first."""
    if curves is None:
        return []
    found = dict.fromkeys(name.partition("_")[2] for name in curves.names)
    return sorted(found, key=lambda name: name != "loss")
