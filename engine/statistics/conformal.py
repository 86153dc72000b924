"""Conformal prediction from fold networks: scores of the rows that they had not seen, and measured coverage.

How intervals and sets come of the scores is in `engine.bundled.intervals`, which bundles carry along. NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..bundled.intervals import ConformityScores
from ..domain.arrays import TargetValues
from ..domain.bundles import Coverage

LEVELS = (0.5, 0.8, 0.9, 0.95)
MOST_SCORES = 2000
"""Of a network; of more, each that is kept stands for a group of neighbours, by the largest of them."""
# Of the normal distribution, 95 % in the middle.
_Z = 1.959963984540054

Floats = NDArray[np.float64]


def scores_of(
    y: Sequence[TargetValues],
    predictions: Sequence[Floats],
    n_rows: int,
    n_repeats: int,
    most: int = MOST_SCORES,
) -> ConformityScores:
    """Return the scores of the rows that each network had not seen.

    Parameters
    ----------
    y : sequence of arrays of shape (n_k,)
        Of each network its validation rows' class places, or values.
    predictions : sequence of float64 arrays
        Of the same rows probabilities (n_k, n_classes), or values (n_k,).
    n_rows, n_repeats : int
        Each of the rows is among the validation rows of one network in each repeat.
    most : int
        Scores that are kept of a network. Where there are more, the count of those up to any bound is too small by
        less than one in `most`: the intervals and sets are those of a level at most so much higher.

    Raises
    ------
    ValueError
        Where the rows are not as `n_rows` and `n_repeats` say.
    """
    values: list[Floats] = []
    ranks: list[NDArray[np.int64]] = []
    for true, said in zip(y, predictions, strict=True):
        score = np.abs(true - said) if said.ndim == 1 else 1.0 - said[np.arange(len(said)), true]
        ordered = np.sort(score.astype(np.float64))
        ends = np.arange(1, len(ordered) + 1)
        if len(ordered) > most:
            ends = np.arange(1, most + 1, dtype=np.int64) * len(ordered) // most
        values.append(ordered[ends - 1])
        ranks.append(ends)
    return ConformityScores(values, ranks, n_rows, n_repeats)


def measured(
    scores: ConformityScores, level: float, y: TargetValues, folds: Floats, said: NDArray[np.int64] | None
) -> Coverage:
    """Count which targets lie inside.

    Parameters
    ----------
    scores : ConformityScores
    level : float
    y : array of shape (m,)
        Class places, or values.
    folds : float64 array of shape (n_networks, m) or (n_networks, m, n_classes)
        What each network says of the rows.
    said : int64 array of shape (m,), or None
        The places of the classes that are predicted; None of numbers.
    """
    if said is None:
        low, high = scores.bounds(folds, level)
        inside, sizes = (low <= y) & (y <= high), high - low
    else:
        held = scores.sets(folds, level, said)
        inside, sizes = held[np.arange(len(y)), y], held.sum(axis=1)
    n_inside = int(inside.sum())
    least, most = wilson_interval(n_inside, len(y))
    proven = proven_coverage(scores, level)
    return Coverage(level, proven, len(y), n_inside, n_inside / len(y), least, most, float(sizes.mean()))


def proven_coverage(scores: ConformityScores, level: float) -> float:
    """Return the share of new rows that is inside at least, whatever the data, on average over data sets.

    Barber et al. (2021), of CV+ for n rows in K folds: 1 − 2α less the smaller of 2 (1 − 1/K) / (n/K + 1) and
    (1 − K/n) / (K + 1). With repeats, the first: it is that of twice the mean of p-values. Rows must be exchangeable
    and folds of one size, and nothing else may have been chosen on them.
    """
    n_folds = scores.n_networks // scores.n_repeats
    less = 2 * (1 - 1 / n_folds) / (scores.n_rows / n_folds + 1)
    if scores.n_repeats == 1:
        less = min(less, (1 - n_folds / scores.n_rows) / (n_folds + 1))
    return max(0.0, 1 - 2 * (1 - level) - less)


def wilson_interval(n_hits: int, n: int, z: float = _Z) -> tuple[float, float]:
    """Return the ends of Wilson's score interval (1927) of a share, of 95 % where `z` is not given.

    Raises
    ------
    ValueError
        Where there are no rows.
    """
    if n < 1:
        raise ValueError("There is no share of no rows.")
    share, weight = n_hits / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    # By its formula the ends of none and of all are 0 and 1, which rounding may miss.
    return 0.0 if n_hits == 0 else middle - half, 1.0 if n_hits == n else middle + half
