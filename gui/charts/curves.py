"""Learning curves of one trial: every fold thin, their mean strong; training and validation side by side."""

from __future__ import annotations

import numpy as np

from ...engine.domain import formatting
from ...storage.records import Curves
from ..speech import tr
from .chart import Chart, Series

_TONES = {"train": "series1", "valid": "series0"}


class CurvesChart(Chart):
    """Curves of one measure (``loss`` or a metric) over epochs."""

    def __init__(self) -> None:
        super().__init__(lambda: tr("Epoch"), lambda: "", x_whole=True)
        self._measure = "loss"

    def show_curves(self, curves: Curves | None, measure: str = "loss", name: str = "") -> None:
        """Draw all curves of `curves` that measure `measure`; `name` is what the axis calls it."""
        self._measure = name or measure
        self.set_axis_text(lambda: tr("Epoch"), lambda: name or measure)
        if curves is None or curves.values.size == 0:
            self.show_series([])
            return
        series: list[Series] = []
        for column, key in enumerate(curves.names):
            part, _, what = key.partition("_")
            if what == measure:
                series += self._group(
                    part, curves.values[:, :, column].astype(np.float64), mean_of(curves, key)
                )
        series.sort(key=lambda one: one.key.endswith("mean"))
        self.show_series(series)

    def _group(self, part: str, values: np.ndarray, mean: np.ndarray) -> list[Series]:
        epochs = np.arange(1, values.shape[1] + 1, dtype=np.float64)
        tone = _TONES.get(part, "series2")
        name = {"train": tr("Training"), "valid": tr("Validation")}.get(part, part)
        folds = [
            Series(
                f"{part}{fold}",
                "",
                epochs,
                line,
                tone,
                "line",
                1.0,
                alpha=0.3,
                tip=self._tip(tr("{name}, fold {fold}", name=name, fold=fold + 1), line),
            )
            for fold, line in enumerate(values)
        ]
        strong = Series(
            f"{part}-mean",
            name,
            epochs,
            mean,
            tone,
            "line",
            2.2,
            tip=self._tip(tr("{name}, mean", name=name), mean),
        )
        return [*folds, strong]

    def _tip(self, name: str, line: np.ndarray):
        measure = self._measure
        return lambda i: (
            f"{name}\n{tr('Epoch {epoch}', epoch=i + 1)}\n{measure} {formatting.number(float(line[i]), 4)}"
        )


def carried(values: np.ndarray) -> np.ndarray:
    """Return `values` of shape (n_replicas, n_epochs) with each replica's last value kept after it has
    stopped.

    Without it the mean over the replicas would jump where one stops.
    """
    steps = np.arange(values.shape[1])
    last = np.maximum.accumulate(np.where(np.isfinite(values), steps, 0), axis=1)
    return np.take_along_axis(values, last, axis=1)


def mean_of(curves: Curves, name: str) -> np.ndarray:
    """Return the mean over the replicas of one curve, of shape (n_epochs,), NaN where nothing is known."""
    values = carried(curves.values[:, :, curves.names.index(name)].astype(np.float64))
    seen = np.isfinite(values).any(axis=0)
    mean = np.full(values.shape[1], np.nan)
    mean[seen] = np.nanmean(values[:, seen], axis=0)
    return mean


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
