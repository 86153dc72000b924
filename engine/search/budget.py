"""The clock of a study, and how much of its time the end needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..spec import BudgetSpec

_START_S = 8.0  # of a worker process, until one has been measured
_EXPORT_S, _EXPORT_STARTS = (
    3.0,
    2.0,
)  # an export costs this, and as long as two workers take to import TensorFlow
_FINAL_S = 1.0  # holdout scores, closing down
_EVIDENCE_FRACTION = 0.1  # of the time budget, at most, for the choice of the final model
_EVIDENCE_TRIALS = (1.0, 3.0)  # least and most time for that choice, in typical trials; with less: none
_MOST_RESERVED = 0.6  # of the time budget, for the end
_MOST_RESERVED_AT_FIRST = 0.3  # before a first trial is complete: without one there is nothing to export
_LEAST_FRACTION = 0.2  # of a typical trial: with less time left none is started
_BASELINE_FRACTION, _BASELINE_S = 0.25, 5.0  # of the time budget that one baseline may take, and at least


@dataclass(slots=True)
class Budget:
    """When a search ends.

    Parameters
    ----------
    spec : BudgetSpec
    direction : {"maximize", "minimize"}
    elapsed_s : float
        Active seconds before this process took the study up.
    exports : bool
        Whether an export follows.
    clock : callable
        Gives the seconds that the budget goes by.
    """

    spec: BudgetSpec
    direction: str
    elapsed_s: float = 0.0
    exports: bool = True
    is_time_over: bool = False  # the time budget has ended the search
    clock: Callable[[], float] = time.monotonic
    _since: float = field(init=False)
    _paused_at: float | None = None
    _start_s: float = _START_S
    _durations: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._since = self.clock()

    @property
    def elapsed(self) -> float:
        """Active seconds so far, pauses left out."""
        return self.elapsed_s + (self.clock() if self._paused_at is None else self._paused_at) - self._since

    @property
    def is_paused(self) -> bool:
        return self._paused_at is not None

    def pause(self) -> None:
        """Stop the clock."""
        if self._paused_at is None:
            self._paused_at = self.clock()

    def go_on(self) -> None:
        """Let the clock run again."""
        if self._paused_at is not None:
            self._since += self.clock() - self._paused_at
            self._paused_at = None

    def note_duration(self, seconds: float) -> None:
        """Tell how long a complete trial took."""
        self._durations.append(seconds)

    def note_start(self, seconds: float) -> None:
        """Tell how long a worker process took to be ready; an export starts processes that import the same."""
        self._start_s = seconds

    @property
    def export_s(self) -> float:
        """Seconds that the export needs."""
        return _EXPORT_S + _EXPORT_STARTS * self._start_s if self.exports else 0.0

    @property
    def reserve_s(self) -> float:
        """Seconds that the end needs: final fit with its evidence, holdout scores, export."""
        timeout = self.spec.timeout_s or 0.0
        least, most = (n * self._typical_s for n in _EVIDENCE_TRIALS)
        evidence = min(most, _EVIDENCE_FRACTION * timeout)
        if evidence < least:
            evidence = 0.0
        share = _MOST_RESERVED if self._durations else _MOST_RESERVED_AT_FIRST
        return min(self.export_s + _FINAL_S + evidence, share * timeout)

    @property
    def search_left_s(self) -> float:
        """Seconds until the search must end; infinite without a time budget."""
        if self.spec.timeout_s is None:
            return float("inf")
        return self.spec.timeout_s - self.reserve_s - self.elapsed

    @property
    def evidence_left_s(self) -> float:
        """Seconds that the choice of the final model may take."""
        if self.spec.timeout_s is None:
            return float("inf")
        return self.spec.timeout_s - self.elapsed - self.export_s - _FINAL_S

    @property
    def is_spent(self) -> bool:
        """Whether all time but the export's is over."""
        return self.evidence_left_s < -_FINAL_S

    @property
    def baseline_s(self) -> float:
        """Seconds that one baseline may take; infinite without a time budget."""
        if self.spec.timeout_s is None:
            return float("inf")
        return max(_BASELINE_S, _BASELINE_FRACTION * self.spec.timeout_s)

    def may_start(self, n_started: int) -> bool:
        """Whether another trial fits: `n_started` have been asked, and the last ones tell how long one takes."""
        if self.spec.n_trials is not None and n_started >= self.spec.n_trials:
            return False
        return self.search_left_s > _LEAST_FRACTION * self._typical_s

    @property
    def _typical_s(self) -> float:
        return float(np.median(self._durations)) if self._durations else 0.0

    def is_reached(self, best: float | None) -> bool:
        """Whether the target score has been reached."""
        target = self.spec.target_score
        if target is None or best is None:
            return False
        return best >= target if self.direction == "maximize" else best <= target
