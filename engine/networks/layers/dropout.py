"""Dropout, of numbers and of whole tokens. In exported networks there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..libraries import keras, tf
from .base import Layer, Replicas, Tensor, Value, sized

if TYPE_CHECKING:
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph


def _mask(shape: Tensor, rate: Tensor, seed: Tensor) -> Tensor:
    """Return 0 for the numbers to drop, and for the others what keeps their sum."""
    return tf.cast(tf.random.stateless_uniform(shape, seed) >= rate, tf.float32) / (1.0 - rate)


@dataclass(frozen=True, slots=True)
class Dropout(Layer):
    """Drops numbers at random, the same ones in all replicas.

    Attributes
    ----------
    place : int
        Tells its random numbers from those of other places in the network.
    factor : float
        Of the rate.
    rate : float
        The rate itself, which its Keras form has.
    """

    place: int = 0
    factor: float = 1.0
    rate: float = sized(0.0)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (x,) = inputs
        if not run.training:
            return x
        return x * _mask(tf.shape(x)[1:], self._rate_of(run), run.seed_of(self.place))

    def _rate_of(self, run: Replicas) -> Tensor:
        return run.rate if self.factor == 1.0 else self.factor * run.rate

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.Dropout(self.factor * self.rate, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return inputs[0].name


@dataclass(frozen=True, slots=True)
class TokenDropout(Dropout):
    """Drops numbers of (R, B, T, E); the same ones however many tokens there are, as replicas may be trimmed apart."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (x,) = inputs
        if not run.training:
            return x
        shape: Tensor = tf.shape(x)
        mask = _mask(tf.stack([shape[2], shape[1], shape[3]]), self._rate_of(run), run.seed_of(self.place))
        return x * tf.transpose(mask, (1, 0, 2))


@dataclass(frozen=True, slots=True)
class MaskDropout(Dropout):
    """Takes tokens out of a mask (R, B, T), the same places in all replicas."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (mask,) = inputs
        if not run.training:
            return mask
        shape: Tensor = tf.shape(mask)
        uniform = tf.random.stateless_uniform(tf.stack([shape[2], shape[1]]), run.seed_of(self.place))
        return mask * tf.cast(tf.transpose(uniform) >= self._rate_of(run), tf.float32)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`: it has none, a mask is no number that could be scaled."""
        return inputs[0]
