"""Which epoch of a fold counts: the one at which the other folds were best. Needs NumPy alone.

To keep the epoch that is best on a fold's own validation rows, and to report the score there, is to choose on the rows
that judge: on pure noise it gave a mean ROC AUC of 0.59 where 0.5 is true (docs/honesty.md). All folds of a trial train
in lockstep, so the honest choice costs nothing: each fold keeps the epoch at which the mean score of the other folds of
its repeat is best, and its own rows only read the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...storage.ranking import Direction
from ...storage.records import Curves

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fold_voters(n_folds: int, n_repeats: int, *, in_order: bool) -> tuple[Ints, ...]:
    """Return by replica, ``repeat * n_folds + fold``, the replicas whose mean score chooses its epoch.

    Parameters
    ----------
    in_order : bool
        Whether the folds follow one another in time: then the folds before a fold choose, and those after it for the
        first one, which has none before.
    """
    voters: list[Ints] = []
    for repeat in range(n_repeats):
        folds = np.arange(n_folds)
        for fold in range(n_folds):
            chosen = folds[:fold] if in_order and fold else folds[folds != fold]
            voters.append(repeat * n_folds + chosen)
    return tuple(voters)


@dataclass(slots=True)
class EpochChoice:
    """The epochs that R replicas keep, while they train.

    Attributes
    ----------
    voters : ndarray of shape (R, R), float64
        By row, the weights of the replicas whose scores choose the epoch; a row of zeros has none: its last epoch is
        kept.
    sign : {1.0, -1.0}
        1 where a higher score is better.
    patience : int or None
        Epochs without a better mean of the voters until a replica is settled; None: never.
    votes, losses : ndarrays of shape (R,), float64
        Mean score, times `sign`, and mean validation loss of the voters at the epoch kept.
    epochs : ndarray of shape (R,), int64
        The epoch kept, 0-based; -1 is none yet.
    n_seen : int
        Epochs so far.
    """

    voters: Floats
    sign: float
    patience: int | None
    votes: Floats
    losses: Floats
    epochs: Ints
    n_seen: int = 0

    @classmethod
    def begin(cls, voters: Sequence[Ints], *, direction: Direction, patience: int | None) -> EpochChoice:
        """Return the choice before the first epoch; `voters` as of `fold_voters`."""
        n = len(voters)
        weights = np.zeros((n, n))
        for r, chosen in enumerate(voters):
            weights[r, chosen] = 1.0 / max(len(chosen), 1)
        nan = np.full(n, np.nan)
        return cls(weights, direction.sign, patience, nan, nan.copy(), np.full(n, -1))

    def take(
        self, scores: NDArray[np.floating], losses: NDArray[np.floating], *, counts: bool = True
    ) -> NDArray[np.bool_]:
        """Take the next epoch up; return which replicas keep it, shape (R,).

        Parameters
        ----------
        scores, losses : ndarrays of shape (R,)
            On the validation rows of every replica, as the curves have them (float32): whoever follows the curves
            makes the same choice. NaN where a replica does not train any more.
        counts : bool
            Whether this epoch may be kept at all.
        """
        epoch, self.n_seen = self.n_seen, self.n_seen + 1
        if not counts:
            return np.zeros(len(self.epochs), bool)
        # Means of equal scores in another order differ in the last bits; float32 makes them the tie that they are.
        votes = self.sign * self._means(scores).astype(np.float32).astype(np.float64)
        means = self._means(losses)
        is_better = (votes > self.votes) | ((votes == self.votes) & (means < self.losses))
        is_better |= (self.epochs < 0) | ~self.voters.any(axis=1)
        is_better &= ~self.is_settled(epoch)
        self.votes = np.where(is_better, votes, self.votes)
        self.losses = np.where(is_better, means, self.losses)
        self.epochs = np.where(is_better, epoch, self.epochs)
        return is_better

    def is_settled(self, epoch: int) -> NDArray[np.bool_]:
        """Return which replicas take no epoch any more, shape (R,): their patience was at its end before `epoch`."""
        if self.patience is None:
            return np.zeros(len(self.epochs), bool)
        return (self.epochs >= 0) & (epoch - self.epochs > self.patience)

    def is_needed(self) -> NDArray[np.bool_]:
        """Return which replicas have to train on, shape (R,): their own epoch is open, or that of one they choose."""
        is_open = ~self.is_settled(self.n_seen)
        return is_open | (self.voters[is_open] > 0).any(axis=0)

    def _means(self, values: NDArray[np.floating]) -> Floats:
        """Return the means of the voters' values, (R,); NaN where one of them has none."""
        is_missing = np.isnan(values)
        means = self.voters @ np.where(is_missing, 0.0, values).astype(np.float64)
        return np.where((self.voters[:, is_missing] > 0).any(axis=1), np.nan, means)


def chosen_scores(
    scores: NDArray[np.float32],
    losses: NDArray[np.float32],
    voters: Sequence[Ints],
    *,
    direction: Direction,
    patience: int | None,
) -> Floats:
    """Return the score of every replica at the epoch that it would keep after each epoch, shape (R, n_epochs).

    Parameters
    ----------
    scores, losses : ndarrays of shape (R, n_epochs), float32
        Learning curves on the validation rows.
    voters, direction, patience
        See `EpochChoice.begin`.
    """
    choice = EpochChoice.begin(voters, direction=direction, patience=patience)
    n_epochs = scores.shape[1]
    found = np.full(scores.shape, np.nan)
    everyone = np.arange(len(scores))
    for epoch in range(n_epochs):
        choice.take(scores[:, epoch], losses[:, epoch])
        found[:, epoch] = scores[everyone, choice.epochs]
    return found


def optimistic_score(curves: Curves | None, direction: Direction) -> float | None:
    """Return the mean over replicas of `best_epoch_scores`; None without learning curves of the score."""
    if curves is None or "valid_score" not in curves.names:
        return None
    return float(best_epoch_scores(curves.values[:, :, curves.names.index("valid_score")], direction).mean())


def best_epoch_scores(scores: NDArray[np.float32], direction: Direction) -> Floats:
    """Return each replica's score at its own best epoch, (R,), from scores (R, n_epochs): optimistic, see above."""
    most = np.fmax.reduce if direction is Direction.MAXIMIZE else np.fmin.reduce
    return most(scores.astype(np.float64), axis=1)
