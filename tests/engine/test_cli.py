"""The terminal as a user meets it: real ``cupel`` processes, their exit codes, and what they print."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cupel.engine import resume_study
from cupel.engine.domain import formatting
from cupel.engine.domain.spec import spec_of
from cupel.storage.records import Failure, FailureKind, StudyState, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store

CUPEL = [sys.executable, "-m", "cupel.gui.main"]
QUICK = ["--epochs", "5", "--folds", "3", "--workers", "1", "--no-export"]
KEYS = {
    "study", "name", "task", "metric", "direction", "best", "baselines", "n_complete", "n_pruned", "n_failed",
    "elapsed_s", "workspace",
}  # fmt: skip


def cupel(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*CUPEL, *map(str, args)], capture_output=True, text=True, check=False)


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    while not condition():
        assert process.poll() is None, "cupel ended"
        threading.Event().wait(0.05)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    workspace = tmp_path_factory.mktemp("cli") / "workspace"
    arguments = ["sample:iris", "--target", "species", "--trials", "3", "--name", "Irises", *QUICK]
    return workspace, cupel("search", *arguments, "--workspace", workspace, "--json")


def test_the_last_line_of_a_search_is_one_object_with_all_that_was_promised(
    searched: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    workspace, done = searched
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.keys() >= KEYS
    assert (found["name"], found["task"], found["metric"]) == ("Irises", "multiclass", "accuracy")
    assert found["direction"] == "maximize"
    assert found["n_complete"] + found["n_pruned"] + found["n_failed"] == 3
    assert set(found["best"]) == {"trial", "params", "cv_mean", "cv_std", "holdout"}
    assert set(found["baselines"]) == {"majority", "linear", "hist_gradient_boosting"}
    for scores in (found["best"], *found["baselines"].values()):
        assert 0 <= scores["cv_mean"] <= 1
        assert 0 <= scores["holdout"] <= 1
    assert found["workspace"] == str(workspace)
    assert found["elapsed_s"] > 0


def test_trials_can_be_listed_filtered_and_read_by_programs(
    searched: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    workspace, _ = searched
    everything = json.loads(cupel("trials", "Irises", "--json", "--workspace", workspace).stdout)
    assert len(everything) == 6
    table = cupel("trials", "1", "--csv", "--filter", "kind == search", "--workspace", workspace).stdout
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [r["number"] for r in rows] == ["0", "1", "2"]
    assert all(float(r["params_width"]) > 0 for r in rows)
    shown = json.loads(cupel("show", "1", "--trial", "0", "--json", "--workspace", workspace).stdout)
    assert len(shown["folds"]["accuracy"]) == 3
    assert 1 <= shown["fit"]["epoch"] <= shown["fit"]["last"]
    told = cupel("show", "1", "--trial", "0", "--workspace", workspace).stdout
    assert formatting.number(shown["fit"]["valid_last"]) in " ".join(told.split())
    studies = json.loads(cupel("studies", "--json", "--workspace", workspace).stdout)
    assert [s["name"] for s in studies] == ["Irises"]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["show", "Tulips"], "'Irises'"),
        (["trials", "1", "--filter", "value >"], "filter ends too early"),
        (["resume", "1"], "`cupel resume 1 --timeout 300` adds five minutes"),
        (["resume", "1", "--trials", "0"], "The number of trials is 0"),
        (["resume", "1", "--timeout", "-5"], "more than 0"),
        (["pause", "1"], "is not running"),
        (["stop", "1"], "is not running"),
        (["export", "1", "--trial", "7"], "7"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    searched: tuple[Path, subprocess.CompletedProcess[str]], command: list[str], sentence: str
) -> None:
    done = cupel(*command, "--workspace", searched[0])
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bad")
    good = [f"{i % 13},{'uvw'[i % 3]},{'yes' if i % 2 else 'no'},1" for i in range(60)]
    files = {
        "good.csv": ["a,b,y,c", *good],
        "one_class.csv": ["a,b,y,c", *(line.replace("no", "yes") for line in good)],
        "constant.csv": ["a,y", *(f"1,{i % 2}" for i in range(60))],
        "empty.csv": [],
        "header.csv": ["a,b,y,c"],
        "bad.toml": ["[mlp.width"],
    }
    for name, lines in files.items():
        (made / name).write_text("\n".join(lines))
    (made / "taken").mkdir()
    (made / "taken" / "thesis.txt").write_text("mine")
    return made


def test_a_study_that_left_no_network_says_why_it_is_not_resumed_and_what_can_be_done(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        study = store.create_study(
            name="Nothing",
            dataset_id=None,
            spec=spec_of("y", n_trials=1).to_json(),
            metric="accuracy",
            direction="maximize",
            task="binary",
        )
        for number in range(2):
            trial = store.create_trial(
                study_id=study.id, number=number, kind=TrialKind.SEARCH, family="mlp", params={}, worker="w"
            )
            failure = Failure(FailureKind.DIVERGED, "The loss became NaN.")
            store.finish_trial(trial.id, TrialOutcome(TrialState.FAIL, failure=failure))
        store.set_study_state(study.id, StudyState.DONE)
    done = cupel("resume", "Nothing", "--workspace", tmp_path)
    assert done.returncode == 2
    assert "trials that failed: 2" in done.stderr
    assert "`cupel resume 1 --timeout 300`" in done.stderr


@pytest.mark.slow
def test_a_study_that_is_done_goes_on_where_it_gets_more(
    searched: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    workspace = Path(shutil.copytree(searched[0], tmp_path / "workspace"))
    before = json.loads(cupel("trials", "1", "--json", "--workspace", workspace).stdout)
    done = cupel("resume", "Irises", "--trials", "2", "--json", "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["state"] == "done"
    assert found["n_complete"] + found["n_pruned"] + found["n_failed"] == 5
    trials = json.loads(cupel("trials", "1", "--json", "--workspace", workspace).stdout)
    assert [t for t in trials if t["number"] < 3] == [t for t in before if t["number"] < 3]
    found_again = resume_study("Irises", n_trials=1, workspace=workspace)
    assert [t.number for t in found_again.trials if t.kind is TrialKind.SEARCH] == list(range(6))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--max-drop", "-3"], "--max-drop is -3.0"),
        (["--max-drop", "nan"], "--max-drop is nan"),
        (["--target-bytes", "0"], "--target-bytes is 0"),
        (["--target-ms", "-1"], "--target-ms is -1.0"),
        (["--choose", "--rounds", "0"], "--rounds is 0"),
        (["--choose", "--timeout", "nan"], "--timeout is nan"),
        (["--blame", "--how", "sparse", "--sparsity", "1"], "--sparsity is 1.0"),
    ],
)
def test_limits_of_compression_that_nothing_meets_are_refused_before_anything_is_trained(
    searched: tuple[Path, subprocess.CompletedProcess[str]], arguments: list[str], sentence: str
) -> None:
    done = cupel("compress", "Irises", *arguments, "--workspace", searched[0])
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("file", "arguments", "sentence"),
    [
        ("gone.csv", [], "gone.csv"),
        ("", [], "is a folder"),
        ("empty.csv", [], "empty.csv is empty"),
        ("header.csv", [], "no rows"),
        ("one_class.csv", [], "one class only, 'yes'"),
        ("constant.csv", [], "no column to learn from beside the target 'y' (the others are: a = constant)"),
        ("good.csv", ["--target", "z"], "'z'"),
        ("good.csv", ["--metric", "beauty"], "'beauty'"),
        ("good.csv", ["--metric", "rmse"], "does not fit a binary target"),
        ("good.csv", ["--folds", "5000"], "5000 folds"),
        ("good.csv", ["--folds", "1"], "The number of folds is 1; it must be at least 2"),
        ("good.csv", ["--trials", "-1"], "The number of trials is -1"),
        ("good.csv", ["--max-bytes", "0"], "The limit of the file size is 0 bytes"),
        ("good.csv", ["--kind", "image"], "good has no images"),
        ("constant.csv", ["--kind", "text"], "constant has no column of texts"),
        ("good.csv", ["--timeout", "-1"], "more than 0"),
        ("good.csv", ["--timeout", "nan"], "more than 0"),
        ("good.csv", ["--target-score", "nan"], "nan"),
        ("good.csv", ["--holdout", "1.5"], "1.5"),
        ("good.csv", ["--group", "z"], "'z'"),
        ("good.csv", ["--role", "a=king"], "'king'"),
        ("good.csv", ["--space", "bad.toml"], "TOML"),
        ("good.csv", ["--space", "gone.toml"], "gone.toml"),
        ("good.csv", ["--out", "taken"], "not empty"),
        ("good.csv", ["--sampler", "magic"], "invalid choice: 'magic'"),
    ],
)
def test_unusable_data_or_arguments_end_with_code_2_and_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(folder)
    target = [] if "--target" in arguments else ["--target", "y"]
    done = cupel(
        "search", folder / file, *target, "--trials", "1", *arguments, "--workspace", folder / "workspace"
    )
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_ctrl_c_stops_cleanly_and_the_study_can_be_resumed(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    arguments = [
        "sample:breast_cancer",
        "--target",
        "diagnosis",
        "--trials",
        "4",
        "--finalists",
        "0",
        "--epochs",
        "40",
        "--pruner",
        "none",
        "--family",
        "mlp",
    ]
    command = [*CUPEL, "search", *arguments, "--workers", "1", "--no-export", "--folds", "3"]
    with Store.open(workspace) as store:
        process = subprocess.Popen(
            [*command, "--workspace", str(workspace), "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        # One that is complete: the running one may not end its epoch in the seconds that a stopped search waits.
        wait_for(lambda: _is_in_second_trial(store), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert process.returncode == 130, err
        assert store.study(1).state is StudyState.STOPPED
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        assert found["best"] is not None
        n_before = found["n_complete"]
        resumed = cupel("resume", "1", "--json", "--workspace", workspace)
        assert resumed.returncode == 0, resumed.stderr
        found = json.loads(resumed.stdout.splitlines()[-1])
        assert found["state"] == "done"
        assert found["n_complete"] + found["n_pruned"] + found["n_failed"] == 4
        assert found["n_complete"] >= n_before


def _is_in_second_trial(store: Store) -> bool:
    trials = store.trials(1, kinds=[TrialKind.SEARCH]) if store.studies() else []
    states = [trial.state for trial in trials]
    return TrialState.COMPLETE in states and TrialState.RUNNING in states


def test_inspect_prints_the_keys_of_version_0_1_0(tmp_path: Path) -> None:
    file = tmp_path / "small.csv"
    file.write_text("x,word,y\n" + "\n".join(f"{i / 4},{'ab'[i % 2]},{i % 3 % 2}" for i in range(60)) + "\n")
    done = cupel("inspect", file, "--target", "y", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {
        "read", "name", "kind", "families", "n_rows", "n_columns", "size_bytes", "digest", "preview", "thumbnails",
        "columns", "findings", "split_audit", "messages", "target", "task", "labels", "n_dropped", "parts",
    }  # fmt: skip
    assert set(found["preview"]) == {"columns", "rows"}
    assert set(found["split_audit"]) == {"kind", "is_answered", "is_serious", "looks"}
    facts = [
        "name", "kind", "role", "n_missing", "n_unique", "minimum", "maximum", "mean", "examples", "date_format",
    ]  # fmt: skip
    assert [list(column) for column in found["columns"]] == [
        [*facts, "histogram"], [*facts, "top"], [*facts, "histogram"],
    ]  # fmt: skip
    assert [column["kind"] for column in found["columns"]] == ["number", "text", "number"]
    assert set(found["columns"][0]["histogram"]) == {"edges", "counts"}
    assert found["findings"]
    assert all(set(one) == {"severity", "code", "column", "message"} for one in found["findings"])
    assert all(set(one["message"]) == {"template", "args", "text"} for one in found["findings"])
