"""The command palette: a few letters find any action, page, study or trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QWidget

from .. import icons, tokens
from ..language import Speaks
from ..speech import tr
from ..states.fuzzy import fit
from ..theme import theme
from .floating import FloatingPanel
from .parts import SearchField, column, row

_WIDTH_PX, _ROWS, _ROW_PX = 560, 10, 36
_MOST_FOUND = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that the palette finds.

    Attributes
    ----------
    text, aside : str
        What it is called, and what it belongs to.
    icon : str
    keys : str
    why_not : str
        Why it cannot be chosen now; empty where it can.
    """

    text: str
    aside: str
    icon: str
    run: Callable[[], object]
    keys: str = ""
    why_not: str = ""


class Palette(Speaks, FloatingPanel):
    """Finds what is typed.

    Parameters
    ----------
    parent : QWidget
    entries : callable
        Gives all that can be found, for what is typed, whenever it is opened or written in.
    """

    def __init__(self, parent: QWidget, entries: Callable[[str], list[Entry]]) -> None:
        super().__init__(parent)
        self._entries = entries
        self.field = SearchField(
            lambda: tr("Type what to do or where to go: a page, a study, t 12 for a trial")
        )
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("palette")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _item: self._choose())
        self.none = QLabel()
        self.none.setProperty("tone", "muted")
        self.say(lambda: self.none.setText(tr("Nothing is called so.")))
        self.say(lambda: self.field.setAccessibleName(tr("Commands")))
        self.say(lambda: self.list.setAccessibleName(tr("Commands that were found")))
        self.setLayout(
            column(self.field, self.none, self.list, spacing=tokens.GRID, margins=(12, 12, 12, 12))
        )
        self.found: list[Entry] = []

    def open(self) -> None:
        """Show it, empty."""
        self.field.setText("")
        self._find("")
        parent = self.parentWidget()
        if parent is not None:
            self.setFixedWidth(min(_WIDTH_PX, parent.width() - 4 * tokens.GRID))
        self.appear(self.field, 1 / 4)

    def _find(self, typed: str) -> None:
        scored = [(fit(typed, f"{entry.text} {entry.aside}"), entry) for entry in self._entries(typed)]
        ranked = sorted(
            ((score, entry) for score, entry in scored if score is not None),
            # What cannot be done now comes last among equals; the order of the list decides the rest.
            key=lambda one: (-round(one[0], 2), bool(one[1].why_not)),
        )
        self.found = [entry for _, entry in ranked[:_MOST_FOUND]]
        self.list.clear()
        for entry in self.found:
            self._add(entry)
        first = next((place for place, entry in enumerate(self.found) if not entry.why_not), 0)
        self.list.setCurrentRow(first)
        self.list.setVisible(bool(self.found))
        self.none.setVisible(not self.found)
        self.list.setFixedHeight(_ROW_PX * min(max(len(self.found), 1), _ROWS) + 2)
        self.adjustSize()

    def _add(self, entry: Entry) -> None:
        item = QListWidgetItem()
        item.setSizeHint(QSize(0, _ROW_PX))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, entry.text)
        if entry.why_not:
            item.setFlags(Qt.ItemFlag.ItemIsSelectable)
        picture, text, aside = QLabel(), QLabel(entry.text), QLabel(entry.why_not or entry.aside)
        tone = theme.palette.faint if entry.why_not else theme.palette.muted
        picture.setPixmap(icons.pixmap(entry.icon or "right", tone, 16, self.devicePixelRatioF()))
        text.setProperty("tone", "faint" if entry.why_not else "")
        aside.setProperty("tone", "faint" if entry.why_not else "muted")
        aside.setProperty("type", "small")
        line = QWidget()
        keys = QLabel(entry.keys)
        keys.setObjectName("key")
        keys.setVisible(bool(entry.keys))
        line.setLayout(row(picture, text, 1, aside, keys, spacing=10, margins=(10, 0, 10, 0)))
        self.list.addItem(item)
        self.list.setItemWidget(item, line)

    def _choose(self) -> None:
        place = self.list.currentRow()
        if 0 <= place < len(self.found) and not self.found[place].why_not:
            entry = self.found[place]
            self.dismiss()
            entry.run()

    def _step(self, by: int) -> None:
        n = len(self.found)
        place = self.list.currentRow()
        for _ in range(n):
            place = (place + by) % n
            if not self.found[place].why_not:
                self.list.setCurrentRow(place)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_key(event)
        return super().eventFilter(watched, event)

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._step(1 if key == Qt.Key.Key_Down else -1)
        else:
            return False
        return True
