"""The tables of every page: one look and one way with the keyboard. Pages add what is their own."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

from .. import tokens


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
    return table
