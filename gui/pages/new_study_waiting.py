"""What stands in the New study page while data are read for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ..speech import tr
from ..widgets.parts import Button, Label, column, row


def waiting_box(cancel: Callable[[], object]) -> QWidget:
    """Return it; `cancel` gives the reading up."""
    box = QWidget()
    text = Label(lambda: tr("Reading the data…"), "subtitle")
    text.setAlignment(Qt.AlignmentFlag.AlignCenter)
    hint = Label(lambda: tr("The first file takes a few seconds: the engine is being started."), tone="muted")
    hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
    button = Button(lambda: tr("Cancel"))
    button.clicked.connect(lambda: cancel())
    box.setLayout(column(1, text, hint, row(1, button, 1), 2, spacing=12))
    return box
