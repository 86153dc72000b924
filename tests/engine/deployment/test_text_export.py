"""Networks for texts as bundles: raw strings in, the same predictions out, in a clean process without Cupel."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from cupel.engine.data.reading import read_table
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.target import encode_target
from cupel.engine.deployment.export import export_final
from cupel.engine.domain.spec import ReadSpec, SplitSpec
from cupel.engine.inference.predicting import predict_file
from cupel.engine.kinds.text.preprocessing import KIND
from cupel.engine.splits.splitting import draw_splits
from cupel.engine.training.model import TrainedModel
from cupel.engine.training.problem import build_problem
from cupel.engine.training.trainer import Trainer, TrainSpec
from cupel.storage.records import JobState

from .made import Made, _stored
from .programs import WALL

TRAINING: dict[str, Any] = {
    "optimizer": "adamw", "learning_rate": 5e-3, "weight_decay": 1e-3, "schedule": "constant", "batch_size": 32,
    "dropout": 0.1, "min_count": 1,
}  # fmt: skip
GOOD, BAD = ("good", "很好吃", "love", "super 5"), ("bad", "难吃", "hate", "NOT 1")
CASES: dict[str, tuple[str, str, int, dict[str, Any]]] = {
    "bag of two columns, quoted": (
        "bag", "multiclass", 3,
        {"embedding_size": 8, "n_layers": 1, "width": 8, "n_pairs": 100, "pooling": "mean_max"},
    ),
    "textcnn of characters": (
        "textcnn", "binary", 2,
        {"embedding_size": 8, "widths": "2-3", "n_filters": 6, "dense_width": 8, "tokens": "character", "n_tokens": 16},
    ),
    "gru without quotes and header": ("recurrent", "binary", 1, {"cell": "gru", "embedding_size": 8, "n_units": 5}),
    "lstm": ("recurrent", "regression", 1, {"cell": "lstm", "embedding_size": 8, "n_units": 4}),
    "transformer": (
        "transformer", "regression", 2, {"n_heads": 2, "head_size": 4, "n_blocks": 1, "widening": 2},
    ),
}  # fmt: skip

QUICK = ("bag of two columns, quoted", "gru without quotes and header")


def write_texts(path: Path, task: str, *, plain: bool, two: bool, n: int = 160) -> None:
    rng = np.random.default_rng(0)
    filler = ["the", "meal", "was", "here", "，", "我", "们", "12", "!", "and", "friend", "said", "it"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        quoting = csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL
        writer = csv.writer(
            stream, delimiter="\t" if plain else ",", quoting=quoting, quotechar=None if plain else '"'
        )
        if not plain:
            writer.writerow(["text", *(["title"] if two else []), "y"])
        for i in range(n):
            is_good = bool(rng.integers(2))
            words = [*rng.choice(filler, rng.integers(3, 14)), rng.choice(GOOD if is_good else BAD)]
            text = " ".join(rng.permutation(words).tolist()) + (' "ok' if i % 9 == 0 else "") + f" {i}"
            if not plain and i % 11 == 0:
                text += "\nsecond line, with a comma"
            title = "" if i % 7 == 0 else f"review {rng.choice(['one', 'two', 'three'])} of {i}"
            y = {"regression": f"{is_good * 5 + rng.normal(0, 0.2):.3f}", "binary": "pn"[is_good]}.get(
                task, ["low", "high"][is_good] if i % 5 else "none"
            )
            writer.writerow([text, *([title] if two else []), y])


def make_text_study(folder: Path, case: str) -> Made:
    family, task, n_networks, params = CASES[case]
    file = folder / "texts.csv"
    plain = "without quotes" in case
    write_texts(file, task, plain=plain, two="two columns" in case)
    result = read_table(file, ReadSpec(quoting=False) if plain else None)
    roles = dict.fromkeys(result.table.names[:-1], "text")
    schema = infer_schema(result.table, result.table.names[-1], roles, result.read)
    assert schema.kind == "text"
    target = encode_target(result.table, schema)
    split = SplitSpec(n_folds=max(n_networks, 2), holdout=0.3)
    splits = draw_splits(split, target, result.table, schema, 0)
    parts = splits.train if n_networks > 1 else (splits.development,)
    fitted = KIND.fit(result.table, schema.features, parts, {**TRAINING, **params})
    place = np.full(result.table.n_rows, -1, np.int64)
    place[splits.development] = np.arange(len(splits.development))
    problem = build_problem(
        task=target.task, n_classes=len(target.labels), y=target.at(splits.development),
        inputs=[p.inputs(result.table, splits.development) for p in fitted], preprocessings=fitted,
        train=[place[rows] for rows in parts],
        valid=[place[rows] for rows in splits.valid] if n_networks > 1 else [np.zeros(0, np.int64)],
    )  # fmt: skip
    metric = "rmse" if task == "regression" else "accuracy"
    trained = Trainer(
        problem, TrainSpec(family, {**TRAINING, **params}, metric, 3, seed=1, patience=None)
    ).run()
    model = TrainedModel.from_training(problem, trained, target.labels)
    store, study_id = _stored(folder, file, result.table, schema, splits, model, split, metric)
    return Made(store, study_id, model, file, result.table, schema, splits)


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[] if case in QUICK else [pytest.mark.slow]) for case in CASES]
)
def test_a_bundle_predicts_raw_texts_as_training_did(case: str, tmp_path: Path) -> None:
    made = make_text_study(tmp_path, case)
    record = export_final(made.store, made.study_id)
    assert record.failure is None, record.failure.traceback
    assert record.state is JobState.DONE
    assert record.certificate["passed"]
    assert record.certificate["n_made_up"] >= 12
    assert record.certificate["max_abs_difference"] < 1e-4
    assert set(record.certificate["modules"]) <= {"numpy", "onnxruntime", "predict", "_distutils_hack"}
    bundle, out = Path(record.path), tmp_path / "out.csv"
    done = subprocess.run(
        [sys.executable, "-c", WALL, str(bundle / "predict.py"), str(made.file), "-o", str(out)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = made.model.predict(made.table, np.arange(made.table.n_rows))
    for written in (out, tmp_path / "again.csv"):
        if written != out:
            predict_file(bundle, made.file, written)
        with written.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))[1:]
        found = np.array([[float(cell) for cell in row[1 if made.model.labels else 0 :]] for row in rows])
        np.testing.assert_allclose(found, expected.reshape(len(expected), -1), atol=1e-4)
    inputs = onnxruntime.InferenceSession(
        bundle / "model.onnx", providers=["CPUExecutionProvider"]
    ).get_inputs()
    assert {(i.type, tuple(i.shape)) for i in inputs} == {("tensor(string)", ("N", 1))}
    made.store.close()
