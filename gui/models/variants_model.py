"""The variants of a trial's networks (sparse, smaller, in fewer bits), as a Qt table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QObject, Qt

from ...engine.domain import formatting
from ...engine.domain.compression_verdict import verdict
from ...engine.domain.variants import Difference, Sizes, VariantMeasures
from ...storage.records import TrialState, VariantRecord
from .. import words
from ..speech import sentence, tr
from ..theme import colour
from .table_model import LEFT, RIGHT, Index, TableModel

RECORD_ROLE = int(Qt.ItemDataRole.UserRole) + 1
BASE = "base"
_SIZES = (("B", 1.0), ("kB", 1e-3), ("MB", 1e-6), ("GB", 1e-9))  # with their factor
_TIMES = (("µs", 1e3), ("ms", 1.0), ("s", 1e-3))


class Column(IntEnum):
    """The columns, from left to right."""

    NAME = 0
    SCORE = 1
    LOSS = 2
    SIZE = 3
    ZIPPED = 4
    ONE = 5
    MANY = 6
    VERDICT = 7


_NUMBERS = frozenset({Column.SCORE, Column.LOSS, Column.SIZE, Column.ZIPPED, Column.ONE, Column.MANY})
_MEASURES = {
    Column.SIZE: "size_bytes",
    Column.ZIPPED: "zip_bytes",
    Column.ONE: "latency_ms",
    Column.MANY: "batch_latency_ms",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """One unit and one number of decimals for several figures, so that they can be compared at a glance."""

    unit: str
    factor: float
    decimals: int

    def text(self, value: float | None) -> str:
        """Return a figure without its unit."""
        return formatting.number(None if value is None else value * self.factor, self.decimals)

    def with_unit(self, value: float | None) -> str:
        """Return a figure with its unit."""
        return formatting.NOTHING if value is None else f"{self.text(value)} {self.unit}"


def size_scale(n_bytes: Iterable[float | None]) -> Scale:
    """Return the scale of sizes, that shows the smallest of them well."""
    return _scale(_SIZES, n_bytes)


def time_scale(times_ms: Iterable[float | None]) -> Scale:
    """Return the scale of times in milliseconds, that shows the smallest of them well."""
    return _scale(_TIMES, times_ms)


def _scale(units: Sequence[tuple[str, float]], values: Iterable[float | None]) -> Scale:
    least = min((value for value in values if value), default=0.0)
    unit, factor = next((one for one in reversed(units) if least * one[1] >= 1.0), units[0])
    return Scale(unit, factor, 1 if least * factor < 100 and unit != "B" else 0)


@dataclass(frozen=True, slots=True)
class Measured:
    """A variant that has ended, with what it is judged against.

    Attributes
    ----------
    base : VariantRecord or None
        The network as it is, measured in the same run.
    measures : VariantMeasures
        Nothing is recorded in those of one that failed.
    """

    record: VariantRecord
    base: VariantRecord | None
    measures: VariantMeasures

    @property
    def is_complete(self) -> bool:
        """Whether it could be made."""
        return self.record.state is TrialState.COMPLETE

    @property
    def loss(self) -> Difference | None:
        """What it loses; None of the base, which all is compared with."""
        return self.measures.drop if self.is_complete and self.record.name != BASE else None

    def is_within(self, most_drop: float) -> bool:
        """Whether it loses no more than the user is ready to lose."""
        drop = self.measures.drop
        return self.is_complete and drop is not None and drop.mean <= most_drop

    def interval(self, *, maximize: bool) -> tuple[float, float]:
        """Return the ends of the interval around its score: those of its loss on the same folds."""
        value, drop = self.record.value or 0.0, self.measures.drop
        if drop is None:
            return value, value
        less, more = drop.high - drop.mean, drop.mean - drop.low
        return (value - less, value + more) if maximize else (value - more, value + less)

    def said(self, most_drop: float) -> str:
        """Return what its figures mean under the user's limit, or why it failed."""
        record = self.record
        if record.failure is not None:
            return words.failure_text(record.failure)
        if record.name == BASE:
            return tr("The trial's networks as they are.")
        if record.name == "control":
            return tr("What training on alone does.")
        sizes, base = Sizes.of(record), None if self.base is None else Sizes.of(self.base)
        drop = self.measures.drop
        if not self.is_complete or sizes is None or base is None or drop is None:
            return ""
        return sentence(verdict(sizes, base, drop, self.measures.sparsity or 0.0, most_drop).to_json())


def newest(variants: Iterable[VariantRecord]) -> list[Measured]:
    """Return the variants that have ended, of each name the one that was made last, the base first.

    Parameters
    ----------
    variants : iterable of VariantRecord
        Of one trial, in the order they were made; each run begins with its base.
    """
    base: VariantRecord | None = None
    found: dict[str, Measured] = {}
    for record in variants:
        if record.name == BASE:
            base = record if record.state is TrialState.COMPLETE else None
        if record.state.is_finished:
            found[record.name] = Measured(record, base, VariantMeasures.of(record))
    return list(found.values())


class VariantsModel(TableModel):
    """In the order in which they were made; numbers of a column share unit and decimals."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.variants: list[Measured] = []
        self.most_drop = 0.0
        self.metric = ""
        self.n_looks = 0  # at the rows of the holdout, over all studies
        self._decimals = 3
        self._scales: dict[Column, Scale] = {}

    def show_variants(self, variants: Sequence[Measured], metric: str) -> None:
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
            is_size = column in (Column.SIZE, Column.ZIPPED)
            self._scales[column] = size_scale(values) if is_size else time_scale(values)
        self.endResetModel()

    def set_most_drop(self, most_drop: float) -> None:
        """Judge by another limit of loss."""
        self.most_drop = most_drop
        self.reword()

    def row_of(self, name: str) -> int:
        """Return the row of a variant, -1 if there is none of this name."""
        return next((row for row, one in enumerate(self.variants) if one.record.name == name), -1)

    def loss_text(self, variant: Measured) -> str:
        """Return the loss and its 95% interval."""
        loss = variant.loss
        if loss is None:
            return formatting.NOTHING
        mean, low, high = (formatting.number(x, self._decimals) for x in (loss.mean, loss.low, loss.high))
        return f"{mean} ({low} … {high})"

    def score_text(self, variant: Measured) -> str:
        """Return the score and its spread over the folds."""
        return formatting.score(variant.record.value, variant.record.value_std, self._decimals)

    def n_rows(self) -> int:
        return len(self.variants)

    def n_columns(self) -> int:
        return len(Column)

    def alignment(self, section: int) -> Qt.AlignmentFlag:
        return RIGHT if section in _NUMBERS else LEFT

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        variant, column = self.variants[index.row()], Column(index.column())
        if role == RECORD_ROLE:
            return variant
        if role == Qt.ItemDataRole.DisplayRole:
            return self._display(variant, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column if variant.is_complete else Column.VERDICT)
        if role == Qt.ItemDataRole.ToolTipRole and (column is Column.VERDICT or not variant.is_complete):
            return variant.said(self.most_drop)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._tone(variant, column)
        return None

    def heading(self, section: int) -> str:
        column = Column(section)
        unit = self._scales[column].unit if column in self._scales else ""
        return {
            Column.NAME: tr("Variant"),
            Column.SCORE: self.metric,
            Column.LOSS: tr("Loss (95%)"),
            Column.SIZE: tr("File, {unit}", unit=unit),
            Column.ZIPPED: tr("Zipped, {unit}", unit=unit),
            Column.ONE: tr("1 row, {unit}", unit=unit),
            Column.MANY: tr("256 rows, {unit}", unit=unit),
            Column.VERDICT: tr("In words"),
        }[column]

    def heading_tip(self, section: int) -> str | None:
        return {
            Column.SCORE: tr("Mean and spread over the trial's own folds."),
            Column.LOSS: tr(
                "What it loses on the same folds, with the 95% interval: against the control where it was trained on,"
                " else against the base."
            ),
            Column.ONE: tr("Median time of ONNX Runtime on one thread; other runtimes are in the details."),
            Column.MANY: tr("Median time of ONNX Runtime on one thread; other runtimes are in the details."),
        }.get(Column(section))

    def _display(self, variant: Measured, column: Column) -> str:
        record = variant.record
        if column is Column.NAME:
            return words.variant(record.name)
        if column is Column.VERDICT:
            return variant.said(self.most_drop) if variant.is_complete else ""
        if not variant.is_complete:
            return variant.said(self.most_drop) if column is Column.SCORE else ""  # its cell spans the row
        if column is Column.SCORE:
            return self.score_text(variant)
        if column is Column.LOSS:
            return self.loss_text(variant)
        return self._scales[column].text(getattr(record, _MEASURES[column]))

    def _tone(self, variant: Measured, column: Column) -> Any:
        if column is Column.SCORE and not variant.is_complete:
            return colour("bad")
        if column is Column.LOSS and variant.loss is not None and not variant.is_within(self.most_drop):
            return colour("bad")
        return colour("muted") if column is Column.VERDICT else None
