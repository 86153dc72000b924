"""Drift: whether the rows that are predicted are like those that the model was trained on.

A bundle has counts of its training rows (`deployment.profile`); `Watch` counts the same of the rows that pass by, in
constant memory, and compares. Called by `predicting`. Compared are the counts, by the population stability index (as
credit scoring uses it) and by Pearson's chi-squared test for two samples, whose p-values are corrected for the number
of columns (Holm, 1979).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..bundled.errors import InputError
from ..bundled.fields import Fields, read_json
from ..deployment.damage import unusable
from ..deployment.profile import FORMAT, PROFILE, ColumnBins, column_measures
from ..domain.predictions import ColumnDrift, DriftReport
from ..kinds.base import TokenRule

# Of the index: the usual limits of its users.
SOME, STRONG = 0.1, 0.25
# Of all columns together.
LEVEL = 0.01
# Fewer tell nothing.
LEAST_ROWS = 50
# Rows of a bin, below which the test's distribution is another.
_LEAST_EXPECTED = 5.0


class Watch:
    """Counts the rows that pass by as the training rows were counted, and compares."""

    def __init__(self, profile: Fields) -> None:
        tokens = profile.inner("tokens") if profile.has("tokens") else None
        rule = None if tokens is None else TokenRule(tokens.text("expression"), tokens.texts("known"))
        self._measures = column_measures(rule)
        told = [ColumnBins.of(one) for one in profile.inners("measures")]
        self._trained = [one for one in told if one.measure in self._measures]
        self._found = [one.empty() for one in self._trained]
        self.columns: tuple[str, ...] = profile.texts("columns")
        self.n_trained: int = profile.whole("n_rows", 0, 1 << 50)
        self.n_rows = 0

    @classmethod
    def of(cls, folder: Path) -> Watch | None:
        """Return one for a bundle; None where it has no profile of its training rows, or a newer one.

        Raises
        ------
        ExportError
            Where the profile is damaged.
        """
        if not (folder / PROFILE).is_file():
            # Of a bundle that was written before there were any.
            return None
        try:
            profile = Fields(read_json(folder / PROFILE), PROFILE)
            return cls(profile) if profile.whole("format", 1, 1_000_000) <= FORMAT else None
        except InputError as error:
            raise unusable(folder, error) from error

    def add(self, feeds: Mapping[str, NDArray[np.generic]]) -> None:
        """Count rows, as the model takes them."""
        self.n_rows += len(next(iter(feeds.values())))
        for counts in self._found:
            counts.add(self._measures[counts.measure](feeds[counts.name]))

    def has_training_rows(self, n_data_rows: int) -> bool:
        """Return whether the rows are those that the model was trained on, perhaps with its holdout beside them.

        They are where they are as many, and every bin has at least as many rows as the training rows have in it.

        Parameters
        ----------
        n_data_rows : int
            Of the data that the study was made on; 0 where it is not known.
        """
        if self.n_rows not in (self.n_trained, n_data_rows):
            return False
        pairs = zip(self._trained, self._found, strict=True)
        return all(bool((new.all >= old.all).all()) for old, new in pairs)

    def report(self) -> DriftReport | None:
        """Compare; None where fewer than `LEAST_ROWS` have passed."""
        if self.n_rows < LEAST_ROWS:
            return None
        pairs = list(zip(self._trained, self._found, strict=True))
        p_values = holm([two_sample(old.all, new.all) for old, new in pairs])
        found = [_compared(old, new, p) for (old, new), p in zip(pairs, p_values, strict=True)]
        found.sort(key=lambda one: -one.index)
        word = next((w for w in ("strong", "some") if any(c.word == w for c in found)), "none")
        return DriftReport(word, self.n_rows, self.n_trained, tuple(found))


def stability_index(trained: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Return the population stability index of two rows of counts; half a row is added to each bin."""
    old = (trained + 0.5) / (trained.sum() + 0.5 * len(trained))
    new = (found + 0.5) / (found.sum() + 0.5 * len(found))
    return float(np.sum((new - old) * np.log(new / old)))


def two_sample(trained: NDArray[np.int64], found: NDArray[np.int64]) -> float:
    """Return the p-value of Pearson's chi-squared test that two rows of counts come from one distribution.

    Bins of few expected rows are joined.
    """
    # Only where there is something to compare.
    from scipy.special import gammaincc

    both = np.stack([trained, found]).astype(np.float64)
    share = both.sum(axis=1).min() / both.sum()
    few = both.sum(axis=0) * share < _LEAST_EXPECTED
    both = np.concatenate([both[:, ~few], both[:, few].sum(axis=1, keepdims=True)], axis=1)
    both = both[:, both.sum(axis=0) > 0]
    if both.shape[1] < 2:
        return 1.0
    expected = both.sum(axis=1, keepdims=True) * both.sum(axis=0) / both.sum()
    statistic = float(np.sum((both - expected) ** 2 / expected))
    return float(gammaincc((both.shape[1] - 1) / 2, statistic / 2))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number: the step-down procedure of Holm (1979)."""
    order = np.argsort(p_values, kind="stable")
    corrected = [1.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(order.tolist()):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = largest
    return corrected


def _compared(old: ColumnBins, new: ColumnBins, p_value: float) -> ColumnDrift:
    index = stability_index(old.all, new.all)
    significant = p_value < LEVEL
    word = (
        "strong" if significant and index >= STRONG else "some" if significant and index >= SOME else "none"
    )
    n_old, n_new = max(int(old.all.sum()), 1), max(int(new.all.sum()), 1)
    return ColumnDrift(
        column=new.column,
        measure=new.measure,
        word=word,
        index=index,
        p_value=p_value,
        missing=new.n_missing / n_new,
        missing_trained=old.n_missing / n_old,
        outside=max(0.0, new.beyond / n_new - old.beyond / n_old),
    )
