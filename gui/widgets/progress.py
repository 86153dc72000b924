"""The bar of a job of the service, and what stands around it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from ..speech import Text, tr
from .parts import Button, Label, column, row

_STEPS = 1000


class ProgressLine(QProgressBar):
    """A line without words; it runs to and fro until the first part of the work is done."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)

    def show_part(self, fraction: float) -> None:
        """Show how much is done, in [0, 1]."""
        self.setRange(0, _STEPS if fraction > 0 else 0)
        self.setValue(round(_STEPS * fraction))


class ProgressBox(QWidget):
    """A line with words below it, and where it can be a button that gives the job up; hidden while there is none.

    Signals
    -------
    cancelled
        The job is to be given up.
    """

    cancelled = Signal()

    def __init__(self, text: Text, *, can_cancel: bool = True) -> None:
        super().__init__()
        self.line = ProgressLine()
        self.words = Label(text, "small", "muted")
        self.cancel = Button(lambda: tr("Cancel"), "quiet", "stop")
        self.cancel.clicked.connect(self.cancelled)
        if not can_cancel:
            self.cancel.hide()
        layout = row(column(self.line, self.words, spacing=4), self.cancel, spacing=12)
        self.setLayout(layout)
        self.hide()

    def show_part(self, fraction: float) -> None:
        """Show how much is done, in [0, 1], and say again what is."""
        self.show()
        self.line.show_part(fraction)
        self.words.say_again()
