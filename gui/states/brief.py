"""What has come of a study since the user looked last, and what there is to decide: a few sentences with links."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np

from ...engine.domain import formatting
from ...engine.domain.evidence import Evidence
from ...engine.domain.leading import Leading, judged, leading_of
from ...storage.records import StudyRecord
from .. import words
from ..speech import counted, tr
from .trials_data import TrialsData

TRIAL_LINK, TIED_LINK = "trial:", "tied:"
_MOST_KEPT = 200
# What is less is hardly smaller.
_LEAST_TIMES = 1.2


class Seen(msgspec.Struct, frozen=True):
    """How a study stood when the user looked at it last.

    Attributes
    ----------
    at_s : float
        Seconds since 1970, UTC.
    n_trials : int
        That had ended.
    best : int or None
        Number of the best trial.
    value : float or None
        Its score.
    """

    at_s: float
    n_trials: int = 0
    best: int | None = None
    value: float | None = None

    @classmethod
    def of(cls, study: StudyRecord, at_s: float) -> Seen:
        """Return how a study stands now."""
        return cls(at_s, words.finished_trials(study), study.best_trial, study.best_value)


class SeenStudies:
    """When the user looked at which study last, as it is kept between runs of the window.

    Parameters
    ----------
    text : str
        As `text` gave it; what is damaged counts as not kept.
    """

    def __init__(self, text: str) -> None:
        try:
            self._by_study = msgspec.json.decode(text, type=dict[str, Seen]) if text else {}
        except msgspec.DecodeError:
            self._by_study = {}

    @staticmethod
    def key(workspace: str, study: StudyRecord) -> str:
        """Return what a study is kept under: another one may have its number in a workspace that is made anew."""
        return f"{workspace}|{study.id}|{study.created_at.timestamp():.0f}"

    def get(self, key: str) -> Seen | None:
        """Return how a study stood then; None where the user has never looked at it."""
        return self._by_study.get(key)

    def put(self, key: str, seen: Seen) -> None:
        """Keep how a study stands; of very many those that were seen last are kept."""
        self._by_study.pop(key, None)
        self._by_study[key] = seen
        while len(self._by_study) > _MOST_KEPT:
            self._by_study.pop(next(iter(self._by_study)))

    @property
    def text(self) -> str:
        """All that is kept."""
        return msgspec.json.encode(self._by_study).decode()


@dataclass(frozen=True, slots=True)
class Tied:
    """The trials that are not shown to be worse than the best one.

    Attributes
    ----------
    numbers : tuple of int
        But for the best.
    smallest : int
        Among them and the best, by parameters.
    times : float
        How many times smaller it is than the best, at least 1.
    """

    numbers: tuple[int, ...]
    smallest: int
    times: float


def tied_with_best(evidence: Evidence, data: TrialsData) -> Tied | None:
    """Return the trials that are tied with the best one; None where there are none.

    Parameters
    ----------
    evidence : Evidence
    data : TrialsData

    Returns
    -------
    Tied or None
    """
    numbers = tuple(number for number in evidence.tied if number != evidence.best)
    if not numbers:
        return None
    table = data.table
    sizes = {
        int(table.numbers[place]): float(table.measures["n_parameters"][place])
        for place in np.flatnonzero(np.isin(table.numbers, (evidence.best, *numbers)))
    }
    own = sizes.get(evidence.best, np.nan)
    known = {number: size for number, size in sizes.items() if np.isfinite(size) and size > 0}
    if not np.isfinite(own) or not known:
        return Tied(numbers, evidence.best, 1.0)
    smallest = min(known, key=lambda number: (known[number], number != evidence.best))
    return Tied(numbers, smallest, own / known[smallest])


def brief(study: StudyRecord, data: TrialsData, seen: Seen | None) -> str:
    """Return what is new and what there is to decide, as rich text with links; empty where nothing is.

    Parameters
    ----------
    study : StudyRecord
    data : TrialsData
        Of its trials.
    seen : Seen or None
        How the study stood when the user looked last; None where he never did, so that nothing is new.

    Returns
    -------
    str
        Links are `TRIAL_LINK` with a number, and `TIED_LINK` with numbers and commas.
    """
    said = [*_since(study, seen), *_choice(study, data)]
    return " ".join(said)


def _since(study: StudyRecord, seen: Seen | None) -> list[str]:
    leading = leading_of(study)
    n_new = 0 if seen is None else words.finished_trials(study) - seen.n_trials
    if seen is None or n_new <= 0:
        return []
    when = words.ago(datetime.fromtimestamp(seen.at_s, UTC))
    said = counted(
        n_new,
        tr("Since you looked, {when}: 1 trial more.", when=when),
        tr("Since you looked, {when}: {n} trials more.", when=when, n=f"{n_new:,}"),
    )
    if leading is None:
        return [html.escape(said)]
    return [html.escape(said), _best(leading, seen)]


def _best(leading: Leading, seen: Seen) -> str:
    values = {"trial": _trial(leading.number), "score": _score(leading)}
    if seen.best is None or seen.value is None:
        return tr("The best is {trial}: {score}.", **values)
    if seen.best == leading.number:
        return tr("The best is still {trial}: {score}.", **values)
    before = formatting.number(seen.value, formatting.decimals_for(leading.value, leading.spread))
    return tr("The best is {trial} now: {score}; it was {before}.", **values, before=before)


def _score(leading: Leading) -> str:
    decimals = formatting.decimals_for(leading.value, leading.spread)
    shown = formatting.score(leading.value, leading.spread, decimals)
    corrected = None if leading.evidence is None else leading.evidence.corrected
    if corrected is None:
        return html.escape(shown)
    told = tr("{score}, corrected {value}", score=shown, value=formatting.number(corrected.value, decimals))
    return html.escape(told)


def _choice(study: StudyRecord, data: TrialsData) -> list[str]:
    """Return what there is to choose from at the end of a search."""
    evidence = judged(study)
    tied = None if evidence is None else tied_with_best(evidence, data)
    if evidence is None or tied is None:
        return []
    link = TIED_LINK + ",".join(map(str, (evidence.best, *tied.numbers)))
    told = counted(
        len(tied.numbers),
        tr("1 trial is tied with the best"),
        tr("{n} trials are tied with the best", n=f"{len(tied.numbers):,}"),
    )
    told = f'<a href="{link}">{html.escape(told)}</a>'
    if tied.times < _LEAST_TIMES:
        return [tr("{tied}; none of them is smaller.", tied=told)]
    return [
        tr(
            "{tied}; the smallest of them, {trial}, is {times:.2g} times smaller.",
            tied=told,
            trial=_trial(tied.smallest),
            times=tied.times,
        )
    ]


def _trial(number: int) -> str:
    return f'<a href="{TRIAL_LINK}{number}">#{number}</a>'
