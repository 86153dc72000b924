"""Converts a trained model: the work of a child process, see `conversion`.

Converters may hang or crash, and need TensorFlow, which the engine process never imports.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

# The reference is computed in plain float32, which GPUs may not do.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from numpy.typing import NDArray

from ..data.dates import date_pattern
from ..data.schema import ColumnSchema, TableSchema
from ..data.table import Table
from ..domain.bundles import BundleInput, Conversion, FormatFiles
from ..domain.errors import ExportError
from ..domain.formats import BUNDLE_FORMATS, runs_one_by_one, tolerance_of
from ..domain.kinds import KINDS, kind_of_role
from ..jobs.work import Reporter
from ..kinds.joined import described
from ..kinds.registry import bundle_part_of
from ..onnx_form.graph import onnx_names
from ..training.model import TrainedModel
from .conversion import ConversionRequest
from .fold_networks import with_fold_networks
from .formats.writing import FormatRequest, write_format
from .samples import write_samples

_ABOUT = {
    "what": "What preprocess.py needs to turn raw columns into the inputs of networks, and outputs into predictions.",
    "columns": "Raw column -> name of its input.",
    **{key: text for kind in KINDS for key, text in bundle_part_of(kind).about.items()},
    "predictions": "The mean over the networks: of a regression output * target_scale + target_mean; of classes the "
    "softmax of the outputs, and of two classes the logistic function of the one output, which is the second class.",
}


def convert(request: ConversionRequest, reporter: Reporter) -> Conversion:
    """Write the files of all formats, the sample rows, and what the formats must predict of them.

    Raises
    ------
    ExportError
        Where weights are no numbers, or a format cannot hold the networks.
    """
    # What libraries leave beside their work goes with it.
    os.chdir(Path(request.folder).parent)
    try:
        return _converted(request, reporter)
    except OSError as error:
        raise ExportError("The export could not be written: {reason}", reason=str(error)) from error


def _converted(request: ConversionRequest, reporter: Reporter) -> Conversion:
    started = time.monotonic()
    model = TrainedModel.from_bytes(Path(request.model).read_bytes())
    _check_weights(model)
    if request.network is not None:
        model = model.only(request.network)
    model = dataclasses.replace(model, params={**model.params, "compute_dtype": "float32"})
    schema = TableSchema.from_json(request.schema)
    table = request.table.load()
    folder = Path(request.folder)
    used = {name for fitted in model.preprocessings for name in fitted.columns}
    columns = [c.name for c in schema.columns if c.name in used]
    alone = bundle_part_of(kind_of_role(schema[columns[0]].role)).alone if len(columns) == 1 else ""
    names = {columns[0]: alone} if alone else onnx_names(columns)
    samples, n_made_up = write_samples(folder, table, schema, columns, np.array(request.rows, np.int64))
    reference = model.predict(samples, np.arange(samples.n_rows))
    calibration = [
        dict(fitted.inputs(table, np.array(some, np.int64)))
        for fitted, some in zip(model.preprocessings, request.calibration, strict=False)
    ]
    work = FormatRequest(
        folder,
        model,
        request.number_format,
        schema,
        names,
        samples,
        reference,
        calibration,
        request.float_layers,
    )
    formats = _written(work, request.formats, request.threshold, reporter)
    folds = None if request.folds is None else with_fold_networks(work, table, request.folds)
    if len(formats) > 1:
        _write_preprocessing(folder / "preprocessing.json", model, names)
    return Conversion(
        task=model.task,
        labels=tuple(model.labels),
        family=model.family,
        params={k: v for k, v in model.params.items() if k != "compute_dtype"},
        n_networks=model.n_networks,
        n_parameters=model.network.n_parameters,
        target_center=float(model.target_mean.mean()),
        target_scale=float(model.target_scale.mean()),
        inputs=tuple(_input(schema, table, model, name, names[name]) for name in columns),
        n_made_up=n_made_up,
        formats=formats,
        folds=folds,
        network_inputs=tuple(i.name for i in work.whole.inputs),
        versions={name: metadata.version(name) for name in ("tensorflow", "keras", "onnx")},
        seconds=round(time.monotonic() - started, 3),
    )


def _check_weights(model: TrainedModel) -> None:
    for r, (weights, stats) in enumerate(zip(model.weights, model.stats, strict=True), start=1):
        n_bad = int(np.sum(~np.isfinite(weights)) + np.sum(~np.isfinite(stats)))
        if n_bad:
            raise ExportError(
                "Network {number} of the model has {n:,} weights that are no numbers; export another trial.",
                number=r,
                n=n_bad,
            )


def _written(
    work: FormatRequest, names: Sequence[str], threshold: float | None, reporter: Reporter
) -> dict[str, FormatFiles]:
    """Write the formats, and what each must predict; return of each what `bundled.checking.check` needs to know."""
    formats: dict[str, FormatFiles] = {}
    shared = None
    for place, name in enumerate(names):
        reporter.progress(place / len(names), name)
        before = _files(work.folder)
        found = write_format(work, name, BUNDLE_FORMATS[name].title)
        files = sorted(_files(work.folder) - before)
        shared = found if shared is None else shared
        file = "sample_predictions.csv" if found is shared else f"sample_predictions_{name}.csv"
        if not (work.folder / file).exists():
            _write_predictions(work.folder / file, work.model, found, threshold)
        formats[name] = FormatFiles(
            number_format=work.number_format,
            tolerance=tolerance_of(work.number_format),
            one_by_one=name == "onnx" and runs_one_by_one(work.number_format),
            predictions=file,
            files=tuple(files),
        )
    return formats


def _files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def _write_preprocessing(path: Path, model: TrainedModel, names: dict[str, str]) -> None:
    networks: list[dict[str, object]] = []
    for r, fitted in enumerate(model.preprocessings):
        data = described(fitted)
        networks.append({
            "target_mean": float(model.target_mean[r]),
            "target_scale": float(model.target_scale[r]),
            "preprocessing": data,
        })  # fmt: skip
    content = {"about": _ABOUT, "format": 1, "task": model.task, "columns": names, "networks": networks}
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_predictions(
    path: Path, model: TrainedModel, reference: NDArray[np.float64], threshold: float | None
) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["prediction", *(f"p_{label}" for label in model.labels)])
        for row in reference.tolist():
            if not model.labels:
                writer.writerow([repr(row)])
                continue
            best = int(np.argmax(row)) if threshold is None else int(row[1] > threshold)
            writer.writerow([model.labels[best], *map(repr, row)])


def _input(schema: TableSchema, table: Table, model: TrainedModel, column: str, name: str) -> BundleInput:
    described: ColumnSchema = schema[column]
    part = bundle_part_of(kind_of_role(described.role))
    pattern, day_first = date_pattern(described.date_format)
    return BundleInput(
        column=column,
        name=name,
        kind=described.storage,
        role=described.role,
        minimum=described.minimum,
        maximum=described.maximum,
        n_missing=described.n_missing,
        date_format=described.date_format,
        date_pattern=pattern,
        day_first=day_first,
        categories=part.categories(table, described, model.preprocessings),
        shape=None if described.array is None else described.array.shape,
        dtype="uint8" if described.array is None else described.array.dtype,
        spelling=None if described.spelling is None else dataclasses.asdict(described.spelling),
    )
