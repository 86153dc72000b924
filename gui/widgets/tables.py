"""The tables of every page: one look and one way with the keyboard. Pages add what is their own."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from .. import tokens


class ToneDelegate(QStyledItemDelegate):
    """Cells whose words keep the colour that the model gives them where their row is chosen."""

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        tone = index.data(Qt.ItemDataRole.ForegroundRole)
        if tone is not None:
            option.palette.setBrush(QPalette.ColorRole.HighlightedText, QBrush(tone))  # type: ignore[attr-defined] - Qt's own, which its stubs leave out


def make_table(
    model: QAbstractItemModel, kind: str = "plain", row_height_px: int = tokens.ROW_HEIGHT
) -> QTableView:
    """Return a table of whole rows, one of which can be chosen; nothing in it can be edited.

    Parameters
    ----------
    model : QAbstractItemModel
    kind : {"plain", "sorted", ""}
        As the style sheets name it: without the frame of its own; with headings that say what it is sorted by.
    row_height_px : int
    """
    table = QTableView()
    table.setModel(model)
    set_up(table, kind, row_height_px)
    # One that nothing is selected in: to paint a heading Qt asks whether all rows are selected, one by one.
    head = table.horizontalHeader()
    head.setSelectionModel(QItemSelectionModel(model, head))
    return table


def set_up(table: QTableView, kind: str = "plain", row_height_px: int = tokens.ROW_HEIGHT) -> None:
    """Give a table of another class the look and the keys that `make_table` gives."""
    table.setItemDelegate(ToneDelegate(table))
    table.setProperty("kind", kind)
    table.setShowGrid(False)
    table.setMouseTracking(True)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row_height_px)
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setTextElideMode(Qt.TextElideMode.ElideRight)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
