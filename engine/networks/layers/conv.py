"""Convolutions of images (R, B, H, W, C), R being 1: on a processor they fill the cores by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...tf import keras, tf
from ..layout import Floats, Weight
from .base import Layer, Replicas, Tensor, Value, sized
from .norm import BatchNorm, with_norm
from .pool import MaxPool, max_pool

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

# Convolutions predict some hundred images at once best: so much more than other layers.
_SMALL_BATCH = 8


@dataclass(frozen=True, slots=True)
class Conv(Layer):
    """A convolution.

    Attributes
    ----------
    stride : int
    same : bool
        Whether it pads with zeros.
    has_bias : bool
    pools : bool
        Whether the maximum of 2 × 2 places is taken before the bias is added, see `pooled`.
    n_out : int
    kernel_size : int
    he : bool
        Whether it starts as He et al. (2015) say, for what a ReLU follows; else as Glorot and Bengio (2010).
    """

    fuses: ClassVar[bool] = False
    stride: int = 1
    same: bool = True
    has_bias: bool = True
    pools: bool = False
    n_out: int = sized(0)
    kernel_size: int = sized(3)
    he: bool = sized(True)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        size = self.kernel_size
        fan_in, fan_out = size * size * inputs[0].size, size * size * self.n_out
        start = (
            ("normal", (2.0 / fan_in) ** 0.5) if self.he else ("uniform", (6.0 / (fan_in + fan_out)) ** 0.5)
        )
        kernel = Weight(f"{self.name}/kernel", (size, size, inputs[0].size, self.n_out), *start, decays=True)
        return (kernel, Weight(f"{self.name}/bias", (self.n_out,))) if self.has_bias else (kernel,)

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (*self._places(inputs[0]), self.n_out)

    def _places(self, image: Value) -> tuple[int, int]:
        height, width = (
            -(-n // self.stride) if self.same else (n - self.kernel_size) // self.stride + 1
            for n in image.shape[:2]
        )
        return height, width

    def n_held(self, output: Value, *inputs: Value) -> int:
        """See `Layer.n_held`."""
        return max(output.n_numbers, inputs[0].n_numbers) // _SMALL_BATCH

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        value = self._product(tf.squeeze(inputs[0], 0), tf.squeeze(run.values[f"{self.name}/kernel"], 0))
        if self.pools:
            value = max_pool(value)
        if self.has_bias:
            value = tf.nn.bias_add(value, tf.squeeze(run.values[f"{self.name}/bias"], 0))
        return tf.expand_dims(value, 0)

    def _product(self, x: Tensor, kernel: Tensor) -> Tensor:
        return tf.nn.conv2d(x, kernel, self.stride, "SAME" if self.same else "VALID")

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        made_by = partial(keras.layers.Conv2D, self.n_out, self.kernel_size)
        return self._of_keras(made_by)(inputs[0])

    def _of_keras(self, made_by: Callable[..., Tensor]) -> Tensor:
        padding = "same" if self.same else "valid"
        return made_by(strides=self.stride, padding=padding, use_bias=self.has_bias, name=self.name)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return self._onnx(graph, inputs[0], perm=[3, 2, 0, 1], group=1)

    def _onnx(self, graph: OnnxGraph, image: Value, perm: list[int], group: int) -> str:
        kernel = graph.add("Transpose", graph.weight(f"{self.name}/kernel"), perm=perm)
        bias = [graph.weight(f"{self.name}/bias")] if self.has_bias else []
        short = [
            max((out - 1) * self.stride + self.kernel_size - n, 0) if self.same else 0
            for out, n in zip(self._places(image), image.shape, strict=False)
        ]
        # As TensorFlow pads: where the number is odd, one more at the end.
        pads = [n // 2 for n in short] + [n - n // 2 for n in short]
        size = [self.kernel_size] * 2
        settings = {"kernel_shape": size, "strides": [self.stride] * 2, "pads": pads, "group": group}
        return graph.add("Conv", image.name, kernel, *bias, **settings)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        out = cutting.units(self, self.n_out)
        cutting.matrix(f"{self.name}/kernel", inputs[0], out)
        if self.has_bias:
            cutting.vector(f"{self.name}/bias", out)
        return cutting.path(out)

    def pooled(self, pool: Layer) -> Layer | None:
        """See `Layer.pooled`."""
        return replace(self, pools=True) if isinstance(pool, MaxPool) and self.has_bias else None

    def merged(self, following: Layer) -> Layer | None:
        """See `Layer.merged`."""
        return replace(self, has_bias=True) if isinstance(following, BatchNorm) else None

    def merged_values(self, following: Layer, values: Mapping[str, Floats]) -> dict[str, Floats]:
        """See `Layer.merged_values`."""
        return with_norm(values, self.name, following.name)


@dataclass(frozen=True, slots=True)
class Depthwise(Conv):
    """A convolution of each channel by itself."""

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        size = self.kernel_size
        shape = (size, size, inputs[0].size, 1)
        kernel = Weight(f"{self.name}/kernel", shape, "normal", (2.0 / size**2) ** 0.5, decays=True)
        return (kernel, Weight(f"{self.name}/bias", (inputs[0].size,))) if self.has_bias else (kernel,)

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (*self._places(inputs[0]), inputs[0].size)

    def _product(self, x: Tensor, kernel: Tensor) -> Tensor:
        strides = [1, self.stride, self.stride, 1]
        padding = "SAME" if self.same else "VALID"
        return tf.raw_ops.DepthwiseConv2dNative(input=x, filter=kernel, strides=strides, padding=padding)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return self._of_keras(partial(keras.layers.DepthwiseConv2D, self.kernel_size))(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return self._onnx(graph, inputs[0], perm=[2, 3, 0, 1], group=inputs[0].size)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        (x,) = inputs
        cutting.vector(f"{self.name}/kernel", x.segments, axis=2)
        if self.has_bias:
            cutting.vector(f"{self.name}/bias", x.segments)
        sizes = np.linalg.norm(cutting.values[f"{self.name}/kernel"][..., 0], axis=(0, 1))
        return cutting.scaled(x, sizes)


@dataclass(frozen=True, slots=True)
class Pixels(Layer):
    """Whole numbers of pixels as numbers from 0 to 1.

    Attributes
    ----------
    crop : tuple of int
        Rows at the bottom and columns at the right of an image that no output depends on, because unpadded convolutions
        and poolings leave a rest: they are cut off before everything else, which changes nothing but the time.
    most : float
        What becomes 1.
    """

    crop: tuple[int, int] = (0, 0)
    most: float = 255.0

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (pixels,) = inputs
        if any(self.crop):
            shape = tf.shape(pixels)
            pixels = pixels[:, :, : shape[2] - self.crop[0], : shape[3] - self.crop[1]]
        return tf.cast(pixels, tf.float32) * (1.0 / self.most)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.Rescaling(1.0 / self.most, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`: in an ONNX graph the channels of images come first, as its convolutions want them."""
        numbers = graph.add("Mul", graph.cast(inputs[0].name, "float32"), graph.number(1.0 / self.most))
        return graph.add("Transpose", numbers, perm=[0, 3, 1, 2])

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        return cutting.whole(self)
