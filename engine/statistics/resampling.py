"""What the best of many is worth: the choice stands inside the resampling of rows. NumPy alone.

Bootstrap bias corrected cross-validation, BBC-CV (Tsamardinos, Greasidou and Borboudakis 2018, Machine Learning 107,
1895, doi 10.1007/s10994-018-5714-4): rows are drawn with replacement, the best trial is chosen on the rows that were
drawn, and scored on those that were not; no network is trained. Rows are drawn inside each fold and class (whole
groups, or blocks of rows that follow one another, where the folds keep those together; where a fold has very few of
them, inside all folds together), and a score is the mean over the folds, as the search judges it. Against a baseline
the difference is taken resample by resample, on the same rows.

A resample says how much a score moves, not how high it is: on a part of a fold's rows the root of a mean is smaller
than on all of them, an area under the curve compares fewer groups with one another, and folds without a row of a class
drop out. So what a trial's score is on average over the resamples beyond its score on all rows is taken off it (a
control variate): the corrected score of a single trial is its cross-validated score, and nothing changes for metrics
that are means over rows.

The search learned from the scores on its own folds which parameters to try next, which no resampling of its trials
sees. So whoever has further repeats, on folds that the search never saw, is scored on those alone; they choose together
with the first ones. Where there are none the correction is a little too small. The interval is a little too wide for a
single model, since only about a third of the rows judge in a resample; of very few units it is widened further.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..domain.evidence import EQUIVALENCE, Corrected, Estimate, Verdict
from ..domain.metrics import METRICS
from .comparison import region, word_of
from .judged_rows import MOST_CELLS, Counts, Floats, Ints, JudgedRows, MemberPredictions, ResampledScores
from .shipped import repeats_mean, thresholded_scores
from .student import t_quantile
from .thresholds import is_thresholded
from .weighted import row_cost

_Name = TypeVar("_Name", int, str)

# Units of `row_cost`: about five seconds on a core.
_MOST_WORK = 2e9
# Standard errors that the 95 % interval is as wide as, on each side: the 37 % of the rows that a resample leaves out,
# without replacement, spread by the root of 0.63 / 0.37 more than a mean of all.
_OWN_WIDTH = 1.96 * math.sqrt(0.632 / 0.368)
# Resamples and trials, in the order in which they are tried; where none is quick enough, the last pair on fewer rows.
_SIZES = (
    (1000, 500),
    (1000, 200),
    (1000, 100),
    (1000, 50),
    (500, 50),
    (200, 50),
    (200, 20),
    (200, 10),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of what there is takes part in a resampling, so that it takes seconds.

    Attributes
    ----------
    n_resamples : int
    n_trials : int
        The best ones.
    n_rows : int
        Drawn from all rows, where they are very many.
    """

    n_resamples: int
    n_trials: int
    n_rows: int


def size_of(
    metric: str, *, n_rows: int, n_classes: int, n_trials: int, n_first: int = 1, n_further: int = 3
) -> Size:
    """Return how much takes part, so that it takes seconds.

    Parameters
    ----------
    n_first : int
        Repeats that each trial has.
    n_further : int
        Repeats, summed over all finalists and baselines, beside those.
    """
    row = 2.0 * row_cost(metric, n_classes)
    for n_resamples, most in _SIZES:
        n = min(n_trials, most)
        work = n_resamples * row * (n * n_first + n_further)
        if work * n_rows <= _MOST_WORK:
            return Size(n_resamples, n, n_rows)
    return Size(n_resamples, n, int(_MOST_WORK / work))


@dataclass(frozen=True, slots=True, eq=False)
class Resampled:
    """The scores of all trials and baselines in every resample, and which trial is chosen in each.

    Attributes
    ----------
    numbers : tuple of int
        Of the trials.
    chosen : ndarray of shape (n_resamples,), int64
        Place of the trial chosen; -1 where none has a score.
    left_out : ndarray of shape (n_resamples,), float64
        Score of the chosen one on the rows left out.
    differences : mapping of str to ndarray of shape (n_resamples,), float64
        By baseline: score of the chosen one minus its own, on the same left out rows and repeats.
    n_rows, n_all_rows : int
        Rows that took part, and all that the search judged.
    n_units : int
        See `JudgedRows.n_units`.
    ensemble, thresholded : ndarrays of shape (n_resamples,), float64
        Scores of what is shipped beside single networks, on the rows left out, see `shipped`; NaN where there is none.
    """

    numbers: tuple[int, ...]
    chosen: Ints
    left_out: Floats
    differences: Mapping[str, Floats]
    metric: str
    n_rows: int
    n_all_rows: int
    n_units: int
    ensemble: Floats
    thresholded: Floats

    def corrected(self, *, n_complete: int, n_pruned: int) -> Corrected | None:
        """Return the score of the best of many; None where no resample has one."""
        known = self.left_out[np.isfinite(self.left_out)]
        if not len(known):
            return None
        counts = np.bincount(self.chosen[self.chosen >= 0], minlength=len(self.numbers))
        shares = {
            self.numbers[place]: float(counts[place] / counts.sum())
            for place in np.argsort(-counts, kind="stable")
            if counts[place]
        }
        own = self._estimate(self.left_out, least=0.0)
        return None if own is None else Corrected(
            own.value, own.low, own.high, len(known), len(self.numbers), n_complete, n_pruned, self.n_rows,
            self.n_all_rows, shares, self._estimate(self.ensemble), self._estimate(self.thresholded),
        )  # fmt: skip

    def _estimate(self, values: Floats, least: float = 0.5) -> Estimate | None:
        """Return mean and interval; None where less than a part `least` of the resamples has a value."""
        known = self._scaled(values[np.isfinite(values)])
        if not len(known) or len(known) < least * len(values):
            return None
        within = METRICS[self.metric].within
        low, high = (float(q) for q in np.quantile(known, [0.025, 0.975]))
        return Estimate(within(float(known.mean())), within(low), within(high))

    def verdict(self, name: str, reference: float, equivalence: float = EQUIVALENCE) -> Verdict | None:
        """Compare the best of all trials with a baseline whose score is `reference`; None where none is known."""
        difference = self.differences.get(name, np.empty(0))
        difference = self._scaled(difference[np.isfinite(difference)])
        if not len(difference):
            return None
        metric = METRICS[self.metric]
        half = region(metric, reference, equivalence)
        low, high = (float(q) for q in np.quantile(difference, [0.025, 0.975]))
        above, below = float((difference > half).mean()), float((difference < -half).mean())
        p_better, p_worse = metric.direction.better_and_worse(above, below)
        word = word_of(metric, low, high, half)
        mean = float(difference.mean())
        return Verdict(word, mean, low, high, p_better, max(1.0 - p_better - p_worse, 0.0), p_worse)

    def _scaled(self, values: Floats) -> Floats:
        """Return what resamples of all rows would spread like, where those of a part of the rows were made.

        The spread of a mean falls with the root of the rows; so the m out of n bootstrap scales it (Bickel, Götze and
        van Zwet 1997, Statistica Sinica 7, 1). The choice among trials is noisier on fewer rows, which the mean keeps:
        it errs to the careful side. Of very few units the spread itself is hardly known, for which Student's t makes
        up, as far as the interval is not that wide already.
        """
        if not len(values):
            return values
        factor = math.sqrt(min(self.n_rows / self.n_all_rows, 1.0))
        factor *= max(t_quantile(0.975, max(self.n_units - 1, 1)) / _OWN_WIDTH, 1.0)
        return values.mean() + (values - values.mean()) * factor


def resample(
    rows: JudgedRows,
    trials: Mapping[int, Callable[[], MemberPredictions | None]],
    baselines: Mapping[str, Callable[[], MemberPredictions | None]],
    *,
    n_resamples: int,
    n_finalists: int = 0,
    n_first: int = 1,
    seed: int = 0,
    n_all_rows: int | None = None,
) -> Resampled:
    """Choose among trials in every resample as the search does, and score the choice on the rows left out.

    Parameters
    ----------
    rows : JudgedRows
    trials, baselines : mappings to callables
        Each returns predictions when it is called: all of them need not be in the memory at once. A trial has them of
        the first repeats, a finalist of all; one that returns None takes no part.
    n_finalists : int
        How many of the best on the first repeats the further repeats decide between; 0 where there are none.
    n_first : int
        Repeats that all trials have.
    seed : int
        Of the resampling.
    n_all_rows : int, optional
        How many rows the search judged, where `rows` are drawn from them.
    """
    weights = rows.draw(n_resamples, seed)
    by_number = _score_each(rows, trials, weights)
    numbers, scored = tuple(by_number), [s.values for s in by_number.values()]
    sign = METRICS[rows.metric].direction.sign
    n = len(weights)
    chosen = np.full(n, -1)
    if scored:
        first = np.stack([sign * s[0, :n_first].mean(axis=0) for s in scored])
        every = np.stack([sign * s[0].mean(axis=0) for s in scored])
        chosen = _choose(first, every, np.array([len(s[0]) > n_first for s in scored]), n_finalists)
    has = np.flatnonzero(chosen >= 0)
    left_out = np.full(n, np.nan)
    left_out[has] = [_unseen(scored[chosen[b]][1, :, b], n_first).mean() for b in has]
    differences: dict[str, Floats] = {}
    for name, of_baseline in _score_each(rows, baselines, weights).items():
        theirs = of_baseline.values[1]
        found = np.full(n, np.nan)
        for b in has:
            ours = scored[chosen[b]][1, :, b]
            both = min(len(ours), len(theirs))
            found[b] = (_unseen(ours[:both], n_first) - _unseen(theirs[:both, b], n_first)).mean()
        differences[name] = found
    shipped = _shipped(rows, trials, by_number, chosen, weights, n_first)
    n_rows = len(rows.y)
    return Resampled(
        numbers,
        chosen,
        left_out,
        differences,
        rows.metric,
        n_rows,
        n_all_rows or n_rows,
        rows.n_units,
        *shipped,
    )


def _shipped(
    rows: JudgedRows,
    trials: Mapping[int, Callable[[], MemberPredictions | None]],
    scored: Mapping[int, ResampledScores],
    chosen: Ints,
    weights: Counts,
    n_first: int,
) -> tuple[Floats, Floats]:
    """Return scores of the chosen trial's small ensemble, and with a fitted threshold, in every resample."""
    ensemble, thresholded = np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    numbers = tuple(scored)
    for place in np.unique(chosen[chosen >= 0]):
        here = np.flatnonzero(chosen == place)
        given = trials[numbers[place]]()
        if given is None:
            continue
        mean = repeats_mean(rows.valid, given, rows.n_folds, n_first, len(rows.y))
        if mean is not None:
            ensemble[here] = rows.score(mean, weights).values[1, 0, here]
        if given[0].ndim == 2 and given[0].shape[1] == 2 and is_thresholded("binary", rows.metric):
            repeat = n_first if len(given) > n_first * rows.n_folds else 0
            fold = slice(repeat * rows.n_folds, (repeat + 1) * rows.n_folds)
            # What fewer rows alone do to the score was measured with the usual threshold.
            shift = scored[numbers[place]].shift[1, repeat]
            step = max(MOST_CELLS // max(len(rows.y), 1), 1)
            for some in np.split(here, range(step, len(here), step)):
                found = thresholded_scores(rows.metric, rows.y, rows.valid[fold], given[fold], weights[some])
                thresholded[some] = found - shift
    return ensemble, thresholded


def _unseen(by_repeat: Floats, n_first: int) -> Floats:
    """Return the scores on the repeats that the search never saw; on its own where there are no others."""
    return by_repeat[n_first:] if len(by_repeat) > n_first else by_repeat


def _score_each(
    rows: JudgedRows, readers: Mapping[_Name, Callable[[], MemberPredictions | None]], weights: Counts
) -> dict[_Name, ResampledScores]:
    """Return the scores of those that have predictions."""
    read = ((name, reader()) for name, reader in readers.items())
    return {name: rows.score(given, weights) for name, given in read if given is not None}


def _choose(first: Floats, every: Floats, is_finalist: NDArray[np.bool_], n_finalists: int) -> Ints:
    """Return the place of the best trial of every resample, from scores (n_trials, n_resamples), higher better."""
    if n_finalists:
        # The further repeats decide between those alone that are best on the first ones. Where others are among them,
        # which have no further repeats, the first ones decide: luck on them is not to be compared with a mean of three.
        known = np.nan_to_num(first, nan=-np.inf)
        least = np.sort(known, axis=0)[-min(n_finalists, len(first))]
        is_in = known >= least
        has_other = (is_in & ~is_finalist[:, None]).any(axis=0)
        every = np.where(is_in, np.where(has_other, first, every), np.nan)
    known = np.nan_to_num(every, nan=-np.inf)
    best = known.argmax(axis=0)
    return np.where(np.isfinite(known.max(axis=0)), best, -1)
