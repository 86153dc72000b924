"""Networks in number formats, for the runtimes, and their scores.

Started as ``python -m cupel.engine.compression.convert JOB.json`` by `ledger`.

Converters can kill the process that calls them, and can write wrong files without an error: this is a process of its
own, and every file is run on the validation rows of its fold before it counts. Before each conversion its name is
written to ``<name>.begun``, after it what was found to ``<name>.json``: so `ledger` knows which one killed the process,
and starts another for the rest.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnx
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer.quantizer import Quantizer
from ai_edge_quantizer.recipe import weight_only_wi4_afp32
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_dynamic, quantize_static
from onnxruntime.transformers.float16 import convert_float_to_float16

from ...storage.store import Store
from ..deployment.graph import member_models, to_onnx, weight_name
from ..metrics import METRICS, metrics_for
from ..networks.layout import Layout
from ..search.evidence import paired_difference
from ..search.preparing import prepare
from ..training.losses import to_predictions
from ..training.model import TrainedModel
from ..training.quantizing import channel_axes
from ..training.sparsity import sparsity_of
from ..workers.context import StudyContext, context_of
from .layers import as_stored, describe_layers, matrices
from .onnx_weights import store_in_bits, turn_weights
from .thresholds import fit_threshold, is_thresholded

_CALIBRATION_ROWS = 256
_NO_CHANNELS: Mapping[str, int] = MappingProxyType({})
_MOST_ROWS = 4096  # of validation rows in one run of a network

Arrays = dict[str, NDArray[Any]]
Run = Callable[[Mapping[str, NDArray[Any]]], NDArray[np.float32]]


class _Rows(CalibrationDataReader):
    """Training rows, one after the other."""

    def __init__(self, inputs: Arrays) -> None:
        n = len(next(iter(inputs.values())))
        self._rows = iter([{name: x[i : i + 1] for name, x in inputs.items()} for i in range(n)])

    def get_next(self) -> Arrays | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the next row."""
        return next(self._rows, None)


def channels_of(member: keras.Model, axes: Mapping[str, int]) -> dict[str, int]:
    """Return by the name of an initializer of `to_onnx` the axis of its channels, for the weights that can be rounded.

    Parameters
    ----------
    axes : mapping of str to int
        By the name of a weight, see `quantizing.channel_axes`; the Keras form may have more axes before the last.
    """
    found: dict[str, int] = {}
    for i, variable in enumerate(member.variables):
        layer, *_, name = variable.path.split("/")  # of a recurrent layer, the cell stands between them
        axis, rank = axes.get(f"{layer}/{name}"), len(variable.shape)
        if axis is not None and rank > 1:
            found[weight_name(i)] = 2 if rank == 4 and axis == 2 else rank - 1
    return found


def float_channels_of(
    member: keras.Model, layout: Layout, floats: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Return `channels_of` the weights that are rounded, and of those that could be but are of the layers `floats`."""
    axes, rounded = channel_axes(layout), channel_axes(layout, floats)
    kept = {weight: axis for weight, axis in axes.items() if weight not in rounded}
    return channels_of(member, rounded), channels_of(member, kept)


def onnx_bytes(
    model: onnx.ModelProto,
    number_format: str,
    calibration: Arrays,
    channels: Mapping[str, int] = _NO_CHANNELS,
    floats: Collection[str] = (),
) -> bytes:
    """Return the file of a network in a number format.

    The settings follow measurements: 8-bit products saturate on processors without VNNI unless weights use 7 bits
    (``reduce_range``), and dynamic quantization of convolutions is many times slower than floats, so that these compute
    in floats, and only their weights are stored in 8 bits.

    Parameters
    ----------
    channels : mapping of str to int
        From `channels_of`; without them, ``int4`` leaves all weights floats, and ``int8`` those of convolutions.
    floats : collection of str
        Initializers that stay floats in ``int8``.
    """
    if number_format == "float32":
        return model.SerializeToString()
    if number_format == "float16":
        half: onnx.ModelProto = convert_float_to_float16(model, keep_io_types=True)
        return half.SerializeToString()
    if number_format == "int4":
        store_in_bits(model, channels, 4)
        return model.SerializeToString()
    if number_format == "int8":
        ranks = {t.name: len(t.dims) for t in model.graph.initializer}
        store_in_bits(model, {name: axis for name, axis in channels.items() if ranks[name] > 2}, 8)
    if number_format == "int8_static":
        turn_weights(model)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, str(source))
        settings: dict[str, Any] = {"per_channel": True, "reduce_range": True, "weight_type": QuantType.QInt8}
        if number_format == "int8":
            kept = [n.name for n in model.graph.node if n.op_type in ("Conv", "ConvTranspose")]
            kept += _readers(model, floats)
            quantize_dynamic(source, target, nodes_to_exclude=kept, **settings)
        else:
            names = {value.name for value in model.graph.input}
            rows = _Rows({name: x for name, x in calibration.items() if name in names})
            quantize_static(source, target, rows, activation_type=QuantType.QUInt8, **settings)
        return target.read_bytes()


def _readers(model: onnx.ModelProto, names: Collection[str]) -> list[str]:
    """Return the nodes that read initializers, perhaps turned or reshaped by another node."""
    wanted, found = set(names), list[str]()
    for node in model.graph.node:
        if wanted & set(node.input):
            found.append(node.name)
            if node.op_type in ("Transpose", "Reshape", "Unsqueeze", "Squeeze", "Identity"):
                wanted |= set(node.output)
    return found


def litert_bytes(member: keras.Model, number_format: str, calibration: Arrays) -> bytes:
    """Return a network as a LiteRT file, of built-in operations only: others would not run."""
    with tempfile.TemporaryDirectory() as folder:
        member.export(folder, format="tf_saved_model", verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if number_format not in ("float32", "int4"):
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if number_format == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if number_format == "int8_static":
            names = [i.name for i in member.inputs]
            n = len(next(iter(calibration.values())))
            converter.representative_dataset = (
                lambda: (  # by name: the order of several inputs is the converter's own
                    {name: calibration[name][i : i + 1] for name in names} for i in range(n)
                )
            )
        data = bytes(converter.convert())
    if number_format == "int4":
        rounding = Quantizer(data, weight_only_wi4_afp32())
        written: Any = rounding.quantize(enable_progress_report=False).quantized_model
        data = bytes(written)
    return data


def onnx_runner(data: bytes) -> Run:
    """Return what runs an ONNX file."""
    session = InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    return lambda inputs: np.asarray(session.run(None, {name: inputs[name] for name in names})[0])


def litert_runner(data: bytes) -> Run:
    """Return what runs a LiteRT file."""
    interpreter = Interpreter(model_content=data)
    runner = interpreter.get_signature_runner()
    names = list(runner.get_input_details())

    def run(inputs: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        outputs = runner(**{name: inputs[name] for name in names})
        return np.asarray(next(iter(outputs.values())), np.float32)

    return run


def outputs_of(run: Run, inputs: Arrays) -> NDArray[np.float32]:
    """Return the outputs (n, K) of a network for all rows."""
    n = len(next(iter(inputs.values())))
    parts = [run({k: x[i : i + _MOST_ROWS] for k, x in inputs.items()}) for i in range(0, n, _MOST_ROWS)]
    return np.concatenate(parts)


def measure(
    context: StudyContext,
    model: TrainedModel,
    number_format: str,
    runtime: str,
    folder: Path,
    name: str,
    floats: Collection[str] = (),
) -> dict[str, Any]:
    """Write the file of the first fold's network, and return the scores of all folds' and the sizes.

    Parameters
    ----------
    floats : collection of str
        Layers whose weights stay floats; in ONNX files only.

    Raises
    ------
    ValueError
        Where a file gives something that is no number, or cannot have layers in different formats.
    """
    if floats and (runtime != "onnx" or number_format not in ("int8", "int4")):
        raise ValueError(f"Files of {runtime} in {number_format} are written with one format for all layers.")
    splits, metric = context.splits, context.files.metric
    names = metrics_for(model.task)
    scores: list[list[float]] = []
    differences: list[float] = []
    out_of_fold: list[NDArray[np.float64]] = []
    holdout: list[NDArray[np.float64]] = []
    sizes: dict[str, int] = {}
    for r, (member, fitted) in enumerate(zip(member_models(model), model.preprocessings, strict=True)):
        rows = splits.valid[r]
        inputs = fitted.inputs(context.table, rows)
        calibration = fitted.inputs(context.table, splits.train[r][:_CALIBRATION_ROWS])
        if runtime == "onnx":
            channels = float_channels_of(member, model.network.weights, floats)
            data = onnx_bytes(to_onnx(member), number_format, calibration, *channels)
            run = onnx_runner(data)
        else:
            data = litert_bytes(member, number_format, calibration)
            run = litert_runner(data)

        def predictions(inputs: Arrays, run: Run = run, r: int = r) -> NDArray[np.float64]:
            found = outputs_of(run, inputs)
            if not np.isfinite(found).all():
                raise ValueError(
                    f"The {runtime} file in {number_format} gives {found[~np.isfinite(found)][0]}."
                )
            values = to_predictions(model.task, found)
            return (
                values * model.target_scale[r] + model.target_mean[r]
                if model.task == "regression"
                else values
            )

        found = predictions(inputs)
        scores.append([float(METRICS[name](context.y_by_row[rows], found)) for name in names])
        out_of_fold.append(found)
        if len(splits.holdout):
            holdout.append(predictions(fitted.inputs(context.table, splits.holdout)))
        reference = np.asarray(member([inputs[i.name] for i in member.inputs]), np.float32)
        differences.append(float(np.abs(outputs_of(run, inputs) - reference).max()))
        if r == 0:
            file = folder / f"{name}.{'onnx' if runtime == 'onnx' else 'tflite'}"
            file.write_bytes(data)
            sizes = {"size_bytes": len(data), "zip_bytes": len(zlib.compress(data, 9))}
            some: dict[str, Any] = {k: x[:256] for k, x in inputs.items()}
            np.savez(folder / "rows.npz", **some)
    told: dict[str, Any] = {
        "metrics": names,
        "scores": scores,
        "metric": metric,
        "most_difference": max(differences),
        "file": file.name,
        **sizes,
    }
    if holdout:
        rows = splits.holdout
        told["holdout"] = float(METRICS[metric](context.y_by_row[rows], np.mean(holdout, axis=0)))
    if runtime == "onnx" and is_thresholded(model.task, metric) and len(scores) > 1:
        y = [context.y_by_row[rows] for rows in splits.valid]
        fitted = fit_threshold(metric, splits.valid, y, [found[:, 1] for found in out_of_fold])
        told["threshold"] = {
            "value": fitted.value,
            "gain": paired_difference(
                np.array(fitted.scores), np.array(fitted.usual), n_folds=splits.n_folds
            ),
        }
    return told


def main() -> None:
    """Do the job's conversions, one after the other."""
    job: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(job["folder"])
    with Store.open(Path(job["workspace"]), "r") as store:
        files = prepare(store, store.study(job["study"])).files
    context = context_of(files)
    base = TrainedModel.from_bytes((folder / "base.npz").read_bytes())
    before = matrices(base.network.weights, base.weights)
    for item in job["conversions"]:
        (folder / f"{item['name']}.begun").touch()
        model = TrainedModel.from_bytes((folder / item["model"]).read_bytes())
        told: dict[str, Any]
        try:
            floats = tuple(item.get("floats", ()))
            told = measure(context, model, item["format"], item["runtime"], folder, item["name"], floats)
            if item["runtime"] == "onnx":
                told |= {
                    "n_parameters": model.network.n_parameters,
                    "sparsity": sparsity_of(model.network.weights, model.weights),
                }
                stored = as_stored(model.network.weights, model.weights, item["format"], floats)
                told["layers"] = describe_layers(before, matrices(model.network.weights, stored))
        except Exception as error:  # noqa: BLE001 - of converters and runtimes, of many types: the variant says so
            told = {"problem": f"{type(error).__name__}: {str(error)[:500]}"}
        partial = folder / f"{item['name']}.partial"
        partial.write_text(json.dumps(told), encoding="utf-8")
        partial.rename(folder / f"{item['name']}.json")


if __name__ == "__main__":
    main()
