"""The inside of a chart: dragging over it brushes what runs along its axes, or moves it where nothing does."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QTransform

from ..charts.spec import Axes
from ..theme import colour

_SOFT = 0.16


class BrushBox(pg.ViewBox):
    """The view of a chart.

    Signals
    -------
    brushed(object, bool)
        The `QRectF` that is dragged over, in the chart's own units, and whether the drag has ended.
    """

    brushed = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self._axes = Axes()

    def show_axes(self, axes: Axes) -> None:
        """Say which of the axes can be brushed."""
        self._axes = axes

    def mouseDragEvent(self, event: Any, axis: Any = None) -> None:  # noqa: N802 - pyqtgraph's name
        can_brush = self._axes.x.column or self._axes.y.column
        if event.button() != Qt.MouseButton.LeftButton or not can_brush or axis is not None:
            super().mouseDragEvent(event, axis)
            return
        event.accept()
        area = self._area(event)
        self.rbScaleBox.setPen(pg.mkPen(colour("accent")))
        self.rbScaleBox.setBrush(pg.mkBrush(colour("accent", _SOFT)))
        if event.isFinish():
            self.rbScaleBox.hide()
        else:
            self.rbScaleBox.setPos(area.topLeft())
            self.rbScaleBox.setTransform(QTransform.fromScale(area.width(), area.height()))
            self.rbScaleBox.show()
        self.brushed.emit(area, event.isFinish())

    def _area(self, event: Any) -> QRectF:
        """Return what was dragged over; along an axis that cannot be brushed, all that can be seen."""
        start, end = self.mapToView(event.buttonDownPos()), self.mapToView(event.pos())
        area = QRectF(start, end).normalized()
        seen = self.viewRect()
        if not self._axes.x.column:
            area.setLeft(seen.left())
            area.setRight(seen.right())
        if not self._axes.y.column:
            area.setTop(seen.top())
            area.setBottom(seen.bottom())
        return area
