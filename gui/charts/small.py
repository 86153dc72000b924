"""Small drawings without axes: sparklines, a strip of fold scores, histograms in table cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ...engine.domain import formatting
from .. import tokens
from ..language import Speaks
from ..speech import tr
from ..theme import body_font, colour, theme


class Sparkline(QWidget):
    """One or more short lines that fill the widget; the first is the strong one."""

    def __init__(self, height: int = 28) -> None:
        super().__init__()
        self._lines: list[tuple[NDArray[np.float64], str]] = []
        self._top: float | None = None
        self.setMinimumHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_lines(self, lines: Sequence[tuple[NDArray[np.float64], str]], top: float | None = None) -> None:
        """Draw lines of (values, tone); with `top` the height spans 0 to `top`, else the values' own span."""
        self._lines = list(lines)
        self._top = top
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        finite = [values[np.isfinite(values)] for values, _ in self._lines]
        everything = np.concatenate(finite) if finite else np.zeros(0)
        if everything.size == 0:
            painter.setPen(QPen(colour("border_strong"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(0, self.height() - 2, self.width(), self.height() - 2)
            return
        low, high = (0.0, self._top) if self._top else (float(everything.min()), float(everything.max()))
        for index in range(len(self._lines) - 1, -1, -1):
            values, tone = self._lines[index]
            self._draw(painter, values, _tone(tone), low, high, strong=index == 0)

    def _draw(
        self,
        painter: QPainter,
        values: NDArray[np.float64],
        tone: QColor,
        low: float,
        high: float,
        *,
        strong: bool,
    ) -> None:
        area = QRectF(self.rect()).adjusted(1, 3, -3, -3)
        span = (high - low) or 1.0
        step = area.width() / max(len(values) - 1, 1)
        points = [
            QPointF(area.left() + i * step, area.bottom() - (float(v) - low) / span * area.height())
            for i, v in enumerate(values)
            if np.isfinite(v)
        ]
        if not points:
            return
        if strong and self._top:
            fill = QColor(tone)
            fill.setAlphaF(0.14)
            ground = [*points, QPointF(points[-1].x(), area.bottom()), QPointF(points[0].x(), area.bottom())]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF(ground))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(tone, 1.6))
        painter.drawPolyline(QPolygonF(points))
        if strong:
            painter.setBrush(tone)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(points[-1], 2.2, 2.2)


class FoldStrip(Speaks, QWidget):
    """The score of every fold as a dot on one line, with their mean and spread."""

    def __init__(self) -> None:
        super().__init__()
        self._values: NDArray[np.float64] = np.zeros(0)
        self._baseline: float | None = None
        self.setMinimumHeight(64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)
        self.say(self.update)

    def show_scores(self, values: NDArray[np.float64], baseline: float | None) -> None:
        """Draw scores of shape (n_replicas,), and the best baseline's as a dashed line."""
        self._values = values[np.isfinite(values)]
        self._baseline = baseline
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        if not self._values.size:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(body_font(tokens.TYPE_CAPTION))
        ends = [*self._values.tolist(), *([self._baseline] if self._baseline is not None else [])]
        low, high = min(ends), max(ends)
        span = (high - low) or 1.0
        left, right, middle = 10.0, self.width() - 10.0, 24.0

        def at(value: float) -> float:
            return left + (value - low) / span * (right - left)

        painter.setPen(QPen(colour("border_strong"), 1))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        mean, spread = (
            float(self._values.mean()),
            float(self._values.std(ddof=1)) if self._values.size > 1 else 0.0,
        )
        band = QRectF(QPointF(at(mean - spread), middle - 9), QPointF(at(mean + spread), middle + 9))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("accent_soft"))
        painter.drawRoundedRect(band.intersected(QRectF(self.rect())), 4, 4)
        if self._baseline is not None:
            painter.setPen(QPen(_tone("series1"), 1.5, Qt.PenStyle.DashLine))
            painter.drawLine(
                QPointF(at(self._baseline), middle - 14), QPointF(at(self._baseline), middle + 14)
            )
        painter.setPen(QPen(colour("accent"), 2))
        painter.drawLine(QPointF(at(mean), middle - 9), QPointF(at(mean), middle + 9))
        painter.setPen(QPen(colour("surface"), 1))
        painter.setBrush(_tone("series0"))
        for value in self._values:
            painter.drawEllipse(QPointF(at(float(value)), middle), 4.5, 4.5)
        self._label_ends(painter, low, high, spread)

    def _label_ends(self, painter: QPainter, low: float, high: float, spread: float) -> None:
        painter.setPen(colour("muted"))
        decimals = formatting.decimals_for(high, spread or None)
        area = QRectF(4, 42, self.width() - 8, 18)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft, formatting.number(low, decimals))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight, formatting.number(high, decimals))
        if self._baseline is not None:
            painter.setPen(_tone("series1"))
            painter.drawText(area, Qt.AlignmentFlag.AlignHCenter, tr("dashed: best baseline"))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, 64)


def draw_histogram(painter: QPainter, area: QRectF, counts: Sequence[float], tone: QColor) -> None:
    """Draw bars of `counts` into `area`."""
    top = max(counts, default=0)
    if top <= 0:
        return
    width = min(area.width() / len(counts), 14.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tone)
    for index, count in enumerate(counts):
        height = max(area.height() * count / top, 1.0 if count else 0.0)
        painter.drawRect(
            QRectF(area.left() + index * width, area.bottom() - height, max(width - 1, 1.0), height)
        )


def _tone(name: str) -> QColor:
    if name.startswith("series"):
        return QColor(theme.palette.series[int(name[6:]) % len(theme.palette.series)])
    return colour(name)
