"""One list of trial columns feeds filter, files, terminal and table; another one what is measured and stored."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from cupel.engine.domain.filtering import param_columns, trial_columns
from cupel.engine.domain.trial_columns import SHOWN, TRIAL_COLUMNS, own_columns, written_trial
from cupel.storage.records import TrialKind, TrialOutcome, TrialState, TrialTable
from cupel.storage.store import Store
from cupel.storage.tables import TrialRow
from cupel.storage.trial_columns import MEASURES
from cupel.storage.trial_table import SQL_COLUMNS, TABLE_COLUMNS, updated


def made(folder: Path) -> Store:
    """A store with a complete trial, a pruned one and a baseline."""
    store = Store.open(folder / "ws")
    study = store.create_study(
        name="s", dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="binary"
    )
    for number, kind, name in (
        (0, TrialKind.SEARCH, ""),
        (1, TrialKind.SEARCH, ""),
        (-1, TrialKind.BASELINE, "linear"),
    ):
        trial = store.create_trial(
            study_id=study.id, number=number, kind=kind, family="mlp", name=name, worker="w",
            params={} if name else {"width": 8, "tags": "own"}, digests={"scoring": "s"},
        )  # fmt: skip
        state = TrialState.PRUNED if number == 1 else TrialState.COMPLETE
        store.finish_trial(
            trial.id, TrialOutcome(state, value=0.5, value_std=0.1, epoch=3, duration_s=2.0, size_bytes=90)
        )
    return store


def test_every_field_of_the_table_has_its_entry_and_every_entry_its_column_in_the_database() -> None:
    assert {c.field for c in TABLE_COLUMNS} | {"revision", "measures"} == {
        f.name for f in dataclasses.fields(TrialTable)
    }
    assert set(SQL_COLUMNS) <= set(TrialRow.__table__.c.keys())


def test_a_record_gives_the_cells_that_sql_gives(tmp_path: Path) -> None:
    with made(tmp_path) as store:
        table, records = store.trial_table(1), store.trials(1)
    nothing = dataclasses.replace(
        table,
        measures={name: cells[:0] for name, cells in table.measures.items()},
        **{c.field: getattr(table, c.field)[:0] for c in TABLE_COLUMNS},
    )
    made_anew = updated(nothing, records, table.revision)
    np.testing.assert_equal(made_anew.measures, table.measures)
    assert list(table.measures) == list(MEASURES)
    for column in TABLE_COLUMNS:
        np.testing.assert_array_equal(getattr(made_anew, column.field), getattr(table, column.field))


def test_names_and_keys_are_unique_and_a_param_never_hides_a_column(tmp_path: Path) -> None:
    names = [c.name for c in TRIAL_COLUMNS if c.name]
    keys = [c.key for c in TRIAL_COLUMNS if c.key]
    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)
    with made(tmp_path) as store:
        table = store.trial_table(1)
    own = own_columns(table)
    params = param_columns(table, own)
    assert set(params) == {"width", "params.tags"}
    assert list(trial_columns(table)) == [*own, *params]
    assert all(len(values) == len(table) for values in own.values())


def test_what_is_shown_can_be_filtered_and_sorted_by(tmp_path: Path) -> None:
    with made(tmp_path) as store:
        table = store.trial_table(1)
        row = written_trial(store.trials(1)[0])
    own = own_columns(table)
    assert all(column.name in own for column in SHOWN)
    assert (row["number"], row["state"], row["size_bytes"], row["params"]["width"]) == (0, "complete", 90, 8)
