"""Networks as files in number formats, for the runtimes, and what runs such files.

For `convert`, which measures them, and for the bundles of `deployment`. Imports TensorFlow and the converters, which
can kill the process that calls them: only child processes may import this module.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer.quantizer import Quantizer
from ai_edge_quantizer.recipe import weight_only_wi4_afp32
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_dynamic, quantize_static
from onnxruntime.transformers.float16 import convert_float_to_float16

from ..networks.layout import WeightLayout
from ..tf import KerasModel, keras, tf
from ..training.quantizing import channel_axes
from .onnx_weights import store_in_bits, turn_weights

CALIBRATED = ("int8_static", "int16")
"""Number formats whose activations follow ranges that are seen on training rows."""
_NO_CHANNELS: Mapping[str, int] = MappingProxyType({})
# In one run of a network.
_MOST_ROWS = 4096
# Operations whose weights, of two axes, are quantized with what they read.
_QUANTIZED = ("MatMul", "Gather")

Arrays = dict[str, NDArray[np.generic]]
Run = Callable[[Mapping[str, NDArray[np.generic]]], NDArray[np.float32]]


class _Rows(CalibrationDataReader):
    """Training rows, one after the other."""

    def __init__(self, inputs: Arrays) -> None:
        n = len(next(iter(inputs.values())))
        self._rows = iter([{name: x[i : i + 1] for name, x in inputs.items()} for i in range(n)])

    def get_next(self) -> Arrays | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the next row."""
        return next(self._rows, None)


# No weight or activation of a sound network is so large.
_FAR = 1e6


def channels_of(layout: WeightLayout, floats: Collection[str] = ()) -> tuple[dict[str, int], dict[str, int]]:
    """Return by weight the axis of its channels: of those that are rounded, and of those that could be but are not.

    Weights have the same names and axes in an ONNX file of a network.

    Parameters
    ----------
    floats : collection of str
        Layers whose weights stay floats.
    """
    axes, rounded = channel_axes(layout), channel_axes(layout, floats)
    return dict(rounded), {weight: axis for weight, axis in axes.items() if weight not in rounded}


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
        products = {name for node in model.graph.node if node.op_type in _QUANTIZED for name in node.input}
        ranks = {t.name: len(t.dims) for t in model.graph.initializer}
        others = {n: axis for n, axis in channels.items() if ranks[n] > 2 or n not in products}
        store_in_bits(model, others, 8)
    if number_format in CALIBRATED:
        turn_weights(model)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, str(source))
        # The products of int16 are those of floats.
        narrow = number_format != "int16"
        settings: dict[str, Any] = {
            "per_channel": True,
            "reduce_range": narrow,
            "weight_type": QuantType.QInt8,
        }
        if number_format == "int8":
            kept = [n.name for n in model.graph.node if n.op_type in ("Conv", "ConvTranspose")]
            kept += _readers(model, floats)
            quantize_dynamic(source, target, nodes_to_exclude=kept, **settings)
        else:
            names = {value.name for value in model.graph.input}
            rows = _Rows({name: x for name, x in calibration.items() if name in names})
            if number_format == "int16":
                # ONNX has them from opset 21 on only.
                settings["extra_options"] = {"UseQDQContribOps": True}
            kind = QuantType.QUInt16 if number_format == "int16" else QuantType.QUInt8
            quantize_static(
                source,
                target,
                rows,
                activation_type=kind,
                nodes_to_exclude=_far_nodes(model) + _batched_products(model),
                **settings,
            )
        return _in_opset(target, model) if number_format == "int16" else target.read_bytes()


def _in_opset(file: Path, model: onnx.ModelProto) -> bytes:
    """Return a file in the opset of the model that it was made of; the quantizer raises it without need.

    Raises
    ------
    onnx.checker.ValidationError
        Where an operation needs the later one.
    """
    found = onnx.load(str(file))
    versions = {one.domain: one.version for one in model.opset_import}
    for one in found.opset_import:
        one.version = versions.get(one.domain, one.version)
    onnx.checker.check_model(found)
    return found.SerializeToString()


def _far_nodes(model: onnx.ModelProto) -> list[str]:
    """Return the nodes that read numbers which take paddings out of a maximum or a softmax.

    Steps as wide as those would leave nothing of the numbers beside them. What comes out of these two is near again.
    """
    far = {t.name for t in model.graph.initializer if _is_far(t)}
    nodes = list[str]()
    # In the order in which they are computed.
    for node in model.graph.node:
        if any(_is_far(a.t) for a in node.attribute if a.type == onnx.AttributeProto.TENSOR) or far & set(
            node.input
        ):
            nodes.append(node.name)
            if node.op_type not in ("ReduceMax", "Softmax"):
                far |= set(node.output)
    return nodes


def _batched_products(model: onnx.ModelProto) -> list[str]:
    """Return the products with a matrix for each member or column: the runtime has them in floats alone."""
    wide = {t.name for t in model.graph.initializer if len(t.dims) > 2}
    return [node.name for node in model.graph.node if node.op_type == "MatMul" and wide & set(node.input)]


def _is_far(tensor: onnx.TensorProto) -> bool:
    if tensor.data_type != onnx.TensorProto.FLOAT:
        return False
    values = onnx.numpy_helper.to_array(tensor)
    return values.size > 0 and float(np.abs(values).max()) >= _FAR


def _readers(model: onnx.ModelProto, names: Collection[str]) -> list[str]:
    """Return the nodes that read initializers, perhaps turned or reshaped by another node."""
    wanted, found = set(names), list[str]()
    for node in model.graph.node:
        if wanted & set(node.input):
            found.append(node.name)
            if node.op_type in ("Transpose", "Reshape", "Unsqueeze", "Squeeze", "Identity"):
                wanted |= set(node.output)
    return found


def _check_calibrated(member: KerasModel, number_format: str) -> None:
    if number_format == "int8_static":
        if any(i.name == "tokens" for i in member.inputs):
            raise ValueError(
                "LiteRT has no calibrated 8 bits for texts: what hides paddings would take all steps."
            )
        return
    if any(i.dtype.startswith("int") for i in member.inputs):
        raise ValueError(
            "LiteRT has no activations of 16 bits for networks that take codes of categories or tokens."
        )
    if any(isinstance(layer, keras.layers.LayerNormalization) for layer in member.layers):
        raise ValueError("LiteRT has no activations of 16 bits for networks with layer normalization.")


def litert_bytes(member: KerasModel, number_format: str, calibration: Arrays) -> bytes:
    """Return a network as a LiteRT file, of built-in operations only: others would not run.

    Raises
    ------
    ValueError
        For activations of 16 bits where the network takes codes or tokens, for which LiteRT has no ranges, or
        normalizes over a row, for which it has no such operation: that would be found only when the file is run. For
        calibrated 8 bits where it takes tokens: LiteRT leaves no operation in floats.
    """
    if number_format in CALIBRATED:
        _check_calibrated(member, number_format)
    with tempfile.TemporaryDirectory() as folder:
        member.export(folder, format="tf_saved_model", verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        if number_format not in ("float32", "int4"):
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if number_format == "float16":
            converter.target_spec.supported_types = [tf.float16]
        # The built-ins serve what changes types, of pixels for instance.
        if number_format == "int16":
            wide = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
            converter.target_spec.supported_ops = [wide, tf.lite.OpsSet.TFLITE_BUILTINS]
        if number_format in CALIBRATED:
            names = [i.name for i in member.inputs]
            n = len(next(iter(calibration.values())))
            converter.representative_dataset = (
                # By name: the order of several inputs is the converter's own.
                lambda: ({name: calibration[name][i : i + 1] for name in names} for i in range(n))
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

    def run(inputs: Mapping[str, NDArray[np.generic]]) -> NDArray[np.float32]:
        outputs = runner(**{name: inputs[name] for name in names})
        return np.asarray(next(iter(outputs.values())), np.float32)

    return run


def outputs_of(run: Run, inputs: Arrays) -> NDArray[np.float32]:
    """Return the outputs (n, K) of a network for all rows."""
    n = len(next(iter(inputs.values())))
    parts = [run({k: x[i : i + _MOST_ROWS] for k, x in inputs.items()}) for i in range(0, n, _MOST_ROWS)]
    return np.concatenate(parts)
