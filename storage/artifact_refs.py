"""Which rows need which artifacts: the table ``artifact_refs``, kept by the transactions that write the rows.

`PLACES` is the one list of columns, and of places in JSON, that name an artifact. What is not in it is no reference: a
digest elsewhere (of an audited model, say) keeps no file alive. For modules of storage only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import delete, event, insert, inspect, select
from sqlalchemy.orm import Session

from .codecs import decode_json
from .tables import ArtifactRefRow, DatasetRow, OutOfFoldRow, Row, StudyRow, TrialRow, VariantRow

EACH = "*"
"""In the path of a `Place`: every item of a list."""


@dataclass(frozen=True, slots=True)
class ArtifactRef:
    """That a row needs an artifact.

    Attributes
    ----------
    owner : {"dataset", "study", "trial", "variant"}
    owner_id : int
    role : str
        What the artifact is to it.
    sha256 : str
    """

    owner: str
    owner_id: int
    role: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a row that may name an artifact.

    Attributes
    ----------
    owner, role : str
    table : type
    column : str
    path : tuple of str
        Keys inside the column's JSON, `EACH` for all items of a list; empty where the column is the digest itself.
    key : str
        Column with the owner's id.
    """

    owner: str
    role: str
    table: type[Row]
    column: str
    path: tuple[str, ...] = ()
    key: str = "id"

    def read(self, owner_id: int, value: str | None) -> list[ArtifactRef]:
        """Return the references that a value of the column holds.

        Parameters
        ----------
        owner_id : int
        value : str or None

        Returns
        -------
        list of ArtifactRef
        """
        found = _inside(value, self.path) if self.path else [value]
        return [ArtifactRef(self.owner, owner_id, self.role, sha256) for sha256 in found if sha256]


def _inside(text: str | None, path: tuple[str, ...]) -> list[str | None]:
    # Decoded only where it can hold the digest.
    if text is None or f'"{path[-1]}"' not in text:
        return []
    found: list[Any] = [decode_json(text)]
    for name in path:
        if name == EACH:
            found = [item for one in found if isinstance(one, list) for item in cast("list[Any]", one)]
        else:
            found = [cast("dict[str, Any]", one).get(name) for one in found if isinstance(one, dict)]
    return [str(one) for one in found if one is not None]


PLACES: tuple[Place, ...] = (
    Place("dataset", "table", DatasetRow, "table_sha256"),
    # Until version 0.2 the arrays of images stood beside the columns.
    Place("dataset", "pixels", DatasetRow, "schema", ("images", "sha256")),
    Place("dataset", "array", DatasetRow, "schema", ("columns", EACH, "array", "sha256")),
    Place("study", "split", StudyRow, "split_sha256"),
    Place("study", "final_model", StudyRow, "result", ("model_sha256",)),
    Place("study", "repeats", StudyRow, "result", ("repeats", "sha256")),
    Place("study", "repeat_splits", StudyRow, "result", ("repeats", "splits_sha256")),
    Place("trial", "model", TrialRow, "model_sha256"),
    Place("trial", "out_of_fold", OutOfFoldRow, "artifact_sha256", key="trial_id"),
    Place("variant", "file", VariantRow, "artifact_sha256"),
    Place("variant", "model", VariantRow, "measures", ("model_sha256",)),
)


def _places_of(row: object) -> list[Place]:
    return [place for place in PLACES if type(row) is place.table]


def keep_refs(session: Session) -> None:
    """Have a session write the references of all rows that it adds, changes or deletes.

    Of rows that a statement changes without loading them it knows nothing: such statements must leave `PLACES` alone.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.
    """
    event.listen(session, "after_flush", _after_flush)


def is_needed(session: Session, sha256: str) -> bool:
    """Whether any row needs an artifact.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.
    sha256 : str
        Of the artifact, 64 hex digits.

    Returns
    -------
    bool
    """
    found = select(ArtifactRefRow.sha256).where(ArtifactRefRow.sha256 == sha256).limit(1)
    return session.scalars(found).first() is not None


def needed_artifacts(session: Session) -> set[str]:
    """Return the digests of all artifacts that some row needs.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.

    Returns
    -------
    set of str
    """
    return set(session.scalars(select(ArtifactRefRow.sha256).distinct()))


def wrong_refs(session: Session) -> tuple[set[ArtifactRef], set[ArtifactRef]]:
    """Return the references that the rows hold and the table lacks, and those that it has and no row holds.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.

    Returns
    -------
    tuple of (set of ArtifactRef, set of ArtifactRef)
    """
    held, kept = _held(session), _kept(session)
    return held - kept, kept - held


def mend_refs(session: Session) -> int:
    """Make the table agree with the rows; return how many references were wrong.

    Parameters
    ----------
    session : Session
        Of the transaction that this is a part of.

    Returns
    -------
    int
    """
    missing, surplus = wrong_refs(session)
    for ref in surplus:
        session.execute(delete(ArtifactRefRow).filter_by(**_values(ref)))
    if missing:
        session.execute(insert(ArtifactRefRow), [_values(ref) for ref in missing])
    return len(missing) + len(surplus)


def _held(session: Session) -> set[ArtifactRef]:
    found = set[ArtifactRef]()
    for place in PLACES:
        columns = place.table.__table__.c
        statement = select(columns[place.key], columns[place.column])
        for owner_id, value in session.execute(statement).yield_per(1000):
            found.update(place.read(owner_id, value))
    return found


def _kept(session: Session) -> set[ArtifactRef]:
    columns = (ArtifactRefRow.owner, ArtifactRefRow.owner_id, ArtifactRefRow.role, ArtifactRefRow.sha256)
    return {ArtifactRef(*row) for row in session.execute(select(*columns))}


def _values(ref: ArtifactRef) -> dict[str, Any]:
    return {"owner": ref.owner, "owner_id": ref.owner_id, "role": ref.role, "sha256": ref.sha256}


def _after_flush(session: Session, _context: object) -> None:
    for row in session.new:
        for place in _places_of(row):
            _add(session, place, row)
    for row in session.dirty:
        for place in _places_of(row):
            if inspect(row).attrs[place.column].history.has_changes():
                _drop(session, place, row)
                _add(session, place, row)
    for row in session.deleted:
        for place in _places_of(row):
            _drop(session, place, row)


def _add(session: Session, place: Place, row: Row) -> None:
    refs = place.read(getattr(row, place.key), getattr(row, place.column))
    values = [_values(ref) for ref in refs]
    if values:
        session.connection().execute(insert(ArtifactRefRow), values)


def _drop(session: Session, place: Place, row: Row) -> None:
    statement = delete(ArtifactRefRow).where(
        ArtifactRefRow.owner == place.owner,
        ArtifactRefRow.owner_id == getattr(row, place.key),
        ArtifactRefRow.role == place.role,
    )
    session.connection().execute(statement)
