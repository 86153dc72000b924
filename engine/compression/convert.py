"""Networks in number formats, for the runtimes, and their scores: the work of a child.

Converters can kill the process that calls them, and can write wrong files without an error: this is a process of its
own, and every file is run on the validation rows of its fold before it counts. Each conversion is said to begin, so
that `ledger` knows which one killed the process, and starts another for the rest.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ..domain.arrays import TargetValues
from ..domain.metrics import METRICS, metrics_for
from ..domain.variants import FittedThreshold
from ..jobs.work import Reporter
from ..networks.folding import Folded
from ..networks.keras_form import to_keras
from ..networks.onnx_graph import to_onnx
from ..onnx_form.graph import folded_networks
from ..statistics.comparison import paired_difference
from ..statistics.thresholds import fit_threshold, is_thresholded
from ..training.losses import to_predictions
from ..training.model import TrainedModel
from ..training.sparsity import sparsity_of
from ..training.trainer import predict
from ..workers.context import StudyContext
from .files import (
    Arrays,
    Run,
    channels_of,
    litert_bytes,
    litert_runner,
    onnx_bytes,
    onnx_runner,
    outputs_of,
)
from .layers import as_stored, describe_layers, matrices
from .messages import Begun, ConvertRequest, VariantFile, Written
from .probe import opened

_CALIBRATION_ROWS = 256
# That the files are timed with.
_SAMPLE_ROWS = 256

Floats = NDArray[np.float64]


def measure(context: StudyContext, model: TrainedModel, conversion: VariantFile, folder: Path) -> Written:
    """Write the file of the first fold's network, and return the scores of all folds' and the sizes.

    Raises
    ------
    ValueError
        Where a file gives something that is no number, or cannot have layers in different formats.
    """
    number_format, runtime, floats = conversion.number_format, conversion.runtime, conversion.floats
    if floats and (runtime != "onnx" or number_format not in ("int8", "int4")):
        raise ValueError(f"Files of {runtime} in {number_format} are written with one format for all layers.")
    splits, metric = context.splits, context.files.metric
    names = metrics_for(model.task)
    told = Written(conversion.name, metrics=tuple(names))
    differences: list[float] = []
    out_of_fold: list[Floats] = []
    holdout: list[Floats] = []
    networks = folded_networks(model)
    for r, fitted in enumerate(model.preprocessings):
        inputs = fitted.inputs(context.table, splits.valid[r])
        calibration = fitted.inputs(context.table, splits.train[r][:_CALIBRATION_ROWS])
        data, run = _written(networks, r, number_format, runtime, calibration, floats)
        checked = _checked(run, f"The {runtime} file in {number_format}")
        outputs = checked(inputs)
        out_of_fold.append(_predictions(model, r, outputs))
        if len(splits.holdout):
            held = fitted.inputs(context.table, splits.holdout)
            holdout.append(_predictions(model, r, checked(held)))
        rows = {name: x[None] for name, x in inputs.items()}
        reference = predict(networks.network, networks.weights[r : r + 1], networks.stats[r : r + 1], rows)[0]
        differences.append(float(np.abs(outputs - reference).max()))
        if r == 0:
            ending = "onnx" if runtime == "onnx" else "tflite"
            told = _kept(told, folder, f"{conversion.name}.{ending}", data, inputs)
    y = [context.y_by_row[rows] for rows in splits.valid]
    scores = tuple(
        tuple(float(METRICS[name](true, found)) for name in names)
        for true, found in zip(y, out_of_fold, strict=True)
    )
    told = replace(told, scores=scores, most_difference=max(differences))
    if holdout:
        true = context.y_by_row[splits.holdout]
        told = replace(told, holdout=float(METRICS[metric](true, np.mean(holdout, axis=0))))
    if runtime == "onnx" and is_thresholded(model.task, metric) and len(y) > 1:
        told = replace(told, threshold=_threshold(context, y, out_of_fold))
    return told


def _written(
    networks: Folded,
    r: int,
    number_format: str,
    runtime: str,
    calibration: Arrays,
    floats: Collection[str],
) -> tuple[bytes, Run]:
    """Return the file of the r-th network, and what runs it."""
    network, weights, stats = networks.network, networks.weights[r], networks.stats[r]
    if runtime == "onnx":
        model = to_onnx(network, weights, stats)
        data = onnx_bytes(model, number_format, calibration, *channels_of(network.weights, floats))
        return data, onnx_runner(data)
    data = litert_bytes(to_keras(network, weights, stats), number_format, calibration)
    return data, litert_runner(data)


def _checked(run: Run, what: str) -> Callable[[Arrays], NDArray[np.float32]]:
    """Return what gives the outputs for all rows, and raises ValueError where one is no number."""

    def outputs(inputs: Arrays) -> NDArray[np.float32]:
        found = outputs_of(run, inputs)
        if not np.isfinite(found).all():
            raise ValueError(f"{what} gives {found[~np.isfinite(found)][0]}.")
        return found

    return outputs


def _predictions(model: TrainedModel, r: int, outputs: NDArray[np.float32]) -> Floats:
    """Return what the outputs of the r-th network mean, in the target's unit."""
    values = to_predictions(model.task, outputs)
    if model.task == "regression":
        values = values * model.target_scale[r] + model.target_mean[r]
    return np.asarray(values, np.float64)


def _kept(told: Written, folder: Path, file: str, data: bytes, inputs: Arrays) -> Written:
    """Write a file, and the rows that it is timed with; return its name and sizes with what was told."""
    (folder / file).write_bytes(data)
    some: dict[str, Any] = {k: x[:_SAMPLE_ROWS] for k, x in inputs.items()}
    np.savez(folder / "rows.npz", **some)
    return replace(told, file=file, size_bytes=len(data), zip_bytes=len(zlib.compress(data, 9)))


def _threshold(
    context: StudyContext, y: Sequence[TargetValues], out_of_fold: Sequence[Floats]
) -> FittedThreshold:
    """Return the fitted threshold, and what fitting one brings on rows that the fit has not seen."""
    splits = context.splits
    positive = [found[:, 1] for found in out_of_fold]
    fitted = fit_threshold(context.files.metric, splits.valid, y, positive)
    gain = paired_difference(np.array(fitted.scores), np.array(fitted.usual), n_folds=splits.n_folds)
    return FittedThreshold(fitted.value, gain)


def convert(request: ConvertRequest, reporter: Reporter) -> None:
    """Do the conversions, one after the other, in parts."""
    folder = Path(request.subject.folder)
    context, base = opened(request.subject)
    before = matrices(base.network.weights, base.weights)
    for one in request.conversions:
        reporter.part(Begun(one.name))
        model = TrainedModel.from_bytes((folder / one.model).read_bytes())
        try:
            told = measure(context, model, one, folder)
            if one.runtime == "onnx":
                stored = as_stored(model.network.weights, model.weights, one.number_format, one.floats)
                told = replace(
                    told,
                    n_parameters=model.network.n_parameters,
                    sparsity=sparsity_of(model.network.weights, model.weights),
                    layers=tuple(describe_layers(before, matrices(model.network.weights, stored))),
                )
        except Exception as error:  # noqa: BLE001 - of converters and runtimes, of many types: the variant says so
            told = Written(one.name, problem=f"{type(error).__name__}: {str(error)[:500]}")
        reporter.part(told)
