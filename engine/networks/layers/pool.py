"""Pooling over the places of an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ...tf import keras, tf
from .base import Layer, Replicas, Tensor, Value

if TYPE_CHECKING:
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

_TWO = [1, 2, 2, 1]


@tf.custom_gradient
def max_pool(x: Tensor) -> Tensor:
    """Return the largest of each 2 × 2 numbers of (B, H, W, C).

    TensorFlow's own gradient takes a quarter of a training step of the MNIST CNN on a processor. This one is made of
    average poolings, which are quick, and gives equal largest numbers equal parts of the gradient.

    Parameters
    ----------
    x : tensor
        Of shape (R, B, *row).

    Returns
    -------
    tensor
    """
    largest = tf.nn.max_pool2d(x, 2, 2, "VALID")
    shape = tf.shape(x)

    def spread(value: Tensor) -> Tensor:
        # A quarter of each number, at its four places.
        return tf.raw_ops.AvgPoolGrad(
            orig_input_shape=shape, grad=value, ksize=_TWO, strides=_TWO, padding="VALID"
        )

    def gradient(upstream: Tensor) -> Tensor:
        is_largest = tf.cast(tf.equal(spread(4.0 * largest), x), tf.float32)
        fraction = tf.nn.avg_pool2d(is_largest, 2, 2, "VALID")
        return spread(upstream / fraction) * is_largest

    return largest, gradient


@dataclass(frozen=True, slots=True)
class MaxPool(Layer):
    """The maximum of each 2 × 2 places."""

    is_maximum: ClassVar[bool] = True

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        height, width, n_channels = inputs[0].shape
        return (height // 2, width // 2, n_channels)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return tf.expand_dims(max_pool(tf.squeeze(inputs[0], 0)), 0)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.MaxPooling2D(2, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.add("MaxPool", inputs[0].name, kernel_shape=[2, 2], strides=[2, 2])


@dataclass(frozen=True, slots=True)
class MeanPool(Layer):
    """The mean over all places."""

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return inputs[0].shape[-1:]

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return tf.reduce_mean(inputs[0], axis=[2, 3])

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.GlobalAveragePooling2D(name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.add("Flatten", graph.add("GlobalAveragePool", inputs[0].name), axis=1)
