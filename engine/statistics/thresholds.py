"""Decision thresholds of networks for two classes, fitted on out-of-fold predictions. For `convert`; NumPy only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import TargetValues
from ..domain.metrics import METRICS
from ..domain.thresholds import USUAL

_MOST_TRIED = 199
THRESHOLDED = ("accuracy", "balanced_accuracy", "matthews_corrcoef", "f1")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A threshold, and what fitting one brings.

    Attributes
    ----------
    value : float
        Of the probability of the second class, in [0, 1]; fitted on the out-of-fold predictions of all rows.
    scores : tuple of float
        By replica: the metric on its validation rows with a threshold that was fitted without these rows.
    usual : tuple of float
        The same with 0.5.
    """

    value: float
    scores: tuple[float, ...]
    usual: tuple[float, ...]


def is_thresholded(task: str, metric: str) -> bool:
    """Whether a metric of a task depends on a threshold that it pays to fit."""
    return task == "binary" and (metric in THRESHOLDED or metric.startswith("f1_"))


def fit_threshold(
    metric: str,
    rows: Sequence[NDArray[np.int64]],
    y: Sequence[TargetValues],
    positive: Sequence[NDArray[np.float64]],
    tell: Callable[[float], None] = lambda _: None,
) -> Fitted:
    """Fit a threshold, and score it nested: for each replica on rows that the fit has not seen.

    Parameters
    ----------
    rows, y, positive : sequences of R arrays of shape (n_r,)
        Validation rows of each replica, their classes, and the predicted probabilities of the second class.
    tell : callable
        Called again and again with the fraction that is done; what it raises ends the fitting.
    """
    n_fits = len(rows) + 1
    nested: list[float] = []
    usual: list[float] = []
    for r, own in enumerate(rows):
        # With repeats others have some of its rows.
        others = [~np.isin(other, own) for other in rows]
        known = np.concatenate([t[keep] for t, keep in zip(y, others, strict=True)])
        said = np.concatenate([p[keep] for p, keep in zip(positive, others, strict=True)])
        value = USUAL
        if len(known):
            value = _best(metric, known, said, lambda done, r=r: tell((r + done) / n_fits))
        nested.append(_score(metric, y[r], positive[r], value))
        usual.append(_score(metric, y[r], positive[r], USUAL))
    first = len(rows) / n_fits
    value = _best(
        metric,
        np.concatenate(list(y)),
        np.concatenate(list(positive)),
        lambda done: tell(first + done / n_fits),
    )
    return Fitted(value, tuple(nested), tuple(usual))


def _best(
    metric: str, y: TargetValues, positive: NDArray[np.float64], tell: Callable[[float], None]
) -> float:
    """Return the threshold with the best score; of equal ones that nearest to 0.5."""
    tried = np.quantile(positive, np.linspace(0.0, 1.0, _MOST_TRIED + 2)[1:-1])
    tried = np.unique(np.append(tried, USUAL))
    tried = tried[np.argsort(np.abs(tried - USUAL), kind="stable")]
    scores: list[float] = []
    for place, value in enumerate(tried):
        tell(place / len(tried))
        scores.append(_score(metric, y, positive, float(value)))
    return float(tried[int(np.argmax(scores))])


def _score(metric: str, y: TargetValues, positive: NDArray[np.float64], threshold: float) -> float:
    yes = (positive > threshold).astype(float)
    return float(METRICS[metric](y, np.stack([1.0 - yes, yes], axis=1)))
