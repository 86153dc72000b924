"""Studies side by side: whether they can be compared, and what each has found and was given."""

from __future__ import annotations

from collections.abc import Sequence

from ...engine.domain import formatting
from ...engine.domain.leading import Margin, leading_in, margin_in
from ...engine.domain.settings import SETTINGS, Setting, value_of
from ...engine.domain.study_list import ReadStudy
from .. import words
from ..speech import sentence, tr
from .comparing import ComparedRow

LEAST, MOST = 2, 10


def why_not_comparable(studies: Sequence[ReadStudy]) -> str:
    """Return why studies cannot stand side by side, in a sentence; empty where they can.

    Their scores say something of one another only where they were taken on the same rows: the same data, divided in the
    same way, judged by the same metric.

    Parameters
    ----------
    studies : sequence of ReadStudy

    Returns
    -------
    str
    """
    if not LEAST <= len(studies) <= MOST:
        return tr("Select {least} to {most} studies of the same data first.", least=LEAST, most=MOST)
    first = studies[0].record
    for other in (study.record for study in studies[1:]):
        names = {"name": other.name, "first": first.name}
        if other.dataset_id is None or other.dataset_id != first.dataset_id:
            return tr("{name} has other data than {first}, so their scores cannot be compared.", **names)
        if other.metric != first.metric:
            return tr("{name} is judged by another metric than {first}.", **names)
        if other.split_sha256 is None or first.split_sha256 is None:
            return tr("{name} or {first} has not been divided into folds yet; start it first.", **names)
        if other.split_sha256 != first.split_sha256:
            return tr(
                "{name} divides the rows in another way than {first}, so their scores cannot be compared; a duplicate"
                " has the same folds.",
                **names,
            )
    return ""


def study_rows(studies: Sequence[ReadStudy]) -> tuple[ComparedRow, ...]:
    """Return what the studies have found, then the settings in which they differ, then those that they share.

    Parameters
    ----------
    studies : sequence of ReadStudy

    Returns
    -------
    tuple of ComparedRow
    """
    if not studies:
        return ()
    leading = [leading_in(one.record, one.spec, one.result) for one in studies]
    margins = [margin_in(one.record, one.result) for one in studies]
    evidence = [one.result.evidence for one in studies]
    corrected = [None if found is None else found.corrected for found in evidence]
    n_trials = [sum(one.record.n_trials.values()) for one in studies]
    found = (
        ComparedRow(
            studies[0].record.metric,
            tuple(formatting.number(None if one is None else one.value) for one in leading),
            is_score=True,
        ),
        ComparedRow(
            tr("corrected"),
            tuple(
                formatting.NOTHING
                if one is None
                else f"{formatting.number(one.value)} ({formatting.number(one.low)} … {formatting.number(one.high)})"
                for one in corrected
            ),
        ),
        ComparedRow(
            tr("against baseline"),
            tuple(_margin(one, margin) for one, margin in zip(studies, margins, strict=True)),
        ),
        ComparedRow(
            tr("best trial"),
            tuple(
                formatting.NOTHING if one.record.best_trial is None else f"#{one.record.best_trial}"
                for one in studies
            ),
        ),
        ComparedRow(tr("state"), tuple(words.standing(one.record)[0] for one in studies)),
        ComparedRow(tr("trials"), tuple(formatting.count(n) for n in n_trials)),
        ComparedRow(tr("time"), tuple(formatting.clock(one.record.elapsed_s) for one in studies)),
    )
    settings = [
        ComparedRow(
            sentence(setting.label),
            tuple(_written(one, setting) for one in studies),
        )
        for setting in SETTINGS
    ]
    return (
        *found,
        *(row for row in settings if row.differs),
        *(row for row in settings if not row.differs and row.values[0]),
    )


def _margin(study: ReadStudy, margin: Margin | None) -> str:
    if margin is None:
        return formatting.NOTHING
    name = words.baseline(margin.baseline, study.record.task)
    return f"{formatting.number(margin.difference, sign=True)} {name}"


def _written(study: ReadStudy, setting: Setting) -> str:
    value: object = value_of(study.spec, setting)
    if value is None or value == () or value == "":
        return ""
    return formatting.parameter(list(value) if isinstance(value, tuple) else value)  # pyright: ignore[reportUnknownArgumentType]
