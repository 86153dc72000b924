"""What joins, splits and reshapes values, without weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..layout import Weight
from ..libraries import keras, tf
from ..stacked import flatten
from .base import Layer, Replicas, Tensor, Value, sized

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph


@dataclass(frozen=True, slots=True)
class Add(Layer):
    """The sum of two values."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return inputs[0] + inputs[1]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.Add(name=self.name)(list(inputs))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.add("Add", *(one.name for one in inputs))

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`: the same units go from both."""
        return cutting.tied(*inputs)


@dataclass(frozen=True, slots=True)
class Concat(Layer):
    """Values one after the other: their numbers, or, of sequences (`is_sequence`), their vectors."""

    is_sequence: bool = False

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        if self.is_sequence:
            return (sum(one.shape[0] for one in inputs), *inputs[0].shape[1:])
        return (*inputs[0].shape[:-1], sum(one.size for one in inputs))

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return tf.concat(inputs, axis=2 if self.is_sequence else -1)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.Concatenate(axis=1 if self.is_sequence else -1, name=self.name)(list(inputs))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        axis = 1 if self.is_sequence else len(inputs[0].shape)
        return graph.add("Concat", *(one.name for one in inputs), axis=axis)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        if self.is_sequence and inputs[0].segments:
            return cutting.tied(*inputs)
        return cutting.joined(*inputs)


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """All numbers of a row in one vector."""

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (inputs[0].n_numbers,)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (x,) = inputs
        if x.shape.rank == 4:
            return flatten(x)
        shape = tf.shape(x)
        return tf.reshape(x, (shape[0], shape[1], shape[2] * shape[3] * shape[4]))

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.Flatten(name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`; kernels that follow have the channels of an image last."""
        (x,) = inputs
        name = graph.add("Transpose", x.name, perm=[0, 2, 3, 1]) if len(x.shape) == 3 else x.name
        return graph.add("Reshape", name, graph.integers(0, x.n_numbers))

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        return inputs[0].repeated(cutting.size_of(self) // len(inputs[0].scale))


@dataclass(frozen=True, slots=True)
class First(Layer):
    """The first of the vectors of a row, as a sequence of one, or as the vector itself (`is_vector`)."""

    is_vector: bool = False

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return inputs[0].shape[1:] if self.is_vector else (1, *inputs[0].shape[1:])

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return inputs[0][:, :, 0] if self.is_vector else inputs[0][:, :, :1]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return inputs[0][:, 0] if self.is_vector else inputs[0][:, :1]

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        first = graph.part(inputs[0].name, 1, 0, 1)
        return graph.add("Squeeze", first, graph.integers(1)) if self.is_vector else first


@dataclass(frozen=True, slots=True)
class Gate(Layer):
    """The second half of the numbers times the ReLU of the first (ReGLU of Shazeer 2020, arXiv 2002.05202)."""

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (*inputs[0].shape[:-1], inputs[0].size // 2)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        gate, value = tf.split(inputs[0], 2, axis=-1)
        return value * tf.nn.relu(gate)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        (x,) = inputs
        size = x.shape[-1] // 2
        return keras.ops.multiply(x[..., size:], keras.ops.relu(x[..., :size]))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        (x,) = inputs
        axis, size = len(x.shape), x.size // 2
        gate = graph.add("Relu", graph.part(x.name, axis, 0, size))
        return graph.add("Mul", graph.part(x.name, axis, size, 2 * size), gate)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`: both halves lose the same units."""
        return cutting.tied(*inputs[0].split(2))


@dataclass(frozen=True, slots=True)
class Scale(Layer):
    """A learned factor for each number.

    Attributes
    ----------
    rate : float
        Factor of the learning rate.
    """

    rate: float = sized(1.0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        return (Weight(f"{self.name}/kernel", (inputs[0].size,), "ones", rate=self.rate),)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return inputs[0] * run.values[f"{self.name}/kernel"][:, None]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.EinsumDense("bd,d->bd", (inputs[0].shape[1],), name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.add("Mul", inputs[0].name, graph.weight(f"{self.name}/kernel"))

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        cutting.vector(f"{self.name}/kernel", inputs[0].segments)
        return cutting.scaled(inputs[0], np.abs(cutting.values[f"{self.name}/kernel"]))
