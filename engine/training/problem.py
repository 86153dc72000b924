"""What a trial trains on: the preprocessed rows of every fold, stacked.

Built once for each preprocessing and shared by all trials of a worker that use it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..data.scratch import scratch_array
from ..domain.arrays import InputArray, TargetValues
from ..kinds.base import Preprocessing
from ..networks.inputs import Inputs, InputShape
from ..statistics.epochs import fold_voters

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
    inputs : mapping of str to ndarray
        By the names of `InputShape.tensors`, each of shape (R, n, *row), or (1, n, *row) where all replicas see the
        same.
    train, valid : tuples of R int64 arrays
        Positions in the n rows. `valid` may be empty arrays (a final fit).
    voters : tuple of R int64 arrays
        The replicas whose scores choose the epoch that each replica keeps, see `engine.statistics.epochs`.
    target_mean, target_scale : ndarrays of shape (R,), float64
        Of a regression target in the training part; 0 and 1 otherwise.
    shape : InputShape
    preprocessings : tuple of R Preprocessing
    """

    task: str
    n_classes: int
    y: TargetValues
    inputs: Mapping[str, InputArray]
    train: tuple[Ints, ...]
    valid: tuple[Ints, ...]
    voters: tuple[Ints, ...]
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
        return sum(x.nbytes for x in self.inputs.values())

    def rows(self, replica: int, rows: Ints) -> dict[str, InputArray]:
        """Return the inputs (1, len(rows), *row) of some rows, as a replica sees them."""
        return {name: x[min(replica, len(x) - 1), rows][None] for name, x in self.inputs.items()}

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
            places = self.y.astype(np.int64, copy=False)
            for r, rows in enumerate(self.train):
                counts = np.maximum(np.bincount(places[rows], minlength=self.n_classes), 1)
                weights[r] = (len(rows) / (self.n_classes * counts))[places]
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
    y: TargetValues,
    inputs: Iterable[Inputs],
    preprocessings: Sequence[Preprocessing],
    train: Sequence[Ints],
    valid: Sequence[Ints],
    voters: Sequence[Ints] | None = None,
    most_bytes: float = math.inf,
    scratch: Path | None = None,
) -> Problem:
    """Stack the features of R replicas.

    Parameters
    ----------
    inputs : iterable of R mappings, or of one
        All rows, as the preprocessing of each replica gives them to a network; one where it is the same for all.
    train, valid : sequences of R int64 arrays
        Positions in the rows.
    voters : sequence of R int64 arrays, optional
        See `Problem`; all other replicas where not given.
    most_bytes : float
        What the stack may take of the memory; a larger one lies in a mapped file in the folder `scratch`.

    Raises
    ------
    DataError
        Where that has no room on the disk.
    """
    mean, scale = np.zeros(len(train)), np.ones(len(train))
    if task == "regression":
        mean = np.array([y[rows].mean() for rows in train])
        scale = np.array([y[rows].std() or 1.0 for rows in train])
    return Problem(
        task=task,
        n_classes=n_classes,
        y=y,
        inputs=_stacked(inputs, len(train), most_bytes, scratch),
        train=tuple(train),
        valid=tuple(valid),
        voters=fold_voters(len(train), 1, in_order=False) if voters is None else tuple(voters),
        target_mean=mean,
        target_scale=scale,
        shape=replace(preprocessings[0].shape(n_classes if task == "multiclass" else 1), task=task),
        preprocessings=tuple(preprocessings),
    )


def _stacked(
    inputs: Iterable[Inputs], n_replicas: int, most_bytes: float, scratch: Path | None
) -> dict[str, InputArray]:
    """Stack the inputs of the replicas; those of a single one are not copied, they may be mapped from a file."""
    blocks = iter(inputs)
    first = next(blocks)
    second = next(blocks, None)
    if second is None:
        return {name: np.asanyarray(x)[None] for name, x in first.items()}
    is_large = n_replicas * sum(x.nbytes for x in first.values()) > most_bytes
    stacks: dict[str, InputArray] = {}
    for name, x in first.items():
        shape = (n_replicas, *x.shape)
        stacks[name] = scratch_array(shape, x.dtype, scratch) if is_large else np.empty(shape, x.dtype)
    for r, block in enumerate(chain((first, second), blocks)):
        for name, stack in stacks.items():
            stack[r] = block[name]
    return stacks
