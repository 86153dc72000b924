"""What a user sees of a window: for tests that ask for no more than that."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def says(widget: QWidget, text: str) -> bool:
    """Whether a label that can be seen says `text`, among other words perhaps."""
    return any(label.isVisible() and text in label.text() for label in widget.findChildren(QLabel))
