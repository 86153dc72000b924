"""Trials side by side: what differs, and what may be said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.domain import formatting
from ...engine.domain.comparable import are_comparable
from ...engine.domain.errors import Message
from ...engine.domain.evidence import Verdict
from ...engine.domain.spec import StudySpec
from ...engine.domain.trial_view import TrialView
from ...engine.domain.verdict import another_way_sentence, verdict_sentence, word_message
from ...engine.statistics.comparison import all_scores, compare_trials
from ...storage.records import FoldScores, StudyRecord
from .. import words
from ..speech import sentence, tr
from .trial_facts import facts

MOST_COMPARED = 40
"""Trials side by side: more columns nobody reads, and each is read from the store with its curves."""
MOST_CURVES = 8
"""Of these, the first ones, whose curves are drawn: the palette has so many tones that are told apart."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One thing of several trials.

    Attributes
    ----------
    name : str
    values : tuple of str
        What each trial has.
    is_score : bool
        Whether it is the score that they are judged by.
    """

    name: str
    values: tuple[str, ...]
    is_score: bool = False

    @property
    def differs(self) -> bool:
        """Whether the trials have not all the same."""
        return self.is_score or len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class ComparedVerdict:
    """The first trial against another one.

    Attributes
    ----------
    name : str
        What the other one is called.
    tone : str
        Of its name, as its curve has it.
    verdict : Verdict or None
        None where the two cannot be compared.
    told : Message
        It in a sentence, or why there is none.
    """

    name: str
    tone: str
    verdict: Verdict | None
    told: Message

    @property
    def figures(self) -> str:
        """The verdict's word, the difference and its interval."""
        verdict = self.verdict
        if verdict is None:
            return ""
        decimals = formatting.decimals_for(verdict.difference, (verdict.high - verdict.low) / 4)
        low, high, difference = (
            formatting.number(value, decimals, sign=True)
            for value in (verdict.low, verdict.high, verdict.difference)
        )
        return f"{sentence(word_message(verdict.word))} · {difference} ({low} … {high})"


def tone_of(place: int) -> str:
    """Return the tone of the trial at a place: that of its curve, where it is drawn."""
    return f"series{place}" if place < MOST_CURVES else "text"


def verdicts(study: StudyRecord | None, views: Sequence[TrialView]) -> tuple[ComparedVerdict, ...]:
    """Return the first trial against each of the others, on the folds that both were judged on.

    Parameters
    ----------
    study : StudyRecord or None
    views : sequence of TrialView

    Returns
    -------
    tuple of ComparedVerdict
        None of trials that have no scores of all folds.
    """
    if study is None or not views:
        return ()
    lead = views[0]
    ours = all_scores(study, lead.trial, lead.scores)
    found: list[ComparedVerdict] = []
    for place, other in enumerate(views[1:], start=1):
        theirs = all_scores(study, other.trial, other.scores)
        if ours is None or theirs is None:
            continue
        name = words.trial_name(other.trial, study.task)
        if not are_comparable(lead.trial, other.trial):
            found.append(ComparedVerdict(name, tone_of(place), None, another_way_sentence(name)))
            continue
        verdict = compare_trials(study, ours, theirs)
        found.append(ComparedVerdict(name, tone_of(place), verdict, verdict_sentence(name, verdict)))
    return tuple(found)


def compared_rows(study: StudyRecord | None, views: Sequence[TrialView]) -> tuple[ComparedRow, ...]:
    """Return what the trials have: score, folds and metrics, then what differs, then what they share.

    Parameters
    ----------
    study : StudyRecord or None
    views : sequence of TrialView

    Returns
    -------
    tuple of ComparedRow
    """
    if study is None or not views:
        return ()
    stds = [view.trial.value_std for view in views]
    decimals = formatting.shared_decimals([view.trial.value for view in views], stds)
    score = tuple(formatting.number(view.trial.value, decimals) for view in views)
    spread = tuple(formatting.number(std, decimals) for std in stds)
    first = [ComparedRow(study.metric, score, is_score=True), ComparedRow("±", spread)]
    rest = [*_params(views), *_facts(views)]
    return (
        *first,
        *fold_rows(study, views),
        *_metrics(study, views),
        *(row for row in rest if row.differs),
        *(row for row in rest if not row.differs),
    )


def _params(views: Sequence[TrialView]) -> Iterator[ComparedRow]:
    for name in dict.fromkeys(name for view in views for name in view.trial.params):
        yield ComparedRow(name, tuple(formatting.parameter(view.trial.params.get(name)) for view in views))


def _facts(views: Sequence[TrialView]) -> Iterator[ComparedRow]:
    told = [dict(facts(view.trial)) for view in views]
    for name in dict.fromkeys(name for one in told for name in one):
        yield ComparedRow(name, tuple(one.get(name, "") for one in told))


def _metrics(study: StudyRecord, views: Sequence[TrialView]) -> Iterator[ComparedRow]:
    """Yield the other metrics, each the mean over the folds."""
    names = dict.fromkeys(name for view in views if view.scores is not None for name in view.scores.metrics)
    for name in names:
        if name != study.metric:
            values = [_values(name, view.scores) for view in views]
            means = [float(np.mean(one)) if one else None for one in values]
            spreads = [float(np.std(one, ddof=1)) if len(one) > 1 else None for one in values]
            decimals = formatting.shared_decimals(means, spreads)
            yield ComparedRow(name, tuple(formatting.number(mean, decimals) for mean in means))


def fold_rows(study: StudyRecord | None, views: Sequence[TrialView]) -> list[ComparedRow]:
    """Return what each fold is called and what the trials scored there; empty where a trial has no such fold.

    Parameters
    ----------
    study : StudyRecord or None
    views : sequence of TrialView

    Returns
    -------
    list of ComparedRow
    """
    if study is None:
        return []
    judged = [_values(study.metric, view.scores) for view in views]
    n_folds = StudySpec.of_study(study).split.n_folds
    spreads = [view.trial.value_std for view in views]
    decimals = formatting.shared_decimals([view.trial.value for view in views], spreads)
    rows: list[ComparedRow] = []
    for place in range(max(map(len, judged), default=0)):
        repeat, fold = divmod(place, n_folds)
        name = tr("fold {fold}", fold=fold + 1)
        if repeat:
            name = tr("fold {fold}, repeat {repeat}", fold=fold + 1, repeat=repeat + 1)
        values = (formatting.number(one[place], decimals) if place < len(one) else "" for one in judged)
        rows.append(ComparedRow(name, tuple(values)))
    return rows


def _values(metric: str, scores: FoldScores | None) -> list[float]:
    if scores is None or metric not in scores.metrics:
        return []
    return scores.values[:, scores.metrics.index(metric)].tolist()
