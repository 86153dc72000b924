"""The transformer family for texts: pre-norm encoder blocks over embedded tokens, and their mean over the text.

Vaswani et al. 2017, arXiv 1706.03762, with the normalization first (Xiong et al. 2020, arXiv 2002.04745) and learned
positions. The space of its hyperparameters is `engine/search/spaces/transformer.toml`.
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
from .cutting import choose_in_heads, cut_all
from .inputs import Inputs, InputShape
from .layout import Layout, Weight, dense_weights, norm_weights
from .stacked import dense, gelu, layer_norm, look_up
from .stacked import dropout as drop
from .text_shrinking import fewer_words, frequent_words


@dataclass(frozen=True, slots=True)
class TransformerStructure(Structure):
    """What the graph of a transformer depends on.

    Attributes
    ----------
    n_blocks, n_heads : int
    has_dropout : bool
    """

    n_blocks: int
    n_heads: int
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

        def dropped(x: Any, place: int) -> Any:
            return parts.dropout_of_tokens(x, dropout, seed + tf.constant([0, place])) if drops else x

        mask = parts.mask_of(tokens)
        away = ((mask - 1.0) * parts.FAR)[:, :, None, None]
        hidden = look_up(next(take), tokens) + next(take)[:, None, : tf.shape(tokens)[2]]
        hidden = dropped(hidden, 0)
        for block in range(self.n_blocks):
            value = layer_norm(hidden, next(take), next(take))
            hidden += dropped(self._attend(take, value, away), 2 * block + 1)
            value = layer_norm(hidden, next(take), next(take))
            value = gelu(dense(value, next(take), next(take)))
            hidden += dropped(dense(value, next(take), next(take)), 2 * block + 2)
        hidden = layer_norm(hidden, next(take), next(take))
        hidden = parts.mean_of_tokens(hidden, mask)
        if drops:
            hidden = drop(hidden, dropout, seed + tf.constant([0, 98]))
        return dense(hidden, next(take), next(take)), list(stats)

    def _attend(self, take: Iterator[Any], x: Any, away: Any) -> Any:
        shape = tf.shape(x)
        size = shape[3] // self.n_heads
        joint = dense(x, next(take), next(take))
        joint = tf.reshape(joint, (shape[0], shape[1], shape[2], 3, self.n_heads, size))
        query, key, value = tf.unstack(tf.transpose(joint, (3, 0, 1, 4, 2, 5)))  # each (R, B, heads, T, size)
        scores = tf.matmul(query * tf.math.rsqrt(tf.cast(size, tf.float32)), key, transpose_b=True)
        mixed = tf.matmul(tf.nn.softmax(scores + away), value)
        together = tf.reshape(tf.transpose(mixed, (0, 1, 3, 2, 4)), shape)
        return dense(together, next(take), next(take))


class TransformerFamily(Family):
    """Builds transformer encoders."""

    name = "transformer"
    kind = "text"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``head_size``, ``n_heads`` (their product is the width), ``n_blocks``, ``widening`` (of the hidden layer
        in a block) and ``dropout``.
        """
        n_heads, n_blocks = int(params["n_heads"]), int(params["n_blocks"])
        width = n_heads * int(params["head_size"])
        inner = width * int(params.get("widening", 2))
        structure = TransformerStructure(n_blocks, n_heads, float(params.get("dropout", 0.0)) > 0.0)
        weights: list[Weight] = [
            parts.embedding_weight("embedding", shape.n_words, width, 0.1),
            parts.embedding_weight("positions", shape.n_tokens, width, 0.02),
        ]
        for block in range(n_blocks):
            weights += [
                *norm_weights(f"norm_{block}a", width),
                *dense_weights(f"heads_{block}", width, 3 * width),
                *dense_weights(f"joined_{block}", width, width),
                *norm_weights(f"norm_{block}b", width),
                *dense_weights(f"wide_{block}", width, inner),
                *dense_weights(f"narrow_{block}", inner, width),
            ]
        weights += [
            *norm_weights("norm", width),
            *dense_weights("output", width, shape.n_outputs),
        ]
        return Network(self.name, structure, Layout(tuple(weights)), Layout(()), dict(params), shape)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """See `Family.shrink`: heads and the layers between become narrower, and rare words are removed."""
        structure = network.structure
        assert isinstance(structure, TransformerStructure)  # noqa: S101 - a family only sees its own networks
        n_heads, blocks = structure.n_heads, range(structure.n_blocks)
        old = int(network.params["head_size"])
        width, widening = n_heads * old, int(network.params.get("widening", 2))

        def in_heads(values: Mapping[str, Floats]) -> dict[str, NDArray[np.int64]]:
            chosen: dict[str, NDArray[np.int64]] = {}
            for b in blocks:
                kernel = values[f"heads_{b}/kernel"]
                norms = np.linalg.norm(kernel, axis=0)
                keys = norms[:width] * norms[width : 2 * width]
                sent = norms[2 * width :] * np.linalg.norm(values[f"joined_{b}/kernel"], axis=1)
                chosen |= {
                    f"keys_{b}": choose_in_heads(keys, n_heads, keep),
                    f"values_{b}": choose_in_heads(sent, n_heads, keep),
                }
            return chosen

        size = len(choose_in_heads(np.ones(width, np.float32), n_heads, keep)) // n_heads
        counts = {"stream": n_heads * size} | {f"inner_{b}": n_heads * size * widening for b in blocks}
        smaller = cut_all(
            network.weights,
            weights,
            _axes(structure.n_blocks),
            keep,
            known=frequent_words(network, keep, in_heads),
            counts=counts,
        )
        for values in smaller:  # a head divides by the root of its size
            for b in blocks:
                for name in (f"heads_{b}/kernel", f"heads_{b}/bias"):
                    values[name][..., : n_heads * size] *= np.float32((size / old) ** 0.5)
        return self.rebuilt(network, {**fewer_words(network, keep), "head_size": size}, smaller)

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure, shape = network.structure, network.shape
        assert isinstance(structure, TransformerStructure)  # noqa: S101 - a family only sees its own networks
        values = network.values(weights, stats)
        width = values["norm/gamma"].size
        rate = float(network.params.get("dropout", 0.0))

        def dropped(x: Any, name: str) -> Any:
            return keras.layers.Dropout(rate, name=f"dropout_{name}")(x)

        def made(name: str, x: Any) -> Any:
            return keras.layers.Dense(values[f"{name}/bias"].size, name=name)(x)

        tokens, mask = parts.keras_tokens(shape)
        away = keras.ops.expand_dims(keras.ops.multiply(keras.ops.subtract(mask, 1.0), parts.FAR), (1, 2))
        embedded = keras.layers.Embedding(shape.n_words, width, name="embedding")(tokens)
        # The places from the input itself: a constant would have no batch axis.
        places: Any = keras.ops.cumsum(keras.ops.ones_like(tokens), axis=1)
        places = places - 1
        positions = keras.layers.Embedding(shape.n_tokens, width, name="positions")(places)
        hidden = dropped(keras.ops.add(embedded, positions), "start")
        for b in range(structure.n_blocks):
            joint = made(f"heads_{b}", keras_parts.layer_norm(f"norm_{b}a")(hidden))
            value = made(
                f"joined_{b}", _keras_attention(joint, away, structure.n_heads, shape.n_tokens, width)
            )
            hidden = keras.ops.add(hidden, dropped(value, f"{b}a"))
            value = made(f"wide_{b}", keras_parts.layer_norm(f"norm_{b}b")(hidden))
            value = made(f"narrow_{b}", keras.ops.gelu(value, approximate=True))
            hidden = keras.ops.add(hidden, dropped(value, f"{b}b"))
        hidden = parts.keras_mean(keras_parts.layer_norm("norm")(hidden), mask)
        model = keras.Model(tokens, made("output", dropped(hidden, "end")), name="transformer")
        keras_parts.set_weights(model.layers, values)
        return model


def _axes(n_blocks: int) -> dict[str, Any]:
    """Return what the axes of the weights stand for, as `cut_all` reads it."""
    axes: dict[str, Any] = {
        "embedding/embeddings": (("words",), ("stream",)),
        "positions/embeddings": ((), ("stream",)),
        "norm/gamma": (("stream",),),
        "norm/beta": (("stream",),),
        "output/kernel": (("stream",), ()),
    }
    for b in range(n_blocks):
        for name in (f"norm_{b}a/gamma", f"norm_{b}a/beta", f"norm_{b}b/gamma", f"norm_{b}b/beta"):
            axes[name] = (("stream",),)
        joint = (f"keys_{b}", f"keys_{b}", f"values_{b}")
        axes |= {
            f"heads_{b}/kernel": (("stream",), joint),
            f"heads_{b}/bias": (joint,),
            f"joined_{b}/kernel": ((f"values_{b}",), ("stream",)),
            f"joined_{b}/bias": (("stream",),),
            f"wide_{b}/kernel": (("stream",), (f"inner_{b}",)),
            f"wide_{b}/bias": ((f"inner_{b}",),),
            f"narrow_{b}/kernel": ((f"inner_{b}",), ("stream",)),
            f"narrow_{b}/bias": (("stream",),),
        }
    return axes


def _keras_attention(joint: Any, away: Any, n_heads: int, n_tokens: int, width: int) -> Any:
    size = width // n_heads
    split: Any = keras.ops.reshape(joint, (-1, n_tokens, 3, n_heads, size))
    query, key, value = (keras.ops.transpose(split[:, :, i], (0, 2, 1, 3)) for i in range(3))
    scores = keras.ops.matmul(keras.ops.multiply(query, size**-0.5), keras.ops.transpose(key, (0, 1, 3, 2)))
    mixed = keras.ops.matmul(keras.ops.softmax(keras.ops.add(scores, away), axis=-1), value)
    return keras.ops.reshape(keras.ops.transpose(mixed, (0, 2, 1, 3)), (-1, n_tokens, width))


FAMILY = TransformerFamily()
