"""Layers that multiply with a matrix: `Dense`, and `TangentDense`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...tf import keras, tf
from ..layout import Floats, Weight
from ..stacked import dense
from .base import Layer, Replicas, Tensor, Value, sized
from .norm import BatchNorm, with_norm

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph


@dataclass(frozen=True, slots=True)
class Dense(Layer):
    """``x @ kernel + bias`` over the last axis.

    Attributes
    ----------
    compute_dtype : {"float32", "bfloat16"}
        Of the product; weights and sums stay float32.
    n_out : int
    initializer : str
        Of the kernel.
    n_parts : int
        Parts of the outputs that stand for different things, such as queries, keys and values: of each the same number
        of units is removed.
    """

    compute_dtype: str = "float32"
    n_out: int = sized(0)
    initializer: str = sized("glorot_uniform")
    n_parts: int = sized(1)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        return (
            Weight(f"{self.name}/kernel", (inputs[0].size, self.n_out), self.initializer, decays=True),
            Weight(f"{self.name}/bias", (self.n_out,)),
        )

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (*inputs[0].shape[:-1], self.n_out)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        kernel, bias = run.values[f"{self.name}/kernel"], run.values[f"{self.name}/bias"]
        if self.compute_dtype != "float32":
            product = tf.matmul(tf.cast(inputs[0], self.compute_dtype), tf.cast(kernel, self.compute_dtype))
            return tf.cast(product, tf.float32) + bias[:, None]
        return dense(inputs[0], kernel, bias)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.Dense(self.n_out, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        product = graph.add("MatMul", inputs[0].name, graph.weight(f"{self.name}/kernel"))
        return graph.add("Add", product, graph.weight(f"{self.name}/bias"))

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        out = cutting.units(self, self.n_out, self.n_parts)
        cutting.matrix(f"{self.name}/kernel", inputs[0], out)
        cutting.vector(f"{self.name}/bias", out)
        return cutting.path(out, f"{self.name}/kernel", f"{self.name}/bias")

    def merged(self, following: Layer) -> Layer | None:
        """See `Layer.merged`."""
        return self if isinstance(following, BatchNorm) else None

    def merged_values(self, following: Layer, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """See `Layer.merged_values`."""
        return with_norm(values, self.name, following.name)


@dataclass(frozen=True, slots=True)
class TangentDense(Layer):
    """A dense layer in the neural tangent parametrization (Jacot et al. 2018, arXiv 1806.07572).

    The kernel starts with a standard deviation of 1 and is divided by the root of the number of inputs.

    Attributes
    ----------
    n_out : int
    initializer, bias_initializer : str
    rate, bias_rate : float
        Factors of the learning rate.
    """

    n_out: int = sized(0)
    initializer: str = sized("normal")
    bias_initializer: str = sized("normal")
    rate: float = sized(1.0)
    bias_rate: float = sized(1.0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        kernel = (inputs[0].size, self.n_out)
        return (
            Weight(f"{self.name}/kernel", kernel, self.initializer, decays=True, rate=self.rate),
            Weight(f"{self.name}/bias", (self.n_out,), self.bias_initializer, rate=self.bias_rate),
        )

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (self.n_out,)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        kernel, bias = run.values[f"{self.name}/kernel"], run.values[f"{self.name}/bias"]
        size = tf.cast(tf.shape(kernel)[1], tf.float32)
        return tf.matmul(inputs[0], kernel) * tf.math.rsqrt(size) + bias[:, None]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`; the division is part of the kernel."""
        form.values[f"{self.name}/kernel"] = _divided(form.values[f"{self.name}/kernel"])
        return keras.layers.Dense(self.n_out, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`; the division is part of the kernel."""
        kernel = graph.weight(f"{self.name}/kernel", _divided(graph.values[f"{self.name}/kernel"]))
        return graph.add(
            "Add", graph.add("MatMul", inputs[0].name, kernel), graph.weight(f"{self.name}/bias")
        )

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`; the kernel is divided by the root of fewer inputs."""
        out = cutting.units(self, self.n_out)
        cutting.matrix(f"{self.name}/kernel", inputs[0], out)
        cutting.vector(f"{self.name}/bias", out)
        cutting.scale_by_root(f"{self.name}/kernel", inputs[0].segments)
        return cutting.path(out)


def _divided(kernel: Tensor) -> Tensor:
    return kernel / np.float32(math.sqrt(len(kernel)))
