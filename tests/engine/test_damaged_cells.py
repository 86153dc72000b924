"""One damaged cell anywhere in the database: its row says so, and everything else works."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from cupel.engine.cli import main
from cupel.engine.domain.trial_view import read_view
from cupel.storage.errors import DamagedRowError, StoreError
from cupel.storage.records import FailureKind, JobState, TrialState
from cupel.storage.store import Store

from . import damaged_cells

COMMANDS = (
    ("studies",),
    ("studies", "--json"),
    ("trials", "1"),
    ("trials", "1", "--json", "--filter", "value > 0"),
    ("show", "1"),
    ("show", "1", "--json"),
    ("show", "1", "--trial", "0", "--against", "1"),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "workspace"
    damaged_cells.fill(folder)
    return folder


@pytest.fixture
def workspace(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "workspace"))


def run(workspace: Path, capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main([*argv, "--workspace", str(workspace)])
    printed = capsys.readouterr()
    text = printed.out + printed.err
    assert "Something went wrong" not in text
    assert "Traceback" not in text
    return code, text


def test_no_damaged_cell_ends_a_command_in_a_traceback(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(7)  # noqa: S311 (which damages are tried)
    for table, column in damaged_cells.cells(whole):
        what = chance.choice(list(damaged_cells.DAMAGES))
        folder = tmp_path / f"{table}-{column}"
        shutil.copytree(whole, folder)
        if damaged_cells.damage(folder, table, column, damaged_cells.DAMAGES[what]):
            run(folder, capsys, *chance.choice(COMMANDS))
            # Of the other study everything is there, unless both share what is damaged.
            code, text = run(folder, capsys, "trials", "Digits")
            assert code == 0 or table in ("studies", "digests"), (table, column, what)
            assert text.count("complete") == 3 or table == "digests", (table, column, what)
            with Store.open(folder, "r") as store:
                store.check()
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ("state", "a word"),
        ("params", "JSON cut off"),
        ("family", "bytes"),
        ("name", "bytes called text"),
        ("value", "a word"),
        ("created_us", "the year 294247"),
        ("tags", "JSON nested"),
        ("duration_s", "infinity"),
        ("digests_id", "a number"),
    ],
)
def test_a_damaged_trial_is_shown_as_damaged_beside_the_others(
    workspace: Path, capsys: pytest.CaptureFixture[str], column: str, what: str
) -> None:
    assert damaged_cells.damage(workspace, "trials", column, damaged_cells.DAMAGES[what])
    with Store.open(workspace, "r") as store:
        listed, table = store.trials(1), store.trial_table(1)
        sentences = [str(problem) for problem in store.check()]
    named = f"A row of the table trials is damaged: what is stored as the {column} of id 1 "
    assert [t.state for t in listed] == [TrialState.FAIL, TrialState.COMPLETE, TrialState.COMPLETE]
    assert table.states.tolist() == [str(t.state) for t in listed]
    assert table.params == tuple(t.params for t in listed)
    for failure in (listed[0].failure, table.failures[0]):
        assert failure is not None
        assert failure.kind is FailureKind.DAMAGED
        assert failure.message.startswith(named)
        assert failure.template.format(**failure.args) == failure.message
    assert any(column in sentence or "trials" in sentence for sentence in sentences)
    code, text = run(workspace, capsys, "trials", "1")
    assert code == 0
    assert text.count("damaged") >= 1
    assert text.count("complete") == 2
    code, text = run(workspace, capsys, "show", "1")
    assert code == 0
    assert named in " ".join(text.split())


def test_damaged_curves_and_scores_are_left_out_and_told(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for table in ("curves", "fold_scores"):
        assert damaged_cells.damage(workspace, table, "data", b"\x01\x02")
    with Store.open(workspace, "r") as store:
        with pytest.raises(
            DamagedRowError, match="table curves is damaged: what is stored as the data of id 1 "
        ):
            store.curves(1)
        with pytest.raises(DamagedRowError, match="table fold_scores"):
            store.fold_scores(1)
        assert set(store.curves_of([1, 2])) == {2}
        view = read_view(store, 1)
    assert (view.scores, view.curves) == (None, None)
    assert view.trial.failure is not None
    assert view.trial.failure.kind is FailureKind.DAMAGED
    code, text = run(workspace, capsys, "show", "1", "--trial", "0")
    assert code == 0
    assert "table fold_scores is damaged" in " ".join(text.split())


def test_damaged_variants_exports_and_jobs_are_told_as_failed(workspace: Path) -> None:
    for table, column in (("variants", "method"), ("exports", "state"), ("jobs", "args")):
        assert damaged_cells.damage(workspace, table, column, "[1")
    with Store.open(workspace, "r") as store:
        failed = [store.variants(1)[0], store.exports()[-1], store.jobs()[0]]
        assert [one.state for one in failed] == [TrialState.FAIL, JobState.FAILED, JobState.FAILED]
        for one, table in zip(failed, ("variants", "exports", "jobs"), strict=True):
            assert one.failure is not None
            assert f"table {table} is damaged" in one.failure.message
        assert store.variants(2)[0].state is TrialState.COMPLETE
        assert {one.state for one in store.exports(2)} == {JobState.DONE}
        assert store.jobs()[1].state is JobState.DONE


@pytest.mark.parametrize("table", ["trials", "exports", "curves", "studies"])
def test_a_missing_column_is_one_sentence(
    workspace: Path, capsys: pytest.CaptureFixture[str], table: str
) -> None:
    column = {"trials": "notes", "exports": "path", "curves": "data", "studies": "notes"}[table]
    with sqlite3.connect(workspace / "cupel.sqlite") as database:
        database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    database.close()
    for argv in COMMANDS:
        run(workspace, capsys, *argv)
    with Store.open(workspace, "r") as store:
        assert [str(p) for p in store.check()] == [
            f"The database lacks {table}.{column}; restore the workspace from a backup."
        ]
        if table in ("exports", "curves"):
            assert len(store.trials(1)) == 3
        else:
            with pytest.raises(StoreError, match="lacks a part that it must have"):
                store.trials(1) if table == "trials" else store.studies()


def test_doctor_names_the_damage_and_the_backup(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--workspace", str(workspace)]) == 0
    capsys.readouterr()
    assert damaged_cells.damage(workspace, "system_samples", "memory_bytes", "much")
    assert damaged_cells.damage(workspace, "trials", "pinned", "perhaps")
    code, text = run(workspace, capsys, "doctor")
    assert code == 2
    assert "the memory_bytes of id 1" in text
    assert "the pinned of id 1" in text
    assert "1 backup, the newest" in text
    assert "put the copy in the place of" in text


def test_a_damaged_number_of_a_study_reaches_no_json(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert damaged_cells.damage(workspace, "studies", "best_trial", 77)
    code, text = run(workspace, capsys, "studies", "--json")
    assert code == 0
    assert [one["name"] for one in json.loads(text)] == ["Digits", "Irises"]


def test_control_characters_of_names_are_spelled_out(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "Red \x1b[31m\x07\x9b2J \u202eback"
    with Store.open(workspace) as store:
        store.edit_study(1, name=name)
    for table in ("trials", "variants"):
        assert damaged_cells.damage(workspace, table, "name", name)
    assert damaged_cells.damage(workspace, "trials", "params", json.dumps({name: name}))
    for argv in (*COMMANDS, ("show", name), ("studies", "--csv"), ("trials", "1", "--csv"), ("pause", "1")):
        with contextlib.suppress(SystemExit):
            _, text = run(workspace, capsys, *argv)
            assert not set(text) & set("\x1b\x07\x9b\u202e"), argv
    _, text = run(workspace, capsys, "studies")
    assert "Red \\x1b[31m" in text
    assert "\\x9b2J \\u202eback" in text
