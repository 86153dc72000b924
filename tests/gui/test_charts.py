"""What charts draw."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.gui.charts.chart import Chart, Series
from cupel.gui.charts.curves import CurvesChart
from cupel.gui.theme import theme
from cupel.gui.widgets.parts import column
from cupel.storage.records import Curves
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(("n_epochs", "has_marks"), [(1, True), (2, False)])
def test_a_curve_of_one_epoch_is_a_mark_because_a_line_of_one_point_is_invisible(
    qtbot: QtBot, qapp, n_epochs: int, has_marks: bool
) -> None:
    holder = QWidget()  # closed in the chart's place: a plot that was closed itself cannot be restyled
    qtbot.addWidget(holder)
    holder.resize(400, 300)
    chart = CurvesChart()
    holder.setLayout(column(chart))
    values = np.full((2, n_epochs, 1), 0.5, dtype=np.float32)
    chart.show_curves(Curves(("valid_loss",), values))
    with qtbot.waitExposed(holder):
        holder.show()
    ink = chart.series[-1].colour()
    picture = chart.grab().toImage()
    columns = [
        x
        for x in range(picture.width())
        for y in range(picture.height())
        if abs(picture.pixelColor(x, y).hue() - ink.hue()) < 5 and picture.pixelColor(x, y).saturation() > 150
    ]
    assert columns, "nothing is to be seen"
    assert (max(columns) - min(columns) < 12) is has_marks
    chart.show_curves(Curves(("valid_loss",), np.full((2, 3, 1), 0.5, dtype=np.float32)))
    assert chart._items["valid-mean"].opts["symbol"] is None  # the mark goes when the curve has grown


def test_charts_take_another_theme_when_they_can_be_seen(qtbot: QtBot, qapp) -> None:
    theme.install("light")
    holder = QWidget()
    qtbot.addWidget(holder)
    chart = Chart(lambda: "x", lambda: "y")
    points = np.arange(3.0)
    chart.show_series([Series("points", "", points, points, "series0", "points")])
    holder.setLayout(column(chart))

    def tone() -> str:
        return chart._items["points"].opts["brush"].color().name()

    light = chart.series[0].colour().name()
    with qtbot.waitExposed(holder):
        holder.show()
    theme.install("dark")
    dark = chart.series[0].colour().name()
    assert dark != light
    qtbot.waitUntil(lambda: tone() == dark and chart.updatesEnabled())
    chart.hide()
    theme.install("light")
    assert tone() == dark  # nobody sees it, and it takes milliseconds
    chart.show()
    qtbot.waitUntil(lambda: tone() == light)
