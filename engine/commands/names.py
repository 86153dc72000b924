"""What trials and baselines are called in the terminal. For `commands`."""

from __future__ import annotations

from ...storage.records import TrialKind, TrialRecord
from ..domain.formatting import baseline


def row_name(trial: TrialRecord, task: str) -> str:
    """Return what a trial is called where it has a line of its own."""
    if trial.kind is TrialKind.BASELINE:
        return f"baseline {baseline(trial.name, task)}"
    return f"trial {trial.number}"


def name_in_sentence(trial: TrialRecord, task: str) -> str:
    """Return what a trial is called in a sentence."""
    return f"the baseline {baseline(trial.name, task)}" if trial.name else f"trial {trial.number}"
