"""All studies of a workspace, and which of them are damaged. Light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...storage.records import DamagedStudy, Failure, FailureKind, StudyList, StudyRecord
from .errors import Message, WorkspaceError
from .results import StudyResult
from .spec import StudySpec

if TYPE_CHECKING:
    from ...storage.store import Store


def list_studies(store: Store, *, archived: bool | None = False) -> StudyList:
    """Return the studies of a workspace; those whose settings or result cannot be read count as damaged too.

    Parameters
    ----------
    store : Store
    archived : bool or None
        Whether to return those archived or the others; None for all.

    Returns
    -------
    StudyList
    """
    stored = store.study_list(archived=archived)
    studies: list[StudyRecord] = []
    damaged = list(stored.damaged)
    for study in stored.studies:
        try:
            StudySpec.of_study(study)
            StudyResult.of(study)
        except WorkspaceError as error:
            damaged.append(damaged_study(study, error.sentence))
        else:
            studies.append(study)
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
