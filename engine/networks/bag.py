"""The bag family: the mean and the maximum of embeddings of tokens and of pairs of tokens, then dense layers.

Pairs that follow one another share a table by a hash, as in fastText (Joulin et al. 2017, arXiv 1607.01759). Beside it
a wide part (Cheng et al. 2016, arXiv 1606.07792) adds a weight of each token and pair to the outputs, as a linear model
does. The space of its hyperparameters is `engine/search/spaces/bag.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import keras_parts
from . import text_parts as parts
from .base import Family, Floats, Network, Shrunk, Structure
from .cutting import cut_all
from .inputs import Inputs, InputShape
from .layout import Layout, Weight, dense_weights
from .stacked import dense, look_up
from .stacked import dropout as drop
from .text_shrinking import fewer_words, frequent_words, halved

_FIRST, _SECOND = 8_191, 31_337  # primes; with at most 50,000 codes their products stay below 2**31
_MOST_CODES = 50_000
_MOST_WIDE = 32  # outputs: with more the wide tables would be the largest of all


@dataclass(frozen=True, slots=True)
class BagStructure(Structure):
    """What the graph of a bag depends on.

    Attributes
    ----------
    n_layers : int
        Hidden layers after the pooling.
    has_max : bool
        Whether the maximum stands beside the mean.
    has_pairs : bool
    is_wide : bool
        Whether there is a wide part.
    has_dropout : bool
    """

    n_layers: int
    has_max: bool
    has_pairs: bool
    is_wide: bool
    has_dropout: bool

    def forward(
        self,
        weights: Sequence[Any],
        stats: Sequence[Any],
        inputs: Inputs,
        *,
        training: bool,
        dropout: Any,
        seed: Any,
    ) -> tuple[Any, list[Any]]:
        """See `Structure.forward`."""
        take, tokens = iter(weights), parts.trimmed(inputs["tokens"])
        drops = training and self.has_dropout
        mask = parts.mask_of(tokens)
        if drops:
            mask = parts.drop_tokens(mask, 0.5 * dropout, seed + tf.constant([0, 99]))
        embedded = look_up(next(take), tokens)
        wide = self._wide(take, tokens, mask) if self.is_wide else 0.0
        if self.has_pairs:
            table = next(take)
            pairs = _pairs(tokens[..., :-1], tokens[..., 1:], tf.shape(table)[1])
            embedded = tf.concat([embedded, look_up(table, pairs)], axis=2)
            mask = tf.concat([mask, mask[..., :-1] * mask[..., 1:]], axis=2)
        hidden = parts.mean_of_tokens(embedded, mask)
        if self.has_max:
            hidden = tf.concat([hidden, parts.max_of_tokens(embedded, mask)], axis=-1)
        for layer in range(self.n_layers):
            if drops:
                hidden = drop(hidden, dropout, seed + tf.constant([0, layer]))
            hidden = tf.nn.relu(dense(hidden, next(take), next(take)))
        if drops:
            hidden = drop(hidden, dropout, seed + tf.constant([0, self.n_layers]))
        return dense(hidden, next(take), next(take)) + wide, list(stats)

    def _wide(self, take: Iterator[Any], tokens: Any, mask: Any) -> Any:
        """Return the sum (R, B, K) of the weights of all tokens and pairs, over the root of their number."""
        singles, pairs = next(take), next(take)
        places = _pairs(tokens[..., :-1], tokens[..., 1:], tf.shape(pairs)[1])
        found = tf.concat([look_up(singles, tokens), look_up(pairs, places)], axis=2)
        both = tf.concat([mask, mask[..., :-1] * mask[..., 1:]], axis=2)
        root = tf.sqrt(tf.maximum(tf.reduce_sum(both, axis=2, keepdims=True), 1.0))
        return tf.matmul((both / root)[:, :, None], found)[:, :, 0]


def _pairs(first: Any, second: Any, n_pairs: Any) -> Any:
    """Return the places of pairs in their table."""
    return (first * _FIRST + second * _SECOND) % n_pairs


class BagFamily(Family):
    """Builds bags of embeddings."""

    name = "bag"
    kind = "text"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``embedding_size``, ``pooling`` ("mean" or "mean_max"), ``n_pairs`` (rows of the table of pairs, 0 for
        none), ``n_layers``, ``width``, ``n_wide`` (rows of the wide part's table of pairs, 0 for no wide part) and
        ``dropout``.
        """
        size, n_pairs, n_wide = (int(params.get(name, 0)) for name in ("embedding_size", "n_pairs", "n_wide"))
        knows_pairs = shape.n_tokens > 1 and shape.n_words <= _MOST_CODES
        structure = BagStructure(
            n_layers=int(params["n_layers"]),
            has_max=params.get("pooling", "mean_max") == "mean_max",
            has_pairs=n_pairs > 0 and knows_pairs,
            is_wide=n_wide > 0 and knows_pairs and shape.n_outputs <= _MOST_WIDE,
            has_dropout=float(params.get("dropout", 0.0)) > 0.0,
        )
        weights: list[Weight] = [parts.embedding_weight("embedding", shape.n_words, size, 0.1)]
        if structure.is_wide:
            weights += [
                Weight("singles/embeddings", (shape.n_words, shape.n_outputs), decays=True),
                Weight("wide/embeddings", (n_wide, shape.n_outputs), decays=True),
            ]
        if structure.has_pairs:
            weights.append(parts.embedding_weight("pairs", n_pairs, size, 0.1))
        n_in = size * (1 + structure.has_max)
        for layer in range(structure.n_layers):
            weights += dense_weights(f"dense_{layer}", n_in, int(params["width"]))
            n_in = int(params["width"])
        weights += dense_weights("output", n_in, shape.n_outputs)
        return Network(self.name, structure, Layout(tuple(weights)), Layout(()), dict(params), shape)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """See `Family.shrink`.

        Dimensions of the embedding, units and rare words are removed; the tables of pairs are halved as often as `keep`
        says, which joins the rows that a hash modulo the new size joins.
        """
        structure = network.structure
        assert isinstance(structure, BagStructure)  # noqa: S101 - a family only sees its own networks
        axes: dict[str, Any] = {"embedding/embeddings": (("words",), ("embedding",))}
        if structure.is_wide:
            axes["singles/embeddings"] = (("words",), ())
        if structure.has_pairs:
            axes["pairs/embeddings"] = ((), ("embedding",))
        n_in = ("embedding",) * (1 + structure.has_max)
        for i in range(structure.n_layers):
            axes[f"dense_{i}/kernel"] = (n_in, (f"dense_{i}",))
            axes[f"dense_{i}/bias"] = ((f"dense_{i}",),)
            n_in = (f"dense_{i}",)
        axes["output/kernel"] = (n_in, ())
        changed: dict[str, Any] = fewer_words(network, keep)
        smaller = cut_all(network.weights, weights, axes, keep, known=frequent_words(network, keep))
        for name, there in (("pairs", structure.has_pairs), ("wide", structure.is_wide)):
            if there:
                for values in smaller:
                    values[f"{name}/embeddings"] = halved(values[f"{name}/embeddings"], keep)
                changed["n_wide" if name == "wide" else "n_pairs"] = len(smaller[0][f"{name}/embeddings"])
        changed["embedding_size"] = smaller[0]["embedding/embeddings"].shape[1]
        if structure.n_layers:
            changed["width"] = smaller[0]["dense_0/bias"].size
        return self.rebuilt(network, changed, smaller)

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure = network.structure
        assert isinstance(structure, BagStructure)  # noqa: S101 - a family only sees its own networks
        values = network.values(weights, stats)
        tokens, mask = parts.keras_tokens(network.shape)
        embedded = _keras_embedding("embedding", values)(tokens)
        wide = _keras_wide(tokens, mask, values) if structure.is_wide else None
        if structure.has_pairs:
            pairs = _pairs(tokens[:, :-1], tokens[:, 1:], values["pairs/embeddings"].shape[0])
            embedded = keras.ops.concatenate([embedded, _keras_embedding("pairs", values)(pairs)], axis=1)
            mask = keras.ops.concatenate([mask, keras.ops.multiply(mask[:, :-1], mask[:, 1:])], axis=1)
        hidden = parts.keras_mean(embedded, mask)
        if structure.has_max:
            hidden = keras.ops.concatenate([hidden, parts.keras_max(embedded, mask)], axis=-1)
        rate = float(network.params.get("dropout", 0.0))
        for layer in range(structure.n_layers):
            hidden = keras.layers.Dropout(rate, name=f"dropout_{layer}")(hidden)
            width = values[f"dense_{layer}/bias"].size
            hidden = keras.layers.Dense(width, activation="relu", name=f"dense_{layer}")(hidden)
        hidden = keras.layers.Dropout(rate, name="dropout")(hidden)
        outputs = keras.layers.Dense(network.shape.n_outputs, name="output")(hidden)
        outputs = outputs if wide is None else keras.ops.add(outputs, wide)
        model = keras.Model(tokens, outputs, name="bag")
        keras_parts.set_weights(model.layers, values)
        return model


def _keras_wide(tokens: Any, mask: Any, values: Mapping[str, NDArray[Any]]) -> Any:
    places = _pairs(tokens[:, :-1], tokens[:, 1:], values["wide/embeddings"].shape[0])
    found = [_keras_embedding("singles", values)(tokens), _keras_embedding("wide", values)(places)]
    both = keras.ops.concatenate([mask, keras.ops.multiply(mask[:, :-1], mask[:, 1:])], axis=1)
    weighted = keras.ops.multiply(keras.ops.concatenate(found, axis=1), keras.ops.expand_dims(both, -1))
    n = keras.ops.sum(both, axis=1, keepdims=True)
    return keras.ops.divide(keras.ops.sum(weighted, axis=1), keras.ops.sqrt(keras.ops.maximum(n, 1.0)))


def _keras_embedding(name: str, values: Mapping[str, NDArray[Any]]) -> Any:
    return keras.layers.Embedding(*values[f"{name}/embeddings"].shape, name=name)


FAMILY = BagFamily()
