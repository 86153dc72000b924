"""The clock of a study, and how much of its time the end needs.

What the end takes is told in starts: in the time that a process needs here and now to import TensorFlow. On a busy
machine that is many times what it is on a quiet one, and everything else takes as many times as long.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ..domain.spec import BudgetSpec

_log = logging.getLogger(__name__)
_START_S = 6.0  # of a process that imports TensorFlow, until one has been measured
_EXPORT_STARTS = 1.0  # conversion and certificate, by processes that are ready
_PREPARE_STARTS = 2.0  # until its processes are ready: they are several, and the workers work meanwhile
_LEAD_STARTS = 1.0  # so much earlier they are started, to know in time how long they took
_FINAL_STARTS = 0.6  # final model, holdout scores, the result, closing down
_CLOSING_STARTS = 0.1  # what is left of that where there is no network
# Of the time budget, at most, for repeats of the finalists and the choice of the final model.
_EVIDENCE_FRACTION = 0.2
# Least and most time for both, in typical trials; with less: none.
_EVIDENCE_TRIALS = (1.0, 8.0)
_LEAST_FRACTION = 0.2  # of a typical trial: with less time left none is started
_BASELINE_FRACTION, _BASELINE_S = 0.25, 5.0  # of the time budget that one baseline may take, and at least
_SHORT_STARTS = 4.0  # with less than so much time to search, the first network is small
_EPOCHS_A_START = 20.0  # of a small network on a small table; its first trial is planned with it
_LEAST_EPOCHS = 10
_GRACE_STARTS = (
    0.3  # for trials to end their epoch and to answer at the deadline; then their workers are killed
)
_MOST_OVERRUN = 1.05  # of the time budget: an export that would end later is left out


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
        Whether an export is wanted.
    clock : callable
        Gives the seconds that the budget goes by.

    Attributes
    ----------
    is_time_over : bool
        Whether the time budget has ended the search.
    """

    spec: BudgetSpec
    direction: str
    elapsed_s: float = 0.0
    exports: bool = True
    is_time_over: bool = False
    clock: Callable[[], float] = time.monotonic
    _since: float = field(init=False)
    _paused_at: float | None = None
    _shortest_s: float = math.inf  # start that was measured
    _durations: list[float] = field(default_factory=list[float])
    _has_network: bool = False
    _preparing_since: float | None = None  # the export's processes
    _is_prepared: bool = False

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

    # -- what was measured ------------------------------------------------------------------------------------------

    def note_duration(self, seconds: float) -> None:
        """Tell how long a complete trial took."""
        self._durations.append(seconds)
        self.note_network()

    def note_start(self, seconds: float) -> None:
        """Tell how long a worker took to import TensorFlow; the shortest counts, as others had trials beside them."""
        _log.info("a process took %.1f s to start, after %.1f s", seconds, self.elapsed)
        if not self._is_prepared:
            self._shortest_s = min(self._shortest_s, seconds)

    def note_network(self) -> None:
        """Tell that there is a network, of one epoch at least: something to finish and to export.

        Where the time that is left is not enough for an export, none is planned, and the network may train until the
        end.
        """
        if not self._has_network:
            self._has_network = True
            self.exports = self.exports and self._left_s - self._final_s > self.export_s

    def note_preparing(self) -> None:
        """Tell that the processes of the export have been started."""
        self._preparing_since = self.clock()

    def note_prepared(self, seconds: float) -> None:
        """Tell that they are ready, after so many seconds: the newest measure of how fast the machine is."""
        if not self._is_prepared:
            self._is_prepared = True
            self._shortest_s = seconds / _PREPARE_STARTS
            _log.info("the export's processes took %.1f s to start, after %.1f s", seconds, self.elapsed)

    # -- what the end needs -----------------------------------------------------------------------------------------

    @property
    def export_s(self) -> float:
        """Seconds that the export needs once the final model is there, which is made while its processes start."""
        if not self.exports:
            return 0.0
        work = _EXPORT_STARTS * self._start_s
        if self._is_prepared:
            return work
        return work + max(_PREPARE_STARTS * self._start_s - self._preparing_s - self._final_s, 0.0)

    @property
    def reserve_s(self) -> float:
        """Seconds that the end needs, of what there is to be finished: without a network hardly any."""
        if not self._has_network:
            return _CLOSING_STARTS * self._start_s
        least, most = (n * self._typical_s for n in _EVIDENCE_TRIALS)
        evidence = min(most, _EVIDENCE_FRACTION * max(self._granted_s, 0.0))
        if evidence < least:
            evidence = 0.0
        return self.export_s + self._final_s + evidence

    @property
    def search_left_s(self) -> float:
        """Seconds until the search must end; infinite without a time budget."""
        return self._left_s - self.reserve_s

    @property
    def evidence_left_s(self) -> float:
        """Seconds that the choice of the final model may take."""
        return self._left_s - self.export_s - self._final_s

    @property
    def is_spent(self) -> bool:
        """Whether all time but the export's is over."""
        return self.evidence_left_s < -self._final_s

    @property
    def prepares_export(self) -> bool:
        """Whether the processes of the export are to be started now, so that they are ready in time."""
        return (
            self.exports
            and self._has_network
            and self._preparing_since is None
            and self.search_left_s < _LEAD_STARTS * self._start_s
        )

    @property
    def has_time_to_export(self) -> bool:
        """Whether an export would end in time, or nearly so."""
        timeout = self.spec.timeout_s
        return timeout is None or self.elapsed + self.export_s < _MOST_OVERRUN * timeout

    @property
    def grace_s(self) -> float:
        """Seconds that a worker has, once its epoch is over, to answer with what its trial has."""
        return _GRACE_STARTS * self._start_s

    @property
    def baseline_s(self) -> float:
        """Seconds that one baseline may take; infinite without a time budget."""
        if self.spec.timeout_s is None:
            return float("inf")
        return max(_BASELINE_S, _BASELINE_FRACTION * self._granted_s)

    @property
    def baseline_left_s(self) -> float:
        """Seconds that a baseline that is started now may take."""
        return min(self.baseline_s, max(self.search_left_s, 0.0))

    # -- starting trials --------------------------------------------------------------------------------------------

    @property
    def is_short(self) -> bool:
        """Whether there is so little time that the first network has to be small."""
        return self.search_left_s < _SHORT_STARTS * self._start_s

    def first_epochs(self, n_epochs: int) -> int:
        """Return how many of `n_epochs` the first network is to train where the time is short."""
        fitting = round(_EPOCHS_A_START * self.search_left_s / self._start_s)
        return min(max(fitting, _LEAST_EPOCHS), n_epochs)

    def may_start(self, n_started: int) -> bool:
        """Whether another trial fits: `n_started` have been asked, and the last ones tell how long one takes."""
        if self.spec.n_trials is not None and n_started >= self.spec.n_trials:
            return False
        return self.search_left_s > _LEAST_FRACTION * self._typical_s

    def is_reached(self, best: float | None) -> bool:
        """Whether the target score has been reached."""
        target = self.spec.target_score
        if target is None or best is None:
            return False
        return best >= target if self.direction == "maximize" else best <= target

    @property
    def _start_s(self) -> float:
        """Seconds that a process needs to import TensorFlow: more than was measured where one is late."""
        known = self._shortest_s if math.isfinite(self._shortest_s) else _START_S
        return max(known, self._preparing_s / _PREPARE_STARTS)

    @property
    def _preparing_s(self) -> float:
        """Seconds for which the export's processes have been starting; 0 before, and once they are ready."""
        if self._is_prepared or self._preparing_since is None:
            return 0.0
        return self.clock() - self._preparing_since

    @property
    def _left_s(self) -> float:
        return float("inf") if self.spec.timeout_s is None else self.spec.timeout_s - self.elapsed

    @property
    def _granted_s(self) -> float:
        """What this process was given: a study that goes on has used the rest before."""
        return float("inf") if self.spec.timeout_s is None else self.spec.timeout_s - self.elapsed_s

    @property
    def _final_s(self) -> float:
        return _FINAL_STARTS * self._start_s

    @property
    def _typical_s(self) -> float:
        return float(np.median(self._durations)) if self._durations else 0.0
