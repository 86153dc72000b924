"""What the parts of `Store` share: transactions, the store's revision, looking a row up. For storage only."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from .artifact_refs import keep_refs
from .artifacts import Artifacts
from .backends.protocol import Backend
from .errors import NotFoundError
from .tables import Row, StoreRow, StudyRow, TrialRow
from .workspace import Workspace

AnyRow = TypeVar("AnyRow", bound=Row)
Record = TypeVar("Record")


_BUMP = update(StoreRow).values(revision=StoreRow.revision + 1).returning(StoreRow.revision)


class StoreBase:
    """Base of the parts of `Store`; see there."""

    def __init__(self, workspace: Workspace, database: Backend) -> None:
        self.workspace = workspace
        self.artifacts = Artifacts(workspace.artifacts, writable=database.mode == "w")
        self._database = database
        # Rows of `digests` never change, so they are kept once read.
        self._digests: dict[int, str] = {}

    def _read(self) -> AbstractContextManager[Session]:
        return self._database.read()

    @contextmanager
    def _write(self) -> Generator[Session]:
        with self._database.write() as session:
            keep_refs(session)
            yield session

    def _change_those(
        self,
        statement: Select[AnyRow],
        condition: Callable[[AnyRow], bool],
        change: Callable[[Session, AnyRow], Record],
    ) -> list[Record]:
        """Change the rows that meet a condition, in one transaction; where none does, nothing waits or is written."""
        with self._read() as session:
            if not any(condition(row) for row in session.scalars(statement)):
                return []
        with self._write() as session:
            return [change(session, row) for row in session.scalars(statement).all() if condition(row)]


def bumped(session: Session) -> int:
    """Raise the store's revision by one, within the transaction of `session`, and return it.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.

    Returns
    -------
    int
    """
    # Once in every write, so without the ORM's part.
    return session.connection().execute(_BUMP).scalar_one()


def current_revision(session: Session) -> int:
    """Return the store's revision as `session` sees it.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.

    Returns
    -------
    int
    """
    return session.execute(select(StoreRow.revision)).scalar_one()


def get(session: Session, kind: type[AnyRow], what: str, id_: int) -> AnyRow:
    """Return a row by its id.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.
    kind : type
    what : str
        Names its kind in a sentence.
    id_ : int

    Returns
    -------
    instance of `kind`

    Raises
    ------
    NotFoundError
        If there is none; `what` names its kind in the sentence.
    """
    row = session.get(kind, id_)
    if row is None:
        raise NotFoundError("There is no {what} with the id {id} in this workspace.", what=what, id=id_)
    return row


def get_study(session: Session, study_id: int) -> StudyRow:
    """Return a study's row, or raise `NotFoundError`.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.
    study_id : int
        Of the study in the store.

    Returns
    -------
    StudyRow
    """
    return get(session, StudyRow, "study", study_id)


def get_trial(session: Session, trial_id: int) -> TrialRow:
    """Return a trial's row, or raise `NotFoundError`.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.
    trial_id : int
        Of the trial in the store, not its number.

    Returns
    -------
    TrialRow
    """
    return get(session, TrialRow, "trial", trial_id)
