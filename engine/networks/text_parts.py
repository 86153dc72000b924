"""What the families for texts have in common: masks of tokens, pooling, and the way to Keras.

A token 0 is padding: more of it never changes an output. Tensors have the axes (R replicas, B rows, T tokens,
features).
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from .inputs import InputShape
from .layout import Weight
from .stacked import dropout_mask

FAR = 1e9  # what takes a padding out of a maximum or a softmax


# -- R replicas at once -----------------------------------------------------------------------------------------


def trimmed(tokens: Any) -> Any:
    """Return the tokens (R, B, T) without the places where all rows have padding; one place stays."""
    longest = tf.reduce_max(tf.reduce_sum(tf.cast(tokens > 0, tf.int32), axis=2))
    return tokens[:, :, : tf.maximum(longest, 1)]


def mask_of(tokens: Any) -> Any:
    """Return 1 where there is a token and 0 where there is padding, float32 (R, B, T)."""
    return tf.cast(tokens > 0, tf.float32)


def mean_of_tokens(x: Any, mask: Any) -> Any:
    """Return the mean (R, B, E) over the tokens that are there, 0 where there is none."""
    weights = mask / tf.maximum(tf.reduce_sum(mask, axis=2, keepdims=True), 1.0)
    return tf.matmul(weights[:, :, None], x)[:, :, 0]


def max_of_tokens(x: Any, mask: Any) -> Any:
    """Return the maximum (R, B, E) over the tokens that are there, 0 where there is none."""
    highest: Any = tf.reduce_max(x + ((mask - 1.0) * FAR)[..., None], axis=2)
    is_there: Any = tf.reduce_max(mask, axis=2)
    return highest * is_there[..., None]


def drop_tokens(mask: Any, rate: Any, seed: Any) -> Any:
    """Return a mask without some of the tokens; the same places in all replicas."""
    shape: Any = tf.shape(mask)
    uniform = tf.random.stateless_uniform(tf.stack([shape[2], shape[1]]), seed)
    return mask * tf.cast(tf.transpose(uniform) >= rate, tf.float32)


def dropout_of_tokens(x: Any, rate: Any, seed: Any) -> Any:
    """Drop numbers of x (R, B, T, E); the same ones however many tokens there are, as replicas may be trimmed apart."""
    shape: Any = tf.shape(x)
    return x * tf.transpose(dropout_mask(tf.stack([shape[2], shape[1], shape[3]]), rate, seed), (1, 0, 2))


# -- layouts ----------------------------------------------------------------------------------------------------


def embedding_weight(name: str, n_rows: int, size: int, scale: float) -> Weight:
    """Return a table of embeddings."""
    return Weight(f"{name}/embeddings", (n_rows, size), "normal", scale=scale)


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
    away = keras.ops.multiply(keras.ops.subtract(keras.ops.expand_dims(mask, -1), 1.0), FAR)
    return keras.ops.multiply(
        keras.ops.max(keras.ops.add(x, away), axis=1), keras.ops.max(mask, axis=1, keepdims=True)
    )
