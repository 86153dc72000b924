"""Trials as files for other programs: all of each row, types that fit, nothing half-written."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from cupel.engine.cli import main
from cupel.engine.domain.errors import DataError
from cupel.engine.trial_files import ENDINGS, write_trials
from cupel.storage.records import FoldScores, StudyRecord, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def study(store: Store) -> StudyRecord:
    made = store.create_study(
        name="鸢尾花",
        dataset_id=None,
        spec={"target": "species", "budget": {"n_trials": 3}},
        metric="accuracy",
        direction="maximize",
        task="binary",
    )
    params = (
        {"learning_rate": 0.1, "width": 8, "optimizer": "adam", "warm": True},
        {"learning_rate": 1, "width": 16, "optimizer": 'with, "quotes"', "momentum": 0.9},
        {"learning_rate": math.nan, "units": {"a": 3}},
    )
    for number, one in enumerate(params):
        trial = store.create_trial(
            study_id=made.id, number=number, kind=TrialKind.SEARCH, family="mlp", params=one
        )
        store.start_trial(trial.id, "worker")
        scores = FoldScores(("accuracy", "f1"), np.array([[0.5, 0.1], [0.7, 0.3]]) + number / 10, np.zeros(2))
        outcome = TrialOutcome(TrialState.COMPLETE, value=0.6 + number / 10, value_std=0.1, scores=scores)
        store.finish_trial(trial.id, outcome if number < 2 else TrialOutcome(TrialState.PRUNED, value=0.2))
    store.edit_trial(1, tags=["a", "b"], notes="two\nlines")
    return store.study(made.id)


def test_every_format_has_the_same_rows_in_the_order_asked(
    store: Store, study: StudyRecord, tmp_path: Path
) -> None:
    trials = store.trials(study.id)[::-1]
    files = [write_trials(store, trials, str(tmp_path / f"out{ending}")) for ending in ENDINGS]
    with files[0].open(encoding="utf-8", newline="") as stream:
        of_csv = list(csv.DictReader(stream))
    of_json = json.loads(files[1].read_text(encoding="utf-8"))
    of_parquet = pq.read_table(files[2]).to_pylist()
    for rows in (of_csv, of_json, of_parquet):
        assert [int(row["number"]) for row in rows] == [2, 1, 0]
        assert float(rows[2]["metric_accuracy"]) == pytest.approx(0.6)
        assert float(rows[1]["metric_f1_std"]) == pytest.approx(math.sqrt(0.02))
        assert rows[1]["params_optimizer"] == 'with, "quotes"'
        assert rows[2]["notes"] == "two\nlines"
        assert rows[2]["tags"] == "a, b"
    assert of_csv[0]["metric_accuracy"] == ""
    assert "metric_accuracy" not in of_json[0]
    assert of_json[0]["params_learning_rate"] is None
    assert of_parquet[0]["params_units"] == '{"a": 3}'
    types = {field.name: str(field.type) for field in pq.read_schema(files[2])}
    assert types["params_learning_rate"] == "double"
    assert types["params_width"] == "int64"
    assert types["params_warm"] == "bool"
    assert types["state"] == "string"


def test_what_cannot_be_written_is_said_and_what_is_there_stays(
    store: Store, study: StudyRecord, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"out\.xlsx does not say how .* \.csv, \.json, \.parquet"):
        write_trials(store, store.trials(study.id), str(tmp_path / "out.xlsx"))
    folder = tmp_path / "out.csv"
    folder.mkdir()
    (folder / "trials.csv").mkdir()
    with pytest.raises(DataError, match=r"trials\.csv cannot be written"):
        write_trials(store, store.trials(study.id), str(folder))
    assert [path.name for path in folder.iterdir()] == ["trials.csv"]


def test_the_terminal_writes_what_a_filter_lets_through(
    store: Store, study: StudyRecord, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "best.json"
    workspace = str(store.workspace.path)
    asked = ["trials", str(study.id), "--workspace", workspace, "--filter", "width >= 16", "--out", str(out)]
    assert main(asked) == 0
    assert "Wrote 1 trial to" in capsys.readouterr().err
    assert [row["number"] for row in json.loads(out.read_text(encoding="utf-8"))] == [1]
