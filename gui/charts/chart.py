"""The base of all charts: axes with units, the theme's colours, a hover that explains, double click shows
everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPen, QShowEvent
from PySide6.QtWidgets import QToolTip

from ...engine.domain import formatting
from .. import tokens
from ..language import Speaks
from ..speech import Text
from ..theme import body_font, theme
from ..widgets.parts import Label

_HOVER_PX = 28
_MOST_POWERS = 6  # numbers along an axis of logarithms
pg.setConfigOptions(antialias=True)


@dataclass(frozen=True, slots=True)
class Series:
    """One thing drawn in a chart.

    Attributes
    ----------
    key : str
        Tells it from the chart's other series.
    name : str
        For the legend; empty to leave it out.
    x, y : ndarray of shape (n,), float64
    tone : str
        A token's name, or ``series0`` … ``series7`` for the plot palette.
    style : {"line", "step", "points", "level"}
        ``level`` is a horizontal line at ``y[0]`` across the chart.
    width : float
        Of lines, in pixels; of points their diameter.
    dashed : bool
    alpha : float
        In [0, 1].
    tip : callable or None
        Text of the hover for the i-th point; None for no hover.
    """

    key: str
    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    tone: str = "series0"
    style: str = "line"
    width: float = 1.6
    dashed: bool = False
    alpha: float = 1.0
    tip: Callable[[int], str] | None = None

    def looks_like(self, other: Series) -> bool:
        """Whether `other` would be drawn the same way in the same theme."""
        mine = self.style, self.tone, self.width, self.dashed, self.alpha
        theirs = other.style, other.tone, other.width, other.dashed, other.alpha
        return (
            mine == theirs
            and np.array_equal(self.x, other.x, equal_nan=True)
            and np.array_equal(self.y, other.y, equal_nan=True)
        )

    def colour(self) -> QColor:
        """Return its colour in the theme in use."""
        palette = theme.palette
        if self.tone.startswith("series"):
            colour = QColor(palette.series[int(self.tone[6:]) % len(palette.series)])
        else:
            colour = QColor(getattr(palette, self.tone))
        colour.setAlphaF(self.alpha)
        return colour


class _Axis(pg.AxisItem):
    """An axis whose numbers are written as everywhere else in the window."""

    def __init__(self, orientation: str, *, as_clock: bool = False, whole: bool = False) -> None:
        self.as_clock, self.whole = as_clock, whole
        self.power: Callable[[float], str] | None = None  # how 10 to the power of a value is written
        self._decimals = 0
        super().__init__(orientation)
        self.enableAutoSIPrefix(False)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802, N803
        if self.power is not None:
            return [(1.0, _round_powers(minVal, maxVal))]
        levels = super().tickValues(minVal, maxVal, size)[:2]  # the third level is never labelled, only drawn
        if self.whole:
            levels = [(spacing, values) for spacing, values in levels if spacing >= 1]
            if not levels:  # so near that even the coarsest step is a part of one
                levels = [(1.0, [float(n) for n in range(math.ceil(minVal), math.floor(maxVal) + 1)])]
        labelled = [spacing for spacing, values in levels if values]
        self._decimals = max((_decimals(spacing) for spacing in labelled), default=0)
        return levels

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: N802, ARG002
        if self.power is not None:
            return [self.power(10.0**value) for value in values]
        if self.as_clock:
            return [formatting.clock(value) for value in values]
        return [formatting.number(value, self._decimals) for value in values]


class Chart(Speaks, pg.PlotWidget):
    """A plot of a few series.

    Signals
    -------
    point_clicked(Series, int)
        A click near a point that has a hover: its series and its place in there.
    """

    point_clicked = Signal(object, int)

    def __init__(self, x_text: Text, y_text: Text, *, x_is_time: bool = False, x_whole: bool = False) -> None:
        self._bottom = _Axis("bottom", as_clock=x_is_time, whole=x_whole)
        self._left = _Axis("left")
        nothing: Any = None  # pyqtgraph's own annotation forgets that None is "no ground"
        super().__init__(axisItems={"bottom": self._bottom, "left": self._left}, background=nothing)
        self._plot: Any = self.getPlotItem()
        self.series: tuple[Series, ...] = ()
        self._items: dict[str, Any] = {}
        self._x_text, self._y_text = x_text, y_text
        self._y_range: tuple[float, float] | None = None
        self._followed = True
        self.legend = Label(kind="small", tone="muted")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        plot = self._plot
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setContentsMargins(0, 4, 8, 0)
        plot.getViewBox().setDefaultPadding(0.03)
        self.setFrameShape(self.Shape.NoFrame)
        self.setStyleSheet("background: transparent; border: 0;")
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.scene().sigMouseMoved.connect(self._hover)
        self._plot.scene().sigMouseClicked.connect(self._click)
        plot.getViewBox().sigRangeChangedManually.connect(self._let_go)
        self._stale: set[Callable[[], None]] = set()  # what is done again when the chart is shown
        self._was_shown = False
        self._recolour()
        theme.changed.connect(self._follow_theme)
        self.say(self._follow_language)

    def set_axis_text(self, x_text: Text, y_text: Text, *, x_is_time: bool = False) -> None:
        """Name the axes anew."""
        said = self._x_text(), self._y_text(), self._bottom.as_clock
        self._x_text, self._y_text = x_text, y_text
        self._bottom.as_clock = x_is_time
        if said != (x_text(), y_text(), x_is_time):
            self.rename()

    def set_powers(self, written: Callable[[float], str] | None) -> None:
        """Say that what runs to the right are logarithms to base 10, and how the numbers themselves are written."""
        self._bottom.power = written
        self._bottom.picture = None  # it keeps what it has drawn
        self._bottom.update()

    def show_series(self, series: Sequence[Series], y_range: tuple[float, float] | None = None) -> None:
        """Draw these series in place of the former ones.

        Parameters
        ----------
        series : sequence of Series
            Later ones lie above earlier ones.
        y_range : tuple of float or None
            What the vertical axis spans; None for everything that is drawn.
        """
        plot = self._plot
        wanted = {one.key for one in series}
        for key in [key for key in self._items if key not in wanted]:
            plot.removeItem(self._items.pop(key))
        drawn = {one.key: one for one in self.series if one.key in self._items}
        if not drawn and self.isVisible():
            self._one_frame_later(lambda: None)  # the first painting of many points takes longest
        self.series = tuple(series)
        for depth, one in enumerate(series):
            item = self._items.get(one.key)
            if item is None:
                item = self._items[one.key] = _made(one)
                plot.addItem(item, ignoreBounds=one.style == "level")
            item.setZValue(depth)
            before = drawn.get(one.key)
            if before is None or not before.looks_like(one):  # filling an item anew is what takes time
                _filled(item, one)
        self._y_range = y_range
        self._show_legend()
        if self._followed:
            self.show_all()

    def show_all(self) -> None:
        """Span everything that is drawn."""
        self._followed = True
        box = self._plot.getViewBox()
        box.enableAutoRange(x=True, y=self._y_range is None)
        has_points = any(one.style != "level" and np.isfinite(one.y).any() for one in self.series)
        places = np.concatenate([one.x for one in self.series if one.style != "level"] or [np.zeros(0)])
        if len(places) and np.nanmin(places) == np.nanmax(places):  # one place has no extent to span
            box.setXRange(float(np.nanmin(places)) - 1, float(np.nanmax(places)) + 1, padding=0)
        self._bottom.setStyle(showValues=has_points)  # else the numbers of what was drawn before would stay
        self._left.setStyle(showValues=has_points or self._y_range is not None)
        if self._y_range is not None:
            low, high = self._y_range
            pad = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
            box.setYRange(low - pad, high + pad, padding=0)

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
        self._when_seen(self.rename)

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
        for one in self.series:
            if one.style == "points":  # setting the points again would take ten times as long
                self._items[one.key].setBrush(pg.mkBrush(one.colour()))
            else:
                _filled(self._items[one.key], one)
        self.rename()
        self._show_legend()

    def rename(self) -> None:
        """Ask for the words of the axes again."""
        style: Any = {"color": theme.palette.muted, "font-size": f"{tokens.TYPE_CAPTION}px"}
        for axis, text in ((self._bottom, self._x_text()), (self._left, self._y_text())):
            axis.setLabel(text, **style)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.show_all()
        event.accept()

    def _let_go(self, *_: object) -> None:
        self._followed = False

    def _show_legend(self) -> None:
        marks = {"line": "━", "step": "━", "points": "●", "level": "╍"}
        parts = [
            f'<span style="color:{one.colour().name()}">{marks[one.style]}</span>&nbsp;'
            + one.name.replace(" ", "&nbsp;")
            for one in self.series
            if one.name
        ]
        self.legend.setText("&nbsp;&nbsp; ".join(parts))

    def _hover(self, place: QPointF) -> None:
        text = self.tip_at(place)
        if text:
            QToolTip.showText(self.mapToGlobal(self.mapFromScene(place)), text, self)
        else:
            QToolTip.hideText()

    def _click(self, event: Any) -> None:
        found = self.nearest(event.scenePos())
        if found is not None:
            self.point_clicked.emit(*found)

    def tip_at(self, place: QPointF) -> str:
        """Return the hover's text at a place of the scene, empty where there is nothing near."""
        found = self.nearest(place)
        if found is None or found[0].tip is None:
            return ""
        return found[0].tip(found[1])

    def nearest(self, place: QPointF) -> tuple[Series, int] | None:
        """Return the series with a hover whose point is nearest to a place of the scene, and which point it is."""
        box = self._plot.getViewBox()
        if not self._plot.sceneBoundingRect().contains(place):
            return None
        here = box.mapSceneToView(place)
        width, height = box.viewPixelSize()
        best, found = float(_HOVER_PX), None
        for one in reversed(self.series):
            if one.tip is None or not len(one.x) or not width or not height:
                continue
            with np.errstate(invalid="ignore"):
                if one.style == "level":
                    distance = np.array([abs(one.y[0] - here.y()) / height])
                else:
                    distance = np.hypot((one.x - here.x()) / width, (one.y - here.y()) / height)
            if np.all(np.isnan(distance)):
                continue
            nearest = int(np.nanargmin(distance))
            if distance[nearest] < best:
                best, found = float(distance[nearest]), (one, nearest)
        return found


def _round_powers(low: float, high: float) -> list[float]:
    """Return the logarithms of round numbers in a range: of 1, 2 and 5 times powers of ten, or of powers alone."""
    whole = range(math.floor(low) - 1, math.ceil(high) + 1)
    fine = [k + math.log10(step) for k in whole for step in (1, 2, 5)]
    coarse = [float(k) for k in whole]
    fine, coarse = ([v for v in values if low <= v <= high] for values in (fine, coarse))
    return fine if len(fine) <= _MOST_POWERS else coarse


def _decimals(spacing: float) -> int:
    return min(max(0, int(np.ceil(-np.log10(spacing) - 1e-9))), 6) if spacing > 0 else 0


def _made(one: Series) -> Any:
    if one.style == "level":
        return pg.InfiniteLine(angle=0)
    if one.style == "points":
        return pg.ScatterPlotItem(pxMode=True)
    item = pg.PlotDataItem()
    item.setClipToView(True)
    return item


def _filled(item: Any, one: Series) -> None:
    colour = one.colour()
    pen = QPen(colour, one.width, Qt.PenStyle.DashLine if one.dashed else Qt.PenStyle.SolidLine)
    pen.setCosmetic(True)
    if one.style == "level":
        item.setPen(pen)
        item.setValue(float(one.y[0]))
    elif one.style == "points":
        item.setData(x=one.x, y=one.y, size=one.width, pen=None, brush=pg.mkBrush(colour))
    elif one.style == "step" and len(one.x):
        # Doubled by hand: unlike pyqtgraph's step modes this lets the curve begin and end at its own points.
        x, y = np.repeat(one.x, 2)[1:], np.repeat(one.y, 2)[:-1]
        item.setData(x=x, y=y, pen=pen, connect="finite")
    else:
        item.setData(x=one.x, y=one.y, pen=pen, connect="finite")
        item.setSymbol("o" if np.isfinite(one.y).sum() == 1 else None)  # a line of one point is invisible
        item.setSymbolSize(one.width * 3)
        item.setSymbolPen(None)
        item.setSymbolBrush(pg.mkBrush(colour))
