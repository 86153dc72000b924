"""The side bar: pages in three parts, then theme, language and shortcuts. Narrow windows get icons only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from . import icons, tokens
from .desk import Desk
from .language import Speaks, language
from .speech import Text, tr
from .study_switcher import StudySwitcher
from .theme import theme
from .widgets.parts import Picture, Rule, column, row

SidePages = dict[str, tuple[str, Text]]
"""Icon and words of each page, by its name."""


class SideButton(Speaks, QPushButton):
    """One line of the side bar."""

    def __init__(self, icon: str, text: Text, key: str = "") -> None:
        super().__init__()
        self._icon_name, self._text, self._key, self._narrow = icon, text, key, False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.say(self._show)
        self._paint_icon()
        theme.changed.connect(self._paint_icon)
        self.toggled.connect(self._paint_icon)

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon only."""
        self._narrow = narrow
        self._show()

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._icon_name = name
        self._paint_icon()

    def _show(self) -> None:
        text = self._text()
        self.setText("" if self._narrow else f"  {text}")
        self.setAccessibleName(text)
        self.setToolTip(f"{text}  ({self._key})" if self._key else text)

    def _paint_icon(self) -> None:
        tone = theme.palette.accent if self.isChecked() else theme.palette.muted
        self.setIcon(icons.icon(self._icon_name, tone, tokens.ICON))
        self.setIconSize(QSize(tokens.ICON, tokens.ICON))


class SideBar(Speaks, QFrame):
    """Navigation.

    Signals
    -------
    page_chosen(str)
        The user wants a page.
    theme_wanted(str), language_wanted(str)
        The user wants another theme or language.
    shortcuts_wanted
        The user wants to see the keys.
    """

    page_chosen = Signal(str)
    theme_wanted = Signal(str)
    language_wanted = Signal(str)
    shortcuts_wanted = Signal()

    def __init__(self, desk: Desk, first: SidePages, of_study: SidePages, last: SidePages) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.buttons: dict[str, SideButton] = {}
        self.pages: SidePages = {**first, **of_study, **last}
        self._group = QButtonGroup(self)
        self._brand = QLabel()
        self._brand.setObjectName("brand")
        self.say(lambda: self._brand.setText(tr("Cupel")))
        self._logo = Picture("cupel", "text", 22)
        layout = column(spacing=tokens.HALF // 2, margins=(8, 16, 8, 12))
        layout.addLayout(row(self._logo, self._brand, 1, spacing=10, margins=(9, 0, 0, 14)))
        self.switcher = StudySwitcher(desk)
        self._add(layout, first)
        layout.addLayout(column(Rule(), self.switcher, spacing=tokens.GRID, margins=(0, 8, 0, 4)))
        self._add(layout, of_study)
        layout.addLayout(column(Rule(), margins=(0, 8, 0, 8)))
        self._add(layout, last)
        layout.addStretch(1)
        self.theme_button = SideButton("auto", self._theme_text)
        self.theme_button.clicked.connect(self._next_theme)
        self.language_button = SideButton("language", lambda: "English" if language.code == "zh" else "中文")
        self.language_button.clicked.connect(
            lambda: self.language_wanted.emit("en" if language.code == "zh" else "zh")
        )
        keys = SideButton("keyboard", lambda: tr("Shortcuts"), "?")
        keys.clicked.connect(self.shortcuts_wanted)
        self._tools = (self.theme_button, self.language_button, keys)
        for button in self._tools:
            layout.addWidget(button)
        self.setLayout(layout)
        theme.changed.connect(self._show_theme)
        self._show_theme()
        self.set_narrow(False)

    def _add(self, layout: QVBoxLayout, pages: SidePages) -> None:
        for name, (icon, text) in pages.items():
            button = SideButton(icon, text, f"Ctrl+{len(self.buttons) + 1}")
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, name=name: self.page_chosen.emit(name))
            self._group.addButton(button)
            self.buttons[name] = button
            layout.addWidget(button)

    def set_page(self, name: str) -> None:
        """Mark the page that is shown."""
        self.buttons[name].setChecked(True)

    def set_narrow(self, narrow: bool) -> None:
        """Show icons only."""
        self.setFixedWidth(tokens.SIDEBAR_WIDTH_NARROW if narrow else tokens.SIDEBAR_WIDTH)
        self._brand.setVisible(not narrow)
        self.switcher.set_narrow(narrow)
        for button in (*self.buttons.values(), *self._tools):
            button.set_narrow(narrow)

    def _theme_text(self) -> str:
        return {"auto": tr("System theme"), "light": tr("Light theme"), "dark": tr("Dark theme")}[
            theme.choice
        ]

    def _show_theme(self) -> None:
        self.theme_button.set_icon({"auto": "auto", "light": "sun", "dark": "moon"}[theme.choice])
        self.theme_button.set_narrow(self._brand.isHidden())

    def _next_theme(self) -> None:
        order = ("auto", "light", "dark")
        self.theme_wanted.emit(order[(order.index(theme.choice) + 1) % 3])

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(tokens.SIDEBAR_WIDTH, 400)
