"""How the figures of an audit are painted: the number with its interval, and both on the line of their column."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from .. import tokens
from ..models.groups_model import FIGURE_ROLE, GROUP, N_OWN, ROWS, SMALL_ROLE, Drawn
from ..speech import tr
from ..theme import body_font, colour
from ..widgets import painting
from ..widgets.painting import Index

ROW_PX = 44
_DOT_PX = 7.0
_GAP_PX = 6.0


class GroupsDelegate(QStyledItemDelegate):
    """Above the words, below them a dot in its interval, and a thin line where all rows are."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = painting.begin_cell(painter, option)
        is_small, is_all = bool(index.data(SMALL_ROLE)), index.row() == 0
        weight = QFont.Weight.DemiBold if is_all else QFont.Weight.Normal
        upper, lower = painting.halves(area)
        if index.column() >= N_OWN:
            self._figure(painter, upper, lower, index.data(FIGURE_ROLE), is_small=is_small, weight=weight)
        elif index.column() == GROUP and is_small:
            painting.text(painter, upper, str(index.data()), "muted")
            painting.text(painter, lower, tr("under 30 rows"), "muted", tokens.TYPE_CAPTION)
        else:
            right = Qt.AlignmentFlag.AlignRight if index.column() == ROWS else Qt.AlignmentFlag.AlignLeft
            tone = "muted" if index.column() == ROWS or is_small else "text"
            painting.text(painter, area, str(index.data()), tone, align=right, weight=weight)
        painter.restore()

    def _figure(
        self,
        painter: QPainter,
        upper: QRectF,
        lower: QRectF,
        drawn: Drawn,
        *,
        is_small: bool,
        weight: QFont.Weight,
    ) -> None:
        value, fine, rough = drawn.texts
        taken = painting.text(painter, upper, value, "muted" if is_small else "text", weight=weight)
        beside = upper.adjusted(taken + _GAP_PX, 0, 0, 0)
        metrics = QFontMetricsF(body_font(tokens.TYPE_CAPTION))
        interval = fine if metrics.horizontalAdvance(fine) <= beside.width() else rough
        painting.text(painter, beside, interval, "muted", tokens.TYPE_CAPTION)
        if drawn.value is not None:
            tone = "muted" if is_small else "warning" if drawn.is_extreme else "accent"
            self._line(painter, lower.adjusted(_DOT_PX / 2, 0, -_DOT_PX / 2, 0), drawn, tone)

    @staticmethod
    def _line(painter: QPainter, area: QRectF, drawn: Drawn, tone: str) -> None:
        least, most = drawn.ends

        def at(value: float) -> float:
            share = min(max((value - least) / (most - least), 0.0), 1.0)
            return area.left() + share * area.width()

        middle = area.center().y()
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(QLineF(area.left(), middle, area.right(), middle))
        if drawn.whole is not None:
            x = at(drawn.whole)
            painter.setPen(QPen(colour("border_strong"), 1))
            painter.drawLine(QLineF(x, middle - 6, x, middle + 6))
        assert drawn.value is not None  # noqa: S101 - by the caller
        assert drawn.low is not None  # noqa: S101 - an interval comes with its value
        assert drawn.high is not None  # noqa: S101 - likewise
        painter.setPen(QPen(colour(tone), 2))
        painter.drawLine(QLineF(at(drawn.low), middle, at(drawn.high), middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(tone))
        painter.drawEllipse(QRectF(at(drawn.value) - _DOT_PX / 2, middle - _DOT_PX / 2, _DOT_PX, _DOT_PX))
