"""What a training tells whoever watches it; free of TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class TrainingStopped(Exception):  # noqa: N818 - not an error: somebody asked for it
    """The trial was told to stop between two epochs."""


class Observer(Protocol):
    """Who watches a training: called after every epoch.

    Returns whether to go on; False ends the training with what it has. May raise `TrainingStopped` to drop it.
    """

    def __call__(self, report: EpochReport) -> bool: ...


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What one epoch gave.

    Attributes
    ----------
    epoch : int
    curves : ndarray of shape (R, 3), float32
        `CURVE_NAMES`; NaN where a replica has stopped.
    earlier_s : float
        What the training had taken up to the checkpoint that it went on from; 0 where it began anew.
    """

    epoch: int
    curves: NDArray[np.float32]
    earlier_s: float = 0.0
