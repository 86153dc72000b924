"""Buttons, menus and keys of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from .. import icons
from ..actions.action import Action
from ..theme import theme
from .parts import Button


class ActionButton(Button):
    """The button of an action; `follow` brings it up to date, and its tool tip says why it is disabled."""

    def __init__(self, action: Action, kind: str = "quiet") -> None:
        # Asked for its words at once.
        self.action = action
        super().__init__(action.text, kind, action.icon, self._tip)
        self.clicked.connect(action.trigger)
        self.follow()

    def _tip(self) -> str:
        return self.action.why_not() or self.action.keys

    def follow(self) -> None:
        """Say what the action is called now and whether it can be done."""
        self.setEnabled(self.action.can_run)
        self.say_again()


def action_menu(parent: QWidget, *groups: Iterable[Action]) -> QMenu:
    """Return a menu of actions, a line between groups; what cannot be done is greyed and says why."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    for group in groups:
        if menu.actions():
            menu.addSeparator()
        for one in group:
            _add(menu, one)
    return menu


def _add(menu: QMenu, one: Action) -> None:
    entry = menu.addAction(icons.icon(one.icon, theme.palette.muted, 16, theme.palette.faint), one.text())
    why = one.why_not()
    entry.setEnabled(not why)
    entry.setToolTip(why)
    if one.keys:
        entry.setShortcut(QKeySequence(one.keys))
    entry.triggered.connect(lambda _on=False: one.trigger())


def bind_keys(widget: QWidget, actions: Iterable[Action], when: Callable[[], bool] = lambda: True) -> None:
    """Have the keys of actions work where a widget, or a part of it, has the focus, while `when` says so."""
    for action in actions:
        if action.keys:
            shortcut = QShortcut(QKeySequence(action.keys), widget)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda action=action: action.trigger() if when() else None)
