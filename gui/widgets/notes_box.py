"""Tags and notes that the user writes of something."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from ..language import Speaks
from ..speech import tr
from .parts import column

_DELAY_MS = 600


class NotesBox(Speaks, QWidget):
    """A line of tags above a field of notes; both are kept a moment after they were written.

    Parameters
    ----------
    keep_tags, keep_notes : callable
        Are given the id of what is shown and what was written.
    height_px : int
        Of the notes.
    """

    def __init__(
        self,
        keep_tags: Callable[[int, tuple[str, ...]], object],
        keep_notes: Callable[[int, str], object],
        height_px: int = 72,
    ) -> None:
        super().__init__()
        self._keep_tags, self._keep_notes = keep_tags, keep_notes
        # Of what is shown: its id, and what was kept of it.
        self._id: int | None = None
        self._tags: tuple[str, ...] = ()
        self._notes = ""
        self.tags = QLineEdit()
        self.tags.editingFinished.connect(self._save_tags)
        self.notes = QPlainTextEdit()
        self.notes.setFixedHeight(height_px)
        self.notes.setTabChangesFocus(True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self.save)
        self.notes.textChanged.connect(lambda: self._timer.start())
        self.say(lambda: self.tags.setPlaceholderText(tr("Tags, separated by commas")))
        self.say(lambda: self.tags.setAccessibleName(tr("Tags, separated by commas")))
        self.say(lambda: self.notes.setPlaceholderText(tr("Notes")))
        self.say(lambda: self.notes.setAccessibleName(tr("Notes")))
        self.setLayout(column(self.tags, self.notes))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_notes(self, shown: int, tags: tuple[str, ...], notes: str) -> None:
        """Show what is kept of something; what is being written stays."""
        is_new = shown != self._id
        if is_new:
            self.save()
        is_written = not is_new and (self.notes.hasFocus() or self._timer.isActive())
        self._id, self._tags, self._notes = shown, tags, notes
        if not is_written and self.notes.toPlainText() != notes:
            self.notes.blockSignals(True)
            self.notes.setPlainText(notes)
            self.notes.blockSignals(False)
        if is_new or not self.tags.hasFocus():
            self.tags.setText(", ".join(tags))

    def save(self) -> None:
        """Keep what was written of what is shown, now."""
        self._timer.stop()
        text = self.notes.toPlainText()
        if self._id is not None and text != self._notes:
            self._notes = text
            self._keep_notes(self._id, text)

    def _save_tags(self) -> None:
        tags = tuple(word.strip() for word in self.tags.text().replace("，", ",").split(",") if word.strip())
        if self._id is not None and tags != self._tags:
            self._tags = tags
            self._keep_tags(self._id, tags)
