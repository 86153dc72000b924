"""What the engine knows of a task while it runs, and of the trial that it is for."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Curves, TrialKind
from ..statistics.epochs import EpochChoice
from ..training.curves import CURVE_NAMES
from ..workers.messages import WorkerTask

_LOSS, _SCORE = CURVE_NAMES.index("valid_loss"), CURVE_NAMES.index("valid_score")


class Dropped(StrEnum):
    """Why the result of a task is not wanted, or its worker was killed; the first reason stays."""

    PRUNED = "pruned"
    """The pruner gave it up."""
    SKIPPED = "skipped"
    """The user did not want it."""
    HUNG = "hung"
    """It gave no sign of life."""
    LATE = "late"
    """The time for it was over."""
    STOPPED = "stopped"
    """The user stopped the study; the trial can go on later."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a task is waited for.

    Attributes
    ----------
    total_s : float
        Since it was started.
    silence_s : float
        Since its last sign of life.
    may_hang : bool
        Whether it reports its epochs, so that silence can be judged by them (`Policy.judge_silence`).
    why : Dropped
        What it is dropped for.
    """

    total_s: float = math.inf
    silence_s: float = math.inf
    may_hang: bool = False
    why: Dropped = Dropped.LATE


@dataclass(slots=True)
class RunningTask:
    """A task on a worker.

    Attributes
    ----------
    started, heard : float
        Of the pool's clock, in seconds; `heard` is its last sign of life.
    longest_silence_s : float
    pace_s : float
        The longest silence; once there are others, without the first one, in which graphs are traced.
    peak_bytes : int
        Of its worker's memory, as far as it was told.
    dropped : Dropped or None
    is_finishing : bool
        Whether it was told to end with what it has.
    is_killed : bool
        Whether its process was ended; that it is done arrives later.
    """

    key: str
    worker: str
    task: WorkerTask
    patience: Patience
    started: float
    heard: float
    longest_silence_s: float = 0.0
    pace_s: float = 0.0
    peak_bytes: int = 0
    dropped: Dropped | None = None
    is_finishing: bool = False
    is_killed: bool = False
    _n_heard: int = 0
    # Since when its worker is watched, and the processor seconds that it had used by then.
    _watched: tuple[float, float] | None = None

    def drop(self, why: Dropped) -> None:
        """Note why its result is not wanted."""
        self.dropped = self.dropped or why

    def note_progress(self, memory_bytes: int, now: float) -> None:
        """Note a sign of life."""
        silence_s = now - self.heard
        self.pace_s = silence_s if self._n_heard <= 1 else max(self.pace_s, silence_s)
        self._n_heard += 1
        self.longest_silence_s, self.heard = max(self.longest_silence_s, silence_s), now
        self.peak_bytes = max(self.peak_bytes, memory_bytes)
        self._watched = None

    def computes(self, cpu_s: float, now: float, watch_s: float, least_share: float) -> bool:
        """Whether the worker of a silent task works, as far as is known after watching it for `watch_s` seconds.

        Parameters
        ----------
        cpu_s : float
            Processor seconds of the worker so far.
        least_share : float
            Of a processor's time, from which on it works.
        """
        since, before = self._watched or (now, cpu_s)
        if self._watched is None or cpu_s - before > least_share * max(now - since, watch_s):
            self._watched = now, cpu_s
        return now - self._watched[0] < watch_s


@dataclass(slots=True)
class RunningTrial:
    """A trial or baseline on a worker: what has been told of it so far.

    Attributes
    ----------
    n_epochs : int
        Of its schedule.
    choice : EpochChoice or None
        Of the folds' epochs, as the worker makes it; None of a baseline.
    is_owed : bool
        Whether it is a baseline that is run to its end although the time is over.
    pruned_at : int or None
        The epoch after which the pruner gave it up.
    scores : list of float64 arrays of shape (R,)
        After each epoch, every replica's score at the epoch that it would keep then.
    """

    id: int
    number: int
    kind: TrialKind
    n_epochs: int
    task: RunningTask
    choice: EpochChoice | None = None
    is_owed: bool = False
    saved: float = field(default_factory=time.monotonic)
    saved_epoch: int = 0
    pruned_at: int | None = None
    curves: list[NDArray[np.float32]] = field(default_factory=list[NDArray[np.float32]])
    scores: list[NDArray[np.float64]] = field(default_factory=list[NDArray[np.float64]])

    @property
    def is_search(self) -> bool:
        """Whether it is no baseline."""
        return self.kind is not TrialKind.BASELINE

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.curves)

    def add(self, first_epoch: int, curves: NDArray[np.float32]) -> range:
        """Add epochs, curves of shape (n, R, n_names) from `first_epoch` on; return those that were not known.

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

    def recorded_curves(self, n_epochs: int | None = None) -> Curves | None:
        """Return the curves so far, or the first epochs of them."""
        if not self.curves:
            return None
        return Curves(CURVE_NAMES, np.stack(self.curves[:n_epochs], axis=1))
