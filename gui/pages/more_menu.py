"""How a study that is done goes on: a menu of what it can get more, and of what else can be made of it."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from ...engine.domain.resuming import More
from ...storage.records import StudyRecord
from .. import icons
from ..desk import Desk
from ..speech import Text, tr
from ..theme import theme

MINUTES_MORE, TRIALS_MORE = 5, 20


def more_time(desk: Desk, study: StudyRecord) -> None:
    """Give a study five minutes more."""
    desk.give_more(study.id, More(timeout_s=60.0 * MINUTES_MORE))


def more_time_text() -> str:
    """Return the name of that."""
    return tr("{n} minutes more", n=MINUTES_MORE)


def more_menu(desk: Desk, study: StudyRecord, parent: QWidget) -> QMenu:
    """Return a menu of the ways in which a study that is done goes on."""
    menu = QMenu(parent)

    def add(icon: str, text: Text, act) -> None:
        action = menu.addAction(icons.icon(icon, theme.palette.muted, 16, theme.palette.faint), text())
        action.triggered.connect(lambda: act())

    add("clock", more_time_text, lambda: more_time(desk, study))
    more_trials = More(n_trials=TRIALS_MORE)
    add("trials", lambda: tr("{n} trials more", n=TRIALS_MORE), lambda: desk.give_more(study.id, more_trials))
    menu.addSeparator()
    add("plus", lambda: tr("Duplicate as a new study"), lambda: desk.duplicate(study))
    return menu
