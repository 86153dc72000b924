"""Prediction intervals and sets of classes from the networks of folds; needs NumPy only.

CV+: a score says how far a network was off on a row that it had not seen. What a network says of a new row, with the
scores of *its* fold around it, is where the target of that row may lie; the networks of all folds together give the
interval, or the set of classes.

* Numbers, score |y − prediction|: Barber, Candès, Ramdas and Tibshirani, "Predictive inference with the jackknife+",
  Annals of Statistics 49 (2021), doi 10.1214/20-AOS1965.
* Classes, score 1 − probability of the true class: counted as in the CV+ of Romano, Sesia and Candès, "Classification
  with valid and adaptive coverage", NeurIPS 2020; the score is that of Sadinle, Lei and Wasserman, "Least ambiguous
  set-valued classifiers with bounded error levels", JASA 114 (2019).

Where rows are exchangeable and nothing was chosen on the folds, for the level 1 − α a little less than 1 − 2α of new
rows lie inside at least, whatever the data (proven in the first), and usually about 1 − α. With repeats, whose
scores of one row are hardly independent, the counts of the repeats are averaged, which keeps such a bound: twice the
mean of p-values is one (Vovk and Wang, "Combining p-values via averaging", Biometrika 107, 2020).
"""
# Cupel copies this file into bundles beside predict.py, and uses it itself: it imports nothing of Cupel.

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

FILE = "intervals.npz"
# Of a range of doubles: between neighbours nothing is left after fewer.
_HALVINGS = 100


class ConformityScores:
    """How far each network of a fold was off on the rows that it had not seen.

    Parameters
    ----------
    values : sequence of float64 arrays of shape (n_k,)
        Of each network the scores, ascending; of very many only some (see `ranks`).
    ranks : sequence of int64 arrays of shape (n_k,)
        How many scores of the network each value stands for, itself and those before it included: 1, 2, … where all
        are there.
    n_rows, n_repeats : int
        Each of the rows was left out once in each repeat.

    Raises
    ------
    ValueError
        Where a network has no scores, or all together are not as many as rows times repeats.
    """

    def __init__(
        self, values: Sequence[np.ndarray], ranks: Sequence[np.ndarray], n_rows: int, n_repeats: int
    ) -> None:
        if not all(len(one) for one in values) or sum(int(r[-1]) for r in ranks) != n_rows * n_repeats:
            raise ValueError(f"The scores are not those of {n_rows} rows in {n_repeats} repeats.")
        self.values, self.ranks = tuple(values), tuple(ranks)
        self.n_rows, self.n_repeats = n_rows, n_repeats
        self._counts = [np.concatenate([[0], one]) for one in ranks]

    @property
    def n_networks(self) -> int:
        """The networks: folds × repeats."""
        return len(self.values)

    @property
    def highest_level(self) -> float:
        """The highest level whose intervals end, n / (n + 1) of n rows."""
        return self.n_rows / (self.n_rows + 1)

    def is_enough(self, level: float) -> bool:
        """Whether there are rows enough for a level: with 9, none above 0.9 has intervals that end."""
        return self._rank(level) <= self.n_rows * self.n_repeats

    def bounds(self, folds: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and upper ends of the intervals, each of shape (m,); infinite where rows are too few.

        Parameters
        ----------
        folds : float array of shape (n_networks, m)
            What each network says of m new rows.
        level : float
            In (0, 1): 0.9 for intervals of 90 %.
        """
        folds = np.asarray(folds, np.float64)
        return -self._upper(-folds, level), self._upper(folds, level)

    def sets(self, folds: np.ndarray, level: float, said: np.ndarray) -> np.ndarray:
        """Return which classes are in the sets, bool of shape (m, n_classes).

        Parameters
        ----------
        folds : float array of shape (n_networks, m, n_classes)
            Probabilities.
        level : float
        said : int array of shape (m,)
            The place of the class that is predicted: it stands in a set that would hold none, which such rows make
            only larger.
        """
        scores = 1.0 - np.asarray(folds, np.float64)
        better = sum(
            counts[np.searchsorted(values, one, side="left")]
            for values, counts, one in zip(self.values, self._counts, scores, strict=True)
        )
        held = np.asarray(better < self._rank(level))
        empty = np.flatnonzero(~held.any(axis=1))
        held[empty, said[empty]] = True
        return held

    def save(self, path: Path, **more: np.ndarray) -> None:
        """Write an ``.npz`` file, with further arrays beside the scores."""
        arrays: dict[str, Any] = {
            "values": np.concatenate(self.values), "ranks": np.concatenate(self.ranks),
            "lengths": np.array([len(one) for one in self.values]),
            "rows": np.array([self.n_rows, self.n_repeats]), **more,
        }  # fmt: skip
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> ConformityScores:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as file:
            ends = np.cumsum(file["lengths"])[:-1]
            n_rows, n_repeats = (int(n) for n in file["rows"])
            return cls(np.split(file["values"], ends), np.split(file["ranks"], ends), n_rows, n_repeats)

    def _rank(self, level: float) -> int:
        """Return ⌈level (n + 1)⌉ of n rows; with repeats of their scores, where a new row would count for each."""
        # 0.29 · 100 is not 29 in doubles.
        return math.ceil(round(level * self.n_repeats * (self.n_rows + 1), 6))

    def _upper(self, centers: np.ndarray, level: float) -> np.ndarray:
        """Return the rank-th smallest of all ``centers[k] + values[k]``, for each of the m columns of `centers`.

        They are never put side by side, which would take as much memory as rows of training times rows to predict:
        halving a range finds one that holds a single value. Where few scores stand for many, a score counts once its
        whole group is below, so that intervals are only wider.
        """
        rank, m = self._rank(level), centers.shape[1]
        if rank > self.n_rows * self.n_repeats:
            return np.full(m, np.inf)
        found = np.full(m, np.nan)
        left = np.flatnonzero(np.isfinite(centers).all(axis=0))
        c = centers[:, left]
        most = max(float(values[-1]) for values in self.values)
        pad = 1e-12 * (np.abs(c).max(axis=0, initial=0.0) + most) + np.finfo(np.float64).tiny
        low = np.min([x + v[0] for x, v in zip(c, self.values, strict=True)], axis=0) - pad
        high = np.max([x + v[-1] for x, v in zip(c, self.values, strict=True)], axis=0) + pad
        at_low = np.zeros(c.shape, np.int64)
        at_high = np.repeat([[len(v)] for v in self.values], len(left), axis=1)
        for _ in range(_HALVINGS):
            middle = low + (high - low) / 2
            at = np.array(
                [np.searchsorted(v, middle - x, side="right") for x, v in zip(c, self.values, strict=True)]
            )
            below = sum(counts[place] for counts, place in zip(self._counts, at, strict=True))
            is_high = np.asarray(below >= rank)
            is_last = (middle <= low) | (middle >= high)
            low, high = np.where(is_high, low, middle), np.where(is_high, middle, high)
            at_low, at_high = np.where(is_high, at_low, at), np.where(is_high, at, at_high)
            done = is_last | ((at_high - at_low).sum(axis=0) <= 1)
            if done.any():
                found[left[done]] = self._first(c[:, done], at_low[:, done], at_high[:, done])
                left, c, low, high = left[~done], c[:, ~done], low[~done], high[~done]
                at_low, at_high = at_low[:, ~done], at_high[:, ~done]
            if not len(left):
                break
        found[left] = self._first(c, at_low, at_high)
        return found

    def _first(self, centers: np.ndarray, at_low: np.ndarray, at_high: np.ndarray) -> np.ndarray:
        """Return the smallest value from the places `at_low` on, before `at_high`."""
        values = [
            np.where(a < b, v[np.minimum(a, len(v) - 1)] + x, np.inf)
            for x, v, a, b in zip(centers, self.values, at_low, at_high, strict=True)
        ]
        return np.min(values, axis=0)


def with_outputs(model: bytes, names: Sequence[str]) -> bytes:
    """Return an ONNX file in which further values of its graph are outputs, too.

    Of what stands twice in Protocol Buffers, readers merge the two ("Last One Wins" in its guide of the encoding), so
    that the names need only be appended: field 7 of a model is its graph, 12 of that an output, 1 of that its name.
    """
    outputs = b"".join(_field(12, _field(1, name.encode())) for name in names)
    return model + _field(7, outputs)


def _field(number: int, data: bytes) -> bytes:
    length, size = len(data), bytearray()
    # A varint: seven bits a byte, the lowest first.
    while True:
        length, bits = length >> 7, length & 127
        size.append(bits | (128 if length else 0))
        if not length:
            return bytes([number << 3 | 2, *size]) + data
