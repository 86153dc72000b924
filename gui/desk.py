"""What all pages share: the feed, the preferences, the study in view, and the ways to speak to the user."""

from __future__ import annotations

import functools
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from ..engine.errors import Message
from ..storage.records import JobRecord, JobState, Request, StudyRecord, StudyState
from .feed import Feed
from .language import sentence, tr
from .preferences import Preferences

_JOB_POLL_MS = 150


class Desk(QObject):
    """The pages' shared state and services; it outlives every page.

    Signals
    -------
    studies_changed
        `studies` was read anew.
    study_selected(int)
        Another study is in view; its id.
    page_wanted(str)
        Something asks for another page, by its name.
    file_dropped(str)
        A data file was dropped somewhere on the window.
    toasted(str, str, object)
        A short word to the user: text, the name of an action or nothing, what the action does.
    warned(str, str)
        A banner: tone (``bad``, ``warning``, ``info``) and text.
    """

    studies_changed = Signal()
    study_selected = Signal(int)
    page_wanted = Signal(str)
    file_dropped = Signal(str)
    toasted = Signal(str, str, object)
    warned = Signal(str, str)

    def __init__(self, feed: Feed, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.feed = feed
        self.preferences = preferences
        self.studies: tuple[StudyRecord, ...] = ()
        self.has_read = False  # whether `studies` has been read at all
        self.study_id: int | None = None
        self._reading = False
        self._stale = False
        self._service: _Service | None = None
        feed.changed.connect(self.refresh)
        feed.failed.connect(self._tell_failure)

    @property
    def study(self) -> StudyRecord | None:
        """The study in view."""
        return next((study for study in self.studies if study.id == self.study_id), None)

    def refresh(self) -> None:
        """Read the studies again; calls that come meanwhile are answered by one more read."""
        if self._reading:
            self._stale = True
            return
        self._reading = True
        self._stale = False
        self.feed.read(
            lambda store: tuple(store.studies(archived=None)), self._took_studies, self._read_failed
        )

    def select(self, study_id: int) -> None:
        """Bring a study into view."""
        if study_id != self.study_id:
            self.study_id = study_id
            self.study_selected.emit(study_id)

    def show_page(self, name: str, study_id: int | None = None) -> None:
        """Go to a page, with a study in view if one is named."""
        if study_id is not None:
            self.select(study_id)
        self.page_wanted.emit(name)

    def toast(self, text: str, action: str = "", act: Callable[[], object] | None = None) -> None:
        """Say something that may be missed."""
        self.toasted.emit(text, action, act)

    def warn(self, text: str, tone: str = "bad") -> None:
        """Say something that must not be missed."""
        self.warned.emit(tone, text)

    def request(self, study_id: int, request: Request) -> None:
        """Ask something of a study's engine; it is started where a study is to run."""
        workspace = self.feed.workspace

        def work(store: object) -> None:
            store.request(study_id, request)  # type: ignore[attr-defined]
            if request is Request.RUN:
                from ..engine.launch import launch_engine

                launch_engine(workspace, study_id)

        self.feed.write(work)

    def run_job(self, kind: str, args: dict[str, object], watcher: JobWatcher) -> None:
        """Have the engine's service do a job; `watcher` follows it."""
        if self._service is None:
            self._service = _Service(self)
        service = self._service

        def work(store: object) -> JobRecord:
            job = store.add_job(kind, args)  # type: ignore[attr-defined]
            service.ensure()
            return job

        self.feed.write(work, watcher.follow, watcher.fail)

    def _took_studies(self, studies: tuple[StudyRecord, ...]) -> None:
        self._reading = False
        self.studies = studies
        self.has_read = True
        if self.study is None and studies:
            visible = [study for study in studies if not study.archived] or list(studies)
            self.select(max(visible, key=_interest).id)
        self.studies_changed.emit()
        if self._stale:
            self.refresh()

    def _read_failed(self, message: Message) -> None:
        self._reading = False
        self._tell_failure(message)

    def _tell_failure(self, message: Message) -> None:
        self.warn(sentence(message.to_json()))


def _interest(study: StudyRecord) -> tuple[bool, float]:
    """Return what the study that is shown first is chosen by: one that runs, else the youngest."""
    running = study.state in (StudyState.RUNNING, StudyState.FINISHING)
    return running, (study.started_at or study.created_at).timestamp()


class _Service:
    """The engine's warm job process, made on the background thread when the first job is asked for."""

    def __init__(self, desk: Desk) -> None:
        self._workspace = desk.feed.workspace

    @functools.cached_property
    def _process(self) -> object:
        from ..engine.launch import ServiceProcess

        return ServiceProcess(self._workspace)

    def ensure(self) -> None:
        """Start the service where it does not run."""
        self._process.ensure()  # type: ignore[attr-defined]


class JobWatcher(QObject):
    """Follows one job at a time until it ends; a new one replaces the old, which is cancelled.

    Signals
    -------
    progressed(float, str)
        Fraction in [0, 1] and a word on what is being done.
    finished(object)
        The job's `JobRecord`, done.
    failed(str)
        Why it failed, as a translated sentence.
    """

    progressed = Signal(float, str)
    finished = Signal(object)
    failed = Signal(str)

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job_id: int | None = None
        self._asking = False
        self._timer = QTimer(self)
        self._timer.setInterval(_JOB_POLL_MS)
        self._timer.timeout.connect(self._ask)

    @property
    def is_busy(self) -> bool:
        """Whether a job is being followed."""
        return self._job_id is not None

    def start(self, kind: str, args: dict[str, object]) -> None:
        """Have a job done and follow it."""
        self.cancel()
        self._desk.run_job(kind, args, self)

    def cancel(self) -> None:
        """Give up the job that is followed."""
        job_id, self._job_id = self._job_id, None
        self._timer.stop()
        if job_id is not None:
            self._desk.feed.write(lambda store: store.cancel_job(job_id))

    def follow(self, job: JobRecord) -> None:
        """Follow a job that is already in the store."""
        self._job_id = job.id
        self._timer.start()

    def fail(self, message: Message) -> None:
        """End with a failure."""
        self._job_id = None
        self._timer.stop()
        self.failed.emit(sentence(message.to_json()))

    def _ask(self) -> None:
        job_id = self._job_id
        if job_id is None or self._asking:
            return
        self._asking = True
        self._desk.feed.read(lambda store: store.job(job_id), self._took, self._lost)

    def _lost(self, message: Message) -> None:
        self._asking = False
        self.fail(message)

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
        elif job.failure is not None:
            failure = job.failure
            self.failed.emit(
                sentence({"template": failure.template, "args": failure.args, "text": failure.message})
            )
        else:
            self.failed.emit(tr("Cancelled"))
