"""Two models on the same folds: the corrected resampled t-test, with a region of practical equivalence.

Part of the light engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...storage.records import TrialKind, TrialRecord
from ..metrics import Metric
from .student import t_cdf, t_quantile
from .verdict import EQUIVALENCE, Verdict, Word

Floats = NDArray[np.float64]
Scores = Mapping[int, Floats]
"""By trial number, scores (R,) of every replica."""


def region(metric: Metric, reference: float, equivalence: float = EQUIVALENCE) -> float:
    """Return the half width of the region of practical equivalence, in units of the metric.

    `equivalence` itself for scores, which are at most 1; for errors that part of the `reference`.
    """
    return equivalence if metric.direction == "maximize" else equivalence * abs(reference)


def word_of(metric: Metric, low: float, high: float, half_region: float) -> Word:
    """Return the word for a difference with the interval from `low` to `high`."""
    if -half_region <= low and high <= half_region:
        return "same"
    if low <= 0.0 <= high:
        return "undecided"
    return "better" if (low > 0.0) == (metric.direction == "maximize") else "worse"


def corrected_variance(differences: Floats, n_folds: int) -> float:
    """Return the variance of the mean of paired differences (R,) over folds whose training parts overlap.

    Nadeau and Bengio (2003): ``1/R + n_valid/n_train`` in place of ``1/R``.
    """
    if len(differences) < 2:
        return 0.0
    return (1.0 / len(differences) + 1.0 / (n_folds - 1)) * float(differences.var(ddof=1))


def are_comparable(one: TrialRecord, other: TrialRecord) -> bool:
    """Whether two trials may be ranked with one another: data, splits, metric and way of scoring are equal.

    A baseline has no epochs to choose, so that its way of scoring is every trial's.
    """
    kinds = (one.kind, other.kind)
    keys = (one.digests.keys() | other.digests.keys()) - (
        {"scoring"} if TrialKind.BASELINE in kinds else set()
    )
    return all(one.digests.get(key) == other.digests.get(key) for key in keys)


def compare_folds(
    lead: Floats, other: Floats, *, metric: Metric, n_folds: int, equivalence: float = EQUIVALENCE
) -> Verdict:
    """Compare two named models by their scores (R,) on the same folds.

    The posterior of the mean difference is a t distribution with R − 1 degrees of freedom (Benavoli, Corani, Demšar and
    Zaffalon 2017, equation 8), which gives the interval of the corrected resampled t-test and the three probabilities.
    Where all differences are equal, nothing is known of their spread: beyond the region that is undecided.
    """
    difference = lead - other
    mean = float(difference.mean())
    half = region(metric, float(other.mean()), equivalence)
    scale = math.sqrt(corrected_variance(difference, n_folds))
    if scale == 0.0:
        is_same = abs(mean) <= half
        ps = (0.0, 1.0, 0.0) if is_same else (1 / 3, 1 / 3, 1 / 3)
        return Verdict("same" if is_same else "undecided", mean, mean, mean, *ps)
    n_degrees = len(difference) - 1
    reach = scale * t_quantile(0.975, n_degrees)
    low, high = mean - reach, mean + reach
    below, above = t_cdf((-half - mean) / scale, n_degrees), 1.0 - t_cdf((half - mean) / scale, n_degrees)
    p_better, p_worse = (above, below) if metric.direction == "maximize" else (below, above)
    word = word_of(metric, low, high, half)
    return Verdict(word, mean, low, high, p_better, max(1.0 - p_better - p_worse, 0.0), p_worse)


def tied_trials(folds: Scores, best: int, *, n_folds: int, level: float = 0.05) -> list[int]:
    """Return the trials that are not significantly worse than the best one on the same folds, the best first.

    The corrected resampled t-test of Nadeau and Bengio (2003), two-sided, on the replicas that both have: a finalist
    has more of them than the other trials.
    """
    tied = [best]
    for number, scores in sorted(folds.items()):
        if number == best:
            continue
        n = min(len(folds[best]), len(scores))
        difference = folds[best][:n] - scores[:n]
        mean, variance = float(difference.mean()), corrected_variance(difference, n_folds)
        if mean == 0.0 or (
            variance > 0.0 and 2.0 * (1.0 - t_cdf(abs(mean) / math.sqrt(variance), n - 1)) > level
        ):
            tied.append(number)
    return tied


def paired_difference(lead: Floats, other: Floats, *, n_folds: int) -> dict[str, float]:
    """Return the mean of ``lead - other`` over the replicas (R,), and ``low`` and ``high`` of its 95 % interval.

    The variance is corrected as in `corrected_variance`.
    """
    difference = lead - other
    mean = float(difference.mean())
    half = 0.0
    if len(difference) > 1:
        variance = corrected_variance(difference, n_folds)
        half = t_quantile(0.975, len(difference) - 1) * math.sqrt(variance)
    return {"mean": mean, "low": mean - half, "high": mean + half}
