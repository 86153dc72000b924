"""The store's looks at holdouts: who scored something on which rows that no search may see. Reached through `Store`."""

from __future__ import annotations

from sqlalchemy import select

from .base import StoreBase, bumped
from .cells import now_us, to_time
from .records import LookPurpose, LookRecord
from .tables import LookRow, StudyRow


class LookStore(StoreBase):
    """Looks are kept for the rows, not for a study: two studies of one file may hold out the same rows."""

    def add_look(self, rows_digest: str, *, study_id: int | None, purpose: LookPurpose) -> LookRecord:
        """Record that something was scored on held out rows.

        Parameters
        ----------
        rows_digest : str
            sha256 of the data set's digest and the rows.
        study_id : int or None
            Of the study in the store; None where it is not there any more.
        purpose : LookPurpose
            Why they were looked at.

        Returns
        -------
        LookRecord
        """
        with self._write() as session:
            # Every study that holds out these rows is told anew how often they were looked at.
            revision = bumped(session)
            holders = select(StudyRow).where(StudyRow.holdout_digest == rows_digest)
            for study in session.scalars(holders):
                study.revision = revision
            row = LookRow(
                rows_digest=rows_digest, study_id=study_id, purpose=LookPurpose(purpose), at_us=now_us()
            )
            session.add(row)
            session.flush()
            return _record(row)

    def looks(self, rows_digest: str) -> list[LookRecord]:
        """Return the looks at held out rows, the oldest first.

        Parameters
        ----------
        rows_digest : str
            sha256 of the data set's digest and the rows.

        Returns
        -------
        list of LookRecord
        """
        with self._read() as session:
            found = select(LookRow).where(LookRow.rows_digest == rows_digest).order_by(LookRow.id)
            return [_record(row) for row in session.scalars(found)]


def _record(row: LookRow) -> LookRecord:
    return LookRecord(row.id, row.rows_digest, row.study_id, LookPurpose(row.purpose), to_time(row.at_us))
