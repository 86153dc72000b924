"""The Trials page: table, filter, details, comparison, what is written to the store."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.domain import formatting
from cupel.engine.domain.comparable import SCORING
from cupel.engine.domain.filtering import parse_filter
from cupel.engine.domain.fit import FAULTS, fit_sentence
from cupel.engine.domain.trial_columns import SHOWN
from cupel.engine.statistics.fit import measure_fit
from cupel.gui import words
from cupel.gui.charts.pareto import Spread
from cupel.gui.models.studies_model import trial_counts
from cupel.gui.models.trials_model import N_OWN, NUMBER, SCORE, SCORE_ROLE, STATE, TONE_ROLE, TrialsModel
from cupel.gui.pages.overview import OverviewPage
from cupel.gui.pages.trials import TrialsPage
from cupel.gui.shell import MainWindow
from cupel.gui.states.comparing import MOST_COMPARED, compared_rows, fold_rows
from cupel.gui.states.trial_facts import score_on_repeats
from cupel.gui.states.trial_views import SortKey, TrialsView, TrialsViews, read_views, views_text
from cupel.gui.states.trials_data import prepare
from cupel.gui.widgets.parts import Button
from cupel.storage.records import TrialState
from cupel.storage.store import Store
from cupel.storage.trial_table import updated
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from .seen import says


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> TrialsPage:
    study = next(study for study in window.desk.studies if study.name.startswith("California"))
    window.desk.select(study.id)
    window.show_page("trials")
    found = window.pages["trials"]
    assert isinstance(found, TrialsPage)
    qtbot.waitUntil(lambda: found.model.rowCount() > 0 and found.details.view is not None)
    return found


def test_the_model_keeps_qts_rules(qtbot: QtBot, workspace: Path) -> None:
    with Store.open(workspace) as store:
        study = store.studies()[0]
        table = store.trial_table(study.id)
    model = TrialsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_trials(prepare(table), study.best_trial)
    model.sort(SCORE, Qt.SortOrder.AscendingOrder)
    data = prepare(table)
    model.show_kept(parse_filter("state == complete").mask(data.columns, len(table)))
    model.sort(N_OWN, Qt.SortOrder.DescendingOrder)
    model.show_kept(None)
    model.show_trials(None)
    assert tester is not None


def test_sorting_puts_what_is_missing_last_either_way(workspace: Path) -> None:
    with Store.open(workspace) as store:
        study = store.find_study("Adult income")
        table = store.trial_table(study.id)
    values = table.values.copy()
    values[3] = np.nan
    model = TrialsModel()
    model.show_trials(prepare(dataclasses.replace(table, values=values)))
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        model.sort(SCORE, order)
        shown = [model.index(row, SCORE).data() for row in range(model.rowCount())]
        assert "–" not in shown[: sum(np.isfinite(values))]
        assert set(shown[int(sum(np.isfinite(values))) :]) == {"–"}


def test_a_trial_scored_in_another_way_than_the_last_is_marked_and_not_on_the_front(workspace: Path) -> None:
    with Store.open(workspace) as store:
        study = store.find_study("Adult income")
        table = store.trial_table(study.id)
    best = int(np.nanargmax(np.where(table.states == TrialState.COMPLETE, table.values, np.nan)))
    scorings = np.full(len(table), SCORING)
    scorings[best] = ""
    data = prepare(dataclasses.replace(table, scorings=scorings))
    model = TrialsModel()
    model.show_trials(data)
    row = model.row_of(int(table.ids[best]))
    cell = model.index(row, SCORE)
    assert cell.data(SCORE_ROLE)[1] == "older way"
    assert "optimistic" in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert not data.columns["on_front"][best]
    as_new = prepare(dataclasses.replace(table, scorings=np.full(len(table), SCORING)))
    assert as_new.columns["on_front"][best]
    assert not as_new.old_way.any()
    # Where all are of an older version, all are marked.
    old = prepare(dataclasses.replace(table, scorings=np.full(len(table), "")))
    assert old.old_way[best]
    assert not old.another_way.any()


def test_a_persistent_index_follows_its_trial_through_sorting(workspace: Path) -> None:
    from cupel.gui.models.trials_model import ID_ROLE
    from PySide6.QtCore import QPersistentModelIndex

    with Store.open(workspace) as store:
        model = TrialsModel()
        model.show_trials(prepare(store.trial_table(store.studies()[0].id)))
    kept = QPersistentModelIndex(model.index(2, 0))
    trial_id = kept.data(ID_ROLE)
    model.sort(SCORE, Qt.SortOrder.AscendingOrder)
    assert kept.data(ID_ROLE) == trial_id


def test_changed_trials_replace_the_old_ones_and_new_ones_are_added(workspace: Path) -> None:
    with Store.open(workspace) as store:
        study = store.find_study("Adult income")
        before = store.trial_table(study.id)
        running = [int(i) for i in before.ids[before.states == TrialState.RUNNING]]
        store.record_progress(running[0], epoch=50, curves=None)
        store.edit_trial(int(before.ids[4]), tags=("good",), pinned=True)
        store.request_skip(running[1])
        records = store.trials(study.id, since_revision=before.revision)
        fresh = store.trial_table(study.id)
    after = updated(before, records, fresh.revision)
    for field in dataclasses.fields(fresh):
        ours, theirs = getattr(after, field.name), getattr(fresh, field.name)
        if field.name == "measures":
            np.testing.assert_equal(ours, theirs)
        elif isinstance(theirs, np.ndarray):
            np.testing.assert_array_equal(ours, theirs)
        else:
            assert ours == theirs
    grown = updated(dataclasses.replace(before, **_first(before, 5)), [], 1)
    assert len(grown) == 5


def _first(table, n: int) -> dict:
    whole = {f.name: getattr(table, f.name) for f in dataclasses.fields(table) if f.name != "revision"}
    measures = {name: column[:n] for name, column in whole.pop("measures").items()}
    return {name: column[:n] for name, column in whole.items()} | {"measures": measures}


def test_the_best_trial_is_shown_first(page: TrialsPage) -> None:
    study = page.desk.study
    assert study is not None
    assert page.model.index(0, NUMBER).data() == str(study.best_trial)
    assert page.details.heading.text() == f"Trial {study.best_trial}"
    assert "±" in page.details.score.text()


def test_what_the_curves_say_of_over_and_underfitting_stands_below_them(page: TrialsPage) -> None:
    view = page.details.view
    assert view is not None
    assert view.curves is not None
    fit = measure_fit(view.curves, len(view.curves.values))
    assert fit is not None
    assert page.details.fit.text() == str(fit_sentence(fit))
    assert formatting.number(fit.train_last) in page.details.fit.text()
    assert page.details.fit.property("tone") == ("warning" if fit.word in FAULTS else "muted")


def test_the_filter_narrows_the_table_and_says_what_it_cannot_read(page: TrialsPage) -> None:
    total = page.model.rowCount()
    page.filter_bar.filter.setText("state == pruned")
    page.filter_bar.apply()
    pruned = page.model.rowCount()
    assert 0 < pruned < total
    assert str(pruned) in page.filter_bar.count.text()
    page.filter_bar.filter.setText("state == ")
    page.filter_bar.apply()
    assert page.filter_bar.problem.isVisible()
    assert page.model.rowCount() == pruned
    page.filter_bar.filter.setText("nonsense > 3")
    page.filter_bar.apply()
    assert "nonsense" in page.filter_bar.problem.text()
    page.filter_bar.filter.clear()
    page.filter_bar.apply()
    assert page.model.rowCount() == total
    assert not page.filter_bar.problem.isVisible()


def test_a_failed_trial_tells_why(qtbot: QtBot, page: TrialsPage, workspace: Path) -> None:
    with Store.open(workspace) as store:
        study = next(s for s in store.studies() if s.n_trials.get(TrialState.FAIL))
    page.desk.select(study.id)
    qtbot.waitUntil(lambda: page.model.data_ is not None and page.shown_study == study.id)
    page.filter_bar.filter.setText("state == fail")
    page.filter_bar.apply()
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: page.details.failure.isVisibleTo(page))
    assert len(page.details.failure.label.text()) > 20
    # What the program said goes to the clipboard, and stands nowhere.
    assert page.details.view is not None
    failure = page.details.view.trial.failure
    assert failure is not None
    assert failure.traceback
    shown = [label.text() for label in page.details.findChildren(QLabel) if label.isVisible()]
    assert not any("Traceback" in text for text in shown)
    page.details.report.click()
    assert failure.traceback in QGuiApplication.clipboard().text()


def test_several_selected_trials_are_compared_differences_first(qtbot: QtBot, page: TrialsPage) -> None:
    page.filter_bar.filter.setText("state == complete and kind == search")
    page.filter_bar.apply()
    page.table.selectRow(0)
    page.select_also(1)
    page.select_also(2)
    qtbot.waitUntil(lambda: len(page.compare.views) == 3)
    assert page.compare.isVisible()
    study = page.desk.study
    assert study is not None
    rows = compared_rows(study, page.compare.views)
    assert rows[0].name == study.metric
    names = [row.name for row in rows]
    assert {"f1_macro", "optimizer"} & set(names) or "r2" in names
    rest = rows[next(place for place, row in enumerate(rows) if not row.differs) :]
    assert all(row.values[0] == value for row in rest for value in row.values)
    n_rows = page.compare.model.rowCount()
    page.compare.differing.click()
    assert page.compare.model.rowCount() == n_rows - sum(not row.differs for row in rows)
    # The first against the other two; each bar is whole.
    bars = page.compare.bars.verdicts
    assert len(bars) == 2
    for one in bars:
        assert one.verdict is not None
        whole = one.verdict.p_better + one.verdict.p_same + one.verdict.p_worse
        assert whole == pytest.approx(1.0)
        assert one.name in page.compare.bars.accessibleDescription()
    tester = QAbstractItemModelTester(page.compare.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    page.compare.differing.click()
    assert tester is not None


def test_scores_of_folds_stand_side_by_side(qtbot: QtBot, page: TrialsPage) -> None:
    page.filter_bar.filter.setText("state == complete and kind == search")
    page.filter_bar.apply()
    page.table.selectRow(0)
    page.select_also(1)
    qtbot.waitUntil(lambda: len(page.compare.views) == 2)
    study = page.desk.study
    assert study is not None
    rows = fold_rows(study, page.compare.views)
    scores = [view.scores for view in page.compare.views]
    assert all(one is not None for one in scores)
    told = [[float(cell.replace(",", "")) for cell in one.values] for one in rows]
    stored = np.array([one.values[:, one.metrics.index(study.metric)] for one in scores if one is not None])
    np.testing.assert_allclose(np.array(told).T, stored, rtol=1e-2)
    assert rows[0].name == "fold 1"


def test_of_many_selected_trials_the_first_are_compared_and_that_is_said(
    qtbot: QtBot, page: TrialsPage
) -> None:
    page.table.selectRow(0)
    before = page.table.width()
    page.table.selectAll()
    n = page.model.rowCount()
    qtbot.waitUntil(lambda: len(page.compare.views) == min(n, MOST_COMPARED))
    some = f"The first {MOST_COMPARED} of {n} selected trials side by side"
    assert says(page, some if n > MOST_COMPARED else f"{n} trials side by side")
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: page.details.isVisible())
    # The table is as wide as before trials were compared.
    qtbot.waitUntil(lambda: page.table.width() == before)


def test_headings_do_not_ask_whether_all_rows_are_selected(page: TrialsPage) -> None:
    page.table.selectAll()
    head = page.table.horizontalHeader().selectionModel()
    assert head is not page.table.selectionModel()
    assert not head.hasSelection()
    assert len(page.desk.selection.selected) == page.model.rowCount()


def test_notes_tags_and_pins_are_kept(qtbot: QtBot, page: TrialsPage, workspace: Path) -> None:
    assert page.details.view is not None
    trial_id = page.details.view.trial.id
    page.details.notes_box.notes.setPlainText("Worth a second look.")
    page.details.notes_box.tags.setText("paper, small")
    page.details.notes_box.tags.editingFinished.emit()
    page.details.pin.click()
    with Store.open(workspace) as store:
        qtbot.waitUntil(lambda: store.trial(trial_id).notes == "Worth a second look.")
        qtbot.waitUntil(lambda: store.trial(trial_id).tags == ("paper", "small"))
        qtbot.waitUntil(lambda: store.trial(trial_id).pinned)


def test_the_chart_shows_the_front_and_selects_what_is_clicked(qtbot: QtBot, page: TrialsPage) -> None:
    page.charted.click()
    chart = page.pareto.chart
    spread = chart.data
    assert isinstance(spread, Spread)
    gain = spread.direction.sign * spread.scores
    beaten = [
        any((spread.costs <= c) & (gain >= g) & ((spread.costs < c) | (gain > g)))
        for c, g in zip(spread.costs, gain, strict=True)
    ]
    unbeaten = [row for row, is_beaten in enumerate(beaten) if not is_beaten]
    assert sorted(spread.front.tolist()) == unbeaten
    other = next(int(i) for i in spread.ids if int(i) not in page.selection.selected)
    page.filter_bar.filter.setText(f"number == {10**6}")  # hides it
    page.filter_bar.apply()
    chart.picked.emit(other)
    assert page.selection.selected.tolist() == [other]
    qtbot.waitUntil(lambda: page.details.view is not None and page.details.view.trial.id == other)


def test_the_front_can_be_filtered_by_a_click(page: TrialsPage) -> None:
    front = next(chip for chip in page.findChildren(Button) if chip.text() == "On the front")
    front.click()
    page.filter_bar.apply()
    assert front.isChecked()
    assert page.filter_bar.filter.text() == "on_front"
    study = page.desk.study
    assert study is not None
    shown = [page.model.index(row, NUMBER).data() for row in range(page.model.rowCount())]
    # One objective: of the score and the size, as the chart draws it.
    assert str(study.best_trial) in shown
    page.charted.click()
    spread = page.pareto.chart.data
    assert isinstance(spread, Spread)
    assert {str(number) for number in spread.numbers[spread.front]} == set(shown)
    page.filter_bar.filter.setText("number > 3")
    page.filter_bar.apply()
    assert not front.isChecked()
    rare = [place for place, c in enumerate(SHOWN) if c.shown.is_rare]
    assert {SHOWN[place].name for place in rare} >= {"size_bytes", "latency_ms"}
    assert all(page.table.isColumnHidden(place) for place in rare)


def test_what_a_limit_ruled_out_did_not_fail(qtbot: QtBot, window: MainWindow) -> None:
    study = next(study for study in window.desk.studies if study.name == "Penguins")
    assert study.n_ruled_out == 2
    window.desk.select(study.id)
    window.show_page("trials")
    page = window.pages["trials"]
    assert isinstance(page, TrialsPage)
    qtbot.waitUntil(lambda: page.shown_study == study.id and page.model.rowCount() > 0)
    page.filter_bar.filter.setText("failure ~ parameters")
    page.filter_bar.apply()
    assert page.model.rowCount() == 2
    state = page.model.index(0, STATE)
    assert (state.data(), state.data(TONE_ROLE)) == ("Ruled out", "muted")
    assert "more than the 90,000 allowed" in state.data(Qt.ItemDataRole.ToolTipRole)
    page.table.selectRow(0)
    qtbot.waitUntil(lambda: page.details.state.text() == "Ruled out")
    complete, pruned, failed = trial_counts(study)
    assert words.finished_trials(study) == complete + pruned + failed == sum(study.n_trials.values()) - 2
    window.show_page("overview")
    live = window.pages["overview"]
    assert isinstance(live, OverviewPage)
    assert live.tiles.trials.below.text().endswith("2 ruled out")


def test_a_finalist_tells_its_score_over_all_repeats(page: TrialsPage, workspace: Path) -> None:
    study = page.desk.study
    assert study is not None
    with Store.open(workspace) as store:
        trial = store.trial_by_number(study.id, study.best_trial or 0)
        scores = store.fold_scores(trial.id)
    assert scores is not None
    assert score_on_repeats(study, trial, scores) == []
    n_folds = int(study.spec["split"]["n_folds"])
    further = {str(trial.number): [1000.0] * n_folds}
    repeats = {"sha256": "a" * 64, "splits_sha256": "b" * 64, "scores": further}
    judged = dataclasses.replace(study, result={**study.result, "repeats": repeats})
    ((name, shown),) = score_on_repeats(judged, trial, scores)
    assert name == f"Over {len(scores.values) // n_folds + 1} repeats"
    assert "±" in shown


def shown_names(page: TrialsPage) -> tuple[str, ...]:
    return page.views.shown()


def test_columns_are_chosen_moved_and_remembered(qtbot: QtBot, page: TrialsPage, window: MainWindow) -> None:
    usual = shown_names(page)
    assert "started" not in usual
    page.views.toggle("started", on=True)
    assert shown_names(page) == (*usual, "started")
    section = page.model.sections()["started"]
    assert page.model.index(0, section).data()[:2] == "20"
    page.views.toggle("epoch", on=False)
    head = page.table.horizontalHeader()
    head.moveSection(head.visualIndex(section), 0)
    assert shown_names(page)[0] == "started"
    assert "epoch" not in shown_names(page)
    # Another study has the same columns, as far as it has them.
    other = next(study for study in window.desk.studies if study.name == "Adult income")
    window.desk.select(other.id)
    qtbot.waitUntil(lambda: page.shown_study == other.id)
    assert shown_names(page)[0] == "started"
    assert "epoch" not in shown_names(page)


def test_a_view_keeps_columns_sorting_and_filter_under_a_name(
    qtbot: QtBot, page: TrialsPage, window: MainWindow
) -> None:
    usual = shown_names(page)
    for name in usual[4:]:
        page.views.toggle(name, on=False)
    page.model.sort_by((SortKey("optimizer"), SortKey("value", descending=True)))
    page.selection.write_filter("state == complete and kind == search")
    page.views.name_view("complete, by optimizer")
    kept = (shown_names(page), page.model.shown_ids())
    page.views.apply(TrialsView())
    assert shown_names(page) == usual
    assert page.selection.typed == ""
    page.views.apply(page.views.named["complete, by optimizer"])
    assert (shown_names(page), page.model.shown_ids()) == kept
    with qtbot.waitSignal(window.desk.toasted) as told:
        page.views.forget("complete, by optimizer")
    assert not page.views.named
    told.args[2]()
    assert list(page.views.named) == ["complete, by optimizer"]
    texts = [action.text() for action in page.views.menu(page).actions()]
    assert texts[0] == "complete, by optimizer"
    assert read_views(window.desk.preferences.text("trials_views", "")).named == page.views.named


def test_trials_are_sorted_by_several_columns(page: TrialsPage) -> None:
    model = page.model
    model.sort_by((SortKey("optimizer"), SortKey("value", descending=True)))
    assert model.data_ is not None
    table = model.data_.table
    rows = [int(np.flatnonzero(table.ids == one)[0]) for one in model.shown_ids()]
    told = [
        (
            str(model.data_.columns["optimizer"][row] or "~"),
            -float(np.nan_to_num(table.values[row], nan=-1e9)),
        )
        for row in rows
    ]
    assert told == sorted(told)
    sections = model.sections()
    assert model.heading(sections["optimizer"]) == "optimizer ↑1"
    assert model.heading(sections["value"]) == "Score ↓2"
    model.adds_sort = lambda: True
    model.sort(sections["epoch"], Qt.SortOrder.AscendingOrder)
    assert [key.column for key in model.sorted_by] == ["optimizer", "value", "epoch"]
    model.adds_sort = lambda: False
    model.sort(sections["epoch"], Qt.SortOrder.AscendingOrder)
    assert model.sorted_by == (SortKey("epoch"),)


def test_views_that_are_damaged_count_as_not_kept() -> None:
    for text in ("", "{", '{"columns": 3}', '{"named": {"a": {"columns": 5}}}'):
        assert read_views(text) == TrialsViews()
    views = TrialsViews(("a",), {"b": TrialsView((), (SortKey("c", descending=True),), "d > 1")})
    assert read_views(views_text(views)) == views
