"""Converts a trained model, in a process of its own: ``python -m cupel.engine.deployment.convert JOB.json``.

Converters may hang or crash, and need TensorFlow, which the engine process never imports. The job says where model,
table and target folder are; what was found is written to the job's ``answer`` as JSON. Started by `export` alone.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"  # the reference is computed in plain float32, which GPUs may not do
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnx
from numpy.typing import NDArray

from ..data.dates import date_pattern
from ..data.schema import ColumnSchema, TableSchema
from ..data.table import Table
from ..preprocessing.transform import TablePreprocessing
from ..training.model import TrainedModel
from .graph import feeds, member_models, onnx_names, whole_keras, whole_onnx
from .image_samples import write_image_samples
from .samples import sample_table, write_rows

TOLERANCE = 1e-4
_MOST_CATEGORIES = 10_000


def convert(job: dict[str, Any]) -> dict[str, Any]:
    """Write ``model.onnx``, ``network.keras``, the sample rows or images, and ``sample_predictions.csv``.

    Parameters
    ----------
    job : dict
        ``model``, ``table``, ``pixels`` (of images), ``folder`` (paths), ``schema`` (TableSchema), ``rows`` (sample
        rows of the table).

    Returns
    -------
    dict
        ``inputs``, ``task``, ``labels``, ``family``, ``params``, ``n_networks``, ``n_parameters``, ``target_center``,
        ``target_scale``,
        ``n_made_up``, ``keras_difference``, ``versions``, ``seconds``.
    """
    started = time.monotonic()
    model = TrainedModel.from_bytes(Path(job["model"]).read_bytes())
    model = dataclasses.replace(model, params={**model.params, "compute_dtype": "float32"})
    schema = TableSchema.from_json(job["schema"])
    images = schema.images
    table = Table.from_parquet(job["table"], job.get("pixels"), images.column if images else "")
    folder = Path(job["folder"])
    used = {name for fitted in model.preprocessings for name in fitted.columns}
    columns = [c.name for c in schema.columns if c.name in used]
    names = {images.column: "image"} if images else onnx_names(columns)
    members = member_models(model)
    onnx.save(whole_onnx(model, members, schema, names), str(folder / "model.onnx"))
    rows = np.array(job["rows"], np.int64)
    if images:
        samples, n_made_up = write_image_samples(folder, table, images, rows)
    else:
        samples, n_made_up = sample_table(table, schema, columns, rows)
        write_rows(folder / "sample_rows.csv", samples, schema.read)
    reference = model.predict(samples, np.arange(samples.n_rows))
    network = whole_keras(model, members)
    network.save(folder / "network.keras")
    difference = _keras_difference(folder / "network.keras", model, samples, reference)
    if not difference <= TOLERANCE:
        raise ValueError(f"The Keras file differs from the trained networks by {difference:.3g}.")
    _write_predictions(folder / "sample_predictions.csv", model, reference)
    return {
        "inputs": [_input(schema, table, model, name, names[name]) for name in columns],
        "task": model.task,
        "labels": list(model.labels),
        "family": model.family,
        "params": {k: v for k, v in model.params.items() if k != "compute_dtype"},
        "n_networks": model.n_networks,
        "n_parameters": model.network.n_parameters,
        "target_center": float(model.target_mean.mean()),
        "target_scale": float(model.target_scale.mean()),
        "n_made_up": n_made_up,
        "keras_difference": difference,
        "keras_inputs": [i.name for i in network.inputs],
        "versions": {name: metadata.version(name) for name in ("tensorflow", "keras", "tf2onnx", "onnx")},
        "seconds": round(time.monotonic() - started, 3),
    }


def _keras_difference(
    path: Path, model: TrainedModel, samples: Table, reference: NDArray[np.float64]
) -> float:
    """Load the file as a user would and return how far it is from the reference, relative for a regression."""
    loaded: Any = keras.models.load_model(path, compile=False, safe_mode=True)
    data = feeds(model, samples)
    wanted = [data[i.name] for i in loaded.inputs]
    found = np.asarray(loaded(wanted if len(wanted) > 1 else wanted[0]), np.float64).reshape(reference.shape)
    center, spread = model.target_mean.mean(), model.target_scale.mean()
    scale = np.maximum(np.abs(reference - center), spread) if model.task == "regression" else 1.0
    return float(np.max(np.abs(found - reference) / scale))


def _write_predictions(path: Path, model: TrainedModel, reference: NDArray[np.float64]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["prediction", *(f"p_{label}" for label in model.labels)])
        for row in reference.tolist():
            best = [model.labels[int(np.argmax(row))], *map(repr, row)] if model.labels else [repr(row)]
            writer.writerow(best)


def _input(schema: TableSchema, table: Table, model: TrainedModel, column: str, name: str) -> dict[str, Any]:
    described: ColumnSchema = schema[column]
    pattern, day_first = date_pattern(described.date_format)
    return {
        "column": column,
        "name": name,
        "kind": described.kind,
        "role": described.role,
        "minimum": described.minimum,
        "maximum": described.maximum,
        "n_missing": described.n_missing,
        "date_format": described.date_format,
        "date_pattern": pattern,
        "day_first": day_first,
        "categories": _categories(table, model, column) if described.role == "categorical" else None,
    }


def _categories(table: Table, model: TrainedModel, column: str) -> list[Any]:
    """Return all categories of the data, or, where they are very many, those that have a code of their own."""
    cells = table[column]
    if cells.kind == "text" and len(cells.vocabulary) <= _MOST_CATEGORIES:
        return list(cells.vocabulary)
    values = np.unique(cells.numbers[~np.isnan(cells.numbers)]) if cells.kind != "text" else np.empty(0)
    if cells.kind != "text" and len(values) <= _MOST_CATEGORIES:
        return values.tolist()
    kept = {
        key
        for fitted in model.preprocessings
        if isinstance(fitted, TablePreprocessing)
        for c in fitted.categories
        if c.name == column
        for key in c.keys
    }
    return sorted(kept)  # pyright: ignore[reportArgumentType] - the keys of one column are all of one type


def main() -> None:
    """Read the job, convert, write the answer."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answer = convert(job)
    Path(job["answer"]).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
