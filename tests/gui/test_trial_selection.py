"""The one selection of the window, against a model of it that is told row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.gui.states.trial_selection import Brush, Change, RangeBrush, TrialSelection, ValuesBrush
from cupel.gui.states.trials_data import TrialsData, prepare
from cupel.storage.records import TrialState
from cupel.storage.store import Store
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

# Filters, and the same as a rule for one trial; none where it cannot be used.
FILTERS = {
    "": lambda _row: True,
    "state == pruned": lambda row: row["state"] == TrialState.PRUNED,
    "number > 20": lambda row: row["number"] > 20,
    'optimizer == "adamw" or number < 5': lambda row: row["optimizer"] == "adamw" or row["number"] < 5,
    "number >": None,
    "nonsense == 1": None,
}
NUMBERS = st.floats(-10, 60, allow_nan=False)
STUDIES = ("Adult income", "California housing prices, 2 repeats")


@pytest.fixture(scope="module")
def studies(filled: Path) -> dict[int, TrialsData]:
    with Store.open(filled) as store:
        found = [store.find_study(name) for name in STUDIES]
        return {study.id: prepare(store.trial_table(study.id)) for study in found}


def rows_of(data: TrialsData) -> list[dict[str, object]]:
    names = ("state", "number", "value", "optimizer")
    columns = {name: data.columns[name].tolist() for name in names if name in data.columns}
    return [{name: values[i] for name, values in columns.items()} for i in range(len(data.table))]


def passes(brush: Brush, row: dict[str, object]) -> bool:
    value = row[brush.column]
    if isinstance(brush, ValuesBrush):
        return value in brush.values
    return isinstance(value, int | float) and brush.low <= value <= brush.high


class SelectionMachine(RuleBasedStateMachine):
    """Every way to change a selection, in any order."""

    data: dict[int, TrialsData]

    def __init__(self) -> None:
        super().__init__()
        self.selection = TrialSelection()
        self.heard: list[Change] = []
        self.selection.listen(self.heard.append)
        self.states: dict[int, tuple[str, str, dict[str, Brush], list[int]]] = {}
        self.in_view = 0

    @initialize()
    def begin(self) -> None:
        self.show(next(iter(self.data)))

    def show(self, study_id: int) -> None:
        if study_id == self.in_view:
            return
        if self.in_view:
            self.states[self.in_view] = (self.typed, self.works, self.brushes, self.chosen)
        self.in_view = study_id
        self.typed, works, self.brushes, self.chosen = self.states.get(study_id, ("", "", {}, []))
        # Of another study's filter nothing is left, also where this one's is wrong.
        self.works = works if FILTERS[self.typed] is not None else ""
        self.selection.show_study(study_id)
        self.selection.show_trials(self.data[study_id])

    @rule(place=st.sampled_from([0, 1]))
    def another_study(self, place: int) -> None:
        self.show(list(self.data)[place])

    @rule(text=st.sampled_from(list(FILTERS)))
    def write(self, text: str) -> None:
        self.selection.write_filter(text)
        self.typed = text
        if FILTERS[text] is not None:
            self.works = text

    @rule(column=st.sampled_from(["number", "value"]), ends=st.tuples(NUMBERS, NUMBERS))
    def brush_numbers(self, column: str, ends: tuple[float, float]) -> None:
        brush = RangeBrush(column, min(ends), max(ends))
        self.selection.brush(brush)
        self.brushes = {**self.brushes, column: brush}

    @rule(values=st.sets(st.sampled_from(["adam", "adamw", "sgd"]), min_size=1))
    def brush_words(self, values: set[str]) -> None:
        brush = ValuesBrush("optimizer", tuple(sorted(values)))
        self.selection.brush(brush)
        self.brushes = {**self.brushes, "optimizer": brush}

    @rule(column=st.sampled_from(["number", "value", "optimizer"]))
    def unbrush(self, column: str) -> None:
        self.selection.unbrush(column)
        self.brushes = {name: brush for name, brush in self.brushes.items() if name != column}

    @rule(places=st.lists(st.integers(0, 30), max_size=4, unique=True))
    def select(self, places: list[int]) -> None:
        self.chosen = [int(self.data[self.in_view].table.ids[place]) for place in places]
        self.selection.select(self.chosen)

    @rule(place=st.integers(0, 30))
    def reveal(self, place: int) -> None:
        trial_id = int(self.data[self.in_view].table.ids[place])
        if not self.wanted()[place]:
            self.typed = self.works = ""
            self.brushes = {}
        self.selection.reveal(trial_id)
        self.chosen = [trial_id]

    @rule()
    def clear(self) -> None:
        before = (bool(self.brushes), bool(self.typed), len(self.chosen) > 1)
        assert self.selection.clear() == any(before)
        if before[0]:
            self.brushes = {}
        elif before[1]:
            self.typed = self.works = ""
        elif before[2]:
            self.chosen = self.chosen[:1]

    def wanted(self) -> list[bool]:
        rule_ = FILTERS[self.works]
        assert rule_ is not None
        return [
            bool(rule_(row)) and all(passes(brush, row) for brush in self.brushes.values())
            for row in rows_of(self.data[self.in_view])
        ]

    @invariant()
    def shows_what_the_model_says(self) -> None:
        if not self.in_view:
            return
        selection = self.selection
        assert selection.kept.tolist() == self.wanted()
        assert selection.typed == self.typed
        assert (selection.problem is None) == (FILTERS[self.typed] is not None)
        assert selection.selected.tolist() == self.chosen
        assert {brush.column: brush for brush in selection.brushes} == self.brushes
        # The whole as one filter says the same.
        again = TrialSelection()
        again.show_study(self.in_view)
        again.show_trials(self.data[self.in_view])
        again.write_filter(selection.text)
        assert again.problem is None
        np.testing.assert_array_equal(again.kept, selection.kept)


def test_the_selection_tells_what_a_model_of_it_tells(studies: dict[int, TrialsData]) -> None:
    class Machine(SelectionMachine):
        data = studies

    run_state_machine_as_test(
        Machine, settings=settings(max_examples=60, stateful_step_count=20, deadline=None)
    )
