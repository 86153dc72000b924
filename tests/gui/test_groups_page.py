"""The Groups page: audits that were kept, their table and words, and an audit that the service makes."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
import psutil
import pytest
from cupel.engine.domain.group_audits import AuditedGroup, AuditPart, Figure, Gap
from cupel.gui.models.groups_model import FIGURE_ROLE, GroupsModel
from cupel.gui.pages.groups import GroupsPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.auditing import groupable, kept_audits
from cupel.gui.states.group_gaps import gap_lines, group, headline, no_gap_lines
from cupel.storage.records import JobState
from cupel.storage.store import Store
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from ..engine.deployment.made import make_study
from ..engine.deployment.studies import TRIAL, keep_out_of_fold
from .seen import says


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> GroupsPage:
    return opened(qtbot, window, "Titanic")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A study of two classes whose trial has out-of-fold predictions, and a holdout."""
    study = make_study(tmp_path / "made", "binary", {}, n_networks=2)
    keep_out_of_fold(study, TRIAL)
    study.store.close()
    return study.store.workspace.path


def opened(qtbot: QtBot, window: MainWindow, name: str) -> GroupsPage:
    window.desk.select(next(study.id for study in window.desk.studies if study.name.startswith(name)))
    window.show_page("understand")
    found = window.pages["understand"]
    assert isinstance(found, GroupsPage)
    qtbot.waitUntil(lambda: found.by.widget.count() > 0 or found.no_columns.isVisible())
    return found


def headings(page: GroupsPage) -> list[str]:
    model = page.card.model
    return [str(model.headerData(i, Qt.Orientation.Horizontal)) for i in range(model.columnCount())]


def cells(page: GroupsPage, row: int) -> list[str]:
    return [str(page.card.model.index(row, i).data()) for i in range(page.card.model.columnCount())]


def part(**gaps: tuple[float, float, float]) -> AuditPart:
    """Return a part of an audit of groups a and b with gaps (difference, low, high)."""
    told = tuple(Gap(name, "a", "b", d, low, high, None) for name, (d, low, high) in gaps.items())
    figures = {name: Figure(0.5, 0.4, 0.6, 100) for name in gaps}
    groups = tuple(AuditedGroup(name, 100, is_small=False, figures=figures) for name in "ab")
    return AuditPart("out_of_fold", 200, is_binned=False, whole=figures, groups=groups, gaps=told)


def test_the_model_keeps_qts_rules(qtbot: QtBot, workspace: Path) -> None:
    model = GroupsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with Store.open(workspace) as store:
        for study in store.studies():
            for audit in kept_audits(study):
                for one in audit.parts:
                    model.show_part(one, audit.positive or "")
    assert model.rowCount() > 1
    assert tester is not None


def test_what_was_audited_is_shown_without_running_anything(
    qtbot: QtBot, page: GroupsPage, workspace: Path
) -> None:
    assert [chip.text().split(" · ")[0] for chip in page.card.chips] == ["Embarked", "Sex"]
    assert headings(page) == [
        "Group", "Rows", "True share", "Said share", "Accuracy", "Recall", "False positives", "Precision"
    ]  # fmt: skip
    assert cells(page, 0)[0] == "All rows"
    page.card.chips[1].click()
    assert [cells(page, row)[0] for row in (1, 2)] == ["female", "male"]
    assert page.card.headline.text().startswith("Widest gap · ")
    assert '"female" than in "male"' in page.card.headline.text()
    assert 'rates of "1"' in page.card.title.text()
    assert " … " in cells(page, 1)[5]
    rows = cells(page, 0)[1]
    page.card.parts["holdout"].click()
    assert cells(page, 0)[1] != rows
    with Store.open(workspace) as store:
        assert store.jobs() == []


def test_groups_that_are_too_small_are_said_to_be_and_do_not_stretch_the_line(page: GroupsPage) -> None:
    row = next(row for row in range(page.card.model.rowCount()) if cells(page, row)[0] == "unknown")
    assert "too few to compare" in page.card.model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
    drawn = page.card.model.index(row, 2).data(FIGURE_ROLE)
    assert drawn.value == 1.0
    assert drawn.ends[1] < 1.0
    assert "unknown" not in page.card.headline.text() + page.card.gaps.text()


def test_a_regression_is_audited_by_its_errors(qtbot: QtBot, page: GroupsPage, window: MainWindow) -> None:
    page = opened(qtbot, window, "California")
    qtbot.waitUntil(lambda: "Absolute error" in headings(page))
    assert headings(page)[2:] == ["Absolute error", "Mean error", "R²"]
    assert "Absolute error" in page.card.headline.text()
    assert not page.threshold.isVisible()
    qtbot.waitUntil(lambda: not page.positive.widget.isVisible())
    assert not page.card.parts["holdout"].isEnabled()


def test_everything_is_said_in_chinese_as_well(page: GroupsPage, window: MainWindow) -> None:
    window.set_language("zh")
    assert headings(page)[:3] == ["分组", "行数", "真实占比"]
    assert page.card.headline.text().startswith("最大差距")
    assert page.start.text() == "审计"


def test_a_study_without_a_trial_says_what_to_do(qtbot: QtBot, page: GroupsPage, window: MainWindow) -> None:
    window.desk.select(next(study.id for study in window.desk.studies if study.name == "Phoneme"))
    qtbot.waitUntil(lambda: says(page, "Nothing to audit yet"))
    assert not page.start.isEnabled()
    page = opened(qtbot, window, "Adult")  # of which no data set is known
    qtbot.waitUntil(page.card.nothing_yet.isVisible)
    qtbot.waitUntil(page.no_columns.isVisible)
    assert not page.start.isEnabled()


def test_keys_reach_the_groups(qtbot: QtBot, page: GroupsPage) -> None:
    page.take_focus()
    assert page.card.table.hasFocus()
    page.card.table.selectRow(0)
    qtbot.keyClick(page.card.table, Qt.Key.Key_Down)
    assert page.card.table.currentIndex().row() == 1


def test_only_what_is_apart_from_chance_is_the_widest_gap(window: MainWindow) -> None:
    one = part(base_rate=(0.4, 0.3, 0.5), recall=(0.2, 0.1, 0.3), precision=(0.3, -0.1, 0.6))
    assert headline(one)[0] == 'Widest gap · Recall: 20.0 points (10.0 … 30.0) more in "b" than in "a".'
    said = gap_lines(one)
    assert len(said) == 2
    assert said[0].startswith("True share")
    assert said[1].endswith("That may be chance.")
    assert headline(part(recall=(0.2, -0.1, 0.3))) == (
        "No gap between two groups is told apart from chance.",
        "",
    )
    assert headline(part())[0] == "No gap is given: fewer than two groups have 30 rows."


def test_measures_without_a_gap_are_named_with_the_reason(window: MainWindow) -> None:
    one = part(accuracy=(0.2, 0.1, 0.3), recall=(0.2, 0.1, 0.3), precision=(0.3, 0.1, 0.6))
    assert no_gap_lines(one) == []
    few = msgspec.structs.replace(one, gaps=one.gaps[:1])
    assert no_gap_lines(few) == [
        "No gap of Recall, Precision: fewer than two groups have 30 rows to count it of."
    ]
    flat = part(mae=(0.2, 0.1, 0.3), r2=(0.2, 0.1, 0.3))
    assert "target varies" in no_gap_lines(msgspec.structs.replace(flat, gaps=flat.gaps[:1]))[0]
    assert no_gap_lines(msgspec.structs.replace(one, gaps=())) == [], "of none of them: the headline says it"


def test_ranges_and_missing_cells_are_named_in_words(window: MainWindow) -> None:
    assert group("1 to 5", is_binned=True) == "1 … 5"
    assert group("1 to 5", is_binned=False) == "1 to 5"
    window.set_language("zh")
    assert group("(missing)", is_binned=True) == "（缺失）"


def test_columns_that_make_groups_are_offered_also_those_that_were_left_out() -> None:
    columns = [
        {"name": name, "role": role, "n_unique": 2, "examples": ["b", "a"]}
        for name, role in (("n", "numeric"), ("y", "target"), ("sex", "ignored"), ("c", "categorical"), ("t", "text"))
    ]  # fmt: skip
    assert groupable(columns) == (["c", "sex", "n"], ["a", "b"])
    assert groupable([{**columns[1], "n_unique": 9}]) == ([], [])


def test_a_real_study_is_audited_and_the_audit_is_kept(qtbot: QtBot, open_window, made: Path) -> None:
    window = open_window(made)
    page = opened(qtbot, window, "A study")
    qtbot.waitUntil(page.start.isEnabled)
    assert page.card.nothing_yet.isVisible()
    page.by.set_value("colour")
    page.start.click()  # the best trial has no out-of-fold predictions
    assert page.progress_box.isVisible()
    qtbot.waitUntil(page.notice.isVisible)
    assert page.notice.label.text()
    page.trial.set_value(TRIAL)
    page.positive.set_value("class 0")
    page.threshold.choice.set_value("given")
    page.threshold.choice.changed.emit()
    page.threshold.number.set_value(2)
    page.start.click()
    assert "less than 1" in page.notice.label.text()
    page.threshold.number.set_value(0.4)
    page.start.click()
    assert not page.start.isEnabled()
    qtbot.waitUntil(page.card.table.isVisible)
    assert {"red", "green, light"} <= {cells(page, row)[0] for row in range(page.card.model.rowCount())}
    assert 'rates of "class 0" · threshold 0.4' in page.card.title.text()
    assert not page.notice.isVisible()
    qtbot.waitUntil(page.start.isEnabled)
    with Store.open(made) as store:
        study = store.studies()[0]
        assert list(study.result["audits"]) == [f"{TRIAL}/colour"]
        assert [job.state for job in store.jobs()] == [JobState.FAILED, JobState.DONE]


def test_an_audit_of_a_running_study_is_kept_as_well(qtbot: QtBot, open_window, made: Path) -> None:
    with Store.open(made) as store:
        store.claim_study(store.studies()[0].id, os.getpid())
    page = ready(qtbot, open_window(made))
    page.start.click()
    qtbot.waitUntil(page.card.table.isVisible)
    assert not page.notice.isVisible()
    with Store.open(made) as store:
        assert list(store.studies()[0].result["audits"]) == [f"{TRIAL}/colour"]


def test_an_audit_is_cancelled_while_it_predicts_the_holdout(qtbot: QtBot, open_window, made: Path) -> None:
    page = ready(qtbot, open_window(made))
    page.start.click()
    assert page.progress_box.words.text() == "A study: of colours/1 · Waiting for its turn…"
    qtbot.waitUntil(lambda: "Predicting the holdout" in page.progress_box.words.text())
    assert page.progress_box.line.value() > 0
    assert predicting()
    page.progress_box.cancel.click()
    assert not page.progress_box.isVisible()
    assert page.start.isEnabled()
    with Store.open(made) as store:
        qtbot.waitUntil(lambda: store.jobs()[0].state is JobState.CANCELLED)
        qtbot.waitUntil(lambda: not predicting())
        assert "audits" not in store.studies()[0].result


def test_a_fit_of_a_threshold_is_cancelled(qtbot: QtBot, open_window, made: Path) -> None:
    choice = ready(qtbot, open_window(made)).threshold
    choice.choice.set_value("tuned")
    choice.choice.changed.emit()
    assert choice.progress_box.isVisible()
    assert choice.hint.text() == ""
    choice.progress_box.cancel.click()
    assert not choice.progress_box.isVisible()
    assert choice.choice.value() == ""
    with Store.open(made) as store:
        qtbot.waitUntil(lambda: [job.state for job in store.jobs()] == [JobState.CANCELLED])
    choice.choice.set_value("tuned")  # asked for again
    choice.choice.changed.emit()
    qtbot.waitUntil(lambda: "has not seen" in choice.hint.text())
    assert not choice.progress_box.isVisible()


def ready(qtbot: QtBot, window: MainWindow) -> GroupsPage:
    """Return the page with what can be audited of a real study."""
    page = opened(qtbot, window, "A study")
    qtbot.waitUntil(page.start.isEnabled)
    page.trial.set_value(TRIAL)
    page.trial.changed.emit()
    page.by.set_value("colour")
    return page


def predicting() -> bool:
    """Whether a process predicts a holdout for a service of this one."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # also of one that has ended a moment ago
            if "cupel.engine.audit.holdout:predict_holdout" in child.cmdline():
                return True
    return False
