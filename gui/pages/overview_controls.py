"""The controls of a search on the Overview page: more and fewer workers, stop, and pause, resume or export."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ...engine.domain.resuming import found_nothing
from ...engine.domain.spec import StudySpec
from ...storage.records import Request, StudyRecord, StudyState, TrialState
from ..actions.study_actions import LIVE
from ..desk import Desk
from ..language import Speaks
from ..speech import counted, tr
from ..widgets.parts import Button, IconButton, row
from .more_menu import more_menu


class OverviewControls(Speaks, QWidget):
    """What can be asked of the study in view; `primary` is what is wanted most often in its state."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._study: StudyRecord | None = None
        self.fewer = IconButton("minus", lambda: tr("Fewer workers"))
        self.more = IconButton("plus", lambda: tr("More workers"))
        self.workers = QLabel()
        self.fewer.clicked.connect(lambda: self._change_workers(-1))
        self.more.clicked.connect(lambda: self._change_workers(1))
        self.stop = Button(lambda: tr("Stop"), "", "stop")
        self.stop.clicked.connect(lambda: self._ask(Request.STOP))
        self.duplicate = Button(lambda: tr("Duplicate"), "", "plus")
        self.duplicate.clicked.connect(desk.actions["study.duplicate"].trigger)
        self.go_on = Button(lambda: tr("Go on"), "", "play")
        self.go_on.clicked.connect(self._go_on)
        self.primary = Button(self._primary_text, "primary", "pause")
        self.primary.clicked.connect(self._primary_pressed)
        self._worker_box = QWidget()
        self._worker_box.setLayout(row(self.fewer, self.workers, self.more, spacing=2))
        self.setLayout(row(self._worker_box, self.stop, self.duplicate, self.go_on, self.primary))
        self.say(lambda: self.show_study(self._study))

    def show_study(self, study: StudyRecord | None) -> None:
        """Offer what can be asked of this study now."""
        self._study = study
        self.setVisible(study is not None)
        if study is None:
            return
        state, lost = study.state, self._desk.is_lost(study)
        self._worker_box.setVisible(state is StudyState.RUNNING and not lost)
        self.stop.setVisible(state in (*LIVE, StudyState.PAUSED))
        self.stop.setEnabled(study.request is not Request.STOP)
        self.primary.setEnabled(not self._is_answering(study))
        nothing = found_nothing(study) is not None
        self.duplicate.setVisible(nothing)
        self.go_on.setVisible(state is StudyState.DONE and not nothing)
        self.go_on.setEnabled(not self._desk.is_starting(study.id))
        exports = state is StudyState.DONE and not nothing
        self.primary.set_icon("pause" if self._pauses(study) else "export" if exports else "play")
        self.primary.setText(self._primary_text())
        wanted = study.n_workers_requested or StudySpec.of_study(study).n_workers
        self.workers.setText(
            counted(wanted, tr("1 worker"), tr("{n} workers")) if wanted else tr("automatic workers")
        )
        self.fewer.setEnabled(_n_workers(study) > 1)

    def _is_answering(self, study: StudyRecord) -> bool:
        """Whether the engine has yet to do what it was asked, or is busy with the end of the search."""
        if self._desk.is_lost(study):
            return False
        asked = study.state is StudyState.RUNNING and study.request is not Request.RUN
        return asked or study.state is StudyState.FINISHING or self._desk.is_starting(study.id)

    def _pauses(self, study: StudyRecord) -> bool:
        return study.state in LIVE and not self._desk.is_lost(study)

    def _primary_text(self) -> str:
        study = self._study
        if study is None or self._pauses(study):
            return tr("Pause")
        if found_nothing(study) is not None:
            return self._desk.actions["study.more_time"].text()
        names = {StudyState.DRAFT: tr("Start"), StudyState.DONE: tr("Export")}
        return names.get(study.state, tr("Resume"))

    def _primary_pressed(self) -> None:
        study = self._study
        if study is None:
            return
        if found_nothing(study) is not None:
            self._desk.actions["study.more_time"].trigger()
        elif study.state is StudyState.DONE:
            self._desk.show_page("export", study.id)
        else:
            self._ask(Request.PAUSE if self._pauses(study) else Request.RUN)

    def _go_on(self) -> None:
        if self._study is not None:
            menu = more_menu(self._desk, self)
            menu.popup(self.go_on.mapToGlobal(self.go_on.rect().bottomLeft()))

    def _ask(self, request: Request) -> None:
        if self._study is not None:
            self._desk.request(self._study.id, request)

    def _change_workers(self, step: int) -> None:
        study = self._study
        if study is None:
            return
        wanted = max(_n_workers(study) + step, 1)
        self._desk.feed.write(lambda store: store.request_workers(study.id, wanted))


def _n_workers(study: StudyRecord) -> int:
    """Return how many workers are wanted; where that is the engine's choice, how many are busy."""
    wanted = study.n_workers_requested or StudySpec.of_study(study).n_workers
    return int(wanted or study.n_trials.get(TrialState.RUNNING, 0) or 1)
