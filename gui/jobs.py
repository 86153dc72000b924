"""Following a job of the engine's service until it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from ..engine.domain.errors import Message
from ..engine.domain.requests import JobRequest, kind_of
from ..storage.records import JobRecord, JobState
from . import words
from .desk import Desk
from .speech import sentence, tr

if TYPE_CHECKING:
    from ..storage.store import Store

_POLL_MS = 150


class JobWatcher(QObject):
    """Follows one job at a time until it ends; a new one replaces the old, which is cancelled.

    Signals
    -------
    progressed(float, str)
        Fraction in [0, 1] and a word on what is being done.
    finished(object)
        The job's `JobRecord`, done.
    failed(object)
        Why it failed, as a `Text`.
    """

    progressed = Signal(float, str)
    finished = Signal(object)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job_id: int | None = None
        # Jobs on their way into the store, the first of which …
        self._n_coming = 0
        # … are to be cancelled as soon as they are there.
        self._n_unwanted = 0
        self._asking = False
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._ask)

    @property
    def is_busy(self) -> bool:
        """Whether a job is being followed."""
        return self._job_id is not None or self._n_coming > self._n_unwanted

    def start(self, request: JobRequest) -> None:
        """Have a job done and follow it."""
        self.cancel()
        self._n_coming += 1
        self._desk.run_job(request, self._added, self._not_added)

    def follow(self, job: JobRecord) -> None:
        """Follow a job that is there already; does nothing while another one is followed."""
        if not self.is_busy and job.state in (JobState.WAITING, JobState.RUNNING):
            self._job_id = job.id
            self._timer.start()
            self.progressed.emit(job.progress, job.message)

    def cancel(self) -> None:
        """Give up the job that is followed."""
        self._n_unwanted = self._n_coming
        job_id, self._job_id = self._job_id, None
        self._timer.stop()
        if job_id is not None:
            self._desk.feed.write(lambda store: store.cancel_job(job_id))

    def _is_wanted(self) -> bool:
        """Count one job that has come; return whether it is still wanted."""
        self._n_coming -= 1
        if self._n_unwanted:
            self._n_unwanted -= 1
            return False
        return True

    def _added(self, job: JobRecord) -> None:
        if self._is_wanted():
            self._job_id = job.id
            self._timer.start()
        else:
            self._desk.feed.write(lambda store: store.cancel_job(job.id))

    def _not_added(self, message: Message) -> None:
        if self._is_wanted():
            self._fail(message)

    def _fail(self, message: Message) -> None:
        self._job_id = None
        self._timer.stop()
        self.failed.emit(lambda: sentence(message))

    def _ask(self) -> None:
        job_id = self._job_id
        if job_id is None or self._asking:
            return
        self._asking = True
        self._desk.feed.read(lambda store: store.job(job_id), self._took, self._lost)

    def _lost(self, message: Message) -> None:
        self._asking = False
        self._fail(message)

    def _took(self, job: JobRecord) -> None:
        self._asking = False
        if job.id != self._job_id:
            return
        if job.state in (JobState.WAITING, JobState.RUNNING):
            self.progressed.emit(job.progress, job.message)
            return
        self._job_id = None
        self._timer.stop()
        if job.state is JobState.DONE:
            self.finished.emit(job)
            return
        failure = job.failure
        self.failed.emit(
            (lambda: words.failure_text(failure)) if failure is not None else (lambda: tr("Cancelled"))
        )


def job_going(store: Store, asks: type[JobRequest], study_id: int) -> JobRecord | None:
    """Return the job with a request of this type that is done for a study, or waits for its turn."""
    for state in (JobState.RUNNING, JobState.WAITING):
        for job in store.jobs(state=state, kind=kind_of(asks)):
            if job.args.get("study_id") == study_id:
                return job
    return None
