"""The store's variants (compressed forms of a trial's network) and exports. Reached through `Store`."""

from __future__ import annotations

import glob
import os
import shutil
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from .base import StoreBase, bumped, get, get_trial
from .cells import encode_failure, now_us
from .codecs import encode_json, encode_scores, storable
from .errors import ConflictError
from .messages import Message
from .processes import is_alive, process_identity
from .records import ExportRecord, Failure, FailureKind, FoldScores, JobState, Json, TrialState, VariantRecord
from .rows import export_record, variant_record
from .tables import ExportRow, TrialRow, VariantRow

_KILLED = Failure.of(
    FailureKind.KILLED,
    Message("The process that wrote this bundle was ended from outside; export it again."),
)
# No export takes a day.
_FORGOTTEN_US = 86_400_000_000


class VariantStore(StoreBase):
    """Variants and exports; a change of one also gives its trial a new revision, so that followers see it."""

    def add_variant(self, trial_id: int, *, name: str, method: Json) -> VariantRecord:
        """Record a variant in state WAITING.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.
        name : str
        method : mapping
            What is done to the networks.

        Returns
        -------
        VariantRecord
        """
        with self._write() as session:
            get_trial(session, trial_id).revision = bumped(session)
            row = VariantRow(
                trial_id=trial_id,
                name=name,
                method=encode_json(method),
                state=TrialState.WAITING,
                created_us=now_us(),
                measures="{}",
            )
            session.add(row)
            session.flush()
            return variant_record(row)

    def finish_variant(
        self,
        variant_id: int,
        *,
        state: TrialState,
        value: float | None = None,
        value_std: float | None = None,
        size_bytes: int | None = None,
        zip_bytes: int | None = None,
        latency_ms: float | None = None,
        batch_latency_ms: float | None = None,
        scores: FoldScores | None = None,
        artifact_sha256: str | None = None,
        failure: Failure | None = None,
        measures: Json | None = None,
    ) -> VariantRecord:
        """End a variant with all that was measured, in one transaction.

        Parameters
        ----------
        variant_id : int
            Of the variant in the store.
        state : TrialState
        value : float or None
            None where there is none.
        value_std : float or None
            Over the folds.
        size_bytes : int or None
            Of the file.
        zip_bytes : int or None
            Of the file, zipped.
        latency_ms : float or None
            Median, of one row.
        batch_latency_ms : float or None
            Median, of 256 rows.
        scores : FoldScores or None
        artifact_sha256 : str or None
            Artifact with its file.
        failure : Failure or None
        measures : mapping or None
            Further measures.

        Returns
        -------
        VariantRecord

        Raises
        ------
        ConflictError
            If it has ended already, or `state` is no end.
        """
        if not state.is_finished:
            raise ConflictError("{state} is no end of a variant.", state=state)
        with self._write() as session:
            row = get(session, VariantRow, "variant", variant_id)
            if TrialState(row.state).is_finished:
                raise ConflictError(
                    "The variant {name!r} has ended already; it cannot end twice.", name=row.name
                )
            get_trial(session, row.trial_id).revision = bumped(session)
            row.state, row.value, row.value_std = state, value, value_std
            row.size_bytes, row.zip_bytes = size_bytes, zip_bytes
            row.latency_ms, row.batch_latency_ms = latency_ms, batch_latency_ms
            row.scores = None if scores is None else encode_scores(scores)
            row.artifact_sha256, row.failure = artifact_sha256, encode_failure(failure)
            row.measures = encode_json(measures or {})
            session.flush()
            return variant_record(row)

    def variants(self, trial_id: int) -> list[VariantRecord]:
        """Return the variants of a trial in the order they were added.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.

        Returns
        -------
        list of VariantRecord
        """
        statement = select(VariantRow).where(VariantRow.trial_id == trial_id).order_by(VariantRow.id)
        with self._read() as session:
            return [variant_record(row) for row in session.scalars(statement)]

    def add_export(self, trial_id: int, path: str, variant_id: int | None = None) -> ExportRecord:
        """Record that this process writes a bundle to the folder `path`; its state is RUNNING.

        Where a process was killed that wrote the same there, its row is taken: one row tells of one bundle.

        Parameters
        ----------
        trial_id : int
            Of the trial in the store, not its number.
        path : str
        variant_id : int or None
            Of the variant in the store.

        Returns
        -------
        ExportRecord
        """
        with self._write() as session:
            get_trial(session, trial_id).revision = bumped(session)
            same = select(ExportRow).where(
                ExportRow.trial_id == trial_id,
                ExportRow.variant_id.is_not_distinct_from(variant_id),
                ExportRow.path == storable(path),
            )
            killed = (row for row in session.scalars(same.order_by(ExportRow.id)) if _was_killed(row))
            row = next(killed, None) or ExportRow(
                trial_id=trial_id,
                variant_id=variant_id,
                path=storable(path),
                certificate="{}",
                manifest="{}",
            )
            row.created_us, row.state, row.failure = now_us(), JobState.RUNNING, None
            row.pid, row.pid_identity = os.getpid(), process_identity(os.getpid())
            session.add(row)
            session.flush()
            return export_record(row)

    def finish_export(
        self,
        export_id: int,
        *,
        state: JobState,
        certificate: Json,
        manifest: Json,
        size_bytes: int | None,
        failure: Failure | None = None,
    ) -> ExportRecord:
        """Record how an export ended, with its certificate.

        Parameters
        ----------
        export_id : int
            Of the export in the store.
        state : JobState
        certificate : mapping
            As `Certificate.to_json` gives it.
        manifest : mapping
            As `Manifest.to_json` gives it.
        size_bytes : int or None
            Of the file.
        failure : Failure or None

        Returns
        -------
        ExportRecord

        Raises
        ------
        ConflictError
            If it has ended already.
        """
        with self._write() as session:
            row = get(session, ExportRow, "export", export_id)
            if row.state not in (JobState.WAITING, JobState.RUNNING):
                raise ConflictError(
                    "The export to {path} has ended already; it cannot end twice.", path=row.path
                )
            get_trial(session, row.trial_id).revision = bumped(session)
            row.state, row.size_bytes, row.failure = JobState(state), size_bytes, encode_failure(failure)
            row.certificate, row.manifest = encode_json(certificate), encode_json(manifest)
            session.flush()
            return export_record(row)

    def fail_dead_exports(self) -> list[ExportRecord]:
        """Set the RUNNING exports whose process has died to FAILED, remove what they had written, and return them."""
        running = select(ExportRow).where(ExportRow.state == JobState.RUNNING)
        dead = self._change_those(running, _is_dead, _fail)
        for record in dead:
            target = Path(record.path)
            for folder in target.parent.glob(half_written(glob.escape(target.name), "*")):
                # What cannot be removed now is a leftover.
                shutil.rmtree(folder, ignore_errors=True)
        return dead

    def exports(self, study_id: int | None = None, *, trial_id: int | None = None) -> list[ExportRecord]:
        """Return the exports of a study, a trial, or the whole workspace, the newest first.

        One whose process has died is told as FAILED, whether or not a writer has recorded that yet.

        Parameters
        ----------
        study_id : int or None
            Of the study in the store.
        trial_id : int or None
            Of the trial in the store, not its number.

        Returns
        -------
        list of ExportRecord
        """
        statement = select(ExportRow).order_by(ExportRow.id.desc())
        if study_id is not None:
            statement = statement.join(TrialRow, TrialRow.id == ExportRow.trial_id).where(
                TrialRow.study_id == study_id
            )
        if trial_id is not None:
            statement = statement.where(ExportRow.trial_id == trial_id)
        with self._read() as session:
            return [_as_it_stands(row) for row in session.scalars(statement)]


def _as_it_stands(row: ExportRow) -> ExportRecord:
    """Return the record of an export as it stands, which a reader may not write down."""
    record = export_record(row)
    if record.state is JobState.RUNNING and _is_dead(row):
        return replace(record, state=JobState.FAILED, failure=_KILLED)
    return record


def _was_killed(row: ExportRow) -> bool:
    record = _as_it_stands(row)
    return record.failure is not None and record.failure.kind is FailureKind.KILLED


def half_written(name: str, mark: str) -> str:
    """Return what the folder is called that becomes a bundle once it is whole.

    Parameters
    ----------
    name : str
        Of the bundle's folder.
    mark : str
        That no other process takes; ``*`` finds all.

    Returns
    -------
    str
    """
    return f".{name}-{mark}.partial"


def _fail(session: Session, row: ExportRow) -> ExportRecord:
    get_trial(session, row.trial_id).revision = bumped(session)
    row.state, row.failure = JobState.FAILED, encode_failure(_KILLED)
    session.flush()
    return export_record(row)


def _is_dead(row: ExportRow) -> bool:
    """Whether the process of an export is gone; of another machine's, or an unknown one, whether a day has passed."""
    alive = None if row.pid is None else is_alive(row.pid, row.pid_identity)
    return now_us() - row.created_us > _FORGOTTEN_US if alive is None else not alive
