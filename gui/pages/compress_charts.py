"""The charts of the Compress page: the score of each variant against its bytes and against its time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy

from ...engine.domain import formatting
from ...storage.ranking import Direction
from .. import words
from ..charts.variants import VARIANTS, Spot, VariantSpots
from ..models.variants_model import VariantsModel
from ..speech import tr
from ..states.variants import BASE, FigureScale, JudgedVariant, size_scale, time_scale
from ..widgets.chart_view import ChartView
from ..widgets.fields import ChoiceField
from ..widgets.parts import Card, Label, row

_LEAST_PX = 96


class VariantChartsCard(Card):
    """Two charts with one legend.

    Signals
    -------
    picked(object)
        The variant of this name was clicked.
    rows_changed
        Times of another number of rows are wanted.
    """

    picked = Signal(object)
    rows_changed = Signal()

    def __init__(self, model: VariantsModel) -> None:
        super().__init__(margin=12)
        self._model = model
        self.bytes_chart = ChartView(VARIANTS)
        self.time_chart = ChartView(VARIANTS)
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
        shown = (chart.data for chart in (self.bytes_chart, self.time_chart))
        return frozenset().union(*(data.on_front for data in shown if data is not None))

    def draw(self, *, direction: Direction, selected: str) -> None:
        """Draw the variants of the model; `selected` is the one to mark, empty for none."""
        model, measure = self._model, str(self.rows.value())
        shown = [one for one in model.variants if one.is_complete]
        sizes = size_scale(one.record.size_bytes for one in shown)
        times = time_scale(getattr(one.record, measure) for one in shown)
        facts = {
            one.record.name: variant_facts(one, model.metric, model.score_text(one), model.loss_text(one))
            for one in shown
        }
        for chart, name, scale in (
            (self.bytes_chart, "size_bytes", sizes),
            (self.time_chart, measure, times),
        ):
            chart.show_data(
                VariantSpots(
                    metric=model.metric,
                    direction=direction,
                    cost_text=partial(variant_cost_text, name, scale.unit),
                    spots=tuple(_spot(one, name, scale, facts, direction) for one in shown),
                    base_score=next((one.record.value for one in shown if one.record.name == BASE), None),
                    selected=selected,
                )
            )


def _spot(
    variant: JudgedVariant, measure: str, scale: FigureScale, facts: Mapping[str, str], direction: Direction
) -> Spot:
    record = variant.record
    cost = float(getattr(record, measure) or 0) * scale.factor
    interval = variant.interval(direction)
    return Spot(record.name, cost, float(record.value or 0.0), *interval, facts[record.name])


def variant_cost_text(measure: str, unit: str) -> str:
    """Return what a cost is called on an axis."""
    if measure == "size_bytes":
        return tr("File, {unit}", unit=unit)
    return tr("1 row, {unit}", unit=unit) if measure == "latency_ms" else tr("256 rows, {unit}", unit=unit)


def variant_facts(variant: JudgedVariant, metric: str, score: str, loss: str) -> str:
    """Return what the hover tells of a variant."""
    record = variant.record
    costs = [
        formatting.size(record.size_bytes),
        *(time_scale([ms]).with_unit(ms) for ms in (record.latency_ms, record.batch_latency_ms)),
    ]
    lines = [words.variant(record.name), f"{metric} {score}"]
    if variant.loss is not None:
        lines.append(f"{tr('Loss (95%)')} {loss}")
    return "\n".join([*lines, " · ".join(costs)])
