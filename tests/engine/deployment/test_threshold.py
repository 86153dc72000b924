"""Exports with a threshold other than 0.5: every program of the bundle says the same class, and the card says why."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.bundled.predictor import Predictor
from cupel.engine.cli import main
from cupel.engine.deployment.bundle import verify_bundle
from cupel.engine.deployment.export import export_model, export_trial
from cupel.engine.domain.errors import ExportError
from cupel.engine.inference.comparison import compare_bundles
from cupel.engine.inference.predicting import predict_file
from cupel.engine.study_rows import StudyRows

from .made import Made, make_study, manifest_of
from .programs import CUPEL, ask, served
from .stubs import compile_cpp, compile_java
from .studies import TRIAL, keep_out_of_fold

GIVEN = 0.3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Two classes, two folds."""
    study = make_study(tmp_path_factory.mktemp("threshold"), "binary", {}, n_networks=2)
    keep_out_of_fold(study, TRIAL)
    yield study
    study.store.close()


@pytest.fixture(scope="module")
def bundle(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an export that says the second class from 0.3 on, in two formats."""
    out = tmp_path_factory.mktemp("given") / "bundle"
    record = export_model(made.store, made.study_id, "best", out, formats=["litert"], threshold=str(GIVEN))
    assert record.failure is None, record.failure.traceback
    return out


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _follows(rows: list[dict[str, str]], threshold: float) -> bool:
    """Whether every row says what the threshold does, and some what 0.5 would not."""
    shares = np.array([float(row["p_class 1"]) for row in rows])
    assert np.any((shares > threshold) != (shares > 0.5)), "the rows tell the two apart"
    return [row["prediction"] for row in rows] == [f"class {int(p > threshold)}" for p in shares]


def test_manifest_and_schema_carry_the_threshold_and_the_stored_predictions_follow_it(bundle: Path) -> None:
    told = {"label": "class 1", "value": GIVEN, "chosen": "given", "metric": "", "gain": None}
    assert manifest_of(bundle)["threshold"] == told
    schema = json.loads((bundle / "schema.json").read_text())
    assert schema["threshold"] == told
    assert schema["format"] == 2, "a program that knows no thresholds refuses the bundle"
    assert _follows(_rows(bundle / "sample_predictions.csv"), GIVEN)
    card = (bundle / "model_card.md").read_text()
    assert "`prediction` is `class 1` where `p_class 1` is above 0.3, else `class 0`" in card
    assert "set by hand" in card
    assert verify_bundle(bundle).passed


def test_every_program_says_the_same_class(made: Made, bundle: Path, tmp_path: Path) -> None:
    predict_file(bundle, made.file, tmp_path / "cupel.csv")
    expected = _rows(tmp_path / "cupel.csv")
    assert _follows(expected, GIVEN)
    for program in ("predict.py", "predict_litert.py"):
        out = tmp_path / f"{program}.csv"
        command = [sys.executable, str(bundle / program), str(made.file), "-o", str(out)]
        subprocess.run(command, check=True, cwd=tmp_path)
        assert [row["prediction"] for row in _rows(out)] == [row["prediction"] for row in expected]
    predictor = Predictor(bundle)
    sample = dict(zip([c.column for c in predictor.columns], predictor.sample_cells(1)[0], strict=True))
    assert (
        predictor.predict([sample])[0]["prediction"]
        == _rows(bundle / "sample_predictions.csv")[0]["prediction"]
    )


def test_the_server_follows_the_threshold(bundle: Path) -> None:
    with served([*CUPEL, "serve", str(bundle), "--port", "0"]) as port:
        status, about = ask(port, "/schema")
        assert status == 200
        assert about["threshold"]["value"] == GIVEN
        rows = [dict(about["sample"], size=size) for size in np.linspace(0.0, 10.0, 60).tolist()]
        status, told = ask(port, "/predict", rows)
    assert status == 200
    shown = [{name: str(value) for name, value in row.items()} for row in told["predictions"]]
    assert _follows(shown, GIVEN)


def test_the_programs_of_other_languages_say_it_and_compile(bundle: Path, tmp_path: Path) -> None:
    folder = bundle / "snippets"
    for name, line in (
        ("predict.cpp", "LABELS[values[1] > 0.3 ? 1 : 0]"),
        ("predict.mjs", "LABELS[values[1] > 0.3 ? 1 : 0]"),
        ("Predict.java", "LABELS[shares[1] > 0.3 ? 1 : 0]"),
    ):
        assert line in (folder / name).read_text()
    assert "above 0.3" in (folder / "README.md").read_text()
    if (node := shutil.which("node")) is not None:
        subprocess.run([node, "--check", str(folder / "predict.mjs")], check=True)
    if shutil.which("g++") is not None:
        compile_cpp(folder / "predict.cpp", tmp_path)
    if shutil.which("javac") is not None:
        compile_java(folder / "Predict.java", tmp_path)


def test_a_stored_class_that_the_threshold_does_not_say_fails_the_check(bundle: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(bundle, tmp_path / "copy")
    schema = json.loads((copy / "schema.json").read_text())
    schema["threshold"]["value"] = 0.9
    (copy / "schema.json").write_text(json.dumps(schema))
    done = subprocess.run(
        [sys.executable, str(copy / "predict.py"), "--check"], capture_output=True, check=False, cwd=tmp_path
    )
    told = json.loads(done.stdout)
    assert (done.returncode, told["passed"]) == (1, False)
    assert told["rows"][0]["expected"][0] == "class 1"
    assert told["rows"][0]["found"][0] == "class 0"


def test_a_tuned_threshold_is_the_one_that_scores_best_on_unseen_rows(made: Made, tmp_path: Path) -> None:
    record = export_trial(
        made.store, made.study_id, TRIAL, tmp_path / "tuned", formats=["onnx"], threshold="tuned"
    )
    assert record.failure is None, record.failure.traceback
    told = record.manifest["threshold"]
    rows = StudyRows(made.store, made.store.study(made.study_id))
    trial = made.store.trial_by_number(made.study_id, TRIAL)
    said = np.concatenate([p[:, 1] for p in rows.out_of_fold(trial)])
    y = np.concatenate([rows.target.at(valid) for valid in rows.splits.valid])
    best = max(np.mean((said > t) == y) for t in np.unique(said))
    assert np.mean((said > told["value"]) == y) >= best - 0.01
    assert np.mean((said > told["value"]) == y) >= np.mean((said > 0.5) == y)
    assert told["chosen"] == "tuned"
    assert told["metric"] == "accuracy"
    assert set(told["gain"]) == {"mean", "low", "high"}
    card = (tmp_path / "tuned" / "model_card.md").read_text()
    assert "fitted for `accuracy` on predictions of rows that the networks had not seen" in card
    assert "the mean of several, which is exported" in card


def test_bundles_of_one_model_with_two_thresholds_differ_in_what_they_say(
    made: Made, bundle: Path, tmp_path: Path
) -> None:
    record = export_model(made.store, made.study_id, "best", tmp_path / "usual", formats=["onnx"])
    assert record.manifest["threshold"]["chosen"] == "usual"
    assert json.loads((tmp_path / "usual" / "schema.json").read_text())["format"] == 1
    found = compare_bundles(tmp_path / "usual", bundle, made.file)
    assert found.max_difference < 1e-5
    assert found.agreement is not None
    assert found.agreement < 1.0
    scores = {one.metric: one for one in found.scores}
    assert scores["roc_auc"].difference == pytest.approx(0.0, abs=1e-9)
    assert scores["accuracy"].difference != 0.0


@pytest.mark.parametrize(
    ("asked", "words"),
    [("0", "The threshold is '0'"), ("1.5", "between 0 and 1"), ("nan", "between 0 and 1"), ("best", "or \"tuned\"")],
)  # fmt: skip
def test_what_is_no_threshold_is_refused_before_anything_is_written(
    made: Made, tmp_path: Path, asked: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ExportError, match=words):
        export_model(made.store, made.study_id, "best", tmp_path / "out", threshold=asked)
    workspace = str(made.store.workspace.path)
    command = ["export", str(made.study_id), "--workspace", workspace, "--threshold", asked]
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_threshold_that_cannot_be_fitted_is_refused(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="Trial 0 has no predictions of the rows"):
        export_model(made.store, made.study_id, 0, tmp_path / "out", threshold="tuned")
    other = make_study(tmp_path / "three", "multiclass", {})
    with pytest.raises(ExportError, match="a multiclass problem; leave it out"):
        export_model(other.store, other.study_id, "best", tmp_path / "out", threshold="0.4")
    other.store.close()
