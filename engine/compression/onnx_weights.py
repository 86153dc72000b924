"""Weights of few bits in an ONNX file, unpacked when a runtime loads it: the file shrinks, the speed is that of floats.

A weight becomes whole numbers, a cast to floats and a product with one scale for each channel. These are ordinary
operations on constants, which ONNX Runtime computes once, when it opens the file. Needs onnx and NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ..training.quantizing import codes_of

# The first that know numbers of 4 bits.
_INT4_OPSET, _INT4_IR = 21, 10


def store_in_bits(model: onnx.ModelProto, axes: Mapping[str, int], bits: int) -> None:
    """Replace initializers by codes of some bits and scales, in place.

    Parameters
    ----------
    axes : mapping of str to int
        By the name of an initializer, the axis of its channels.
    bits : {4, 8}
    """
    graph = model.graph
    unpacking: list[onnx.NodeProto] = []
    for tensor in [t for t in graph.initializer if t.name in axes]:
        name = tensor.name
        codes, scale = codes_of(numpy_helper.to_array(tensor), bits, axes[name])
        graph.initializer.remove(tensor)
        graph.initializer.append(_tensor(f"{name}_codes", codes, bits))
        graph.initializer.append(numpy_helper.from_array(scale, f"{name}_scale"))
        unpacking += [
            helper.make_node("Cast", [f"{name}_codes"], [f"{name}_number"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}_number", f"{name}_scale"], [name]),
        ]
    nodes = [*unpacking, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    if bits == 4:
        model.ir_version = max(model.ir_version, _INT4_IR)
        for opset in model.opset_import:
            if opset.domain == "":
                opset.version = max(opset.version, _INT4_OPSET)
    onnx.checker.check_model(model)


def turn_weights(model: onnx.ModelProto) -> None:
    """Transpose weights that a node transposes, in place: what quantizes activations looks for weights themselves."""
    graph = model.graph
    weights = {t.name: t for t in graph.initializer}
    turned = [n for n in graph.node if n.op_type == "Transpose" and n.input[0] in weights]
    for node in turned:
        value = numpy_helper.to_array(weights[node.input[0]])
        axes = next((list(a.ints) for a in node.attribute if a.name == "perm"), None)
        graph.initializer.append(numpy_helper.from_array(np.transpose(value, axes).copy(), node.output[0]))
        graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    for name in {node.input[0] for node in turned} - used:
        graph.initializer.remove(weights[name])


def _tensor(name: str, codes: NDArray[np.int8], bits: int) -> TensorProto:
    if bits == 8:
        return numpy_helper.from_array(codes, name)
    flat = np.append(codes.ravel(), np.zeros(codes.size % 2, np.int8)).view(np.uint8) & 0x0F
    packed = flat[0::2] | (flat[1::2] << 4)
    return TensorProto(name=name, data_type=TensorProto.INT4, dims=codes.shape, raw_data=packed.tobytes())
