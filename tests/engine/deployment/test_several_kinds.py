"""Bundles of rows of several kinds: a table with photos, and with photos and texts, from raw rows to every answer."""

from __future__ import annotations

import base64
import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.audit.bundle_audit import BundleAudit
from cupel.engine.bundled.predictor import Predictor
from cupel.engine.cli import main
from cupel.engine.data.reading import read_table
from cupel.engine.data.table import Table
from cupel.engine.deployment.bundle import verify_bundle
from cupel.engine.deployment.export import export_model
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.inference.comparison import compare_bundles
from cupel.engine.inference.predicting import predict_file
from cupel.engine.inference.preview import preview
from cupel.engine.kinds.sources import load
from PIL import Image

from .made import write_photos
from .programs import CUPEL, ask, served
from .stubs import compile_cpp, compile_java
from .studies import HERE, Study, make_variants

N_NEW = 90


@dataclass(frozen=True, slots=True)
class Case:
    """A study of several kinds, its bundle, a file of new rows, and what training's own networks say of them."""

    study: Study
    bundle: Path
    file: Path
    table: Table
    expected: np.ndarray


@pytest.fixture(
    scope="module", params=[pytest.param("image+table", marks=pytest.mark.slow), "image+table+text"]
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("several")
    study = make_variants(folder, request.param)
    record = export_model(study.store, study.id, 0, folder / "bundle", formats=["onnx"])
    assert record.failure is None, record.failure.traceback
    file = write_photos(folder / "new", has_text="text" in request.param, n=N_NEW, seed=1)
    table = load(file, ReadSpec(image_size=10)).table
    yield Case(study, folder / "bundle", file, table, study.model.predict(table, np.arange(N_NEW)))
    study.store.close()


def rows_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def alone(bundle: Path, data: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Run the predict.py of a bundle without Cupel."""
    command = [sys.executable, "-I", "-B", str(bundle / "predict.py"), str(data), "-o", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_predict_py_gives_what_the_trained_networks_give(case: Case, tmp_path: Path) -> None:
    alone(case.bundle, case.file, tmp_path / "out.csv")
    header, *rows = rows_of(tmp_path / "out.csv")
    assert header == ["prediction", "p_no", "p_yes"]
    found = np.array([[float(cell) for cell in row[1:]] for row in rows])
    np.testing.assert_allclose(found, case.expected, atol=1e-5)


def test_the_certificate_covers_strange_rows_of_every_kind(case: Case) -> None:
    told = verify_bundle(case.bundle)
    assert told.passed
    assert told.n_made_up is not None
    n_of_tables_and_images = 6 + 2 + 1 + 13
    assert told.n_made_up >= n_of_tables_and_images
    assert "PIL" in told.modules
    names = {row[2] for row in rows_of(case.bundle / "sample_rows.csv")[1:]}
    assert {Path(name).suffix for name in names} == {".png", ".jpeg", ".bmp"}


def test_cupel_predicts_the_same_with_drift_and_a_preview(case: Case, tmp_path: Path) -> None:
    told = predict_file(case.bundle, case.file, tmp_path / "out.csv")
    alone(case.bundle, case.file, tmp_path / "alone.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()
    assert told.n_rows == N_NEW
    assert told.drift is not None
    assert {"brightness", "contrast", "category", "value"} <= {one.measure for one in told.drift.columns}
    shown = preview(case.bundle, case.file)
    assert shown.columns[:2] == ("size", "colour")
    assert "photo" not in shown.columns
    first = shown.rows[0]
    assert first.truth in ("yes", "no")
    assert first.cells[1] == "red"
    assert first.picture is not None
    assert base64.b64decode(first.picture).startswith(b"\x89PNG")


def test_a_row_whose_image_cannot_be_read_has_an_empty_row(case: Case, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(case.file.parent, tmp_path / "new"))
    (folder / "photos" / "1.png").write_bytes(b"\x89PNG broken")
    (folder / "photos" / "2.png").unlink()
    file = folder / case.file.name
    text = file.read_text(encoding="utf-8").replace("photos/3.png", "")
    file.write_text(text, encoding="utf-8")
    done = alone(case.bundle, file, tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out.csv")[1:]
    assert [i for i, row in enumerate(rows) if row == ["", "", ""]] == [1, 2, 3]
    assert "Images that cannot be read, and have an empty row: 3 (photos/1.png: " in done.stderr
    assert "line 5: no file is named" in done.stderr
    told = predict_file(case.bundle, file, tmp_path / "own.csv")
    assert (tmp_path / "own.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()
    assert any("cannot be read" in str(message) for message in told.messages)
    assert preview(case.bundle, file).rows[1].prediction == ""


def test_rows_of_a_parquet_file_are_predicted_alike(case: Case, tmp_path: Path) -> None:
    read_table(case.file).table.to_parquet(case.file.with_suffix(".parquet"))
    predict_file(case.bundle, case.file.with_suffix(".parquet"), tmp_path / "out.csv")
    predict_file(case.bundle, case.file, tmp_path / "text.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "text.csv").read_bytes()


def json_rows(case: Case, n: int) -> list[dict[str, Any]]:
    """Return the first new rows as a client would send them."""
    header, *rows = rows_of(case.file)
    found: list[dict[str, Any]] = []
    for cells in rows[:n]:
        row: dict[str, Any] = dict(zip(header, cells, strict=True))
        del row["y"]
        row["size"] = float(row["size"]) if row["size"] else None
        row["photo"] = base64.b64encode((case.file.parent / row["photo"]).read_bytes()).decode()
        found.append(row)
    return found


def test_it_is_served_and_refuses_what_is_no_row(case: Case) -> None:
    command = [*CUPEL, "serve", str(case.bundle), "--port", "0"]
    with served(command) as port:
        rows = json_rows(case, 40)
        status, answer = ask(port, "/predict", rows)
        assert status == 200, answer
        found = [row["p_yes"] for row in answer["predictions"]]
        np.testing.assert_allclose(found, case.expected[:40, 1], atol=1e-5)
        status, about = ask(port, "/schema")
        assert [one["type"] for one in about["columns"]][:3] == ["number", "text", "image"]
        assert ask(port, "/predict", about["sample"])[0] == 200, "the sample is a row that it takes"
        status, told = ask(port, "/predict", [rows[0], rows[1] | {"photo": "not base64!"}])
        assert (status, told["error"]) == (422, "Row 2, column 'photo': the text is not base64.")
        status, told = ask(port, "/predict", rows[0] | {"photo": None})
        assert (status, told["error"]) == (422, "Row 1, column 'photo': None is not an image file as base64.")
        bad = base64.b64encode(b"no picture").decode()
        status, told = ask(port, "/predict", rows[0] | {"photo": bad})
        assert status == 422
        assert told["error"].startswith("Row 1, column 'photo': ")
        assert ask(port, "/predict", b"a picture alone", kind="image/png")[0] == 415
        assert ask(port, "/docs")[0] == 200


def test_rows_from_python_name_files(case: Case) -> None:
    rows = [
        row | {"photo": case.file.parent / "photos" / f"{i}.png"} for i, row in enumerate(json_rows(case, 5))
    ]
    found = [row["p_yes"] for row in Predictor(case.bundle).predict(rows)]
    np.testing.assert_allclose(found, case.expected[:5, 1], atol=1e-5)


def test_groups_of_its_rows_are_audited(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    audit = BundleAudit(case.bundle, case.file)
    (part,) = audit.by("colour").parts
    assert part.n_rows == N_NEW
    truth = np.array([row[-1] for row in rows_of(case.file)[1:]])
    said = np.array(["no", "yes"])[case.expected.argmax(axis=1)]
    assert part.whole["accuracy"].value == pytest.approx(np.mean(truth == said))
    assert main(["audit", str(case.bundle), "--data", str(case.file), "--by", "colour"]) == 0
    assert "On the file, by colour" in capsys.readouterr().out


def test_it_is_compared_with_another_form_of_itself(case: Case, tmp_path: Path) -> None:
    record = export_model(case.study.store, case.study.id, 0, tmp_path / "int8", variant="int8")
    assert record.failure is None, record.failure.traceback
    assert record.certificate["passed"]
    found = compare_bundles(case.bundle, tmp_path / "int8", case.file)
    assert found.n_compared == N_NEW
    assert found.agreement is not None
    assert found.n_scored == N_NEW


def test_every_format_is_proven(case: Case, tmp_path: Path) -> None:
    record = export_model(case.study.store, case.study.id, 0, tmp_path / "all", formats=HERE)
    assert record.failure is None, record.failure.traceback
    assert set(record.certificate["formats"]) == set(HERE)
    assert record.certificate["passed"]


def test_its_card_and_its_programs_know_every_kind(case: Case) -> None:
    card = (case.bundle / "model_card.md").read_text(encoding="utf-8")
    assert "python predict.py DATA.csv" in card
    for said in (
        "raw columns: doubles",
        "(N, height, width, channels)",
        "`sample_rows.csv` holds",
        "`sample_images.zip` holds",
    ):
        assert said in card
    program = (case.bundle / "snippets" / "predict.mjs").read_text(encoding="utf-8")
    assert "'photo': image(" in program or '"photo": image(' in program
    assert '"size": number(' in program
    assert (case.bundle / "snippets" / "sample_image.bin").stat().st_size == 10 * 10 * 3
    assert json.loads((case.bundle / "schema.json").read_text())["format"] == 3


@pytest.mark.skipif(
    shutil.which("g++") is None or shutil.which("javac") is None, reason="there are no compilers here"
)
def test_its_programs_compile(case: Case, tmp_path: Path) -> None:
    compile_cpp(case.bundle / "snippets" / "predict.cpp", tmp_path)
    compile_java(case.bundle / "snippets" / "Predict.java", tmp_path)


@pytest.mark.slow
def test_one_search_ends_with_a_bundle_of_several_kinds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_photos(tmp_path / "data", has_text=True, n=120)
    bundle = tmp_path / "bundle"
    asked = [
        "search",
        str(file),
        "--target",
        "y",
        "--kind",
        "image+table+text",
        "--role",
        "text=text",
        "--trials",
        "2",
    ]
    how = [
        "--epochs",
        "3",
        "--folds",
        "2",
        "--family",
        "mlp",
        "--workers",
        "1",
        "--workspace",
        str(tmp_path / "w"),
    ]
    assert main([*asked, *how, "--out", str(bundle), "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["export"]["passed"]
    alone(bundle, file, tmp_path / "out.csv")
    assert len(rows_of(tmp_path / "out.csv")) == 121
    command = [sys.executable, "-I", "-B", str(bundle / "predict.py"), str(file), "--interval", "0.5"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "prediction,p_no,p_yes,set"


def test_pixels_are_those_that_training_reads(case: Case) -> None:
    """A photo of another size and without colours."""
    predictor = Predictor(case.bundle)
    Image.new("L", (31, 7), 90).save(case.file.parent / "photos" / "grey.png")
    (row,) = json_rows(case, 1)
    one = predictor.predict([row | {"photo": case.file.parent / "photos" / "grey.png"}])
    pixels = np.full((10, 10, 3), 90, np.uint8)
    assert one == predictor.predict([row | {"photo": pixels}])
