"""What the store says of one trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...storage.records import Curves, FoldScores, TrialRecord

if TYPE_CHECKING:
    from ...storage.store import Store


@dataclass(frozen=True, slots=True)
class TrialView:
    """What the store says of one trial."""

    trial: TrialRecord
    scores: FoldScores | None
    curves: Curves | None


def read_view(store: Store, trial_id: int) -> TrialView:
    """Read a trial with its scores and curves."""
    return TrialView(store.trial(trial_id), store.fold_scores(trial_id), store.curves(trial_id))
