"""Drawing inside table cells: text at a place, pills, progress lines, icons."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from .. import icons, tokens
from ..theme import body_font, colour, theme

Index = QModelIndex | QPersistentModelIndex
PAD = 8.0


def begin_cell(painter: QPainter, option: QStyleOptionViewItem) -> QRectF:
    """Paint the ground of a cell (selected, hovered, focused, line below) and return the room for its
    content.
    """
    area = QRectF(option.rect)  # type: ignore[attr-defined]
    state = option.state  # type: ignore[attr-defined]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if state & QStyle.StateFlag.State_Selected:
        painter.fillRect(area, colour("selected"))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(area, colour("hover"))
    painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), colour("border"))
    if state & QStyle.StateFlag.State_HasFocus:
        painter.fillRect(QRectF(area.left(), area.top(), 3, area.height() - 1), colour("accent"))
    return area.adjusted(PAD, 0, -PAD, -1)


def text(
    painter: QPainter,
    area: QRectF,
    words: str,
    tone: str = "text",
    size_px: int = tokens.TYPE_BODY,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    weight: QFont.Weight = QFont.Weight.Normal,
) -> float:
    """Draw one line of text, elided to the area; return the width that it took."""
    font = body_font(size_px, weight=weight)
    metrics = QFontMetricsF(font)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width() + 0.5)
    painter.setFont(font)
    painter.setPen(colour(tone))
    painter.drawText(area, int(align | Qt.AlignmentFlag.AlignVCenter), shown)
    return metrics.horizontalAdvance(shown)


def pill(painter: QPainter, left: float, middle: float, words: str, tone: str) -> float:
    """Draw a pill whose left edge is at `left`; return its width."""
    font = body_font(tokens.TYPE_CAPTION, weight=QFont.Weight.DemiBold)
    width = QFontMetricsF(font).horizontalAdvance(words) + 16
    area = QRectF(left, middle - 9, width, 18)
    ground = theme.palette.border if tone == "muted" else getattr(theme.palette, f"{tone}_soft")
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(area, 9, 9)
    painter.setFont(font)
    painter.setPen(colour(tone))
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), words)
    return width


def progress_line(painter: QPainter, area: QRectF, fraction: float, tone: str) -> None:
    """Draw a thin bar of which `fraction` is done."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour("border"))
    painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
    if fraction > 0:
        painter.setBrush(colour(tone))
        done = QRectF(area.left(), area.top(), max(area.width() * fraction, area.height()), area.height())
        painter.drawRoundedRect(done, area.height() / 2, area.height() / 2)


def picture(painter: QPainter, left: float, middle: float, name: str, tone: str, size_px: int = 14) -> None:
    """Draw an icon whose left edge is at `left`."""
    icons.renderer(name, getattr(theme.palette, tone)).render(
        painter, QRectF(left, middle - size_px / 2, size_px, size_px)
    )


def halves(area: QRectF) -> tuple[QRectF, QRectF]:
    """Return the upper and the lower line of a tall cell."""
    middle = area.center().y()
    return (
        QRectF(area.left(), middle - 20, area.width(), 20),
        QRectF(area.left(), middle + 1, area.width(), 17),
    )
