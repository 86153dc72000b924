"""Trials side by side: what differs, and what may be said of it."""

from __future__ import annotations

from typing import Any

from ...engine.domain import formatting
from ...engine.domain.comparable import are_comparable
from ...engine.domain.errors import Message
from ...engine.domain.spec import StudySpec
from ...engine.domain.trial_view import TrialView
from ...engine.domain.verdict import another_way_sentence, verdict_sentence
from ...engine.statistics.comparison import all_scores, compare_trials
from ...storage.records import FoldScores, StudyRecord
from .. import words
from ..speech import tr
from .trial_facts import facts


def comparisons(study: StudyRecord | None, views: list[TrialView]) -> list[Message]:
    """Return the first trial against each of the others, on the folds that both were judged on."""
    if study is None or not views:
        return []
    lead = views[0]
    found: list[Message] = []
    for other in views[1:]:
        ours, theirs = (all_scores(study, view.trial, view.scores) for view in (lead, other))
        if ours is None or theirs is None:
            continue
        name = words.trial_name(other.trial, study.task)
        if not are_comparable(lead.trial, other.trial):
            found.append(another_way_sentence(name))
            continue
        verdict = compare_trials(study, ours, theirs)
        found.append(verdict_sentence(name, verdict))
    return found


def differences(views: list[TrialView]) -> tuple[list[tuple[str, list[str]]], list[tuple[str, list[str]]]]:
    """Return the params and facts that differ between the trials, and those that all share."""
    names = dict.fromkeys(name for view in views for name in view.trial.params)
    rows: list[tuple[str, list[Any]]] = [
        (name, [formatting.parameter(view.trial.params.get(name)) for view in views]) for name in names
    ]
    told = [facts(view.trial) for view in views]
    if told:
        rows += [(name, [fact[place][1] for fact in told]) for place, (name, _) in enumerate(told[0])]
    different = [(name, values) for name, values in rows if len(set(values)) > 1]
    same = [(name, values) for name, values in rows if len(set(values)) == 1]
    return different, same


def fold_rows(study: StudyRecord | None, views: list[TrialView]) -> list[tuple[str, list[str]]]:
    """Return what each fold is called and what the trials scored there; empty where a trial has no such fold."""
    if study is None:
        return []
    judged = [_judged(study.metric, view.scores) for view in views]
    n_folds = StudySpec.of_study(study).split.n_folds
    spreads = [view.trial.value_std for view in views]
    decimals = formatting.shared_decimals([view.trial.value for view in views], spreads)
    rows: list[tuple[str, list[str]]] = []
    for place in range(max(map(len, judged), default=0)):
        repeat, fold = divmod(place, n_folds)
        name = tr("fold {fold}", fold=fold + 1)
        if repeat:
            name = tr("fold {fold}, repeat {repeat}", fold=fold + 1, repeat=repeat + 1)
        rows.append(
            (
                name,
                [
                    formatting.number(values[place], decimals) if place < len(values) else ""
                    for values in judged
                ],
            )
        )
    return rows


def _judged(metric: str, scores: FoldScores | None) -> list[float]:
    if scores is None or metric not in scores.metrics:
        return []
    return scores.values[:, scores.metrics.index(metric)].tolist()
