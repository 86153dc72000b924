"""Losses of R replicas: each returns one loss a row, so that weights of rows and folds stay apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..domain.errors import SpecError
from ..domain.params import Params, number_in
from ..tf import Tensor, tf

_FOCAL_GAMMA = 2.0
# Outputs (R, B, K), targets (R, B), smoothing -> (R, B).
Loss = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor]


def _binary(outputs: Tensor, targets: Tensor, smoothing: Tensor) -> Tensor:
    labels = targets * (1.0 - smoothing) + 0.5 * smoothing
    return tf.nn.sigmoid_cross_entropy_with_logits(labels, outputs[:, :, 0])


def _categorical(outputs: Tensor, targets: Tensor, smoothing: Tensor) -> Tensor:
    n_classes = tf.shape(outputs)[2]
    labels = tf.one_hot(tf.cast(targets, tf.int32), n_classes)
    labels = labels * (1.0 - smoothing) + smoothing / tf.cast(n_classes, tf.float32)
    return tf.nn.softmax_cross_entropy_with_logits(labels, outputs)


def _squared(outputs: Tensor, targets: Tensor, smoothing: Tensor) -> Tensor:  # noqa: ARG001
    return tf.square(outputs[:, :, 0] - targets)


def _absolute(outputs: Tensor, targets: Tensor, smoothing: Tensor) -> Tensor:  # noqa: ARG001
    return tf.abs(outputs[:, :, 0] - targets)


def _huber(outputs: Tensor, targets: Tensor, smoothing: Tensor) -> Tensor:  # noqa: ARG001
    # Of standardized targets, so that 1 is one standard deviation.
    error = tf.abs(outputs[:, :, 0] - targets)
    return tf.where(error <= 1.0, 0.5 * tf.square(error), error - 0.5)


def _focal(crossentropy: Loss) -> Loss:
    """Return the focal loss (Lin et al. 2017, arXiv 1708.02002): rows that are right already count little."""

    def focal(outputs: Tensor, targets: Tensor, smoothing: Tensor) -> Tensor:
        loss = crossentropy(outputs, targets, smoothing)
        return tf.pow(1.0 - tf.exp(-loss), _FOCAL_GAMMA) * loss

    return focal


def _quantile(fraction: float) -> Loss:
    """Return the pinball loss: its smallest mean is at a quantile (Koenker and Bassett 1978)."""

    def pinball(outputs: Tensor, targets: Tensor, smoothing: Tensor) -> Tensor:  # noqa: ARG001
        error = targets - outputs[:, :, 0]
        return tf.maximum(fraction * error, (fraction - 1.0) * error)

    return pinball


LOSSES: dict[str, Loss] = {
    "binary_crossentropy": _binary,
    "categorical_crossentropy": _categorical,
    "binary_focal": _focal(_binary),
    "categorical_focal": _focal(_categorical),
    "mse": _squared,
    "mae": _absolute,
    "huber": _huber,
}
OF_CLASSES = ("crossentropy", "focal")
OF_NUMBERS = ("mse", "mae", "huber", "quantile")


def loss_name(task: str, params: Params) -> str:
    """Return the loss of a trial: ``loss`` of its params, and ``quantile`` in (0, 1) for the quantile loss.

    Raises
    ------
    SpecError
        Where the loss is none for the task, or the quantile is out of range.
    """
    choices = OF_NUMBERS if task == "regression" else OF_CLASSES
    asked = str(params.get("loss", choices[0]))
    if asked not in choices:
        raise SpecError(
            "The loss is {value!r}; for a {task} target choose one of {choices}.",
            value=asked,
            task=task,
            choices=", ".join(choices),
        )
    if asked == "quantile":
        fraction = number_in(params, "quantile", 0.5)
        if not 0.0 < fraction < 1.0:
            raise SpecError("The quantile is {value}; it must lie between 0 and 1.", value=fraction)
        return f"quantile {fraction!r}"
    if task == "regression":
        return asked
    return f"{'binary' if task == 'binary' else 'categorical'}_{asked}"


def loss_function(name: str) -> Loss:
    """Return the function of a loss that `loss_name` gave."""
    kind, _, fraction = name.partition(" ")
    return _quantile(float(fraction)) if kind == "quantile" else LOSSES[name]


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
