"""Real exports of small trained models: what is in the bundle, that it is proven, and what happens when it is not."""

from __future__ import annotations

import contextlib
import csv
import getpass
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.numpy_helper
import onnxruntime
import pytest
from cupel.engine.deployment.assembly import Export
from cupel.engine.deployment.bundle import Bundle, names_of_files, verify_bundle
from cupel.engine.deployment.export import export_final, export_trial
from cupel.engine.domain.bundles import Conversion
from cupel.engine.domain.errors import DataError, ExportError
from cupel.engine.domain.results import StudyResult
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.inference.predicting import predict_file
from cupel.engine.study_rows import StudyRows
from cupel.storage.records import JobState

from .made import Made, make_study, manifest_of
from .programs import WALL

PERIODIC = {"numeric_embedding": "periodic", "n_frequencies": 4, "frequency_scale": 0.5, "numeric_size": 3}
EMBEDDED = {"categorical_encoding": "embedding", "embedding_size": 4}
Case = tuple[Made, Path]


def _exported(made: Made, folder: Path | None = None) -> Path:
    record = export_final(made.store, made.study_id, folder)
    assert record.failure is None, record.failure.traceback
    assert record.state is JobState.DONE
    return Path(record.path)


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """One network, piecewise-linear numbers, one-hot categories, decimal commas, no header."""
    changes = {
        "numeric_embedding": "piecewise_linear",
        "n_bins": 6,
        "scaling": "quantile",
        "normalization": "layer",
    }
    made = make_study(
        tmp_path_factory.mktemp("binary"), "binary", {**changes, "activation": "gelu"}, read=ReadSpec(header=False),
        decimal=",", delimiter=";", header=False,
    )  # fmt: skip
    yield made, _exported(made)
    made.store.close()


@pytest.fixture(scope="module")
def multiclass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """An ensemble with periodic and categorical embeddings."""
    folder = tmp_path_factory.mktemp("multiclass")
    made = make_study(
        folder,
        "multiclass",
        {**PERIODIC, **EMBEDDED, "scaling": "robust", "activation": "silu"},
        n_networks=3,
    )
    yield made, _exported(made, folder / "chosen" / "bundle")
    made.store.close()


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """An ensemble whose target is a small change on a large number."""
    made = make_study(
        tmp_path_factory.mktemp("regression"), "regression", {**EMBEDDED, "residual": True}, n_networks=2
    )
    yield made, _exported(made)
    made.store.close()


@pytest.fixture(params=["binary", "multiclass", "regression"])
def case(request: pytest.FixtureRequest) -> Case:
    return request.getfixturevalue(request.param)


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def _values(rows: list[list[str]]) -> np.ndarray:
    return np.array([[float(cell) for cell in row] for row in rows])


def _expected(made: Made) -> np.ndarray:
    predictions = made.model.predict(made.table, np.arange(made.table.n_rows))
    return predictions if predictions.ndim == 2 else predictions[:, None]


def _clean(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-B", "-c", WALL, str(folder / "predict.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _assert_close(made: Made, out: Path, expected: np.ndarray) -> None:
    header, *rows = _rows(out)
    assert header == ["prediction", *(f"p_{label}" for label in made.model.labels)]
    start = 1 if made.model.labels else 0
    scale = 1.0 if made.model.labels else made.model.target_scale.mean()
    assert np.max(np.abs(_values([row[start:] for row in rows]) - expected) / scale) < 1e-5
    if made.model.labels:
        assert [row[0] for row in rows] == [made.model.labels[i] for i in expected.argmax(axis=1)]


def test_a_bundle_is_whole_and_proven(case: Case) -> None:
    made, folder = case
    names = {
        "model.onnx", "network.keras", "predict.py", "spec.json", "schema.json", "sample_rows.csv",
        "sample_predictions.csv",
        "model_card.md", "requirements.txt", "manifest.json", "certificate.json", "preprocess.py", "preprocessing.json",
        "predict_keras.py", "requirements_keras.txt",
    }  # fmt: skip
    assert {file.name for file in folder.iterdir()} >= names
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]
    bundle = Bundle.open(folder)
    assert (bundle.task, bundle.labels) == (made.model.task, made.model.labels)
    record = made.store.exports(made.study_id)[-1]
    assert record.size_bytes == sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    assert set(bundle.manifest.files) == set(names_of_files(folder)) - {"manifest.json"}
    certificate = record.certificate
    assert certificate["passed"]
    assert certificate["rows"] == []
    assert certificate["n_rows"] >= 256 + certificate["n_made_up"]
    assert certificate["max_abs_difference"] < (1e-4 if made.model.labels else 1.0)
    assert set(certificate["modules"]) <= {"numpy", "onnxruntime", "predict"}
    assert "cupel" not in certificate["formats"]["keras"]["modules"]
    assert set(certificate["environment"]) >= {"python", "numpy", "onnxruntime"}


def test_the_bundle_can_be_proven_again(multiclass: Case) -> None:
    assert verify_bundle(multiclass[1]).passed


def test_the_onnx_file_takes_the_raw_columns(case: Case) -> None:
    made, folder = case
    onnx.checker.check_model(onnx.load(str(folder / "model.onnx")), full_check=True)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    listed = manifest_of(folder)["inputs"]
    assert [i.name for i in session.get_inputs()] == [spec["name"] for spec in listed]
    features = [c.name for c in made.schema.features]
    assert sorted(spec["column"] for spec in listed) == sorted(features)
    feeds = {i.name: np.full((4, 1), "" if "string" in i.type else np.nan, object if "string" in i.type else float)
             for i in session.get_inputs()}  # fmt: skip
    (found,) = session.run(None, feeds)
    assert session.get_outputs()[0].name == ("probabilities" if made.model.labels else "prediction")
    assert found.shape == ((4, len(made.model.labels)) if made.model.labels else (4,))
    assert np.isfinite(found).all()


def test_the_keras_file_holds_no_custom_code_and_no_optimizer(case: Case) -> None:
    made, folder = case
    import keras

    loaded = keras.models.load_model(folder / "network.keras", safe_mode=True)
    assert not loaded.compiled
    ends = [""] if made.model.n_networks == 1 else [f"_{r}" for r in range(made.model.n_networks)]
    kinds = [name for name in ("numeric", "codes") if name in made.model.network.values]
    assert [i.name for i in loaded.inputs] == [kind + end for end in ends for kind in kinds]
    with zipfile.ZipFile(folder / "network.keras") as archive:
        assert b"cupel." not in archive.read("config.json")


def test_predict_py_reproduces_the_model_in_a_clean_process(case: Case, tmp_path: Path) -> None:
    made, folder = case
    done = _clean(folder, str(made.file), "-o", str(tmp_path / "out.csv"))
    assert (done.returncode, done.stderr) == (0, "")
    _assert_close(made, tmp_path / "out.csv", _expected(made))


def test_cupel_predict_gives_the_same_rows(case: Case, tmp_path: Path) -> None:
    made, folder = case
    told: list[float] = []
    summary = predict_file(folder, made.file, tmp_path / "out.csv", progress=told.append)
    assert (summary.n_rows, summary.unseen) == (made.table.n_rows, {})
    assert summary.drift is not None
    assert summary.scored is not None
    said = [*summary.scored.messages(), summary.drift.message()]
    assert summary.messages == tuple(said)
    assert summary.drift.word == "none"
    assert told[-1] == 1.0
    _assert_close(made, tmp_path / "out.csv", _expected(made))


def test_columns_are_found_by_name_in_any_order_and_dialect(multiclass: Case, tmp_path: Path) -> None:
    made, folder = multiclass
    header, *rows = _rows(made.file)
    order = [4, 3, 0, 2, 1]  # without target and note
    for name, delimiter, decimal, encoding in (
        ("semicolon.csv", ";", ",", "gb18030"), ("tab.tsv", "\t", ".", "utf-16"), ("bom.csv", ",", ".", "utf-8-sig"),
    ):  # fmt: skip
        file = tmp_path / name
        with file.open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream, delimiter=delimiter)
            writer.writerow([header[i] for i in order] + ["extra"])
            numbers = (0, 1, 2)
            writer.writerows(
                [row[i].replace(".", decimal) if i in numbers else row[i] for i in order] + ["x,y"]
                for row in rows
            )
        predict_file(folder, file, tmp_path / "out.csv")
        _assert_close(made, tmp_path / "out.csv", _expected(made))


def test_parquet_is_predicted(regression: Case, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made, folder = regression
    cells = {c.name: c.raw(np.arange(made.table.n_rows)) for c in made.table if c.name != "y"}
    cells["when"] = [None if d is None else np.datetime64(d).astype(object) for d in cells["when"]]
    pq.write_table(pa.table(cells), tmp_path / "data.parquet")
    summary = predict_file(folder, tmp_path / "data.parquet", tmp_path / "out.csv")
    assert summary.n_rows == made.table.n_rows
    _assert_close(made, tmp_path / "out.csv", _expected(made))


def test_files_without_a_header_are_read_by_position(binary: Case, tmp_path: Path) -> None:
    made, folder = binary
    rows = made.file.read_text(encoding="utf-8").splitlines()[:50]
    short = tmp_path / "no target.csv"
    short.write_text("\n".join(row.rpartition(";")[0] for row in rows), encoding="utf-8")
    assert predict_file(folder, short, tmp_path / "out.csv").n_rows == 50
    _assert_close(made, tmp_path / "out.csv", _expected(made)[:50])
    short.write_text(
        "\n".join(row.rpartition(";")[0].rpartition(";")[0] + ";1;2;3;4" for row in rows), encoding="utf-8"
    )
    with pytest.raises(DataError, match="9 cells a row, but the training data had 7"):
        predict_file(folder, short, tmp_path / "out.csv")


def test_every_row_gets_its_prediction_and_oddities_are_counted(multiclass: Case, tmp_path: Path) -> None:
    _, folder = multiclass
    file = tmp_path / "odd.csv"
    file.write_text(
        "income (k€),size,grade,colour,when\n,,,,\n1.5,2,0.5,mauve,01.02.2016\n"
        "plenty,?,9.5,red,31.02.2016\n\n7\n1,2,3.5,red,,9\n",
        encoding="utf-8",
    )
    summary = predict_file(folder, file, tmp_path / "out.csv")
    assert (summary.n_rows, summary.unseen) == (5, {"colour": 1, "grade": 1})
    said = " ".join(map(str, summary.messages))
    assert "'plenty' in line 4" in said
    assert "'31.02.2016' in line 4" in said
    assert "line 7" in said


def test_unusable_files_are_refused_with_a_sentence(multiclass: Case, tmp_path: Path) -> None:
    _, folder = multiclass
    file = tmp_path / "data.csv"
    file.write_text("size,grade,colour,when\n1,2,red,\n", encoding="utf-8")
    done = _clean(folder, str(file), "-o", str(tmp_path / "out.csv"))
    assert done.returncode == 2
    assert "data.csv has no column 'income (k€)'; its columns are size, grade, colour, when." in done.stderr
    with pytest.raises(DataError, match="has no column"):
        predict_file(folder, file, tmp_path / "out.csv")
    assert _clean(folder, str(tmp_path / "gone.csv")).returncode == 2
    with pytest.raises(DataError, match="would overwrite"):
        predict_file(folder, file, file)
    file.write_bytes(b"")
    assert "is empty" in _clean(folder, str(file)).stderr
    assert not (tmp_path / "out.csv").exists()


def test_predict_takes_rows_from_python(multiclass: Case, tmp_path: Path) -> None:
    made, folder = multiclass
    program = (
        "import sys, json, datetime; sys.path.insert(0, sys.argv[1]); import predict\n"
        "row = {'income (k€)': 3.5, 'size': 2, 'grade': 1.5, 'colour': 'red', 'when': datetime.date(2016, 5, 4)}\n"
        "texts = {'income (k€)': '3.5', 'size': '2', 'grade': '1.5', 'colour': ' red', 'when': '04.05.2016', 'x': 1}\n"
        "print(json.dumps(predict.predict([row, texts, dict.fromkeys(row)])))\n"
    )
    command = [sys.executable, "-I", "-B", "-c", program, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second, third = json.loads(done.stdout)
    assert first == second != third
    assert set(first) == {"prediction", *(f"p_{label}" for label in made.model.labels)}


def test_a_changed_bundle_is_found_out(multiclass: Case, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(multiclass[1], copy)
    manifest = (copy / "manifest.json").read_text(encoding="utf-8")
    data = bytearray((copy / "model.onnx").read_bytes())
    data[-20] ^= 1
    (copy / "model.onnx").write_bytes(data)
    with pytest.raises(ExportError, match=r"model\.onnx .* has changed"):
        Bundle.open(copy)
    (copy / "model.onnx").unlink()
    with pytest.raises(ExportError, match=r"model\.onnx is missing"):
        Bundle.open(copy)
    for name in ("../outside.txt", "/etc/hostname", "a\\b"):
        content: dict[str, Any] = json.loads(manifest)
        content["files"] = {name: {"sha256": "0" * 64}}
        (copy / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(ExportError, match="is not a file of it"):
            Bundle.open(copy)
    (copy / "manifest.json").write_text(json.dumps({**json.loads(manifest), "format": 99}), encoding="utf-8")
    with pytest.raises(ExportError, match="newer version of Cupel"):
        Bundle.open(copy)
    (copy / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ExportError, match="not a bundle"):
        verify_bundle(copy)


def test_a_study_with_a_very_long_name_is_exported_under_the_start_of_it(regression: Case) -> None:
    made, _ = regression
    name = made.store.study(made.study_id).name
    made.store.edit_study(made.study_id, name="试金" * 100)
    record = export_final(made.store, made.study_id)
    made.store.edit_study(made.study_id, name=name)
    assert record.state is JobState.DONE, record.failure
    assert Path(record.path).name == "试金" * 25 + "-1"
    shutil.rmtree(record.path)


KILLED = """
import os, sys
from pathlib import Path
from cupel.storage.store import Store
with Store.open(Path(sys.argv[1])) as store:
    target = store.workspace.exports / "killed-7"
    store.add_export(store.trials(1)[0].id, str(target))
    (target.parent / ".killed-7-0a.partial" / "bundle").mkdir(parents=True)
    os.kill(os.getpid(), 9)
"""


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every file, and of what archives hold."""
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        yield file.name, file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    yield f"{file.name}/{name}", name.encode() + archive.read(name)


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Unix")
def test_after_a_killed_export_the_next_has_its_name_and_names_nothing_of_this_machine(
    tmp_path: Path,
) -> None:
    made = make_study(tmp_path / "secret-folder", "regression", {})
    with contextlib.closing(sqlite3.connect(made.store.workspace.database)) as database, database:
        spec = {**made.store.study(made.study_id).spec, "export_dir": str(tmp_path / "secret-place")}
        database.execute("UPDATE studies SET spec = ?", (json.dumps(spec),))
    made.store.edit_study(made.study_id, name="Red \x1b[31m\x9b name")
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(made.store.workspace.path)], check=False, timeout=120
    )
    assert child.returncode == -9
    made.store.fail_dead_exports()
    bundle = _exported(made)
    assert bundle == made.store.workspace.exports / "killed-7"
    assert [file.name for file in bundle.parent.iterdir()] == ["killed-7"]
    assert len(made.store.exports()) == 1
    secrets = {
        "secret-folder",
        "secret-place",
        str(tmp_path),
        str(Path.home()),
        sys.prefix,
        socket.gethostname(),
    }
    # The name of the administrator is a word of mathematics, too.
    secrets |= {getpass.getuser()} - {"root"}
    found = {
        (name, secret) for name, data in _contents(bundle) for secret in secrets if secret.encode() in data
    }
    made.store.close()
    cards = [(bundle / f"model_card.{end}").read_text(encoding="utf-8") for end in ("md", "html")]
    assert all("Red \\x1b[31m\\x9b name" in card and "\x1b" not in card for card in cards)
    assert found == set()


def test_an_export_that_does_not_reproduce_the_predictions_fails(regression: Case, tmp_path: Path) -> None:
    made, _ = regression

    class Damaging(Export):
        """Changes one weight between conversion and certificate."""

        __slots__ = ()

        def _converted(self, model: Path, work: Path, plan: Any) -> Conversion:
            answer = Export._converted(self, model, work, plan)
            path = str(work / "bundle" / "model.onnx")
            graph = onnx.load(path)
            weight = next(c for c in graph.graph.initializer if c.name.endswith("net/dense_0/kernel"))
            values = onnx.numpy_helper.to_array(weight) + 0.01
            weight.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float32), weight.name))
            onnx.save(graph, path)
            return answer

    study = made.store.study(made.study_id)
    sha256 = study.result["model_sha256"]
    rows = StudyRows(made.store, study)
    export = Damaging(rows, study, made.store.trial_by_number(study.id, 0), StudyResult.of(study))
    target = tmp_path / "exports" / "bundle"
    record = export.run(made.store.artifacts.checked_path(sha256), target)
    assert record.state is JobState.FAILED
    assert record.failure is not None
    assert "ONNX: the bundle does not reproduce the predictions" in record.failure.message
    assert not record.certificate["passed"]
    assert record.certificate["rows"][0]["row"] >= 1
    assert not any((tmp_path / "exports").iterdir())


def test_a_conversion_that_fails_leaves_nothing_but_its_reason(binary: Case, tmp_path: Path) -> None:
    made, _ = binary
    before = made.store.study(made.study_id).result
    made.store.set_result(made.study_id, {**before, "model_sha256": made.store.artifacts.add(b"not a model")})
    try:
        record = export_final(made.store, made.study_id, tmp_path / "exports" / "bundle")
    finally:
        made.store.set_result(made.study_id, before)
    assert record.state is JobState.FAILED
    assert record.failure is not None
    assert "The conversion failed" in record.failure.message
    assert "Traceback" in record.failure.traceback
    assert not any((tmp_path / "exports").iterdir())


def test_trials_are_exported_only_where_they_can_be(binary: Case, tmp_path: Path) -> None:
    made, folder = binary
    with pytest.raises(ExportError, match="Trial 2 is waiting"):
        export_trial(made.store, made.study_id, 2)
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(ExportError, match="not empty"):
        export_trial(made.store, made.study_id, 0, tmp_path)
    record = export_trial(made.store, made.study_id, 1, folder)  # its networks were not kept: trained again
    assert record.state is JobState.DONE  # it took the place of the older bundle
    assert manifest_of(folder)["trial"] == 1
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_study_without_a_model_cannot_be_exported(binary: Case) -> None:
    made, _ = binary
    spec = made.store.study(made.study_id)
    empty = made.store.create_study(
        name="empty",
        dataset_id=spec.dataset_id,
        spec=spec.spec,
        metric="accuracy",
        direction="maximize",
        task="binary",
    )
    with pytest.raises(ExportError, match="has no final model yet"):
        export_final(made.store, empty.id)
    assert made.store.exports(empty.id) == []


def test_exporting_and_predicting_need_no_tensorflow() -> None:
    program = (
        "import sys, cupel.engine.deployment.export, cupel.engine.inference.predicting\n"
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'keras', 'sklearn', 'optuna')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_bundle_module_is_light() -> None:
    program = (
        "import sys, cupel.engine.deployment.bundle\n"
        "sys.exit(any(m in sys.modules for m in ('tensorflow', 'pandas', 'pyarrow', 'onnxruntime')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
