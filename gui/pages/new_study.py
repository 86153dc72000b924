"""The New study page: a data file, what is in it, what is asked of it, a forecast, and the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from ...engine.domain.errors import SpecError
from ...engine.domain.forecasts import Forecast
from ...engine.domain.inspections import Finding, Inspection
from ...engine.domain.requests import CreatedStudy, result_of
from ...engine.domain.spec import StudySpec
from ...engine.domain.split_findings import SplitFinding
from ...engine.domain.study_list import list_studies
from ...storage.records import DatasetRecord, JobRecord, Request, StudyRecord
from ..desk import Desk
from ..jobs import JobWatcher
from ..speech import Text, sentence, tr
from ..states.new_study import NewStudyState, Readiness
from ..states.new_study_memory import Memory
from ..states.sources import is_text_file, source_text
from ..widgets.drop_zone import DropZone
from ..widgets.notices import Notice
from ..widgets.parts import Button, Label, column, row
from .data_question import DataQuestion
from .forecast_card import ForecastCard
from .new_study_data import DataPanel
from .new_study_form import StudyForm
from .new_study_waiting import waiting_box
from .page import Page

if TYPE_CHECKING:
    from ...storage.store import Store

_AGAIN_MS = 500
_FORM_WIDTH, _FORM_WIDTH_NARROW = 344, 308
_NARROW_BELOW = 1000
_CONTENT, _DROP, _WAITING = range(3)


class NewStudyPage(Page):
    """First where the data comes from; then the data at the left and the settings at the right.

    What is asked, and what follows from it, is in `state`; the page shows it and has the engine's jobs done.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("New study"))
        self.state = NewStudyState()
        # As the page was checked last.
        self._standing = Readiness()
        # Until the page is seen for the first time.
        self._kept = Memory.load(desk.preferences)
        self._inspecting = JobWatcher(desk, self)
        self._creating = JobWatcher(desk, self)
        self._forecasting = JobWatcher(desk, self)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._inspect)
        self.notice = Notice("bad")
        self.question = DataQuestion()
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.hide()
        self.drop = DropZone(desk)
        self.data = DataPanel()
        self.form = StudyForm(self.state)
        self.forecast = ForecastCard()
        self._make_actions()
        self._side = QWidget()
        layout = column(self.form, self.forecast, spacing=12)
        layout.setStretch(0, 1)
        self._side.setLayout(layout)
        content = QWidget()
        both = row(self.data, self._side, spacing=12)
        both.setStretch(0, 1)
        content.setLayout(both)
        for widget in (self.notice, self.question, self.busy):
            self.body.addWidget(widget)
        self.place(content, self.drop, waiting_box(self._cancel_opening))
        self._show_where()
        self._connect()
        self.say(self._show_source)
        self.say(self._check)

    @property
    def inspection(self) -> Inspection | None:
        """What is in the data in view."""
        return self.state.found

    @property
    def source(self) -> str:
        """The data in view."""
        return self.state.source

    def spec(self) -> StudySpec:
        """Return what is asked.

        Raises
        ------
        SpecError, ValueError
            Where a setting is missing or out of range; the text is translated.
        """
        self._read_form()
        return self.state.spec()

    def refresh(self) -> None:
        self._check()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._side.setFixedWidth(_FORM_WIDTH if self.width() >= _NARROW_BELOW else _FORM_WIDTH_NARROW)

    def open_source(self, source: str, memory: Memory | None = None) -> None:
        """Read a file, or a sample (`SAMPLE_PREFIX` and its name), and begin anew where that succeeds.

        Parameters
        ----------
        memory : Memory, optional
            What to ask of it, from an earlier time.
        """
        self._again.stop()
        self._forecasting.cancel()
        self._read_form()
        asked = self.state.open(source, memory)
        self.notice.hide()
        self._show_where()
        self._check()
        self._inspecting.start(asked)

    def open_like(self, study: StudyRecord, data: DatasetRecord) -> None:
        """Begin a study that is like another one."""
        memory = Memory.of_study(study, data)
        self.open_source(memory.source, memory)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._recall_once()

    def show_inspection(self, found: Inspection) -> None:
        """Show what an ``inspect`` job found."""
        state = self.state
        self._read_form()
        is_new = state.take(found)
        # Before all else: whatever changes has the state take what the form says.
        self.form.show_state()
        if is_new:
            self.data.begin_anew(state.space)
            self.form.offer_starts(())
            self.forecast.forget()
        self.data.show_inspection(found, state.roles, is_text=is_text_file(state.source))
        self._look_for_starts(found.digest, state.values["target"])
        self.busy.hide()
        self._tell_messages()
        self._show_where()
        self._check()

    def _recall_once(self) -> None:
        """Open what was open when the window was used last, unless something else has been asked for."""
        memory, self._kept = self._kept, None
        if memory is not None and memory.is_there and not self.state.source and not self.state.opening:
            self.open_source(memory.source, memory)

    def _read_form(self) -> None:
        """Have the state take what is written on the page."""
        self.form.read_values()
        state = self.state
        try:
            state.space, state.space_mistake = self.data.space_editor.space(), None
        except SpecError as error:
            state.space_mistake = error

    def _tell_messages(self) -> None:
        messages = self.state.messages()
        self.notice.tell(lambda: "\n".join(sentence(message) for message in messages), "warning")

    def _look_for_starts(self, digest: str, target: str) -> None:
        """Offer the studies on equal data, with the same target, that have found something."""

        def work(store: Store) -> list[StudyRecord]:
            equal = {data.id for data in store.datasets() if digest and data.digest == digest}
            likely = (s for s in list_studies(store).studies if s.spec.target == target)
            return [
                s.record for s in likely if s.record.dataset_id in equal and s.record.best_trial is not None
            ]

        self.desk.feed.read(work, self.form.offer_starts)

    def _make_actions(self) -> None:
        self.other = Button(lambda: tr("Another file"), "", "folder")
        self.other.clicked.connect(self._forget)
        self.start = Button(lambda: tr("Start search"), "primary", "play")
        self.start.clicked.connect(self._start)
        self.problem = Label(kind="small", tone="bad")
        self.problem.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.problem.setWordWrap(True)
        self.problem.setMaximumWidth(360)
        for widget in (self.problem, self.other, self.start):
            self.tool_row.addWidget(widget)

    def _connect(self) -> None:
        self.desk.file_dropped.connect(lambda path: self.open_source(path))
        self.desk.duplicated.connect(self.open_like)
        self.drop.file_chosen.connect(lambda path: self.open_source(path))
        self.drop.sample_chosen.connect(lambda sample: self.open_source(sample))
        self.data.read_changed.connect(self._read_changed)
        self.data.role_changed.connect(self._role_changed)
        self.data.space_changed.connect(self._check)
        self.form.changed.connect(self._check)
        self.form.target_changed.connect(self._target_changed)
        self.form.kind_changed.connect(self._look_again)
        self.form.fields["split.holdout_part"].changed.connect(self._tell_messages)
        self.question.taken.connect(self._take_advice)
        self.question.kept.connect(self._keep)
        self.forecast.wanted.connect(self._forecast)
        self.forecast.unwanted.connect(self._cancel_forecast)
        self._inspecting.finished.connect(lambda job: self.show_inspection(result_of(job, Inspection)))
        self._inspecting.failed.connect(self._failed)
        self._creating.finished.connect(self._created)
        self._creating.failed.connect(self._failed)
        self._forecasting.finished.connect(lambda job: self.forecast.show_result(result_of(job, Forecast)))
        self._forecasting.failed.connect(self.forecast.show_failure)
        self._forecasting.progressed.connect(self.forecast.show_progress)

    def _cancel_opening(self) -> None:
        """Go back to the former file, or, where there is none, to where one is chosen."""
        self._inspecting.cancel()
        self.state.give_up_opening()
        self.busy.hide()
        self._show_where()
        self._check()

    def _forget(self) -> None:
        self._again.stop()
        self._inspecting.cancel()
        self._forecasting.cancel()
        self.state.forget_data()
        self.busy.hide()
        self.notice.hide()
        self._show_where()
        self._check()

    def _inspect(self) -> None:
        self._read_form()
        asked = self.state.inspect_request()
        if asked is not None:
            self.busy.setVisible(self.state.found is not None)
            self._inspecting.start(asked)

    def _look_again(self) -> None:
        self._again.start()
        self._check()

    def _read_changed(self, option: str, value: object) -> None:
        self.state.read_otherwise(option, value)
        self._again.start()

    def _role_changed(self, name: str, role: str) -> None:
        self._read_form()
        self.state.give_role(name, role)
        self.form.show_state()
        self._look_again()

    def _target_changed(self) -> None:
        self._read_form()
        self.state.set_target(self.state.values["target"])
        self.form.show_state()
        self._look_again()

    def _take_advice(self, finding: SplitFinding | Finding) -> None:
        if isinstance(finding, Finding):
            self._role_changed(finding.column or "", "ignored")
            return
        self.state.take_split(finding)
        self.form.show_state()
        if finding.by in ("time", "group"):
            self._again.start()
        self._check()

    def _keep(self, finding: SplitFinding | Finding) -> None:
        self.state.keep(finding)
        self._check()

    def _forecast(self) -> None:
        self._check()
        spec = self._standing.spec
        if spec is not None:
            self.forecast.show_progress(0.0, "")
            self._forecasting.start(self.state.forecast_request(spec))

    def _cancel_forecast(self) -> None:
        self._forecasting.cancel()
        self.forecast.forget()

    def _start(self) -> None:
        self._check()
        spec = self._standing.spec
        if spec is not None:
            self.busy.show()
            self.start.setEnabled(False)
            self._creating.start(self.state.create_request(spec))

    def _created(self, job: JobRecord) -> None:
        self.busy.hide()
        created = result_of(job, CreatedStudy)
        if created.study_id is None:
            self.state.take_audit(created.split_audit)
            self._check()
            return
        self.desk.request(created.study_id, Request.RUN)
        self.desk.toast(lambda: tr("The search has been started."))
        known = self.state.found.messages if self.state.found is not None else ()
        for message in created.messages:
            # Of the splits and the workers; the others have been read on this page.
            if message not in known:
                self.desk.toast(lambda m=message: sentence(m))
        self._check()
        self.desk.show_page("overview", created.study_id)

    def _failed(self, text: Text) -> None:
        if self.state.opening:
            self._cancel_opening()
        self.busy.hide()
        self.notice.tell(text)
        self._check()

    def _check(self, *_: object) -> None:
        """Say what keeps the search from being started."""
        self._read_form()
        self.data.set_families(self.state.values["families"])
        self._standing = standing = self.state.standing()
        memory = self.state.memory()
        if standing.is_ready and memory is not None:
            memory.save(self.desk.preferences)
        if standing.must_look and not (self._inspecting.is_busy and self.state.is_being_looked_at()):
            self._again.start()
        self.question.ask(standing.question)
        self.problem.setText(standing.problem)
        self.problem.setToolTip(standing.problem)
        self.problem.setVisible(bool(standing.problem))
        self.start.setEnabled(standing.can_start and not self._creating.is_busy)
        self.start.setVisible(standing.is_ready)
        self.other.setVisible(standing.is_ready)
        self.forecast.setEnabled(standing.can_start)

    def _show_where(self) -> None:
        """Show the data, where they are chosen, or that they are read."""
        state = self.state
        self.show_place(_WAITING if state.opening else _CONTENT if state.found is not None else _DROP)
        self._show_source()

    def _show_source(self) -> None:
        state = self.state
        source = state.opening or state.source
        self.subtitle.setText(source_text(source, None if state.opening else state.found))
        self.subtitle.setToolTip(source)
