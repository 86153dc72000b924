"""The charts of the Compress page: the score of each variant against its bytes and against its time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy

from ...engine.domain import formatting
from .. import words
from ..charts.variants import Spot, VariantsChart
from ..models.variants_model import BASE, Measured, Scale, VariantsModel, size_scale, time_scale
from ..speech import Text, tr
from ..widgets.fields import ChoiceField
from ..widgets.parts import Card, Label, row

_WIDE = 8.0  # from so many times the smallest on, what is needed runs in logarithms
_LEAST_PX = 96


class VariantChartsCard(Card):
    """Two charts with one legend.

    Signals
    -------
    picked(str)
        The variant of this name was clicked.
    rows_changed
        Times of another number of rows are wanted.
    """

    picked = Signal(str)
    rows_changed = Signal()

    def __init__(self, model: VariantsModel) -> None:
        super().__init__(margin=12)
        self._model = model
        self.bytes_chart = VariantsChart(lambda: "", lambda: "")
        self.time_chart = VariantsChart(lambda: "", lambda: "")
        self.rows = ChoiceField(
            lambda: tr("Rows"),
            [("latency_ms", lambda: tr("1 row")), ("batch_latency_ms", lambda: tr("256 rows"))],
        )
        self.rows.changed.connect(self.rows_changed)
        self.rows.widget.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for chart in (self.bytes_chart, self.time_chart):
            chart.picked.connect(self.picked)
            chart.setMinimumHeight(_LEAST_PX)
        heading = row(
            Label(lambda: tr("Score against size and time"), "strong"),
            self.bytes_chart.legend,
            self.rows.widget,
            spacing=12,
        )
        heading.setStretch(1, 1)
        self.body.addLayout(heading)
        self.body.addLayout(row(self.bytes_chart, self.time_chart, spacing=12))
        self.body.setStretch(1, 1)

    @property
    def on_front(self) -> frozenset[str]:
        """The variants that no other one beats in both, in either chart."""
        return self.bytes_chart.on_front | self.time_chart.on_front

    def draw(self, *, maximize: bool, selected: str) -> None:
        """Draw the variants of the model; `selected` is the one to mark, empty for none."""
        shown = [one for one in self._model.variants if one.is_complete]
        measure = str(self.rows.value())
        sizes = size_scale(one.record.size_bytes for one in shown)
        times = time_scale(getattr(one.record, measure) for one in shown)
        rows_text: Text = (
            (lambda: tr("1 row, {unit}", unit=times.unit))
            if measure == "latency_ms"
            else (lambda: tr("256 rows, {unit}", unit=times.unit))
        )
        self.bytes_chart.set_axis_text(
            lambda: tr("File, {unit}", unit=sizes.unit), lambda: self._model.metric
        )
        self.time_chart.set_axis_text(rows_text, lambda: self._model.metric)
        for chart, name, scale in (
            (self.bytes_chart, "size_bytes", sizes),
            (self.time_chart, measure, times),
        ):
            self._draw_one(chart, shown, name, scale, maximize=maximize, selected=selected)

    def _draw_one(
        self,
        chart: VariantsChart,
        shown: Sequence[Measured],
        measure: str,
        scale: Scale,
        *,
        maximize: bool,
        selected: str,
    ) -> None:
        needed = [float(getattr(one.record, measure) or 0) for one in shown]
        is_wide = bool(needed) and min(needed) > 0 and max(needed) > _WIDE * min(needed)
        chart.set_powers((lambda value: f"{value:,g}") if is_wide else None)
        chart.show_spots(
            [
                Spot(
                    one.record.name,
                    math.log10(cost * scale.factor) if is_wide else cost * scale.factor,
                    float(one.record.value or 0.0),
                    *one.interval(maximize=maximize),
                    tip=lambda one=one: self._tip(chart, one),
                )
                for one, cost in zip(shown, needed, strict=True)
            ],
            maximize=maximize,
            base_score=next((one.record.value for one in shown if one.record.name == BASE), None),
            selected=selected,
        )

    def _tip(self, chart: VariantsChart, variant: Measured) -> str:
        record = variant.record
        costs = [
            formatting.size(record.size_bytes),
            *(time_scale([ms]).with_unit(ms) for ms in (record.latency_ms, record.batch_latency_ms)),
        ]
        lines = [words.variant(record.name), f"{self._model.metric} {self._model.score_text(variant)}"]
        if variant.loss is not None:
            lines.append(f"{tr('Loss (95%)')} {self._model.loss_text(variant)}")
        lines.append(" · ".join(costs))
        if record.name in chart.on_front:
            lines.append(tr("On the front: no other needs less and scores as well."))
        else:
            lines.append(tr("Not on the front: another needs no more and scores as well."))
        return "\n".join(lines)
