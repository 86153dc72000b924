"""Ensembles in one network (TabM of Gorishniy et al. 2024, arXiv 2410.24210).

The members share every matrix and differ by factors of its inputs and outputs, biases, and an output layer of their
own. Values of all k members have the axes (R, k, B, features), in Keras (B, k, features) and in ONNX (k, N, features).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..layout import Floats, Weight
from ..libraries import keras, tf
from ..stacked import dense
from .base import Layer, Replicas, Tensor, Value, sized

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph


@dataclass(frozen=True, slots=True)
class MemberDense(Layer):
    """A dense layer of k members with one kernel.

    Attributes
    ----------
    factors, outputs : str
        Begin the names of the factors of the inputs, and of the factors of the outputs and the biases.
    is_first : bool
        Whether it reads what all members share; from there on they differ.
    n_members, n_out : int
    """

    factors: str = ""
    outputs: str = ""
    is_first: bool = False
    n_members: int = sized(0)
    n_out: int = sized(0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        n_in = inputs[0].size
        k, limit, signs = self.n_members, n_in**-0.5, "signs" if self.is_first else "ones"
        return (
            Weight(f"{self.name}/kernel", (n_in, self.n_out), "uniform", limit, decays=True),
            Weight(f"{self.factors}/kernel", (k, n_in), signs),
            Weight(f"{self.outputs}/kernel", (k, self.n_out), "ones"),
            Weight(f"{self.outputs}/bias", (k, self.n_out), "uniform", limit),
        )

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (self.n_members, self.n_out)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        x = inputs[0][:, None] if self.is_first else inputs[0]
        kernel = run.values[f"{self.name}/kernel"]
        # (R, k, n_in) or (R, k, n_out)
        factors = run.values[f"{self.factors}/kernel"]
        scale, bias = run.values[f"{self.outputs}/kernel"], run.values[f"{self.outputs}/bias"]
        return dense(x * factors[:, :, None], kernel) * scale[:, :, None] + bias[:, :, None]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        (x,) = inputs
        rule, k = "bi,ki->bki" if self.is_first else "bki,ki->bki", self.n_members
        scaled = keras.layers.EinsumDense(rule, (k, x.shape[-1]), name=self.factors)(x)
        value = keras.layers.Dense(self.n_out, use_bias=False, name=self.name)(scaled)
        out = keras.layers.EinsumDense("bko,ko->bko", (k, self.n_out), bias_axes="ko", name=self.outputs)
        return out(value)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        factors, scale, bias = (
            graph.add("Unsqueeze", graph.weight(name), graph.integers(1))
            for name in (f"{self.factors}/kernel", f"{self.outputs}/kernel", f"{self.outputs}/bias")
        )
        scaled = graph.add("Mul", inputs[0].name, factors)
        value = graph.add("MatMul", scaled, graph.weight(f"{self.name}/kernel"))
        return graph.add("Add", graph.add("Mul", value, scale), bias)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`: the same units go from all members; the members stay."""
        (x,) = inputs
        out = cutting.units(self, self.n_out)
        cutting.vector(f"{self.factors}/kernel", x.segments, axis=1)
        cutting.matrix(
            f"{self.name}/kernel",
            cutting.scaled(x, _mean_size(cutting.values[f"{self.factors}/kernel"])),
            out,
        )
        for key in ("kernel", "bias"):
            cutting.vector(f"{self.outputs}/{key}", out, axis=1)
        return cutting.scaled(cutting.path(out), _mean_size(cutting.values[f"{self.outputs}/kernel"]))


@dataclass(frozen=True, slots=True)
class MemberOutput(Layer):
    """An output layer for each member, and the output that stands for their mean value or mean probability.

    The constant that a mean has more than a sum falls out of a softmax, and of the difference of two of them.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    n_out : int
    """

    has_members: ClassVar[bool] = True
    task: str = ""
    n_out: int = sized(0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        k, n_in = inputs[0].shape
        return (
            Weight(f"{self.name}/kernel", (k, n_in, self.n_out), "uniform", n_in**-0.5, decays=True),
            Weight(f"{self.name}/bias", (k, self.n_out)),
        )

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (self.n_out,)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        kernel, bias = run.values[f"{self.name}/kernel"], run.values[f"{self.name}/bias"]
        # (R, k, B, n_out)
        outputs = tf.matmul(inputs[0], kernel) + bias[:, :, None]
        if run.training:
            shape = tf.shape(outputs)
            return tf.reshape(outputs, (shape[0], -1, shape[3]))
        return self._mean(outputs)

    def _mean(self, outputs: Tensor) -> Tensor:
        """Return the output of all members, which lie along the second axis."""
        if self.task == "regression":
            return keras.ops.mean(outputs, axis=1)
        if self.task == "multiclass":
            return _log_sum_exp(keras.ops.log_softmax(outputs, axis=-1))
        positive = _log_sum_exp(keras.ops.negative(keras.ops.softplus(-outputs)))
        return positive - _log_sum_exp(keras.ops.negative(keras.ops.softplus(outputs)))

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        k = inputs[0].shape[1]
        if self.n_out > 1:
            dense_of = keras.layers.EinsumDense(
                "bki,kio->bko", (k, self.n_out), bias_axes="ko", name=self.name
            )
            return self._mean(dense_of(inputs[0]))
        # Converters go wrong on a sum whose last axis has one place.
        last = keras.layers.EinsumDense("bki,ki->bk", (k,), bias_axes="k", name=self.name)
        return self._mean(keras.ops.reshape(last(inputs[0]), (-1, k, 1)))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        bias = graph.add("Unsqueeze", graph.weight(f"{self.name}/bias"), graph.integers(1))
        product = graph.add("MatMul", inputs[0].name, graph.weight(f"{self.name}/kernel"))
        outputs = graph.add("Add", product, bias)
        first = graph.integers(0)
        if self.task == "regression":
            return graph.add("ReduceMean", outputs, first, keepdims=0)
        if self.task == "multiclass":
            return graph.add("ReduceLogSumExp", graph.add("LogSoftmax", outputs, axis=-1), first, keepdims=0)
        negative = graph.add("Neg", outputs)
        positive, other = (
            graph.add("ReduceLogSumExp", graph.add("Neg", graph.add("Softplus", x)), first, keepdims=0)
            for x in (negative, outputs)
        )
        return graph.add("Sub", positive, other)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        out = cutting.units(self, self.n_out)
        cutting.matrix(f"{self.name}/kernel", inputs[0], out)
        cutting.vector(f"{self.name}/bias", out, axis=1)
        return cutting.path(out)


def _log_sum_exp(x: Tensor) -> Tensor:
    most: Tensor = keras.ops.max(x, axis=1, keepdims=True)
    total: Tensor = keras.ops.sum(keras.ops.exp(x - most), axis=1)
    return keras.ops.add(keras.ops.log(total), keras.ops.squeeze(most, axis=1))


def _mean_size(factors: Floats) -> Floats:
    """Return how large the factors (k, n) of members are in the mean, shape (n,)."""
    return np.sqrt(np.square(factors).mean(axis=0))
