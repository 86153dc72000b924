"""What families of all kinds of data need on the way to Keras: layers that compute as ours do, and their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from .layout import Floats
from .stacked import NORM_EPSILON, NORM_MOMENTUM


def layer_norm(name: str) -> Any:
    """Return a normalization over the last axis."""
    return keras.layers.LayerNormalization(epsilon=NORM_EPSILON, name=name)


def batch_norm(name: str) -> Any:
    """Return a normalization over the batch."""
    return keras.layers.BatchNormalization(momentum=NORM_MOMENTUM, epsilon=NORM_EPSILON, name=name)


def activation(kind: str, name: str) -> Any:
    """Return what computes an activation, one of `stacked.ACTIVATIONS`, in a Keras model."""
    if kind == "gelu":  # as an operation: a layer named gelu would come back as the exact form
        return lambda value: keras.ops.gelu(value, approximate=True)
    return keras.layers.Activation(kind, name=name)


def set_weights(layers: Sequence[Any], values: Mapping[str, Floats]) -> None:
    """Give Keras layers the weights of their names, ``layer/weight``, in the shapes that Keras has for them."""
    for layer in layers:
        if layer.weights:
            layer.set_weights([values[f"{layer.name}/{v.name}"].reshape(v.shape) for v in layer.weights])
