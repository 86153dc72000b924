"""The New study page: what it makes of an inspection, the spec that it builds, the jobs that it asks for."""

from __future__ import annotations

from pathlib import Path

import msgspec
import psutil
import pytest
from cupel.engine.domain.errors import Message, SpecError
from cupel.engine.domain.families import default_families
from cupel.engine.domain.forecasts import Corner, Forecast
from cupel.engine.domain.inspections import Finding, Inspection
from cupel.engine.domain.requests import Inspect, request_of
from cupel.engine.domain.spec import ReadSpec, spec_of
from cupel.engine.inspection.inspect import inspect_file
from cupel.gui.models.columns_model import FACTS_ROLE, ColumnsModel, DataColumn, PreviewModel
from cupel.gui.pages.columns_delegate import RoleBox
from cupel.gui.pages.forecast_card import fitting_text
from cupel.gui.pages.new_study import NewStudyPage
from cupel.gui.shell import MainWindow
from cupel.storage.records import JobState, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from .made_inspections import sample_inspection


@pytest.fixture
def page(window: MainWindow) -> NewStudyPage:
    window.show_page("new_study")
    found = window.pages["new_study"]
    assert isinstance(found, NewStudyPage)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small data file."""
    path = tmp_path / "adult.csv"
    lines = ["age,workclass,fnlwgt,education,income"]
    for i in range(120):
        work, school = ("private", "state", "self")[i % 3], ("school", "college")[i % 7 % 2]
        lines.append(f"{20 + i % 41},{work},{9000 + 250 * (i % 53)},{school},{('<=50K', '>50K')[i % 4 // 3]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def opened(qtbot: QtBot, page: NewStudyPage, file: Path) -> NewStudyPage:
    """The page with the file, read by the engine's service."""
    page.open_source(str(file))
    qtbot.waitUntil(lambda: page.inspection is not None)
    return page


def test_the_models_keep_qts_rules(qtbot: QtBot) -> None:
    columns, preview = ColumnsModel(), PreviewModel()
    testers = [
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for model in (columns, preview)
    ]
    found = sample_inspection()
    columns.show_inspection(found, {})
    preview.show_inspection(found)
    assert columns.setData(columns.index(0, DataColumn.ROLE), "ignored")
    assert not columns.setData(columns.index(0, DataColumn.ROLE), "no role")
    assert len(testers) == 2


def test_the_columns_of_a_file_know_whether_they_are_numbers(qtbot: QtBot, file: Path) -> None:
    columns = ColumnsModel()
    columns.show_inspection(inspect_file(file), {})
    facts = [columns.index(row, DataColumn.NAME).data(FACTS_ROLE) for row in range(columns.rowCount())]
    assert {one.name: one.storage for one in facts} == {
        "age": "number", "workclass": "text", "fnlwgt": "number", "education": "text", "income": "text",
    }  # fmt: skip


def test_an_inspected_file_gives_a_spec_that_can_be_started(opened: NewStudyPage) -> None:
    spec = opened.spec()
    assert spec.target == "income"
    assert spec.split.n_folds == 5
    assert spec.budget.timeout_s == 600
    assert opened.start.isEnabled()
    assert opened.state.values["name"] == "adult"


def test_a_role_set_by_hand_goes_into_the_spec(opened: NewStudyPage) -> None:
    model = opened.data.columns
    row = next(r for r in range(model.rowCount()) if model.index(r, DataColumn.NAME).data() == "fnlwgt")
    model.setData(model.index(row, DataColumn.ROLE), "ignored")
    assert opened.spec().roles == {"fnlwgt": "ignored"}


def test_making_another_column_the_target_moves_the_choice(opened: NewStudyPage) -> None:
    model = opened.data.columns
    model.setData(model.index(0, DataColumn.ROLE), "target")
    assert opened.state.values["target"] == "age"
    assert opened.spec().target == "age"


def test_what_keeps_the_search_from_starting_is_said(opened: NewStudyPage) -> None:
    opened.form.fields["split.n_folds"].set_value(1)
    opened.form.changed.emit()
    assert not opened.start.isEnabled()
    assert "at least 2" in opened.problem.text()
    written = opened.form.fields["split.n_folds"].widget
    assert isinstance(written, QLineEdit)
    written.setText("five")
    opened.form.changed.emit()
    assert "not a number" in opened.problem.text()
    opened.form.fields["split.n_folds"].set_value(5)
    opened.form.fields["budget.timeout_s"].set_value(None)
    opened.form.changed.emit()
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
    editor.reset.click()
    assert opened.spec().space is None


def test_overridden_reading_is_sent_and_detection_is_not(
    qtbot: QtBot, opened: NewStudyPage, workspace: Path
) -> None:
    field = opened.data.read_fields["header"]
    field.set_value(False)
    field.changed.emit()
    qtbot.waitUntil(lambda: _found(opened).n_rows == 121)
    assert opened.state.values["target"] in _found(opened).preview.columns  # the columns have other names now
    with Store.open(workspace) as store:
        asked = [request_of(job) for job in store.jobs()]
        assert [a.read for a in asked if isinstance(a, Inspect)] == [ReadSpec(), ReadSpec(header=False)]


def test_a_file_that_cannot_be_read_says_why(qtbot: QtBot, page: NewStudyPage, tmp_path: Path) -> None:
    page.open_source(str(tmp_path / "none.csv"))
    qtbot.waitUntil(lambda: page.notice.isVisible())
    assert "none.csv" in page.notice.label.text()
    assert page.drop.isVisible()


def test_a_second_file_that_cannot_be_read_loses_nothing_of_what_was_typed(
    qtbot: QtBot, opened: NewStudyPage, file: Path, tmp_path: Path
) -> None:
    opened.form.fields["name"].set_value("typed by hand")
    opened.form.fields["split.n_folds"].set_value(7)
    (tmp_path / "empty.csv").touch()
    opened.open_source(str(tmp_path / "empty.csv"))
    qtbot.waitUntil(lambda: opened.notice.isVisible())
    assert "empty.csv" in opened.notice.label.text()
    assert opened.source == str(file)
    assert opened.form.isVisible()
    assert opened.state.values["name"] == "typed by hand"
    assert opened.spec().split.n_folds == 7
    assert opened.start.isEnabled()


def test_a_target_with_one_class_keeps_the_search_from_starting(opened: NewStudyPage) -> None:
    found = sample_inspection()
    template = (
        "The target {column!r} has one class only, {value!r}, so there is nothing to predict; choose another column, "
        "or add rows of another class."
    )
    wrong = Finding("serious", "target", "income", Message(template, {"column": "income", "value": "yes"}))
    opened.show_inspection(msgspec.structs.replace(found, findings=(*found.findings, wrong)))
    assert not opened.start.isEnabled()
    assert "one class only" in opened.problem.text()


def test_one_click_on_a_role_opens_the_list_and_a_choice_is_taken(qtbot: QtBot, opened: NewStudyPage) -> None:
    table = opened.data.columns_table
    place = table.model().index(2, DataColumn.ROLE)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(place).center())
    box = table.findChild(RoleBox)
    assert box is not None
    qtbot.waitUntil(lambda: box.view().isVisible())
    box.view().setCurrentIndex(box.model().index(box.findData("ignored"), 0))
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.state.roles == {"fnlwgt": "ignored"})
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
    assert opened.state.roles == {}


def test_jobs_that_were_given_up_before_they_were_in_the_store_are_cancelled(
    qtbot: QtBot, page: NewStudyPage, file: Path, workspace: Path
) -> None:
    page.open_source("sample:iris")
    page.open_source(str(file))
    qtbot.waitUntil(lambda: page.inspection is not None)
    assert _found(page).name == "adult"
    with Store.open(workspace) as store:
        states = [job.state for job in store.jobs()]
    assert states == [JobState.CANCELLED, JobState.DONE]


def test_a_forecast_shows_the_corners(qtbot: QtBot, opened: NewStudyPage) -> None:
    corner = Corner("mlp", "smallest", 1.2, fits=True, memory_bytes=700_000_000, n_parameters=900)
    opened.forecast.show_result(Forecast((corner,), (1.0, 2.0), (120, 180), 60.0, 900_000_000, 1))
    assert "120" in opened.forecast.words.text()
    assert opened.forecast.grid.count() == 8


def test_a_forecast_can_be_cancelled_and_asked_for_again(
    qtbot: QtBot, opened: NewStudyPage, workspace: Path
) -> None:
    card = opened.forecast
    card.ask.click()
    assert card.stop.isVisibleTo(card)
    assert not card.ask.isVisibleTo(card)
    card.stop.click()
    assert card.ask.isVisibleTo(card)

    def states() -> list[JobState]:
        with Store.open(workspace) as store:
            return [job.state for job in store.jobs() if job.kind == "forecast"]

    qtbot.waitUntil(lambda: states() == [JobState.CANCELLED])


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0, 0, "Fewer than one trial fits the budget."),
        (0, 1, "At most 1 trial fits the budget."),
        (0, 17, "Up to 17 trials fit the budget."),
        (1, 1, "About 1 trial fits the budget."),
        (9, 1700, "About 9 to 1,700 trials fit the budget."),
    ],
)
def test_a_forecast_says_how_many_trials_fit(low: int, high: int, text: str) -> None:
    assert fitting_text(low, high) == text


def test_start_creates_the_study_and_its_engine_and_goes_live(
    qtbot: QtBot, opened: NewStudyPage, window: MainWindow, workspace: Path
) -> None:
    opened.start.click()
    qtbot.waitUntil(lambda: window.page_name == "overview")
    study_id = window.desk.study_id
    assert study_id is not None
    with Store.open(workspace) as store:
        study = store.study(study_id)
        assert (study.name, study.spec["target"]) == ("adult", "income")
        qtbot.waitUntil(lambda: store.engine_is_alive(study_id))
        engine = psutil.Process(store.study(study_id).engine_pid)
        for process in (*engine.children(recursive=True), engine):
            process.kill()


def _found(page: NewStudyPage) -> Inspection:
    assert page.inspection is not None
    return page.inspection


def test_studies_on_equal_data_are_offered_as_starts(
    qtbot: QtBot, window: MainWindow, workspace: Path, page: NewStudyPage
) -> None:
    with Store.open(workspace) as store:
        data = store.add_dataset(
            digest="d" * 64, name="iris", source="iris.csv", n_rows=9, n_columns=2, schema={}, report={},
            table_sha256="t" * 64, size_bytes=1,
        )  # fmt: skip
        earlier = store.create_study(
            name="before", dataset_id=data.id, spec=spec_of("y", n_trials=5).to_json(), metric="accuracy",
            direction="maximize", task="binary",
        )  # fmt: skip
        show(page, data.digest)
        qtbot.waitUntil(page.desk.feed.idle)
        # It has found nothing yet.
        assert not page.form.start_from.line().isVisibleTo(page.form)
        trial = store.create_trial(
            study_id=earlier.id, number=0, kind=TrialKind.SEARCH, family="mlp", params={}, worker="w"
        )
        store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=0.9))
    page.form.more.setChecked(True)
    show(page, data.digest)
    qtbot.waitUntil(page.form.start_from.line().isVisible)
    assert page.state.warm_start is None  # only where the user says so
    page.form.start_from.set_value(earlier.id)
    page.form.start_from.changed.emit()
    assert page.state.create_request(page.spec()).warm_start == earlier.id
    show(page, "other data")
    qtbot.waitUntil(lambda: not page.form.start_from.line().isVisible())
    assert page.state.warm_start is None


def show(page: NewStudyPage, digest: str) -> None:
    """Show what was found in the data of an earlier study."""
    found = sample_inspection()
    columns = (msgspec.structs.replace(found.columns[0], name="y"),)
    page.show_inspection(msgspec.structs.replace(found, digest=digest, target="y", columns=columns))


def test_the_kind_of_data_is_asked_for_and_networks_follow_it(
    qtbot: QtBot, page: NewStudyPage, tmp_path: Path
) -> None:
    file = tmp_path / "mails.csv"
    words = ("cheap offer now", "see you at lunch", "minutes of the meeting", "win a prize today")
    lines = [
        f"{i},{words[i % 4]} number {i} of many,{'spam' if i % 4 in (0, 3) else 'mail'}" for i in range(80)
    ]
    file.write_text("size,words,label\n" + "\n".join(lines) + "\n", encoding="utf-8")
    page.open_source(str(file))
    qtbot.waitUntil(lambda: page.inspection is not None)
    kind = page.form.fields["kind"]
    assert kind.widget.isVisible()
    for asked in ("text", "table+text"):
        kind.set_value(asked)
        kind.changed.emit()
        qtbot.waitUntil(lambda asked=asked: _found(page).kind == asked)
        assert (page.spec().kind, page.spec().families) == (asked, default_families(asked))
        qtbot.waitUntil(page.start.isEnabled)
