"""The RealMLP family: an MLP by the recipe of Holzmüller et al. 2024 (arXiv 2407.04491), R replicas at once.

Its parts: periodic embeddings of the numbers that keep the number itself (PBLD), a learnable factor for every input,
the neural tangent parametrization (Jacot et al. 2018, arXiv 1806.07572), activations whose strength is learned, and
learning rates of their own for each of these. Schedules and preprocessing are in `engine/search/spaces/realmlp.toml`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import keras_parts
from .base import Family, Floats, Network, Shrunk, Structure
from .cutting import cut_all
from .inputs import Inputs, InputShape
from .layout import Layout, Weight
from .stacked import ACTIVATIONS
from .stacked import dropout as drop
from .table_inputs import TableInputs

_BIAS_RATE, _STRENGTH_RATE, _EMBEDDING_RATE = 0.1, 0.1, 0.1  # factors of the learning rate, as in the paper


@dataclass(frozen=True, slots=True)
class RealMlpStructure(Structure):
    """What the graph of a RealMLP depends on.

    Attributes
    ----------
    n_layers : int
        Hidden layers, at least 1.
    activation : {"selu", "mish", "relu", "silu", "gelu", "tanh"}
    inputs : TableInputs
    has_dropout : bool
    """

    n_layers: int
    activation: str
    inputs: TableInputs
    has_dropout: bool

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
        take = iter(weights)
        hidden = self.inputs.forward(take, inputs) * next(take)[:, None]
        for layer in range(self.n_layers):
            value = _dense(hidden, next(take), next(take))
            hidden = value + (ACTIVATIONS[self.activation](value) - value) * next(take)[:, None]
            if training and self.has_dropout:
                hidden = drop(hidden, dropout, seed + tf.constant([0, layer]))
        return _dense(hidden, next(take), next(take)), list(stats)


def _dense(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
    return tf.matmul(x, kernel) * tf.math.rsqrt(tf.cast(tf.shape(kernel)[1], tf.float32)) + bias[:, None]


class RealMlpFamily(Family):
    """Builds RealMLPs."""

    name = "realmlp"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``n_layers``, ``width``, ``activation``, ``dropout``, what `TableInputs` reads, and ``scale_rate`` and
        ``first_rate``, factors of the learning rate of the inputs' factors and of the first layer.
        """
        structure = RealMlpStructure(
            n_layers=int(params["n_layers"]),
            activation=str(params.get("activation", "selu")),
            inputs=TableInputs.of(params, shape),
            has_dropout=float(params.get("dropout", 0.0)) > 0.0,
        )
        weights, n_in = structure.inputs.weights(params, shape, rate=_EMBEDDING_RATE)
        width = int(params["width"])
        weights.append(Weight("scale/kernel", (n_in,), "ones", rate=float(params.get("scale_rate", 6.0))))
        for i in range(structure.n_layers):
            rate = float(params.get("first_rate", 1.0)) if i == 0 else 1.0
            weights += [
                Weight(f"dense_{i}/kernel", (n_in, width), "normal", decays=True, rate=rate),
                Weight(f"dense_{i}/bias", (width,), "normal", rate=_BIAS_RATE),
                Weight(f"strength_{i}/kernel", (width,), "ones", rate=_STRENGTH_RATE),
            ]
            n_in = width
        weights += [
            Weight("output/kernel", (n_in, shape.n_outputs), "zeros", decays=True),
            Weight("output/bias", (shape.n_outputs,), rate=_BIAS_RATE),
        ]
        return Network(self.name, structure, Layout(tuple(weights)), Layout(()), dict(params), shape)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """See `Family.shrink`."""
        structure = network.structure
        assert isinstance(structure, RealMlpStructure)  # noqa: S101 - a family only sees its own networks
        axes: dict[str, Any] = {}
        for i in range(structure.n_layers):
            axes[f"dense_{i}/kernel"] = ((f"units_{i - 1}",) if i else (), (f"units_{i}",))
            axes[f"dense_{i}/bias"] = axes[f"strength_{i}/kernel"] = ((f"units_{i}",),)
        axes["output/kernel"] = ((f"units_{structure.n_layers - 1}",), ())
        smaller = cut_all(network.weights, weights, axes, keep)
        old, width = int(network.params["width"]), smaller[0]["dense_0/bias"].size
        names = [*(f"dense_{i}/kernel" for i in range(1, structure.n_layers)), "output/kernel"]
        for values in smaller:  # a layer divides by the root of its inputs' number
            values |= {name: values[name] * np.float32((width / old) ** 0.5) for name in names}
        return self.rebuilt(network, {"width": width}, smaller)

    def to_keras(
        self,
        network: Network,
        weights: NDArray[np.float32],
        stats: NDArray[np.float32],  # noqa: ARG002 - there are none
    ) -> keras.Model:
        """See `Family.to_keras`; the inputs' factors and the parametrization become part of the kernels."""
        structure = network.structure
        assert isinstance(structure, RealMlpStructure)  # noqa: S101 - a family only sees its own networks
        values = network.weights.unpack(weights)
        inputs, hidden = structure.inputs.to_keras(network.shape, values)
        for i in range(structure.n_layers):
            value = keras.layers.Dense(values[f"dense_{i}/bias"].size, name=f"dense_{i}")(hidden)
            active = keras_parts.activation(structure.activation, f"activation_{i}")(value)
            bent = keras.layers.Subtract(name=f"bent_{i}")([active, value])
            strength = keras.layers.EinsumDense("bd,d->bd", (value.shape[1],), name=f"strength_{i}")
            hidden = keras.layers.Add(name=f"add_{i}")([value, strength(bent)])
            if structure.has_dropout:
                rate = float(network.params["dropout"])
                hidden = keras.layers.Dropout(rate, name=f"dropout_{i}")(hidden)
        outputs = keras.layers.Dense(network.shape.n_outputs, name="output")(hidden)
        model = keras.Model(inputs, outputs, name="realmlp")
        for name in [*(f"dense_{i}" for i in range(structure.n_layers)), "output"]:
            kernel = values[f"{name}/kernel"]
            values[f"{name}/kernel"] = kernel / np.float32(math.sqrt(len(kernel)))
        values["dense_0/kernel"] = values["dense_0/kernel"] * values["scale/kernel"][:, None]
        keras_parts.set_weights(model.layers, values)
        return model


FAMILY = RealMlpFamily()
