"""How each mark of a chart becomes an item of pyqtgraph, and takes its colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen

from ..charts.spec import N_SHADES, Band, Bars, HeatMap, LevelLine, Line, Mark, Points
from ..theme import colour

Item = Any
"""An item of a plot: pyqtgraph is not annotated."""

# Of the area below a line.
_TINT = 0.14

_LEGEND = {Line: "━", Points: "●", LevelLine: "╍", Bars: "┃", Band: "▬", HeatMap: "■"}


def legend_text(mark: Mark) -> str:
    """Return a mark's sign and name as rich text, that breaks nowhere."""
    sign = _LEGEND[type(mark)]
    ink = colour(mark.tone, mark.alpha).name()
    return f'<span style="color:{ink}">{sign}</span>&nbsp;' + mark.name.replace(" ", "&nbsp;")


def made(mark: Mark) -> Item:
    """Return an empty item for a mark of this type."""
    match mark:
        case LevelLine():
            return pg.InfiniteLine(angle=0)
        case Points():
            return pg.ScatterPlotItem(pxMode=True)
        case Band():
            return pg.PlotCurveItem(fillLevel="enclosed")
        case HeatMap():
            return pg.ImageItem(axisOrder="row-major")
        case _:
            item = pg.PlotDataItem()
            item.setClipToView(True)
            return item


def fill(item: Item, mark: Mark) -> None:
    """Give an item all that its mark says."""
    ink = colour(mark.tone, mark.alpha)
    match mark:
        case LevelLine():
            item.setPen(_pen(mark, mark.width, dashed=True))
            item.setValue(mark.y)
        case Points():
            item.setData(x=mark.x, y=mark.y, size=mark.size, pen=_rim(mark), brush=pg.mkBrush(ink))
        case Band():
            x, y = np.r_[mark.x, mark.x[::-1]], np.r_[mark.high, mark.low[::-1]]
            item.setData(x=x, y=y, pen=None, brush=pg.mkBrush(ink))
        case HeatMap():
            item.setImage(_painted(mark), autoLevels=False)
            item.setRect(mark.x[0], mark.y[0], mark.x[1] - mark.x[0], mark.y[1] - mark.y[0])
        case Bars():
            x, y = np.repeat(mark.x, 3), np.stack([mark.low, mark.high, np.full(len(mark.x), np.nan)], axis=1)
            x[2::3] = np.nan
            item.setData(x=x, y=y.ravel(), pen=_pen(mark, mark.width, dashed=mark.dashed), connect="finite")
        case Line():
            _fill_line(item, mark)


def recolour(item: Item, mark: Mark) -> None:
    """Give an item its mark's colours in the theme in use."""
    # Setting the points again would take ten times as long.
    if isinstance(mark, Points):
        item.setBrush(pg.mkBrush(colour(mark.tone, mark.alpha)))
        item.setPen(_rim(mark))
    else:
        fill(item, mark)


def _painted(mark: HeatMap) -> NDArray[np.uint8]:
    """Return the colours of the cells, of shape (n_rows, n_columns, 4)."""
    known = np.isfinite(mark.values)
    low, high = mark.span or (
        (float(mark.values[known].min()), float(mark.values[known].max())) if known.any() else (0.0, 1.0)
    )
    stops = np.array([colour(f"scale{place}").getRgb() for place in range(N_SHADES)], dtype=np.float64)
    share = (
        (np.where(known, mark.values, low) - low) / (high - low)
        if high > low
        else np.zeros(mark.values.shape)
    )
    place = np.clip(share, 0, 1) * (N_SHADES - 1)
    below = np.minimum(place.astype(np.int64), N_SHADES - 2)
    part = (place - below)[..., np.newaxis]
    painted = stops[below] * (1 - part) + stops[below + 1] * part
    painted[..., 3] = np.where(known, 255 * mark.alpha, 0)
    return painted.round().astype(np.uint8)


def _fill_line(item: Item, mark: Line) -> None:
    x, y = mark.x, mark.y
    pen = _pen(mark, mark.width)
    if mark.stepped and len(x):
        # Doubled by hand: unlike pyqtgraph's step modes this lets the curve begin and end at its own points.
        item.setData(x=np.repeat(x, 2)[1:], y=np.repeat(y, 2)[:-1], pen=pen, connect="finite")
        return
    item.setData(x=x, y=y, pen=pen, connect="finite")
    item.setFillLevel(mark.ground)
    item.setFillBrush(None if mark.ground is None else pg.mkBrush(colour(mark.tone, _TINT)))
    # A line of one point is invisible.
    item.setSymbol("o" if np.isfinite(y).sum() == 1 else None)
    item.setSymbolSize(mark.width * 3)
    item.setSymbolPen(None)
    item.setSymbolBrush(pg.mkBrush(colour(mark.tone, mark.alpha)))


def _pen(mark: Mark, width: float, *, dashed: bool = False) -> QPen:
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    pen = QPen(colour(mark.tone, mark.alpha), width, style)
    pen.setCosmetic(True)
    return pen


def _rim(mark: Points) -> QPen | None:
    return pg.mkPen(colour(mark.edge)) if mark.edge else None
