"""The Studies page: what it shows of each study, and what its buttons write to the store."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cupel.engine.domain.spec import spec_of
from cupel.engine.domain.study_list import list_studies
from cupel.gui import words
from cupel.gui.models.studies_model import StudiesModel, StudiesProxy, StudyColumn
from cupel.gui.pages.compare_studies import CompareStudies
from cupel.gui.pages.delete_study import DeleteStudy
from cupel.gui.pages.studies import StudiesPage
from cupel.gui.shell import MainWindow
from cupel.storage.records import Request, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from .conftest import OpenWindow


@pytest.fixture
def page(window: MainWindow) -> StudiesPage:
    found = window.pages["studies"]
    assert isinstance(found, StudiesPage)
    return found


def choose(page: StudiesPage, name: str) -> int:
    for place in range(page.proxy.rowCount()):
        if page.proxy.index(place, StudyColumn.NAME).data() == name:
            page.table.selectRow(place)
            chosen = page.chosen()
            assert chosen is not None
            return chosen.id
    raise AssertionError(f"{name} is not listed")


def test_the_models_keep_qts_rules(qtbot: QtBot, workspace: Path) -> None:
    with Store.open(workspace) as store:
        studies = list_studies(store, archived=None).studies
    model, proxy = StudiesModel(), StudiesProxy()
    proxy.setSourceModel(model)
    testers = [
        QAbstractItemModelTester(one, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for one in (model, proxy)
    ]
    model.show_studies(studies, [words.standing(study.record) for study in studies])
    proxy.set_words("housing")
    assert proxy.rowCount() == 1
    proxy.set_words("")
    model.show_studies(studies[1:], [words.standing(study.record) for study in studies[1:]])
    model.show_studies((), ())
    assert len(testers) == 2


def test_all_studies_are_listed_pinned_first(page: StudiesPage) -> None:
    names = [page.proxy.index(row, StudyColumn.NAME).data() for row in range(page.proxy.rowCount())]
    assert names[0] == "California housing prices, 2 repeats"
    assert len(names) == 6


def test_a_network_worse_than_the_baseline_shows_a_negative_margin(page: StudiesPage) -> None:
    choose(page, "Titanic survival")
    index = page.table.currentIndex().siblingAtColumn(StudyColumn.MARGIN)
    assert index.data().startswith("−")


def test_pause_stop_and_resume_are_written_to_the_store(
    qtbot: QtBot, page: StudiesPage, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study_id = choose(page, "Adult income")
    with Store.open(workspace) as store:
        store.claim_study(study_id, os.getpid())
        qtbot.waitUntil(page.buttons["pause"].isEnabled)
        page.buttons["pause"].click()
        qtbot.waitUntil(lambda: store.study(study_id).request is Request.PAUSE)
        page.buttons["stop"].click()
        qtbot.waitUntil(lambda: store.study(study_id).request is Request.STOP)


def test_archiving_can_be_undone(
    qtbot: QtBot, page: StudiesPage, workspace: Path, window: MainWindow
) -> None:
    study_id = choose(page, "Penguins")
    with Store.open(workspace) as store:
        with qtbot.waitSignal(window.desk.toasted) as told:
            page.buttons["archive"].click()
        qtbot.waitUntil(lambda: store.study(study_id).archived)
        qtbot.waitUntil(lambda: page.proxy.rowCount() == 5)
        told.args[2]()
        qtbot.waitUntil(lambda: not store.study(study_id).archived)
        qtbot.waitUntil(lambda: page.proxy.rowCount() == 6)


def test_renaming_happens_in_the_row_and_a_taken_name_is_refused_in_words(
    qtbot: QtBot, page: StudiesPage, workspace: Path, window: MainWindow
) -> None:
    study_id = choose(page, "Penguins")
    page.buttons["rename"].click()
    field = page.table.viewport().findChild(QLineEdit)
    field.setText("Palmer penguins")
    field.editingFinished.emit()
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: store.study(study_id).name == "Palmer penguins")
    page.buttons["rename"].click()
    field = page.table.viewport().findChildren(QLineEdit)[-1]
    field.setText("Adult income")
    with qtbot.waitSignal(window.desk.warned) as told:
        field.editingFinished.emit()
    assert "Adult income" in told.args[1]()


def test_what_another_process_writes_shows_by_itself(
    qtbot: QtBot, page: StudiesPage, workspace: Path
) -> None:
    with Store.open(workspace) as store:
        study = store.studies()[0]
        store.edit_study(study.id, name="Written elsewhere")
    qtbot.waitUntil(lambda: "Written elsewhere" in [page.model.study(i).name for i in range(6)])


def test_enter_opens_a_running_study_live_and_a_finished_ones_trials(
    qtbot: QtBot, page: StudiesPage, window: MainWindow
) -> None:
    choose(page, "Adult income")
    page.buttons["open"].click()
    assert window.page_name == "overview"
    window.show_page("studies")
    choose(page, "California housing prices, 2 repeats")
    page.buttons["open"].click()
    assert window.page_name == "trials"
    assert window.pages["trials"].isVisible()


def test_a_study_whose_engine_dies_can_be_resumed_though_nobody_has_written_anything(
    page: StudiesPage, workspace: Path, qtbot: QtBot
) -> None:
    study_id = choose(page, "Adult income")
    engine = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with Store.open(workspace) as store:
        store.claim_study(study_id, engine.pid)
    qtbot.waitUntil(lambda: not page.buttons["resume"].isEnabled())
    engine.kill()
    engine.communicate()
    qtbot.waitUntil(page.buttons["resume"].isEnabled)
    index = page.table.currentIndex().siblingAtColumn(StudyColumn.STATE)
    assert index.data() == "Interrupted"


def test_the_study_chosen_on_another_page_is_the_selected_row_and_stays_chosen(
    qtbot: QtBot, page: StudiesPage, window: MainWindow, workspace: Path
) -> None:
    choose(page, "Penguins")
    window.show_page("overview")
    wanted = next(study.id for study in window.desk.studies if study.name == "Adult income")
    window.desk.select(wanted)
    with Store.open(workspace) as store:  # a new row resets the table
        store.create_study(
            name="Newest",
            dataset_id=None,
            spec=spec_of("y", n_trials=1).to_json(),
            metric="rmse",
            direction="minimize",
            task="regression",
        )
    qtbot.waitUntil(lambda: len(window.desk.studies) == 7)
    window.show_page("studies")
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.id == wanted == window.desk.study_id


def test_a_damaged_study_is_listed_with_its_name_and_hides_no_other(
    open_window: OpenWindow, workspace: Path
) -> None:
    with sqlite3.connect(workspace / "cupel.sqlite") as database:
        database.execute("UPDATE studies SET spec = '{' WHERE name = 'Penguins'")
    database.close()
    window = open_window(workspace)
    page = window.pages["studies"]
    assert isinstance(page, StudiesPage)
    rows = [page.proxy.index(row, StudyColumn.NAME) for row in range(page.proxy.rowCount())]
    assert len(rows) == 6
    assert rows[-1].data() == "Penguins"
    assert rows[-1].siblingAtColumn(StudyColumn.STATE).data() == "Damaged"
    assert "'Penguins' is damaged" in rows[-1].data(Qt.ItemDataRole.ToolTipRole)
    page.table.setCurrentIndex(rows[-1])
    assert page.chosen() is None
    assert not page.buttons["open"].isEnabled()
    assert not page.table.grab().isNull()
    page.filter.setText("penguins")
    assert page.proxy.rowCount() == 1


def twins(workspace: Path) -> tuple[int, int]:
    """Give two studies the same data and the same folds, as a duplicate has."""
    with Store.open(workspace) as store:
        data = store.add_dataset(
            digest="d" * 64, name="data", source="data.csv", n_rows=10, n_columns=2, schema={}, report={},
            table_sha256="t" * 64, size_bytes=10,
        )  # fmt: skip
        made: list[int] = []
        for name, seed in (("First", 0), ("Second", 1)):
            spec = {"target": "y", "seed": seed, "budget": {"n_trials": 3}}
            study = store.create_study(
                name=name,
                dataset_id=data.id,
                spec=spec,
                metric="accuracy",
                direction="maximize",
                task="binary",
            )
            store.set_split(study.id, "s" * 64)
            for number, value in enumerate((0.7, 0.9, 0.8)):
                trial = store.create_trial(
                    study_id=study.id,
                    number=number,
                    kind=TrialKind.SEARCH,
                    family="mlp",
                    params={"width": number},
                )
                store.start_trial(trial.id, "worker")
                outcome = TrialOutcome(TrialState.COMPLETE, value=value - seed / 10, value_std=0.01)
                store.finish_trial(trial.id, outcome)
            made.append(study.id)
    return made[0], made[1]


def select_rows(page: StudiesPage, *names: str) -> None:
    page.table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in range(page.proxy.rowCount()):
        if page.proxy.index(row, StudyColumn.NAME).data() in names:
            page.table.selectionModel().select(page.proxy.index(row, 0), flags)


def test_studies_of_the_same_data_and_folds_stand_side_by_side(
    qtbot: QtBot, page: StudiesPage, workspace: Path, window: MainWindow
) -> None:
    n_before = page.proxy.rowCount()
    twins(workspace)
    qtbot.waitUntil(lambda: page.proxy.rowCount() == n_before + 2)
    compare = window.desk.actions["study.compare"]
    select_rows(page, "First")
    assert compare.why_not() == "Select 2 to 10 studies of the same data first."
    select_rows(page, "First", "Adult income")
    assert compare.why_not().endswith("so their scores cannot be compared.")
    assert not page.buttons["compare"].isEnabled()
    select_rows(page, "First", "Second")
    assert compare.why_not() == ""
    page.buttons["compare"].click()
    beside = window.findChild(CompareStudies)
    assert isinstance(beside, CompareStudies)
    qtbot.waitUntil(lambda: bool(beside.chart.marks))
    assert set(beside.model.names) == {"First", "Second"}
    rows = {row.name: row for row in beside.model.rows}
    scores = dict(zip(beside.model.names, rows["accuracy"].values, strict=True))
    assert (scores["First"], scores["Second"]) == ("0.900", "0.800")
    assert rows["Seed"].differs
    n_rows = beside.model.rowCount()
    beside.differing.click()
    assert beside.model.rowCount() < n_rows
    beside.accept()
    with Store.open(workspace) as store:
        spec = {"target": "y", "budget": {"n_trials": 3}}
        data = store.find_study("First").dataset_id
        other = store.create_study(
            name="Third", dataset_id=data, spec=spec, metric="accuracy", direction="maximize", task="binary"
        )
        store.set_split(other.id, "u" * 64)
    qtbot.waitUntil(lambda: page.proxy.rowCount() == n_before + 3)
    select_rows(page, "First", "Third")
    assert "divides the rows in another way" in compare.why_not()


def test_tags_and_notes_of_a_study_are_kept_and_found(
    qtbot: QtBot, page: StudiesPage, workspace: Path
) -> None:
    first, second = choose(page, "Penguins"), choose(page, "Adult income")
    choose(page, "Penguins")
    page.notes_box.tags.setText("paper，birds")
    page.notes_box.tags.editingFinished.emit()
    page.notes_box.notes.setPlainText("Ask about the islands.")
    # What was written is kept when another study is chosen at once.
    choose(page, "Adult income")
    assert page.notes_box.notes.toPlainText() == ""
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: store.study(first).notes == "Ask about the islands.")
        assert store.study(first).tags == ("birds", "paper")
        assert store.study(second).notes == ""
    qtbot.waitUntil(lambda: page.desk.read_studies[0].record is not None)
    qtbot.waitUntil(lambda: any("islands" in study.notes for study in page.desk.studies))
    page.filter.setText("islands")
    assert page.proxy.rowCount() == 1


def test_what_is_done_is_done_to_the_study_in_view_and_the_row_shows_it(
    qtbot: QtBot, page: StudiesPage, window: MainWindow
) -> None:
    first, second = choose(page, "Penguins"), choose(page, "Adult income")
    window.desk.select(first)
    assert page.chosen() is not None
    assert page.chosen().id == first  # type: ignore[union-attr]
    # One that the filter hides has no row, and no other row stands for it.
    page.filter.setText("Penguins")
    window.desk.select(second)
    assert page.chosen() is None
    assert not page.buttons["archive"].isEnabled()
    page.filter.setText("")
    window.desk.select(first)
    window.desk.select(second)
    assert page.chosen().id == second  # type: ignore[union-attr]


def test_what_is_archived_is_deleted_once_the_user_says_so(
    qtbot: QtBot, page: StudiesPage, window: MainWindow, workspace: Path
) -> None:
    study_id = choose(page, "Penguins")
    delete = window.desk.actions["study.delete"]
    assert "Archive it first" in delete.why_not()
    page.buttons["archive"].click()
    qtbot.waitUntil(lambda: window.desk.study is not None and window.desk.study.archived)
    page.archived.setChecked(True)
    assert choose(page, "Penguins") == study_id
    qtbot.waitUntil(lambda: page.buttons["delete"].isVisible() and page.buttons["delete"].isEnabled())

    def asked() -> DeleteStudy:
        qtbot.waitUntil(lambda: any(box.isVisible() for box in window.findChildren(DeleteStudy)))
        return next(box for box in window.findChildren(DeleteStudy) if box.isVisible())

    page.buttons["delete"].click()
    box = asked()
    assert "Penguins" in box.text()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(DeleteStudy))
    with Store.open(workspace, "r") as store:
        assert store.study(study_id).archived
    page.buttons["delete"].click()
    asked().delete.click()
    qtbot.waitUntil(lambda: study_id not in {study.id for study in window.desk.studies})
    # Another study is in view then, on every page.
    qtbot.waitUntil(lambda: window.desk.study is not None and window.desk.study.id != study_id)
    for name in window.pages:
        window.show_page(name)


def test_further_columns_are_shown_where_there_is_room_or_the_user_wants_them(
    qtbot: QtBot, page: StudiesPage, window: MainWindow
) -> None:
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: page.table.isColumnHidden(StudyColumn.SIZE))
    window.resize(1900, 900)
    qtbot.waitUntil(lambda: not page.table.isColumnHidden(StudyColumn.SIZE))
    qtbot.waitUntil(lambda: bool(page.model.belongings.sizes))
    page.columns.choose(StudyColumn.SIZE, on=False)
    assert page.table.isColumnHidden(StudyColumn.SIZE)
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: page.width() < 1280)
    assert not page.table.isColumnHidden(StudyColumn.DATA)
    page.table.sortByColumn(StudyColumn.DATA, Qt.SortOrder.AscendingOrder)
    shown = [page.proxy.index(row, StudyColumn.DATA).data() for row in range(page.proxy.rowCount())]
    assert shown == sorted(shown, key=str.casefold)
    assert len(set(shown)) > 1
    page.filter.setText(shown[-1])
    qtbot.waitUntil(lambda: page.proxy.rowCount() == shown.count(shown[-1]))
