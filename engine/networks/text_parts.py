"""What the families for texts have in common: embeddings of tokens, masks, pooling, dense layers, and the way to Keras.

A token 0 is padding: more of it never changes an output. Tensors have the axes (R replicas, B rows, T tokens,
features).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .base import Network
from .inputs import InputShape
from .layout import Weight

_FAR = 1e9  # what takes a padding out of a maximum or a softmax
_NORM_EPSILON = 1e-3  # as in Keras


# -- R replicas at once -----------------------------------------------------------------------------------------


def trimmed(tokens: Any) -> Any:
    """Return the tokens (R, B, T) without the places where all rows have padding; one place stays."""
    longest = tf.reduce_max(tf.reduce_sum(tf.cast(tokens > 0, tf.int32), axis=2))
    return tokens[:, :, : tf.maximum(longest, 1)]


def mask_of(tokens: Any) -> Any:
    """Return 1 where there is a token and 0 where there is padding, float32 (R, B, T)."""
    return tf.cast(tokens > 0, tf.float32)


def embed(table: Any, tokens: Any) -> Any:
    """Return the rows (R, B, T, E) of each replica's table (R, V, E); padding has the row 0, which is not masked."""
    shape = tf.shape(table)
    rows = tokens + (tf.range(shape[0]) * shape[1])[:, None, None]
    return tf.gather(tf.reshape(table, (-1, shape[2])), rows)


def dense(x: Any, kernel: Any, bias: Any) -> Any:
    """Return ``x @ kernel + bias`` of x (R, B, I), kernel (R, I, O) and bias (R, O)."""
    return tf.matmul(x, kernel) + bias[:, None]


def dense_of_tokens(x: Any, kernel: Any, bias: Any) -> Any:
    """Return the same for every token of x (R, B, T, I)."""
    shape = tf.shape(x)
    flat = tf.reshape(x, (shape[0], shape[1] * shape[2], shape[3]))
    return tf.reshape(dense(flat, kernel, bias), tf.concat([shape[:3], [tf.shape(bias)[1]]], axis=0))


def mean_of_tokens(x: Any, mask: Any) -> Any:
    """Return the mean (R, B, E) over the tokens that are there, 0 where there is none."""
    weights = mask / tf.maximum(tf.reduce_sum(mask, axis=2, keepdims=True), 1.0)
    return tf.matmul(weights[:, :, None], x)[:, :, 0]


def max_of_tokens(x: Any, mask: Any) -> Any:
    """Return the maximum (R, B, E) over the tokens that are there, 0 where there is none."""
    highest: Any = tf.reduce_max(x + ((mask - 1.0) * _FAR)[..., None], axis=2)
    is_there: Any = tf.reduce_max(mask, axis=2)
    return highest * is_there[..., None]


def dropout(x: Any, rate: Any, seed: Any) -> Any:
    """Drop numbers; one mask serves all replicas."""
    uniform = tf.random.stateless_uniform(tf.shape(x)[1:], seed)
    return x * (tf.cast(uniform >= rate, tf.float32) / (1.0 - rate))


def drop_tokens(mask: Any, rate: Any, seed: Any) -> Any:
    """Return a mask without some of the tokens; the same places in all replicas."""
    shape: Any = tf.shape(mask)
    uniform = tf.random.stateless_uniform(tf.stack([shape[2], shape[1]]), seed)
    return mask * tf.cast(tf.transpose(uniform) >= rate, tf.float32)


def dropout_of_tokens(x: Any, rate: Any, seed: Any) -> Any:
    """Drop numbers of x (R, B, T, E); the same ones however many tokens there are, as replicas may be trimmed apart."""
    shape: Any = tf.shape(x)
    uniform = tf.transpose(
        tf.random.stateless_uniform(tf.stack([shape[2], shape[1], shape[3]]), seed), (1, 0, 2)
    )
    return x * (tf.cast(uniform >= rate, tf.float32) / (1.0 - rate))


def gelu(x: Any) -> Any:
    """Return Keras's approximate GELU, ``x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3))``."""
    return x * tf.sigmoid((8.0 / np.pi) ** 0.5 * (x + 0.044715 * x * x * x))


def layer_norm(x: Any, gamma: Any, beta: Any) -> Any:
    """Normalize the features of every token of x (R, B, T, E)."""
    centered = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    variance = tf.reduce_mean(tf.square(centered), axis=-1, keepdims=True)
    return centered * tf.math.rsqrt(variance + _NORM_EPSILON) * gamma[:, None, None] + beta[:, None, None]


# -- layouts ----------------------------------------------------------------------------------------------------


def embedding_weight(name: str, n_rows: int, size: int, scale: float) -> Weight:
    """Return a table of embeddings."""
    return Weight(f"{name}/embeddings", (n_rows, size), "normal", scale=scale)


def dense_weights(name: str, n_in: int, n_out: int, initializer: str = "glorot_uniform") -> list[Weight]:
    """Return kernel and bias of a dense layer."""
    return [
        Weight(f"{name}/kernel", (n_in, n_out), initializer, decays=True),
        Weight(f"{name}/bias", (n_out,)),
    ]


def norm_weights(name: str, width: int) -> list[Weight]:
    """Return the weights of a layer normalization."""
    return [Weight(f"{name}/gamma", (width,), "ones"), Weight(f"{name}/beta", (width,))]


# -- Keras ------------------------------------------------------------------------------------------------------


def keras_tokens(shape: InputShape) -> tuple[Any, Any]:
    """Return the input of a Keras model, and its mask (B, T)."""
    tokens = keras.Input((shape.n_tokens,), name="tokens", dtype="int32")
    return tokens, keras.ops.cast(keras.ops.greater(tokens, 0), "float32")


def keras_mean(x: Any, mask: Any) -> Any:
    """Return what `mean_of_tokens` does."""
    total = keras.ops.sum(keras.ops.multiply(x, keras.ops.expand_dims(mask, -1)), axis=1)
    count = keras.ops.maximum(keras.ops.sum(mask, axis=1, keepdims=True), 1.0)
    return keras.ops.divide(total, count)


def keras_max(x: Any, mask: Any) -> Any:
    """Return what `max_of_tokens` does."""
    away = keras.ops.multiply(keras.ops.subtract(keras.ops.expand_dims(mask, -1), 1.0), _FAR)
    return keras.ops.multiply(
        keras.ops.max(keras.ops.add(x, away), axis=1), keras.ops.max(mask, axis=1, keepdims=True)
    )


def keras_norm(name: str) -> Any:
    """Return a layer normalization that computes as `layer_norm`."""
    return keras.layers.LayerNormalization(epsilon=_NORM_EPSILON, name=name)


def values_of(
    network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """Return weights and stats by name."""
    return {**network.weights.unpack(weights), **network.stats.unpack(stats)}


def set_weights(layers: Sequence[Any], values: Mapping[str, NDArray[Any]]) -> None:
    """Give Keras layers the weights of their names, ``layer/weight``, in the shapes that Keras has for them."""
    for layer in layers:
        if layer.weights:
            found = [values[f"{layer.name}/{v.name}"].reshape(v.shape) for v in layer.weights]
            layer.set_weights(found)
