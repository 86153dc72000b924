"""Studies whose data an older version has read: their columns have no spelling, and their cells are read as then."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest
from cupel.engine.deployment.bundle import verify_bundle
from cupel.engine.deployment.export import export_trial
from cupel.engine.domain.bundles import Certificate
from cupel.engine.inference.predicting import predict_file
from cupel.storage.store import Store

from .made import make_study

# Of a column, as version 0.1.0 wrote it.
_KEYS = (
    "name",
    "kind",
    "role",
    "date_format",
    "examples",
    "maximum",
    "mean",
    "minimum",
    "n_missing",
    "n_unique",
)
_READ = ("decimal", "delimiter", "encoding", "header", "missing", "quoting")


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_they_are_exported_and_their_bundles_predict(tmp_path: Path, task: str) -> None:
    made = make_study(tmp_path, task, {})
    made.store.close()
    file = tmp_path / "workspace" / "cupel.sqlite"
    with sqlite3.connect(file) as database:
        ((id_, text),) = database.execute("SELECT id, schema FROM datasets")
        schema = json.loads(text)
        schema["columns"] = [{key: one[key] for key in _KEYS if key in one} for one in schema["columns"]]
        schema["read"] = {key: schema["read"].get(key) for key in _READ} | {"image_size": None, "missing": []}
        schema = {"columns": schema["columns"], "read": schema["read"], "data_kind": "table", "images": None}
        database.execute("UPDATE datasets SET schema = ? WHERE id = ?", (json.dumps(schema), id_))
    database.close()
    with Store.open(tmp_path / "workspace") as store:
        record = export_trial(store, made.study_id, 0, formats=["onnx"])
    assert record.failure is None, record.failure.message
    raw = Certificate.of(record).raw
    assert raw is not None
    assert raw.passed
    assert verify_bundle(Path(record.path)).passed
    out = tmp_path / "out.csv"
    assert predict_file(Path(record.path), made.file, out).n_rows == made.table.n_rows
    with out.open(encoding="utf-8", newline="") as stream:
        assert all(row[0] for row in list(csv.reader(stream))[1:])
