"""Actions: one list for buttons, menus, keys, the command palette and the panel of keys."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.domain.params import SEED
from cupel.gui.actions.action import Action, ActionList, Subject
from cupel.gui.pages.change_trial import ChangeTrial
from cupel.gui.pages.trials import TrialsPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.fuzzy import fit
from cupel.gui.widgets.choice_box import ChoiceBox
from cupel.storage.records import TrialState
from cupel.storage.store import Store
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, workspace: Path) -> TrialsPage:
    """The trials of a study that this process runs, so that no engine is started for it."""
    study = next(study for study in window.desk.studies if study.name == "Adult income")
    with Store.open(workspace) as store:
        store.claim_study(study.id, os.getpid())
    window.desk.select(study.id)
    window.show_page("trials")
    found = window.pages["trials"]
    assert isinstance(found, TrialsPage)
    qtbot.waitUntil(lambda: window.desk.selection.one is not None and found.details.view is not None)
    qtbot.waitUntil(lambda: not window.desk.is_lost(next(s for s in window.desk.studies if s.id == study.id)))
    return found


def number_of_best(window: MainWindow) -> int:
    study = window.desk.study
    assert study is not None
    assert study.best_trial is not None
    return study.best_trial


def test_a_word_fits_best_at_a_start_then_inside_then_as_letters() -> None:
    texts = ["Trials", "20 trials more", "Portrait", "Tall error", "Export"]
    ranked = sorted((t for t in texts if fit("tr", t) is not None), key=lambda t: -(fit("tr", t) or 0))
    assert ranked == ["Trials", "20 trials more", "Portrait", "Tall error"]
    assert fit("tria exp", "Export trial") is not None
    assert fit("exq", "Export trial") is None
    assert fit("", "anything") == 0.0


def test_names_are_taken_once() -> None:
    actions = ActionList()
    one = Action("a", Subject.WINDOW, "", str, lambda: None)
    actions.add(one)
    with pytest.raises(ValueError, match="an action a already"):
        actions.add(one)


def test_what_cannot_be_done_is_not_done() -> None:
    done: list[str] = []
    why = "It is closed."
    action = Action("a", Subject.WINDOW, "", str, lambda: done.append("a"), lambda: why)
    action.trigger()
    assert not done
    why = ""
    action.trigger()
    assert done == ["a"]


def test_each_key_means_one_thing_where_it_works(page: TrialsPage, window: MainWindow) -> None:
    window.page("studies")
    for subject in Subject:
        keys = [action.keys for action in window.desk.actions.of(subject) if action.keys]
        assert len(set(keys)) == len(keys), keys


def test_every_action_says_what_it_is_and_why_it_cannot_be_done(
    qtbot: QtBot, page: TrialsPage, window: MainWindow
) -> None:
    for action in window.desk.actions:
        assert action.text(), action.name
        assert isinstance(action.why_not(), str)
    window.desk.selection.select([])
    of_selected = [one for one in window.desk.actions.of(Subject.TRIALS) if one.name != "trial.save"]
    for action in of_selected:
        assert action.why_not() in ("Select one trial first.", "Select a trial first."), action.name
    assert not page.export.isEnabled()
    assert page.export.toolTip() == "Select one trial first."


def test_the_palette_finds_goes_and_gives_the_focus_back(
    qtbot: QtBot, page: TrialsPage, window: MainWindow
) -> None:
    window.activateWindow()
    page.table.setFocus()
    window.desk.actions["window.commands"].trigger()
    palette = window.palette_panel
    qtbot.keyClicks(palette.field, "compr")
    assert palette.found[0].text == "Compress"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.page_name == "compress"
    assert not palette.isVisible()
    window.show_page("trials")
    palette.open()
    qtbot.keyClicks(palette.field, "zzzz")
    assert not palette.found
    assert palette.none.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_the_palette_says_why_and_steps_over_what_cannot_be_done(
    qtbot: QtBot, page: TrialsPage, window: MainWindow
) -> None:
    window.palette_panel.open()
    qtbot.keyClicks(window.palette_panel.field, "resume")
    (resume,) = [entry for entry in window.palette_panel.found if entry.text == "Resume"]
    assert resume.why_not == "It is running."
    window.palette_panel.field.clear()
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Up)
    for _ in range(len(window.palette_panel.found)):
        qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Down)
        chosen = window.palette_panel.list.currentRow()
        assert not window.palette_panel.found[chosen].why_not


def test_the_palette_opens_a_trial_and_a_study(qtbot: QtBot, page: TrialsPage, window: MainWindow) -> None:
    data = window.desk.selection.data
    assert data is not None
    window.desk.selection.write_filter("number < 0")
    window.show_page("overview")
    window.palette_panel.open()
    qtbot.keyClicks(window.palette_panel.field, "t 3")
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Return)
    assert window.page_name == "trials"
    assert window.desk.selection.one == int(data.table.ids[data.table.numbers == 3][0])
    window.palette_panel.open()
    qtbot.keyClicks(window.palette_panel.field, "titanic surv")
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Return)
    assert window.desk.study is not None
    assert window.desk.study.name == "Titanic survival"


def test_trials_are_asked_for_from_the_row_and_by_a_form(
    qtbot: QtBot, page: TrialsPage, window: MainWindow, workspace: Path
) -> None:
    study_id = window.desk.study_id
    assert study_id is not None
    with Store.open(workspace) as store:
        with qtbot.waitSignal(window.desk.toasted) as told:
            window.desk.actions["trial.reseed"].trigger()
        assert told.args[0]() == "5 trials were asked for"
        like = store.trial_by_number(study_id, number_of_best(window))
        asked = store.trial_requests(study_id)
        assert [one.params[SEED] for one in asked] == [1, 2, 3, 4, 5]
        assert {key: value for key, value in asked[0].params.items() if key != SEED} == dict(like.params)
        window.desk.actions["trial.change"].trigger()
        qtbot.waitUntil(lambda: window.findChild(ChangeTrial) is not None)
        form = window.findChild(ChangeTrial)
        assert isinstance(form, ChangeTrial)
        form.run_button.click()
        qtbot.waitUntil(lambda: "exactly these params" in form.notice.label.text())
        rate = next(field for name, field in form.fields.items() if name.startswith("learning_rate"))
        assert isinstance(rate, QLineEdit)
        rate.selectAll()
        qtbot.keyClicks(rate, "fast")
        form.run_button.click()
        assert "'fast' is no value of learning_rate" in form.notice.label.text()
        rate.selectAll()
        qtbot.keyClicks(rate, "0.0321")
        form.run_button.click()
        qtbot.waitUntil(lambda: len(store.trial_requests(study_id)) == 6)
        assert store.trial_requests(study_id)[-1].params["learning_rate"] == 0.0321


def test_a_choice_in_the_form_brings_its_params_in(
    qtbot: QtBot, page: TrialsPage, window: MainWindow
) -> None:
    window.desk.actions["trial.change"].trigger()
    qtbot.waitUntil(lambda: window.findChild(ChangeTrial) is not None)
    form = window.findChild(ChangeTrial)
    assert isinstance(form, ChangeTrial)
    optimizer = form.fields["optimizer"]
    assert isinstance(optimizer, ChoiceBox)
    before = set(form.fields)
    optimizer.setCurrentIndex(optimizer.findData("sgd"))
    optimizer.activated.emit(optimizer.currentIndex())
    brought = set(form.fields) - before
    assert "momentum" in brought
    assert form.changes().values["optimizer"] == "sgd"
    form.reject()


def test_trials_are_archived_and_come_back(
    qtbot: QtBot, page: TrialsPage, window: MainWindow, workspace: Path
) -> None:
    selection = window.desk.selection
    n_shown, one = page.model.rowCount(), selection.one
    assert one is not None
    with Store.open(workspace) as store:
        with qtbot.waitSignal(window.desk.toasted) as told:
            window.desk.actions["trial.archive"].trigger()
        assert told.args[0]() == "Archived 1 trial"
        qtbot.waitUntil(lambda: page.model.rowCount() == n_shown - 1)
        assert store.trial(one).archived
        selection.write_filter("archived")
        assert page.model.rowCount() == 1
        selection.write_filter("")
        told.args[2]()
        qtbot.waitUntil(lambda: page.model.rowCount() == n_shown)


def test_trials_are_copied_as_text(
    qtbot: QtBot, page: TrialsPage, window: MainWindow, workspace: Path
) -> None:
    clipboard = QGuiApplication.clipboard()
    number = number_of_best(window)

    def copied(name: str) -> str:
        with qtbot.waitSignal(window.desk.toasted):
            window.desk.actions[f"trial.copy_{name}"].trigger()
        return clipboard.text()

    assert json.loads(copied("json"))["number"] == number
    (family,) = tomllib.loads(copied("toml")).values()
    assert len(family["start"]) == 1
    data = window.desk.selection.data
    assert data is not None
    window.desk.selection.select(data.table.ids[data.table.states == TrialState.COMPLETE][:3])
    lines = copied("markdown").splitlines()
    assert len(lines) == 5
    assert len({line.count(" | ") for line in lines}) == 1


def test_a_row_has_a_menu(qtbot: QtBot, page: TrialsPage) -> None:
    place = page.table.visualRect(page.model.index(page.model.row_of(page.selection.one or 0), 0)).center()
    page.table.customContextMenuRequested.emit(QPoint(place))
    menus = [menu for menu in page.findChildren(QMenu) if menu.isVisible()]
    texts = {action.text(): action for action in menus[-1].actions() if action.text()}
    assert "Export trial" in texts
    assert not texts["Skip trial"].isEnabled()
    assert texts["Skip trial"].toolTip() == "It has ended."
    menus[-1].close()


def test_a_baseline_is_no_network(qtbot: QtBot, page: TrialsPage, window: MainWindow) -> None:
    data = window.desk.selection.data
    assert data is not None
    window.desk.selection.select(data.table.ids[np.asarray(data.table.numbers) < 0][:1])
    assert window.desk.actions["trial.change"].why_not().startswith("A baseline is no network")


def test_the_table_is_written_as_it_is_shown(
    qtbot: QtBot, page: TrialsPage, window: MainWindow, tmp_path: Path
) -> None:
    window.desk.selection.write_filter("state == complete")
    out = tmp_path / "shown.json"
    with qtbot.waitSignal(window.desk.toasted) as told:
        page.file.write(str(out))
    numbers = [row["number"] for row in json.loads(out.read_text(encoding="utf-8"))]
    data = window.desk.selection.data
    assert data is not None
    shown = [int(data.table.numbers[data.table.ids == one][0]) for one in page.model.shown_ids()]
    assert numbers == shown
    assert f"Wrote {len(shown)} trials to shown.json" == told.args[0]()
    with qtbot.waitSignal(window.desk.warned) as refused:
        page.file.write(str(tmp_path / "shown.doc"))
    assert "does not say how it is to be written" in refused.args[1]()
