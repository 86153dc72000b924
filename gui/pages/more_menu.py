"""How a study that is done goes on: a menu of what it can get more, and of what else can be made of it."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from ..desk import Desk
from ..widgets.action_parts import action_menu


def more_menu(desk: Desk, parent: QWidget) -> QMenu:
    """Return a menu of the ways in which the study in view goes on."""
    named = desk.actions.named
    return action_menu(
        parent, named("study.more_time", "study.more_trials", "study.reseed"), named("study.duplicate")
    )
