"""Damage to what is stored of one study: it is named, and the others are listed all the same."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from cupel.engine.cli import main
from cupel.engine.domain.spec import spec_of
from cupel.engine.domain.study_list import list_studies
from cupel.storage.errors import DamagedStudyError
from cupel.storage.records import Failure, FailureKind, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store

DAMAGES = {
    "broken JSON of the settings": ('UPDATE studies SET spec = \'{"target": "y"\'', "spec"),
    "settings that are no object": ("UPDATE studies SET spec = '[1, 2]'", "spec"),
    "broken JSON of the result": ("UPDATE studies SET result = '{\"best\": '", "result"),
    "settings of another shape": ('UPDATE studies SET spec = \'{"target": "y", "split": 3}\'', "settings"),
    "a result of another shape": ("UPDATE studies SET result = '{\"best\": 3}'", "result"),
    "a state that nobody knows": ("UPDATE studies SET state = 'asleep'", "state"),
    "a failure without its parts": ('UPDATE studies SET failure = \'{"kind": "error"}\'', "failure"),
    "tags that are cut off": ("UPDATE studies SET tags = '[\"a\"'", "tags"),
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with the studies 1, "Irises", and 2, "Digits", with a failed trial each."""
    with Store.open(tmp_path) as store:
        for name in ("Irises", "Digits"):
            study = store.create_study(
                name=name, dataset_id=None, spec=spec_of("y", n_trials=1).to_json(), metric="accuracy",
                direction="maximize", task="binary",
            )  # fmt: skip
            trial = store.create_trial(
                study_id=study.id, number=0, kind=TrialKind.SEARCH, family="mlp", params={}, worker="one"
            )
            failure = Failure(FailureKind.RULED_OUT, "Too large.")
            store.finish_trial(trial.id, TrialOutcome(TrialState.FAIL, failure=failure))
    return tmp_path


def damage(workspace: Path, statement: str) -> None:
    """Write into the database behind the store's back."""
    with sqlite3.connect(workspace / "cupel.sqlite") as database:
        database.execute(statement)
    database.close()


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_study_is_listed_with_its_name_beside_the_others(
    workspace: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    statement, column = DAMAGES[what]
    damage(workspace, f"{statement} WHERE name = 'Irises'")
    with Store.open(workspace, "r") as store:
        found = list_studies(store)
    assert [study.record.name for study in found.studies] == ["Digits"]
    assert [(one.id, one.name) for one in found.damaged] == [(1, "Irises")]
    message = found.damaged[0].problem.message
    assert "'Irises'" in message
    assert column in message
    assert message.endswith(".")

    assert main(["studies", "--workspace", str(workspace)]) == 0
    printed = capsys.readouterr().out
    assert "Digits" in printed
    assert any(line.split() == ["1", "Irises", "damaged"] for line in printed.splitlines())
    assert " ".join(message.split()) in " ".join(printed.split())

    assert main(["studies", "--json", "--workspace", str(workspace)]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert listed["Irises"] == {"study": 1, "name": "Irises", "state": "damaged", "damage": message}
    assert listed["Digits"]["n_ruled_out"] == 1


def test_a_damaged_study_that_is_asked_for_is_named(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(workspace, "UPDATE studies SET spec = '{' WHERE name = 'Irises'")
    with Store.open(workspace) as store:
        for read in (lambda: store.study(1), lambda: store.find_study("irises")):
            with pytest.raises(DamagedStudyError, match="'Irises' is damaged: what is stored as its spec"):
                read()
        assert ["the spec of id 1 " in str(problem) for problem in store.check()] == [True]
    assert main(["show", "Irises", "--workspace", str(workspace)]) == 2
    assert "The study 'Irises' is damaged" in capsys.readouterr().err
    assert main(["show", "Digits", "--workspace", str(workspace)]) == 0


def test_a_damaged_trial_hides_no_study(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(workspace, 'UPDATE trials SET failure = \'{"kind": "ruled\' WHERE study_id = 1')
    assert main(["studies", "--workspace", str(workspace)]) == 0
    assert capsys.readouterr().out.count("draft") == 2
    assert main(["studies", "--json", "--workspace", str(workspace)]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert [one["n_failed"] for one in listed.values()] == [1, 1]
    assert listed["Digits"]["n_ruled_out"] == 1
    assert main(["trials", "Irises", "--json", "--workspace", str(workspace)]) == 0
    trial = json.loads(capsys.readouterr().out)[0]
    assert "table trials is damaged: what is stored as the failure of id 1 " in trial["failure"]
