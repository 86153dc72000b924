"""The charts of a study's trials: what each makes of few and of many trials, and what it says of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.filtering import missing
from cupel.engine.domain.importance import LEAST_TRIALS
from cupel.engine.search.importance import importance_of_study
from cupel.gui.charts.catalog import STUDY_CHARTS, study_chart
from cupel.gui.charts.columns import coordinates
from cupel.gui.charts.hypervolume import beaten_shares
from cupel.gui.charts.importance import Importances
from cupel.gui.charts.spec import HeatMap, LevelLine, Line, Points, places
from cupel.gui.charts.studies import ChartRequest, StudyChart
from cupel.gui.states.trial_selection import RangeBrush, ValuesBrush
from cupel.gui.states.trials_data import prepare
from cupel.storage.records import StudyRecord, TrialKind, TrialState, TrialTable
from cupel.storage.store import Store

# Of trials, enough that dots would be one block of colour.
MANY = 20_000


@pytest.fixture(scope="module")
def study(filled: Path) -> StudyRecord:
    with Store.open(filled) as store:
        return store.find_study("Adult income")


@pytest.fixture(scope="module")
def table(filled: Path, study: StudyRecord) -> TrialTable:
    with Store.open(filled) as store:
        return store.trial_table(study.id)


def taken(table: TrialTable, rows: np.ndarray) -> TrialTable:
    """Return the trials of these rows, as trials of their own."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(table):
        value = getattr(table, field.name)
        if isinstance(value, np.ndarray):
            found[field.name] = value[rows]
        elif isinstance(value, tuple):
            found[field.name] = tuple(value[row] for row in rows)
        elif isinstance(value, Mapping):
            found[field.name] = {name: column[rows] for name, column in value.items()}
        else:
            found[field.name] = value
    found["ids"], found["numbers"] = np.arange(1, len(rows) + 1), np.arange(len(rows))
    return TrialTable(**found)


def asked_of(
    table: TrialTable, study: StudyRecord, chart: StudyChart, filled: Path, **other: Any
) -> ChartRequest:
    """Return what a page asks a chart, with what it reads."""
    asked = ChartRequest(prepare(table), study, **other)
    if chart.reads is None:
        return asked
    with Store.open(filled) as store:
        read = chart.reads(store, asked)
        if isinstance(read, Importances) and len(asked.trials.table) >= LEAST_TRIALS:
            # The service would do it.
            read = Importances(importance_of_study(store, study.id))
        return dataclasses.replace(asked, read=read)


@pytest.mark.parametrize("name", [chart.name for chart in STUDY_CHARTS])
@pytest.mark.parametrize("n_trials", [0, 2, 60])
def test_every_point_is_a_trial_that_says_what_it_is(
    filled: Path, table: TrialTable, study: StudyRecord, name: str, n_trials: int
) -> None:
    chart = study_chart(name)
    assert chart is not None
    complete = np.flatnonzero((table.states == TrialState.COMPLETE) & (table.kinds == TrialKind.SEARCH))
    rows = complete[:n_trials] if n_trials < 60 else np.arange(len(table))
    some = dataclasses.replace(taken(table, rows), ids=table.ids[rows])
    asked = asked_of(some, study, chart, filled, selected=some.ids[:1])
    data = chart.data(asked)
    marks = chart.spec.marks(data)
    axes = chart.spec.axes(data)
    if n_trials == 60:
        assert any(len(places(mark)[0]) for mark in marks)
        assert axes.x.names or axes.x.text()
        assert chart.title()
        assert chart.why()
    keys = [mark.key for mark in marks]
    assert len(set(keys)) == len(keys)
    for mark in marks:
        x, y = places(mark)
        assert len(x) == len(y) or isinstance(mark, LevelLine)
        if mark.item is not None and len(y):
            known = np.flatnonzero(np.isfinite(y))
            told = [chart.spec.tip(data, mark.item(int(place))) for place in known[:3]]
            assert all(told)


@pytest.mark.parametrize("name", [chart.name for chart in STUDY_CHARTS if chart.reads is None])
def test_thousands_of_trials_are_no_block_of_dots(table: TrialTable, study: StudyRecord, name: str) -> None:
    chart = study_chart(name)
    assert chart is not None
    rng = np.random.default_rng(0)
    searched = np.flatnonzero(table.kinds == TrialKind.SEARCH)
    many = taken(table, rng.choice(searched, MANY))
    many = dataclasses.replace(many, values=rng.normal(0.9, 0.02, MANY), states=np.full(MANY, "complete"))
    marks = chart.spec.marks(chart.data(ChartRequest(prepare(many), study)))
    dots = sum(len(mark.x) for mark in marks if isinstance(mark, Points) and mark.tone != "faint")
    assert dots <= 4500 or name == "failures"
    # Qt paints many lines that let others through in no time as hairlines, else in seconds.
    lines = [mark for mark in marks if isinstance(mark, Line) and 0.0 < mark.alpha < 1.0]
    assert all(mark.width <= 1.0 or len(mark.x) < 500 for mark in lines)
    selected = ChartRequest(prepare(many), study, selected=many.ids)
    lines = [mark for mark in chart.spec.marks(chart.data(selected)) if isinstance(mark, Line)]
    assert all(mark.width <= 1.0 or len(mark.x) < 500 for mark in lines if mark.key == "selected")


def test_columns_of_lists_and_gaps_are_told_apart_by_element() -> None:
    cells = np.empty(6, dtype=object)
    cells[:] = [[64, 32], None, float("nan"), [64, 32], "a", True]
    assert missing(cells).tolist() == [False, True, True, False, False, False]
    alike = np.empty(3, dtype=object)
    alike[:] = [[64, 32], None, [64, 32]]
    assert missing(alike).tolist() == [False, True, False]


def test_what_the_filter_leaves_out_is_grey_and_what_is_selected_is_ringed(
    table: TrialTable, study: StudyRecord
) -> None:
    chart = study_chart("slice")
    assert chart is not None
    data = prepare(table)
    scored = ChartRequest(data, study).scored
    kept = np.zeros(len(table), dtype=bool)
    kept[scored[:5]] = True
    asked = ChartRequest(data, study, kept, table.ids[scored[:2]])
    marks = {mark.key: mark for mark in chart.spec.marks(chart.data(asked))}
    assert [len(places(marks[key])[0]) for key in ("outside", "trials", "selected")] == [
        len(scored) - 5,
        5,
        2,
    ]
    assert marks["outside"].item is None


def test_numbers_over_decades_run_in_logarithms_and_words_have_places(
    table: TrialTable, study: StudyRecord
) -> None:
    asked = ChartRequest(prepare(table), study)
    rate = coordinates(asked, "learning_rate")
    assert rate.axis.numbers == "powers"
    np.testing.assert_allclose(10**rate.places, asked.trials.columns["learning_rate"])
    optimizer = coordinates(asked, "optimizer", spread=True)
    words = asked.trials.columns["optimizer"].tolist()
    assert optimizer.axis.values == tuple(sorted({word for word in words if word is not None}))
    nearest = np.round(optimizer.places)
    shown = [None if np.isnan(place) else optimizer.axis.values[int(place)] for place in nearest]
    assert shown == words


def test_a_drag_over_axes_of_parallel_coordinates_brushes_their_columns(
    table: TrialTable, study: StudyRecord
) -> None:
    chart = study_chart("parallel")
    assert chart is not None
    assert chart.spec.brush is not None
    data = chart.data(ChartRequest(prepare(table), study))
    names = [one.axis.column for one in data.columns]
    place = names.index("optimizer")
    (brush,) = chart.spec.brush(data, (place - 0.1, place + 0.1), (0.0, 1.0))
    assert brush == ValuesBrush("optimizer", data.columns[place].axis.values)
    place = names.index("value")
    (brush,) = chart.spec.brush(data, (place - 0.1, place + 0.1), (0.5, 2.0))
    assert isinstance(brush, RangeBrush)
    low, high = data.spans[place]
    assert (brush.low, brush.high) == pytest.approx(((low + high) / 2, high), abs=(high - low) / 500)
    # From the best half on: those that pass are the upper half of that axis.
    passing = brush.mask(data.places[:, place] * (high - low) + low)
    np.testing.assert_array_equal(passing, data.places[:, place] >= 0.5 - 1e-9)


def test_the_share_that_is_beaten_is_that_of_a_grid_of_places() -> None:
    rng = np.random.default_rng(1)
    gain, cost = rng.random(12), rng.random(12)
    shares = beaten_shares(gain, cost)
    x = (cost - cost.min()) / (cost.max() - cost.min())
    y = (gain - gain.min()) / (gain.max() - gain.min())
    grid = (np.arange(400) + 0.5) / 400
    for n in (1, 5, 12):
        beaten = ((grid[:, None, None] >= x[:n]) & (grid[None, :, None] <= y[:n])).any(axis=2)
        assert shares[n - 1] == pytest.approx(beaten.mean(), abs=0.01)
    assert np.all(np.diff(shares) >= 0)


def test_cells_of_a_contour_hold_the_mean_of_their_trials(table: TrialTable, study: StudyRecord) -> None:
    chart = study_chart("contour")
    assert chart is not None
    asked = ChartRequest(prepare(table), study, chosen={"first": "optimizer", "second": "activation"})
    data = chart.data(asked)
    grid = next(mark for mark in chart.spec.marks(data) if isinstance(mark, HeatMap))
    axes = chart.spec.axes(data)
    columns, rows = asked.trials.columns, asked.scored
    for column, optimizer in enumerate(axes.x.values):
        for row, activation in enumerate(axes.y.values):
            those = [
                i
                for i in rows
                if columns["optimizer"][i] == optimizer and columns["activation"][i] == activation
            ]
            if those:
                assert grid.values[row, column] == pytest.approx(table.values[those].mean())
                assert str(len(those)) in chart.spec.tip(data, grid.item(row * len(axes.x.values) + column))
            else:
                assert np.isnan(grid.values[row, column])


def test_trials_that_ran_at_once_stand_in_lanes_of_their_own(table: TrialTable, study: StudyRecord) -> None:
    chart = study_chart("timeline")
    assert chart is not None
    data = chart.data(ChartRequest(prepare(table), study))
    for lane in range(int(data.lanes.max()) + 1):
        those = np.flatnonzero(data.lanes == lane)
        order = those[np.argsort(data.begin_s[those])]
        assert np.all(data.end_s[order[:-1]] <= data.begin_s[order[1:]] + 2e-3)
    bars = chart.spec.marks(data)
    assert all(isinstance(bar, Line) for bar in bars)
    assert sum(len(bar.x) // 3 for bar in bars) == len(data.ids)
