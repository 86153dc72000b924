"""What a trial trains on: the preprocessed rows of every fold, stacked.

Built once for each preprocessing and shared by all trials of a worker that use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..networks.base import InputShape
from ..preprocessing.transform import Preprocessing

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Problem:
    """R replicas of one learning problem.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    n_classes : int
        0 for a regression.
    y : ndarray of shape (n,)
        Class indices, int64, or values, float64, on their own scale.
    numeric : ndarray of shape (R, n, d), float32
    codes : ndarray of shape (R, n, c), int32
        Offset, so that the columns of an embedding table do not overlap.
    train, valid : tuples of R int64 arrays
        Positions in the n rows. `valid` may be empty arrays (a final fit).
    target_mean, target_scale : ndarrays of shape (R,), float64
        Of a regression target in the training part; 0 and 1 otherwise.
    shape : InputShape
    preprocessings : tuple of R Preprocessing
    """

    task: str
    n_classes: int
    y: NDArray[Any]
    numeric: NDArray[np.float32]
    codes: NDArray[np.int32]
    train: tuple[Ints, ...]
    valid: tuple[Ints, ...]
    target_mean: NDArray[np.float64]
    target_scale: NDArray[np.float64]
    shape: InputShape
    preprocessings: tuple[Preprocessing, ...]

    @property
    def n_replicas(self) -> int:
        return len(self.train)

    @property
    def size_bytes(self) -> int:
        """Memory of the stacked rows."""
        return self.numeric.nbytes + self.codes.nbytes

    def scaled_targets(self) -> NDArray[np.float32]:
        """Return the targets that the loss sees, shape (R, n)."""
        if self.task == "regression":
            return ((self.y[None] - self.target_mean[:, None]) / self.target_scale[:, None]).astype(
                np.float32
            )
        return np.broadcast_to(self.y.astype(np.float32), (self.n_replicas, len(self.y))).copy()

    def row_weights(self, balanced: bool) -> NDArray[np.float32]:
        """Return loss weights of shape (R, n): 1, or for `balanced` n / (n_classes · count) of the training part."""
        weights = np.ones((self.n_replicas, len(self.y)), np.float32)
        if balanced and self.task != "regression":
            for r, rows in enumerate(self.train):
                counts = np.maximum(np.bincount(self.y[rows], minlength=self.n_classes), 1)
                weights[r] = (len(rows) / (self.n_classes * counts))[self.y]
        return weights

    def unscaled(self, replica: int, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the predictions of a replica on the target's own scale."""
        if self.task != "regression":
            return predictions
        return predictions * self.target_scale[replica] + self.target_mean[replica]


def build_problem(
    *,
    task: str,
    n_classes: int,
    y: NDArray[Any],
    features: Sequence[Any],
    preprocessings: Sequence[Preprocessing],
    train: Sequence[Ints],
    valid: Sequence[Ints],
) -> Problem:
    """Stack the features of R replicas.

    Parameters
    ----------
    features : sequence of R Features
        All rows, transformed by the preprocessing of each replica.
    train, valid : sequences of R int64 arrays
        Positions in the rows.
    """
    first = preprocessings[0]
    offsets = (
        np.cumsum([0, *first.cardinalities[:-1]], dtype=np.int32)
        if first.cardinalities
        else np.zeros(0, np.int32)
    )
    mean, scale = np.zeros(len(train)), np.ones(len(train))
    if task == "regression":
        mean = np.array([y[rows].mean() for rows in train])
        scale = np.array([y[rows].std() or 1.0 for rows in train])
    return Problem(
        task=task,
        n_classes=n_classes,
        y=y,
        numeric=np.stack([f.numeric for f in features]),
        codes=np.stack([f.codes + offsets for f in features]),
        train=tuple(train),
        valid=tuple(valid),
        target_mean=mean,
        target_scale=scale,
        shape=InputShape(
            n_numeric=first.n_numeric,
            cardinalities=first.cardinalities,
            n_outputs=n_classes if task == "multiclass" else 1,
            n_continuous=first.n_continuous,
        ),
        preprocessings=tuple(preprocessings),
    )
