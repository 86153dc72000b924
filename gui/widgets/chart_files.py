"""Charts as files and on the clipboard: pictures of what is seen, and the numbers behind it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtSvg import QSvgGenerator

from ..charts.spec import Band, Bars, LevelLine, Mark, places
from ..theme import colour
from .chart_view import ChartView

ENDINGS = ("png", "svg", "csv")


def copy_chart(chart: ChartView[Any]) -> None:
    """Put a picture of a chart on the clipboard."""
    QGuiApplication.clipboard().setPixmap(chart.grab())


def save_chart(chart: ChartView[Any], path: Path) -> None:
    """Write a chart as PNG or SVG, or its numbers as CSV; the ending of `path` says which.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    ending = path.suffix.lower().lstrip(".")
    if ending == "csv":
        path.write_text(chart_csv(chart.marks), encoding="utf-8")
    elif ending == "svg":
        _save_svg(chart, path)
    elif not chart.grab().save(str(path), "PNG"):
        raise OSError(f"{path} cannot be written")


def _save_svg(chart: ChartView[Any], path: Path) -> None:
    # Qt's generator does not tell of a file that cannot be written.
    with path.open("wb"):
        pass
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    size = chart.viewport().size()
    generator.setSize(QSize(size))
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(chart.accessibleName())
    painter = QPainter(generator)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), colour("surface"))
    chart.render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()


def chart_csv(marks: tuple[Mark, ...]) -> str:
    """Return the points of a chart's marks as CSV: mark, x, y, low, high, item."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("mark", "x", "y", "low", "high", "item"))
    for mark in marks:
        x, y = places(mark)
        low = mark.low if isinstance(mark, Band | Bars) else None
        high = mark.high if isinstance(mark, Band | Bars) else None
        for place in np.flatnonzero(np.isfinite(y)).tolist():
            item = mark.item(place) if mark.item is not None and not isinstance(mark, LevelLine) else ""
            writer.writerow(
                (
                    mark.name or mark.key,
                    *(_cell(values, place) for values in (x, y, low, high)),
                    item,
                )
            )
    return out.getvalue()


def _cell(values: Any, place: int) -> str:
    return "" if values is None or not np.isfinite(values[place]) else repr(float(values[place]))
