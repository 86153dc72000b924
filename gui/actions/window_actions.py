"""What can be done with the window: its pages, theme, language and panels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..speech import Text, tr
from .action import Action, Subject

if TYPE_CHECKING:
    from ..shell import MainWindow


def window_actions(window: MainWindow) -> tuple[Action, ...]:
    """Return the actions of the window; pages come in the order of the side bar."""
    pages = [
        Action(
            f"page.{name}",
            Subject.WINDOW,
            icon,
            text,
            lambda name=name: window.show_page(name),
            keys=f"Ctrl+{place}",
        )
        for place, (name, (icon, text)) in enumerate(window.sidebar.pages.items(), start=1)
    ]
    themes = [
        Action(f"theme.{choice}", Subject.WINDOW, icon, text, lambda choice=choice: window.set_theme(choice))
        for choice, icon, text in (
            ("light", "sun", lambda: tr("Light theme")),
            ("dark", "moon", lambda: tr("Dark theme")),
            ("auto", "auto", lambda: tr("System theme")),
        )
    ]
    languages = [
        Action(
            f"language.{code}",
            Subject.WINDOW,
            "language",
            lambda name=name: name,
            lambda code=code: window.set_language(code),
        )
        for code, name in (("en", "English"), ("zh", "中文"))
    ]

    def one(name: str, icon: str, text: Text, run: Callable[[], object], keys: str = "") -> Action:
        return Action(f"window.{name}", Subject.WINDOW, icon, text, run, keys=keys)

    return (
        *pages,
        one("commands", "right", lambda: tr("Commands"), window.palette_panel.open, "Ctrl+K"),
        one("new_study", "plus", lambda: tr("New study"), lambda: window.show_page("new_study"), "Ctrl+N"),
        one("filter", "target", lambda: tr("Filter"), window.focus_filter, "Ctrl+F"),
        one("reload", "undo", lambda: tr("Read everything again"), window.reload, "F5"),
        *themes,
        *languages,
        one("shortcuts", "keyboard", lambda: tr("Keyboard shortcuts"), window.show_shortcuts, "?"),
        one("close", "close", lambda: tr("Close the window; searches go on"), window.close, "Ctrl+W"),
    )
