"""How the cells of the Trials table are painted."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ..models.trials_model import NUMBER, SCORE, SCORE_ROLE, STATE, TONE_ROLE
from ..theme import body_font, colour
from ..widgets import painting
from ..widgets.painting import Index

_RIGHT = Qt.AlignmentFlag.AlignRight


class TrialDelegate(QStyledItemDelegate):
    """Plain cells, a coloured dot before the state, scores with their spread."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._spread_width = QFontMetricsF(body_font()).horizontalAdvance("± 0.0000")

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = painting.begin_cell(painter, option)
        column = index.column()
        if column == STATE:
            self._state(painter, area, index)
        elif column == SCORE:
            self._score(painter, area, index)
        else:
            align = Qt.AlignmentFlag(int(index.data(Qt.ItemDataRole.TextAlignmentRole)))
            tone = "muted" if column == NUMBER else "text"
            painting.text(
                painter, area, str(index.data() or ""), tone, align=align & ~Qt.AlignmentFlag.AlignVCenter
            )
        painter.restore()

    def _state(self, painter: QPainter, area: QRectF, index: Index) -> None:
        tone = index.data(TONE_ROLE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(tone))
        painter.drawEllipse(QRectF(area.left(), area.center().y() - 3.5, 7, 7))
        tone = "bad" if tone == "bad" else "muted"
        painting.text(painter, area.adjusted(14, 0, 4, 0), str(index.data()), tone)

    def _score(self, painter: QPainter, area: QRectF, index: Index) -> None:
        value, spread, best = index.data(SCORE_ROLE)
        left = area.adjusted(0, 0, -self._spread_width - 6, 0)
        weight = QFont.Weight.DemiBold if best else QFont.Weight.Normal
        tone = "faint" if value == "–" else "text"
        painting.text(painter, left, value, tone, align=_RIGHT, weight=weight)
        if spread:
            beside = QRectF(left.right() + 6, area.top(), self._spread_width, area.height())
            painting.text(painter, beside, spread, "muted")
        if best:
            painting.picture(painter, area.left() - 4, area.center().y(), "best", "gold", 13)
