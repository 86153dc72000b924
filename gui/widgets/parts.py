"""The small parts that every page is made of: labels, buttons, cards, pills. All of them speak and follow
the theme.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from .. import icons, tokens
from ..language import Speaks
from ..speech import Text, tr
from ..theme import theme


def row(
    *items: QWidget | QLayout | int | None,
    spacing: int = tokens.GRID,
    margins: tuple[int, ...] = (0, 0, 0, 0),
) -> QHBoxLayout:
    """Return a horizontal layout; an int is a stretch, None is skipped."""
    return _fill(QHBoxLayout(), items, spacing, margins)


def column(
    *items: QWidget | QLayout | int | None,
    spacing: int = tokens.GRID,
    margins: tuple[int, ...] = (0, 0, 0, 0),
) -> QVBoxLayout:
    """Return a vertical layout; an int is a stretch, None is skipped."""
    return _fill(QVBoxLayout(), items, spacing, margins)


def _fill(layout, items, spacing: int, margins: tuple[int, ...]):
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        elif item is not None:
            layout.addWidget(item)
    return layout


def clear(layout: QBoxLayout) -> None:
    """Remove and delete every widget of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that style sheets select by, and restyle the widget."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Label(Speaks, QLabel):
    """A label; `text` is asked again when the language changes."""

    def __init__(
        self,
        text: Text | None = None,
        kind: str = "",
        tone: str = "",
        *,
        wrap: bool = False,
        select: bool = False,
    ) -> None:
        super().__init__()
        self.setProperty("type", kind)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if select:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if text is not None:
            self.say(lambda: self.setText(text()))


class Elided(QLabel):
    """A one-line label that gives up the end of its text, not the layout, when there is too little room."""

    def __init__(
        self, kind: str = "", tone: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__()
        self._mode = mode
        self.setProperty("type", kind)
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.width())
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), text)


class _Pictured:
    """A button with an icon of ours; mixed into the buttons below."""

    _icon_name = ""

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon_name:
            self._icon_name = name
            self._paint_icon()

    def _follow_theme(self) -> None:
        self._paint_icon()
        theme.changed.connect(self._paint_icon)

    def _paint_icon(self) -> None:
        raise NotImplementedError


class Button(Speaks, _Pictured, QPushButton):
    """A push button of one of the kinds ``""``, ``primary``, ``quiet``, ``link``, ``chip``; perhaps with an
    icon.
    """

    def __init__(self, text: Text, kind: str = "", icon: str = "", tip: Text | None = None) -> None:
        super().__init__()
        self._icon_name = icon
        self.setProperty("kind", kind)
        self.setCursor(Qt.CursorShape.PointingHandCursor if kind == "link" else Qt.CursorShape.ArrowCursor)
        self.say(lambda: self.setText(text()))
        if tip is not None:
            self.say(lambda: self.setToolTip(tip()))
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._follow_theme()

    def _paint_icon(self) -> None:
        if not self._icon_name:
            return
        palette = theme.palette
        tone = {"primary": palette.on_accent, "link": palette.accent}.get(
            self.property("kind"), palette.muted
        )
        self.setIcon(icons.icon(self._icon_name, tone, 16, palette.faint))
        self.setIconSize(QSize(16, 16))


class SearchField(Speaks, QLineEdit):
    """A field to filter by; what is written in it can be cleared with one click."""

    def __init__(self, hint: Text) -> None:
        super().__init__()
        self._clear = self.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear)
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        self.say(lambda: self.setPlaceholderText(hint()))
        self.say(lambda: self._clear.setText(tr("Clear")))
        self._paint_icon()
        theme.changed.connect(self._paint_icon)

    def _paint_icon(self) -> None:
        self._clear.setIcon(icons.icon("close", theme.palette.muted, 16))


class IconButton(Speaks, _Pictured, QToolButton):
    """A square button with an icon; its text is its tool tip and its accessible name."""

    def __init__(self, icon: str, text: Text, *, quiet: bool = True, checkable: bool = False) -> None:
        super().__init__()
        self._icon_name = icon
        self.setProperty("kind", "quiet" if quiet else "")
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.say(lambda: self._name(text()))
        self._follow_theme()

    def _name(self, text: str) -> None:
        self.setToolTip(text)
        self.setAccessibleName(text)

    def _paint_icon(self) -> None:
        self.setIcon(icons.icon(self._icon_name, theme.palette.muted, 16, theme.palette.border_strong))
        self.setIconSize(QSize(16, 16))


class Picture(QLabel):
    """An icon that is only looked at; `tone` is a token's name."""

    def __init__(self, icon: str, tone: str = "muted", size_px: int = 16) -> None:
        super().__init__()
        self._icon_name, self._tone, self._size_px = icon, tone, size_px
        self.setFixedSize(size_px, size_px)
        self._paint_icon()
        theme.changed.connect(self._paint_icon)

    def show_icon(self, icon: str, tone: str) -> None:
        """Show another icon or tone."""
        self._icon_name, self._tone = icon, tone
        self._paint_icon()

    def _paint_icon(self) -> None:
        tone = getattr(theme.palette, self._tone)
        self.setPixmap(icons.pixmap(self._icon_name, tone, self._size_px, self.devicePixelRatioF()))


class Pill(QLabel):
    """A short word on a coloured ground."""

    def __init__(self, text: str = "", tone: str = "muted") -> None:
        super().__init__(text)
        self.setObjectName("pill")
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)

    def show_word(self, text: str, tone: str) -> None:
        """Show another word."""
        self.setText(text)
        set_property(self, "tone", tone)


class Card(QFrame):
    """A framed surface with a vertical layout, perhaps with a heading."""

    def __init__(self, title: Text | None = None, *aside: QWidget, margin: int = 2 * tokens.GRID) -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = column(margins=(margin, margin, margin, margin), spacing=tokens.GRID)
        self.setLayout(self.body)
        if title is not None:
            self.body.addLayout(row(Label(title, "strong"), 1, *aside))


class Rule(QFrame):
    """A thin line."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rule")


def scrolled(content: QWidget) -> QScrollArea:
    """Return `content` in an area that scrolls upright only."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content.setObjectName("scrolled")
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
