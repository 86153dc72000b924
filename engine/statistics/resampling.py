"""What the best of many is worth: the choice stands inside the resampling of rows. NumPy alone.

Bootstrap bias corrected cross-validation, BBC-CV (Tsamardinos, Greasidou and Borboudakis 2018, Machine Learning 107,
1895, doi 10.1007/s10994-018-5714-4): rows are drawn with replacement, the best trial is chosen on the rows that were
drawn, and scored on those that were not; no network is trained. Rows are drawn inside each fold and class (whole
groups, or blocks of rows that follow one another, where the folds keep those together), and a score is the mean over
the folds, as the search judges it. Against a baseline the difference is taken resample by resample, on the same rows.

The search learned from the scores on its own folds which parameters to try next, which no resampling of its trials
sees. So whoever has further repeats, on folds that the search never saw, is scored on those alone; they choose together
with the first ones. Where there are none the correction is a little too small. The interval is a little too wide for a
single model, since only about a third of the rows judge in a resample.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..domain.arrays import TargetValues
from ..domain.evidence import EQUIVALENCE, Corrected, Estimate, Verdict
from ..domain.metrics import METRICS
from .comparison import region, word_of
from .shipped import repeats_mean, thresholded_scores
from .thresholds import is_thresholded
from .weighted import row_cost, weighted_scores

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = NDArray[np.uint16]
Predictions = tuple[NDArray[np.floating], ...]
"""Of the validation rows of every replica, ``repeat * n_folds + fold``."""
_Name = TypeVar("_Name", int, str)

# Units of `row_cost`: about five seconds on a core.
_MOST_WORK = 2e9
# Resamples × rows of a fold that are weighted at once: 80 MB.
_MOST_CELLS = 10_000_000
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

    def draw(self, n_resamples: int, seed: int) -> Counts:
        """Return how often each row is drawn, shape (n_resamples, n); in a resample it judges where that is 0."""
        rng = np.random.default_rng(seed)
        weights = np.zeros((n_resamples, len(self.y)), np.uint16)
        for rows in self.valid[: self.n_folds]:
            classes = np.zeros(len(rows), np.int64)
            if self.by_class:
                _, first, place = np.unique(self.units[rows], return_index=True, return_inverse=True)
                classes = self.y[rows][first][place]
            for value in np.unique(classes):
                part = rows[classes == value]
                units, place = np.unique(self.units[part], return_inverse=True)
                n = len(units)
                counts = rng.multinomial(n, np.full(n, 1.0 / n), size=n_resamples)
                weights[:, part] = counts[:, place]
        return weights

    def score(self, predictions: Predictions, weights: Counts) -> Floats:
        """Return scores on drawn and on left out rows, the means over folds, of each repeat.

        Returns
        -------
        ndarray of shape (2, n_repeats, n_resamples)
            As many repeats as there are predictions of. A fold whose rows leave the metric undefined in a resample, one
            class alone for instance, is left out of the mean.
        """
        n_resamples = len(weights)
        folds = np.empty((len(predictions), 2, n_resamples))
        for r, given in enumerate(predictions):
            rows = self.valid[r]
            step = max(_MOST_CELLS // max(2 * len(rows), 1), 1)
            for start in range(0, n_resamples, step):
                drawn = weights[start : start + step, rows]
                both = np.concatenate([drawn, drawn == 0])
                scores = weighted_scores(self.metric, self.y[rows], given, both)
                folds[r, :, start : start + step] = scores.reshape(2, -1)
        by_repeat = folds.reshape(-1, self.n_folds, 2, n_resamples)
        n_known = np.isfinite(by_repeat).sum(axis=1)
        sums = np.where(np.isfinite(by_repeat), by_repeat, 0.0).sum(axis=1)
        means = np.divide(sums, n_known, out=np.full_like(sums, np.nan), where=n_known > 0)
        return means.swapaxes(0, 1)


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
        p_better, p_worse = (above, below) if metric.direction == "maximize" else (below, above)
        word = word_of(metric, low, high, half)
        mean = float(difference.mean())
        return Verdict(word, mean, low, high, p_better, max(1.0 - p_better - p_worse, 0.0), p_worse)

    def _scaled(self, values: Floats) -> Floats:
        """Return what resamples of all rows would spread like, where those of a part of the rows were made.

        The spread of a mean falls with the root of the rows; so the m out of n bootstrap scales it (Bickel, Götze and
        van Zwet 1997, Statistica Sinica 7, 1). The choice among trials is noisier on fewer rows, which the mean keeps:
        it errs to the careful side.
        """
        if not len(values) or self.n_rows >= self.n_all_rows:
            return values
        return values.mean() + (values - values.mean()) * math.sqrt(self.n_rows / self.n_all_rows)


def resample(
    rows: JudgedRows,
    trials: Mapping[int, Callable[[], Predictions | None]],
    baselines: Mapping[str, Callable[[], Predictions | None]],
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
    numbers, scored = tuple(by_number), list(by_number.values())
    sign = 1.0 if METRICS[rows.metric].direction == "maximize" else -1.0
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
    for name, (_, theirs) in _score_each(rows, baselines, weights).items():
        found = np.full(n, np.nan)
        for b in has:
            ours = scored[chosen[b]][1, :, b]
            both = min(len(ours), len(theirs))
            found[b] = (_unseen(ours[:both], n_first) - _unseen(theirs[:both, b], n_first)).mean()
        differences[name] = found
    shipped = _shipped(rows, trials, numbers, chosen, weights, n_first)
    n_rows = len(rows.y)
    return Resampled(
        numbers, chosen, left_out, differences, rows.metric, n_rows, n_all_rows or n_rows, *shipped
    )


def _shipped(
    rows: JudgedRows,
    trials: Mapping[int, Callable[[], Predictions | None]],
    numbers: tuple[int, ...],
    chosen: Ints,
    weights: Counts,
    n_first: int,
) -> tuple[Floats, Floats]:
    """Return scores of the chosen trial's small ensemble, and with a fitted threshold, in every resample."""
    ensemble, thresholded = np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    for place in np.unique(chosen[chosen >= 0]):
        here = np.flatnonzero(chosen == place)
        given = trials[numbers[place]]()
        if given is None:
            continue
        mean = repeats_mean(rows.valid, given, rows.n_folds, n_first, len(rows.y))
        if mean is not None:
            ensemble[here] = rows.score(mean, weights[here])[1, 0]
        if given[0].ndim == 2 and given[0].shape[1] == 2 and is_thresholded("binary", rows.metric):
            start = n_first * rows.n_folds if len(given) > n_first * rows.n_folds else 0
            fold = slice(start, start + rows.n_folds)
            step = max(_MOST_CELLS // max(len(rows.y), 1), 1)
            for some in np.split(here, range(step, len(here), step)):
                thresholded[some] = thresholded_scores(
                    rows.metric, rows.y, rows.valid[fold], given[fold], weights[some]
                )
    return ensemble, thresholded


def _unseen(by_repeat: Floats, n_first: int) -> Floats:
    """Return the scores on the repeats that the search never saw; on its own where there are no others."""
    return by_repeat[n_first:] if len(by_repeat) > n_first else by_repeat


def _score_each(
    rows: JudgedRows, readers: Mapping[_Name, Callable[[], Predictions | None]], weights: Counts
) -> dict[_Name, Floats]:
    """Return the scores, see `JudgedRows.score`, of those that have predictions."""
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
