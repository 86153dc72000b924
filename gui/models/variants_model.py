"""The variants of a trial's networks (sparse, smaller, in fewer bits), as a Qt table."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QObject, Qt

from ...engine.domain import formatting
from .. import words
from ..speech import tr
from ..states.variants import FigureScale, JudgedVariant, size_scale, time_scale
from ..theme import colour
from .table_model import LEFT, RIGHT, Index, TableModel

RECORD_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class VariantColumn(IntEnum):
    """The columns, from left to right."""

    NAME = 0
    SCORE = 1
    LOSS = 2
    SIZE = 3
    ZIPPED = 4
    ONE = 5
    MANY = 6
    VERDICT = 7


_NUMBERS = frozenset(
    {
        VariantColumn.SCORE,
        VariantColumn.LOSS,
        VariantColumn.SIZE,
        VariantColumn.ZIPPED,
        VariantColumn.ONE,
        VariantColumn.MANY,
    }
)
_MEASURES = {
    VariantColumn.SIZE: "size_bytes",
    VariantColumn.ZIPPED: "zip_bytes",
    VariantColumn.ONE: "latency_ms",
    VariantColumn.MANY: "batch_latency_ms",
}


class VariantsModel(TableModel):
    """In the order in which they were made; numbers of a column share unit and decimals."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.variants: list[JudgedVariant] = []
        self.most_drop = 0.0
        self.metric = ""
        # At the rows of the holdout, over all studies.
        self.n_looks = 0
        self._decimals = 3
        self._scales: dict[VariantColumn, FigureScale] = {}

    def show_variants(self, variants: Sequence[JudgedVariant], metric: str) -> None:
        """Take these variants."""
        # Records hold arrays, which do not compare; a variant that has ended does not change.
        if metric == self.metric and [one.record.id for one in variants] == [
            one.record.id for one in self.variants
        ]:
            return
        self.beginResetModel()
        self.variants, self.metric = list(variants), metric
        records = [one.record for one in variants if one.is_complete]
        spreads = [record.value_std for record in records]
        self._decimals = formatting.shared_decimals([record.value for record in records], spreads)
        for column, name in _MEASURES.items():
            values = [getattr(record, name) for record in records]
            is_size = column in (VariantColumn.SIZE, VariantColumn.ZIPPED)
            self._scales[column] = size_scale(values) if is_size else time_scale(values)
        self.endResetModel()

    def set_most_drop(self, most_drop: float) -> None:
        """Judge by another limit of loss."""
        self.most_drop = most_drop
        self.reword()

    def row_of(self, name: str) -> int:
        """Return the row of a variant, -1 if there is none of this name."""
        return next((row for row, one in enumerate(self.variants) if one.record.name == name), -1)

    def loss_text(self, variant: JudgedVariant) -> str:
        """Return the loss and its 95% interval."""
        loss = variant.loss
        if loss is None:
            return formatting.NOTHING
        mean, low, high = (formatting.number(x, self._decimals) for x in (loss.mean, loss.low, loss.high))
        return f"{mean} ({low} … {high})"

    def score_text(self, variant: JudgedVariant) -> str:
        """Return the score and its spread over the folds."""
        return formatting.score(variant.record.value, variant.record.value_std, self._decimals)

    def n_rows(self) -> int:
        return len(self.variants)

    def n_columns(self) -> int:
        return len(VariantColumn)

    def alignment(self, section: int) -> Qt.AlignmentFlag:
        return RIGHT if section in _NUMBERS else LEFT

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        variant, column = self.variants[index.row()], VariantColumn(index.column())
        if role == RECORD_ROLE:
            return variant
        if role == Qt.ItemDataRole.DisplayRole:
            return self._display(variant, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column if variant.is_complete else VariantColumn.VERDICT)
        if role == Qt.ItemDataRole.ToolTipRole and (
            column is VariantColumn.VERDICT or not variant.is_complete
        ):
            return variant.said(self.most_drop)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._tone(variant, column)
        return None

    def heading(self, section: int) -> str:
        column = VariantColumn(section)
        unit = self._scales[column].unit if column in self._scales else ""
        return {
            VariantColumn.NAME: tr("Variant"),
            VariantColumn.SCORE: self.metric,
            VariantColumn.LOSS: tr("Loss (95%)"),
            VariantColumn.SIZE: tr("File, {unit}", unit=unit),
            VariantColumn.ZIPPED: tr("Zipped, {unit}", unit=unit),
            VariantColumn.ONE: tr("1 row, {unit}", unit=unit),
            VariantColumn.MANY: tr("256 rows, {unit}", unit=unit),
            VariantColumn.VERDICT: tr("In words"),
        }[column]

    def heading_tip(self, section: int) -> str | None:
        return {
            VariantColumn.SCORE: tr("Mean and spread over the trial's own folds."),
            VariantColumn.LOSS: tr(
                "What it loses on the same folds, with the 95% interval: against the control where it was trained on,"
                " else against the base."
            ),
            VariantColumn.SIZE: tr(
                "The network alone; the model.onnx of a bundle has the preprocessing of its raw rows as well."
            ),
            VariantColumn.ONE: tr(
                "Median time of ONNX Runtime on one thread; other runtimes are in the details."
            ),
            VariantColumn.MANY: tr(
                "Median time of ONNX Runtime on one thread; other runtimes are in the details."
            ),
        }.get(VariantColumn(section))

    def _display(self, variant: JudgedVariant, column: VariantColumn) -> str:
        record = variant.record
        if column is VariantColumn.NAME:
            return words.variant(record.name)
        if column is VariantColumn.VERDICT:
            return variant.said(self.most_drop) if variant.is_complete else ""
        if not variant.is_complete:
            # Its cell spans the row.
            return variant.said(self.most_drop) if column is VariantColumn.SCORE else ""
        if column is VariantColumn.SCORE:
            return self.score_text(variant)
        if column is VariantColumn.LOSS:
            return self.loss_text(variant)
        return self._scales[column].text(getattr(record, _MEASURES[column]))

    def _tone(self, variant: JudgedVariant, column: VariantColumn) -> Any:
        if column is VariantColumn.SCORE and not variant.is_complete:
            return colour("bad")
        if (
            column is VariantColumn.LOSS
            and variant.loss is not None
            and not variant.is_within(self.most_drop)
        ):
            return colour("bad")
        return colour("muted") if column is VariantColumn.VERDICT else None
