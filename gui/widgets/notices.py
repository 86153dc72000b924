"""Toasts for what has happened, banners for what must be read, and the panel of keyboard shortcuts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from .. import tokens
from ..language import Speaks
from ..speech import Text, tr
from .floating import FloatingPanel
from .parts import Button, IconButton, Label, Picture, clear, column, row, set_property

_TOAST_MS = 7000
# A longer text is wrapped.
_TOAST_WIDTH_PX = 420


class Toast(Speaks, QFrame):
    """One short notice with perhaps one action; it goes by itself."""

    def __init__(self, text: Text, action: Text | None, act: Callable[[], object] | None) -> None:
        super().__init__()
        self.setObjectName("toast")
        self._label = Label()
        close = IconButton("close", lambda: tr("Dismiss"))
        close.clicked.connect(self.dismiss)
        layout = row(Picture("done", "good"), self._label, spacing=tokens.GRID, margins=(12, 6, 6, 6))
        if action is not None and act is not None:
            button = Button(action, "link")
            button.clicked.connect(act)
            button.clicked.connect(self.dismiss)
            layout.addWidget(button)
        layout.addWidget(close)
        self.setLayout(layout)
        self.say(lambda: self._tell(text()))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self._timer.start(_TOAST_MS)

    def _tell(self, text: str) -> None:
        width = self._label.fontMetrics().horizontalAdvance(text)
        self._label.setWordWrap(width > _TOAST_WIDTH_PX)
        self._label.setFixedWidth(min(width + 2, _TOAST_WIDTH_PX))
        self._label.setText(text)

    def dismiss(self) -> None:
        """Go away."""
        self._timer.stop()
        self.hide()
        self.deleteLater()


class Toasts(QWidget):
    """The pile of toasts in the lower right corner of its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pile: QVBoxLayout = column(1, spacing=tokens.GRID)
        self.setLayout(self._pile)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        parent.installEventFilter(self)
        self.hide()

    def add(self, text: Text, action: Text | None = None, act: Callable[[], object] | None = None) -> None:
        """Show a toast."""
        toast = Toast(text, action, act)
        toast.destroyed.connect(self._place)
        self._pile.addWidget(toast)
        self.show()
        self.raise_()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        self.adjustSize()
        if self._pile.count() <= 1:
            self.hide()
        corner = QPoint(parent.width() - self.width() - 24, parent.height() - self.height() - 24)
        self.move(corner)


class Banner(Speaks, QFrame):
    """A line above the page that stays until it is dismissed."""

    def __init__(self, tone: str, text: Text) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setProperty("tone", tone)
        self.text = text
        self.label = Label(text, wrap=True, select=True)
        self.say(lambda: self.label.setAccessibleName(text()))
        close = IconButton("close", lambda: tr("Dismiss"))
        close.clicked.connect(self.dismiss)
        layout = row(Picture(*_picture(tone), 18), self.label, close, spacing=12, margins=(12, 6, 6, 6))
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def dismiss(self) -> None:
        """Go away."""
        self.hide()
        self.deleteLater()


class Banners(QWidget):
    """The banners of the window; the same text is shown once only."""

    def __init__(self) -> None:
        super().__init__()
        self._pile = column(spacing=tokens.HALF, margins=(24, 8, 24, 0))
        self.setLayout(self._pile)
        self.hide()

    def add(self, tone: str, text: Text) -> None:
        """Show a banner."""
        for banner in self.findChildren(Banner):
            if banner.text() == text() and not banner.isHidden():
                return
        banner = Banner(tone, text)
        banner.destroyed.connect(self._left)
        self._pile.addWidget(banner)
        self.show()

    def _left(self) -> None:
        if self._pile.count() == 0:
            self.hide()


class Notice(QFrame):
    """A banner inside a page, shown and hidden by its page."""

    def __init__(self, tone: str = "bad") -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setProperty("tone", tone)
        self._picture = Picture(*_picture(tone), 18)
        # Says nothing.
        self._text: Text = str
        self.label = Label(lambda: self._text(), wrap=True, select=True)
        self.tool_row = row()
        layout = row(self._picture, self.label, self.tool_row, spacing=12, margins=(12, 8, 8, 8))
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.hide()

    def tell(self, text: Text, tone: str = "bad") -> None:
        """Show `text`; nothing hides the notice."""
        self._text = text
        self._picture.show_icon(*_picture(tone))
        set_property(self, "tone", tone)
        self.label.say_again()
        self.setVisible(bool(text()))


def _picture(tone: str) -> tuple[str, str]:
    """Return the icon of a notice, and its colour."""
    return {"bad": ("serious", "bad"), "warning": ("warning", "warning")}.get(tone, ("info", "accent"))


class ShortcutsPanel(FloatingPanel):
    """The keyboard shortcuts."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(10)
        close = IconButton("close", lambda: tr("Close"))
        close.clicked.connect(self.dismiss)
        heading = row(Label(lambda: tr("Keyboard shortcuts"), "subtitle"), 1, close)
        self.setLayout(column(heading, self._grid, spacing=16, margins=(24, 16, 24, 24)))

    def show_shortcuts(self, rows: list[tuple[str, Text]]) -> None:
        """Show pairs of key and meaning."""
        clear(self._grid)  # type: ignore[arg-type]
        for index, (key, meaning) in enumerate(rows):
            cap = QLabel(key)
            cap.setObjectName("key")
            cap.setSizePolicy(cap.sizePolicy().Policy.Maximum, cap.sizePolicy().Policy.Fixed)
            self._grid.addWidget(cap, index, 0)
            self._grid.addWidget(Label(meaning), index, 1)
        self.appear(self, 1 / 3)
