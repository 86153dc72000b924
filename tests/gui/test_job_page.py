"""What pages share that have a job done: a job is followed, cancelled, and named with its study."""

from __future__ import annotations

from pathlib import Path

import pytest
from cupel.engine.domain.requests import ExportTrial, add_job
from cupel.gui.pages.export import ExportPage
from cupel.gui.pages.predict import PredictPage
from cupel.storage.records import JobState
from cupel.storage.store import Store
from pytestqt.qtbot import QtBot

from .conftest import OpenWindow


def test_an_export_that_goes_on_is_shown_when_the_window_is_opened_again(
    qtbot: QtBot, open_window: OpenWindow, workspace: Path
) -> None:
    with Store.open(workspace) as store:
        study = next(study for study in store.studies() if study.name.startswith("California"))
        # It waits: a window starts the service with the first job of its own.
        job = add_job(store, ExportTrial(study.id))
        window = open_window(workspace)
        window.desk.select(study.id)
        window.show_page("export")
        page = window.pages["export"]
        assert isinstance(page, ExportPage)
        qtbot.waitUntil(page.progress_box.isVisible)
        assert page.progress_box.words.text() == f"{study.name} · Waiting for its turn…"
        # Nothing asks an export whether it is to go on.
        assert not page.progress_box.cancel.isVisible()
        assert not page.start.isEnabled()
        store.cancel_job(job.id)
        qtbot.waitUntil(page.start.isEnabled)
    assert not page.progress_box.isVisible()
    assert page.notice.label.text() == "Cancelled"


@pytest.mark.parametrize("out", ["", "predictions.csv"])
def test_predicting_is_cancelled_and_not_begun_without_a_place_for_it(
    qtbot: QtBot, open_window: OpenWindow, workspace: Path, tmp_path: Path, out: str
) -> None:
    window = open_window(workspace)
    window.show_page("predict")
    page = window.pages["predict"]
    assert isinstance(page, PredictPage)
    page.offer([str(tmp_path)])
    page.take(str(tmp_path / "rows.csv"))
    page.out.set_value(str(tmp_path / out) if out else "")
    page.start.click()
    if not out:
        assert "where the predictions are to be saved" in page.notice.label.text()
        assert not page.progress_box.isVisible()
        return
    assert page.progress_box.words.text() == "Waiting for its turn…"
    page.progress_box.cancel.click()
    assert not page.progress_box.isVisible()
    assert page.start.isEnabled()
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: [job.state for job in store.jobs()] == [JobState.CANCELLED])
