"""The Overview page's log and machine: what happened in the study in view, the user's own notes between."""

from __future__ import annotations

import html
import re
from datetime import datetime

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QStackedWidget, QTextBrowser, QWidget

from ..language import Speaks
from ..speech import tr
from ..states.study_log import LogEntry
from ..theme import theme
from ..widgets.parts import Button, Card, column, row
from .overview_parts import MachineView

_MOST_SHOWN = 200
# The scheme of links to trials.
_TRIAL = "trial"


class LogView(Speaks, QWidget):
    """Entries, the newest first, and a field for a note.

    One document, as hundreds of labels would take too long to make and to restyle.

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
        self.browser = QTextBrowser()
        self.browser.setObjectName("log")
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._follow)
        self.say(lambda: self.field.setPlaceholderText(tr("A note of yours (Markdown), then Enter")))
        self.say(lambda: self.field.setAccessibleName(tr("A note of yours (Markdown), then Enter")))
        self.say(lambda: self.browser.setAccessibleName(tr("Log")))
        layout = column(self.field, self.browser, spacing=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        theme.changed.connect(self._write_page)

    def show_entries(self, entries: list[LogEntry]) -> None:
        """Show what happened."""
        if entries[:_MOST_SHOWN] != self._shown:
            self._shown = entries[:_MOST_SHOWN]
            self._write_page()

    def lines(self) -> list[str]:
        """Return what the lines say, from the top."""
        return [entry.text for entry in self._shown]

    def _write_page(self) -> None:
        bar = self.browser.verticalScrollBar()
        place = bar.value()
        rows = "".join(map(_row, self._shown))
        self.browser.setHtml(f'<table width="100%" cellspacing="0" cellpadding="3">{rows}</table>')
        bar.setValue(place)

    def _follow(self, link: QUrl) -> None:
        if link.scheme() == _TRIAL:
            self.trial_picked.emit(int(link.path()))
        elif link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)

    def _write(self) -> None:
        text = self.field.text().strip()
        if text:
            self.field.clear()
            self.note_written.emit(text)


def _row(entry: LogEntry) -> str:
    """Return an entry as a row of a table: a dot, what happened, when."""
    colours = theme.palette
    dot = getattr(colours, entry.tone)
    text = html.escape(entry.text)
    if entry.is_note:
        text = _from_markdown(entry.text)
    elif entry.trial is not None:
        text = f'<a href="{_TRIAL}:{entry.trial}" style="text-decoration: none">{text}</a>'
    when = datetime.fromtimestamp(entry.at_s).astimezone().strftime("%m-%d %H:%M")
    return (
        f'<tr><td width="12"><font color="{dot}">●</font></td><td>{text}</td>'
        f'<td align="right" width="76"><font color="{colours.faint}">{when}</font></td></tr>'
    )


def _from_markdown(text: str) -> str:
    """Return a note as rich text, without the fonts and margins of a page of its own."""
    document = QTextDocument()
    document.setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownNoHTML)
    body = document.toHtml()
    body = body[body.index(">", body.index("<body")) + 1 : body.rindex("</body>")]
    return re.sub(r' style="([^"]*)"', _without_page, body)


def _without_page(style: re.Match[str]) -> str:
    """Return what a style says of bold and italic letters."""
    kept = [one.strip() for one in style[1].split(";") if one.strip().startswith("font-")]
    kept = [one for one in kept if one.startswith(("font-weight", "font-style"))]
    return f' style="{"; ".join(["margin: 0", *kept])}"'


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
