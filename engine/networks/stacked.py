"""Operations on R replicas at once that several families share: every weight and value has a leading replica axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

NORM_EPSILON = 1e-3  # as in Keras


def gelu(x: tf.Tensor) -> tf.Tensor:
    """Return Keras's approximate GELU (the exact form has no ONNX operator in our exporter), without its power of 3.

    ``0.5 (1 + tanh(u)) = sigmoid(2 u)`` with ``u = sqrt(2 / pi) (x + 0.044715 x^3)``.
    """
    return x * tf.sigmoid((8.0 / np.pi) ** 0.5 * (x + 0.044715 * x * x * x))


def mish(x: tf.Tensor) -> tf.Tensor:
    """Return ``x tanh(softplus(x))`` (Misra 2019, arXiv 1908.08681)."""
    return x * tf.tanh(tf.nn.softplus(x))


ACTIVATIONS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "relu": tf.nn.relu,
    "gelu": gelu,
    "silu": tf.nn.silu,
    "tanh": tf.nn.tanh,
    "selu": tf.nn.selu,
    "mish": mish,
}


def flatten(x: tf.Tensor) -> tf.Tensor:
    """Join the last two axes of (R, B, n, m)."""
    shape = tf.shape(x)
    return tf.reshape(x, (shape[0], shape[1], shape[2] * shape[3]))


def look_up(table: tf.Tensor, codes: tf.Tensor) -> tf.Tensor:
    """Return the rows (R, B, n, size) of embedding tables (R, n_rows, size) for codes (R, B, n)."""
    n_rows = tf.shape(table)[1]
    rows = codes + (tf.range(tf.shape(table)[0]) * n_rows)[:, None, None]
    return tf.gather(tf.reshape(table, (-1, tf.shape(table)[2])), rows)


def batch_norm(
    x: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    mean: tf.Tensor,
    variance: tf.Tensor,
    *,
    training: bool,
    keep: float,
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Normalize (R, B, n) over the batch; return it and the moving mean and variance, of which `keep` stays."""
    moved = [mean, variance]
    if training:
        batch_mean, batch_variance = tf.nn.moments(x, [1])
        moved = [mean * keep + batch_mean * (1 - keep), variance * keep + batch_variance * (1 - keep)]
        mean, variance = batch_mean, batch_variance
    scale = gamma * tf.math.rsqrt(variance + NORM_EPSILON)
    return x * scale[:, None] + (beta - mean * scale)[:, None], moved


def layer_norm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) -> tf.Tensor:
    """Normalize (R, …, n) over the last axis; `gamma` and `beta` are (R, n)."""
    centered = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    variance = tf.reduce_mean(tf.square(centered), axis=-1, keepdims=True)
    for _ in range(x.shape.rank - 2):
        gamma, beta = gamma[:, None], beta[:, None]
    return centered * tf.math.rsqrt(variance + NORM_EPSILON) * gamma + beta


def dropout(x: tf.Tensor, rate: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Drop numbers of (R, …) at random, the same ones in all replicas."""
    uniform = tf.random.stateless_uniform(tf.shape(x)[1:], seed)
    return x * (tf.cast(uniform >= rate, tf.float32) / (1.0 - rate))
