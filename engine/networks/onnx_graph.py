"""A network as an ONNX model, written operation by operation from its layers. Needs no TensorFlow but for the layers.

Weights are initializers with their own names and in the shapes of the layout, so that what rounds weights finds them; a
runtime turns them once, when it opens the file. Images have their channels first, as ONNX's convolutions want them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from .layers.base import Value
from .layout import Floats
from .network import Network

OPSET = 18
IR_VERSION = 10
OUTPUT = "output"
_TYPES = {
    "float32": TensorProto.FLOAT,
    "int32": TensorProto.INT32,
    "uint8": TensorProto.UINT8,
    "uint16": TensorProto.UINT16,
}


class OnnxGraph:
    """Collects nodes and constants; layers add to it.

    Parameters
    ----------
    values : mapping of str to ndarray
        Weights and stats of one replica by name.
    """

    def __init__(self, values: Mapping[str, Floats]) -> None:
        self.values = values
        self.layer = ""
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._known: dict[tuple[Any, ...], str] = {}

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node of one output, and return the name of that.

        Parameters
        ----------
        operator : str
            Of ONNX.
        *inputs : str
        **attributes : object
            Of the operator.

        Returns
        -------
        str
        """
        name = f"{self.layer}/{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, name: str, value: NDArray[np.generic] | None = None) -> str:
        """Return the initializer of a weight, whose value is `value` where it differs from the trained one.

        Parameters
        ----------
        name : str
        value : ndarray or None

        Returns
        -------
        str
        """
        if name not in self.constants:
            value = self.values[name] if value is None else value
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def constant(self, value: NDArray[np.generic]) -> str:
        """Return a constant that is made of weights.

        Parameters
        ----------
        value : ndarray

        Returns
        -------
        str
        """
        name = f"{self.layer}/constant_{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def number(self, value: float, dtype: str = "float32") -> str:
        """Return a constant of no axes; equal ones are one.

        Parameters
        ----------
        value : float
        dtype : str

        Returns
        -------
        str
        """
        return self._shared(np.array(value, dtype))

    def integers(self, *values: int) -> str:
        """Return a row of whole numbers, such as axes or a shape; equal ones are one.

        Parameters
        ----------
        *values : int

        Returns
        -------
        str
        """
        return self._shared(np.array(values, np.int64))

    def _shared(self, value: NDArray[np.generic]) -> str:
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self._known:
            self._known[key] = self.constant(value)
        return self._known[key]

    def per_channel(self, value: NDArray[np.generic], is_image: bool) -> str:
        """Return a constant (n,) that meets the channels of a value, which come before the places of an image.

        Parameters
        ----------
        value : ndarray
        is_image : bool

        Returns
        -------
        str
        """
        return self.constant(value[:, None, None] if is_image else value)

    def part(self, name: str, axis: int, start: int, stop: int) -> str:
        """Return the places from `start` up to `stop` along an axis.

        Parameters
        ----------
        name : str
        axis : int
        start : int
            The first unit that is in.
        stop : int
            The first unit that is out.

        Returns
        -------
        str
        """
        return self.add("Slice", name, self.integers(start), self.integers(stop), self.integers(axis))

    def cast(self, name: str, dtype: str) -> str:
        """Return a value as another type of numbers.

        Parameters
        ----------
        name, dtype : str

        Returns
        -------
        str
        """
        return self.add("Cast", name, to=_TYPES[dtype])


def to_onnx(network: Network, weights: Floats, stats: Floats) -> onnx.ModelProto:
    """Return a checked ONNX model that computes the outputs of one replica.

    Parameters
    ----------
    network : Network
    weights, stats : ndarrays of shape (P,) and (S,), float32

    Returns
    -------
    onnx.ModelProto
        Its inputs are the tensors of the network's shape that some layer reads, of shape (N, *row); its output
        ``output`` is float (N, n_outputs).
    """
    graph = OnnxGraph(network.of_replica(weights, stats))
    values = dict(network.values)
    for node in network.nodes:
        graph.layer = node.name
        name = node.layer.to_onnx(graph, *(values[one] for one in node.inputs))
        values[node.name] = Value(name, network.values[node.name].shape)
    given = values[network.nodes[-1].name].name
    graph.nodes.append(helper.make_node("Identity", [given], [OUTPUT], name=OUTPUT))
    inputs = [
        helper.make_tensor_value_info(t.name, _TYPES[t.dtype], ["N", *network.values[t.name].shape])
        for t in network.shape.tensors
        if t.name in network.values
    ]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["N", network.shape.n_outputs])
    made = helper.make_graph(graph.nodes, network.family, inputs, [output], list(graph.constants.values()))
    model = helper.make_model(
        made, ir_version=IR_VERSION, producer_name="cupel", opset_imports=[helper.make_opsetid("", OPSET)]
    )
    check: Any = onnx.checker
    check.check_model(model)
    return model
