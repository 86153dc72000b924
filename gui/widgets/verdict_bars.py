"""Verdicts as bars of three parts: how probable better, the same for practical purposes, and worse are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from .. import tokens
from ..language import Speaks
from ..speech import sentence, tr
from ..states.comparing import ComparedVerdict
from ..theme import colour, theme
from .painting import text

_ROW_PX, _BAR_PX, _HIGH_PX, _GAP_PX = 24, 120, 10, 10
_NAME_SHARE = 0.34


class VerdictBars(Speaks, QWidget):
    """A line for each trial against the first one: name, bar, difference with its interval, the verdict's word."""

    def __init__(self) -> None:
        super().__init__()
        self.verdicts: tuple[ComparedVerdict, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)
        self.say(self._name)

    def show_verdicts(self, verdicts: tuple[ComparedVerdict, ...]) -> None:
        """Show these."""
        self.verdicts = verdicts
        self.setVisible(bool(verdicts))
        self.updateGeometry()
        self._name()
        self.update()

    def _name(self) -> None:
        self.setAccessibleName(tr("The first trial against the others"))
        self.setAccessibleDescription("\n".join(sentence(one.told) for one in self.verdicts))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, _ROW_PX * len(self.verdicts))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            place = int(event.pos().y() // _ROW_PX)
            if 0 <= place < len(self.verdicts):
                QToolTip.showText(event.globalPos(), sentence(self.verdicts[place].told), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, one in enumerate(self.verdicts):
            self._paint(painter, QRectF(0, place * _ROW_PX, self.width(), _ROW_PX), one)

    def _paint(self, painter: QPainter, area: QRectF, one: ComparedVerdict) -> None:
        name = QRectF(area.left(), area.top(), min(area.width() * _NAME_SHARE, 150), area.height())
        text(painter, name, one.name, one.tone, tokens.TYPE_SMALL)
        left = name.right() + _GAP_PX
        if one.verdict is None:
            rest = QRectF(left, area.top(), area.right() - left, area.height())
            text(painter, rest, sentence(one.told), "muted", tokens.TYPE_SMALL)
            return
        bar = QRectF(left, area.center().y() - _HIGH_PX / 2, _BAR_PX, _HIGH_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        parts = (
            (one.verdict.p_better, "good"), (one.verdict.p_same, "border_strong"), (one.verdict.p_worse, "bad"),
        )  # fmt: skip
        for share, tone in parts:
            painter.setBrush(colour(tone))
            painter.drawRect(QRectF(left, bar.top(), _BAR_PX * share, bar.height()))
            left += _BAR_PX * share
        rest = QRectF(bar.right() + _GAP_PX, area.top(), area.right() - bar.right() - _GAP_PX, area.height())
        text(painter, rest, one.figures, "text", tokens.TYPE_SMALL)
