"""Intervals and sets of exported bundles: the same from every program, measured on the holdout, or a reason why not."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.bundled.intervals import ConformityScores
from cupel.engine.bundled.predictor import Predictor
from cupel.engine.cli import main
from cupel.engine.deployment.bundle import verify_bundle
from cupel.engine.deployment.certificate import run_certificate
from cupel.engine.deployment.export import export_final, export_trial
from cupel.engine.deployment.intervals import interval_plan
from cupel.engine.domain.errors import DataError, Message
from cupel.engine.domain.results import StudyResult
from cupel.engine.domain.stored import encoded
from cupel.engine.inference.predicting import predict_file
from cupel.engine.statistics.conformal import LEVELS
from cupel.engine.study_rows import StudyRows
from cupel.storage.records import JobState

from .made import Made, make_study, manifest_of
from .programs import ask, served

LEVEL = 0.8
Case = tuple[Made, Path]


def _exported(made: Made, folder: Path | None = None, formats: tuple[str, ...] = ("onnx",)) -> Path:
    record = export_final(made.store, made.study_id, folder, formats=formats)
    assert record.failure is None, record.failure.traceback
    assert record.state is JobState.DONE
    return Path(record.path)


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """An ensemble of fold networks, whose target is a small change on a large number."""
    made = make_study(tmp_path_factory.mktemp("regression"), "regression", {}, n_networks=3, out_of_fold=True)
    yield made, _exported(made, formats=("onnx", "keras"))
    made.store.close()


@pytest.fixture(scope="module")
def multiclass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    made = make_study(tmp_path_factory.mktemp("multiclass"), "multiclass", {}, n_networks=3, out_of_fold=True)
    yield made, _exported(made)
    made.store.close()


@pytest.fixture(scope="module")
def refit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """One network as the final model, of a trial whose fold networks are others."""
    made = make_study(tmp_path_factory.mktemp("refit"), "regression", {}, n_networks=3, out_of_fold=True)
    other = make_study(tmp_path_factory.mktemp("other"), "regression", {})
    other.store.close()
    result = dict(made.store.study(made.study_id).result)
    sha256 = made.store.artifacts.add(other.model.to_bytes())
    final = {**result["final"], "kind": "refit", "n_networks": 1}
    made.store.set_result(made.study_id, {**result, "model_sha256": sha256, "final": final})
    yield dataclasses.replace(made, model=other.model), _exported(made)
    made.store.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A bundle in the folder that the study's settings name, of a trial whose predictions were not stored."""
    folder = tmp_path_factory.mktemp("bare")
    made = make_study(folder, "binary", {}, export_dir=str(folder / "exports" / "here"))
    yield made, _exported(made, folder / "exports" / "here")
    made.store.close()


@pytest.fixture(params=["regression", "multiclass", "refit"])
def case(request: pytest.FixtureRequest) -> Case:
    return request.getfixturevalue(request.param)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _folds(made: Made, rows: np.ndarray) -> np.ndarray:
    """Return what each network of the folds says of rows of the table, computed by TensorFlow."""
    from cupel.engine.training.model import TrainedModel

    trial = made.store.trial_by_number(made.study_id, 0)
    networks = TrainedModel.from_bytes(made.store.artifacts.read(trial.model_sha256))
    return np.stack([networks.only(r).predict(made.table, rows) for r in range(networks.n_networks)])


def _truth(made: Made, rows: np.ndarray) -> np.ndarray:
    target = made.table["y"]
    return target.numbers[rows] if target.storage == "number" else target.codes[rows]


def _ends(made: Made, rows: np.ndarray, level: float) -> np.ndarray:
    """Return the intervals (n, 2) or sets (n, n_classes) by their definition, from the networks themselves."""
    valid = made.splits.valid
    unseen = [_folds(made, part)[k] for k, part in enumerate(valid)]
    folds = _folds(made, rows)
    n = sum(map(len, valid))
    rank = int(np.ceil(round(level * (n + 1), 6)))
    if not made.model.labels:
        scores = [np.abs(_truth(made, part) - said) for part, said in zip(valid, unseen, strict=True)]
        high = np.sort(np.concatenate([mu + r[:, None] for mu, r in zip(folds, scores, strict=True)]), axis=0)
        low = np.sort(np.concatenate([mu - r[:, None] for mu, r in zip(folds, scores, strict=True)]), axis=0)
        return np.stack([low[n - rank], high[rank - 1]], axis=1)
    scores = [
        1 - said[np.arange(len(part)), _truth(made, part)] for part, said in zip(valid, unseen, strict=True)
    ]
    below = sum((r[:, None, None] < 1 - p).sum(axis=0) for r, p in zip(scores, folds, strict=True))
    held = np.asarray(below < rank)
    best = folds.mean(axis=0).argmax(axis=1)
    held[np.arange(len(rows)), best] |= ~held.any(axis=1)
    return held


def test_predict_py_alone_tells_the_intervals_of_the_definition(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    command = [
        sys.executable,
        "-I",
        "-B",
        str(bundle / "predict.py"),
        str(made.file),
        "--interval",
        str(LEVEL),
    ]
    done = subprocess.run(
        [*command, "-o", str(tmp_path / "out.csv")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = np.arange(made.table.n_rows)
    found, expected = _rows(tmp_path / "out.csv"), _ends(made, rows, LEVEL)
    if not made.model.labels:
        assert list(found[0]) == ["prediction", "low", "high"]
        ends = np.array([[float(row["low"]), float(row["high"])] for row in found])
        assert np.max(np.abs(ends - expected)) < 1e-4 * made.model.target_scale.mean()
        assert (ends[:, 0] < ends[:, 1]).all()
        return
    assert list(found[0]) == ["prediction", *(f"p_{label}" for label in made.model.labels), "set"]
    sets = [json.loads(row["set"]) for row in found]
    wanted = [[made.model.labels[k] for k in np.flatnonzero(row)] for row in expected]
    # A probability may lie on the bound itself, and come out on either side of it by another way of computing.
    assert np.mean([one == other for one, other in zip(sets, wanted, strict=True)]) > 0.99
    assert {len(one) for one in sets} > {1}
    assert min(map(len, sets)) == 1


def test_all_programs_tell_the_same(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, bundle = case
    command = [sys.executable, "-I", "-B", str(bundle / "predict.py"), str(made.file), "--interval", "0.9"]
    alone = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    out = tmp_path / "out.csv"
    assert main(["predict", str(bundle), str(made.file), "--out", str(out), "--interval", "0.9"]) == 0
    assert out.read_text(encoding="utf-8") == alone
    assert "At the level 0.9, " in capsys.readouterr().err
    predictor = Predictor(bundle)
    names = [spec.column for spec in predictor.schema.inputs]
    rows = [{name: row[name] for name in names} for row in _rows(made.file)[:30]]
    for told, row in zip(predictor.predict(rows, interval=0.9), _rows(out), strict=False):
        if made.model.labels:
            assert told["set"] == json.loads(row["set"])
        else:
            assert (told["low"], told["high"]) == pytest.approx((float(row["low"]), float(row["high"])))


def test_predictions_are_the_same_with_and_without_intervals(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    predict_file(bundle, made.file, tmp_path / "without.csv")
    summary = predict_file(bundle, made.file, tmp_path / "with.csv", interval=LEVEL)
    assert summary.n_rows == made.table.n_rows
    column = f"p_{made.model.labels[0]}" if made.model.labels else "prediction"
    without, along = (
        np.array([float(row[column]) for row in _rows(tmp_path / f"{name}.csv")])
        for name in ("without", "with")
    )
    np.testing.assert_allclose(along, without, rtol=1e-6, atol=1e-6)


def test_coverage_is_counted_on_the_holdout_and_stands_in_manifest_record_and_card(case: Case) -> None:
    made, bundle = case
    told = manifest_of(bundle)["intervals"]
    rows = made.splits.holdout
    assert made.store.exports(made.study_id)[-1].manifest["intervals"] == told
    assert [one["level"] for one in told["coverage"]] == list(LEVELS)
    assert (told["n_rows"], told["n_folds"], told["n_repeats"]) == (len(made.splits.development), 3, 1)
    for one in told["coverage"]:
        ends, y = _ends(made, rows, one["level"]), _truth(made, rows)
        if made.model.labels:
            inside, size = ends[np.arange(len(rows)), y], ends.sum(axis=1).mean()
        else:
            inside, size = (ends[:, 0] <= y) & (y <= ends[:, 1]), np.diff(ends, axis=1).mean()
        assert one["n_rows"] == len(rows)
        assert abs(one["n_inside"] - inside.sum()) <= 1  # one may lie on the bound itself
        assert one["size"] == pytest.approx(size, rel=0.02)
        assert one["low"] <= one["share"] <= one["high"]
        assert one["proven"] < one["level"]
    nine = next(one for one in told["coverage"] if one["level"] == 0.9)
    card = (bundle / "model_card.md").read_text(encoding="utf-8")
    assert f"of {len(rows)} rows of the holdout" in card
    assert f"| 0.9 | {100 * nine['proven']:.1f} % | {100 * nine['share']:.1f} % |" in card


def test_fold_networks_have_a_file_of_their_own_only_beside_another_model(
    regression: Case, refit: Case
) -> None:
    assert not (regression[1] / "folds.onnx").exists()
    assert manifest_of(regression[1])["intervals"]["file"] == "model.onnx"
    _, bundle = refit
    told = manifest_of(bundle)["intervals"]
    assert told["file"] == "folds.onnx"
    names = ("folds.onnx", "intervals.npz", "intervals.py")
    assert told["size_bytes"] == sum((bundle / name).stat().st_size for name in names)
    assert "`folds.onnx`" in (bundle / "model_card.md").read_text(encoding="utf-8")
    assert all(name in (bundle / "Dockerfile").read_text(encoding="utf-8") for name in names)


def test_the_certificate_proves_the_fold_networks_too(case: Case) -> None:
    made, bundle = case
    certificate = made.store.exports(made.study_id)[-1].certificate
    assert certificate["intervals"]["n_rows"] > 100
    assert certificate["intervals"]["max_abs_difference"] < 1e-4 * max(1.0, made.model.target_scale.mean())
    assert encoded(verify_bundle(bundle).intervals) == certificate["intervals"]


def test_fold_networks_that_differ_fail_the_certificate(
    refit: Case, multiclass: Case, tmp_path: Path
) -> None:
    for name, (_, bundle) in {"refit": refit, "multiclass": multiclass}.items():
        copy = shutil.copytree(bundle, tmp_path / name)
        with np.load(copy / "intervals.npz") as file:
            arrays = dict(file)
        arrays["samples"][1, 7] += 10.0
        np.savez(copy / "intervals.npz", **arrays)
        certificate = run_certificate(copy, ("onnx",), own=copy)
        assert not certificate.passed
        assert [row.row for row in certificate.rows] == [8]


# --- a level, or a bundle, without intervals ---


def test_a_level_that_is_none_or_too_high_is_refused_with_a_sentence(
    regression: Case, tmp_path: Path
) -> None:
    made, bundle = regression
    n = len(made.splits.development)
    for level, words in (
        (1.5, "is not between 0 and 1"),
        (0.0, "is not between"),
        (0.9999, f"than the {n} that"),
    ):
        with pytest.raises(DataError, match=words):
            predict_file(bundle, made.file, tmp_path / "out.csv", interval=level)
        command = [
            sys.executable,
            "-I",
            "-B",
            str(bundle / "predict.py"),
            str(made.file),
            "--interval",
            str(level),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_level_that_was_not_measured_is_told_as_such(regression: Case, tmp_path: Path) -> None:
    made, bundle = regression
    said = predict_file(bundle, made.file, tmp_path / "out.csv", interval=0.77).messages[-1]
    assert str(said) == (
        "How often intervals of the level 0.77 hold was not measured; the bundle's card tells it of "
        "0.5, 0.8, 0.9, 0.95."
    )


def test_other_formats_send_to_predict_py(regression: Case) -> None:
    made, bundle = regression
    command = [sys.executable, "-B", str(bundle / "predict_keras.py"), str(made.file), "--interval", "0.9"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Intervals are told by predict.py alone" in done.stderr


def test_a_bundle_of_before_says_that_it_has_none(regression: Case, tmp_path: Path) -> None:
    old = shutil.copytree(regression[1], tmp_path / "old")
    schema = json.loads((old / "schema.json").read_text(encoding="utf-8"))
    del schema["intervals"]
    (old / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    command = [
        sys.executable,
        "-I",
        "-B",
        str(old / "predict.py"),
        str(regression[0].file),
        "--interval",
        "0.9",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "made before there were any; export it again" in done.stderr
    assert run_certificate(old, ("onnx",)).passed


def test_a_bundle_without_predictions_of_unseen_rows_says_so_wherever_it_is_asked(
    bare: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, bundle = bare
    reason = "what trial 0 said of rows that its networks had not seen is not stored"
    assert reason in (bundle / "model_card.md").read_text(encoding="utf-8")
    assert reason in manifest_of(bundle)["intervals"]["reason"]["text"]
    assert not (bundle / "intervals.npz").exists()
    out = tmp_path / "out.csv"
    assert main(["predict", str(bundle), str(made.file), "--out", str(out), "--interval", "0.9"]) == 2
    assert reason in capsys.readouterr().err
    assert not out.exists()


def test_what_is_stored_must_be_what_the_networks_say(tmp_path: Path) -> None:
    made = make_study(tmp_path / "made", "regression", {}, n_networks=2, out_of_fold=True)
    result = dict(made.store.study(made.study_id).result)
    swapped = dataclasses.replace(
        made.model,
        weights=made.model.weights[::-1],
        stats=made.model.stats[::-1],
        target_mean=made.model.target_mean[::-1],
        target_scale=made.model.target_scale[::-1],
        preprocessings=made.model.preprocessings[::-1],
    )
    sha256 = made.store.artifacts.add(swapped.to_bytes())
    made.store.set_result(made.study_id, {**result, "model_sha256": sha256})
    told = manifest_of(_exported(made))["intervals"]
    made.store.close()
    assert "is not what its networks say" in told["reason"]["text"]


def test_where_rows_to_come_are_not_like_those_of_the_folds_there_are_no_intervals(regression: Case) -> None:
    made, _ = regression
    study, trial = made.store.study(made.study_id), made.store.trial_by_number(made.study_id, 0)
    for kind in ("time", "order"):
        splits = dataclasses.replace(made.splits, kind=kind)
        in_order = dataclasses.replace(study, split_sha256=made.store.artifacts.add(splits.to_npz_bytes()))
        plan = interval_plan(StudyRows(made.store, in_order), trial, None, study.result)
        assert isinstance(plan, Message)
        assert "its folds are in order" in str(plan)


def test_without_the_fold_networks_of_another_final_model_there_are_no_intervals(refit: Case) -> None:
    made, _ = refit
    study, trial = made.store.study(made.study_id), made.store.trial_by_number(made.study_id, 1)
    plan = interval_plan(StudyRows(made.store, study), trial, None, StudyResult.of(study))
    assert isinstance(plan, Message)
    assert "export trial 1 itself" in str(plan)


def test_the_terminal_tells_coverage(refit: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, _ = refit
    command = ["export", str(made.study_id), "--format", "onnx", "--out", str(tmp_path / "bundle")]
    assert main([*command, "--workspace", str(made.store.workspace.path)]) == 0
    nine = manifest_of(tmp_path / "bundle")["intervals"]["coverage"][2]
    assert f"Intervals of 90%: {nine['share']:.1%} of {nine['n_rows']} rows of" in capsys.readouterr().out


def test_the_bundle_of_a_trial_has_intervals(refit: Case, tmp_path: Path) -> None:
    made, _ = refit
    record = export_trial(made.store, made.study_id, 0, tmp_path / "bundle")
    assert record.failure is None
    assert record.manifest["intervals"]["file"] == "model.onnx"
    assert ConformityScores.load(tmp_path / "bundle" / "intervals.npz").n_networks == 3


def test_a_served_bundle_tells_intervals_where_it_is_asked(case: Case) -> None:
    made, bundle = case
    with served([sys.executable, "-I", "-B", str(bundle / "serve.py"), "--port", "0"]) as port:
        sample = ask(port, "/schema")[1]["sample"]
        (plain,) = ask(port, "/predict", sample)[1]["predictions"]
        status, answer = ask(port, "/predict?interval=0.9", [sample, sample])
        refused = ask(port, "/predict?interval=0.99999", sample)
    assert status == 200, answer
    first, second = answer["predictions"]
    assert first == second
    assert set(first) - set(plain) == ({"set"} if made.model.labels else {"low", "high"})
    assert refused[0] == 422
    assert "needs more rows" in refused[1]["error"]


def test_no_path_of_this_machine_leaves_with_a_bundle(bare: Case) -> None:
    _, bundle = bare
    path = str(bundle.parents[1]).encode()
    files = [file for file in bundle.rglob("*") if file.is_file()]
    assert [file.name for file in files if path in file.read_bytes()] == []
