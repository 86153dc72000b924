"""Operations on R replicas at once that several families share: every weight and value has a leading replica axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

NORM_EPSILON = 1e-3  # as in Keras
NORM_MOMENTUM = 0.9  # trainings are short: with 0.99 the moving means would still be those of the start


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


def dense(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | None = None) -> tf.Tensor:
    """Return ``x @ kernel + bias`` of x (R, …, n), kernel (R, n, m) and bias (R, m)."""
    is_flat = x.shape.rank == 3
    shape = tf.shape(x)
    product = tf.matmul(x if is_flat else tf.reshape(x, (shape[0], -1, shape[-1])), kernel)
    if bias is not None:
        product += bias[:, None]
    return product if is_flat else tf.reshape(product, tf.concat([shape[:-1], tf.shape(kernel)[2:]], axis=0))


def flatten(x: tf.Tensor) -> tf.Tensor:
    """Join the last two axes of (R, B, n, m)."""
    shape = tf.shape(x)
    return tf.reshape(x, (shape[0], shape[1], shape[2] * shape[3]))


def look_up(table: tf.Tensor, codes: tf.Tensor) -> tf.Tensor:
    """Return the rows (R, B, n, size) of embedding tables (R, n_rows, size) for codes (R, B, n)."""
    n_rows = tf.shape(table)[1]
    rows = codes + (tf.range(tf.shape(table)[0]) * n_rows)[:, None, None]
    return tf.gather(tf.reshape(table, (-1, tf.shape(table)[2])), rows)


def moving(before: tf.Tensor, now: tf.Tensor) -> tf.Tensor:
    """Return a moving mean after one more batch."""
    return before * NORM_MOMENTUM + now * (1 - NORM_MOMENTUM)


def batch_norm(
    x: tf.Tensor,
    gamma: tf.Tensor,
    beta: tf.Tensor,
    mean: tf.Tensor,
    variance: tf.Tensor,
    *,
    training: bool,
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Normalize (R, B, n) over the batch; return it and the moving mean and variance."""
    moved = [mean, variance]
    if training:
        batch_mean, batch_variance = tf.nn.moments(x, [1])
        moved = [moving(mean, batch_mean), moving(variance, batch_variance)]
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
    return x * dropout_mask(tf.shape(x)[1:], rate, seed)


def dropout_mask(shape: tf.Tensor, rate: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return 0 for the numbers to drop, and for the others what keeps their sum."""
    return tf.cast(tf.random.stateless_uniform(shape, seed) >= rate, tf.float32) / (1.0 - rate)
