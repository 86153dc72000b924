"""The window asks about folds that may flatter and columns that give the target away; Start waits for the answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.engine.domain.inspections import Inspection
from cupel.engine.domain.split_findings import SplitAudit, SplitFinding
from cupel.gui.language import language
from cupel.gui.pages.new_study import NewStudyPage
from cupel.gui.pages.overview import OverviewPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.inspection import split_kind, to_be_answered
from cupel.storage.store import Store
from pytestqt.qtbot import QtBot

SERVICE_MS = 60_000


def write(path: Path, names: list[str], rows: list[list[object]]) -> Path:
    lines = [",".join(names), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def days(folder: Path) -> Path:
    """Write prices of days and how they change within ten days."""
    rng = np.random.default_rng(0)
    log_price = np.cumsum(0.01 * rng.normal(size=700)).round(6)
    today = range(60, 660)
    means = [log_price[i - 20 : i].mean().round(6) for i in today]
    ahead = [round(log_price[i + 10] - log_price[i], 6) for i in today]
    rows = [[log_price[i], mean, goal] for i, mean, goal in zip(today, means, ahead, strict=True)]
    return write(folder / "days.csv", ["price", "mean", "ahead"], rows)


def subjects(folder: Path) -> Path:
    """Write rows of forty subjects whose class has no cause but who they are."""
    rng = np.random.default_rng(0)
    who = rng.integers(0, 40, 500)
    x = (rng.normal(size=(40, 3))[who] + 0.1 * rng.normal(size=(500, 3))).round(4)
    sick = np.where(rng.permutation(40) < 20, "yes", "no")[who]
    rows = [[f"p{w}", *row, s] for w, row, s in zip(who, x.tolist(), sick, strict=True)]
    return write(folder / "subjects.csv", ["patient_id", "a", "b", "c", "sick"], rows)


def opened(qtbot: QtBot, window: MainWindow, path: Path, target: str) -> NewStudyPage:
    window.show_page("new_study")
    page = window.pages["new_study"]
    assert isinstance(page, NewStudyPage)
    page.open_source(str(path))
    qtbot.waitUntil(lambda: page.inspection is not None, timeout=SERVICE_MS)
    if page.state.values["target"] != target:
        page.data.columns.role_changed.emit(target, "target")
        qtbot.waitUntil(lambda: found(page).target == target, timeout=SERVICE_MS)
    return page


def found(page: NewStudyPage) -> Inspection:
    assert page.inspection is not None
    return page.inspection


@pytest.fixture
def asked(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> NewStudyPage:
    """The page with the days."""
    page = opened(qtbot, window, days(tmp_path), "ahead")
    assert page.question.isVisible()
    assert not page.start.isEnabled()
    assert "whether the rows are independent" in page.problem.text()
    return page


def test_folds_in_the_order_of_the_file_are_taken_with_one_click(asked: NewStudyPage) -> None:
    assert "rmse" in asked.question.label.text()
    asked.question.take.click()
    split = asked.spec().split
    assert (split.kind, split.gap) == ("order", to_be_answered(found(asked))[0].advised_gap)
    assert split.gap > 5
    assert not asked.question.isVisible()
    assert asked.start.isEnabled()


def test_rows_that_are_independent_keep_their_folds(asked: NewStudyPage) -> None:
    asked.question.keep.click()
    assert asked.spec().split.independent == ("order",)
    assert asked.spec().split.kind == "auto"
    assert asked.start.isEnabled()
    assert not asked.question.isVisible()


def test_naming_a_kind_of_random_folds_is_no_answer(asked: NewStudyPage) -> None:
    asked.form.split.kind.set_value("plain")
    asked.form.changed.emit()
    assert asked.question.isVisible()
    assert not asked.start.isEnabled()


def test_near_duplicates_on_both_sides_of_folds_are_asked_about(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(400, 4)).round(6)
    y = np.where(x[:, 0] + rng.normal(size=400) > 0, "yes", "no")
    order = rng.permutation(np.r_[np.arange(400), np.arange(160)])
    path = write(tmp_path / "copies.csv", ["a", "b", "c", "d", "y"], [[*x[i], y[i]] for i in order])
    page = opened(qtbot, window, path, "y")
    assert page.start.isEnabled()
    page.form.split.duplicates.set_value("ignore")
    page.form.changed.emit()
    assert not page.start.isEnabled()
    assert "being looked at" in page.problem.text()
    qtbot.waitUntil(page.question.isVisible, timeout=SERVICE_MS)
    assert "Near-duplicate rows" in page.question.label.text()
    page.question.take.click()
    assert page.spec().split.duplicates == "auto"
    qtbot.waitUntil(page.start.isEnabled, timeout=SERVICE_MS)


def test_the_answer_holds_for_its_target_only(qtbot: QtBot, asked: NewStudyPage) -> None:
    asked.question.keep.click()
    asked.data.columns.role_changed.emit("mean", "target")
    assert asked.state.independent == set()


def test_the_question_is_asked_in_chinese(asked: NewStudyPage) -> None:
    language.install("zh")
    assert asked.question.keep.text() == "各行相互独立：保留现有折"
    assert asked.question.label.text().startswith("文件中位置相近的行彼此相似")


def test_a_column_of_subjects_becomes_the_group_with_one_click(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    page = opened(qtbot, window, subjects(tmp_path), "sick")
    assert "patient_id" in page.question.label.text()
    page.question.take.click()
    spec = page.spec()
    assert (spec.split.kind, spec.roles) == ("grouped", {"patient_id": "group"})
    qtbot.waitUntil(lambda: split_kind(found(page)) == "grouped", timeout=SERVICE_MS)
    assert to_be_answered(found(page)) == ()
    page.form.split.kind.set_value("auto")
    page.form.changed.emit()
    qtbot.waitUntil(page.start.isEnabled, timeout=SERVICE_MS)  # folds by group leave nothing to ask


def test_the_form_has_gap_seed_and_near_duplicates_of_the_split(asked: NewStudyPage) -> None:
    fields = asked.form.split
    asked.form.more.setChecked(True)
    assert not fields.gap.widget.isVisible()
    fields.kind.set_value("time")
    fields.gap.set_value(4)
    fields.seed.set_value(7)
    fields.duplicates.set_value("ignore")
    split = asked.spec().split
    assert (split.kind, split.gap, split.seed, split.duplicates) == ("time", 4, 7, "ignore")
    assert fields.gap.widget.isVisible()
    fields.kind.set_value("plain")
    assert asked.spec().split.gap == 0


@pytest.mark.parametrize("is_answered", [False, True])
def test_the_page_of_a_study_tells_what_speaks_against_its_folds(
    qtbot: QtBot, window: MainWindow, workspace: Path, is_answered: bool
) -> None:
    window.show_page("overview")
    page = window.pages["overview"]
    assert isinstance(page, OverviewPage)
    study = window.desk.study
    assert study is not None
    assert not page.split_audit.isVisible()
    look = SplitFinding(
        "order", "", 10, 10, 60, 600, "rmse", 3.0, 0.1, 5.9, 6.0, 0.97, 1e-9, "serious", is_answered
    )
    with Store.open(workspace) as store:
        store.set_result(study.id, {**study.result, "split_audit": SplitAudit("plain", (look,)).to_json()})
    qtbot.waitUntil(lambda: page.split_audit.isVisible(), timeout=SERVICE_MS)
    assert page.split_audit.label.text().startswith("Rows that stand close to each other")
    assert ("kept all the same" in page.split_audit.label.text()) is is_answered


def leaking(folder: Path) -> Path:
    """Write rows with a column that is only known when the target is."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3)).round(3)
    sick = np.where(x[:, 0] + rng.normal(size=200) > 0, "yes", "no")
    paid = np.where(sick == "yes", 120, 0)
    rows = [[*row, p, s] for row, p, s in zip(x.tolist(), paid.tolist(), sick, strict=True)]
    return write(folder / "leaking.csv", ["a", "b", "c", "paid", "sick"], rows)


def test_a_column_that_gives_the_target_away_keeps_start_waiting(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    page = opened(qtbot, window, leaking(tmp_path), "sick")
    assert page.question.isVisible()
    assert "'paid' alone tells nearly all of the target" in page.question.label.text()
    assert not page.start.isEnabled()
    assert page.problem.text() == "Say first whether paid is known when predicting."
    page.question.keep.click()
    assert not page.question.isVisible()
    qtbot.waitUntil(page.start.isEnabled, timeout=SERVICE_MS)
    assert "paid" not in page.spec().roles


def test_a_column_that_gives_the_target_away_is_left_out_by_a_click(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    page = opened(qtbot, window, leaking(tmp_path), "sick")
    assert page.question.take.text() == "Leave paid out"
    page.question.take.click()
    qtbot.waitUntil(page.start.isEnabled, timeout=SERVICE_MS)
    assert not page.question.isVisible()
    assert page.spec().roles["paid"] == "ignored"
    # Another target has other questions.
    page.data.columns.role_changed.emit("paid", "numeric")
    qtbot.waitUntil(page.question.isVisible, timeout=SERVICE_MS)
