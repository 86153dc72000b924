"""Learning from a larger network: its outputs as targets beside the true ones (Hinton et al. 2015, arXiv 1503.02531).

Each fold has a teacher of its own, which has seen that fold's training rows alone, and its outputs are there for these
rows alone: for all others there is NaN, which would end the training.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..networks.inputs import InputTensor
from ..tf import Tensor, tf

TEACHER = InputTensor("teacher", 1, "float32")
"""The outputs of the teacher as one more input (R, n, K) of the problem."""

# Of the loss.
_SHARE = 0.7
_TEMPERATURE = 2.0


def teacher_input(outputs: NDArray[np.float32], train: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
    """Return the outputs (R, n, K) of each fold's teacher for its training rows, NaN for all others."""
    known = np.full_like(outputs, np.nan)
    for r, rows in enumerate(train):
        known[r, rows] = outputs[r, rows]
    return known


def taught(loss: str, rows: Tensor, outputs: Tensor, teacher: Tensor) -> Tensor:
    """Return the losses (R, B) of rows, mixed with how far the outputs (R, B, K) are from the teacher's.

    Parameters
    ----------
    loss : str
        The name of the loss of the true targets, which says what the outputs are.
    """
    if loss.startswith("categorical"):
        wanted = tf.nn.softmax(teacher / _TEMPERATURE)
        apart = tf.nn.softmax_cross_entropy_with_logits(wanted, outputs / _TEMPERATURE) * _TEMPERATURE**2
    elif loss.startswith("binary"):
        wanted = tf.sigmoid(teacher / _TEMPERATURE)
        apart = tf.nn.sigmoid_cross_entropy_with_logits(wanted, outputs / _TEMPERATURE)[:, :, 0]
        apart *= _TEMPERATURE**2
    else:
        apart = tf.square(outputs - teacher)[:, :, 0]
    return (1.0 - _SHARE) * rows + _SHARE * apart
