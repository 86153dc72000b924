"""The first rows of a file with their predictions, as a Qt table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt

from ...engine.domain import formatting
from ...engine.domain.predictions import PredictionPreview, PreviewRow
from ..speech import tr
from ..theme import colour
from .table_model import Index, TableModel

# No column, so that rows stand as the data have them.
_AS_IN_THE_DATA = (-1, Qt.SortOrder.AscendingOrder)


class PredictionsModel(TableModel):
    """Row, prediction, its probability and interval where there are some, target where it is known, first columns."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preview: Sequence[PreviewRow] = ()
        self._rows: Sequence[PreviewRow] = ()
        self._sort: tuple[int, Qt.SortOrder] = _AS_IN_THE_DATA
        self._columns: Sequence[str] = ()
        self._parts: list[tuple[str, int]] = []
        self._has_classes = False

    def show_preview(self, preview: PredictionPreview) -> None:
        """Take the ``preview`` of a ``predict`` job."""
        self.beginResetModel()
        self._preview, self._columns = preview.rows, preview.columns
        self._rows, self._sort = self._preview, _AS_IN_THE_DATA
        has_interval = any(row.within is not None for row in self._rows)
        has_share = any(row.share is not None for row in self._rows)
        self._has_classes = has_share
        self._parts = [
            ("row", 0),
            ("prediction", 0),
            *([("share", 0)] if has_share else []),
            *([("within", 0)] if has_interval else []),
            *([("truth", 0)] if preview.has_truth else []),
            *(("cell", i) for i in range(len(self._columns))),
        ]
        self.endResetModel()

    @property
    def parts(self) -> Sequence[str]:
        """What each column shows."""
        return [part for part, _ in self._parts]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the rows that are shown: numbers by their size, before texts; empty cells come last."""
        self.beginResetModel()
        self._sort, self._rows = (column, order), self._preview
        if 0 <= column < len(self._parts):
            self._rows = self._sorted(column, order)
        self.endResetModel()

    def _sorted(self, column: int, order: Qt.SortOrder) -> list[PreviewRow]:
        cells = [self._text(row, *self._parts[column]) for row in self._preview]
        places = sorted(
            range(len(cells)), key=lambda i: _key(cells[i]), reverse=order == Qt.SortOrder.DescendingOrder
        )
        return [self._preview[i] for i in sorted(places, key=lambda i: not cells[i])]

    def n_rows(self) -> int:
        return len(self._rows)

    def n_columns(self) -> int:
        return len(self._parts)

    def heading(self, section: int) -> str:
        sorted_by, order = self._sort
        arrow = "↑" if order == Qt.SortOrder.AscendingOrder else "↓"
        name = self.heading_tip(section)
        return f"{name} {arrow}" if section == sorted_by else name

    def heading_tip(self, section: int) -> str:
        part, place = self._parts[section]
        if part == "cell":
            return self._columns[place]
        return {
            "row": tr("Row"), "prediction": tr("Prediction"), "share": tr("Probability"), "truth": tr("Target"),
            "within": tr("One of these") if self._has_classes else tr("Between"),
        }[part]  # fmt: skip

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, (part, place) = self._rows[index.row()], self._parts[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(row, part, place)
        if role == Qt.ItemDataRole.ForegroundRole:
            if row.wrong and part in ("prediction", "truth"):
                return colour("bad")
            if part in ("row", "cell"):
                return colour("muted")
        return None

    def _text(self, row: PreviewRow, part: str, place: int) -> str:
        if part == "cell":
            return row.cells[place] if row.cells else ""
        if part == "share":
            return "" if row.share is None else formatting.percent(row.share, 1)
        texts = {"row": row.row, "prediction": row.prediction, "within": row.within, "truth": row.truth}
        return texts[part] or ""


def _key(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text.rstrip("%").replace(",", "")), "")
    except ValueError:
        return (1, 0.0, text)
