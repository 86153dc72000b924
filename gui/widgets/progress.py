"""The bar of a job of the service."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar

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
