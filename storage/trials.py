"""The store's trials, as the study's engine writes them; `trial_reads.py` reads. Reached through `Store`."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from .artifact_refs import is_needed
from .base import StoreBase, bumped, get_study, get_trial
from .cells import encode_failure, encode_tags, now_us
from .codecs import decode_json, encode_array, encode_curves, encode_json, encode_scores
from .errors import ConflictError
from .ranking import Direction, Rank, rank
from .records import Curves, Floats, Json, TrialKind, TrialOutcome, TrialRecord, TrialState
from .rows import put_measures, trial_measures, trial_record
from .tables import CurvesRow, DigestsRow, FoldScoresRow, OutOfFoldRow, StudyRow, TrialRequestRow, TrialRow
from .trial_columns import measures_of

# Above this, out-of-fold predictions become an artifact: in the database they would pass twice through the
# write-ahead log, hold up every other writer meanwhile, and be copied by every backup; below it a row is one
# sync cheaper than a file.
OOF_ARTIFACT_BYTES = 1 << 20


class TrialStore(StoreBase):
    """Trials. Only the engine that claimed the study writes them, but for `edit_trial` and `request_skip`."""

    def create_trial(
        self,
        *,
        study_id: int,
        number: int,
        kind: TrialKind,
        family: str,
        params: Json,
        name: str = "",
        n_epochs: int | None = None,
        digests: Json | None = None,
        user_attrs: Json | None = None,
        worker: str | None = None,
        request: int | None = None,
    ) -> TrialRecord:
        """Record a trial in state WAITING, or RUNNING on the named worker at once.

        Parameters
        ----------
        study_id : int
            Of the study in the store.
        number : int
            Of the trial in its study, from 0; baselines are below 0.
        kind : TrialKind
        family : str
        params : mapping
        name : str
        n_epochs : int or None
            Epochs at most.
        digests : mapping or None
            Of data, split, preprocessing and metric.
        user_attrs : mapping or None
            Further facts.
        worker : str or None
            Its name.
        request : int or None
            Of the request that it meets, which goes with it.

        Returns
        -------
        TrialRecord

        Raises
        ------
        NotFoundError
            If there is no such study.
        ConflictError
            If the study has a trial of this number.
        """
        with self._write() as session:
            study = get_study(session, study_id)
            if session.scalars(_numbered(study_id, number)).first() is not None:
                raise ConflictError(
                    "The study {study!r} has a trial number {number} already.",
                    study=study.name,
                    number=number,
                )
            now = now_us()
            text = encode_json(digests or {})
            row = TrialRow(
                revision=bumped(session),
                study_id=study_id,
                number=number,
                kind=TrialKind(kind),
                name=name,
                family=family,
                params=encode_json(params),
                state=TrialState.WAITING if worker is None else TrialState.RUNNING,
                worker=worker,
                created_us=now,
                started_us=None if worker is None else now,
                n_epochs=n_epochs,
                digests_id=_digests_id(session, text),
                user_attrs=encode_json(user_attrs or {}),
                notes="",
                tags="[]",
                pinned=False,
                archived=False,
            )
            session.add(row)
            if request is not None:
                session.execute(delete(TrialRequestRow).where(TrialRequestRow.id == request))
                study.revision = row.revision
            session.flush()
            # `_record` would keep the digests by an id that is free again if the commit fails.
            return trial_record(row, text)

    def start_trial(self, trial_id: int, worker: str, digests: Json | None = None) -> TrialRecord:
        """Set a WAITING trial to RUNNING on the named worker.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.
        worker : str
            Its name.
        digests : Json, optional
            In place of those that it was created with, where it is scored in another way than it would have been then.

        Returns
        -------
        TrialRecord

        Raises
        ------
        ConflictError
            If the trial is not WAITING.
        """
        with self._write() as session:
            row = get_trial(session, trial_id)
            if row.state != TrialState.WAITING:
                raise ConflictError(
                    "Trial {number} is {state}, so it cannot be started.", number=row.number, state=row.state
                )
            row.revision = bumped(session)
            row.state, row.worker, row.started_us = TrialState.RUNNING, worker, now_us()
            if digests is not None:
                row.digests_id = _digests_id(session, encode_json(digests))
            session.flush()
            return self._record(session, row)

    def record_progress(
        self, trial_id: int, *, epoch: int, curves: Curves | None, peak_memory_bytes: int | None = None
    ) -> bool:
        """Record how far a RUNNING trial is; `curves` are all curves so far, in place of those before.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.
        epoch : int
            Epochs done by the slowest replica.
        curves : Curves or None
            None keeps those that were recorded before.
        peak_memory_bytes : int or None
            Of the worker.

        Returns
        -------
        bool
            False, and nothing was changed, if the trial is not RUNNING: progress may arrive late.
        """
        with self._write() as session:
            row = get_trial(session, trial_id)
            if row.state != TrialState.RUNNING:
                return False
            row.revision = bumped(session)
            row.epoch = epoch
            if peak_memory_bytes is not None:
                put_measures(row, {"peak_memory_bytes": peak_memory_bytes})
            if curves is not None:
                _put_curves(session, trial_id, curves)
            return True

    def finish_trial(self, trial_id: int, outcome: TrialOutcome) -> TrialRecord:
        """End a trial: everything of `outcome` is committed together, and the study's best with it.

        The one function that ends a trial. A COMPLETE search trial becomes the study's best if its
        value is strictly better than the best so far, or equal with fewer parameters (else of equal ones the
        first stays); a COMPLETE baseline likewise the best baseline.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.
        outcome : TrialOutcome

        Returns
        -------
        TrialRecord

        Raises
        ------
        ConflictError
            If the trial has ended already, `outcome.state` is no end, a COMPLETE trial has no value (or NaN),
            or a FAIL has no failure. Nothing is changed then.
        StoreFullError, LockedStoreError
            Nothing is changed; the call can be repeated.
        """
        _check_outcome(outcome)
        # Its file is safe on the disk before a row names it.
        big = self._big_oof(outcome.oof)
        with self._write() as session:
            row = get_trial(session, trial_id)
            if TrialState(row.state).is_finished:
                raise ConflictError(
                    "Trial {number} has ended already ({state}); it cannot end twice.",
                    number=row.number,
                    state=row.state,
                )
            row.revision = bumped(session)
            _apply(row, outcome)
            if outcome.scores is not None:
                session.add(FoldScoresRow(trial_id=trial_id, data=encode_scores(outcome.scores)))
            if outcome.curves is not None:
                _put_curves(session, trial_id, outcome.curves)
            if outcome.oof is not None:
                data = None if big else encode_array(outcome.oof.astype(np.float32, copy=False))
                session.add(OutOfFoldRow(trial_id=trial_id, data=data, artifact_sha256=big))
            if outcome.state == TrialState.COMPLETE:
                _update_best(session, get_study(session, row.study_id), row)
            session.flush()
            return self._record(session, row)

    def drop_model(self, trial_id: int, sha256: str) -> bool:
        """Forget a trial's networks, and delete their artifact unless something else names it.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.
        sha256 : str
            Of the artifact, 64 hex digits.

        Returns
        -------
        bool
            Whether the artifact was deleted.
        """
        with self._write() as session:
            row = get_trial(session, trial_id)
            if row.model_sha256 == sha256:
                row.revision = bumped(session)
                row.model_sha256 = None
                session.flush()
            # Still inside the transaction: nobody can name it meanwhile.
            is_free = not is_needed(session, sha256)
            if is_free:
                self.artifacts.delete(sha256)
            return is_free

    def requeue_running(self, study_id: int) -> list[TrialRecord]:
        """Set all RUNNING trials of a study to WAITING, as if never started, in one transaction; return them.

        For an engine that has claimed a study after a crash. Their partial curves are dropped.

        Parameters
        ----------
        study_id : int
            Of the study in the store.

        Returns
        -------
        list of TrialRecord
        """
        with self._write() as session:
            statement = select(TrialRow).where(
                TrialRow.study_id == study_id, TrialRow.state == TrialState.RUNNING
            )
            rows = session.scalars(statement.order_by(TrialRow.id)).all()
            if not rows:
                return []
            revision = bumped(session)
            for row in rows:
                row.revision = revision
                row.state, row.worker, row.started_us, row.epoch = TrialState.WAITING, None, None, None
                session.execute(delete(CurvesRow).where(CurvesRow.trial_id == row.id))
            session.flush()
            return [self._record(session, row) for row in rows]

    def request_skip(self, trial_id: int) -> bool:
        """Ask the engine to skip a trial; False if the trial has ended already.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.

        Returns
        -------
        bool
        """
        with self._write() as session:
            row = get_trial(session, trial_id)
            if TrialState(row.state).is_finished:
                return False
            row.revision = bumped(session)
            row.requested = "skip"
            return True

    def edit_trial(
        self,
        trial_id: int,
        *,
        notes: str | None = None,
        tags: Iterable[str] | None = None,
        pinned: bool | None = None,
        archived: bool | None = None,
    ) -> TrialRecord:
        """Change what the user owns of a trial; None leaves a value as it is.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.
        notes : str or None
            None leaves them as they are.
        tags : iterable of str or None
            None leaves them as they are.
        pinned : bool or None
            None leaves it as it is.
        archived : bool or None
            None leaves it as it is.

        Returns
        -------
        TrialRecord
        """
        with self._write() as session:
            row = get_trial(session, trial_id)
            row.revision = bumped(session)
            row.notes = row.notes if notes is None else notes
            row.tags = row.tags if tags is None else encode_tags(list(tags))
            row.pinned = row.pinned if pinned is None else pinned
            row.archived = row.archived if archived is None else archived
            session.flush()
            return self._record(session, row)

    def _big_oof(self, oof: Floats | None) -> str | None:
        if oof is None or oof.nbytes <= OOF_ARTIFACT_BYTES:
            return None
        return self.artifacts.add(encode_array(oof.astype(np.float32, copy=False)))

    def _record(self, session: Session, row: TrialRow) -> TrialRecord:
        text = self._digests.get(row.digests_id)
        if text is None:
            text = session.scalar(select(DigestsRow.digests).where(DigestsRow.id == row.digests_id))
            if text is not None:
                self._digests[row.digests_id] = text
        return trial_record(row, text)


def _numbered(study_id: int, number: int) -> Select[int]:
    return select(TrialRow.id).where(TrialRow.study_id == study_id, TrialRow.number == number)


def _digests_id(session: Session, text: str) -> int:
    known = session.scalars(select(DigestsRow.id).where(DigestsRow.digests == text)).one_or_none()
    if known is not None:
        return known
    row = DigestsRow(digests=text)
    session.add(row)
    session.flush()
    return row.id


def _put_curves(session: Session, trial_id: int, curves: Curves) -> None:
    data, connection = encode_curves(curves), session.connection()
    changed = connection.execute(update(CurvesRow).where(CurvesRow.trial_id == trial_id).values(data=data))
    if changed.rowcount == 0:
        connection.execute(insert(CurvesRow).values(trial_id=trial_id, data=data))


def _check_outcome(outcome: TrialOutcome) -> None:
    if not outcome.state.is_finished:
        raise ConflictError("{state} is no end of a trial.", state=outcome.state)
    if outcome.state == TrialState.COMPLETE and (outcome.value is None or math.isnan(outcome.value)):
        raise ConflictError(
            "A complete trial needs a value that is a number, not {value}.", value=outcome.value
        )
    if outcome.state == TrialState.FAIL and outcome.failure is None:
        raise ConflictError("A failed trial needs the reason of its failure.")


def _apply(row: TrialRow, outcome: TrialOutcome) -> None:
    row.state = outcome.state
    row.value, row.value_std = outcome.value, outcome.value_std
    row.finished_us = now_us()
    row.failure = encode_failure(outcome.failure)
    if outcome.epoch is not None:
        row.epoch = outcome.epoch
    put_measures(row, {name: value for name, value in measures_of(outcome).items() if value is not None})
    if outcome.model_sha256 is not None:
        row.model_sha256 = outcome.model_sha256
    if outcome.same_as is not None:
        row.same_as = outcome.same_as
    if outcome.user_attrs:
        row.user_attrs = encode_json({**decode_json(row.user_attrs), **outcome.user_attrs})


def _update_best(session: Session, study: StudyRow, trial: TrialRow) -> None:
    """Make a trial or baseline that has just become complete its study's best, where `rank` puts it before that one."""
    assert trial.value is not None  # noqa: S101 (for the type checker; `_check_outcome` has seen to it)
    is_baseline = trial.kind == TrialKind.BASELINE
    best = _best_baseline(session, study) if is_baseline else _best_trial(session, study)
    if not is_baseline and best is not None and best.digests_id != trial.digests_id:
        # What was scored on other data, or in an older way, is not ranked with what comes now.
        best = None
    direction = Direction(study.direction)
    if best is not None and _rank(direction, best) <= _rank(direction, trial):
        return
    study.revision = trial.revision
    if is_baseline:
        study.best_baseline, study.best_baseline_value = trial.name, trial.value
    else:
        study.best_trial, study.best_value = trial.number, trial.value


def _best_trial(session: Session, study: StudyRow) -> TrialRow | None:
    return session.scalars(
        select(TrialRow).where(TrialRow.study_id == study.id, TrialRow.number == study.best_trial)
    ).one_or_none()


def _best_baseline(session: Session, study: StudyRow) -> TrialRow | None:
    return session.scalars(
        select(TrialRow).where(
            TrialRow.study_id == study.id,
            TrialRow.kind == TrialKind.BASELINE,
            TrialRow.name == study.best_baseline,
            TrialRow.state == TrialState.COMPLETE,
        )
    ).first()


def _rank(direction: Direction, row: TrialRow) -> Rank:
    return rank(direction, row.value, trial_measures(row).n_parameters, row.number)
