"""Why a search ended without a network."""

from __future__ import annotations

from collections.abc import Sequence

from ...storage.records import TrialKind, TrialRecord, TrialState
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
    if is_time_over and n_out < max(len(searched), 1):
        return Message("The time was too short: it was over before a first network was trained.")
    if n_out == len(searched):
        return Message("No network that was proposed is within the limits: widen them.")
    n_failed = sum(t.state is TrialState.FAIL for t in searched) - n_out
    return none_complete(n_failed, n_out, sum(t.state is TrialState.PRUNED for t in searched))
