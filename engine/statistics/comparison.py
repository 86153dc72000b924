"""Two models on the same folds: the corrected resampled t-test, with a region of practical equivalence.

Part of the light engine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...storage.ranking import Direction
from ...storage.records import FoldScores, StudyRecord, TrialKind, TrialRecord, TrialState
from ..domain.evidence import EQUIVALENCE, Verdict, Word
from ..domain.metrics import METRICS, Metric
from ..domain.results import StudyResult
from ..domain.spec import ORDERED_SPLITS, StudySpec
from ..domain.variants import Difference
from .student import t_cdf, t_quantile

Floats = NDArray[np.float64]
Scores = Mapping[int, Floats]
"""By trial number, scores (R,) of every replica."""


def region(metric: Metric, reference: float, equivalence: float = EQUIVALENCE) -> float:
    """Return the half width of the region of practical equivalence, in units of the metric.

    `equivalence` itself for scores, which are at most 1; for errors that part of the `reference`.
    """
    return equivalence if metric.direction is Direction.MAXIMIZE else equivalence * abs(reference)


def word_of(metric: Metric, low: float, high: float, half_region: float) -> Word:
    """Return the word for a difference with the interval from `low` to `high`."""
    if -half_region <= low and high <= half_region:
        return "same"
    if low <= 0.0 <= high:
        return "undecided"
    return "better" if metric.direction.sign * low > 0.0 else "worse"


def corrected_variance(differences: Floats, n_folds: int, *, in_order: bool = False) -> float:
    """Return the variance of the mean of paired differences (R,) over folds whose training parts overlap.

    Nadeau and Bengio (2003): ``1/R + n_valid/n_train`` in place of ``1/R``. Folds in order train on all parts before
    them, of which the first one has one: the mean of that ratio over the folds is taken.
    """
    if len(differences) < 2:
        return 0.0
    ratio = float(np.mean(1.0 / np.arange(1, n_folds + 1))) if in_order else 1.0 / (n_folds - 1)
    return (1.0 / len(differences) + ratio) * float(differences.var(ddof=1))


def compare_folds(
    lead: Floats,
    other: Floats,
    *,
    metric: Metric,
    n_folds: int,
    equivalence: float = EQUIVALENCE,
    in_order: bool = False,
) -> Verdict:
    """Compare two named models by their scores (R,) on the same folds.

    The posterior of the mean difference is a t distribution with R − 1 degrees of freedom (Benavoli, Corani, Demšar and
    Zaffalon 2017, equation 8), which gives the interval of the corrected resampled t-test and the three probabilities.
    Where all differences are equal, nothing is known of their spread: beyond the region that is undecided.
    """
    difference = lead - other
    mean = float(difference.mean())
    half = region(metric, float(other.mean()), equivalence)
    scale = math.sqrt(corrected_variance(difference, n_folds, in_order=in_order))
    if scale == 0.0:
        is_same = abs(mean) <= half
        ps = (0.0, 1.0, 0.0) if is_same else (1 / 3, 1 / 3, 1 / 3)
        return Verdict("same" if is_same else "undecided", mean, mean, mean, *ps)
    n_degrees = len(difference) - 1
    reach = scale * t_quantile(0.975, n_degrees)
    low, high = mean - reach, mean + reach
    below, above = t_cdf((-half - mean) / scale, n_degrees), 1.0 - t_cdf((half - mean) / scale, n_degrees)
    p_better, p_worse = metric.direction.better_and_worse(above, below)
    word = word_of(metric, low, high, half)
    return Verdict(word, mean, low, high, p_better, max(1.0 - p_better - p_worse, 0.0), p_worse)


def all_scores(study: StudyRecord, trial: TrialRecord, scores: FoldScores | None) -> Floats | None:
    """Return a trial's scores (R,) on every replica that it was judged on, of further repeats too.

    Returns
    -------
    ndarray, or None
        None where the trial is not complete, or has no scores of the study's metric.
    """
    if scores is None or trial.state is not TrialState.COMPLETE or study.metric not in scores.metrics:
        return None
    own = scores.values[:, scores.metrics.index(study.metric)]
    return np.concatenate([own, np.asarray(_further_scores(study, trial), float)])


def has_further_repeats(study: StudyRecord, trial: TrialRecord) -> bool:
    """Whether a trial or baseline was judged on further repeats of the folds."""
    return bool(_further_scores(study, trial))


def _further_scores(study: StudyRecord, trial: TrialRecord) -> tuple[float, ...]:
    repeats = StudyResult.of(study).repeats
    return () if repeats is None else repeats.scores.get(name_in_repeats(trial), ())


def name_in_repeats(trial: TrialRecord) -> str:
    """Return how further repeats call a trial or baseline."""
    return trial.name if trial.kind is TrialKind.BASELINE else str(trial.number)


def compare_trials(study: StudyRecord, lead: Floats, other: Floats) -> Verdict:
    """Compare two trials of a study by their `all_scores`, on the replicas that both were judged on."""
    n = min(len(lead), len(other))
    evidence, spec = StudyResult.of(study).evidence, StudySpec.of_study(study)
    return compare_folds(
        lead[:n],
        other[:n],
        metric=METRICS[study.metric],
        n_folds=spec.split.n_folds,
        equivalence=spec.equivalence,
        in_order=evidence.in_order if evidence else spec.split.kind in ORDERED_SPLITS,
    )


def tied_trials(
    folds: Scores, best: int, *, n_folds: int, level: float = 0.05, in_order: bool = False
) -> list[int]:
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
        mean = float(difference.mean())
        variance = corrected_variance(difference, n_folds, in_order=in_order)
        if mean == 0.0 or (
            variance > 0.0 and 2.0 * (1.0 - t_cdf(abs(mean) / math.sqrt(variance), n - 1)) > level
        ):
            tied.append(number)
    return tied


def paired_difference(lead: Floats, other: Floats, *, n_folds: int) -> Difference:
    """Return the mean of ``lead - other`` over the replicas (R,), and its 95 % interval.

    The variance is corrected as in `corrected_variance`.
    """
    difference = lead - other
    mean = float(difference.mean())
    half = 0.0
    if len(difference) > 1:
        variance = corrected_variance(difference, n_folds)
        half = t_quantile(0.975, len(difference) - 1) * math.sqrt(variance)
    return Difference(mean, mean - half, mean + half)
