"""What the window offers of a study that is done: more time or trials, a duplicate, and the settings used last."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from cupel.engine.domain.errors import Message
from cupel.gui.pages.export import ExportPage
from cupel.gui.pages.more_menu import more_menu
from cupel.gui.pages.new_study import NewStudyPage
from cupel.gui.pages.overview import OverviewPage
from cupel.gui.pages.studies import StudiesPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.new_study_memory import Memory
from cupel.storage.records import Stage, StudyRecord, StudyState, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from .conftest import OpenWindow

SERVICE_MS = 60_000
SPEC = {
    "target": "species",
    "metric": "accuracy",
    "task": "multiclass",
    "families": ["mlp"],
    "kind": "table",
    "budget": {"n_trials": None, "timeout_s": 60.0, "target_score": None},
}


@pytest.fixture
def nothing(workspace: Path) -> int:
    """A study whose time was over before a network was trained."""
    with Store.open(workspace) as store:
        study = store.create_study(
            name="Short",
            dataset_id=None,
            spec=SPEC,
            metric="accuracy",
            direction="maximize",
            task="multiclass",
        )
        trial = store.create_trial(
            study_id=study.id,
            number=-1,
            kind=TrialKind.BASELINE,
            family="baseline",
            params={},
            name="majority",
        )
        store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=0.5))
        why = Message("The time was too short: it was over before a first network was trained.")
        store.set_result(study.id, {"nothing_found": why.to_json()})
        store.set_study_state(study.id, StudyState.RUNNING)
        store.set_study_state(study.id, StudyState.DONE)
        return study.id


@pytest.fixture(autouse=True)
def no_engine_stays() -> Iterator[None]:
    yield
    for process in psutil.Process().children(recursive=True):
        # One that ends meanwhile, or is not reaped yet, has no command line.
        with contextlib.suppress(psutil.NoSuchProcess):
            if "cupel.engine.run" in process.cmdline():
                process.kill()


def live(window: MainWindow, study_id: int) -> OverviewPage:
    window.desk.select(study_id)
    window.show_page("overview")
    page = window.pages["overview"]
    assert isinstance(page, OverviewPage)
    return page


def study_of(window: MainWindow, study_id: int) -> StudyRecord:
    return next(study for study in window.desk.studies if study.id == study_id)


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_a_search_that_found_nothing_is_not_called_done(
    qtbot: QtBot, nothing: int, open_window: OpenWindow, workspace: Path
) -> None:
    window = open_window(workspace)
    page = live(window, nothing)
    qtbot.waitUntil(lambda: page.failure.isVisible())
    assert window.desk.standing(study_of(window, nothing)) == ("Nothing found", "warning")
    assert "The time was too short" in page.failure.label.text()
    assert page.state_pill.text() == "Nothing found"
    assert (page.controls.primary.text(), page.controls.duplicate.isVisible()) == ("5 minutes more", True)
    assert not page.controls.go_on.isVisible()
    window.show_page("export")
    export = window.pages["export"]
    assert isinstance(export, ExportPage)
    qtbot.waitUntil(export.why_not.isVisible)
    assert not export.start.isEnabled()


def test_five_minutes_more_are_counted_from_what_was_used(
    qtbot: QtBot, nothing: int, open_window: OpenWindow, workspace: Path
) -> None:
    window = open_window(workspace)
    page = live(window, nothing)
    qtbot.waitUntil(lambda: page.controls.duplicate.isVisible())
    page.controls.primary.click()
    assert window.desk.is_starting(nothing)
    assert not page.controls.primary.isEnabled()
    with Store.open(workspace) as store:
        used_s = store.study(nothing).elapsed_s
        qtbot.waitUntil(lambda: store.study(nothing).spec["budget"]["timeout_s"] == used_s + 300.0)


def test_a_finished_study_goes_on_from_live_and_from_the_list(
    qtbot: QtBot, window: MainWindow, workspace: Path
) -> None:
    study = next(s for s in window.desk.studies if s.state is StudyState.DONE and s.best_trial is not None)
    page = live(window, study.id)
    assert page.controls.go_on.isVisible()
    assert page.controls.primary.text() == "Export"
    menu = more_menu(window.desk, page)
    assert texts(menu) == [
        "5 minutes more",
        "20 trials more",
        "Rerun the best with 5 other seeds",
        "Duplicate as a new study",
    ]
    window.show_page("studies")
    listing = window.pages["studies"]
    assert isinstance(listing, StudiesPage)
    assert listing.more.isVisible()
    assert listing.more.isEnabled()
    menu.actions()[1].trigger()
    n_asked = sum(study.n_trials.values()) - study.n_ruled_out
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: store.study(study.id).spec["budget"]["n_trials"] == n_asked + 20)
        assert store.study(study.id).spec["budget"]["timeout_s"] is None


def test_what_the_engine_does_before_the_first_trial_is_told(
    qtbot: QtBot, open_window: OpenWindow, workspace: Path
) -> None:
    with Store.open(workspace) as store:
        study = store.create_study(
            name="New", dataset_id=None, spec=SPEC, metric="accuracy", direction="maximize", task="multiclass"
        )
        store.claim_study(study.id, os.getpid())
        store.set_study_state(study.id, StudyState.RUNNING)
        store.set_stage(study.id, Stage.WORKERS)
        page = live(open_window(workspace), study.id)
        qtbot.waitUntil(lambda: "import TensorFlow" in page.running.nothing.text())
        store.set_stage(study.id, Stage.FIRST_TRIAL)
        qtbot.waitUntil(lambda: "the first trial" in page.running.nothing.text())
        store.set_stage(study.id, Stage.SEARCH)
        qtbot.waitUntil(lambda: "next trials are being prepared" in page.running.nothing.text())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "flowers.csv"
    lines = ["petal,sepal,fnlwgt,species", *(f"{i % 41},{i % 7},{i},{'xyz'[i % 3]}" for i in range(120))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def new_study(window: MainWindow) -> NewStudyPage:
    window.show_page("new_study")
    page = window.pages["new_study"]
    assert isinstance(page, NewStudyPage)
    return page


def test_the_last_file_and_its_settings_are_there_again_when_the_window_is_opened_anew(
    qtbot: QtBot, open_window: OpenWindow, workspace: Path, file: Path
) -> None:
    first = open_window(workspace)
    page = new_study(first)
    assert page.inspection is None
    page.open_source(str(file))
    qtbot.waitUntil(lambda: page.inspection is not None, timeout=SERVICE_MS)
    page.form.fields["split.n_folds"].set_value(7)
    page.form.fields["budget.timeout_s"].set_value(120)
    page.form.fields["metric"].set_value("log_loss")
    page.form.fields["limits.parameters"].set_value(5000)
    page.form.split.kind.set_value("order")
    page.form.split.gap.set_value(3)
    page.form.fields["families"].set_value(("mlp",))
    page.state.give_role("fnlwgt", "ignored")
    page.form.changed.emit()
    asked = page.spec()
    first.close()
    first.desk.service.stop()
    second = open_window(workspace)
    again = new_study(second)
    qtbot.waitUntil(lambda: again.inspection is not None, timeout=SERVICE_MS)
    assert again.source == str(file)
    assert again.spec() == asked
    assert again.start.isEnabled()


def test_a_file_that_is_gone_and_a_damaged_memory_are_not_opened(
    open_window: OpenWindow, workspace: Path, tmp_path: Path
) -> None:
    window = open_window(workspace)
    Memory(str(tmp_path / "gone.csv")).save(window.desk.preferences)
    window.desk.preferences.save()
    window.close()
    second = open_window(workspace)
    page = new_study(second)
    assert page.drop.isVisible()
    for text in ("{", "7", '{"source": 3}', '{"source": "x", "fields": []}', '{"colour": "red"}'):
        second.desk.preferences.set_text("new_study", text)
        assert Memory.load(second.desk.preferences) is None


def test_a_duplicate_has_the_data_and_the_settings_of_the_study(
    qtbot: QtBot, open_window: OpenWindow, workspace: Path
) -> None:
    with Store.open(workspace) as store:
        data = store.add_dataset(
            digest="d" * 64, name="iris", source="sample:iris", n_rows=150, n_columns=5, schema={}, report={},
            table_sha256="t" * 64, size_bytes=1,
        )  # fmt: skip
        spec = {
            **SPEC, "split": {"n_folds": 4, "n_repeats": 2, "holdout": 0.1, "kind": "plain", "seed": 8},
            "pruner": "median", "seed": 3,
            "budget": {"n_trials": 12, "timeout_s": 60.0}, "limits": {"size_bytes": 50_000},
        }  # fmt: skip
        study = store.create_study(
            name="Irises", dataset_id=data.id, spec=spec, metric="accuracy", direction="maximize",
            task="multiclass",
        )  # fmt: skip
    window = open_window(workspace)
    window.desk.duplicate(study_of(window, study.id))
    page = window.pages["new_study"]
    assert isinstance(page, NewStudyPage)
    qtbot.waitUntil(lambda: page.inspection is not None, timeout=SERVICE_MS)
    made = page.spec()
    assert (page.source, page.state.values["name"]) == ("sample:iris", "Irises")
    assert (made.split.n_folds, made.split.n_repeats, made.split.holdout) == (4, 2, 0.1)
    assert (made.split.kind, made.split_seed) == ("plain", 8)
    assert (made.budget.n_trials, made.budget.timeout_s) == (12, 60.0)
    assert (made.families, made.pruner, made.seed, made.limits.size_bytes) == (("mlp",), "median", 3, 50_000)
