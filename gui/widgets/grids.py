"""Figures in columns that line up, made of labels: pairs of name and value, and lines of several values."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel

from .parts import Label


def fill_grid(grid: QGridLayout, rows: Sequence[tuple[str, str]]) -> None:
    """Show pairs of name and value, reusing the labels that are there."""
    grid.setColumnStretch(1, 1)
    for place, (name, value) in enumerate(rows):
        for side, text in enumerate((name, value)):
            item = grid.itemAtPosition(place, side)
            label = item.widget() if item is not None else None
            if not isinstance(label, QLabel):
                label = _figure(side, muted=side == 0)
                # A value may be a sentence, and must not push the others out of view.
                label.setWordWrap(side == 1)
                grid.addWidget(label, place, side)
            label.setText(text)
            label.show()
    for place in range(len(rows), grid.rowCount()):
        for side in (0, 1):
            item = grid.itemAtPosition(place, side)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()


def fill_rows(grid: QGridLayout, rows: Sequence[Sequence[str]]) -> None:
    """Show lines of several values; the first is their name, the first line their head."""
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
    for place, line in enumerate(rows):
        for side, text in enumerate(line):
            label = _figure(side, muted=place == 0 or side == 0)
            label.setText(text)
            grid.addWidget(label, place, side)


def _figure(side: int, *, muted: bool) -> Label:
    label = Label(kind="small", tone="muted" if muted else "", select=not muted)
    side_flag = Qt.AlignmentFlag.AlignLeft if side == 0 else Qt.AlignmentFlag.AlignRight
    label.setAlignment(side_flag | Qt.AlignmentFlag.AlignVCenter)
    return label
