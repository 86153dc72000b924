"""A trial while it runs: what its worker has told so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Curves
from ..workers.messages import Progress


@dataclass(slots=True)
class RunningTrial:
    """What the engine knows of a running trial.

    Attributes
    ----------
    pruned_at : int or None
        The epoch after which the pruner gave it up.
    dropped : str
        Why its result is not wanted: ``""``, ``"pruned"``, ``"skipped"``, ``"hung"``.
    """

    id: int
    number: int
    key: str
    is_search: bool
    started: float = field(default_factory=time.monotonic)
    heard: float = field(default_factory=time.monotonic)
    saved: float = 0.0
    longest_silence: float = 0.0
    pruned_at: int | None = None
    dropped: str = ""
    peak_bytes: int = 0
    curves: list[NDArray[np.float32]] = field(default_factory=list)
    best_scores: list[NDArray[np.float64]] = field(default_factory=list)

    def take(self, progress: Progress) -> range:
        """Take a message up; return the epochs that are new (a resumed trial starts in the middle)."""
        now = time.monotonic()
        self.longest_silence, self.heard = max(self.longest_silence, now - self.heard), now
        self.peak_bytes = max(self.peak_bytes, progress.memory_bytes)
        del self.curves[progress.first_epoch :], self.best_scores[progress.first_epoch :]
        while (
            len(self.curves) < progress.first_epoch
        ):  # epochs before a resumed checkpoint that were not recorded
            self.curves.append(np.full_like(progress.curves[0], np.nan))
            self.best_scores.append(np.full_like(progress.best_scores[0], np.nan))
        start = len(self.curves)
        self.curves.extend(progress.curves)
        self.best_scores.extend(progress.best_scores)
        return range(start, len(self.curves))

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.curves)

    def recorded_curves(self, names: tuple[str, ...], n_epochs: int | None = None) -> Curves | None:
        """Return the curves so far, or the first epochs of them."""
        if not self.curves:
            return None
        return Curves(names, np.stack(self.curves[:n_epochs], axis=1))


def running_bests(scores: NDArray[np.float32], maximize: bool) -> NDArray[np.float64]:
    """Return the best score so far of every replica after each epoch, from scores of the same shape (R, n_epochs).

    NaN, where a replica had stopped, keeps the best before it.
    """
    accumulate = np.fmax.accumulate if maximize else np.fmin.accumulate
    return accumulate(scores.astype(np.float64), axis=1)


def running_means(scores: NDArray[np.float32], maximize: bool) -> NDArray[np.float64]:
    """Return the intermediate values of a trial, shape (n_epochs,): the means over replicas of `running_bests`."""
    return running_bests(scores, maximize).mean(axis=0)
