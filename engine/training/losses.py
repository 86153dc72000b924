"""Losses of R replicas: each returns one loss a row, so that weights of rows and folds stay apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Loss = Callable[
    [tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor
]  # outputs (R, B, K), targets (R, B), smoothing -> (R, B)


def _binary(outputs: tf.Tensor, targets: tf.Tensor, smoothing: tf.Tensor) -> tf.Tensor:
    labels = targets * (1.0 - smoothing) + 0.5 * smoothing
    return tf.nn.sigmoid_cross_entropy_with_logits(labels, outputs[:, :, 0])


def _categorical(outputs: tf.Tensor, targets: tf.Tensor, smoothing: tf.Tensor) -> tf.Tensor:
    n_classes = tf.shape(outputs)[2]
    labels = tf.one_hot(tf.cast(targets, tf.int32), n_classes)
    labels = labels * (1.0 - smoothing) + smoothing / tf.cast(n_classes, tf.float32)
    return tf.nn.softmax_cross_entropy_with_logits(labels, outputs)


def _squared(outputs: tf.Tensor, targets: tf.Tensor, smoothing: tf.Tensor) -> tf.Tensor:  # noqa: ARG001
    return tf.square(outputs[:, :, 0] - targets)


def _absolute(outputs: tf.Tensor, targets: tf.Tensor, smoothing: tf.Tensor) -> tf.Tensor:  # noqa: ARG001
    return tf.abs(outputs[:, :, 0] - targets)


def _huber(outputs: tf.Tensor, targets: tf.Tensor, smoothing: tf.Tensor) -> tf.Tensor:  # noqa: ARG001
    error = tf.abs(outputs[:, :, 0] - targets)  # of standardized targets, so that 1 is one standard deviation
    return tf.where(error <= 1.0, 0.5 * tf.square(error), error - 0.5)


LOSSES: dict[str, Loss] = {
    "binary_crossentropy": _binary,
    "categorical_crossentropy": _categorical,
    "mse": _squared,
    "mae": _absolute,
    "huber": _huber,
}


def loss_name(task: str, asked: str | None) -> str:
    """Return the loss of a task; `asked` chooses among those of a regression."""
    if task == "regression":
        return asked or "mse"
    return "binary_crossentropy" if task == "binary" else "categorical_crossentropy"


def to_predictions(task: str, outputs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Turn outputs of shape (…, n, K) into probabilities (…, n, n_classes), or for a regression values (…, n).

    Values of a regression are still on the scale of the standardized target.
    """
    values = outputs.astype(np.float64)
    if task == "regression":
        return values[..., 0]
    if task == "binary":
        positive = 1.0 / (1.0 + np.exp(-np.clip(values, -500, 500)))
        return np.concatenate([1.0 - positive, positive], axis=-1)
    exps = np.exp(values - values.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)
