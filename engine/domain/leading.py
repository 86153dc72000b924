"""The leading figures of a study: its best trial, and the best baseline beside it. One place for window and terminal.

While a search goes on they are of the study's own folds. Once its end has judged, they are those of the evidence, over
all repeats of the folds, until a trial that was not judged leads.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...storage.records import StudyRecord
from .evidence import Evidence, Verdict
from .results import StudyResult
from .spec import StudySpec


@dataclass(frozen=True, slots=True)
class Leading:
    """The score of the best trial.

    Attributes
    ----------
    number : int
        Of the trial.
    value : float
        The mean over all folds that it was judged on.
    spread : float or None
        Standard deviation over these; None where it is that of the trial's own folds.
    n_repeats : int
        Repeats of the folds that it was judged on.
    evidence : Evidence or None
        None while it is not judged.
    """

    number: int
    value: float
    spread: float | None
    n_repeats: int
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Margin:
    """The best trial against the best baseline.

    Attributes
    ----------
    baseline : str
    value : float
        Of the baseline, over the same folds.
    difference : float
        Score of the trial minus score of the baseline, in units of the metric: of errors a negative one is good.
    is_ahead : bool
        Whether the trial's score is the better one.
    verdict : Verdict or None
        None while nothing is judged.
    """

    baseline: str
    value: float
    difference: float
    is_ahead: bool
    verdict: Verdict | None = None


def judged(study: StudyRecord) -> Evidence | None:
    """Return the evidence of a study, unless another trial leads now.

    Parameters
    ----------
    study : StudyRecord

    Returns
    -------
    Evidence or None
    """
    return _judged(study, StudyResult.of(study))


def _judged(study: StudyRecord, result: StudyResult) -> Evidence | None:
    evidence = result.evidence
    return evidence if evidence is not None and evidence.best == study.best_trial else None


def leading_of(study: StudyRecord) -> Leading | None:
    """Return the score of the best trial; None where no trial is complete.

    Parameters
    ----------
    study : StudyRecord

    Returns
    -------
    Leading or None
    """
    return leading_in(study, StudySpec.of_study(study), StudyResult.of(study))


def leading_in(study: StudyRecord, spec: StudySpec, result: StudyResult) -> Leading | None:
    """Return what `leading_of` does, of a study whose settings and result are decoded already.

    Parameters
    ----------
    study : StudyRecord
    spec : StudySpec
    result : StudyResult

    Returns
    -------
    Leading or None
    """
    if study.best_trial is None or study.best_value is None:
        return None
    n_repeats = spec.split.n_repeats
    evidence = _judged(study, result)
    if evidence is None:
        return Leading(study.best_trial, study.best_value, None, n_repeats, None)
    spread = None
    if result.best is not None and evidence.n_repeats > n_repeats:
        spread = result.best.cv_std
    return Leading(study.best_trial, evidence.mean, spread, evidence.n_repeats, evidence)


def margin_of(study: StudyRecord) -> Margin | None:
    """Return the best trial against the best baseline; None where one of them has no score.

    Parameters
    ----------
    study : StudyRecord

    Returns
    -------
    Margin or None
    """
    return margin_in(study, StudyResult.of(study))


def margin_in(study: StudyRecord, result: StudyResult) -> Margin | None:
    """Return what `margin_of` does, of a study whose result is decoded already.

    Parameters
    ----------
    study : StudyRecord
    result : StudyResult

    Returns
    -------
    Margin or None
    """
    sign = study.direction.sign
    evidence = _judged(study, result)
    if evidence is not None and evidence.verdicts:
        means = {
            name: scored.cv_mean
            for name, scored in result.baselines.items()
            if name in evidence.verdicts and scored.cv_mean is not None
        }
        if means:
            best = max(means, key=lambda name: sign * means[name])
            verdict = evidence.verdicts[best]
            return Margin(best, means[best], verdict.difference, sign * verdict.difference > 0, verdict)
    if study.best_value is None or study.best_baseline is None or study.best_baseline_value is None:
        return None
    difference = study.best_value - study.best_baseline_value
    return Margin(study.best_baseline, study.best_baseline_value, difference, sign * difference > 0)
