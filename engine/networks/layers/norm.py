"""Layers that normalize what flows: over the rows of a batch, or within each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...tf import keras, tf
from ..layout import Floats, Weight
from .base import Layer, Replicas, Tensor, Value

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

# As in Keras.
EPSILON = 1e-3
# Trainings are short: with 0.99 the moving means would still be those of the start.
MOMENTUM = 0.9


def _scale_and_shift(name: str, size: int) -> tuple[Weight, ...]:
    return Weight(f"{name}/gamma", (size,), "ones"), Weight(f"{name}/beta", (size,))


@dataclass(frozen=True, slots=True)
class BatchNorm(Layer):
    """A normalization over the batch, and over all places of an image."""

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        return _scale_and_shift(self.name, inputs[0].size)

    def stats(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.stats`."""
        size = (inputs[0].size,)
        return Weight(f"{self.name}/moving_mean", size), Weight(f"{self.name}/moving_variance", size, "ones")

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (x,) = inputs
        gamma, beta, mean, variance = (
            run.values[f"{self.name}/{key}"] for key in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        if x.shape.rank == 5:
            return self._of_images(run, x, gamma, beta, mean, variance)
        if run.training:
            batch_mean, batch_variance = tf.nn.moments(x, [1])
            self._move(run, mean, batch_mean, variance, batch_variance)
            mean, variance = batch_mean, batch_variance
        scale = gamma * tf.math.rsqrt(variance + EPSILON)
        return x * scale[:, None] + (beta - mean * scale)[:, None]

    def _of_images(self, run: Replicas, x: Tensor, *values: Tensor) -> Tensor:
        images, own = tf.squeeze(x, 0), [tf.squeeze(value, 0) for value in values]
        known = dict(zip(("scale", "offset", "mean", "variance"), own, strict=True))
        y, batch_mean, batch_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=images, epsilon=EPSILON, is_training=run.training, **known
        )
        if run.training:
            n = tf.cast(tf.reduce_prod(tf.shape(images)[:3]), tf.float32)
            # The operation divides by n - 1, Keras by n.
            batch_variance *= (n - 1.0) / n
            self._move(run, values[2], batch_mean[None], values[3], batch_variance[None])
        return tf.expand_dims(y, 0)

    def _move(
        self, run: Replicas, mean: Tensor, batch_mean: Tensor, variance: Tensor, batch_variance: Tensor
    ) -> None:
        run.moved[f"{self.name}/moving_mean"] = _moving(mean, batch_mean)
        run.moved[f"{self.name}/moving_variance"] = _moving(variance, batch_variance)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        gamma, beta, mean, variance = (
            graph.values[f"{self.name}/{key}"] for key in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale = gamma / np.sqrt(variance + np.float32(EPSILON))
        is_image = len(inputs[0].shape) == 3
        factor, shift = (graph.per_channel(x, is_image) for x in (scale, beta - mean * scale))
        return graph.add("Add", graph.add("Mul", inputs[0].name, factor), shift)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        for key in ("gamma", "beta", "moving_mean", "moving_variance"):
            cutting.vector(f"{self.name}/{key}", inputs[0].segments)
        return cutting.normalized(inputs[0], f"{self.name}/gamma")


@dataclass(frozen=True, slots=True)
class LayerNorm(Layer):
    """A normalization over the last axis."""

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        return _scale_and_shift(self.name, inputs[0].size)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (x,) = inputs
        gamma, beta = run.values[f"{self.name}/gamma"], run.values[f"{self.name}/beta"]
        centered = x - tf.reduce_mean(x, axis=-1, keepdims=True)
        variance = tf.reduce_mean(tf.square(centered), axis=-1, keepdims=True)
        for _ in range(x.shape.rank - 2):
            gamma, beta = gamma[:, None], beta[:, None]
        return centered * tf.math.rsqrt(variance + EPSILON) * gamma + beta

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.LayerNormalization(epsilon=EPSILON, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        is_image = len(inputs[0].shape) == 3
        axis = graph.integers(1 if is_image else -1)
        x = inputs[0].name
        centered = graph.add("Sub", x, graph.add("ReduceMean", x, axis))
        variance = graph.add("ReduceMean", graph.add("Mul", centered, centered), axis)
        deviation = graph.add("Sqrt", graph.add("Add", variance, graph.number(EPSILON)))
        gamma, beta = (
            graph.per_channel(graph.values[f"{self.name}/{key}"], is_image) for key in ("gamma", "beta")
        )
        return graph.add("Add", graph.add("Mul", graph.add("Div", centered, deviation), gamma), beta)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        for key in ("gamma", "beta"):
            cutting.vector(f"{self.name}/{key}", inputs[0].segments)
        return cutting.normalized(inputs[0], f"{self.name}/gamma")


def with_norm(values: Mapping[str, Floats], layer: str, norm: str) -> dict[str, Floats]:
    """Return kernel and bias of a layer that does what it and the batch normalization after it did.

    Parameters
    ----------
    values : mapping of str to ndarray
        All weights and stats of one network. A kernel's last axis is the channels that come out, or, of depthwise
        convolutions (height, width, channels, 1), the one before it.
    layer : str
    norm : str

    Returns
    -------
    dict of str to ndarray of float
    """
    kernel = values[f"{layer}/kernel"].astype(np.float64)
    scale = values[f"{norm}/gamma"] / np.sqrt(values[f"{norm}/moving_variance"].astype(np.float64) + EPSILON)
    before = values.get(f"{layer}/bias", np.zeros(1, np.float32)) - values[f"{norm}/moving_mean"]
    is_depthwise = kernel.ndim == 4 and kernel.shape[3] == 1 and kernel.shape[2] == scale.size
    kernel *= scale[:, None] if is_depthwise else scale
    bias = values[f"{norm}/beta"] + before * scale
    return {f"{layer}/kernel": kernel.astype(np.float32), f"{layer}/bias": bias.astype(np.float32)}


def _moving(before: Tensor, now: Tensor) -> Tensor:
    """Return a moving mean after one more batch."""
    return before * MOMENTUM + now * (1 - MOMENTUM)
