"""How well one column alone tells the target: a column that tells nearly all of it is suspicious.

Used by `report`. Each column is cut into bins, and the bins' shares or means are judged on rows that they did
not come from, so that a column of many values does not seem to know what it has only memorised.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..data.columns import Column, Rows, WordColumn, cells_of
from ..data.target import Target
from ..domain.metrics import binary_roc_auc

MAX_ROWS = 20_000
_BINS = 64
_LEAST_ROWS = 40


def single_column_score(
    column: Column, target: Target, rows: Rows, classes_or_values: NDArray[np.float64]
) -> float:
    """Return how well a column alone predicts the target on rows not fitted on.

    Parameters
    ----------
    column : Column
    target : Target
    rows : ndarray of shape (n,), int64
        Positions in the table, in random order.
    classes_or_values : ndarray of shape (n,), float64
        The target of these rows.

    Returns
    -------
    float
        Area under the ROC curve (0.5 is chance) for binary; for multiclass the accuracy above the
        largest class's share, as a fraction of what it could be; R² for regression. NaN for fewer than 40
        rows.
    """
    if len(rows) < _LEAST_ROWS:
        return float("nan")
    bins = _bin(column, rows)
    half = len(rows) // 2
    first, second = np.arange(half), np.arange(half, len(rows))
    if target.task == "regression":
        return float(
            np.mean([_r2(bins, classes_or_values, a, b) for a, b in ((first, second), (second, first))])
        )
    y = classes_or_values.astype(np.int64)
    scores = [_class_score(bins, y, target.n_classes, a, b) for a, b in ((first, second), (second, first))]
    return float(np.mean(scores))


def _bin(column: Column, rows: Rows) -> NDArray[np.int64]:
    """Return bin numbers of shape (n,); missing cells have a bin of their own, 0."""
    cells = cells_of(column)
    if isinstance(cells, WordColumn):
        # Numbered anew: a long vocabulary times many classes would not fit the memory.
        present = cells.codes[rows] >= 0
        bins = np.zeros(len(rows), np.int64)
        bins[present] = np.unique(cells.codes[rows][present], return_inverse=True)[1] + 1
        return bins
    values = cells.numbers[rows]
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(rows), np.int64)
    distinct = np.unique(known)
    n_bins = max(2, min(_BINS, len(known) // 10))
    inner = (
        distinct[1:]
        if len(distinct) <= n_bins
        else np.unique(np.quantile(known, np.linspace(0, 1, n_bins + 1)[1:-1]))
    )
    return np.where(np.isnan(values), 0, np.searchsorted(inner, values, side="right") + 1)


def _r2(bins: NDArray[np.int64], y: NDArray[np.float64], fit: Rows, judge: Rows) -> float:
    n = int(bins.max()) + 1
    count = np.bincount(bins[fit], minlength=n)
    total = np.bincount(bins[fit], weights=y[fit], minlength=n)
    mean = np.where(count > 0, total / np.maximum(count, 1), y[fit].mean())
    spread = float(np.sum((y[judge] - y[judge].mean()) ** 2))
    return 1.0 - float(np.sum((y[judge] - mean[bins[judge]]) ** 2)) / spread if spread > 0 else 0.0


def _class_score(
    bins: NDArray[np.int64], y: NDArray[np.int64], n_classes: int, fit: Rows, judge: Rows
) -> float:
    n = int(bins.max()) + 1
    counts = np.bincount(bins[fit] * n_classes + y[fit], minlength=n * n_classes).reshape(n, n_classes)
    prior = np.bincount(y[fit], minlength=n_classes) / len(fit)
    share = (counts + prior) / (counts.sum(axis=1, keepdims=True) + 1.0)
    guess = share[bins[judge]]
    if n_classes == 2:
        score = binary_roc_auc(y[judge] == 1, guess[:, 1])
        return 0.5 if score != score else score
    chance = float(np.bincount(y[judge], minlength=n_classes).max()) / len(judge)
    accuracy = float(np.mean(guess.argmax(axis=1) == y[judge]))
    return (accuracy - chance) / (1.0 - chance) if chance < 1 else 0.0
