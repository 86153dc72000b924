"""A real table with one column of texts, the names of Titanic's passengers: from its file to one ONNX file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from cupel.engine.cli import main
from cupel.engine.deployment.bundle import verify_bundle

FILE = Path(__file__).parents[4] / "shared" / "data" / "tabular-classification" / "titanic" / "titanic.csv"


@pytest.mark.slow
@pytest.mark.skipif(not FILE.is_file(), reason="the shared data sets are not beside the repository")
def test_names_are_read_beside_the_other_columns_in_one_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "bundle"
    asked = ["search", str(FILE), "--target", "Survived", "--kind", "table+text", "--family", "mlp"]
    asked += ["--trials", "1", "--folds", "2", "--epochs", "4", "--workers", "1"]
    code = main([*asked, "--workspace", str(tmp_path / "workspace"), "--out", str(bundle), "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    assert json.loads(said.out.splitlines()[-1])["export"]["passed"]
    certificate = verify_bundle(bundle)
    assert certificate.passed
    assert "cupel" not in certificate.modules
    roles = {
        one["column"]: one["role"]
        for one in json.loads((bundle / "schema.json").read_text("utf-8"))["inputs"]
    }
    assert roles["Name"] == "text"
    assert {"numeric", "categorical"} <= set(roles.values())
    assert [file.name for file in bundle.glob("*.onnx")] == ["model.onnx"]
    session = onnxruntime.InferenceSession(bundle / "model.onnx", providers=["CPUExecutionProvider"])
    types = {one.name: one.type for one in session.get_inputs()}
    assert len(types) == len(roles)
    row = {
        name: np.array([["" if kind == "tensor(string)" else np.nan]], object if "string" in kind else float)
        for name, kind in types.items()
    }
    said_of = [
        session.run(None, {**row, "Name": np.array([[name]], object)})[0]
        for name in ("Braund, Mr. Owen Harris", "Cumings, Mrs. John Bradley (Florence Briggs Thayer)")
    ]
    assert not np.allclose(*said_of)
