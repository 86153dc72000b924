"""What happened in a study, with the user's own notes between: made from its trials, so that nothing is kept twice."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...engine.domain.leading import leading_of
from ...storage.records import NETWORKS, FailureKind, StudyRecord, StudyState, TrialKind, TrialState
from .. import words
from ..speech import counted, tr
from .trials_data import TrialsData

# A note begins with the line that says when it was written; what stands before the first is of no time.
_NOTE = re.compile(r"^## (\d{4}-\d\d-\d\d \d\d:\d\d)[ \t]*$", re.MULTILINE)
_NOTE_TIME = "%Y-%m-%d %H:%M"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that happened.

    Attributes
    ----------
    at_s : float
        Seconds since 1970, UTC.
    text : str
        A sentence; Markdown where it is a note.
    tone : str
        Of the dot beside it.
    trial : int or None
        The number of the trial that it is about.
    is_note : bool
    """

    at_s: float
    text: str
    tone: str = "muted"
    trial: int | None = None
    is_note: bool = False


def log_of(study: StudyRecord, data: TrialsData) -> list[LogEntry]:
    """Return what happened in a study, the newest first.

    Parameters
    ----------
    study : StudyRecord
    data : TrialsData
        Of its trials.

    Returns
    -------
    list of LogEntry
    """
    entries = [
        LogEntry(study.created_at.timestamp(), tr("Created")),
        *_moments(study),
        *_baselines(study, data),
        *_bests(study, data),
        *_own(data),
        *_failures(data),
        *_pruned(data),
        *notes_of(study),
    ]
    return sorted(entries, key=lambda entry: entry.at_s, reverse=True)


def notes_of(study: StudyRecord) -> list[LogEntry]:
    """Return the user's notes of a study, each at its time.

    Parameters
    ----------
    study : StudyRecord

    Returns
    -------
    list of LogEntry
        What was written without a time has that of the study.
    """
    before, *rest = _NOTE.split(study.notes)
    parts = [(study.created_at.timestamp(), before)]
    for when, text in zip(rest[::2], rest[1::2], strict=True):
        parts.append((datetime.strptime(when, _NOTE_TIME).astimezone().timestamp(), text))
    return [LogEntry(at, text.strip(), "accent", is_note=True) for at, text in parts if text.strip()]


def with_note(notes: str, text: str, now: datetime) -> str:
    """Return notes with another one at their end.

    Parameters
    ----------
    notes : str
    text : str
        Markdown.
    now : datetime
        Local time.

    Returns
    -------
    str
    """
    return f"{notes.rstrip()}\n\n## {now.strftime(_NOTE_TIME)}\n{text.strip()}\n".lstrip()


def _moments(study: StudyRecord) -> list[LogEntry]:
    entries: list[LogEntry] = []
    if study.started_at is not None:
        entries.append(LogEntry(study.started_at.timestamp(), tr("Started")))
    if study.finished_at is not None:
        name, tone = words.standing(study)
        why = words.failure_text(study.failure) if study.failure is not None else ""
        entries.append(LogEntry(study.finished_at.timestamp(), f"{name}. {why}".strip(" ."), tone))
        leading = leading_of(study)
        if leading is not None and leading.n_repeats > 1:
            said = tr(
                "On {n} repeats of the folds trial {number} is the best: {score}",
                n=leading.n_repeats,
                number=leading.number,
                score=formatting.score(leading.value, leading.spread),
            )
            entries.append(LogEntry(study.finished_at.timestamp(), said, "gold", leading.number))
    elif study.state is StudyState.PAUSED and study.heartbeat_at is not None:
        entries.append(LogEntry(study.heartbeat_at.timestamp(), tr("Paused"), "warning"))
    return entries


def _ended(data: TrialsData, state: TrialState, *kinds: TrialKind) -> NDArray[np.int64]:
    """Return the places of the trials of these kinds that ended so, in the order in which they did."""
    table = data.table
    wanted = (table.states == state) & np.isfinite(table.finished_s) & np.isin(table.kinds, kinds)
    places = np.flatnonzero(wanted)
    return places[np.argsort(table.finished_s[places], kind="stable")]


def _baselines(study: StudyRecord, data: TrialsData) -> list[LogEntry]:
    table = data.table
    return [
        LogEntry(
            float(table.finished_s[place]),
            tr(
                "Baseline {name}: {score}",
                name=words.baseline(str(table.names[place]), study.task),
                score=formatting.number(float(table.values[place])),
            ),
        )
        for place in _ended(data, TrialState.COMPLETE, TrialKind.BASELINE)
    ]


def _bests(study: StudyRecord, data: TrialsData) -> list[LogEntry]:
    """Return each trial that was better than all before it."""
    table = data.table
    places = _ended(data, TrialState.COMPLETE, *NETWORKS)
    places = places[~data.another_way[places]]
    gains = study.direction.sign * table.values[places]
    before = np.concatenate([[-np.inf], np.fmax.accumulate(gains)[:-1]]) if len(gains) else gains
    entries: list[LogEntry] = []
    for place in places[gains > before]:
        number = int(table.numbers[place])
        shown = formatting.score(float(table.values[place]), float(table.stds[place]))
        said = tr("Trial {number} is the best so far: {score}", number=number, score=shown)
        entries.append(LogEntry(float(table.finished_s[place]), said, "gold", number))
    return entries


def _own(data: TrialsData) -> list[LogEntry]:
    table = data.table
    return [
        LogEntry(
            float(table.finished_s[place]),
            tr(
                "Trial {number}, which you asked for: {score}",
                number=int(table.numbers[place]),
                score=formatting.score(float(table.values[place]), float(table.stds[place])),
            ),
            trial=int(table.numbers[place]),
        )
        for place in _ended(data, TrialState.COMPLETE, TrialKind.MANUAL)
    ]


def _failures(data: TrialsData) -> list[LogEntry]:
    """Return each kind of failure once, when it was met last, with the first trials that it befell."""
    table = data.table
    by_kind: dict[FailureKind, list[int]] = defaultdict(list)
    for place in map(int, _ended(data, TrialState.FAIL, *TrialKind)):
        failure = table.failures[place]
        if failure is not None and failure.kind is not FailureKind.RULED_OUT:
            by_kind[failure.kind].append(place)
    entries: list[LogEntry] = []
    for kind, places in by_kind.items():
        named = [str(table.names[i]) or f"#{int(table.numbers[i])}" for i in places[:_MOST_NAMED]]
        more = " …" if len(places) > _MOST_NAMED else ""
        said = counted(
            len(places),
            tr("1 trial failed, {kind}: {names}", kind=words.failure_kind(kind), names=named[0]),
            tr(
                "{n} trials failed, {kind}: {names}",
                n=len(places),
                kind=words.failure_kind(kind),
                names=", ".join(named) + more,
            ),
        )
        number = int(table.numbers[places[0]])
        entries.append(LogEntry(float(table.finished_s[places[-1]]), said, "bad", number))
    return entries


def _pruned(data: TrialsData) -> list[LogEntry]:
    places = _ended(data, TrialState.PRUNED, *NETWORKS)
    if not len(places):
        return []
    table = data.table
    searched = (table.kinds != TrialKind.BASELINE) & np.isin(
        table.states, (TrialState.COMPLETE, TrialState.PRUNED)
    )
    n_searched = int(np.count_nonzero(searched))
    said = tr(
        "{n} of {of} trials were given up early, {share}",
        n=f"{len(places):,}",
        of=f"{n_searched:,}",
        share=formatting.percent(len(places) / n_searched),
    )
    return [LogEntry(float(table.finished_s[places[-1]]), said)]
