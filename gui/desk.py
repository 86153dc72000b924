"""What all pages share: the feed, the preferences, the study in view, and the ways to speak to the user."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from ..engine.domain.errors import Message
from ..engine.domain.requests import JobRequest, add_job
from ..engine.domain.resuming import More, extend
from ..engine.domain.study_list import ReadStudies, ReadStudy, list_studies
from ..engine.jobs.launch import ServiceProcess, launch_engine
from ..storage.records import DamagedStudy, JobRecord, Request, StudyRecord, StudyState
from . import words
from .actions.action import ActionList
from .actions.study_actions import study_actions
from .actions.trial_actions import trial_actions
from .feed import Feed
from .models.follower import TrialsFollower
from .preferences import Preferences
from .speech import Text, sentence, tr
from .states.trial_selection import TrialSelection

if TYPE_CHECKING:
    from ..storage.store import Store

_LIFE_POLL_MS = 2000
# An engine that has not claimed its study by then did not come up.
_START_TAKES_S = 45.0
# From asking for an engine to the first state that it sets, where it has come up.
_CLAIM_TAKES_S = 10.0
_MUST_LIVE = (StudyState.QUEUED, StudyState.RUNNING, StudyState.FINISHING)


class Desk(QObject):
    """The pages' shared state and services; it outlives every page.

    Signals
    -------
    studies_changed
        `studies` was read anew.
    study_selected(int)
        Another study is in view; its id.
    trials_changed(Change)
        What of `selection` is new: the trials of the study in view, which of them are shown, which are selected.
    page_wanted(str)
        Something asks for another page, by its name.
    file_dropped(str)
        A data file was dropped somewhere on the window.
    duplicated(object, object)
        A new study is to be like this one, on these data: a `StudyRecord` and a `DatasetRecord`.
    change_wanted(object, int)
    deletion_wanted(object)
        A trial is to be changed and run: its `StudyRecord` and its id.
    table_wanted
        The trials that are shown are to be written into a file.
    toasted(object, object, object)
        A short word to the user: its `Text`, the name of an action or None, what the action does.
    warned(str, object)
        A banner: tone (``bad``, ``warning``, ``info``) and `Text`.
    """

    studies_changed = Signal()
    study_selected = Signal(int)
    trials_changed = Signal(object)
    page_wanted = Signal(str)
    file_dropped = Signal(str)
    duplicated = Signal(object, object)
    change_wanted = Signal(object, int)
    deletion_wanted = Signal(object)
    table_wanted = Signal()
    toasted = Signal(object, object, object)
    warned = Signal(str, object)

    def __init__(self, feed: Feed, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.feed = feed
        self.preferences = preferences
        # Studies with their settings and results.
        self.read_studies: tuple[ReadStudy, ...] = ()
        # Those that cannot be read: they are listed, and nothing can be done with them.
        self.damaged: tuple[DamagedStudy, ...] = ()
        # Whether `studies` has been read at all.
        self.has_read = False
        self.study_id: int | None = None
        # Studies that ought to run but whose engine has died.
        self.lost: frozenset[int] = frozenset()
        # What the Export page is to offer when it is shown next: a trial, and a form of its networks.
        self.trial_to_export: int | None = None
        self.variant_to_export = ""
        # Likewise the Compress page.
        self.trial_to_compress: int | None = None
        # Engines that were asked for, by study.
        self._starts: dict[int, _Start] = {}
        self._reading = False
        self._stale = False
        # One selection for all pages, and what brings its trials.
        self.selection = TrialSelection()
        self.selection.listen(self.trials_changed.emit)
        self._follower = TrialsFollower(feed, self)
        self._follower.updated.connect(self._took_trials)
        # What can be done, for bars, menus, the palette and the help.
        self.actions = ActionList()
        self.actions.add(*study_actions(self), *trial_actions(self))
        # Does the window's jobs; started with the first of them.
        self.service = ServiceProcess(feed.workspace)
        # An engine that dies commits nothing that the feed could see.
        self._life = QTimer(self)
        self._life.setInterval(_LIFE_POLL_MS)
        self._life.timeout.connect(self._look_for_life)
        feed.changed.connect(self.refresh)
        feed.failed.connect(self._tell_failure)

    @property
    def studies(self) -> tuple[StudyRecord, ...]:
        """The studies that can be read."""
        return tuple(study.record for study in self.read_studies)

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
        self.feed.read(_studies_and_lost, self._took_studies, self._read_failed)

    def is_starting(self, study_id: int) -> bool:
        """Whether an engine was asked for that has not taken the study yet."""
        return study_id in self._starts

    def is_lost(self, study: StudyRecord) -> bool:
        """Whether a study ought to run, its engine has died, and no new one is on its way."""
        return study.id in self.lost and study.id not in self._starts

    def standing(self, study: StudyRecord) -> tuple[str, str]:
        """Return how a study stands, in a word, and the tone of that word."""
        if study.id in self._starts:
            return tr("Starting"), "accent"
        if study.id in self.lost:
            return tr("Interrupted"), "warning"
        return words.standing(study)

    def select(self, study_id: int) -> None:
        """Bring a study into view."""
        if study_id != self.study_id:
            self.study_id = study_id
            self.selection.show_study(study_id)
            self.study_selected.emit(study_id)

    def follow_trials(self) -> None:
        """Bring the trials of the study in view up to date; `trials_changed` follows where something is new."""
        self._follower.follow(self.study_id)

    def show_page(self, name: str, study_id: int | None = None) -> None:
        """Go to a page, with a study in view if one is named."""
        if study_id is not None:
            self.select(study_id)
        self.page_wanted.emit(name)

    def export_trial(self, number: int | None, variant: str = "") -> None:
        """Go to the Export page, to write a bundle of this trial of the study in view, in a compressed form or none."""
        self.trial_to_export, self.variant_to_export = number, variant
        self.page_wanted.emit("export")
        # So that the page takes the trial although nothing else is new.
        self.studies_changed.emit()

    def toast(self, text: Text, action: Text | None = None, act: Callable[[], object] | None = None) -> None:
        """Say something that may be missed."""
        self.toasted.emit(text, action, act)

    def write_undoable(
        self, do: Callable[[Store], object], undo: Callable[[Store], object], told: Text
    ) -> None:
        """Write into the store, and offer to take it back beside what is `told` then."""
        feed = self.feed
        feed.write(do, lambda _: self.toast(told, lambda: tr("Undo"), lambda: feed.write(undo)))

    def warn(self, text: Text, tone: str = "bad") -> None:
        """Say something that must not be missed."""
        self.warned.emit(tone, text)

    def request(self, study_id: int, request: Request) -> None:
        """Ask something of a study's engine; it is started where it has to run for that."""
        workspace = self.feed.workspace
        starts = request is Request.RUN or (request is Request.STOP and study_id in self.lost)
        if starts:
            self._expect_engine(study_id)

        def work(store: Store) -> None:
            store.request(study_id, request)
            if starts and not _waits_paused(store, study_id):
                launch_engine(workspace, study_id)

        self.feed.write(work, None, lambda message: self._not_asked(study_id, message))

    def launch(self, study_id: int, prepare: Callable[[Store], object] = lambda _store: None) -> None:
        """Start the engine of a study that waits for one, once `prepare` has written what it is to do."""
        workspace = self.feed.workspace
        self._expect_engine(study_id)

        def work(store: Store) -> None:
            prepare(store)
            launch_engine(workspace, study_id)

        self.feed.write(work, None, lambda message: self._not_asked(study_id, message))

    def copy(self, text: str) -> None:
        """Put a text into the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self.toast(lambda: tr("Copied"))

    def give_more(self, study_id: int, more: More) -> None:
        """Let a study that is done go on, with more time or trials; its engine is started."""
        self.launch(study_id, lambda store: extend(store, store.study(study_id), more))

    def duplicate(self, study: StudyRecord) -> None:
        """Go to the New study page, with the data and the settings of a study."""
        self.page_wanted.emit("new_study")
        dataset_id = study.dataset_id
        if dataset_id is not None:
            self.feed.read(
                lambda store: store.dataset(dataset_id), lambda data: self.duplicated.emit(study, data)
            )

    def _expect_engine(self, study_id: int) -> None:
        before = next((study for study in self.studies if study.id == study_id), None)
        self._starts[study_id] = _Start(time.monotonic(), before)
        self._life.start()
        self.studies_changed.emit()

    def run_job(
        self,
        request: JobRequest,
        added: Callable[[JobRecord], object],
        failed: Callable[[Message], object],
    ) -> None:
        """Have the engine's service do a job; `added` gets the job's record, `JobWatcher` follows it."""
        service = self.service

        def work(store: Store) -> JobRecord:
            job = add_job(store, request)
            service.ensure()
            return job

        self.feed.write(work, added, failed)

    def _not_asked(self, study_id: int, message: Message) -> None:
        self._starts.pop(study_id, None)
        self._tell_failure(message)
        self.studies_changed.emit()

    def _took_trials(self) -> None:
        data = self._follower.data
        if data is not None and self._follower.study_id == self.selection.study_id:
            self.selection.show_trials(data)

    def _look_for_life(self) -> None:
        if not self._reading:
            self.refresh()

    def _forget_starts(self) -> None:
        """Forget the engines that have taken their study, and those that did not come up."""
        now = time.monotonic()
        studies = {study.id: study for study in self.studies}
        self._starts = {
            study_id: start
            for study_id, start in self._starts.items()
            if study_id in studies and start.is_awaited(studies[study_id], now, lost=study_id in self.lost)
        }

    def _took_studies(self, read: tuple[ReadStudies, frozenset[int]]) -> None:
        self._reading = False
        found, self.lost = read
        self.read_studies, self.damaged = found.studies, found.damaged
        self.has_read = True
        self._forget_starts()
        studies = self.studies
        if self._starts or any(study.state in _MUST_LIVE for study in studies):
            self._life.start()
        else:
            self._life.stop()
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
        self.warn(lambda: sentence(message))


def _studies_and_lost(store: Store) -> tuple[ReadStudies, frozenset[int]]:
    """Read all studies, and which of them ought to run but have no live engine."""
    # Before the studies: one that ends meanwhile is not lost.
    lost = store.interrupted_studies()
    found = list_studies(store, archived=None)
    return found, lost & {study.record.id for study in found.studies if study.record.state in _MUST_LIVE}


def _waits_paused(store: Store, study_id: int) -> bool:
    """Whether the study's engine is up and only waits to be asked to go on."""
    return store.study(study_id).state is StudyState.PAUSED and store.engine_is_alive(study_id)


def _interest(study: StudyRecord) -> tuple[bool, float]:
    """Return what the study that is shown first is chosen by: one that runs, else the youngest."""
    running = study.state in (StudyState.RUNNING, StudyState.FINISHING)
    return running, (study.started_at or study.created_at).timestamp()


@dataclass(frozen=True, slots=True)
class _Start:
    """When an engine was asked for, and how its study stood then."""

    begun_s: float
    before: StudyRecord | None

    def is_awaited(self, study: StudyRecord, now_s: float, *, lost: bool) -> bool:
        """Whether that engine may still come up; `lost` is as in `Desk.lost`."""
        age_s = now_s - self.begun_s
        if lost:
            return age_s < _START_TAKES_S
        # Made a moment ago.
        state = self.before.state if self.before is not None else StudyState.DRAFT
        beat = self.before.heartbeat_at if self.before is not None else None
        patience_s = _START_TAKES_S if study.heartbeat_at == beat else _CLAIM_TAKES_S
        return study.state is state and state not in _MUST_LIVE and age_s < patience_s
