"""What the families for images have in common: a network as a list of steps, its computation, and its way to Keras.

A convolutional network trains one replica at a time (``fuses = False``): on a processor a convolution fills the cores
by itself, and R of them side by side were slower (ARCHITECTURE.md). Sizes come from the weights and the image, so one
trace serves all of them. Pixels come as bytes and are scaled to [0, 1] inside the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import keras_parts
from .base import Family, Floats, Network, Shrunk, Structure
from .folding import fold_norm, foldable
from .image_shrinking import shrink_steps
from .image_steps import Step
from .inputs import Inputs
from .stacked import ACTIVATIONS, NORM_EPSILON, dropout_mask, moving

SCALE = 1.0 / 255.0


@dataclass(frozen=True, slots=True)
class ImageStructure(Structure):
    """What the graph of a network for images depends on.

    Attributes
    ----------
    steps : tuple of Step
    crop : tuple of int
        Rows at the bottom and columns at the right of an image that no output depends on, because unpadded convolutions
        and poolings leave a rest: they are cut off before everything else, which changes nothing but the time.
    """

    steps: tuple[Step, ...]
    crop: tuple[int, int] = (0, 0)

    def forward(
        self,
        weights: Sequence[tf.Tensor],
        stats: Sequence[tf.Tensor],
        inputs: Inputs,
        *,
        training: bool,
        dropout: tf.Tensor,
        seed: tf.Tensor,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """See `Structure.forward`; R must be 1."""
        run = _Run(iter([w[0] for w in weights]), iter([s[0] for s in stats]), training, dropout, seed)
        pixels = inputs["pixels"][0]
        if any(self.crop):
            shape = tf.shape(pixels)
            pixels = pixels[:, : shape[1] - self.crop[0], : shape[2] - self.crop[1]]
        outputs = run.steps(self.steps, tf.cast(pixels, tf.float32) * SCALE)
        return outputs[None], [s[None] for s in run.new_stats]


def _rises(step: Step) -> bool:
    return step.kind == "activation" and step.activation in ("relu", "tanh")


_TWO = [1, 2, 2, 1]


@tf.custom_gradient
def max_pool(x: tf.Tensor) -> Any:
    """Return the largest of each 2 × 2 numbers of (B, H, W, C).

    TensorFlow's own gradient takes a quarter of a training step of the MNIST CNN on a processor. This one is made of
    average poolings, which are quick, and gives equal largest numbers equal parts of the gradient.
    """
    largest = tf.nn.max_pool2d(x, 2, 2, "VALID")
    shape = tf.shape(x)

    def spread(value: tf.Tensor) -> tf.Tensor:  # a quarter of each number, at its four places
        return tf.raw_ops.AvgPoolGrad(
            orig_input_shape=shape, grad=value, ksize=_TWO, strides=_TWO, padding="VALID"
        )

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        is_largest = tf.cast(tf.equal(spread(4.0 * largest), x), tf.float32)
        fraction = tf.nn.avg_pool2d(is_largest, 2, 2, "VALID")
        return spread(upstream / fraction) * is_largest

    return largest, gradient


@dataclass(slots=True)
class _Run:
    """One pass through the steps of one network."""

    weights: Iterator[tf.Tensor]
    stats: Iterator[tf.Tensor]
    training: bool
    rate: tf.Tensor
    seed: tf.Tensor
    new_stats: list[tf.Tensor] = field(default_factory=list[Any])
    n_dropouts: int = 0

    def steps(self, steps: Sequence[Step], x: tf.Tensor) -> tf.Tensor:
        waiting = list(steps)
        while waiting:
            step = waiting.pop(0)
            follow = [s.kind for s in waiting[:2]]
            if (
                step.kind == "conv"
                and step.has_bias
                and follow == ["activation", "max_pool"]
                and _rises(waiting[0])
            ):
                # A maximum of what is added to or rises is the same one: pooling first leaves a quarter of the numbers.
                kernel, bias = next(self.weights), next(self.weights)
                x = tf.nn.bias_add(max_pool(self._convolved(step, x, kernel)), bias)
                waiting.pop(1)
            elif follow[:1] == ["max_pool"] and _rises(step):
                x = self._activation(step, max_pool(x))
                waiting.pop(0)
            else:
                x = getattr(self, f"_{step.kind}")(step, x)
        return x

    def _convolved(self, step: Step, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        return tf.nn.conv2d(x, kernel, step.stride, "SAME" if step.same else "VALID")

    def _conv(self, step: Step, x: tf.Tensor) -> tf.Tensor:
        value = self._convolved(step, x, next(self.weights))
        return tf.nn.bias_add(value, next(self.weights)) if step.has_bias else value

    def _depthwise(self, step: Step, x: tf.Tensor) -> tf.Tensor:
        strides = [1, step.stride, step.stride, 1]
        value = tf.raw_ops.DepthwiseConv2dNative(
            input=x, filter=next(self.weights), strides=strides, padding="SAME" if step.same else "VALID"
        )
        return tf.nn.bias_add(value, next(self.weights)) if step.has_bias else value

    def _dense(self, step: Step, x: tf.Tensor) -> tf.Tensor:  # noqa: ARG002 - one signature for all steps
        return tf.matmul(x, next(self.weights)) + next(self.weights)

    def _batch_norm(self, step: Step, x: tf.Tensor) -> tf.Tensor:  # noqa: ARG002
        gamma, beta = next(self.weights), next(self.weights)
        mean, variance = next(self.stats), next(self.stats)
        y, batch_mean, batch_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x, scale=gamma, offset=beta, mean=mean, variance=variance, epsilon=NORM_EPSILON,
            is_training=self.training,
        )  # fmt: skip
        if self.training:
            n = tf.cast(tf.reduce_prod(tf.shape(x)[:3]), tf.float32)
            batch_variance *= (n - 1.0) / n  # the operation divides by n - 1, Keras by n
            mean, variance = moving(mean, batch_mean), moving(variance, batch_variance)
        self.new_stats += [mean, variance]
        return y

    def _layer_norm(self, step: Step, x: tf.Tensor) -> tf.Tensor:  # noqa: ARG002
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        scale = tf.math.rsqrt(variance + NORM_EPSILON) * next(self.weights)
        return (x - mean) * scale + next(self.weights)

    def _activation(self, step: Step, x: tf.Tensor) -> tf.Tensor:
        return ACTIVATIONS[step.activation](x)

    def _max_pool(self, step: Step, x: tf.Tensor) -> tf.Tensor:  # noqa: ARG002
        return max_pool(x)

    def _mean(self, step: Step, x: tf.Tensor) -> tf.Tensor:  # noqa: ARG002
        return tf.reduce_mean(x, axis=[1, 2])

    def _flatten(self, step: Step, x: tf.Tensor) -> tf.Tensor:  # noqa: ARG002
        shape = tf.shape(x)
        return tf.reshape(x, (shape[0], shape[1] * shape[2] * shape[3]))

    def _dropout(self, step: Step, x: tf.Tensor) -> tf.Tensor:  # noqa: ARG002
        self.n_dropouts += 1
        if not self.training:
            return x
        return x * dropout_mask(tf.shape(x), self.rate, self.seed + tf.constant([0, self.n_dropouts]))

    def _residual(self, step: Step, x: tf.Tensor) -> tf.Tensor:
        value = self.steps(step.body, x)
        return self.steps(step.shortcut, x) + value


class ImageFamily(Family):
    """A family whose networks are made of steps."""

    kind = "image"
    fuses = False

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:
        """See `Family.shrink`: whole filters are removed, and the same ones where residual connections add them up."""
        structure = network.structure
        assert isinstance(structure, ImageStructure)  # noqa: S101 - a family only sees its own networks
        smaller = [
            shrink_steps(structure.steps, network.values(w, s), network.shape.pixels[2], keep)
            for w, s in zip(weights, stats, strict=True)
        ]
        return self.rebuilt(network, {"units": smaller[0].units}, [one.values for one in smaller])

    def folded(self, network: Network, weights: Floats, stats: Floats) -> Shrunk:
        """See `Family.folded`."""
        structure = network.structure
        assert isinstance(structure, ImageStructure)  # noqa: S101 - a family only sees its own networks
        built = self.build({**network.params, "folded": True}, network.shape)
        left = {weight.name for weight in built.weights.weights}
        pairs = [(a, b) for a, b in foldable(structure.steps) if f"{b}/gamma" not in left]
        networks: list[dict[str, Floats]] = []
        for w, s in zip(weights, stats, strict=True):
            values = network.values(w, s)
            for layer, norm in pairs:
                values |= fold_norm(values, layer, norm, NORM_EPSILON)
            networks.append(values)
        return self.rebuilt(network, {"folded": True}, networks)

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure = network.structure
        assert isinstance(structure, ImageStructure)  # noqa: S101 - a family only sees its own networks
        values = network.values(weights, stats)
        pixels = keras.Input(network.shape.pixels, name="pixels", dtype="uint8")
        scaled = keras.layers.Rescaling(SCALE, name="scaled")(pixels)
        model = keras.Model(pixels, _keras_steps(structure.steps, scaled, network, values), name=self.name)
        keras_parts.set_weights(model.layers, values)
        return model


def _keras_steps(steps: Sequence[Step], x: Any, network: Network, values: Mapping[str, Any]) -> Any:
    for step in steps:
        x = _keras_step(step, x, network, values)
    return x


def _keras_step(step: Step, x: Any, network: Network, values: Mapping[str, Any]) -> Any:
    layers, padding = keras.layers, "same" if step.same else "valid"
    if step.kind == "residual":
        body = _keras_steps(step.body, x, network, values)
        return layers.Add(name=step.name)([_keras_steps(step.shortcut, x, network, values), body])
    kernel = values.get(f"{step.name}/kernel")
    made: Any = None
    if step.kind in ("conv", "depthwise"):
        assert kernel is not None  # noqa: S101 - every convolution has one
        settings = {"strides": step.stride, "padding": padding, "use_bias": step.has_bias, "name": step.name}
        if step.kind == "conv":
            made = layers.Conv2D(kernel.shape[3], kernel.shape[0], **settings)
        else:
            made = layers.DepthwiseConv2D(kernel.shape[0], **settings)
    elif step.kind == "dense":
        made = layers.Dense(values[f"{step.name}/bias"].size, name=step.name)
    elif step.kind == "batch_norm":
        made = keras_parts.batch_norm(step.name)
    elif step.kind == "layer_norm":
        made = keras_parts.layer_norm(step.name)
    elif step.kind == "activation":
        made = keras_parts.activation(step.activation, step.name)
    elif step.kind == "max_pool":
        made = layers.MaxPooling2D(step.stride, name=step.name)
    elif step.kind == "mean":
        made = layers.GlobalAveragePooling2D(name=step.name)
    elif step.kind == "flatten":
        made = layers.Flatten(name=step.name)
    elif step.kind == "dropout":
        made = layers.Dropout(float(network.params["dropout"]), name=step.name)
    return made(x)
