"""Which trials may be ranked with one another: those that were scored in the same way, on the same data and splits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...storage.records import TrialKind, TrialRecord, TrialState, TrialTable

SCORING = "epochs chosen by the other folds"
"""How trials are scored today, as their digests say it; until 0.1.0 each fold kept its own best epoch."""


def are_comparable(one: TrialRecord, other: TrialRecord) -> bool:
    """Whether two trials may be ranked with one another: data, splits, metric and way of scoring are equal.

    A baseline has no epochs to choose, so that its way of scoring is every trial's.

    Parameters
    ----------
    one, other : TrialRecord

    Returns
    -------
    bool
    """
    kinds = (one.kind, other.kind)
    keys = (one.digests.keys() | other.digests.keys()) - (
        {"scoring"} if TrialKind.BASELINE in kinds else set()
    )
    return all(one.digests.get(key) == other.digests.get(key) for key in keys)


def ranked_together(trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Return the trials and baselines that may be ranked with the last complete trial, in their order.

    Parameters
    ----------
    trials : sequence of TrialRecord

    Returns
    -------
    list of TrialRecord
    """
    complete = [t for t in trials if t.state is TrialState.COMPLETE and t.kind is not TrialKind.BASELINE]
    last = max(complete, key=lambda t: t.id, default=None)
    return [t for t in trials if last is None or are_comparable(t, last)]


def scored_another_way(table: TrialTable) -> NDArray[np.bool_]:
    """Return which trials were scored in another way than the last complete one, and are not ranked with it.

    Parameters
    ----------
    table : TrialTable

    Returns
    -------
    ndarray of bool
    """
    searched = table.kinds != TrialKind.BASELINE
    complete = np.flatnonzero(searched & (table.states == TrialState.COMPLETE))
    if not len(complete):
        return np.zeros(len(table), bool)
    return searched & (table.scorings != table.scorings[complete[-1]])


def is_scored_the_old_way(trial: TrialRecord) -> bool:
    """Whether a trial has a score that an older version took in another way.

    Parameters
    ----------
    trial : TrialRecord

    Returns
    -------
    bool
    """
    return (
        trial.kind is not TrialKind.BASELINE
        and trial.value is not None
        and trial.digests.get("scoring") != SCORING
    )


def all_scored_the_old_way(trials: Iterable[TrialRecord]) -> bool:
    """Whether all trials that have a score, and there are some, have it from an older version.

    Parameters
    ----------
    trials : iterable of TrialRecord

    Returns
    -------
    bool
    """
    old = [
        is_scored_the_old_way(t) for t in trials if t.kind is not TrialKind.BASELINE and t.value is not None
    ]
    return bool(old) and all(old)


def scored_the_old_way(table: TrialTable) -> NDArray[np.bool_]:
    """Return which trials have a score that an older version took in another way.

    Parameters
    ----------
    table : TrialTable

    Returns
    -------
    ndarray of bool
    """
    scored = (table.kinds != TrialKind.BASELINE) & np.isfinite(table.values)
    return scored & (table.scorings != SCORING)


def table_is_scored_the_old_way(table: TrialTable) -> bool:
    """Return `all_scored_the_old_way` of the trials of a table.

    Parameters
    ----------
    table : TrialTable

    Returns
    -------
    bool
    """
    scored = (table.kinds != TrialKind.BASELINE) & np.isfinite(table.values)
    return bool(scored.any() and scored_the_old_way(table)[scored].all())
