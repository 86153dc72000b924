"""Reading trials: one, some, or tens of thousands at once. Reached through `Store`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from .base import current_revision, get_study, get_trial
from .codecs import decode_array, decode_curves, decode_object, decode_scores
from .damage import UNREADABLE, check_columns, sound
from .errors import NotFoundError
from .records import Curves, Floats, FoldScores, TrialKind, TrialRecord, TrialState, TrialTable
from .tables import CurvesRow, DigestsRow, FoldScoresRow, OutOfFoldRow, TrialRow
from .trial_table import SQL_COLUMNS, table_of, updated
from .trials import TrialStore

_TABLE_COLUMNS = (*SQL_COLUMNS, "digests_id")
# Ids in one statement; SQLite's own limit is far above.
_SQL_VARIABLES = 500


class TrialReads(TrialStore):
    """Trials, read."""

    def trial(self, trial_id: int) -> TrialRecord:
        """Return a trial.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.

        Returns
        -------
        TrialRecord

        Raises
        ------
        NotFoundError
            If there is none with this id.
        """
        with self._read() as session:
            return self._record(session, get_trial(session, trial_id))

    def trial_by_number(self, study_id: int, number: int) -> TrialRecord:
        """Return the trial of a study with this number (baselines: -1 and downwards).

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        number : int
            Of the trial in its study, from 0; baselines are below 0.

        Returns
        -------
        TrialRecord

        Raises
        ------
        NotFoundError
            If the study or the number does not exist.
        """
        with self._read() as session:
            statement = select(TrialRow).where(TrialRow.study_id == study_id, TrialRow.number == number)
            row = session.scalars(statement).one_or_none()
            if row is None:
                raise NotFoundError(
                    "The study {study!r} has no trial number {number}.",
                    study=get_study(session, study_id).name,
                    number=number,
                )
            return self._record(session, row)

    def trials(
        self, study_id: int, *, since_revision: int = 0, kinds: Collection[TrialKind] | None = None
    ) -> list[TrialRecord]:
        """Return the trials of a study that changed after `since_revision`, ordered by id.

        To follow a study: read `revision()` first, then the trials since the revision read the time before; a
        change may then be seen twice, and is never missed.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        since_revision : int
            Of the store, when they were read last; 0 for all.
        kinds : collection of TrialKind or None
            None for all.

        Returns
        -------
        list of TrialRecord
        """
        statement = select(TrialRow).where(TrialRow.study_id == study_id, TrialRow.revision > since_revision)
        if kinds is not None:
            statement = statement.where(TrialRow.kind.in_(list(kinds)))
        with self._read() as session:
            self._read_digests(session)
            return [self._record(session, row) for row in session.scalars(statement.order_by(TrialRow.id))]

    def skips_asked(self, study_id: int) -> list[int]:
        """Return the ids of a study's unfinished trials that the user asked to skip.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        list of int
        """
        statement = select(TrialRow.id).where(
            TrialRow.study_id == study_id,
            TrialRow.requested == "skip",
            TrialRow.state.in_((TrialState.WAITING, TrialState.RUNNING)),
        )
        with self._read() as session:
            return list(session.scalars(statement))

    def fold_scores(self, trial_id: int) -> FoldScores | None:
        """Return the scores of every replica, or None where the trial has none (yet).

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.

        Returns
        -------
        FoldScores or None

        Raises
        ------
        DamagedRowError
            If they are damaged.
        """
        with self._read() as session:
            row = session.get(FoldScoresRow, trial_id)
            return None if row is None else sound(row, lambda whole: decode_scores(whole.data))

    def curves(self, trial_id: int) -> Curves | None:
        """Return the learning curves recorded so far, or None; see `curves_of`.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.

        Returns
        -------
        Curves or None

        Raises
        ------
        DamagedRowError
            If they are damaged.
        """
        with self._read() as session:
            row = session.get(CurvesRow, trial_id)
            return None if row is None else sound(row, lambda whole: decode_curves(whole.data))

    def curves_of(self, trial_ids: Sequence[int]) -> dict[int, Curves]:
        """Return the learning curves of several trials by trial id.

        Trials without any are left out, and those whose curves are damaged: `curves` says so of each of them.

        Parameters
        ----------
        trial_ids : sequence of int

        Returns
        -------
        dict of int to Curves
        """
        found: dict[int, Curves] = {}
        with self._read() as session:
            for start in range(0, len(trial_ids), _SQL_VARIABLES):
                some = trial_ids[start : start + _SQL_VARIABLES]
                statement = select(CurvesRow.trial_id, CurvesRow.data).where(CurvesRow.trial_id.in_(some))
                for id_, data in session.execute(statement):
                    with suppress(*UNREADABLE):
                        found[id_] = decode_curves(data)
        return found

    def fold_scores_of(self, trial_ids: Sequence[int]) -> dict[int, FoldScores]:
        """Return the scores of several trials by trial id; trials without any are left out.

        Parameters
        ----------
        trial_ids : sequence of int

        Returns
        -------
        dict of int to FoldScores

        Raises
        ------
        DamagedRowError
            If some are damaged.
        """
        found: dict[int, FoldScores] = {}
        with self._read() as session:
            for start in range(0, len(trial_ids), _SQL_VARIABLES):
                some = trial_ids[start : start + _SQL_VARIABLES]
                for row in session.scalars(select(FoldScoresRow).where(FoldScoresRow.trial_id.in_(some))):
                    found[row.trial_id] = sound(row, lambda whole: decode_scores(whole.data))
        return found

    def has_out_of_fold(self, trial_id: int) -> bool:
        """Whether a trial has out-of-fold predictions.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.

        Returns
        -------
        bool
        """
        with self._read() as session:
            return session.get(OutOfFoldRow, trial_id) is not None

    def out_of_fold(self, trial_id: int) -> Floats | None:
        """Return the out-of-fold predictions, float32 in the shape they were given, or None.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.

        Returns
        -------
        ndarray of float or None

        Raises
        ------
        ArtifactError, DamagedRowError
            If they are missing or damaged.
        """
        with self._read() as session:
            row = session.get(OutOfFoldRow, trial_id)
        if row is None:
            return None

        def read(whole: OutOfFoldRow) -> Floats | None:
            sha256 = whole.artifact_sha256
            data = whole.data if sha256 is None else self.artifacts.read(sha256)
            return None if data is None else decode_array(data)

        return sound(row, read)

    def trial_table(self, study_id: int) -> TrialTable:
        """Return all trials of a study as columns: what a table of 50,000 trials is made of.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        TrialTable

        Raises
        ------
        NotFoundError
            If there is no such study.
        """
        statement = select(*(TrialRow.__table__.c[name] for name in _TABLE_COLUMNS))
        with self._read() as session:
            get_study(session, study_id)
            revision = current_revision(session)
            rows = session.execute(statement.where(TrialRow.study_id == study_id)).all()
            self._read_digests(session)
            try:
                return self._table(revision, rows)
            except UNREADABLE:
                # One by one it takes four times as long, and says which are damaged.
                trials = select(TrialRow).where(TrialRow.study_id == study_id).order_by(TrialRow.id)
                records = [self._record(session, row) for row in session.scalars(trials)]
                return updated(table_of(revision, {}), records, revision)

    def _table(self, revision: int, rows: Sequence[Row[Any]]) -> TrialTable:
        """Return the table of rows, or raise one of `UNREADABLE` where a cell is damaged."""
        # SQLite would copy all of every row to sort them.
        rows = sorted(rows, key=itemgetter(0))
        columns: dict[str, Sequence[Any]] = {}
        if rows:
            columns = dict(zip(_TABLE_COLUMNS, zip(*rows, strict=True), strict=True))
        check_columns(TrialRow, columns)
        ids = columns.pop("digests_id", ())
        scorings = {id_: str(decode_object(self._digests[id_]).get("scoring", "")) for id_ in set(ids)}
        columns["scoring"] = [scorings[id_] for id_ in ids]
        return table_of(revision, columns)

    def _read_digests(self, session: Session) -> None:
        """Read the digests that many trials share, before each trial would ask for its own."""
        found = session.execute(select(DigestsRow.id, DigestsRow.digests))
        self._digests.update((row.id, row.digests) for row in found)
