"""All studies of a workspace with their settings and results, and which of them are damaged. Light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeAlias

from ...storage.records import DamagedStudy, Failure, FailureKind, StudyList, StudyRecord
from .errors import Message, WorkspaceError
from .results import StudyResult
from .spec import StudySpec

if TYPE_CHECKING:
    from ...storage.store import Store


@dataclass(frozen=True, slots=True)
class ReadStudy:
    """A study whose settings and result have been decoded."""

    record: StudyRecord
    spec: StudySpec
    result: StudyResult

    @classmethod
    def of(cls, record: StudyRecord) -> Self:
        """Decode what is stored of a study.

        Parameters
        ----------
        record : StudyRecord

        Returns
        -------
        ReadStudy

        Raises
        ------
        WorkspaceError
            Where its settings or its result cannot be read.
        """
        return cls(record, StudySpec.of_study(record), StudyResult.of(record))


ReadStudies: TypeAlias = StudyList[ReadStudy]
"""The studies of a workspace as `list_studies` returns them."""


def list_studies(store: Store, *, archived: bool | None = False) -> ReadStudies:
    """Return the studies of a workspace; those whose settings or result cannot be read count as damaged too.

    Parameters
    ----------
    store : Store
    archived : bool or None
        Whether to return those archived or the others; None for all.

    Returns
    -------
    ReadStudies
    """
    stored = store.study_list(archived=archived)
    studies: list[ReadStudy] = []
    damaged = list(stored.damaged)
    for record in stored.studies:
        try:
            studies.append(ReadStudy.of(record))
        except WorkspaceError as error:
            damaged.append(damaged_study(record, error.sentence))
    return StudyList(tuple(studies), tuple(damaged))


def damaged_study(study: StudyRecord, problem: Message) -> DamagedStudy:
    """Return a study as a damaged one.

    Parameters
    ----------
    study : StudyRecord
    problem : Message
        What of it cannot be read.

    Returns
    -------
    DamagedStudy
    """
    return DamagedStudy(study.id, study.name, study.archived, Failure.of(FailureKind.ERROR, problem))
