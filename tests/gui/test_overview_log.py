"""The Overview page's log and its first line: what happened, what is new since the user looked, the user's notes."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from cupel.engine.domain.leading import judged
from cupel.gui.pages.overview import OverviewPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.brief import TIED_LINK, TRIAL_LINK, Seen, SeenStudies, brief, tied_with_best
from cupel.gui.states.study_log import log_of, notes_of, with_note
from cupel.gui.states.trials_data import TrialsData
from cupel.storage.records import FailureKind, StudyRecord, TrialKind, TrialState
from cupel.storage.store import Store
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> OverviewPage:
    """The page of a study that is done and judged."""
    study = next(study for study in window.desk.studies if judged(study) is not None)
    window.desk.select(study.id)
    window.show_page("overview")
    found = window.pages["overview"]
    assert isinstance(found, OverviewPage)
    qtbot.waitUntil(lambda: window.desk.selection.study_id == study.id and bool(found.log.log.lines()))
    return found


def shown(page: OverviewPage) -> tuple[StudyRecord, TrialsData]:
    study, data = page.desk.study, page.desk.selection.data
    assert study is not None
    assert data is not None
    return study, data


def test_the_log_tells_what_happened_the_newest_first(page: OverviewPage) -> None:
    study, data = shown(page)
    entries = log_of(study, data)
    assert [entry.text for entry in entries] == page.log.log.lines()
    written = page.log.log.browser.toPlainText()
    assert all(entry.text in written for entry in entries if not entry.is_note)
    times = [entry.at_s for entry in entries]
    assert times == sorted(times, reverse=True)
    table = data.table
    ended = np.flatnonzero((table.states == TrialState.COMPLETE) & (table.kinds != TrialKind.BASELINE))
    in_order = ended[np.argsort(table.finished_s[ended], kind="stable")]
    best = np.maximum.accumulate(study.direction.sign * table.values[in_order])
    n_bests = 1 + int(np.count_nonzero(np.diff(best) > 0))
    assert sum("is the best so far" in entry.text for entry in entries) == n_bests
    failed = {
        failure.kind
        for failure in table.failures
        if failure is not None and failure.kind is not FailureKind.RULED_OUT
    }
    assert sum(" failed, " in entry.text for entry in entries) == len(failed)
    n_pruned = int(np.count_nonzero(table.states == TrialState.PRUNED))
    assert any(entry.text.startswith(f"{n_pruned:,} of ") for entry in entries) == (n_pruned > 0)


def test_a_note_stands_in_the_log_and_in_the_notes_of_the_study(
    qtbot: QtBot, page: OverviewPage, workspace: Path
) -> None:
    study, _ = shown(page)
    page.log.log.field.setText("The **small** ones will do.")
    qtbot.keyClick(page.log.log.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.log.log.lines()[0] == "The **small** ones will do.")
    assert page.log.log.field.text() == ""
    with Store.open(workspace, "r") as store:
        kept = store.study(study.id).notes
    assert kept.startswith(study.notes.rstrip())
    assert kept.endswith("\nThe **small** ones will do.\n")
    assert "The small ones will do." in page.log.log.browser.toPlainText()


def test_notes_are_told_apart_by_their_times(page: OverviewPage) -> None:
    study, _ = shown(page)
    first = with_note("Of no time.", "One", datetime(2026, 11, 30, 9, 5).astimezone())
    both = with_note(first, "Two\n\n- a\n- b", datetime(2026, 12, 1, 8, 0).astimezone())
    assert both == "Of no time.\n\n## 2026-11-30 09:05\nOne\n\n## 2026-12-01 08:00\nTwo\n\n- a\n- b\n"
    notes = notes_of(dataclasses.replace(study, notes=both))
    assert [note.text for note in notes] == ["Of no time.", "One", "Two\n\n- a\n- b"]
    assert notes[1].at_s == datetime(2026, 11, 30, 9, 5).astimezone().timestamp()
    assert with_note("", "One", datetime(2026, 11, 30, 9, 5).astimezone()) == "## 2026-11-30 09:05\nOne\n"
    # A heading of the user's own is none of ours.
    assert len(notes_of(dataclasses.replace(study, notes="## Plan\ntext"))) == 1


def test_what_is_new_is_said_once(qtbot: QtBot, page: OverviewPage, window: MainWindow) -> None:
    study, data = shown(page)
    seen = Seen(0.0, 2, 1, 0.5)
    told = brief(study, data, seen)
    assert told.startswith("Since you looked, 1970-01-01: ")
    assert f'<a href="{TRIAL_LINK}{study.best_trial}">#{study.best_trial}</a>' in told
    assert "; it was " in told
    assert "Since you looked" not in brief(study, data, None)
    key = SeenStudies.key(str(window.desk.feed.workspace), study)
    # As if the user had looked when there were two trials.
    page.brief.look_away()
    kept = SeenStudies("")
    kept.put(key, seen)
    window.desk.preferences.set_text("seen_studies", kept.text)
    window.show_page("studies")
    window.show_page("overview")
    qtbot.waitUntil(lambda: page.brief.text().startswith("Since you looked"))
    window.show_page("studies")
    window.show_page("overview")
    qtbot.waitUntil(lambda: "Since you looked" not in page.brief.text())


def test_a_link_goes_to_its_trials(qtbot: QtBot, page: OverviewPage, window: MainWindow) -> None:
    _, data = shown(page)
    numbers = [int(number) for number in data.table.numbers if number >= 0][:3]
    page.brief.linkActivated.emit(TIED_LINK + ",".join(map(str, numbers)))
    assert window.page_name == "trials"
    selected = data.table.numbers[np.isin(data.table.ids, window.desk.selection.selected)]
    assert sorted(selected.tolist()) == sorted(numbers)
    window.show_page("overview")
    page.log.log.browser.anchorClicked.emit(QUrl(f"trial:{numbers[0]}"))
    assert window.page_name == "trials"
    assert window.desk.selection.one == int(data.table.ids[data.table.numbers == numbers[0]][0])


def test_the_smallest_of_the_tied_is_told_with_its_size(page: OverviewPage) -> None:
    study, data = shown(page)
    evidence = judged(study)
    assert evidence is not None
    numbers = [int(n) for n in data.table.numbers if n >= 0 and n != evidence.best][:3]
    sizes = dict(zip([evidence.best, *numbers], [8000.0, 4000.0, 2000.0, np.nan], strict=True))
    column = np.array([sizes.get(int(n), 1.0) for n in data.table.numbers])
    table = dataclasses.replace(data.table, measures={**data.table.measures, "n_parameters": column})
    made = dataclasses.replace(data, table=table)
    tied = tied_with_best(msgspec.structs.replace(evidence, tied=(evidence.best, *numbers)), made)
    assert tied is not None
    assert (tied.numbers, tied.smallest, tied.times) == (tuple(numbers), numbers[1], 4.0)
    assert tied_with_best(msgspec.structs.replace(evidence, tied=(evidence.best,)), made) is None


def test_what_was_seen_is_kept_of_so_many_studies_and_damage_counts_as_nothing() -> None:
    kept = SeenStudies("")
    for number in range(250):
        kept.put(f"w|{number}|0", Seen(float(number)))
    kept = SeenStudies(kept.text)
    assert kept.get("w|249|0") == Seen(249.0)
    assert kept.get("w|0|0") is None
    assert SeenStudies('{"a": 3}').get("a") is None
    assert SeenStudies("{").get("a") is None
