"""The New study page: what it makes of an inspection, the spec that it builds, the jobs that it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
import shots
from cupel.engine.errors import SpecError
from cupel.gui.models.columns_model import Column, ColumnsModel, PreviewModel
from cupel.gui.models.inspection import Inspection
from cupel.gui.pages.columns_delegate import RoleBox
from cupel.gui.pages.new_study import NewStudyPage
from cupel.gui.shell import MainWindow
from cupel.storage.records import JobState
from cupel.storage.store import Store
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot


@pytest.fixture
def page(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> NewStudyPage:
    from cupel.engine.launch import ServiceProcess

    # These tests end the jobs themselves: the real service would take them away, and takes seconds to start.
    monkeypatch.setattr(ServiceProcess, "ensure", lambda _self: None)
    window.show_page("new_study")
    found = window.pages["new_study"]
    assert isinstance(found, NewStudyPage)
    return found


@pytest.fixture
def opened(qtbot: QtBot, page: NewStudyPage, workspace: Path) -> NewStudyPage:
    page.open_source("/data/adult.csv")
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: len(store.jobs(state=JobState.WAITING)) == 1)
        job = store.jobs()[-1]
        assert job.kind == "inspect"
        assert job.args["path"] == "/data/adult.csv"
        store.claim_job(1, job.id)
        store.finish_job(job.id, result=shots.sample_inspection())
    qtbot.waitUntil(lambda: page.inspection is not None, timeout=5000)
    return page


def test_the_models_keep_qts_rules(qtbot: QtBot) -> None:
    columns, preview = ColumnsModel(), PreviewModel()
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for model in (columns, preview)
    ]
    found = Inspection.from_json(shots.sample_inspection())
    columns.show_inspection(found, {})
    preview.show_inspection(found)
    assert columns.setData(columns.index(0, Column.ROLE), "ignored")
    assert not columns.setData(columns.index(0, Column.ROLE), "no role")
    assert len(testers) == 2


def test_an_inspected_file_gives_a_spec_that_can_be_started(opened: NewStudyPage) -> None:
    spec = opened.spec()
    assert spec.target == "income"
    assert spec.split.n_folds == 5
    assert spec.budget.timeout_s == 600
    assert opened.start.isEnabled()
    assert opened.form.name() == "adult"


def test_a_role_set_by_hand_goes_into_the_spec(opened: NewStudyPage) -> None:
    model = opened.data.columns
    row = next(r for r in range(model.rowCount()) if model.index(r, Column.NAME).data() == "fnlwgt")
    model.setData(model.index(row, Column.ROLE), "ignored")
    assert opened.spec().roles == {"fnlwgt": "ignored"}


def test_making_another_column_the_target_moves_the_choice(opened: NewStudyPage) -> None:
    model = opened.data.columns
    model.setData(model.index(0, Column.ROLE), "target")
    assert opened.form.target() == "age"
    assert opened.spec().target == "age"


def test_what_keeps_the_search_from_starting_is_said(opened: NewStudyPage) -> None:
    opened.form._folds.set_value(1)
    opened._check()
    assert not opened.start.isEnabled()
    assert "at least 2" in opened.problem.text()
    opened.form._folds._edit.setText("five")
    opened._check()
    assert "not a number" in opened.problem.text()
    opened.form._folds.set_value(5)
    opened.form._timeout.set_value(None)
    opened._check()
    assert "no end" in opened.problem.text()


def test_an_edited_space_is_checked_as_it_is_typed(qtbot: QtBot, opened: NewStudyPage) -> None:
    opened.data.tabs.setCurrentIndex(3)
    editor = opened.data.space_editor
    assert editor.table.rowCount() > 5
    assert opened.spec().space is None
    editor.text.setPlainText("[mlp.width\n")
    with pytest.raises(SpecError):
        opened.spec()
    qtbot.waitUntil(lambda: editor.problem.isVisible())
    assert not opened.start.isEnabled()
    editor._reset.click()
    assert opened.spec().space is None


def test_overridden_reading_is_sent_and_detection_is_not(
    qtbot: QtBot, opened: NewStudyPage, workspace: Path
) -> None:
    field = opened.data._read_fields["delimiter"]
    field.set_value(";")
    field.changed.emit()
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: len(store.jobs(state=JobState.WAITING)) == 1, timeout=5000)
        assert store.jobs()[-1].args["read"] == {"delimiter": ";"}


def test_a_file_that_cannot_be_read_says_why(qtbot: QtBot, page: NewStudyPage, workspace: Path) -> None:
    from cupel.storage.records import Failure, FailureKind

    page.open_source("/data/none.csv")
    template = "There is no file {file}; check the path, or whether it was moved."
    args = {"file": "/data/none.csv"}
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: len(store.jobs(state=JobState.WAITING)) == 1)
        failure = Failure(FailureKind.BAD_INPUT, template.format(**args), "", template, args)
        job = store.jobs()[-1]
        store.claim_job(1, job.id)
        store.finish_job(job.id, failure=failure)
    qtbot.waitUntil(lambda: page.notice.isVisible(), timeout=5000)
    assert "/data/none.csv" in page.notice.label.text()
    assert page.drop.isVisible()


def test_a_second_file_that_cannot_be_read_loses_nothing_of_what_was_typed(
    qtbot: QtBot, opened: NewStudyPage, workspace: Path
) -> None:
    from cupel.storage.records import Failure, FailureKind

    opened.form._name.set_value("typed by hand")
    opened.form._folds.set_value(7)
    opened.open_source("/data/empty.csv")
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: len(store.jobs(state=JobState.WAITING)) == 1)
        job = store.jobs()[-1]
        assert job.args["path"] == "/data/empty.csv"
        store.claim_job(1, job.id)
        store.finish_job(job.id, failure=Failure(FailureKind.BAD_INPUT, "empty.csv is empty.", ""))
    qtbot.waitUntil(lambda: opened.notice.isVisible(), timeout=5000)
    assert opened.source == "/data/adult.csv"
    assert opened.form.isVisible()
    assert opened.form.name() == "typed by hand"
    assert opened.spec().split.n_folds == 7
    assert opened.start.isEnabled()


def test_a_target_with_one_class_keeps_the_search_from_starting(opened: NewStudyPage) -> None:
    found = shots.sample_inspection()
    template = "The target {column!r} has one class only, {value!r}; there is nothing to predict."
    args = {"column": "income", "value": "yes"}
    message = {"template": template, "args": args, "text": template.format(**args)}
    found["findings"].append(
        {"severity": "serious", "code": "target", "column": "income", "message": message}
    )
    opened.show_inspection(found)
    assert not opened.start.isEnabled()
    assert "one class only" in opened.problem.text()


def test_one_click_on_a_role_opens_the_list_and_a_choice_is_taken(qtbot: QtBot, opened: NewStudyPage) -> None:
    table = opened.data.columns_table
    place = table.model().index(2, Column.ROLE)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(place).center())
    box = table.findChild(RoleBox)
    assert box is not None
    qtbot.waitUntil(lambda: box.view().isVisible())
    box.view().setCurrentIndex(box.model().index(box.findData("ignored"), 0))
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.data.roles == {"fnlwgt": "ignored"})
    qtbot.waitUntil(lambda: table.findChild(RoleBox) is None)


def test_return_opens_the_roles_of_a_row_and_escape_leaves_them(qtbot: QtBot, opened: NewStudyPage) -> None:
    table = opened.data.columns_table
    table.setFocus()
    table.selectRow(1)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.findChild(RoleBox) is not None)
    view = table.findChild(RoleBox).view()
    qtbot.waitUntil(view.isVisible)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: table.findChild(RoleBox) is None)
    assert opened.data.roles == {}


def test_jobs_that_were_given_up_before_they_were_in_the_store_are_cancelled(
    qtbot: QtBot, page: NewStudyPage, workspace: Path
) -> None:
    page.open_source("/data/first.csv")
    page.open_source("/data/second.csv")
    with Store.open(workspace) as store:
        qtbot.waitUntil(
            lambda: [job.args["path"] for job in store.jobs(state=JobState.WAITING)] == ["/data/second.csv"]
        )
    assert page._inspecting.is_busy


def test_a_forecast_shows_the_corners(qtbot: QtBot, opened: NewStudyPage) -> None:
    corners = [{"name": "smallest", "seconds": 1.2, "memory_bytes": 7e8, "n_parameters": 900}]
    opened.forecast.show_result(
        {"corners": corners, "trials_in_budget": [120, 180], "peak_memory_bytes": 9e8}
    )
    assert "120" in opened.forecast._text.text()
    assert len(opened.forecast._cells) == 8


def test_start_creates_the_study_and_goes_live(
    qtbot: QtBot, opened: NewStudyPage, window: MainWindow, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cupel.engine import launch

    launched: list[int] = []
    monkeypatch.setattr(launch, "launch_engine", lambda _workspace, study_id: launched.append(study_id) or 1)
    study_id = next(study.id for study in window.desk.studies if study.name == "Phoneme")
    opened.start.click()
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: any(job.kind == "create_study" for job in store.jobs()))
        job = store.jobs()[-1]
        assert job.args["spec"]["target"] == "income"
        assert job.args["name"] == "adult"
        store.claim_job(1, job.id)
        store.finish_job(job.id, result={"study_id": study_id})
    qtbot.waitUntil(lambda: window.page_name == "live", timeout=5000)
    qtbot.waitUntil(lambda: launched == [study_id])
    assert window.desk.study_id == study_id
