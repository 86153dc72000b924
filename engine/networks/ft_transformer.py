"""The FT-Transformer family: each column a token, and attention between them (Gorishniy et al., arXiv 2106.11959).

Blocks normalize first; the last one computes only what the CLS token reads.
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
from .base import Family, Floats, Network, Shrunk, Structure
from .cutting import choose_in_heads, cut_all
from .inputs import Inputs, InputShape
from .layout import Layout, Weight, dense_weights, norm_weights
from .stacked import dense, layer_norm, look_up
from .stacked import dropout as drop


@dataclass(frozen=True, slots=True)
class FtTransformerStructure(Structure):
    """What the graph of an FT-Transformer depends on.

    Attributes
    ----------
    n_blocks : int
        At least 1.
    n_heads : int
    embedded : bool
        Whether there are embedded categorical columns.
    has_numeric, has_dropout : bool
    """

    n_blocks: int
    n_heads: int
    embedded: bool
    has_numeric: bool
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

        def thin(x: tf.Tensor, place: int) -> tf.Tensor:
            if training and self.has_dropout:
                return drop(x, dropout, seed + tf.constant([0, place]))
            return x

        tokens = self._tokens(take, inputs)  # (R, B, T, size), CLS the first
        for block in range(self.n_blocks):
            normal = layer_norm(tokens, next(take), next(take)) if block else tokens
            if block == self.n_blocks - 1:
                tokens = tokens[:, :, :1]
            tokens = tokens + thin(self._attention(take, normal, tokens), 2 * block)
            normal = layer_norm(tokens, next(take), next(take))
            gate, value = tf.split(dense(normal, next(take), next(take)), 2, axis=-1)
            hidden = thin(value * tf.nn.relu(gate), 2 * block + 1)
            tokens = tokens + dense(hidden, next(take), next(take))
        hidden = tf.nn.relu(layer_norm(tokens[:, :, 0], next(take), next(take)))
        return dense(hidden, next(take), next(take)), list(stats)

    def _tokens(self, take: Iterator[tf.Tensor], inputs: Inputs) -> tf.Tensor:
        cls = next(take)[:, None]  # (R, 1, 1, size)
        rows = tf.shape(inputs["numeric"])[1]
        parts = [tf.repeat(cls, rows, axis=1)]
        if self.has_numeric:
            kernel, bias = next(take), next(take)  # (R, n_numeric, size)
            parts.append(inputs["numeric"][:, :, :, None] * kernel[:, None] + bias[:, None])
        if self.embedded:
            parts.append(look_up(next(take), inputs["codes"]))
        return tf.concat(parts, axis=2)

    def _attention(self, take: Iterator[tf.Tensor], normal: tf.Tensor, tokens: tf.Tensor) -> tf.Tensor:
        n_queries = tf.shape(tokens)[2]
        query = self._heads(dense(normal[:, :, :n_queries], next(take), next(take)))
        key = self._heads(dense(normal, next(take), next(take)))
        value = self._heads(dense(normal, next(take), next(take)))
        size = tf.cast(tf.shape(query)[-1], tf.float32)
        share = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) * tf.math.rsqrt(size))
        mixed = tf.transpose(tf.matmul(share, value), (0, 1, 3, 2, 4))
        return dense(tf.reshape(mixed, tf.shape(tokens)), next(take), next(take))

    def _heads(self, x: tf.Tensor) -> tf.Tensor:
        """Turn (R, B, T, size) into (R, B, n_heads, T, size / n_heads)."""
        shape = tf.shape(x)
        heads = (shape[0], shape[1], shape[2], self.n_heads, shape[3] // self.n_heads)
        return tf.transpose(tf.reshape(x, heads), (0, 1, 3, 2, 4))


class FtTransformerFamily(Family):
    """Builds FT-Transformers."""

    name = "ft_transformer"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``n_blocks``, ``n_heads``, ``head_size`` (their product is the size of a token), ``widening`` (of the
        hidden layer in a block) and ``dropout``.
        """
        structure = FtTransformerStructure(
            n_blocks=int(params["n_blocks"]),
            n_heads=int(params["n_heads"]),
            embedded=bool(shape.cardinalities),
            has_numeric=shape.n_numeric > 0,
            has_dropout=float(params.get("dropout", 0.0)) > 0.0,
        )
        size = structure.n_heads * int(params["head_size"])
        hidden = max(4, round(size * float(params.get("widening", 4 / 3))))
        limit = size**-0.5
        weights = [Weight("cls/embeddings", (1, size), "uniform", limit)]
        if structure.has_numeric:
            weights += [
                Weight("tokens/kernel", (shape.n_numeric, size), "uniform", limit),
                Weight("tokens/bias", (shape.n_numeric, size), "uniform", limit),
            ]
        if structure.embedded:
            weights.append(Weight("embedding/embeddings", (sum(shape.cardinalities), size), "uniform", limit))
        for i in range(structure.n_blocks):
            weights += norm_weights(f"norm_{i}", size) if i else []
            for name in ("query", "key", "value", "mixed"):
                weights += dense_weights(f"{name}_{i}", size, size)
            weights += norm_weights(f"middle_{i}", size)
            weights += [
                *dense_weights(f"gate_{i}", size, 2 * hidden),
                *dense_weights(f"back_{i}", hidden, size),
            ]
        weights += [*norm_weights("last", size), *dense_weights("output", size, shape.n_outputs)]
        n_tokens = 1 + shape.n_numeric + len(shape.cardinalities)
        width = n_tokens * (2 * hidden + size + structure.n_heads * n_tokens)
        return Network(self.name, structure, Layout(tuple(weights)), Layout(()), dict(params), shape, width)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """See `Family.shrink`: tokens, heads and the hidden layers of blocks become narrower."""
        structure = network.structure
        assert isinstance(structure, FtTransformerStructure)  # noqa: S101 - a family only sees its own networks
        n_heads, blocks = structure.n_heads, range(structure.n_blocks)
        old = int(network.params["head_size"])
        size = len(choose_in_heads(np.ones(n_heads * old, np.float32), n_heads, keep)) // n_heads

        def in_heads(values: Mapping[str, Floats]) -> dict[str, NDArray[np.int64]]:
            chosen: dict[str, NDArray[np.int64]] = {}
            for b in blocks:
                norms = {
                    name: np.linalg.norm(values[f"{name}_{b}/kernel"], axis=axis)
                    for name, axis in (("query", 0), ("key", 0), ("value", 0), ("mixed", 1))
                }
                for kind, scores in (
                    ("keys", norms["query"] * norms["key"]),
                    ("values", norms["value"] * norms["mixed"]),
                ):
                    chosen[f"{kind}_{b}"] = choose_in_heads(scores, n_heads, keep)
            return chosen

        smaller = cut_all(
            network.weights,
            weights,
            _axes(network.weights, structure.n_blocks),
            keep,
            known=in_heads,
            counts={"stream": n_heads * size},
        )
        for values in smaller:  # a head divides by the root of its size
            for b in blocks:
                for name in (f"query_{b}/kernel", f"query_{b}/bias"):
                    values[name] = values[name] * np.float32((size / old) ** 0.5)
        widening = len(smaller[0]["back_0/kernel"]) / (n_heads * size)
        return self.rebuilt(network, {"head_size": size, "widening": widening}, smaller)

    def to_keras(
        self,
        network: Network,
        weights: NDArray[np.float32],
        stats: NDArray[np.float32],  # noqa: ARG002 - there are none
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure, shape = network.structure, network.shape
        assert isinstance(structure, FtTransformerStructure)  # noqa: S101 - a family only sees its own networks
        values = network.weights.unpack(weights)
        inputs: list[Any]
        tokens: Any
        inputs, tokens = _keras_tokens(structure, shape, values)
        n_heads, size = structure.n_heads, values["cls/embeddings"].shape[1]
        for i in range(structure.n_blocks):
            normal: Any = keras_parts.layer_norm(f"norm_{i}")(tokens) if i else tokens
            asking = normal
            if i == structure.n_blocks - 1:
                asking, tokens = normal[:, :1], tokens[:, :1]
            query, key, value = (
                keras.ops.transpose(
                    keras.ops.reshape(
                        keras.layers.Dense(size, name=f"{name}_{i}")(x),
                        (-1, x.shape[1], n_heads, size // n_heads),
                    ),
                    (0, 2, 1, 3),
                )
                for name, x in (("query", asking), ("key", normal), ("value", normal))
            )
            scores = keras.ops.matmul(query, keras.ops.transpose(key, (0, 1, 3, 2)))
            share = keras.ops.softmax(keras.ops.multiply(scores, (size // n_heads) ** -0.5))
            mixed = keras.ops.transpose(keras.ops.matmul(share, value), (0, 2, 1, 3))
            mixed = keras.ops.reshape(mixed, (-1, asking.shape[1], size))
            tokens = keras.ops.add(tokens, keras.layers.Dense(size, name=f"mixed_{i}")(mixed))
            width = len(values[f"back_{i}/kernel"])
            both: Any = keras.layers.Dense(2 * width, name=f"gate_{i}")(
                keras_parts.layer_norm(f"middle_{i}")(tokens)
            )
            hidden = keras.ops.multiply(both[:, :, width:], keras.ops.relu(both[:, :, :width]))
            tokens = keras.ops.add(tokens, keras.layers.Dense(size, name=f"back_{i}")(hidden))
        hidden = keras.ops.relu(keras_parts.layer_norm("last")(tokens[:, 0]))
        outputs = keras.layers.Dense(shape.n_outputs, name="output")(hidden)
        model = keras.Model(inputs, outputs, name="ft_transformer")
        keras_parts.set_weights(model.layers, values)
        return model


def _axes(layout: Layout, n_blocks: int) -> dict[str, Any]:
    """Return what the axes of the weights stand for, as `cut_all` reads it."""
    shapes = {w.name: w.shape for w in layout.weights}
    axes: dict[str, Any] = {name: ((), ("stream",)) for name in shapes if len(shapes[name]) == 2}
    axes |= {
        name: (("stream",),)
        for name in shapes
        if name.split("_")[0].split("/")[0] in ("norm", "middle", "last")
    }
    axes["output/kernel"] = (("stream",), ())
    for b in range(n_blocks):
        for name, out in (("query", "keys"), ("key", "keys"), ("value", "values")):
            axes[f"{name}_{b}/kernel"] = (("stream",), (f"{out}_{b}",))
            axes[f"{name}_{b}/bias"] = ((f"{out}_{b}",),)
        axes |= {
            f"mixed_{b}/kernel": ((f"values_{b}",), ("stream",)),
            f"mixed_{b}/bias": (("stream",),),
            f"gate_{b}/kernel": (("stream",), (f"inner_{b}", f"inner_{b}")),
            f"gate_{b}/bias": ((f"inner_{b}", f"inner_{b}"),),
            f"back_{b}/kernel": ((f"inner_{b}",), ("stream",)),
            f"back_{b}/bias": (("stream",),),
        }
    return axes


def _keras_tokens(
    structure: FtTransformerStructure, shape: InputShape, values: Mapping[str, Any]
) -> tuple[list[Any], Any]:
    size = values["cls/embeddings"].shape[1]
    inputs: list[Any] = []
    parts: list[Any] = []
    if structure.has_numeric:
        inputs.append(keras.Input((shape.n_numeric,), name="numeric", dtype="float32"))
        n = shape.n_numeric
        parts.append(
            keras.layers.EinsumDense("bn,nd->bnd", (n, size), bias_axes="nd", name="tokens")(inputs[0])
        )
    if structure.embedded:
        inputs.append(keras.Input((len(shape.cardinalities),), name="codes", dtype="int32"))
        rows = len(values["embedding/embeddings"])
        parts.append(keras.layers.Embedding(rows, size, name="embedding")(inputs[-1]))
    nothing = keras.ops.cast(keras.ops.zeros_like(inputs[0][:, :1]), "int32")
    parts.insert(0, keras.layers.Embedding(1, size, name="cls")(nothing))
    return inputs, keras.layers.Concatenate(axis=1, name="all_tokens")(parts)


FAMILY = FtTransformerFamily()
