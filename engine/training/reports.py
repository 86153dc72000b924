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
    """What one epoch gave."""

    epoch: int
    curves: NDArray[np.float32]  # (R, 3): CURVE_NAMES; NaN where a replica has stopped
