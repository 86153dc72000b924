"""Writes the formats of a bundle, and what each must predict: the part of a conversion that knows file formats.

Every writer gets networks that were trained, and returns what their files must give on the sample rows. That is
computed from the networks before they are joined with anything, so that a mistake in joining is found. Imports
TensorFlow: only `convert` may import this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from ...data.schema import TableSchema
from ...data.table import Table
from ...domain.errors import ExportError
from ...domain.formats import runs_one_by_one
from ...networks.folding import Folded
from ...networks.onnx_graph import to_onnx
from ...onnx_form.graph import folded_networks, member_models, whole_keras, whole_onnx
from ...tf import KerasModel, Tensor, tf
from ...training.losses import to_predictions
from ...training.model import TrainedModel
from .run_openvino import quiet_openvino

Arrays = dict[str, NDArray[np.generic]]
Floats = NDArray[np.float64]
Run = Callable[[Arrays], NDArray[np.generic]]


@dataclass(slots=False)
class FormatRequest:
    """What is written, and where.

    Attributes
    ----------
    folder : Path
    model : TrainedModel
    number_format : str
    schema : TableSchema
    names : mapping of column to the name of the raw input
    samples : Table
        The sample rows.
    reference : ndarray
        What the trained networks give on the sample rows, in float32.
    calibration : sequence of Arrays
        For each network inputs of some of its training rows; empty where no number format needs them.
    float_layers : tuple of str
        Layers whose weights stay floats in the number format.
    """

    folder: Path
    model: TrainedModel
    number_format: str
    schema: TableSchema
    names: Mapping[str, str]
    samples: Table
    reference: Floats
    calibration: Sequence[Arrays]
    float_layers: tuple[str, ...] = ()

    @cached_property
    def networks(self) -> Folded:
        """The networks as files have them."""
        return folded_networks(self.model)

    @cached_property
    def members(self) -> list[KerasModel]:
        """The Keras model of each network."""
        return member_models(self.networks)

    @cached_property
    def whole(self) -> KerasModel:
        """All networks and the mean of what they predict, as one Keras model."""
        return whole_keras(self.model, self.members)

    @cached_property
    def inputs(self) -> list[Arrays]:
        """The sample rows as each network takes them."""
        rows = np.arange(self.samples.n_rows)
        return [dict(fitted.inputs(self.samples, rows)) for fitted in self.model.preprocessings]

    def some(self, r: int) -> Arrays:
        """Return training rows of a network, to calibrate it with."""
        return self.calibration[r] if self.calibration else self.inputs[r]

    def predicted(self, runs: Sequence[Run], one_by_one: bool) -> Floats:
        """Return the mean of what single networks predict of the sample rows."""
        total: Any = 0.0
        for r, (run, inputs) in enumerate(zip(runs, self.inputs, strict=True)):
            n = self.samples.n_rows
            parts = [slice(i, i + 1) for i in range(n)] if one_by_one else [slice(0, n)]
            output = np.concatenate([run({k: x[part] for k, x in inputs.items()}) for part in parts])
            values = to_predictions(self.model.task, output.astype(np.float32))
            if self.model.task == "regression":
                values = values * self.model.target_scale[r] + self.model.target_mean[r]
            total = total + values
        return np.asarray(total / self.model.n_networks)


def write_onnx(work: FormatRequest) -> Floats:
    """Write ``model.onnx``: raw columns in, predictions out."""
    if work.number_format == "float32":
        found, files = work.reference, None
    else:
        from ...compression.files import channels_of, onnx_bytes, onnx_runner

        network = work.networks.network
        channels = channels_of(network.weights, work.float_layers)
        write_format = [
            onnx_bytes(to_onnx(network, w, s), work.number_format, work.some(r), *channels)
            for r, (w, s) in enumerate(zip(work.networks.weights, work.networks.stats, strict=True))
        ]
        runs: list[Any] = [onnx_runner(data) for data in write_format]
        found = work.predicted(runs, runs_one_by_one(work.number_format))
        files = [onnx.load_from_string(data) for data in write_format]
    whole = whole_onnx(work.model, work.networks, work.schema, work.names, files)
    onnx.save(whole, str(work.folder / "model.onnx"))
    return found


def write_keras(work: FormatRequest) -> Floats:
    """Write ``network.keras``: the networks with their mean, without the preprocessing."""
    work.whole.save(work.folder / "network.keras")
    return work.reference


def write_saved_model(work: FormatRequest) -> Floats:
    """Write ``saved_model``, with a signature ``serving_default`` that takes the networks' inputs."""
    whole = work.whole
    output = "prediction" if work.model.task == "regression" else "probabilities"
    names = [i.name for i in whole.inputs]

    def serve(**inputs: Tensor) -> dict[str, Any]:
        wanted = [inputs[name] for name in names]
        return {output: whole(wanted if len(wanted) > 1 else wanted[0], training=False)}

    specs = {i.name: tf.TensorSpec((None, *i.shape[1:]), i.dtype, name=i.name) for i in whole.inputs}
    module = tf.Module()
    module.variables_of_the_network = list(whole.variables)  # pyright: ignore[reportAttributeAccessIssue]
    serving: Any = tf.function(serve, autograph=False)
    tf.saved_model.save(
        module,
        str(work.folder / "saved_model"),
        signatures={"serving_default": serving.get_concrete_function(**specs)},
    )
    return work.reference


def write_litert(work: FormatRequest) -> Floats:
    """Write ``network.tflite``, of an ensemble ``network_0.tflite``, …: each network as it was measured."""
    from ...compression.files import litert_bytes, litert_runner

    runs: list[Any] = []
    for r, member in enumerate(work.members):
        data = litert_bytes(member, work.number_format, work.some(r))
        end = f"_{r}" if work.model.n_networks > 1 else ""
        (work.folder / f"network{end}.tflite").write_bytes(data)
        runs.append(litert_runner(data))
    return work.reference if work.number_format == "float32" else work.predicted(runs, one_by_one=False)


def write_openvino(work: FormatRequest) -> Floats:
    """Write ``network.xml`` and ``network.bin``: the networks with their mean, without the preprocessing."""
    openvino = quiet_openvino()
    whole: Any = work.whole
    specs = [tf.TensorSpec((None, *i.shape[1:]), i.dtype, name=i.name) for i in whole.inputs]

    def run(*inputs: Tensor) -> Any:
        return whole(list(inputs) if len(specs) > 1 else inputs[0], training=False)

    graph: Any = tf.function(run, input_signature=specs, autograph=False)
    # Its inputs keep the names of `specs`.
    converted = openvino.convert_model(graph.get_concrete_function())
    openvino.save_model(converted, str(work.folder / "network.xml"), compress_to_fp16=False)
    return work.reference


WRITERS: dict[str, Callable[[FormatRequest], Floats]] = {
    "onnx": write_onnx,
    "keras": write_keras,
    "saved_model": write_saved_model,
    "litert": write_litert,
    "openvino": write_openvino,
}


def write_format(work: FormatRequest, name: str, title: str) -> Floats:
    """Write one format, and return what it must predict of the sample rows.

    Raises
    ------
    ExportError
        Where its converter cannot, or gives something that is no number.
    """
    try:
        found = WRITERS[name](work)
    except (MemoryError, OSError):
        raise
    except Exception as error:
        raise ExportError(
            "{format} cannot hold this network of the family {family!r} in {number_format}: {reason}; choose another "
            "format.",
            format=title,
            family=work.model.family,
            number_format=work.number_format,
            reason=f"{type(error).__name__}: {str(error).strip()[-400:]}",
        ) from error
    if not np.isfinite(found).all():
        row = int(np.flatnonzero(~np.isfinite(found).reshape(len(found), -1).all(axis=1))[0]) + 1
        raise ExportError(
            "The network gives something that is no number for row {row} of the sample, as {format} in "
            "{number_format}; choose another number format or another trial.",
            row=row,
            format=title,
            number_format=work.number_format,
        )
    return found
