"""The base of the window's tables: how many rows and columns there are, headings, and another language.

The models beside this module derive from it and add what their cells say.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TableModel(QAbstractTableModel):
    """A flat table. Who derives from it says `n_rows`, `n_columns` and `heading`, and perhaps the rest."""

    def n_rows(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def n_columns(self) -> int:
        """Return how many columns there are."""
        raise NotImplementedError

    def heading(self, section: int) -> str:
        """Return the heading of a column, in the language in use."""
        raise NotImplementedError

    def heading_tip(self, section: int) -> str | None:  # noqa: ARG002 - of who derives from it
        """Return what explains a heading."""
        return None

    def alignment(self, section: int) -> Qt.AlignmentFlag | None:  # noqa: ARG002 - of who derives from it
        """Return how a column and its heading are aligned; None for the table's own way."""
        return None

    def reword(self) -> None:
        """Say everything again: the language, or what the words are made of, has changed."""
        n_columns = self.n_columns()
        if n_columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, n_columns - 1)
        self.rows_changed(0, self.n_rows() - 1)

    def rows_changed(self, first: int, last: int) -> None:
        """Tell that rows from `first` to `last` (included) say something else."""
        if last >= first and self.n_columns():
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.n_columns() - 1))

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else self.n_rows()

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else self.n_columns()

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heading(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        return self.heading_tip(section) if role == Qt.ItemDataRole.ToolTipRole else None
