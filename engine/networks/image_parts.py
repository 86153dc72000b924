"""What the families for images have in common: a network as a list of steps, its computation, and its way to Keras.

A convolutional network trains one replica at a time (``fuses = False``): on a processor a convolution fills the cores
by itself, and R of them side by side were slower (ARCHITECTURE.md). Sizes come from the weights and the image, so one
trace serves all of them. Pixels come as bytes and are scaled to [0, 1] inside the graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .base import Family, Floats, Network, Shrunk, Structure
from .folding import fold_norm, foldable
from .image_shrinking import shrink_steps
from .image_steps import Step
from .inputs import Inputs, InputShape
from .layout import Layout, Weight
from .shrinking import packed
from .stacked import ACTIVATIONS, NORM_EPSILON

NORM_MOMENTUM = 0.9  # as in the MLP: trainings are short
SCALE = 1.0 / 255.0
_SMALL_BATCH = 8  # convolutions predict some hundred images at once best: so much more than other layers


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
            keep = NORM_MOMENTUM
            mean = mean * keep + batch_mean * (1 - keep)
            variance = variance * keep + batch_variance * (1 - keep)
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
        uniform = tf.random.stateless_uniform(tf.shape(x), self.seed + tf.constant([0, self.n_dropouts]))
        return x * (tf.cast(uniform >= self.rate, tf.float32) / (1.0 - self.rate))

    def _residual(self, step: Step, x: tf.Tensor) -> tf.Tensor:
        value = self.steps(step.body, x)
        return self.steps(step.shortcut, x) + value


class Builder:
    """Collects the steps and weights of a network, and knows the size of what flows through it.

    Parameters
    ----------
    shape : InputShape
        Its ``pixels`` are (height, width, channels).
    params : mapping
        Of the network; ``units`` says by the name of a convolution or dense layer how many outputs it has in place of
        what is asked for, and ``folded`` that normalizations right after a convolution are part of it.
    """

    def __init__(self, shape: InputShape, params: Mapping[str, Any]) -> None:
        self._units: Mapping[str, int] = params.get("units", {})
        self._folds = bool(params.get("folded", False))
        self.height, self.width, self.channels = shape.pixels
        self.steps: list[Step] = []
        self.weights: list[Weight] = []
        self.stats: list[Weight] = []
        self.largest = self.height * self.width * self.channels
        self._names: dict[str, int] = {}

    def conv(
        self,
        n_out: int,
        size: int = 3,
        *,
        stride: int = 1,
        same: bool = True,
        bias: bool = True,
        he: bool = True,
    ) -> None:
        """Add a convolution."""
        name = self._name("conv")
        n_out = int(self._units.get(name, n_out))
        fan_in, fan_out = size * size * self.channels, size * size * n_out
        start = ("normal", (2.0 / fan_in) ** 0.5) if he else ("uniform", (6.0 / (fan_in + fan_out)) ** 0.5)
        self.weights.append(Weight(f"{name}/kernel", (size, size, self.channels, n_out), *start, decays=True))
        if bias:
            self.weights.append(Weight(f"{name}/bias", (n_out,)))
        self.steps.append(Step("conv", name, stride, same, bias))
        self.channels = n_out
        self._shrink(size, stride, same)

    def depthwise(self, size: int = 3, *, stride: int = 1, bias: bool = True) -> None:
        """Add a convolution of each channel by itself."""
        name = self._name("depthwise")
        shape = (size, size, self.channels, 1)
        self.weights.append(Weight(f"{name}/kernel", shape, "normal", (2.0 / size**2) ** 0.5, decays=True))
        if bias:
            self.weights.append(Weight(f"{name}/bias", (self.channels,)))
        self.steps.append(Step("depthwise", name, stride, True, bias))
        self._shrink(size, stride, True)

    def norm(self, kind: str, *, folds: bool = True) -> None:
        """Add a normalization of the channels, ``batch`` or ``layer``; ``none`` adds nothing.

        Parameters
        ----------
        folds : bool
            Whether nothing but this reads the convolution before it: then it can be part of that.
        """
        if kind == "none":
            return
        name = self._name("norm")
        size = (self.channels,)
        last = self.steps[-1] if self.steps else None
        if self._folds and folds and kind == "batch" and last and last.kind in ("conv", "depthwise"):
            if not last.has_bias:
                self.weights.append(Weight(f"{last.name}/bias", size))
                self.steps[-1] = replace(last, has_bias=True)
            return
        self.weights += [Weight(f"{name}/gamma", size, "ones"), Weight(f"{name}/beta", size)]
        if kind == "batch":
            self.stats += [
                Weight(f"{name}/moving_mean", size),
                Weight(f"{name}/moving_variance", size, "ones"),
            ]
        self.steps.append(Step(f"{kind}_norm", name))

    def activation(self, kind: str) -> None:
        """Add an activation."""
        self.steps.append(Step("activation", self._name(kind), activation=kind))

    def pool(self) -> None:
        """Add a pooling by the maximum of 2 × 2, where the image is not smaller than that."""
        if min(self.height, self.width) >= 2:
            self.steps.append(Step("max_pool", self._name("pool"), 2))
            self.height, self.width = self.height // 2, self.width // 2

    def residual(self, body: Sequence[Step], shortcut: Sequence[Step]) -> None:
        """Add a block of steps that are already counted, see `taken`."""
        self.steps.append(Step("residual", self._name("add"), body=tuple(body), shortcut=tuple(shortcut)))

    def taken(self, start: int) -> list[Step]:
        """Take the steps from `start` on back, for `residual`."""
        taken = self.steps[start:]
        del self.steps[start:]
        return taken

    def flatten(self) -> None:
        """Add a step that puts all numbers into one row."""
        self.steps.append(Step("flatten", self._name("flatten")))
        self.channels, self.height, self.width = self.channels * self.height * self.width, 1, 1

    def mean(self) -> None:
        """Add the mean over all places of the image."""
        self.steps.append(Step("mean", self._name("mean")))
        self.height = self.width = 1

    def dense(self, n_out: int) -> None:
        """Add a dense layer."""
        name = self._name("dense")
        n_out = int(self._units.get(name, n_out))
        self.weights += [
            Weight(f"{name}/kernel", (self.channels, n_out), "glorot_uniform", decays=True),
            Weight(f"{name}/bias", (n_out,)),
        ]
        self.steps.append(Step("dense", name))
        self.channels = n_out

    def dropout(self, params: Mapping[str, Any]) -> None:
        """Add dropout, where the params have any."""
        if float(params.get("dropout", 0.0)) > 0.0:
            self.steps.append(Step("dropout", self._name("dropout")))

    def network(self, family: str, params: Mapping[str, Any], shape: InputShape) -> Network:
        """Return the network, after its last layer."""
        self.dense(shape.n_outputs)
        weights, stats = Layout(tuple(self.weights)), Layout(tuple(self.stats))
        structure = ImageStructure(tuple(self.steps), self._rest(shape))
        return Network(family, structure, weights, stats, dict(params), shape, self.largest // _SMALL_BATCH)

    def _rest(self, shape: InputShape) -> tuple[int, int]:
        """Return the rows and columns at the end of an image that no output depends on."""
        sides = shape.pixels[:2]
        kernels = {w.name: w.shape[0] for w in self.weights}
        flows = [s for s in self.steps if s.kind not in ("batch_norm", "activation")]
        start = next((i for i, s in enumerate(flows) if s.kind not in ("conv", "max_pool")), len(flows))
        if any(s.kind == "conv" and (s.same or s.stride > 1) for s in flows[:start]) or any(
            s.kind == "batch_norm" for s in self.steps
        ):
            return 0, 0  # a padded border, or a statistic over all places, depends on everything

        def rest(side: int) -> int:
            sizes = [side]
            for s in flows[:start]:
                sizes.append(
                    sizes[-1] // 2 if s.kind == "max_pool" else sizes[-1] - kernels[f"{s.name}/kernel"] + 1
                )
            needed = sizes[-1]
            for s in reversed(flows[:start]):
                needed = 2 * needed if s.kind == "max_pool" else needed + kernels[f"{s.name}/kernel"] - 1
            return side - needed

        return rest(sides[0]), rest(sides[1])

    def _shrink(self, size: int, stride: int, same: bool) -> None:
        def left(n: int) -> int:
            return -(-n // stride) if same else (n - size) // stride + 1

        self.height, self.width = left(self.height), left(self.width)
        self.largest = max(self.largest, self.height * self.width * self.channels)

    def _name(self, kind: str) -> str:
        number = self._names.get(kind, 0)
        self._names[kind] = number + 1
        return f"{kind}_{number}"


class ImageFamily(Family):
    """A family whose networks are made of steps."""

    kind = "image"
    fuses = False

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:
        """See `Family.shrink`: whole filters are removed, and the same ones where residual connections add them up."""
        structure = network.structure
        assert isinstance(structure, ImageStructure)  # noqa: S101 - a family only sees its own networks
        smaller = [
            shrink_steps(
                structure.steps,
                {**network.weights.unpack(w), **network.stats.unpack(s)},
                network.shape.pixels[2],
                keep,
            )
            for w, s in zip(weights, stats, strict=True)
        ]
        params = {**network.params, "units": smaller[0].units}
        built = self.build(params, network.shape)
        values = [one.values for one in smaller]
        return Shrunk(params, packed(built.weights, values), packed(built.stats, values))

    def folded(self, network: Network, weights: Floats, stats: Floats) -> Shrunk:
        """See `Family.folded`."""
        structure = network.structure
        assert isinstance(structure, ImageStructure)  # noqa: S101 - a family only sees its own networks
        params = {**network.params, "folded": True}
        built = self.build(params, network.shape)
        left = {weight.name for weight in built.weights.weights}
        pairs = [(a, b) for a, b in foldable(structure.steps) if f"{b}/gamma" not in left]
        networks: list[dict[str, Floats]] = []
        for w, s in zip(weights, stats, strict=True):
            values = {**network.weights.unpack(w), **network.stats.unpack(s)}
            for layer, norm in pairs:
                values |= fold_norm(values, layer, norm, NORM_EPSILON)
            networks.append(values)
        return Shrunk(params, packed(built.weights, networks), packed(built.stats, networks))

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure = network.structure
        assert isinstance(structure, ImageStructure)  # noqa: S101 - a family only sees its own networks
        values = {**network.weights.unpack(weights), **network.stats.unpack(stats)}
        pixels = keras.Input(network.shape.pixels, name="pixels", dtype="uint8")
        scaled = keras.layers.Rescaling(SCALE, name="scaled")(pixels)
        model = keras.Model(pixels, _keras_steps(structure.steps, scaled, network, values), name=self.name)
        for layer in model.layers:
            if any(f"{layer.name}/{v.name}" in values for v in layer.weights):
                layer.set_weights([values[f"{layer.name}/{v.name}"] for v in layer.weights])
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
    if step.kind == "activation" and step.activation == "gelu":  # as an operation: see `mlp`
        return keras.ops.gelu(x, approximate=True)
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
        made = layers.BatchNormalization(momentum=NORM_MOMENTUM, epsilon=NORM_EPSILON, name=step.name)
    elif step.kind == "layer_norm":
        made = layers.LayerNormalization(epsilon=NORM_EPSILON, name=step.name)
    elif step.kind == "activation":
        made = layers.Activation(step.activation, name=step.name)
    elif step.kind == "max_pool":
        made = layers.MaxPooling2D(step.stride, name=step.name)
    elif step.kind == "mean":
        made = layers.GlobalAveragePooling2D(name=step.name)
    elif step.kind == "flatten":
        made = layers.Flatten(name=step.name)
    elif step.kind == "dropout":
        made = layers.Dropout(float(network.params["dropout"]), name=step.name)
    return made(x)
