"""The MLP family: dense layers with normalization, dropout, residual connections and embeddings, R replicas at once.

The space of its hyperparameters is `engine/search/spaces/mlp.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import keras_parts
from .base import Family, Floats, Network, Shrunk, Structure
from .folding import fold_norm
from .inputs import Inputs, InputShape
from .layout import Layout, Weight, dense_weights, norm_stats, norm_weights
from .shrinking import shrink_dense
from .stacked import ACTIVATIONS, NORM_EPSILON, batch_norm, dense, flatten, layer_norm, look_up
from .stacked import dropout as drop


@dataclass(frozen=True, slots=True)
class MlpStructure(Structure):
    """What the graph of an MLP depends on.

    Attributes
    ----------
    n_layers : int
        Hidden layers; 0 is a linear model.
    activation : {"relu", "gelu", "silu", "tanh"}
    normalization : {"none", "batch", "layer"}
    residual : bool
        Layers after the first add to their input (all have the same width).
    periodic : bool
        Continuous columns pass through periodic embeddings (Gorishniy et al. 2022, arXiv 2203.05556).
    embedded : bool
        Whether there are embedded categorical columns.
    has_numeric : bool
    has_dropout : bool
    compute_dtype : {"float32", "bfloat16"}
        Of the matrix products; weights, sums and losses stay float32.
    """

    n_layers: int
    activation: str
    normalization: str
    residual: bool
    periodic: bool
    embedded: bool
    has_numeric: bool
    has_dropout: bool
    compute_dtype: str = "float32"

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
        take_weight, take_stat = iter(weights), iter(stats)
        activation = ACTIVATIONS[self.activation]
        new_stats: list[tf.Tensor] = []
        hidden = self._inputs(take_weight, inputs["numeric"], inputs["codes"])
        for layer in range(self.n_layers):
            value = self._dense(hidden, next(take_weight), next(take_weight))
            if self.normalization == "batch":
                value, moved = batch_norm(
                    value, next(take_weight), next(take_weight), next(take_stat), next(take_stat),
                    training=training,
                )  # fmt: skip
                new_stats += moved
            elif self.normalization == "layer":
                value = layer_norm(value, next(take_weight), next(take_weight))
            value = activation(value)
            if training and self.has_dropout:
                value = drop(value, dropout, seed + tf.constant([0, layer]))
            hidden = hidden + value if self.residual and layer > 0 else value
        return self._dense(hidden, next(take_weight), next(take_weight)), new_stats

    def _inputs(self, take: Any, numeric: tf.Tensor, codes: tf.Tensor) -> tf.Tensor:
        parts: list[tf.Tensor] = []
        if self.periodic:
            frequencies = next(take)  # (R, n_continuous, n_frequencies)
            kernel, bias = (
                next(take),
                next(take),
            )  # (R, n_continuous, 2 n_frequencies, size), (R, n_continuous, size)
            n_continuous = tf.shape(frequencies)[1]
            angle = 2.0 * np.pi * numeric[:, :, :n_continuous, None] * frequencies[:, None]
            waves = tf.concat(
                [tf.sin(angle), tf.cos(angle)], axis=-1
            )  # (R, B, n_continuous, 2 n_frequencies)
            mixed = tf.matmul(tf.transpose(waves, (0, 2, 1, 3)), kernel)  # (R, n_continuous, B, size)
            embedded = tf.nn.relu(tf.transpose(mixed, (0, 2, 1, 3)) + bias[:, None])
            parts += [flatten(embedded), numeric[:, :, n_continuous:]]
        elif self.has_numeric:
            parts.append(numeric)
        if self.embedded:
            parts.append(flatten(look_up(next(take), codes)))  # (R, sum of cardinalities, size)
        return tf.concat(parts, axis=-1) if len(parts) > 1 else parts[0]

    def _dense(self, x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) -> tf.Tensor:
        if self.compute_dtype != "float32":
            product = tf.matmul(tf.cast(x, self.compute_dtype), tf.cast(kernel, self.compute_dtype))
            return tf.cast(product, tf.float32) + bias[:, None]
        return dense(x, kernel, bias)


class MlpFamily(Family):
    """Builds MLPs."""

    name = "mlp"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``n_layers``, ``width``, ``taper``, ``activation``, ``normalization``, ``residual``, ``dropout``,
        ``embedding_size``, ``widths`` (of each layer, in place of ``width`` and ``taper``), ``numeric_embedding`` with
        ``n_frequencies``, ``frequency_scale`` and ``numeric_size``.
        """
        residual = bool(params.get("residual", False))
        taper = 1.0 if residual else float(params.get("taper", 1.0))
        widths = [max(4, round(int(params["width"]) * taper**i)) for i in range(int(params["n_layers"]))]
        widths = [int(width) for width in params.get("widths", widths)]
        structure = MlpStructure(
            n_layers=len(widths),
            activation=str(params.get("activation", "relu")),
            normalization=str(params.get("normalization", "none")),
            residual=residual,
            periodic=params.get("numeric_embedding") == "periodic" and shape.n_continuous > 0,
            embedded=bool(shape.cardinalities),
            has_numeric=shape.n_numeric > 0,
            has_dropout=float(params.get("dropout", 0.0)) > 0.0,
            compute_dtype=str(params.get("compute_dtype", "float32")),
        )
        weights, stats = _input_weights(structure, params, shape), list[Weight]()
        n_in = _input_width(structure, params, shape)
        for i, width in enumerate(widths):
            weights += dense_weights(f"dense_{i}", n_in, width)
            if structure.normalization != "none":
                weights += norm_weights(f"norm_{i}", width)
            if structure.normalization == "batch":
                stats += norm_stats(f"norm_{i}", width)
            n_in = width
        weights += dense_weights("output", n_in, shape.n_outputs)
        return Network(
            self.name, structure, Layout(tuple(weights)), Layout(tuple(stats)), dict(params), shape
        )

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:
        """See `Family.shrink`."""
        structure = network.structure
        assert isinstance(structure, MlpStructure)  # noqa: S101 - a family only sees its own networks
        layers = [*(f"dense_{i}" for i in range(structure.n_layers)), "output"]
        smaller = [
            shrink_dense(network.values(w, s), layers, keep, tied=structure.residual)
            for w, s in zip(weights, stats, strict=True)
        ]
        widths = [smaller[0][f"{layer}/bias"].size for layer in layers[:-1]]
        return self.rebuilt(network, {"widths": widths}, smaller)

    def folded(self, network: Network, weights: Floats, stats: Floats) -> Shrunk:
        """See `Family.folded`."""
        structure = network.structure
        assert isinstance(structure, MlpStructure)  # noqa: S101 - a family only sees its own networks
        if structure.normalization != "batch":
            return Shrunk(network.params, weights, stats)
        networks: list[dict[str, Floats]] = []
        for w, s in zip(weights, stats, strict=True):
            values = network.values(w, s)
            for i in range(structure.n_layers):
                values |= fold_norm(values, f"dense_{i}", f"norm_{i}", NORM_EPSILON)
            networks.append(values)
        return self.rebuilt(network, {"normalization": "none"}, networks)

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure = network.structure
        assert isinstance(structure, MlpStructure)  # noqa: S101 - a family only sees its own networks
        values = network.values(weights, stats)
        inputs, hidden = _keras_inputs(structure, network.shape, values)
        for i in range(structure.n_layers):
            value = keras.layers.Dense(values[f"dense_{i}/bias"].size, name=f"dense_{i}")(hidden)
            if structure.normalization == "batch":
                value = keras_parts.batch_norm(f"norm_{i}")(value)
            elif structure.normalization == "layer":
                value = keras_parts.layer_norm(f"norm_{i}")(value)
            value = keras_parts.activation(structure.activation, f"activation_{i}")(value)
            if structure.has_dropout:
                value = keras.layers.Dropout(float(network.params["dropout"]), name=f"dropout_{i}")(value)
            hidden = (
                keras.layers.Add(name=f"add_{i}")([hidden, value]) if structure.residual and i > 0 else value
            )
        outputs = keras.layers.Dense(network.shape.n_outputs, name="output")(hidden)
        model = keras.Model(inputs, outputs, name="mlp")
        keras_parts.set_weights(model.layers, values)
        return model


def _input_weights(structure: MlpStructure, params: Mapping[str, Any], shape: InputShape) -> list[Weight]:
    weights: list[Weight] = []
    if structure.periodic:
        n, k, size = shape.n_continuous, int(params["n_frequencies"]), int(params["numeric_size"])
        weights += [
            Weight("frequencies/kernel", (n, k), "normal", scale=float(params["frequency_scale"])),
            Weight("periodic/kernel", (n, 2 * k, size), "he_normal", decays=True),
            Weight("periodic/bias", (n, size)),
        ]
    if structure.embedded:
        size = int(params["embedding_size"])
        weights.append(
            Weight("embedding/embeddings", (sum(shape.cardinalities), size), "normal", scale=size**-0.5)
        )
    return weights


def _input_width(structure: MlpStructure, params: Mapping[str, Any], shape: InputShape) -> int:
    width = shape.n_numeric
    if structure.periodic:
        width += shape.n_continuous * (int(params["numeric_size"]) - 1)
    return width + (len(shape.cardinalities) * int(params["embedding_size"]) if structure.embedded else 0)


def _keras_inputs(
    structure: MlpStructure, shape: InputShape, values: Mapping[str, Any]
) -> tuple[list[Any], Any]:
    inputs: list[Any] = []
    parts: list[Any] = []
    if structure.has_numeric:
        numeric = keras.Input((shape.n_numeric,), name="numeric", dtype="float32")
        inputs.append(numeric)
        parts.append(numeric)
    if structure.periodic:
        n, k = values["frequencies/kernel"].shape
        # Multiplied in the order of `forward`: the sine of a large angle needs every bit of it.
        turned = keras.ops.multiply(parts[0][:, : shape.n_continuous], 2.0 * np.pi)
        angle = keras.layers.EinsumDense("bd,dk->bdk", (n, k), name="frequencies")(turned)
        waves = keras.ops.concatenate([keras.ops.sin(angle), keras.ops.cos(angle)], axis=-1)
        size = values["periodic/bias"].shape[1]
        embedded = keras.layers.EinsumDense(
            "bdk,dkm->bdm", (n, size), bias_axes="dm", activation="relu", name="periodic"
        )(waves)
        parts = [keras.layers.Flatten(name="periodic_flat")(embedded)]
        if shape.n_numeric > n:
            parts.append(inputs[0][:, shape.n_continuous :])
    if structure.embedded:
        codes = keras.Input((len(shape.cardinalities),), name="codes", dtype="int32")
        inputs.append(codes)
        rows, size = values["embedding/embeddings"].shape
        parts.append(
            keras.layers.Flatten(name="embedding_flat")(
                keras.layers.Embedding(rows, size, name="embedding")(codes)
            )
        )
    return inputs, parts[0] if len(parts) == 1 else keras.layers.Concatenate(name="inputs")(parts)


FAMILY = MlpFamily()
