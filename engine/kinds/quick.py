"""Baselines that are trained in moments: they find the neighbours of a row, and take their targets over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_N_NEIGHBOURS = 5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """What is to be predicted of some rows.

    Attributes
    ----------
    values : ndarray of shape (n, n_classes), or (n, 1) of a regression, float64
        Ones at the classes, or the values.
    n_classes : int
        0 for a regression.
    """

    values: Floats
    n_classes: int


class QuickBaseline(Protocol):
    """Predicts some of the rows that were looked at from others."""

    def predict(self, train: Ints, valid: Ints) -> Floats:
        """Return probabilities of shape (n_valid, n_classes), or values of shape (n_valid, 1), float64.

        Parameters
        ----------
        train, valid : ndarray of int64
            Positions in the rows that the baseline was made for.

        Returns
        -------
        ndarray of float
        """
        ...


@dataclass(slots=True)
class Neighbours:
    """The mean over the most alike rows, and over all of the training part with the weight of one more."""

    likeness: NDArray[np.float32]
    goal: Goal

    def predict(self, train: Ints, valid: Ints) -> Floats:
        """See `QuickBaseline.predict`.

        Parameters
        ----------
        train : ndarray of int64
            Positions in the table: rows that the baseline is fitted on.
        valid : ndarray of int64
            Positions in the table: rows that judge it.

        Returns
        -------
        ndarray of float
        """
        likeness = self.likeness[np.ix_(valid, train)]
        k = min(_N_NEIGHBOURS, len(train))
        near = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
        weight = np.maximum(np.take_along_axis(likeness, near, axis=1), 0.0).astype(np.float64)[..., None]
        values = self.goal.values[train]
        total = (weight * values[near]).sum(axis=1) + values.mean(axis=0)
        return total / (weight.sum(axis=1) + 1.0)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of what several baselines predict."""

    baselines: tuple[QuickBaseline, ...]

    def predict(self, train: Ints, valid: Ints) -> Floats:
        """See `QuickBaseline.predict`.

        Parameters
        ----------
        train : ndarray of int64
            Positions in the table: rows that the baseline is fitted on.
        valid : ndarray of int64
            Positions in the table: rows that judge it.

        Returns
        -------
        ndarray of float
        """
        return np.mean([baseline.predict(train, valid) for baseline in self.baselines], axis=0)
