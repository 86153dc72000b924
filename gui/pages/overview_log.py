"""The Overview page's log and machine: what happened in the study in view, the user's own notes between."""

from __future__ import annotations

import html
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from ..language import Speaks
from ..speech import tr
from ..states.study_log import LogEntry
from ..widgets.parts import Button, Card, Label, clear, column, row, scrolled
from .overview_parts import MachineView

_MOST_SHOWN = 200


class LogView(Speaks, QWidget):
    """Entries, the newest first, and a field for a note.

    Signals
    -------
    note_written(str)
        Markdown that the user wants kept.
    trial_picked(int)
        The number of the trial of a line that was clicked.
    """

    note_written = Signal(str)
    trial_picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[LogEntry] = []
        self.field = QLineEdit()
        self.field.returnPressed.connect(self._write)
        self.say(lambda: self.field.setPlaceholderText(tr("A note of yours (Markdown), then Enter")))
        self.say(lambda: self.field.setAccessibleName(tr("A note of yours (Markdown), then Enter")))
        self._list = column(spacing=6, margins=(0, 0, 6, 0))
        content = QWidget()
        content.setLayout(column(self._list, 1, spacing=0))
        area = scrolled(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = column(self.field, area, spacing=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_entries(self, entries: list[LogEntry]) -> None:
        """Show what happened; lines that are shown already stay as they are."""
        entries = entries[:_MOST_SHOWN]
        if entries == self._shown:
            return
        self._shown = entries
        clear(self._list)
        for entry in entries:
            self._list.addWidget(self._line(entry))

    def lines(self) -> list[str]:
        """Return what the lines say, from the top."""
        return [entry.text for entry in self._shown]

    def _line(self, entry: LogEntry) -> QWidget:
        dot = QFrame()
        dot.setObjectName("dot")
        dot.setProperty("tone", entry.tone)
        dot.setFixedSize(8, 8)
        dots = QWidget()
        dots.setLayout(column(dot, 1, margins=(0, 5, 0, 0)))
        text = QLabel(entry.text)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.MarkdownText if entry.is_note else Qt.TextFormat.PlainText)
        text.setProperty("type", "small")
        text.setOpenExternalLinks(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        if entry.trial is not None:
            number = entry.trial
            text.setText(f'<a href="{number}" style="text-decoration: none">{html.escape(entry.text)}</a>')
            text.setTextFormat(Qt.TextFormat.RichText)
            text.setOpenExternalLinks(False)
            text.linkActivated.connect(lambda _link: self.trial_picked.emit(number))
        when = Label(kind="small", tone="faint")
        when.setText(datetime.fromtimestamp(entry.at_s).astimezone().strftime("%m-%d %H:%M"))
        when.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        line = QWidget()
        layout = row(dots, text, when, spacing=8)
        layout.setStretch(1, 1)
        layout.setAlignment(when, Qt.AlignmentFlag.AlignTop)
        line.setLayout(layout)
        return line

    def _write(self) -> None:
        text = self.field.text().strip()
        if text:
            self.field.clear()
            self.note_written.emit(text)


class LogCard(Card):
    """The log, or the machine: what was chosen last of a study, else the machine while it runs."""

    def __init__(self) -> None:
        super().__init__(None, margin=12)
        self.log, self.machine = LogView(), MachineView()
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        for name, text, view in (
            ("log", lambda: tr("Log"), self.log),
            ("machine", lambda: tr("Machine"), self.machine),
        ):
            self._stack.addWidget(view)
            button = self.buttons[name] = Button(text, "chip")
            button.setCheckable(True)
            button.clicked.connect(lambda _on=False, view=view: self._choose(view))
            self._group.addButton(button)
        self._is_chosen = False
        self.show_usual(runs=False)
        self.body.addLayout(row(*self.buttons.values(), 1))
        self.body.addWidget(self._stack, 1)

    def forget_choice(self) -> None:
        """Show what is usual again: another study is in view."""
        self._is_chosen = False

    def show_usual(self, *, runs: bool) -> None:
        """Show the machine of a study that runs, the log of another, unless the user has chosen."""
        if not self._is_chosen:
            name = "machine" if runs else "log"
            self.buttons[name].setChecked(True)
            self._stack.setCurrentWidget(self.machine if runs else self.log)

    def _choose(self, view: QWidget) -> None:
        self._is_chosen = True
        self._stack.setCurrentWidget(view)
