"""The Overview page: what it shows of a running study and what its controls write."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from cupel.gui.charts.history import history_of
from cupel.gui.charts.spec import LevelLine, Line, Points
from cupel.gui.charts.studies import ChartRequest
from cupel.gui.pages.overview import OverviewPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.overview_result import result_rows, verdict
from cupel.gui.widgets.grids import fill_grid
from cupel.gui.widgets.parts import scrolled
from cupel.storage.records import Curves, Request, StudyState
from cupel.storage.store import Store
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QGridLayout, QWidget
from pytestqt.qtbot import QtBot


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, workspace: Path) -> OverviewPage:
    """The page of a study that runs: this process stands for its engine."""
    study = next(study for study in window.desk.studies if study.name == "Adult income")
    with Store.open(workspace) as store:
        store.claim_study(study.id, os.getpid())
    qtbot.waitUntil(lambda: not window.desk.is_lost(study))
    window.desk.select(study.id)
    window.show_page("overview")
    found = window.pages["overview"]
    assert isinstance(found, OverviewPage)
    qtbot.waitUntil(lambda: len(found.running.rows) == 2)
    return found


def test_it_shows_best_margin_counts_and_what_runs(qtbot: QtBot, page: OverviewPage) -> None:
    assert "±" in page.tiles.best.value.text()
    assert page.tiles.margin.value.text()[0] in "+−"
    assert page.tiles.time.progress.isVisible()
    assert {type(mark) for mark in page.charts.panel.chart.marks} >= {Line, Points, LevelLine}
    qtbot.waitUntil(lambda: bool(page.curves.marks))  # a frame later than the rest


def test_the_best_so_far_never_gets_worse(page: OverviewPage) -> None:
    best = next(mark for mark in page.charts.panel.chart.marks if mark.key == "best")
    assert isinstance(best, Line)
    assert np.all(np.diff(best.y) >= 0)
    study, data = page.desk.study, page.desk.selection.data
    assert study is not None
    assert data is not None
    assert set(history_of(ChartRequest(data, study)).baselines) == {
        "Majority class",
        "Linear",
        "Gradient boosting",
    }


def test_epochs_stream_in_while_a_trial_runs(qtbot: QtBot, page: OverviewPage, workspace: Path) -> None:
    trial_id = next(iter(page.running.rows))
    curves = Curves(("train_loss", "valid_loss", "valid_roc_auc"), np.full((5, 55, 3), 0.5, dtype=np.float32))
    with Store.open(workspace) as store:
        store.record_progress(trial_id, epoch=55, curves=curves)
    qtbot.waitUntil(lambda: page.running.rows[trial_id].progress.value() == 55)


def test_stop_skip_and_workers_are_written_to_the_store(
    qtbot: QtBot, page: OverviewPage, workspace: Path
) -> None:
    study_id = page.desk.study_id
    assert study_id is not None
    trial_id = next(iter(page.running.rows))
    with Store.open(workspace) as store:
        page.controls.more.click()
        qtbot.waitUntil(lambda: store.study(study_id).n_workers_requested == 3)
        page.running.skipped.emit(trial_id)
        qtbot.waitUntil(lambda: store.trial(trial_id).requested == "skip")
        page.controls.stop.click()
        qtbot.waitUntil(lambda: store.study(study_id).request is Request.STOP)


def test_a_finished_study_shows_its_result(qtbot: QtBot, page: OverviewPage, window: MainWindow) -> None:
    study = next(study for study in window.desk.studies if study.name.startswith("California"))
    window.desk.select(study.id)
    qtbot.waitUntil(lambda: page.result.isVisible())
    names = [name for name, _ in result_rows(study, 100.0)]
    assert "Corrected for the choice" in names
    assert "Holdout rmse" in names
    assert page.controls.primary.text() == "Export"


def test_a_network_that_does_not_beat_its_baselines_is_said_not_to(window: MainWindow) -> None:
    study = next(study for study in window.desk.studies if study.name == "Titanic survival")
    assert verdict(study) == "No network is ahead of Gradient boosting."


def test_a_paused_search_is_not_judged_yet(window: MainWindow) -> None:
    study = next(study for study in window.desk.studies if study.name == "Titanic survival")
    paused = dataclasses.replace(study, state=StudyState.PAUSED)
    assert verdict(paused) == "So far no network is ahead of Gradient boosting; nothing is decided yet."


def test_what_was_asked_is_shown_until_the_engine_has_done_it(
    qtbot: QtBot, page: OverviewPage, workspace: Path
) -> None:
    study_id = page.desk.study_id
    assert study_id is not None
    with Store.open(workspace) as store:
        store.claim_study(study_id, os.getpid())
        qtbot.waitUntil(lambda: page.controls.primary.text() == "Pause")
        page.controls.primary.click()
        qtbot.waitUntil(lambda: page.state_pill.text() == "Pausing")
        assert not page.controls.primary.isEnabled()
        store.set_study_state(study_id, StudyState.PAUSED)
    qtbot.waitUntil(lambda: page.controls.primary.text() == "Resume" and page.controls.primary.isEnabled())
    assert page.state_pill.text() == "Paused"


def test_hovering_a_point_explains_it(qtbot: QtBot, page: OverviewPage) -> None:
    chart = page.charts.panel.chart
    points = next(mark for mark in chart.marks if mark.key == "proven")
    assert isinstance(points, Points)
    place = chart.getPlotItem().getViewBox().mapViewToScene(QPointF(float(points.x[0]), float(points.y[0])))
    assert chart.tip_at(place).startswith("Trial ")


def test_a_study_whose_engine_is_gone_runs_nothing_says_so_and_offers_to_resume(
    qtbot: QtBot, window: MainWindow, workspace: Path
) -> None:
    with Store.open(workspace) as store:
        study = next(one for one in store.studies() if one.state is StudyState.RUNNING)
        store.claim_study(study.id, os.getpid())
    window.desk.select(study.id)
    window.show_page("overview")
    page = window.pages["overview"]
    assert isinstance(page, OverviewPage)
    qtbot.waitUntil(lambda: not window.desk.is_lost(study) and page.running.isVisible())
    with Store.open(workspace) as store:
        store.release_study(study.id, StudyState.RUNNING)
    qtbot.waitUntil(lambda: window.desk.is_lost(study) and not page.running.isVisible())
    assert page.result.isVisible()
    assert "left" not in page.tiles.time.below.text()
    assert "1 running" not in window.pages["studies"].subtitle.text()
    assert page.failure.isVisible()
    assert "not running" in page.failure.label.text()
    assert page.controls.primary.text() == "Resume"


def test_a_long_value_is_wrapped_and_pushes_no_other_out_of_view(qtbot: QtBot) -> None:
    grid = QGridLayout()
    content = QWidget()
    content.setLayout(grid)
    area = scrolled(content)
    qtbot.addWidget(area)
    area.resize(260, 200)
    fill_grid(
        grid,
        [
            ("Final network", "refitted on all rows of the search, in as many epochs as the folds"),
            ("score", "0.9"),
        ],
    )
    area.show()
    qtbot.waitExposed(area)
    assert content.width() <= area.viewport().width()
