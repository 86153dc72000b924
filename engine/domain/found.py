"""What a study has found so far, whether or not its end has judged it. Needs the store."""

from __future__ import annotations

from ...storage.records import StudyRecord, TrialKind, TrialState
from ...storage.store import Store
from .results import BestTrial, Scored, StudyResult


def best_of(store: Store, study: StudyRecord, result: StudyResult) -> BestTrial | None:
    """Return the best trial: as the end of the search judged it, or as its own folds do until then.

    Parameters
    ----------
    store : Store
    study : StudyRecord
    result : StudyResult
        Of the study.

    Returns
    -------
    BestTrial or None
        None where no trial is complete.
    """
    if result.best is not None or study.best_trial is None:
        return result.best
    trial = store.trial_by_number(study.id, study.best_trial)
    return BestTrial(trial=trial.number, params=trial.params, cv_mean=trial.value, cv_std=trial.value_std)


def baseline_scores(store: Store, study: StudyRecord, result: StudyResult) -> dict[str, Scored]:
    """Return by name what the baselines scored: as the end of the search judged them, or as their own folds do.

    Parameters
    ----------
    store : Store
    study : StudyRecord
    result : StudyResult
        Of the study.

    Returns
    -------
    dict of str to Scored
    """
    complete = {
        t.name: Scored(t.value, t.value_std)
        for t in store.trials(study.id, kinds=[TrialKind.BASELINE])
        if t.state is TrialState.COMPLETE
    }
    return complete | dict(result.baselines)
