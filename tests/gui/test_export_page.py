"""The Export page: the certificate, the job that it asks for, earlier bundles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.gui.models.exports_model import ExportsModel
from cupel.gui.pages.export import ExportPage, folder_name
from cupel.gui.shell import MainWindow
from cupel.storage.records import JobState
from cupel.storage.store import Store
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> ExportPage:
    from cupel.engine.launch import ServiceProcess

    monkeypatch.setattr(ServiceProcess, "ensure", lambda _self: None)  # the tests end the jobs themselves
    study = next(study for study in window.desk.studies if study.name.startswith("California"))
    window.desk.select(study.id)
    window.show_page("export")
    found = window.pages["export"]
    assert isinstance(found, ExportPage)
    qtbot.waitUntil(lambda: found.model.rowCount() == 2)
    return found


def test_the_model_keeps_qts_rules(qtbot: QtBot, workspace: Path) -> None:
    model = ExportsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with Store.open(workspace) as store:
        model.show_exports(store.exports(), {})
    model.show_exports([], {})
    assert tester is not None


def test_a_proven_bundle_is_said_to_be_and_a_failed_one_is_not(page: ExportPage) -> None:
    page.table.selectRow(0)
    assert page.certificate._pill.text() == "Passed"
    page.table.selectRow(1)
    assert page.certificate._pill.text() == "Failed"
    assert "Do not use" in page.certificate._verdict.text()


def test_writing_asks_for_a_job_and_shows_its_end(
    qtbot: QtBot, page: ExportPage, workspace: Path, window: MainWindow
) -> None:
    page.write.click()
    assert not page.write.isEnabled()
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: len(store.jobs(state=JobState.WAITING)) == 1)
        job = store.jobs()[-1]
        assert job.kind == "export"
        assert job.args["trial"] == "best"
        assert Path(job.args["out"]).parent == workspace / "exports"
        store.claim_job(1, job.id)
        with qtbot.waitSignal(window.desk.toasted, timeout=5000):
            store.finish_job(job.id, result={"export_id": 1, "path": job.args["out"]})
    qtbot.waitUntil(lambda: page.write.isEnabled())


def test_the_trial_that_was_selected_is_the_one_to_be_exported(
    qtbot: QtBot, page: ExportPage, window: MainWindow
) -> None:
    window.show_page("trials")
    trials = window.pages["trials"]
    qtbot.waitUntil(lambda: trials.model.rowCount() > 0)
    data = trials.model.data_
    complete = np.flatnonzero((data.table.states == "complete") & (data.table.numbers >= 0))
    worst = complete[np.argmax(data.table.values[complete])]
    trials.table.selectRow(trials.model.row_of(int(data.table.ids[worst])))
    trials.export.click()
    assert window.page_name == "export"
    qtbot.waitUntil(lambda: page.trial.value() == int(data.table.numbers[worst]))
    window.show_page("trials")
    baseline = int(np.flatnonzero(data.table.numbers < 0)[0])
    trials.table.selectRow(trials.model.row_of(int(data.table.ids[baseline])))
    assert not trials.export.isEnabled()


def test_folder_names_are_safe(window: MainWindow) -> None:
    study = next(study for study in window.desk.studies if study.name.startswith("California"))
    assert folder_name(study) == "california-housing-prices-2-repeats"
