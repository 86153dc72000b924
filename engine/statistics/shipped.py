"""What is shipped beside single fold networks, judged inside the resampling: their ensemble, and a fitted threshold.

An ensemble of the folds has no rows that none of its networks was trained on. The further repeats of a finalist do give
each row several networks that had not seen it: their mean is a smaller ensemble, of as many networks as there are such
repeats. A threshold is fitted anew on the rows that a resample drew, and scored on those that it left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import TargetValues
from ..domain.thresholds import USUAL
from .judged_rows import Floats, Ints, MemberPredictions, mean_of_known
from .weighted import scores_of_each, weighted_scores

N_TRIED = 24
"""Thresholds that are tried beside 0.5: quantiles of what is predicted."""


def repeats_mean(
    valid: Sequence[Ints], predictions: MemberPredictions, n_folds: int, n_first: int, n_rows: int
) -> MemberPredictions | None:
    """Return the mean of what the further repeats say of each row, by the folds of the first one.

    Parameters
    ----------
    valid : sequence of int64 arrays
        By replica, ``repeat * n_folds + fold``, positions of its validation rows in the `n_rows`.
    n_first : int
        Repeats that all trials have, and that the search learned from.

    Returns
    -------
    tuple of ndarray, or None
        None with fewer than two further repeats.
    """
    first = n_first * n_folds
    if len(predictions) < first + 2 * n_folds:
        return None
    shape = predictions[0].shape[1:]
    total, n = np.zeros((n_rows, *shape)), np.zeros(n_rows)
    for rows, given in zip(valid[first : len(predictions)], predictions[first:], strict=True):
        total[rows] += given
        n[rows] += 1
    mean = total / np.maximum(n, 1).reshape(-1, *[1] * len(shape))
    return tuple(mean[rows] for rows in valid[:n_folds])


def thresholded_scores(
    metric: str,
    y: TargetValues,
    valid: Sequence[Ints],
    predictions: MemberPredictions,
    weights: NDArray[np.number],
) -> Floats:
    """Return scores on the rows left out, with the threshold that is best on the rows drawn.

    Parameters
    ----------
    metric : str
        Of two classes, and of decisions.
    y : ndarray of shape (n,), int
    valid, predictions : one array a fold
        Positions of the validation rows of one repeat, and the probabilities (n_fold, 2) predicted for them.
    weights : ndarray of shape (B, n)
        How often each row is drawn; it judges where that is 0.

    Returns
    -------
    ndarray of shape (B,), float64
        Means over the folds; NaN where no fold has a score.
    """
    positive = np.concatenate([given[:, 1] for given in predictions])
    place = np.concatenate(list(valid))
    quantiles = np.quantile(positive, np.linspace(0.0, 1.0, N_TRIED + 2)[1:-1])
    tried = np.unique(np.append(quantiles, USUAL))
    decided = [_decided(positive, t) for t in tried]
    on_drawn = scores_of_each(metric, y[place], decided, weights[:, place])
    # Of equal ones that nearest to 0.5.
    order = np.argsort(np.abs(tried - USUAL), kind="stable")
    best = order[np.nan_to_num(on_drawn[order], nan=-np.inf).argmax(axis=0)]
    found = np.full(len(weights), np.nan)
    for i in np.unique(best):
        these = np.flatnonzero(best == i)
        folds = np.stack([
            weighted_scores(metric, y[rows], _decided(given[:, 1], float(tried[i])), weights[np.ix_(these, rows)] == 0)
            for rows, given in zip(valid, predictions, strict=True)
        ])  # fmt: skip
        found[these] = mean_of_known(folds, axis=0)
    return found


def _decided(positive: NDArray[np.floating], threshold: float) -> NDArray[np.floating]:
    """Return predictions of full certainty, shape (n, 2)."""
    yes = (positive > threshold).astype(np.float64)
    return np.stack([1.0 - yes, yes], axis=1)
