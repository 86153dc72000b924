"""What the details of a trial tell in words and figures."""

from __future__ import annotations

from ...engine.domain import formatting
from ...engine.domain.spec import StudySpec
from ...engine.statistics.comparison import all_scores, has_further_repeats
from ...engine.statistics.epochs import optimistic_score
from ...storage.records import Curves, FoldScores, StudyRecord, TrialRecord
from .. import words
from ..speech import tr


def against_baseline(study: StudyRecord, trial: TrialRecord) -> str:
    """Return how a trial stands against the best baseline, in words."""
    if trial.value is None or study.best_baseline_value is None or study.best_baseline is None:
        return study.metric
    difference = trial.value - study.best_baseline_value
    return tr(
        "{metric} · {difference} against {baseline} {value}",
        metric=study.metric,
        difference=formatting.number(
            difference, formatting.decimals_for(difference, trial.value_std), sign=True
        ),
        baseline=words.baseline(study.best_baseline, study.task),
        value=formatting.number(study.best_baseline_value),
    )


def score_on_repeats(
    study: StudyRecord, trial: TrialRecord, scores: FoldScores | None
) -> list[tuple[str, str]]:
    """Return the score over all repeats of the folds of a finalist or baseline: what decided; or nothing."""
    every = all_scores(study, trial, scores) if has_further_repeats(study, trial) else None
    if every is None or scores is None:
        return []
    n_repeats = len(every) // StudySpec.of_study(study).split.n_folds
    shown = formatting.score(float(every.mean()), float(every.std(ddof=1)))
    return [(tr("Over {n} repeats", n=n_repeats), shown)]


def score_of_best_epochs(curves: Curves | None, study: StudyRecord) -> list[tuple[str, str]]:
    """Return what the score would be by each fold's own best epoch, as versions before 0.2 told it; or nothing."""
    value = optimistic_score(curves, study.direction)
    if value is None:
        return []
    return [(tr("Best epoch of each fold (optimistic)"), formatting.number(value))]


def facts(trial: TrialRecord) -> list[tuple[str, str]]:
    """Return the facts of a trial as pairs of name and value."""
    epochs = formatting.NOTHING
    if trial.epoch is not None:
        epochs = f"{trial.epoch} / {trial.n_epochs}" if trial.n_epochs else str(trial.epoch)
    return [
        (tr("Family"), words.family(trial.family)),
        (tr("Epochs"), epochs),
        (tr("Parameters"), formatting.count(trial.n_parameters)),
        (tr("Duration"), formatting.seconds(trial.duration_s)),
        (tr("Peak memory"), formatting.size(trial.peak_memory_bytes)),
        (tr("Finished"), words.ago(trial.finished_at)),
    ]
