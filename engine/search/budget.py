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

from ...storage.ranking import Direction
from ..domain.policy import POLICY, Policy
from ..domain.spec import BudgetSpec

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Budget:
    """When a search ends.

    Parameters
    ----------
    spec : BudgetSpec
    direction : Direction
    elapsed_s : float
        Active seconds before this process took the study up.
    exports : bool
        Whether an export is wanted.
    clock : callable
        Gives the seconds that the budget goes by.
    policy : Policy

    Attributes
    ----------
    is_time_over : bool
        Whether the time budget has ended the search.
    """

    spec: BudgetSpec
    direction: Direction
    elapsed_s: float = 0.0
    exports: bool = True
    is_time_over: bool = False
    clock: Callable[[], float] = time.monotonic
    policy: Policy = POLICY
    _since: float = field(init=False)
    _paused_at: float | None = None
    # The shortest start that was measured.
    _shortest_s: float = math.inf
    _durations: list[float] = field(default_factory=list[float])
    _has_network: bool = False
    # Since when the export's processes start.
    _preparing_since: float | None = None
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
            self._shortest_s = seconds / self.policy.prepare_starts
            _log.info("the export's processes took %.1f s to start, after %.1f s", seconds, self.elapsed)

    # -- what the end needs -----------------------------------------------------------------------------------------

    @property
    def export_s(self) -> float:
        """Seconds that the export needs once the final model is there, which is made while its processes start."""
        if not self.exports:
            return 0.0
        work = self.policy.export_starts * self._start_s
        if self._is_prepared:
            return work
        return work + max(self.policy.prepare_starts * self._start_s - self._preparing_s - self._final_s, 0.0)

    @property
    def reserve_s(self) -> float:
        """Seconds that the end needs, of what there is to be finished: without a network hardly any."""
        if not self._has_network:
            return self.policy.closing_starts * self._start_s
        least = self.policy.evidence_least * self._typical_s
        most = self.policy.evidence_most * self._typical_s
        evidence = min(most, self.policy.evidence_fraction * max(self._granted_s, 0.0))
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
            and self.search_left_s < self.policy.lead_starts * self._start_s
        )

    @property
    def has_time_to_export(self) -> bool:
        """Whether an export would end in time, or nearly so."""
        return self._ends_in_time(self.export_s)

    @property
    def has_time_for_owed(self) -> bool:
        """Whether cheap baselines, which every study owes, may still run although the time is over."""
        return self._ends_in_time(self.policy.closing_starts * self._start_s)

    def _ends_in_time(self, more_s: float) -> bool:
        timeout = self.spec.timeout_s
        return timeout is None or self.elapsed + more_s < self.policy.most_overrun * timeout

    @property
    def grace_s(self) -> float:
        """Seconds that a worker has, once its epoch is over, to answer with what its trial has.

        On a very busy machine an answer takes longer than the time may be overrun by: then it is not waited for.
        """
        timeout, wanted = self.spec.timeout_s, self.policy.grace_starts * self._start_s
        if timeout is None:
            return wanted
        return min(wanted, max(self.policy.most_overrun * timeout - self.elapsed, self.policy.least_grace_s))

    @property
    def baseline_s(self) -> float:
        """Seconds that one baseline may take; infinite without a time budget."""
        if self.spec.timeout_s is None:
            return float("inf")
        least = max(self.policy.baseline_s, self.policy.baseline_starts * self._start_s)
        return max(least, self.policy.baseline_fraction * self._granted_s)

    @property
    def baseline_left_s(self) -> float:
        """Seconds that a baseline that is started now may take."""
        return min(self.baseline_s, max(self.search_left_s, 0.0))

    # -- starting trials --------------------------------------------------------------------------------------------

    @property
    def is_short(self) -> bool:
        """Whether there is so little time that the first network has to be small."""
        return self.search_left_s < self.policy.short_starts * self._start_s

    def first_epochs(self, n_epochs: int) -> int:
        """Return how many of `n_epochs` the first network is to train where the time is short."""
        fitting = round(self.policy.epochs_a_start * self.search_left_s / self._start_s)
        return min(max(fitting, self.policy.least_epochs), n_epochs)

    def may_start(self, n_started: int) -> bool:
        """Whether another trial fits: `n_started` have been asked, and the last ones tell how long one takes."""
        if self.spec.n_trials is not None and n_started >= self.spec.n_trials:
            return False
        return self.search_left_s > self.policy.least_fraction * self._typical_s

    def is_reached(self, best: float | None) -> bool:
        """Whether the target score has been reached."""
        target = self.spec.target_score
        if target is None or best is None:
            return False
        return self.direction.reaches(best, target)

    @property
    def _start_s(self) -> float:
        """Seconds that a process needs to import TensorFlow: more than was measured where one is late."""
        known = self._shortest_s if math.isfinite(self._shortest_s) else self.policy.start_s
        return max(known, self._preparing_s / self.policy.prepare_starts)

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
        return self.policy.final_starts * self._start_s

    @property
    def _typical_s(self) -> float:
        return float(np.median(self._durations)) if self._durations else 0.0
