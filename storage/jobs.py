"""The store's jobs: short pieces of engine work that the window asks for. Reached through `Store`."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from .base import StoreBase, bumped, get
from .cells import encode_failure, now_us
from .codecs import encode_json
from .errors import ConflictError
from .messages import Message
from .processes import is_alive, process_identity
from .records import Failure, FailureKind, JobRecord, JobState, Json
from .rows import job_record
from .tables import JobRow

_KILLED = Failure.of(
    FailureKind.KILLED,
    Message("The process that worked on this was ended from outside; start it again."),
)


class JobStore(StoreBase):
    """Jobs: the window adds and cancels them, an engine process claims them, reports and finishes."""

    def add_job(self, kind: str, args: Json) -> JobRecord:
        """Record a job in state WAITING.

        Parameters
        ----------
        kind : str
        args : mapping
            What is asked, see `domain.requests`.

        Returns
        -------
        JobRecord
        """
        with self._write() as session:
            row = JobRow(
                revision=bumped(session),
                kind=kind,
                args=encode_json(args),
                state=JobState.WAITING,
                progress=0.0,
                message="",
                result="{}",
                created_us=now_us(),
            )
            session.add(row)
            session.flush()
            return job_record(row)

    def claim_job(self, pid: int, job_id: int | None = None) -> JobRecord | None:
        """Give the oldest WAITING job (or the one with `job_id`) to the process `pid`.

        None if no job waits. Atomic among all processes: no job is ever given to two.

        Parameters
        ----------
        pid : int
            Of a process of this machine.
        job_id : int or None
            Of the job in the store.

        Returns
        -------
        JobRecord or None
        """
        oldest = select(JobRow).where(JobRow.state == JobState.WAITING).order_by(JobRow.id).limit(1)
        if job_id is not None:
            oldest = oldest.where(JobRow.id == job_id)
        with self._write() as session:
            row = session.scalars(oldest).one_or_none()
            if row is None:
                return None
            row.revision = bumped(session)
            row.state, row.pid, row.pid_identity = JobState.RUNNING, pid, process_identity(pid)
            session.flush()
            return job_record(row)

    def fail_dead_jobs(self) -> list[JobRecord]:
        """Set the RUNNING jobs whose process has died to FAILED, and return them."""
        running = select(JobRow).where(JobRow.state == JobState.RUNNING)
        return self._change_those(running, _is_dead, _fail)

    def job(self, job_id: int) -> JobRecord:
        """Return a job; one whose process has died is told as FAILED, whether or not that was recorded yet.

        Parameters
        ----------
        job_id : int
            Of the job in the store.

        Returns
        -------
        JobRecord

        Raises
        ------
        NotFoundError
            If there is none with this id.
        """
        with self._read() as session:
            return _as_it_stands(get(session, JobRow, "job", job_id))

    def jobs(
        self, *, state: JobState | None = None, kind: str | None = None, since_revision: int = 0
    ) -> list[JobRecord]:
        """Return the jobs (in one state, told as in `job`) that changed after `since_revision`, the oldest first.

        Parameters
        ----------
        state : JobState or None
        kind : str or None
            Of the work; None for all.
        since_revision : int
            Of the store, when they were read last; 0 for all.

        Returns
        -------
        list of JobRecord
        """
        statement = select(JobRow).where(JobRow.revision > since_revision).order_by(JobRow.id)
        if kind is not None:
            statement = statement.where(JobRow.kind == kind)
        if state is not None:
            as_stored = (state, JobState.RUNNING) if state is JobState.FAILED else (state,)
            statement = statement.where(JobRow.state.in_(as_stored))
        with self._read() as session:
            jobs = [_as_it_stands(row) for row in session.scalars(statement)]
        return [job for job in jobs if state in (None, job.state)]

    def update_job(self, job_id: int, *, progress: float | None = None, message: str | None = None) -> bool:
        """Report how far a RUNNING job is (fraction in [0, 1]).

        False, and nothing changes, if it is not RUNNING any more. A job that learns so has been cancelled,
        and should end.

        Parameters
        ----------
        job_id : int
            Of the job in the store.
        progress : float or None
            Fraction in [0, 1]; None leaves it as it is.
        message : str or None

        Returns
        -------
        bool
        """
        with self._write() as session:
            row = get(session, JobRow, "job", job_id)
            if row.state != JobState.RUNNING:
                return False
            row.revision = bumped(session)
            row.progress = row.progress if progress is None else min(1.0, max(0.0, progress))
            row.message = row.message if message is None else message
            return True

    def finish_job(
        self, job_id: int, *, result: Json | None = None, failure: Failure | None = None
    ) -> JobRecord:
        """End a job as DONE with its result, or as FAILED with its failure; a cancelled job stays cancelled.

        Parameters
        ----------
        job_id : int
            Of the job in the store.
        result : mapping or None
        failure : Failure or None

        Returns
        -------
        JobRecord

        Raises
        ------
        ConflictError
            If neither or both are given, or the job is DONE or FAILED already.
        """
        if (result is None) == (failure is None):
            raise ConflictError("A job ends with either a result or a failure.")
        with self._write() as session:
            row = get(session, JobRow, "job", job_id)
            if row.state == JobState.CANCELLED:
                return job_record(row)
            if row.state in (JobState.DONE, JobState.FAILED):
                raise ConflictError("The job {id} has ended already; it cannot end twice.", id=job_id)
            row.failure = encode_failure(failure)
            if result is not None:
                row.result, row.progress = encode_json(result), 1.0
            return _ended(session, row, JobState.DONE if failure is None else JobState.FAILED)

    def cancel_job(self, job_id: int) -> bool:
        """Cancel a job that waits or runs; False if it has ended already.

        Parameters
        ----------
        job_id : int
            Of the job in the store.

        Returns
        -------
        bool
        """
        with self._write() as session:
            row = get(session, JobRow, "job", job_id)
            if row.state not in (JobState.WAITING, JobState.RUNNING):
                return False
            _ended(session, row, JobState.CANCELLED)
            return True


def _as_it_stands(row: JobRow) -> JobRecord:
    """Return the record of a job as it stands, which a reader may not write down."""
    record = job_record(row)
    if record.state is JobState.RUNNING and _is_dead(row):
        return replace(record, state=JobState.FAILED, failure=_KILLED)
    return record


def _fail(session: Session, row: JobRow) -> JobRecord:
    row.failure = encode_failure(_KILLED)
    return _ended(session, row, JobState.FAILED)


def _ended(session: Session, row: JobRow, state: JobState) -> JobRecord:
    row.revision = bumped(session)
    row.state, row.finished_us = state, now_us()
    session.flush()
    return job_record(row)


def _is_dead(row: JobRow) -> bool:
    return row.pid is not None and is_alive(row.pid, row.pid_identity) is False
