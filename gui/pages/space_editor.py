"""The search space as a readable table, and as TOML text that can be edited."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHeaderView,
    QPlainTextEdit,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ...engine.domain import space as spaces
from ...engine.domain.errors import SpecError
from ...engine.domain.families import default_families
from ...engine.domain.kinds import DEFAULT_KIND
from ...engine.domain.space import Space
from .. import tokens
from ..language import Speaks
from ..speech import sentence, tr
from ..theme import mono_font
from ..widgets.parts import Button, Elided, Label, column, row, set_property
from ..widgets.tables import set_up

_DELAY_MS = 250


class SpaceEditor(Speaks, QWidget):
    """Shows the space that will be searched; what is written is checked as it is typed.

    Signals
    -------
    changed
        The text has changed.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._families: tuple[str, ...] = default_families(DEFAULT_KIND)
        self._default = ""
        self.text = QPlainTextEdit()
        self.text.setProperty("kind", "code")
        self.text.setFont(mono_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(self._typed)
        self.table = QTableWidget(0, 3)
        set_up(self.table, row_height_px=tokens.ROW_HEIGHT - 4)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setMouseTracking(False)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.problem = Label(kind="small", tone="bad", wrap=True)
        self.problem.hide()
        self.reset = Button(lambda: tr("Back to the default"), "link", "undo")
        self.reset.clicked.connect(self._restore)
        hint = Elided("small", "muted")
        self.say(lambda: hint.setText(tr("Edit the text to change what is searched.")))
        as_table = Button(lambda: tr("Table"), "chip")
        as_text = Button(lambda: tr("Text (TOML)"), "chip")
        group = QButtonGroup(self)
        for place, chip in enumerate((as_table, as_text)):
            chip.setCheckable(True)
            group.addButton(chip, place)
        as_table.setChecked(True)
        stack = QStackedWidget()
        stack.addWidget(self.table)
        stack.addWidget(self.text)
        group.idToggled.connect(lambda place, on: stack.setCurrentIndex(place) if on else None)
        chips = row(as_table, as_text, hint, self.reset)
        chips.setStretch(2, 1)
        layout = column(chips, self.problem, stack, spacing=8)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_DELAY_MS)
        self._delay.timeout.connect(self._check)
        self.say(self._reword)

    def load(self) -> None:
        """Show the families' own space where nothing was edited yet."""
        if not self._default:
            self._restore()

    def forget(self) -> None:
        """Go back to the families' own space."""
        self._default = ""
        self.text.blockSignals(True)
        self.text.clear()
        self.text.blockSignals(False)

    def recall(self, space: Space) -> None:
        """Show a space that was edited at an earlier time."""
        self._restore()
        self.text.setPlainText(spaces.space_to_toml(space))
        self._check()

    def set_families(self, families: tuple[str, ...]) -> None:
        """Search other families; a space that was edited stays as it is."""
        if families == self._families:
            return
        self._families = families
        if self._default and not self.is_edited():
            self._restore()

    def is_edited(self) -> bool:
        """Whether the user has changed the space."""
        return bool(self._default) and self.text.toPlainText() != self._default

    def space(self) -> Space | None:
        """Return the edited space, None for the families' own.

        Raises
        ------
        SpecError
            If what is written is no search space.
        """
        return spaces.space_from_toml(self.text.toPlainText()) if self.is_edited() else None

    def _restore(self) -> None:
        self._default = spaces.space_to_toml(spaces.default_space(self._families)) if self._families else ""
        self.text.setPlainText(self._default)
        self._check()

    def _typed(self) -> None:
        self._delay.start()

    def _check(self) -> None:
        self._delay.stop()
        try:
            space = spaces.space_from_toml(self.text.toPlainText())
        except SpecError as error:
            self.problem.setText(sentence(error.sentence))
            self.problem.show()
            set_property(self.text, "invalid", "true")
        else:
            self.problem.hide()
            set_property(self.text, "invalid", "false")
            self._show(space)
        self.reset.setEnabled(self.is_edited())
        self.changed.emit()

    def _show(self, space: Space) -> None:
        rows = spaces.describe(space, tr("log"), tr("step {step}"))
        self.table.setRowCount(len(rows))
        for place, (family, name, values, condition) in enumerate(rows):
            known = f"{family}.{name}" if len(space.families) > 1 else name
            for side, text in enumerate((known, values, condition)):
                item = QTableWidgetItem(text)
                item.setToolTip(f"{family}: {name} {values} {condition}".strip())
                self.table.setItem(place, side, item)

    def _reword(self) -> None:
        self.table.setHorizontalHeaderLabels([tr("Param"), tr("Values"), tr("Only if")])
        self.text.setAccessibleName(tr("Search space as TOML"))
        if self._default:
            self._check()
