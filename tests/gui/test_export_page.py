"""The Export page: the certificate, the job that it asks for, earlier bundles."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from cupel.gui.models.exports_model import RECORD_ROLE, ExportColumn, ExportsModel
from cupel.gui.pages.export import ExportPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.certificates import certificate_rows, decision_rows
from cupel.gui.states.exporting import folder_name
from cupel.storage.records import JobState
from cupel.storage.store import Store
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from ..engine.deployment.made import make_study
from ..engine.deployment.studies import TRIAL, keep_out_of_fold


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ExportPage:
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
    plain = model.index(0, ExportColumn.FORM)
    assert plain.data() == "As trained"
    manifest = {**plain.data(RECORD_ROLE).manifest, "variant": {"name": "int8", "number_format": "int8"}}
    model.show_exports([dataclasses.replace(plain.data(RECORD_ROLE), manifest=manifest)], {})
    assert model.index(0, ExportColumn.FORM).data() == "int8"
    model.show_exports([], {})
    assert tester is not None


def test_a_proven_bundle_is_said_to_be_and_a_failed_one_is_not(page: ExportPage) -> None:
    page.table.selectRow(0)
    assert page.certificate.pill.text() == "Passed"
    page.table.selectRow(1)
    assert page.certificate.pill.text() == "Failed"
    assert "Do not use" in page.certificate.verdict.text()


def test_a_bundle_is_written_and_its_certificate_is_shown(qtbot: QtBot, open_window, tmp_path: Path) -> None:
    made = make_study(tmp_path / "made", "binary", {})
    made.store.close()
    window = open_window(made.store.workspace.path)
    window.show_page("export")
    page = window.pages["export"]
    qtbot.waitUntil(page.start.isEnabled)
    assert page.nothing.isVisible()
    page.folder.set_value(str(tmp_path / "bundle"))
    page.folder.changed.emit()
    page.formats["keras"].click()
    page.formats["litert"].click()
    page.start.click()
    assert not page.start.isEnabled()
    assert page.progress_box.isVisible()
    qtbot.waitUntil(lambda: page.certificate.pill.text() == "Passed")
    assert (tmp_path / "bundle" / "predict.py").exists()
    assert (tmp_path / "bundle" / "network.tflite").exists()
    assert not (tmp_path / "bundle" / "network.keras").exists()
    qtbot.waitUntil(page.start.isEnabled)  # the export is in the store before its job has ended
    assert not page.progress_box.isVisible()


def test_only_formats_that_can_hold_the_chosen_form_can_be_chosen(qtbot: QtBot, page: ExportPage) -> None:
    qtbot.waitUntil(lambda: page.variant.widget.count() > 3)
    assert page.formats["onnx"].isChecked()
    assert not page.formats["onnx"].isEnabled()
    assert page.formats["saved_model"].isEnabled()
    page.variant.set_value("int8")
    page.variant.changed.emit()
    assert page.variant.value() == "int8"
    assert not page.formats["keras"].isEnabled()
    assert not page.formats["keras"].isChecked()
    assert "int8" in page.formats["keras"].toolTip()
    assert page.formats["litert"].isEnabled()
    page.variant.set_value("")
    page.variant.changed.emit()
    assert page.formats["keras"].isEnabled()


def test_the_certificate_tells_of_every_format(page: ExportPage) -> None:
    page.table.selectRow(0)
    export = page.chosen()
    assert export is not None
    rows = dict(certificate_rows(export))
    assert rows["LiteRT"].startswith("float32, 8.8")
    page.table.selectRow(1)
    failed = page.chosen()
    assert failed is not None
    assert dict(certificate_rows(failed))["LiteRT"] == "Failed, float32"


def test_a_fitted_threshold_is_told_with_its_gain_and_the_certificate_tells_it_again(
    qtbot: QtBot, open_window, tmp_path: Path
) -> None:
    made = make_study(tmp_path / "made", "binary", {}, n_networks=2)
    keep_out_of_fold(made, TRIAL)
    made.store.close()
    window = open_window(made.store.workspace.path)
    window.show_page("export")
    page = window.pages["export"]
    qtbot.waitUntil(page.start.isEnabled)
    qtbot.waitUntil(lambda: page.trial.widget.count() > 1)
    assert page.threshold.choice.value() == ""
    page.trial.set_value(TRIAL)
    assert page.trial.value() == TRIAL
    page.trial.changed.emit()
    page.threshold.choice.set_value("tuned")
    page.threshold.choice.changed.emit()
    assert page.threshold.progress_box.isVisible()
    qtbot.waitUntil(lambda: "has not seen" in page.threshold.hint.text())
    assert "accuracy" in page.threshold.hint.text()
    page.folder.set_value(str(tmp_path / "bundle"))
    page.folder.changed.emit()
    page.start.click()
    qtbot.waitUntil(lambda: page.certificate.pill.text() == "Passed")
    export = page.chosen()
    assert export is not None
    rows = dict(decision_rows(export))
    assert rows["Threshold"].endswith(", fitted")
    assert rows["Said above it"] == "class 1"
    assert " … " in rows["Its gain (95%)"]
    with Store.open(made.store.workspace.path) as store:
        assert [job.kind for job in store.jobs()] == ["threshold", "export"]


def test_a_threshold_that_is_none_is_said_and_a_number_goes_along(
    qtbot: QtBot, page: ExportPage, window: MainWindow, workspace: Path
) -> None:
    assert not page.threshold.isVisible()  # of a regression
    window.desk.select(next(study.id for study in window.desk.studies if study.name.startswith("Titanic")))
    qtbot.waitUntil(page.threshold.isVisible)
    offered = [page.threshold.choice.widget.itemData(i) for i in range(page.threshold.choice.widget.count())]  # type: ignore[attr-defined]
    assert offered == ["", "given"]  # roc_auc depends on none
    assert "roc_auc" in page.threshold.hint.text()
    page.threshold.choice.set_value("given")
    page.threshold.choice.changed.emit()
    assert page.threshold.number.widget.isVisible()
    for written in ("", "much", "1"):
        page.threshold.number.widget.setText(written)  # type: ignore[attr-defined]
        page.start.click()
        assert page.notice.isVisible()
        assert page.start.isEnabled()
    page.threshold.number.set_value(0.3)
    page.start.click()
    qtbot.waitUntil(page.start.isEnabled)  # the made-up study has no networks
    with Store.open(workspace) as store:
        jobs = store.jobs()
    assert [job.args["threshold"] for job in jobs] == [0.3]


def test_a_bundle_that_cannot_be_written_says_why(qtbot: QtBot, page: ExportPage, workspace: Path) -> None:
    page.start.click()  # the made-up study has no networks
    qtbot.waitUntil(page.notice.isVisible)
    assert page.notice.label.text()
    assert page.start.isEnabled()
    with Store.open(workspace) as store:
        job = store.jobs()[-1]
    assert (job.kind, job.args["trial"], job.state) == ("export", "best", JobState.FAILED)
    assert Path(job.args["out"]).parent == workspace / "exports"


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
