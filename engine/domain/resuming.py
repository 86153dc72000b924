"""Going on with a study: what it gets beyond what it has used."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...storage.records import StudyRecord, StudyState, TrialState
from .errors import Message, SpecError
from .results import StudyResult
from .spec import BudgetSpec, StudySpec

if TYPE_CHECKING:
    from ...storage.store import Store


@dataclass(frozen=True, slots=True)
class More:
    """What a study gets beyond what it has used; the search ends at the first of the two.

    Attributes
    ----------
    n_trials : int or None
        At least 1.
    timeout_s : float or None
        Active seconds, final model and export inside; more than 0.

    Raises
    ------
    SpecError
        Where a value is out of range.
    """

    n_trials: int | None = None
    timeout_s: float | None = None

    def __post_init__(self) -> None:
        if self.n_trials is not None and self.n_trials < 1:
            raise SpecError(
                "The number of trials is {value}; it must be at least {least}.", value=self.n_trials, least=1
            )
        if self.timeout_s is not None and not (math.isfinite(self.timeout_s) and self.timeout_s > 0):
            raise SpecError(
                "The time budget is {value} seconds; it must be more than 0.", value=self.timeout_s
            )

    @property
    def is_given(self) -> bool:
        """Whether there is anything more."""
        return self != More()


def extended_budget(study: StudyRecord, more: More) -> BudgetSpec:
    """Return the budget of a study that goes on: what it has used, and `more`.

    Limits that are not given again are dropped, or a search whose trials are all done would end at once although it
    got more time; so is a target score that has been reached.

    Parameters
    ----------
    study : StudyRecord
    more : More

    Returns
    -------
    BudgetSpec
    """
    budget = StudySpec.of_study(study).budget
    target, best = budget.target_score, study.best_value
    if target is not None and best is not None:
        target = None if study.direction.reaches(best, target) else target
    n_asked = sum(study.n_trials.values()) - study.n_ruled_out
    return BudgetSpec(
        n_trials=None if more.n_trials is None else n_asked + more.n_trials,
        timeout_s=None if more.timeout_s is None else study.elapsed_s + more.timeout_s,
        target_score=target,
    )


def extend(store: Store, study: StudyRecord, more: More) -> StudyRecord:
    """Give a study more; an engine that is launched then goes on with its trials, and repeats none of them.

    At the end the result is written anew, and the export made again.

    Parameters
    ----------
    store : Store
    study : StudyRecord
    more : More

    Returns
    -------
    StudyRecord

    Raises
    ------
    ConflictError
        If a live engine has the study.
    """
    spec = dataclasses.replace(StudySpec.of_study(study), budget=extended_budget(study, more))
    return store.extend_study(study.id, spec.to_json())


def found_nothing(study: StudyRecord) -> Message | None:
    """Return why a search that is done left no network, in a sentence; None for every other study.

    Parameters
    ----------
    study : StudyRecord

    Returns
    -------
    Message or None
    """
    if study.state is not StudyState.DONE or study.best_trial is not None:
        return None
    why = StudyResult.of(study).nothing_found
    if why is not None:
        return why
    n_failed = study.n_trials.get(TrialState.FAIL, 0) - study.n_ruled_out
    return none_complete(n_failed, study.n_ruled_out, study.n_trials.get(TrialState.PRUNED, 0))


def none_complete(n_failed: int, n_ruled_out: int, n_pruned: int) -> Message:
    """Return what became of the trials of a search of which none is complete.

    Parameters
    ----------
    n_failed : int
        Trials.
    n_ruled_out : int
        Trials that a limit ruled out before they were trained.
    n_pruned : int
        Trials.

    Returns
    -------
    Message
    """
    return Message(
        "No network was trained to its end (trials that failed: {n_failed}, ruled out by limits: {n_out}, given up "
        "early: {n_pruned}).",
        {"n_failed": n_failed, "n_out": n_ruled_out, "n_pruned": n_pruned},
    )
