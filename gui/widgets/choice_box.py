"""A box of choices that the wheel does not change: it scrolls the page on which the box stands."""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox


class ChoiceBox(QComboBox):
    """A combo box; use it in place of Qt's own."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        # Not taken, so that what scrolls below takes it.
        event.ignore()
