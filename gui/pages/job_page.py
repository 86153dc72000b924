"""What pages share that have the engine's service do a job: its start, progress, end, failure and cancelling."""

from __future__ import annotations

from typing import Generic, TypeVar

from ...engine.domain.requests import JobRequest, request_of, result_of
from ...storage.records import JobRecord
from ..desk import Desk
from ..jobs import JobWatcher
from ..speech import Text, tr
from ..widgets.notices import Notice
from ..widgets.parts import Button
from ..widgets.progress import ProgressBox
from .page import Page

Asked = TypeVar("Asked", bound=JobRequest)
Answer = TypeVar("Answer")


class JobPage(Page, Generic[Asked, Answer]):
    """A page whose primary action is a job; a page says what it asks for, and shows what comes back.

    One job is followed at a time, also one that was started before the window was opened (`follow`). A page places
    `progress_box` where it belongs; the notice that says why a job failed stands above all.

    Parameters
    ----------
    start : Button
        The primary action.
    asks, answer : type
        Of the request, and of what it is answered with.
    cancelled : callable or None
        What is said when the job was cancelled; None where it cannot be.
    """

    def __init__(
        self,
        desk: Desk,
        title: Text,
        start: Button,
        asks: type[Asked],
        answer: type[Answer],
        *,
        cancelled: Text | None = None,
        of_study: bool = False,
    ) -> None:
        super().__init__(desk, title, of_study=of_study)
        self._watcher = JobWatcher(desk, self)
        self._watcher.progressed.connect(self._progressed)
        self._watcher.finished.connect(self._finished)
        self._watcher.failed.connect(self._failed)
        self._asks, self._answer, self._cancelled_text = asks, answer, cancelled
        self._running: Asked | None = None
        # What the engine says it does.
        self._doing = ""
        self.notice = Notice("bad")
        self.start = start
        self.start.clicked.connect(lambda: self.run())
        self.progress_box = ProgressBox(self._progress_said, can_cancel=cancelled is not None)
        self.progress_box.cancelled.connect(self._cancel)
        self.body.addWidget(self.notice)

    def request(self) -> Asked | None:
        """Return what is asked now; None where there is nothing to ask about.

        Raises
        ------
        ValueError
            Where something that is written is wrong or missing; the text is translated.
        """
        raise NotImplementedError

    def render(self, asked: Asked, answer: Answer) -> None:
        """Show what came back."""
        raise NotImplementedError

    def can_start(self) -> bool:
        """Whether there is something to ask for."""
        raise NotImplementedError

    def doing_text(self, asked: Asked, doing: str) -> str:
        """Return what is being done, in words; `doing` is the engine's word for it, empty until it has begun."""
        raise NotImplementedError

    def show_start(self) -> None:
        """Let a job be started where it can be."""
        self.start.setEnabled(self.can_start() and not self._watcher.is_busy)

    def run(self) -> None:
        """Ask for what `request` says."""
        try:
            asked = self.request()
        except ValueError as error:
            said = str(error)
            self.notice.tell(lambda: said)
            return
        if asked is None:
            return
        self.notice.hide()
        self._running = asked
        self._watcher.start(asked)
        self._progressed(0.0, "")
        self.show_start()

    def follow(self, job: JobRecord | None) -> None:
        """Follow a job that goes on in the store, unless one is followed; None for none."""
        if job is None or self._watcher.is_busy:
            return
        asked = request_of(job)
        if isinstance(asked, self._asks):
            self._running = asked
            self._watcher.follow(job)
            self.show_start()

    def study_changed(self) -> None:
        self.notice.hide()
        super().study_changed()

    def _progress_said(self) -> str:
        if self._running is None:
            return ""
        said = self.doing_text(self._running, self._doing) if self._doing else tr("Waiting for its turn…")
        study_id: int | None = getattr(self._running, "study_id", None)
        name = next((study.name for study in self.desk.studies if study.id == study_id), "")
        return f"{name} · {said}" if name else said

    def _progressed(self, fraction: float, doing: str) -> None:
        self._doing = doing
        self.progress_box.show_part(fraction)

    def _cancel(self) -> None:
        self._watcher.cancel()
        self._ended()
        if self._cancelled_text is not None:
            self.desk.toast(self._cancelled_text)

    def _finished(self, job: JobRecord) -> None:
        self._ended()
        asked = request_of(job)
        if isinstance(asked, self._asks):
            self.render(asked, result_of(job, self._answer))

    def _failed(self, why: Text) -> None:
        self._ended()
        self.notice.tell(why)
        self.grow_stale()

    def _ended(self) -> None:
        self.progress_box.hide()
        self.show_start()
