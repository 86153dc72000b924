"""The Charts page: tiles that are added, moved and kept, one selection in all of them, and what they are written to."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from cupel.gui.charts.catalog import STUDY_CHARTS
from cupel.gui.charts.importance import IMPORTANCE
from cupel.gui.pages.charts import ChartsPage
from cupel.gui.pages.trials import TrialsPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.chart_layouts import ChartLayout, PlacedChart, layouts_text, read_layouts
from cupel.gui.states.trial_selection import RangeBrush
from cupel.gui.widgets.parts import Button
from cupel.gui.widgets.study_chart import StudyChartPanel
from cupel.storage.records import JobState
from cupel.storage.store import Store
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from .seen import says

KNOWN = tuple(chart.name for chart in STUDY_CHARTS)


@pytest.fixture(autouse=True)
def every_move() -> Iterator[None]:
    """Have pyqtgraph take every move of the mouse: a test makes more of them than it takes by itself."""
    before = pg.getConfigOption("mouseRateLimit")
    pg.setConfigOption("mouseRateLimit", -1)
    yield
    pg.setConfigOption("mouseRateLimit", before)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ChartsPage:
    study = next(study for study in window.desk.studies if study.name == "Adult income")
    window.desk.select(study.id)
    window.show_page("charts")
    found = window.pages["charts"]
    assert isinstance(found, ChartsPage)
    qtbot.waitUntil(lambda: bool(found.tiles[0].panel.chart.marks))
    return found


def names(page: ChartsPage) -> list[str]:
    return [tile.described.name for tile in page.tiles]


def test_tiles_are_added_moved_removed_and_put_back(
    qtbot: QtBot, page: ChartsPage, window: MainWindow
) -> None:
    before = names(page)
    page.add_chart("timeline")
    assert names(page) == [*before, "timeline"]
    page.tiles[-1].moved.emit(-1)
    assert names(page) == [*before[:-1], "timeline", before[-1]]
    page.tiles[0].removed.emit()
    assert names(page)[0] == before[1]
    undo = next(one for one in window.toasts.findChildren(Button) if one.text() == "Undo")
    undo.click()
    assert names(page)[0] == before[0]
    page.tiles[1].widened.emit()
    assert [tile.isVisible() for tile in page.tiles[:3]] == [False, True, False]
    page.tiles[1].widened.emit()
    assert all(tile.isVisible() for tile in page.tiles[:2])


def test_the_layout_is_kept_with_its_choices_and_under_a_name(
    qtbot: QtBot, page: ChartsPage, window: MainWindow
) -> None:
    page.take_layout(ChartLayout((PlacedChart("slice"),), 1))
    qtbot.waitUntil(lambda: bool(page.tiles[0].panel.chart.marks))
    box = page.tiles[0].panel.boxes["param"]
    box.setCurrentIndex(box.findData("optimizer"))
    box.activated.emit(box.currentIndex())
    page.name_layout("mine")
    page.take_layout(ChartLayout((PlacedChart("rank"),), 2))
    kept = read_layouts(window.desk.preferences.text("charts", ""), KNOWN)
    assert kept.now.tiles == (PlacedChart("rank"),)
    assert kept.named["mine"] == ChartLayout((PlacedChart("slice", {"param": "optimizer"}),), 1)
    again = ChartsPage(window.desk)
    assert names(again) == ["rank"]
    again.take_layout(kept.named["mine"])
    assert again.tiles[0].panel.choices == {"param": "optimizer"}
    again.deleteLater()


def test_a_damaged_layout_or_a_chart_that_is_gone_counts_as_not_kept() -> None:
    usual = read_layouts("", KNOWN)
    assert usual.now.tiles
    assert read_layouts("{", KNOWN) == usual
    odd = (
        layouts_text(usual).replace('"n_columns":2', '"n_columns":77').replace("by_trial", "from_the_future")
    )
    found = read_layouts(odd, KNOWN)
    assert found.now.n_columns == 3
    assert [tile.chart for tile in found.now.tiles] == [tile.chart for tile in usual.now.tiles[1:]]


def test_what_is_brushed_in_one_chart_is_shown_in_all_and_in_the_table(
    qtbot: QtBot, page: ChartsPage, window: MainWindow
) -> None:
    page.take_layout(ChartLayout((PlacedChart("by_trial"), PlacedChart("slice")), 2))
    first, second = (tile.panel.chart for tile in page.tiles)
    qtbot.waitUntil(lambda: bool(first.marks) and bool(second.marks))
    # Two tiles have less room to fill than those before: the whole chart can be seen once they are laid out.
    qtbot.waitUntil(lambda: first.visibleRegion().boundingRect().size() == first.size())
    box = first.getPlotItem().getViewBox()  # type: ignore[union-attr]
    seen = box.viewRect()
    middle = seen.center().y()
    corners = [QPointF(seen.left(), middle), QPointF(seen.right(), seen.bottom())]
    start, end = (first.mapFromScene(box.mapViewToScene(corner)) for corner in corners)
    # From inside of the axes.
    drag(first.viewport(), start + QPoint(12, 0), end - QPoint(12, 0))
    selection = window.desk.selection
    qtbot.waitUntil(lambda: len(selection.brushes) == 2)
    score = next(brush for brush in selection.brushes if brush.column == "value")
    assert isinstance(score, RangeBrush)
    assert score.low < score.high
    assert 0 < int(selection.kept.sum()) < len(selection.kept)
    assert selection.data is not None
    values = selection.data.table.values[selection.kept]
    assert np.all((values >= score.low) & (values <= score.high))
    outside = next(mark for mark in second.marks if mark.key == "outside")
    assert len(outside.x)  # type: ignore[union-attr]
    window.show_page("trials")
    trials = window.pages["trials"]
    assert isinstance(trials, TrialsPage)
    qtbot.waitUntil(lambda: trials.model.rowCount() == int(selection.kept.sum()))
    # Escape takes it back.
    qtbot.keyClick(trials.table, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not selection.brushes)
    assert trials.model.rowCount() == len(selection.kept)


def drag(widget: QWidget, start: QPoint, end: QPoint) -> None:
    """Drag over a widget; `QTest.mouseMove` does not say that a button is down."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    steps = [start + (end - start) * step / 5 for step in range(6)]
    events = [
        (QEvent.Type.MouseButtonPress, start, left, left),
        *((QEvent.Type.MouseMove, place, none, left) for place in steps),
        (QEvent.Type.MouseButtonRelease, end, left, none),
    ]
    for kind, place, button, buttons in events:
        at = QPointF(place)
        event = QMouseEvent(
            kind, at, QPointF(widget.mapToGlobal(place)), button, buttons, Qt.KeyboardModifier.NoModifier
        )
        QCoreApplication.sendEvent(widget, event)
        QCoreApplication.processEvents()


def test_a_point_is_reached_by_keys_and_selected_by_enter(
    qtbot: QtBot, page: ChartsPage, window: MainWindow
) -> None:
    page.take_layout(ChartLayout((PlacedChart("by_cost"),), 1))
    chart = page.tiles[0].panel.chart
    qtbot.waitUntil(lambda: bool(chart.marks))
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    (chosen,) = window.desk.selection.selected.tolist()
    data = window.desk.selection.data
    assert data is not None
    assert chosen in data.table.ids
    qtbot.keyClick(chart, Qt.Key.Key_End)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert window.desk.selection.selected.tolist() != [chosen]


def test_charts_are_written_as_pictures_and_as_numbers(
    qtbot: QtBot, page: ChartsPage, window: MainWindow, tmp_path: Path
) -> None:
    tile = page.tiles[0]
    for ending in ("png", "svg", "csv"):
        tile.save(tmp_path / f"chart.{ending}")
    assert QImage(str(tmp_path / "chart.png")).width() > 100
    svg = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert svg.count("<path") + svg.count("<text") > 20
    with (tmp_path / "chart.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    data = window.desk.selection.data
    assert data is not None
    ids = {int(row["item"]) for row in rows if row["item"].isdigit()}
    complete = data.table.ids[np.isfinite(data.table.values) & (data.table.kinds != "baseline")]
    assert ids == set(complete.tolist())
    tile.save(tmp_path / "no folder" / "chart.png")
    qtbot.waitUntil(lambda: says(window.banners, "could not be written"))


def test_the_importance_of_params_is_measured_by_the_service_and_kept(
    qtbot: QtBot, window: MainWindow, workspace: Path
) -> None:
    study = next(study for study in window.desk.studies if study.name.startswith("California"))
    window.desk.select(study.id)
    panel = StudyChartPanel(window.desk, IMPORTANCE)
    panel.resize(400, 300)
    with qtbot.waitExposed(panel):
        panel.show()
    window.desk.follow_trials()
    qtbot.waitUntil(lambda: bool(panel.chart.marks))
    with Store.open(workspace) as store:
        (job,) = store.jobs(state=JobState.DONE)
    assert job.kind == "importance"
    again = StudyChartPanel(window.desk, IMPORTANCE)
    with qtbot.waitExposed(again):
        again.show()
    qtbot.waitUntil(lambda: bool(again.chart.marks))
    with Store.open(workspace) as store:
        assert len(store.jobs()) == 1
    small = next(study for study in window.desk.studies if sum(study.n_trials.values()) < 20)
    window.desk.select(small.id)
    window.desk.follow_trials()
    qtbot.waitUntil(lambda: "is measured from 20 on" in panel.nothing.text())
    for one in (panel, again):
        one.close()
        one.deleteLater()
