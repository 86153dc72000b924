"""Why a search ended without a network."""

from __future__ import annotations

from collections.abc import Sequence

from ...storage.records import FailureKind, TrialKind, TrialRecord, TrialState
from ..domain.errors import Message
from ..domain.objectives import is_ruled_out
from ..domain.resuming import none_complete


def why_nothing(trials: Sequence[TrialRecord], *, is_time_over: bool) -> Message:
    """Return why none of these trials of a study, which has ended, is complete.

    Parameters
    ----------
    trials : sequence of TrialRecord
        Baselines among them do not count.
    is_time_over : bool
        Whether the time budget ended the search.
    """
    searched = [t for t in trials if t.kind is not TrialKind.BASELINE]
    n_out = sum(is_ruled_out(t) for t in searched)
    failed = [t for t in searched if t.state is TrialState.FAIL and not is_ruled_out(t)]
    # What the end of the time, or the user, ended, did not fail by itself.
    reasons = [
        t.failure for t in failed if t.failure is not None and t.failure.kind is not FailureKind.SKIPPED
    ]
    if reasons:
        return Message(
            "No network was trained to its end; of {n:,} trials {n_failed:,} failed, the last one so: {reason}",
            {"n": len(searched), "n_failed": len(failed), "reason": reasons[-1].message},
        )
    if searched and n_out == len(searched):
        return Message("No network that was proposed is within the limits: widen them.")
    if is_time_over:
        return Message("The time was too short: it was over before a first network was trained.")
    n_failed = len(failed)
    return none_complete(n_failed, n_out, sum(t.state is TrialState.PRUNED for t in searched))
