"""Activations, with a learned strength too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...tf import keras, tf
from ..layout import Weight
from .base import Layer, Replicas, Tensor, Value, sized

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

_GELU = float((8.0 / np.pi) ** 0.5), 0.044715


def gelu(x: Tensor) -> Tensor:
    """Return Keras's approximate GELU, without its power of 3.

    ``0.5 (1 + tanh(u)) = sigmoid(2 u)`` with ``u = sqrt(2 / pi) (x + 0.044715 x^3)``.

    Parameters
    ----------
    x : tensor
        Of shape (R, B, *row).

    Returns
    -------
    tensor
    """
    return x * tf.sigmoid(_GELU[0] * (x + _GELU[1] * x * x * x))


def mish(x: Tensor) -> Tensor:
    """Return ``x tanh(softplus(x))`` (Misra 2019, arXiv 1908.08681).

    Parameters
    ----------
    x : tensor
        Of shape (R, B, *row).

    Returns
    -------
    tensor
    """
    return x * tf.tanh(tf.nn.softplus(x))


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": tf.nn.relu,
    "gelu": gelu,
    "silu": tf.nn.silu,
    "tanh": tf.nn.tanh,
    "selu": tf.nn.selu,
    "mish": mish,
}


def keras_activation(kind: str, x: Tensor, name: str) -> Tensor:
    """Return an activation of a symbolic tensor of Keras.

    Parameters
    ----------
    kind : str
    x : tensor
        Of shape (R, B, *row).
    name : str

    Returns
    -------
    tensor
    """
    if kind == "gelu":
        # As an operation: a layer named gelu would come back as the exact form.
        return keras.ops.gelu(x, approximate=True)
    return keras.layers.Activation(kind, name=name)(x)


def onnx_activation(kind: str, graph: OnnxGraph, x: str) -> str:
    """Add an activation to an ONNX graph, of operations that opset 18 has, and return its name.

    Parameters
    ----------
    kind : str
    graph : OnnxGraph
    x : str

    Returns
    -------
    str
    """
    if kind == "gelu":
        cube = graph.add("Mul", graph.add("Mul", graph.add("Mul", x, graph.number(_GELU[1])), x), x)
        inner = graph.add("Mul", graph.add("Add", x, cube), graph.number(_GELU[0]))
        return graph.add("Mul", x, graph.add("Sigmoid", inner))
    if kind == "silu":
        return graph.add("Mul", x, graph.add("Sigmoid", x))
    return graph.add({"relu": "Relu", "tanh": "Tanh", "selu": "Selu", "mish": "Mish"}[kind], x)


@dataclass(frozen=True, slots=True)
class Activation(Layer):
    """An activation, one of `ACTIVATIONS`."""

    kind: str = "relu"

    @property
    def rises(self) -> bool:
        """See `Layer.rises`."""
        return self.kind in ("relu", "tanh")

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return ACTIVATIONS[self.kind](inputs[0])

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras_activation(self.kind, inputs[0], self.name)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return onnx_activation(self.kind, graph, inputs[0].name)


@dataclass(frozen=True, slots=True)
class StrengthActivation(Layer):
    """An activation whose strength is learned: ``x + strength (activation(x) - x)`` (arXiv 2407.04491).

    Attributes
    ----------
    kind : str
        One of `ACTIVATIONS`.
    rate : float
        Factor of the learning rate.
    """

    kind: str = "selu"
    rate: float = sized(1.0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        return (Weight(f"{self.name}/kernel", (inputs[0].size,), "ones", rate=self.rate),)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (x,) = inputs
        return x + (ACTIVATIONS[self.kind](x) - x) * run.values[f"{self.name}/kernel"][:, None]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        (x,) = inputs
        bent = keras.layers.Subtract(name=f"{self.name}_bent")(
            [keras_activation(self.kind, x, f"{self.name}_of"), x]
        )
        strength = keras.layers.EinsumDense("bd,d->bd", (x.shape[1],), name=self.name)
        return keras.layers.Add(name=f"{self.name}_add")([x, strength(bent)])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        x = inputs[0].name
        bent = graph.add("Sub", onnx_activation(self.kind, graph, x), x)
        return graph.add("Add", x, graph.add("Mul", bent, graph.weight(f"{self.name}/kernel")))

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        cutting.vector(f"{self.name}/kernel", inputs[0].segments)
        return inputs[0]
