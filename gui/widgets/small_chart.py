"""Draws any chart without axes: into a widget of its own, or into a part of another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from .. import tokens
from ..charts.spec import Axes, Band, Bars, ChartSpec, Floats, LevelLine, Line, Mark, Points, places
from ..language import Speaks
from ..theme import body_font, colour, theme

Data = TypeVar("Data")
# Of the area below a line.
_TINT = 0.2
# Of a band's, in pixels.
_CORNER = 4.0
_CAPTION = 18


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where in pixels a place of a chart lies."""

    area: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def points(self, x: Floats, y: Floats) -> list[QPointF]:
        """Return places in pixels, without those that are not known."""
        area = self.area
        across = area.left() + (x - self.x[0]) / ((self.x[1] - self.x[0]) or 1.0) * area.width()
        down = area.bottom() - (y - self.y[0]) / ((self.y[1] - self.y[0]) or 1.0) * area.height()
        known = np.isfinite(across) & np.isfinite(down)
        pairs = zip(across[known], down[known], strict=True)
        return [QPointF(float(right), float(below)) for right, below in pairs]


def paint(painter: QPainter, area: QRectF, spec: ChartSpec[Data], data: Data) -> None:
    """Draw `data` as a chart into an area."""
    axes, marks = spec.axes(data), spec.marks(data)
    _paint_marks(painter, area, axes, marks)


def _paint_marks(painter: QPainter, area: QRectF, axes: Axes, marks: Sequence[Mark]) -> None:
    drawn = [places(mark) for mark in marks]
    spans = [_span([x for x, _ in drawn]), _span([y for _, y in drawn])]
    frame = _Frame(area, axes.x.span or spans[0], axes.y.span or spans[1])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark in marks:
        _paint_mark(painter, frame, mark)


def _span(values: Sequence[Floats]) -> tuple[float, float]:
    known = np.concatenate([*values, np.zeros(0)])
    known = known[np.isfinite(known)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _paint_mark(painter: QPainter, frame: _Frame, mark: Mark) -> None:
    ink = colour(mark.tone, mark.alpha)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    match mark:
        case Line():
            _paint_line(painter, frame, mark, ink)
        case Points():
            painter.setPen(QPen(colour(mark.edge), 1) if mark.edge else Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            for point in frame.points(mark.x, mark.y):
                painter.drawEllipse(point, mark.size / 2, mark.size / 2)
        case Band():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            edge = frame.points(np.r_[mark.x, mark.x[::-1]], np.r_[mark.high, mark.low[::-1]])
            if len(mark.x) == 2 and np.ptp(mark.low) == np.ptp(mark.high) == 0:
                painter.drawRoundedRect(QRectF(edge[0], edge[2]), _CORNER, _CORNER)
            else:
                painter.drawPolygon(QPolygonF(edge))
        case Bars():
            _paint_bars(painter, frame, mark, ink)
        case LevelLine():
            painter.setPen(QPen(ink, mark.width, Qt.PenStyle.DashLine))
            painter.drawLine(*frame.points(np.array(frame.x), np.full(2, mark.y)))


def _paint_line(painter: QPainter, frame: _Frame, mark: Line, ink: QColor) -> None:
    x, y = mark.x, mark.y
    if mark.stepped and len(x):
        x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    points = frame.points(x, y)
    if not points:
        return
    if mark.ground is not None:
        fill = QColor(ink)
        fill.setAlphaF(_TINT * mark.alpha)
        ends = frame.points(np.array([x[-1], x[0]]), np.full(2, mark.ground))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([*points, *ends]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, mark.width))
    painter.drawPolyline(QPolygonF(points))


def _paint_bars(painter: QPainter, frame: _Frame, mark: Bars, ink: QColor) -> None:
    low, high = frame.points(mark.x, mark.low), frame.points(mark.x, mark.high)
    if not mark.filling:
        style = Qt.PenStyle.DashLine if mark.dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(ink, mark.width, style))
        for bottom, top in zip(low, high, strict=True):
            painter.drawLine(bottom, top)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    room = frame.area.width() / ((frame.x[1] - frame.x[0]) or 1.0)
    for bottom, top in zip(low, high, strict=True):
        # What is there is seen, however little it is.
        height = max(bottom.y() - top.y(), 1.0) if bottom.y() > top.y() else 0.0
        painter.drawRect(QRectF(top.x() - room / 2, bottom.y() - height, max(room - 1, 1.0), height))


class SmallChart(Speaks, QWidget, Generic[Data]):
    """A chart that fills the widget, with the ends of what runs across below it where its axis names them.

    Parameters
    ----------
    height : int
        Pixels; of the widget, so that one with ends leaves 18 pixels fewer for what is drawn.
    margin : int
        Pixels left free at the sides.
    """

    def __init__(self, spec: ChartSpec[Data], height: int, margin: int = 2) -> None:
        super().__init__()
        self.spec = spec
        self.data: Data | None = None
        self._margin = margin
        self.setMinimumHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.say(self.update)

    def show_data(self, data: Data) -> None:
        """Draw `data` in place of what was drawn before."""
        self.data = data
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        marks = self.spec.marks(self.data) if self.data is not None else ()
        if self.data is None or not marks:
            painter.setPen(QPen(colour("border_strong"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(0, self.height() - 2, self.width(), self.height() - 2)
            return
        axes, side = self.spec.axes(self.data), self._margin
        has_ends = any(axes.x.ends)
        below = _CAPTION + 2 if has_ends else 0
        area = QRectF(self.rect()).adjusted(side, 3, -side, -3 - below)
        _paint_marks(painter, area, axes, marks)
        if has_ends:
            self._write_ends(painter, axes, marks)

    def _write_ends(self, painter: QPainter, axes: Axes, marks: Sequence[Mark]) -> None:
        painter.setFont(body_font(tokens.TYPE_CAPTION))
        area = QRectF(4, self.height() - _CAPTION - 2, self.width() - 8, _CAPTION)
        painter.setPen(colour("muted"))
        for text, side in zip(
            axes.x.ends, (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True
        ):
            painter.drawText(area, side, text)
        for mark in marks:
            if mark.name:
                painter.setPen(colour(mark.tone))
                painter.drawText(area, Qt.AlignmentFlag.AlignHCenter, mark.name)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, self.minimumHeight())
