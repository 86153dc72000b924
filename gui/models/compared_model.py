"""Trials side by side as a Qt table: a row for each thing, a column for each trial."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFont

from ..states.comparing import ComparedRow
from ..theme import body_font, colour
from .table_model import LEFT, RIGHT, Index, TableModel


class ComparedModel(TableModel):
    """What the trials have, those things first in which they differ."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names: tuple[str, ...] = ()
        self._all: tuple[ComparedRow, ...] = ()
        self.rows: tuple[ComparedRow, ...] = ()
        self._differing_only = False

    def show_rows(self, names: tuple[str, ...], rows: tuple[ComparedRow, ...]) -> None:
        """Take these trials and what is said of them."""
        self.beginResetModel()
        self.names, self._all = names, rows
        self._choose()
        self.endResetModel()

    def show_differing_only(self, on: bool) -> None:
        """Leave out what all trials share, or show it again."""
        self.beginResetModel()
        self._differing_only = on
        self._choose()
        self.endResetModel()

    def _choose(self) -> None:
        self.rows = tuple(row for row in self._all if row.differs or not self._differing_only)

    def n_rows(self) -> int:
        return len(self.rows)

    def n_columns(self) -> int:
        return len(self.names) + 1 if self.names else 0

    def heading(self, section: int) -> str:
        return self.names[section - 1] if section else ""

    def alignment(self, section: int) -> Qt.AlignmentFlag | None:
        return RIGHT if section else LEFT

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, section = self.rows[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.values[section - 1] if section else row.name
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        if role == Qt.ItemDataRole.ForegroundRole and (not section or not row.differs):
            return colour("muted")
        if role == Qt.ItemDataRole.FontRole and row.is_score and section:
            return body_font(weight=QFont.Weight.DemiBold)
        return None
