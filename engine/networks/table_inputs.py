"""What families for tables make of their inputs: periodic embeddings of numbers, and embeddings of categories.

The periodic embeddings keep the number itself (PBLD of Holzmüller et al. 2024, arXiv 2407.04491): a cosine of learned
frequencies and phases, a linear layer for each column, and the number beside what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from .inputs import Inputs, InputShape
from .layout import Weight
from .stacked import flatten, look_up


@dataclass(frozen=True, slots=True)
class TableInputs:
    """What the graph of the inputs depends on.

    Attributes
    ----------
    periodic : bool
        Continuous columns pass through periodic embeddings.
    embedded : bool
        Whether there are embedded categorical columns.
    has_numeric : bool
    """

    periodic: bool
    embedded: bool
    has_numeric: bool

    @classmethod
    def of(cls, params: Mapping[str, Any], shape: InputShape) -> TableInputs:
        """Return what hyperparameters ask for; see `weights`."""
        periodic = params.get("numeric_embedding") == "periodic" and shape.n_continuous > 0
        return cls(periodic, bool(shape.cardinalities), shape.n_numeric > 0)

    def weights(
        self, params: Mapping[str, Any], shape: InputShape, *, rate: float = 1.0, scale: float = 1.0
    ) -> tuple[list[Weight], int]:
        """Return the weights, and how wide what they give is.

        Reads ``n_frequencies``, ``frequency_scale`` and ``numeric_size`` (of an embedded number, itself included) with
        periodic embeddings, and ``embedding_size`` with embedded categories.

        Parameters
        ----------
        rate : float
            Factor of the learning rate of periodic embeddings.
        scale : float
            Standard deviation of the embeddings of categories at the start.
        """
        weights = list[Weight]()
        width = shape.n_numeric
        if self.periodic:
            n, k, size = shape.n_continuous, int(params["n_frequencies"]), int(params["numeric_size"]) - 1
            sigma, limit = float(params["frequency_scale"]), k**-0.5
            weights += [
                Weight("frequencies/kernel", (n, k), "normal", sigma, rate=rate),
                Weight("frequencies/bias", (n, k), "uniform", np.pi, rate=rate),
                Weight("periodic/kernel", (n, k, size), "uniform", limit, decays=True, rate=rate),
                Weight("periodic/bias", (n, size), "uniform", limit, rate=rate),
            ]
            width += n * size
        if self.embedded:
            size = int(params["embedding_size"])
            weights.append(Weight("embedding/embeddings", (sum(shape.cardinalities), size), "normal", scale))
            width += size * len(shape.cardinalities)
        return weights, width

    def forward(self, take: Iterator[tf.Tensor], inputs: Inputs) -> tf.Tensor:
        """Return the inputs as one tensor (R, B, width)."""
        numeric, parts = inputs["numeric"], list[tf.Tensor]()
        if self.periodic:
            frequencies, phases = next(take), next(take)  # (R, n_continuous, n_frequencies)
            kernel, bias = next(take), next(take)  # (R, n_continuous, n_frequencies, size), (R, …, size)
            n_continuous = tf.shape(frequencies)[1]
            turned = tf.transpose(numeric[:, :, :n_continuous] * (2.0 * np.pi), (0, 2, 1))[:, :, :, None]
            waves = tf.cos(turned * frequencies[:, :, None] + phases[:, :, None])
            mixed = tf.matmul(waves, kernel) + bias[:, :, None]  # (R, n_continuous, B, size)
            parts += [flatten(tf.transpose(mixed, (0, 2, 1, 3)))]
        if self.has_numeric:
            parts.append(numeric)
        if self.embedded:
            parts.append(flatten(look_up(next(take), inputs["codes"])))
        return tf.concat(parts, axis=-1) if len(parts) > 1 else parts[0]

    def to_keras(self, shape: InputShape, values: Mapping[str, Any]) -> tuple[list[Any], Any]:
        """Return the inputs of a Keras model, and what `forward` gives of them."""
        inputs: list[Any] = []
        parts: list[Any] = []
        if self.has_numeric:
            numeric: Any = keras.Input((shape.n_numeric,), name="numeric", dtype="float32")
            inputs.append(numeric)
            if self.periodic:
                n, k = values["frequencies/kernel"].shape
                size = values["periodic/bias"].shape[1]
                # Multiplied in the order of `forward`: the cosine of a large angle needs every bit of it.
                turned = keras.ops.multiply(numeric[:, : shape.n_continuous], 2.0 * np.pi)
                angle = keras.layers.EinsumDense("bd,dk->bdk", (n, k), bias_axes="dk", name="frequencies")
                mix = keras.layers.EinsumDense("bdk,dkm->bdm", (n, size), bias_axes="dm", name="periodic")
                waves = mix(keras.ops.cos(angle(turned)))
                parts.append(keras.layers.Flatten(name="periodic_flat")(waves))
            parts.append(numeric)
        if self.embedded:
            codes = keras.Input((len(shape.cardinalities),), name="codes", dtype="int32")
            inputs.append(codes)
            rows, size = values["embedding/embeddings"].shape
            vectors = keras.layers.Embedding(rows, size, name="embedding")(codes)
            parts.append(keras.layers.Flatten(name="embedding_flat")(vectors))
        return inputs, parts[0] if len(parts) == 1 else keras.layers.Concatenate(name="inputs")(parts)
