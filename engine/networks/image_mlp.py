"""The plain network of textbooks for images: all pixels in one row, and dense layers; 784-128-10 for MNIST.

An `mlp` behind a step that scales and flattens the pixels; its replicas compute as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import mlp
from .base import Family, Floats, Network, Shrunk, Structure
from .image_parts import SCALE
from .inputs import Inputs, InputShape


@dataclass(frozen=True, slots=True)
class ImageMlpStructure(Structure):
    """What the graph depends on: that of the MLP."""

    dense: Structure

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
        """See `Structure.forward`."""
        pixels = inputs["pixels"]
        shape = tf.shape(pixels)
        flat = tf.reshape(pixels, (shape[0], shape[1], shape[2] * shape[3] * shape[4]))
        rows = {
            "numeric": tf.cast(flat, tf.float32) * SCALE,
            "codes": tf.zeros((shape[0], shape[1], 0), tf.int32),
        }
        return self.dense.forward(weights, stats, rows, training=training, dropout=dropout, seed=seed)


class ImageMlpFamily(Family):
    """Builds dense networks for images."""

    name = "image_mlp"
    kind = "image"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`. Reads what `MlpFamily.build` reads of an MLP without embeddings."""
        dense = _dense(params, shape)
        return replace(dense, family=self.name, structure=ImageMlpStructure(dense.structure), shape=shape)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:
        """See `Family.shrink`."""
        return mlp.FAMILY.shrink(_dense(network.params, network.shape), weights, stats, keep)

    def folded(self, network: Network, weights: Floats, stats: Floats) -> Shrunk:
        """See `Family.folded`."""
        return mlp.FAMILY.folded(_dense(network.params, network.shape), weights, stats)

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        dense: Any = mlp.FAMILY.to_keras(_dense(network.params, network.shape), weights, stats)
        pixels = keras.Input(network.shape.pixels, name="pixels", dtype="uint8")
        scaled = keras.layers.Rescaling(SCALE, name="scaled")(pixels)
        return keras.Model(pixels, dense(keras.layers.Flatten(name="flat")(scaled)), name=self.name)


def _dense(params: Mapping[str, Any], shape: InputShape) -> Network:
    return mlp.FAMILY.build(params, InputShape(shape.n_outputs, n_numeric=prod(shape.pixels)))


FAMILY = ImageMlpFamily()
