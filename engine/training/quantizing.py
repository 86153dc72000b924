"""Weights in few bits: codes, scales, and networks that are trained on as they will compute once rounded.

Symmetric, with one scale for each channel that comes out of a layer, so that a normalization that becomes part of the
layer later changes no code. Training passes gradients straight through the rounding (Bengio et al. 2013, arXiv
1308.3432; Jacob et al. 2018, arXiv 1712.05877). The `Trainer` uses it, and `compression.convert` for the files. Needs
NumPy only, but for what the traced graphs call.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..networks.layout import Weight, WeightLayout
from ..tf import Tensor, tf

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rounding:
    """What a traced graph depends on: the bits, and by weight the axis of the channels, None where it stays a float."""

    bits: int
    axes: tuple[int | None, ...]

    def straight_through(self, values: list[Tensor]) -> list[Tensor]:
        """Return the tensors (R, *shape) rounded, with the gradients of what they were."""
        return [
            value if axis is None else value + tf.stop_gradient(self._rounded(value, axis) - value)
            for value, axis in zip(values, self.axes, strict=True)
        ]

    def _rounded(self, value: Tensor, axis: int) -> Tensor:
        others = [i for i in range(1, value.shape.rank) if i != axis + 1]
        scale = tf.reduce_max(tf.abs(value), axis=others, keepdims=True) / float(most_code(self.bits))
        scale = tf.where(scale > 0.0, scale, tf.ones_like(scale))
        return tf.round(value / scale) * scale


@dataclass(frozen=True, slots=True)
class Quantizer:
    """Rounds the matrices, filters and embeddings of networks.

    Attributes
    ----------
    layout : WeightLayout
    bits : int
        From 2 to 8.
    floats : tuple of str
        Layers whose weights stay floats.
    """

    layout: WeightLayout
    bits: int
    floats: tuple[str, ...] = ()

    @property
    def rounding(self) -> Rounding:
        """What the graphs need."""
        axes = channel_axes(self.layout, self.floats)
        return Rounding(self.bits, tuple(axes.get(w.name) for w in self.layout.weights))

    def rounded(self, weights: Floats) -> Floats:
        """Return the weights (R, P) as they are once rounded."""
        axes = channel_axes(self.layout, self.floats)
        result = weights.copy()
        for row in result:
            # Views of the row.
            for name, value in self.layout.unpack(row).items():
                if name in axes:
                    codes, scale = codes_of(value, self.bits, axes[name])
                    value[...] = codes * scale
        return result


def layer_of(name: str) -> str:
    """Return the layer that a weight belongs to."""
    return name.split("/")[0]


def channel_axes(layout: WeightLayout, floats: Collection[str] = ()) -> Mapping[str, int]:
    """Return the axis of the channels of every weight that can be rounded, by its name, but of the layers `floats`.

    These are the matrices and filters, to which weight decay applies, and embeddings: small ones too, as LiteRT's
    quantizer rounds them all. Frequencies are none of them: the sine of a large angle needs every bit of it.
    """
    return {w.name: _axis(w) for w in layout.weights if _is_rounded(w) and layer_of(w.name) not in floats}


def _is_rounded(weight: Weight) -> bool:
    is_one = weight.decays or weight.name.endswith("/embeddings")
    return is_one and len(weight.shape) > 1


def _axis(weight: Weight) -> int:
    is_depthwise = len(weight.shape) == 4 and weight.shape[3] == 1
    return len(weight.shape) - (2 if is_depthwise else 1)


def most_code(bits: int) -> int:
    """Return the largest code; the smallest is its negative."""
    return 2 ** (bits - 1) - 1


def codes_of(value: NDArray[np.floating], bits: int, axis: int) -> tuple[NDArray[np.int8], Floats]:
    """Return the codes of a weight, int8 of its shape, and the scale (1, …, n, …, 1) of each channel, float32.

    ``codes * scale`` is the rounded weight, whose codes and scales are the same ones.
    """
    others = tuple(i for i in range(value.ndim) if i != axis)
    scale = np.abs(value).max(axis=others, keepdims=True).astype(np.float32) / np.float32(most_code(bits))
    scale = np.where(scale > 0, scale, np.float32(1.0))
    return np.round(value / scale).astype(np.int8), scale
