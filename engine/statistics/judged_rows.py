"""The rows that judge models, how they are drawn with replacement, and the scores of a model on what is drawn.

For `resampling`. NumPy alone.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import TargetValues
from .weighted import weighted_scores

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.uint16]
MemberPredictions = tuple[NDArray[np.floating], ...]
"""Of the validation rows of every replica, ``repeat * n_folds + fold``."""

# Units of a fold and class with fewer of which they are drawn together with those of the other folds: all of four are
# drawn in a tenth of the resamples, all of two in half of them, and then nothing is left that could judge.
_LEAST_UNITS = 5
MOST_CELLS = 10_000_000
"""Resamples × rows of a fold that are weighted at once: 80 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRows:
    """The rows that judge, and how they are drawn.

    Attributes
    ----------
    metric : str
    y : ndarray of shape (n,)
        Targets.
    valid : tuple of int64 arrays
        By replica, ``repeat * n_folds + fold``, positions of its validation rows in the n.
    n_folds : int
    units : ndarray of shape (n,), int64
        Rows of one number are drawn together: groups, blocks of time, or each row alone.
    by_class : bool
        Whether each class of a fold is drawn for itself, a unit of several rows with the class of its first one.
    """

    metric: str
    y: TargetValues
    valid: tuple[Ints, ...]
    n_folds: int
    units: Ints
    by_class: bool

    @property
    def n_repeats(self) -> int:
        return len(self.valid) // self.n_folds

    def drawn_from(self, n_rows: int, seed: int) -> NDArray[np.bool_]:
        """Return which rows are among about `n_rows` drawn from all, whole units each, shape (n,)."""
        _, unit = np.unique(self.units, return_inverse=True)
        chance = np.random.default_rng([seed, 1]).random(int(unit.max(initial=-1)) + 1)
        return chance[unit] < n_rows / max(len(self.y), 1)

    def only(self, kept: NDArray[np.bool_]) -> JudgedRows:
        """Return the rows that are kept alone; `kept` has shape (n,)."""
        place = np.cumsum(kept) - 1
        valid = tuple(place[rows[kept[rows]]] for rows in self.valid)
        return dataclasses.replace(self, y=self.y[kept], valid=valid, units=self.units[kept])

    @property
    def n_units(self) -> int:
        """How many units are drawn; where each class is drawn for itself, of the rarest one."""
        units, first = np.unique(self.units, return_index=True)
        return int(np.unique(self.y[first], return_counts=True)[1].min()) if self.by_class else len(units)

    def draw(self, n_resamples: int, seed: int) -> Counts:
        """Return how often each row is drawn, shape (n_resamples, n); in a resample it judges where that is 0."""
        rng = np.random.default_rng(seed)
        weights = np.zeros((n_resamples, len(self.y)), np.uint16)
        for part in self._strata():
            units, place = np.unique(self.units[part], return_inverse=True)
            n = len(units)
            counts = rng.multinomial(n, np.full(n, 1.0 / n), size=n_resamples)
            weights[:, part] = counts[:, place]
        return weights

    def _strata(self) -> list[Ints]:
        """Return the rows of each fold and class, or of a class in all folds where a fold has few units of it."""
        folds = self.valid[: self.n_folds]
        if not self.by_class:
            return self._by_fold(folds)
        units, first, place = np.unique(self.units, return_index=True, return_inverse=True)
        del units
        classes = self.y[first][place]
        return [
            part
            for value in np.unique(classes)
            for part in self._by_fold([rows[classes[rows] == value] for rows in folds])
        ]

    def _by_fold(self, folds: Sequence[Ints]) -> list[Ints]:
        parts = [rows for rows in folds if len(rows)]
        few = any(len(np.unique(self.units[rows])) < _LEAST_UNITS for rows in parts)
        return [np.concatenate(parts)] if few else parts

    def score(self, predictions: MemberPredictions, weights: Counts) -> ResampledScores:
        """Return scores on drawn and on left out rows, the means over folds, of each repeat there are predictions of.

        A fold whose rows leave the metric undefined in a resample, one class alone for instance, is left out of the
        mean.
        """
        n_resamples = len(weights)
        folds = np.empty((len(predictions), 2, n_resamples))
        whole = np.empty(len(predictions))
        for r, given in enumerate(predictions):
            rows = self.valid[r]
            whole[r] = weighted_scores(self.metric, self.y[rows], given, np.ones((1, len(rows))))[0]
            step = max(MOST_CELLS // max(2 * len(rows), 1), 1)
            for start in range(0, n_resamples, step):
                drawn = weights[start : start + step, rows]
                both = np.concatenate([drawn, drawn == 0])
                scores = weighted_scores(self.metric, self.y[rows], given, both)
                folds[r, :, start : start + step] = scores.reshape(2, -1)
        means = mean_of_known(folds.reshape(-1, self.n_folds, 2, n_resamples), axis=1).swapaxes(0, 1)
        on_all = mean_of_known(whole.reshape(-1, self.n_folds), axis=1)
        return ResampledScores(means, mean_of_known(means, axis=2) - on_all)


@dataclass(frozen=True, slots=True, eq=False)
class ResampledScores:
    """Scores of a model in every resample.

    Attributes
    ----------
    raw : ndarray of shape (2, n_repeats, n_resamples)
        On the rows drawn and on those left out; NaN where no fold has a score.
    shift : ndarray of shape (2, n_repeats)
        Their mean over the resamples less the score on all rows: what fewer rows alone do to the score.
    """

    raw: Floats
    shift: Floats

    @property
    def values(self) -> Floats:
        """The scores as they would be on all rows, shape (2, n_repeats, n_resamples)."""
        return self.raw - self.shift[:, :, None]


def mean_of_known(values: Floats, axis: int) -> Floats:
    """Return means along an axis over what is finite; NaN where nothing is."""
    known = np.isfinite(values)
    n = known.sum(axis=axis)
    sums = np.where(known, values, 0.0).sum(axis=axis)
    return np.divide(sums, n, out=np.full_like(sums, np.nan), where=n > 0)


def block_units(rows: Sequence[Ints], n: int, least: int = 1) -> Ints:
    """Return unit numbers (n,) of blocks of rows that follow one another, for folds in the order of time.

    As long as the cube root of a fold's rows (Künsch 1989; the rate of Hall, Horowitz and Jing 1995), but not shorter
    than `least`, the gap over which rows are taken to depend on one another; never across folds.
    """
    units = np.arange(n)
    start = n
    for part in rows:
        length = max(round(math.cbrt(len(part))), least, 1)
        units[part] = start + np.arange(len(part)) // length
        start += len(part)
    return units
