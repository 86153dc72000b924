"""Draws any chart with axes: the theme's colours, a hover that explains, brushes, keys that move along points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QToolTip

from .. import tokens
from ..charts.spec import Axes, ChartSpec, LevelLine, Mark, brushed, looks_like, places
from ..language import Speaks
from ..theme import body_font, colour, theme
from . import chart_marks
from .chart_axis import AxisItem
from .chart_box import BrushBox
from .parts import Label

Data = TypeVar("Data")
_HOVER_PX = 28
# That the keys move along.
_MOST_STEPS = 2000
pg.setConfigOptions(antialias=True)


class ChartView(Speaks, pg.PlotWidget, Generic[Data]):
    """Shows data as its `ChartSpec` says; `legend` is a label to be placed beside it.

    Signals
    -------
    picked(object)
        A click near a point, or Enter at the one that the keys have come to: the item that it stands for.
    opened(object)
        A double click near a point.
    brushed(object, bool)
        What is dragged over along the axes that can be brushed, as a list of `Brush`, and whether the drag has ended.
    """

    picked = Signal(object)
    opened = Signal(object)
    brushed = Signal(object, bool)

    def __init__(self, spec: ChartSpec[Data]) -> None:
        self._bottom, self._left = AxisItem("bottom"), AxisItem("left")
        # Pyqtgraph's own annotation forgets that None is "no ground".
        nothing: Any = None
        self._box = BrushBox()
        super().__init__(
            viewBox=self._box, axisItems={"bottom": self._bottom, "left": self._left}, background=nothing
        )
        self._plot: Any = self.getPlotItem()
        self.spec = spec
        self.data: Data | None = None
        self.marks: tuple[Mark, ...] = ()
        self._items: dict[str, Any] = {}
        self._axes = Axes()
        self._labels = ("", "")
        self._followed = True
        # The point that the keys have come to, of all that have an item, from left to right.
        self._point = -1
        self.legend = Label(kind="small", tone="muted")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        plot = self._plot
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setContentsMargins(0, 4, 8, 0)
        plot.getViewBox().setDefaultPadding(0.03)
        self.setFrameShape(self.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._box.brushed.connect(self._brush)
        self._plot.scene().sigMouseMoved.connect(self._hover)
        self._plot.scene().sigMouseClicked.connect(self._click)
        plot.getViewBox().sigRangeChangedManually.connect(self._let_go)
        # What is done again when the chart is shown.
        self._stale: set[Callable[[], None]] = set()
        self._was_shown = False
        self._recolour()
        theme.changed.connect(self._follow_theme)
        self.say(self._follow_language)

    def show_data(self, data: Data) -> None:
        """Draw `data` in place of what was drawn before."""
        self.data = data
        marks, axes = tuple(self.spec.marks(data)), self.spec.axes(data)
        self._draw(marks)
        self._axes = axes
        self._point = -1
        self._box.show_axes(axes)
        self._bottom.show_axis(axes.x)
        self._left.show_axis(axes.y)
        self._name_axes()
        self._show_legend()
        if self._followed:
            self.show_all()

    def show_all(self) -> None:
        """Span everything that is drawn."""
        self._followed = True
        box = self._plot.getViewBox()
        span = self._axes.y.span
        box.enableAutoRange(x=True, y=span is None)
        drawn = [places(mark) for mark in self.marks if not isinstance(mark, LevelLine)]
        has_points = any(np.isfinite(y).any() for _, y in drawn)
        x = np.concatenate([x for x, _ in drawn] or [np.zeros(0)])
        # One place has no extent to span.
        if len(x) and np.nanmin(x) == np.nanmax(x):
            box.setXRange(float(np.nanmin(x)) - 1, float(np.nanmax(x)) + 1, padding=0)
        # Else the numbers of what was drawn before would stay.
        self._bottom.setStyle(showValues=has_points)
        self._left.setStyle(showValues=has_points or span is not None)
        if span is not None:
            low, high = span
            pad = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
            box.setYRange(low - pad, high + pad, padding=0)

    def _draw(self, marks: tuple[Mark, ...]) -> None:
        plot = self._plot
        wanted = {mark.key: type(mark) for mark in marks}
        before = {mark.key: mark for mark in self.marks}
        for key in [key for key, mark in before.items() if wanted.get(key) is not type(mark)]:
            plot.removeItem(self._items.pop(key))
            del before[key]
        if not before and self.isVisible():
            # The first painting of many points takes longest.
            self._one_frame_later(lambda: None)
        self.marks = marks
        for depth, mark in enumerate(marks):
            item = self._items.get(mark.key)
            if item is None:
                item = self._items[mark.key] = chart_marks.made(mark)
                plot.addItem(item, ignoreBounds=isinstance(mark, LevelLine))
            item.setZValue(depth)
            if mark.key not in before or not looks_like(before[mark.key], mark):
                # Which is what takes time.
                chart_marks.fill(item, mark)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self._was_shown:
            self._catch_up()
        else:
            self._was_shown = True
            self._one_frame_later(self._catch_up)

    def _follow_theme(self) -> None:
        self._when_seen(self._recolour)

    def _follow_language(self) -> None:
        self._when_seen(self._say_anew)

    def _one_frame_later(self, act: Callable[[], None]) -> None:
        """Run `act` when all else that is under way was painted: together the window would stand still for too long.

        Until then the chart paints nothing: neither old colours on a new ground, nor twice.
        """

        def wake() -> None:
            act()
            self.setUpdatesEnabled(True)

        self.setUpdatesEnabled(False)
        QTimer.singleShot(0, self, wake)

    def _catch_up(self) -> None:
        stale, self._stale = self._stale, set()
        for act in stale:
            act()

    def _when_seen(self, act: Callable[[], None]) -> None:
        """Run `act` soon, or where the chart is hidden when it is shown: most are, and each takes milliseconds."""
        if self.isVisible():
            self._one_frame_later(act)
        else:
            self._stale.add(act)

    def _recolour(self) -> None:
        """Take the theme's colours."""
        palette = theme.palette
        font = body_font(tokens.TYPE_CAPTION)
        for axis in (self._bottom, self._left):
            axis.setPen(pg.mkPen(palette.plot_grid))
            axis.setTextPen(pg.mkPen(palette.muted))
            axis.setTickPen(pg.mkPen(palette.plot_grid))
            axis.setTickFont(font)
            axis.setStyle(tickLength=0, tickTextOffset=6)
        self._left.setGrid(90 if palette.is_dark else 120)
        self._left.setTickPen(pg.mkPen(palette.border_strong))
        for mark in self.marks:
            chart_marks.recolour(self._items[mark.key], mark)
        self._labels = ("", "")
        self._name_axes()
        self._show_legend()

    def _say_anew(self) -> None:
        """Say all in the language in use."""
        if self.data is not None:
            self.show_data(self.data)

    def _name_axes(self) -> None:
        said = self._axes.x.text(), self._axes.y.text()
        if said == self._labels:
            return
        self._labels = said
        style: Any = {"color": colour("muted").name(), "font-size": f"{tokens.TYPE_CAPTION}px"}
        for axis, text in zip((self._bottom, self._left), said, strict=True):
            axis.setLabel(text, **style)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        item = self.item_at(self.mapToScene(event.position().toPoint()))
        if item is None:
            self.show_all()
        else:
            self.opened.emit(item)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Home: None, Qt.Key.Key_End: None}
        points = self._points()
        if event.key() in steps and points:
            step = steps[Qt.Key(event.key())]
            if step is None:
                self._point = 0 if event.key() == Qt.Key.Key_Home else len(points) - 1
            else:
                self._point = min(max(self._point + step, 0), len(points) - 1)
            x, y, item = points[self._point]
            place = self.mapFromScene(self._box.mapViewToScene(QPointF(x, y)))
            if self.data is not None:
                QToolTip.showText(self.mapToGlobal(place), self.spec.tip(self.data, item), self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._point < len(points):
            self.picked.emit(points[self._point][2])
        else:
            super().keyPressEvent(event)

    def _points(self) -> list[tuple[float, float, object]]:
        """Return the points that have an item and can be seen, from left to right."""
        seen = self._box.viewRect()
        found: list[tuple[float, float, object]] = []
        for mark in self.marks:
            if mark.item is None or isinstance(mark, LevelLine):
                continue
            x, y = places(mark)
            inside = (x >= seen.left()) & (x <= seen.right()) & (y >= seen.top()) & (y <= seen.bottom())
            rows = np.flatnonzero(inside)[:_MOST_STEPS]
            found += [(float(x[row]), float(y[row]), mark.item(int(row))) for row in rows]
        return sorted(found, key=lambda one: one[:2])

    def _brush(self, area: QRectF, is_done: bool) -> None:
        x, y = (area.left(), area.right()), (area.top(), area.bottom())
        if self.spec.brush is not None:
            found = self.spec.brush(self.data, x, y) if self.data is not None else []
        else:
            ends = ((self._axes.x, *x), (self._axes.y, *y))
            brushes = [brushed(axis, low, high) for axis, low, high in ends if axis.column]
            found = [brush for brush in brushes if brush is not None]
        self.brushed.emit(found, is_done)

    def _let_go(self, *_: object) -> None:
        self._followed = False

    def _show_legend(self) -> None:
        said = [chart_marks.legend_text(mark) for mark in self.marks if mark.name]
        self.legend.setText("&nbsp;&nbsp; ".join(said))

    def _hover(self, place: QPointF) -> None:
        text = self.tip_at(place)
        if text:
            QToolTip.showText(self.mapToGlobal(self.mapFromScene(place)), text, self)
        else:
            QToolTip.hideText()

    def _click(self, event: Any) -> None:
        item = self.item_at(event.scenePos())
        if item is not None:
            self.picked.emit(item)

    def tip_at(self, place: QPointF) -> str:
        """Return the hover's text at a place of the scene, empty where there is nothing near."""
        item = self.item_at(place)
        return "" if item is None or self.data is None else self.spec.tip(self.data, item)

    def item_at(self, place: QPointF) -> object | None:
        """Return what the point that is nearest to a place of the scene stands for; None where none is near."""
        box = self._plot.getViewBox()
        width, height = box.viewPixelSize()
        if not self._plot.sceneBoundingRect().contains(place) or not width or not height:
            return None
        here = box.mapSceneToView(place)
        nearest, found = float(_HOVER_PX), None
        for mark in reversed(self.marks):
            if mark.item is None:
                continue
            x, y = places(mark)
            across = np.zeros(1) if isinstance(mark, LevelLine) else (x - here.x()) / width
            distance = np.hypot(across, (y - here.y()) / height)
            if not np.isfinite(distance).any():
                continue
            point = int(np.nanargmin(distance))
            if distance[point] < nearest:
                nearest, found = float(distance[point]), mark.item(point)
        return found
