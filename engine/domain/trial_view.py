"""What the store says of one trial: window and terminal show the same. Light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from ...storage.errors import DamagedRowError
from ...storage.records import Curves, Failure, FailureKind, FoldScores, TrialRecord

if TYPE_CHECKING:
    from ...storage.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrialView:
    """What the store says of one trial.

    Attributes
    ----------
    trial : TrialRecord
        Where something of it is damaged, its failure says what.
    scores : FoldScores or None
    curves : Curves or None
    """

    trial: TrialRecord
    scores: FoldScores | None
    curves: Curves | None


def read_view(store: Store, trial_id: int) -> TrialView:
    """Read a trial with its scores and curves; those that are damaged are left out.

    Parameters
    ----------
    store : Store
    trial_id : int
        Of the trial in the store, not its number.

    Returns
    -------
    TrialView

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    scores, lost_scores = _read(store.fold_scores, trial_id)
    curves, lost_curves = _read(store.curves, trial_id)
    trial = store.trial(trial_id)
    lost = lost_scores or lost_curves
    if lost is not None and trial.failure is None:
        trial = replace(trial, failure=Failure.of(FailureKind.DAMAGED, lost.sentence))
    return TrialView(trial, scores, curves)


def _read(read: Callable[[int], T], trial_id: int) -> tuple[T | None, DamagedRowError | None]:
    try:
        return read(trial_id), None
    except DamagedRowError as error:
        return None, error
