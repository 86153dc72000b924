"""A trial while it runs: what its worker has told so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Curves, TrialKind
from ..statistics.epochs import EpochChoice
from ..training.curves import CURVE_NAMES

_LOSS, _SCORE = CURVE_NAMES.index("valid_loss"), CURVE_NAMES.index("valid_score")
_WORKS = 0.05  # of the processor's time: a worker that only waits takes about a hundredth


@dataclass(slots=True)
class RunningTrial:
    """What the engine knows of a running trial.

    Attributes
    ----------
    pruned_at : int or None
        The epoch after which the pruner gave it up.
    dropped : str
        Why its result is not wanted: ``""``, ``"pruned"``, ``"skipped"``, ``"hung"``; or why its worker was killed:
        ``"late"`` (the time budget was over), ``"stopped"`` (the user stopped the study; it can go on later).
    choice : EpochChoice or None
        Of the folds' epochs, as the worker makes it; None of a baseline.
    scores : list of float64 arrays of shape (R,)
        After each epoch, every replica's score at the epoch that it would keep then.
    is_finishing : bool
        Whether it was told to end with what it has.
    is_owed : bool
        Whether it is a baseline that is run to its end although the time is over.
    """

    id: int
    number: int
    key: str
    kind: TrialKind
    n_epochs: int  # of its schedule
    started: float = field(default_factory=time.monotonic)
    heard: float = field(default_factory=time.monotonic)
    saved: float = field(default_factory=time.monotonic)
    saved_epoch: int = 0
    longest_silence: float = 0.0
    n_heard: int = 0
    pace: float = (
        0.0  # the longest silence; once there are others, without the first one, in which graphs are traced
    )
    watched: tuple[float, float] | None = (
        None  # since when, and the processor seconds of the worker at that moment
    )
    pruned_at: int | None = None
    dropped: str = ""
    is_finishing: bool = False
    is_owed: bool = False
    peak_bytes: int = 0
    curves: list[NDArray[np.float32]] = field(default_factory=list[NDArray[np.float32]])
    choice: EpochChoice | None = None
    scores: list[NDArray[np.float64]] = field(default_factory=list[NDArray[np.float64]])

    @property
    def is_search(self) -> bool:
        """Whether it is no baseline."""
        return self.kind is not TrialKind.BASELINE

    def hear(self, memory_bytes: int = 0) -> None:
        """Note a sign of life."""
        now = time.monotonic()
        silence = now - self.heard
        self.pace = silence if self.n_heard <= 1 else max(self.pace, silence)
        self.n_heard += 1
        self.longest_silence, self.heard = max(self.longest_silence, silence), now
        self.peak_bytes = max(self.peak_bytes, memory_bytes)
        self.watched = None

    def computes(self, cpu_s: float, look_s: float) -> bool:
        """Whether the worker of a silent trial works, as far as is known after watching it for `look_s` seconds.

        Parameters
        ----------
        cpu_s : float
            Processor seconds of the worker so far.
        """
        now = time.monotonic()
        since, before = self.watched or (now, cpu_s)
        if self.watched is None or cpu_s - before > _WORKS * max(now - since, look_s):
            self.watched = now, cpu_s
        return now - self.watched[0] < look_s

    def take(self, first_epoch: int, curves: NDArray[np.float32]) -> range:
        """Take epochs up, curves of shape (n, R, n_names) from `first_epoch` on; return those that were not known.

        What comes after a gap is left out: all the curves come again with the trial's result.
        """
        start = len(self.curves)
        if first_epoch <= start:
            for epoch in curves[start - first_epoch :]:
                self.curves.append(epoch)
                if self.choice is not None:
                    self.choice.take(epoch[:, _SCORE], epoch[:, _LOSS])
                    kept = zip(self.choice.epochs.tolist(), range(len(epoch)), strict=True)
                    self.scores.append(np.array([self.curves[e][r, _SCORE] for e, r in kept], np.float64))
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
