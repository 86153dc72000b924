"""How charts are drawn: every mark, in both themes, with axes and without."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from cupel.gui.charts.curves import CURVES, TrialCurves
from cupel.gui.charts.spec import Axes, Axis, Band, Bars, ChartSpec, LevelLine, Line, Mark, Points
from cupel.gui.theme import colour, theme
from cupel.gui.widgets.chart_view import ChartView
from cupel.gui.widgets.parts import column
from cupel.gui.widgets.small_chart import SmallChart
from cupel.storage.records import Curves
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

X = np.arange(3.0)
ONES = np.ones(3)
EVERY_MARK = [
    Line(key="line", x=X, y=X, width=3),
    Line(key="steps", x=X, y=X, stepped=True, ground=0.0, width=3),
    Points(key="points", x=X, y=X, size=12, edge="surface"),
    Band(key="band", x=X, low=X, high=X + 1),
    Bars(key="bars", x=X, low=-ONES, high=ONES, width=3),
    Bars(key="counts", x=X, low=0 * ONES, high=ONES, filling=True, width=3),
    LevelLine(key="threshold", y=0.5, width=3),
]
FIXED = Axes(Axis(lambda: "x", span=(-1.0, 3.0)), Axis(lambda: "y", span=(-1.0, 3.0)))


def as_given(marks: Sequence[Mark]) -> Sequence[Mark]:
    return marks


PLAIN = ChartSpec(list[Mark], as_given, lambda _: FIXED)


@pytest.fixture
def holder(qtbot: QtBot) -> QWidget:
    """Closed in the chart's place: a plot that was closed itself cannot be restyled."""
    theme.install("light")
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    return widget


def shown(qtbot: QtBot, holder: QWidget, chart: QWidget) -> None:
    holder.setLayout(column(chart))
    # As the window does.
    theme.dress(holder)
    with qtbot.waitExposed(holder):
        holder.show()


def inked(qtbot: QtBot, chart: QWidget, ink: QColor) -> list[int]:
    """Return the columns in which something of a colour is to be seen."""
    qtbot.waitUntil(chart.updatesEnabled)
    return columns_of(chart, ink)


def columns_of(widget: QWidget, ink: QColor) -> list[int]:
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
    pixels = lines[:, : 3 * picture.width()].reshape(picture.height(), picture.width(), 3).astype(int)
    distance = np.abs(pixels - np.array([ink.red(), ink.green(), ink.blue()])).sum(axis=2)
    return np.flatnonzero((distance < 40).any(axis=0)).tolist()


@pytest.mark.parametrize("mark", EVERY_MARK, ids=lambda mark: mark.key)
@pytest.mark.parametrize("with_axes", [True, False])
def test_every_mark_is_seen_in_its_colour(qtbot: QtBot, holder: QWidget, mark: Mark, with_axes: bool) -> None:
    chart = ChartView(PLAIN) if with_axes else SmallChart(PLAIN, 200)
    shown(qtbot, holder, chart)
    chart.show_data([])
    assert not inked(qtbot, chart, colour("series0"))
    chart.show_data([mark])
    assert inked(qtbot, chart, colour("series0"))


@pytest.mark.parametrize(("n_epochs", "has_marks"), [(1, True), (2, False)])
def test_a_curve_of_one_epoch_is_a_mark_because_a_line_of_one_point_is_invisible(
    qtbot: QtBot, holder: QWidget, n_epochs: int, has_marks: bool
) -> None:
    chart = ChartView(CURVES)

    def show(n: int) -> list[int]:
        chart.show_data(TrialCurves(Curves(("valid_loss",), np.full((2, n, 1), 0.5, dtype=np.float32))))
        return inked(qtbot, chart, colour(chart.marks[-1].tone))

    chart.show_data(TrialCurves(None))
    shown(qtbot, holder, chart)
    columns = show(n_epochs)
    assert columns, "nothing is to be seen"
    assert (max(columns) - min(columns) < 12) is has_marks
    # The mark goes when the curve has grown.
    columns = show(3)
    assert max(columns) - min(columns) > 100


def test_a_mark_that_becomes_another_one_is_drawn_as_that(qtbot: QtBot, holder: QWidget) -> None:
    chart = ChartView(PLAIN)
    shown(qtbot, holder, chart)
    chart.show_data([Points(key="one", x=X, y=X, size=9)])
    chart.show_data([LevelLine(key="one", y=0.0, width=3)])
    columns = inked(qtbot, chart, colour("series0"))
    assert max(columns) - min(columns) > 200


def test_charts_take_another_theme_when_they_can_be_seen(qtbot: QtBot, holder: QWidget) -> None:
    theme.install("light")
    chart = ChartView(PLAIN)
    chart.show_data([Points(key="points", x=X, y=X, size=20)])
    shown(qtbot, holder, chart)

    def is_seen(ink: QColor) -> bool:
        return bool(columns_of(chart, ink))

    light = colour("series0")
    qtbot.waitUntil(chart.updatesEnabled)
    assert is_seen(light)
    theme.install("dark")
    dark = colour("series0")
    assert dark != light
    qtbot.waitUntil(lambda: chart.updatesEnabled() and is_seen(dark))
    chart.hide()
    theme.install("light")
    assert is_seen(dark)  # nobody sees it, and it takes milliseconds
    chart.show()
    qtbot.waitUntil(lambda: is_seen(light))


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_the_hover_of_a_chart_is_written_on_its_own_ground(
    qtbot: QtBot, holder: QWidget, choice: str
) -> None:
    chart = ChartView(PLAIN)
    theme.install(choice)
    shown(qtbot, holder, chart)
    QToolTip.showText(chart.mapToGlobal(chart.rect().center()), "0.927", chart)
    try:
        # Among the chart's own: a walk over all windows of the process may meet one that is being deleted.
        tip = next(label for label in chart.findChildren(QLabel) if label.inherits("QTipLabel"))
        image = tip.grab().toImage()
        inks = {image.pixelColor(x, image.height() // 2).name() for x in range(3, image.width() - 3)}
        assert {colour("raised").name(), colour("text").name()} <= inks
        assert image.pixelColor(3, 3).alpha() == 255
    finally:
        QToolTip.hideText()
        theme.install("light")
