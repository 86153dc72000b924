"""Honest statistics on the fold scores of a study's trials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .metrics import Metric

Scores = Mapping[int, NDArray[np.float64]]  # trial number -> scores (R,) of every replica


def tied_trials(folds: Scores, best: int, *, n_folds: int, level: float = 0.05) -> list[int]:
    """Return the trials that are not significantly worse than the best one on the same folds, the best first.

    The corrected resampled t-test of Nadeau and Bengio (2003), two-sided: the variance of the paired differences is
    scaled by 1/R + n_valid/n_train, since training parts overlap.
    """
    lead = folds[best]
    n = len(lead)
    scale = 1.0 / n + 1.0 / (n_folds - 1)
    tied = [best]
    for number, scores in sorted(folds.items()):
        if number == best or len(scores) != n:
            continue
        difference = lead - scores
        spread = float(difference.var(ddof=1)) if n > 1 else 0.0
        mean = float(difference.mean())
        if spread == 0.0:  # noqa: SIM108 - one line would hide the two cases
            is_tied = mean == 0.0
        else:
            is_tied = 2 * stats.t.sf(abs(mean) / np.sqrt(scale * spread), n - 1) > level
        if is_tied:
            tied.append(number)
    return tied


def paired_difference(
    lead: NDArray[np.float64], other: NDArray[np.float64], *, n_folds: int
) -> dict[str, float]:
    """Return the mean of ``lead - other`` over the replicas (R,), and ``low`` and ``high`` of its 95 % interval.

    The variance is corrected as in `tied_trials`.
    """
    difference = lead - other
    n = len(difference)
    mean = float(difference.mean())
    half = 0.0
    if n > 1:
        scale = 1.0 / n + 1.0 / (n_folds - 1)
        half = float(stats.t.ppf(0.975, n - 1) * np.sqrt(scale * difference.var(ddof=1)))
    return {"mean": mean, "low": mean - half, "high": mean + half}


def corrected_score(folds: Scores, best: int, *, metric: Metric, n_folds: int) -> dict[str, Any]:
    """Return the best trial's score, corrected for having been picked as the best of many.

    The bias estimate of Tibshirani and Tibshirani (2009, doi 10.1214/08-AOAS224): the mean over folds of how much
    better the best trial *of that fold* is there than the chosen one. It errs on the careful side.

    Returns
    -------
    dict
        ``value``, ``bias``, and ``low`` and ``high``: a 95 % interval by the t distribution over the replicas, whose
        variance is corrected as in `tied_trials`; none of the three leaves the range of the metric.
    """
    numbers = [number for number, scores in folds.items() if len(scores) == len(folds[best])]
    table = np.stack([folds[number] for number in numbers])  # (n_trials, R)
    lead = folds[best]
    most = np.nanmax(table, axis=0) if metric.direction == "maximize" else np.nanmin(table, axis=0)
    bias = float(np.mean(most - lead))
    value = float(lead.mean()) - bias
    n = len(lead)
    scale = 1.0 / n + 1.0 / (n_folds - 1)
    half = float(stats.t.ppf(0.975, n - 1) * np.sqrt(scale * lead.var(ddof=1))) if n > 1 else 0.0
    low, high = metric.within(value - half), metric.within(value + half)
    return {"value": metric.within(value), "bias": bias, "low": low, "high": high}
