"""What came of a study, in words and figures."""

from __future__ import annotations

from ...engine.domain import formatting
from ...engine.domain.leading import judged, leading_of, margin_of
from ...engine.domain.results import Scores, StudyResult
from ...engine.domain.resuming import found_nothing
from ...engine.domain.verdict import (
    OLD_WAY,
    headline,
    looks_sentence,
    sentences,
)
from ...storage.records import StudyRecord, StudyState
from .. import words
from ..speech import sentence, tr

_TELLING = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "rmse", "mae", "r2")


def verdict(study: StudyRecord) -> str:
    """Return one sentence on whether the search was worth it; a search that can go on is not judged yet."""
    evidence = judged(study)
    if evidence is not None:
        return sentence(headline(evidence, words.baseline_names(study)))
    if found_nothing(study) is not None and study.best_baseline is not None:
        name = words.baseline(study.best_baseline, study.task)
        score = formatting.number(study.best_baseline_value)
        return tr(
            "No network was trained; the best baseline is {baseline}, {score}.", baseline=name, score=score
        )
    if study.best_value is None:
        return tr("No trial was completed yet.")
    margin = margin_of(study)
    if margin is None:
        return tr("There is no baseline to compare with.")
    name = words.baseline(margin.baseline, study.task)
    if study.state in (StudyState.DONE, StudyState.STOPPED):
        # Made by version 0.1.0, or its predictions are lost.
        if margin.is_ahead:
            return tr(
                "The best network is ahead of {baseline}; whether by more than chance was not judged.",
                baseline=name,
            )
        return tr("No network is ahead of {baseline}.", baseline=name)
    if margin.is_ahead:
        return tr("So far the best network is ahead of {baseline}; nothing is decided yet.", baseline=name)
    return tr("So far no network is ahead of {baseline}; nothing is decided yet.", baseline=name)


def detail_lines(study: StudyRecord, spread: float | None, *, is_old: bool = False) -> list[str]:
    """Return what stands below the verdict: size, interval and probabilities against each baseline, and its basis."""
    if is_old:
        return [sentence(OLD_WAY)]
    evidence = judged(study)
    if evidence is None:
        return []
    ours, theirs = StudyResult.of(study).holdout_scores(study.metric)
    decimals = formatting.decimals_for(study.best_value, spread)
    said = sentences(
        evidence, ours=ours, baselines=theirs, decimals=decimals, label=words.baseline_names(study)
    )
    if study.n_looks:
        said.append(looks_sentence(study.n_looks))
    return [sentence(message) for message in said[1:]]


def result_rows(study: StudyRecord, spread: float | None) -> list[tuple[str, str]]:
    """Return what the end of the search found, as pairs of name and value; what is missing is left out."""
    result = StudyResult.of(study)
    leading = leading_of(study)
    spread = leading.spread if leading is not None and leading.spread is not None else spread
    decimals = formatting.decimals_for(None if leading is None else leading.value, spread)
    rows: list[tuple[str, str]] = []
    if leading is not None:
        name = tr("Cross-validated")
        if leading.n_repeats > 1:
            name = tr("Cross-validated, {n} repeats", n=leading.n_repeats)
        rows.append((name, formatting.score(leading.value, spread, decimals)))
    evidence = judged(study)
    if evidence is not None and evidence.corrected is not None:
        corrected = evidence.corrected
        low, high = (formatting.number(value, decimals) for value in (corrected.low, corrected.high))
        rows.append((tr("Corrected for the choice"), formatting.number(corrected.value, decimals)))
        rows.append((tr("95% interval"), f"{low} … {high}"))
    rows += _holdout_rows(study, result, decimals)
    if result.final is not None:
        kinds = {"refit": tr("refitted on all rows of the search"), "ensemble": tr("ensemble of the folds")}
        rows.append((tr("Final network"), kinds.get(result.final.kind, result.final.kind)))
    return rows


def _holdout_rows(study: StudyRecord, result: StudyResult, decimals: int) -> list[tuple[str, str]]:
    """Return the holdout scores: the metric judged, those of the baselines beside it, then a few others."""
    rows: list[tuple[str, str]] = []
    scores: Scores = result.best.holdout or {} if result.best is not None else {}
    if study.metric in scores:
        name = tr("Holdout {metric}", metric=study.metric)
        rows.append((name, formatting.number(scores[study.metric], decimals)))
    _, baselines = result.holdout_scores(study.metric)
    for name, theirs in baselines.items():
        if theirs is not None:
            said = tr("Holdout of {baseline}", baseline=words.baseline(name, study.task))
            rows.append((said, formatting.number(theirs, decimals)))
    others = [name for name in _TELLING if name in scores and name != study.metric]
    return rows + [
        (tr("Holdout {metric}", metric=name), formatting.number(scores[name])) for name in others[:3]
    ]
