"""The filter of the trials in view: what is written, what was brushed, and how many trials that leaves."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ...engine.domain import formatting
from .. import tokens
from ..desk import Desk
from ..language import Speaks
from ..speech import counted, sentence, tr
from ..states.trial_selection import Brush, Change, RangeBrush
from ..widgets.flow import FlowLayout
from ..widgets.parts import Button, Label, SearchField, column, row, set_property

_DELAY_MS = 120
# Filters, as the user would write them.
_COMPLETE_ONLY = "state == complete"
_ON_FRONT = "on_front"


class FilterBar(Speaks, QWidget):
    """Writes and shows the one filter of the desk's selection; pages that show trials have one each."""

    def __init__(self, desk: Desk, *aside: QWidget) -> None:
        super().__init__()
        self._desk = desk
        self.filter = SearchField(lambda: tr('Filter, for instance  value > 0.9 and optimizer == "adamw"'))
        self.filter.setProperty("kind", "code")
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_DELAY_MS)
        self._delay.timeout.connect(self.apply)
        self.filter.textChanged.connect(lambda _text: self._delay.start())
        self.filter.returnPressed.connect(self.apply)
        self.count = Label(kind="small", tone="muted")
        self.problem = Label(self._problem_text, "small", "bad", wrap=True)
        self.chips = {
            _COMPLETE_ONLY: Button(lambda: tr("Complete only"), "chip"),
            _ON_FRONT: Button(
                lambda: tr("On the front"),
                "chip",
                tip=lambda: tr("Trials that no other one beats in the score without being larger"),
            ),
        }
        for text, chip in self.chips.items():
            chip.setCheckable(True)
            chip.clicked.connect(lambda on, text=text: self._toggle(text, on=on))
        first = row(self.filter, *self.chips.values(), *aside, self.count, spacing=12)
        first.setStretch(0, 1)
        self.note = Label(self._note_text, "small", "muted", wrap=True)
        self._brushes = QWidget()
        self._brush_row = FlowLayout(tokens.HALF)
        self._brushes.setLayout(self._brush_row)
        self.setLayout(column(first, self._brushes, self.problem, self.note, spacing=tokens.HALF))
        desk.trials_changed.connect(self._follow)
        self.say(self._show_count)
        self._show_brushes()
        self._show_filter()
        self._show_note()

    def clear_by_escape(self, page: QWidget) -> None:
        """Have Escape take away, on a page, what restricts its trials."""
        shortcut = QShortcut(QKeySequence("Esc"), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self._desk.selection.clear)

    def apply(self) -> None:
        """Filter by what is written now."""
        self._delay.stop()
        self._desk.selection.write_filter(self.filter.text())

    def take_focus(self) -> None:
        """Put the cursor into the filter."""
        self.filter.setFocus()
        self.filter.selectAll()

    def _follow(self, change: Change) -> None:
        if change & (Change.TRIALS | Change.FILTER):
            self._show_count()
            self._show_note()
        if change & Change.FILTER:
            self._show_filter()
            self._show_brushes()

    def _problem_text(self) -> str:
        problem = self._desk.selection.problem
        return sentence(problem) if problem is not None else ""

    def _note_text(self) -> str:
        empty = self._desk.selection.empty_columns
        return tr("No trial has a value of {columns}.", columns=", ".join(empty)) if empty else ""

    def _show_filter(self) -> None:
        selection = self._desk.selection
        # What is being typed is not touched.
        if not self._delay.isActive() and self.filter.text() != selection.typed:
            self.filter.setText(selection.typed)
            # It was written elsewhere, and is in force.
            self._delay.stop()
        for text, chip in self.chips.items():
            chip.setChecked(text in selection.typed)
        self.problem.say_again()
        self.problem.setVisible(selection.problem is not None)
        set_property(self.filter, "invalid", "true" if selection.problem is not None else "false")

    def _show_note(self) -> None:
        self.note.say_again()
        self.note.setVisible(bool(self.note.text()))

    def _show_brushes(self) -> None:
        brushes = self._desk.selection.brushes
        self._brush_row.clear()
        for brush in brushes:
            chip = Button(lambda brush=brush: brush_text(brush), "chip", "close")
            chip.setToolTip(tr("Show trials outside this range again"))
            chip.clicked.connect(lambda _on=False, brush=brush: self._desk.selection.unbrush(brush.column))
            self._brush_row.addWidget(chip)
        self._brushes.setVisible(bool(brushes))

    def _toggle(self, text: str, *, on: bool) -> None:
        written = self.filter.text().strip()
        if on:
            self.filter.setText(f"{text} and ({written})" if written else text)
        else:
            rest = written.replace(f"{text} and ", "").replace(text, "").strip()
            self.filter.setText(rest[1:-1] if rest.startswith("(") and rest.endswith(")") else rest)
        self.apply()

    def _show_count(self) -> None:
        kept = self._desk.selection.kept
        total, shown = len(kept), int(kept.sum())
        if shown == total:
            text = counted(total, tr("1 trial"), tr("{n} trials"))
        else:
            text = tr("{shown} of {total} trials", shown=f"{shown:,}", total=f"{total:,}")
        self.count.setText(text)


def brush_text(brush: Brush) -> str:
    """Return what a brush takes in, in words."""
    if isinstance(brush, RangeBrush):
        low, high = formatting.plain(brush.low), formatting.plain(brush.high)
        return tr("{column} from {low} to {high}", column=brush.column, low=low, high=high)
    values = ", ".join(formatting.parameter(value) for value in brush.values)
    return tr("{column}: {values}", column=brush.column, values=values)
