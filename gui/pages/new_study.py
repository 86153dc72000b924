"""The New study page: a data file, what is in it, what is asked of it, a forecast, and the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QStackedWidget, QWidget

from ...engine.domain.errors import SpecError
from ...engine.domain.forecasts import Forecast, ForecastRequest
from ...engine.domain.requests import CreatedStudy, CreateStudy, Inspect, result_of
from ...engine.domain.spec import ORDERED_SPLITS, ReadSpec, SplitSpec, StudySpec
from ...storage.records import DatasetRecord, JobRecord, Request, StudyRecord
from ..desk import Desk
from ..jobs import JobWatcher
from ..models.inspection import Inspection, SplitFinding
from ..speech import Text, sentence, tr
from ..widgets.drop_zone import DropZone
from ..widgets.notices import Notice
from ..widgets.parts import Button, Label, column, row
from .forecast_card import ForecastCard
from .new_study_data import DataPanel
from .new_study_form import StudyForm
from .new_study_memory import Memory
from .new_study_source import is_text_file, source_text, waiting_box
from .page import Page
from .split_question import SplitQuestion

if TYPE_CHECKING:
    from ...storage.store import Store

_AGAIN_MS = 500
_FORM_WIDTH, _FORM_WIDTH_NARROW = 344, 308
_NARROW_BELOW = 1000


class NewStudyPage(Page):
    """First where the data comes from; then the data at the left and the settings at the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("New study"))
        self.source: str = ""
        self._kept = Memory.load(desk.preferences)  # until the page is seen for the first time
        self._memory: Memory | None = None  # what is to be asked of `_opening`
        self._opening: str = ""  # what is read for the first time; `source` stays until that is known to work
        self.inspection: Inspection | None = None
        self._names_may_change = (
            False  # the file is to be read otherwise: target and roles may name no column
        )
        self._inspecting = JobWatcher(desk, self)
        self._creating = JobWatcher(desk, self)
        self._forecasting = JobWatcher(desk, self)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MS)
        self._again.timeout.connect(self._inspect)
        self.notice = Notice("bad")
        self.question = SplitQuestion()
        self._has_taken = False  # other folds, as a finding advised: for this target only
        self._looked_at: dict[str, Any] = {}  # of the split, by the inspection that is shown
        self._looking_at: dict[str, Any] = {}  # … by the one that runs
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.hide()
        self.drop = DropZone(desk)
        self.data = DataPanel()
        self.form = StudyForm()
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
        self._stack = QStackedWidget()
        for widget in (self.drop, waiting_box(self._cancel_opening), content):
            self._stack.addWidget(widget)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.question)
        self.body.addWidget(self.busy)
        self.body.addWidget(self._stack, 1)
        self._connect()
        self.say(self._show_source)
        self.say(self._check)

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
        self._opening, self._memory = source, memory
        self.notice.hide()
        self._stack.setCurrentIndex(1)
        self._show_source()
        self._check()
        request = Inspect(source)
        if memory is not None:
            target = memory.fields.get("target") or None
            request = Inspect(source, ReadSpec(**memory.read), dict(memory.roles), target)
        self._looking_at = {}
        self._inspecting.start(request)

    def open_like(self, study: StudyRecord, data: DatasetRecord) -> None:
        """Begin a study that is like another one."""
        memory = Memory.of_study(study, data)
        self.open_source(memory.source, memory)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._recall_once()

    def _recall_once(self) -> None:
        """Open what was open when the window was used last, unless something else has been asked for."""
        memory, self._kept = self._kept, None
        if memory is not None and memory.is_there and not self.source and not self._opening:
            self.open_source(memory.source, memory)

    def _remember(self) -> None:
        try:
            fields = self.form.values()
        except ValueError:
            return  # something is being typed
        space = self.data.space()
        Memory(self.source, self.data.read_options(), dict(self.data.roles), fields, space).save(
            self.desk.preferences
        )

    def show_inspection(self, result: dict[str, Any]) -> None:
        """Show what an ``inspect`` job found."""
        memory, self._memory = self._memory, None
        self._looked_at = self._looking_at
        if self._opening:
            self._begin_anew()
            if memory is not None:
                self.data.recall(memory.read, memory.roles, memory.space)
        if self._names_may_change:
            self.data.roles = {}
            self._names_may_change = False
        self.inspection = Inspection.from_json(result)
        self.data.show_inspection(self.inspection)
        self.form.show_inspection(self.inspection, self.data.roles)
        if memory is not None:
            self._recall_form(memory)
        self._look_for_starts(self.inspection.digest, self.form.target())
        self.busy.hide()
        self._tell_messages()
        self._stack.setCurrentIndex(2)
        self._show_source()
        self._check()

    def _recall_form(self, memory: Memory) -> None:
        try:
            self.form.recall(memory.fields)
        except (TypeError, ValueError):  # a damaged memory counts as none
            self.form.forget()
            assert self.inspection is not None  # noqa: S101 - by the caller
            self.form.show_inspection(self.inspection, self.data.roles)

    def _tell_messages(self) -> None:
        """Show what was found on reading the data, as far as the choices do not answer it."""
        if self.inspection is not None:
            messages = self.inspection.messages_for(self.form.holdout_part())
            self.notice.tell(lambda: "\n".join(sentence(message) for message in messages), "warning")

    def _look_for_starts(self, digest: str, target: str) -> None:
        """Offer the studies on equal data, with the same target, that have found something."""

        def work(store: Store) -> list[StudyRecord]:
            equal = {data.id for data in store.datasets() if digest and data.digest == digest}
            studies = [s for s in store.studies() if s.dataset_id in equal and s.best_trial is not None]
            return [s for s in studies if s.spec.get("target") == target]

        self.desk.feed.read(work, self._took_starts)

    def _took_starts(self, studies: list[StudyRecord]) -> None:
        self.form.offer_starts(studies)

    def spec(self) -> StudySpec:
        """Return what is asked.

        Raises
        ------
        SpecError, ValueError
            Where a setting is missing or out of range; the text is translated.
        """
        return self.form.spec(self.data.roles, self.data.space())

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
        self.form.part_changed.connect(self._tell_messages)
        self.form.families_changed.connect(self.data.set_families)
        self.question.taken.connect(self._take_split)
        self.question.kept.connect(self._keep_split)
        self.forecast.wanted.connect(self._forecast)
        self.forecast.unwanted.connect(self._cancel_forecast)
        self._inspecting.finished.connect(self._inspected)
        self._inspecting.failed.connect(self._failed)
        self._creating.finished.connect(self._created)
        self._creating.failed.connect(self._failed)
        self._forecasting.finished.connect(lambda job: self.forecast.show_result(result_of(job, Forecast)))
        self._forecasting.failed.connect(self.forecast.show_failure)
        self._forecasting.progressed.connect(self.forecast.show_progress)

    def _begin_anew(self) -> None:
        """Forget what was asked of the former file; the new one could be read."""
        self.source, self._opening = self._opening, ""
        self._names_may_change = False
        self.data.forget()
        self.data.set_text_file(is_text_file(self.source))
        self.form.forget()
        self._has_taken = False
        self.forecast.forget()

    def _cancel_opening(self) -> None:
        """Go back to the former file, or, where there is none, to where one is chosen."""
        self._inspecting.cancel()
        self._opening, self._memory = "", None
        self.busy.hide()
        self._stack.setCurrentIndex(2 if self.inspection is not None else 0)
        self._show_source()
        self._check()

    def _forget(self) -> None:
        self._again.stop()
        self._inspecting.cancel()
        self._forecasting.cancel()
        self.source, self._opening, self.inspection = "", "", None
        self.busy.hide()
        self.notice.hide()
        self._stack.setCurrentIndex(0)
        self._show_source()
        self._check()

    def _read(self) -> ReadSpec:
        return ReadSpec(**self.data.read_options())

    def _inspect(self) -> None:
        if not self.source or self._opening:
            return
        self.busy.setVisible(self.inspection is not None)
        roles, target = dict(self.data.roles), self.form.target() or None
        if self._names_may_change:
            roles, target = {}, None
        self._looking_at = self._split_asked()
        split = SplitSpec(**self._looking_at)
        self._inspecting.start(Inspect(self.source, self._read(), roles, target, split))

    def _split_asked(self) -> dict[str, Any]:
        """Return what is to be looked at of the split; nothing while something is being typed."""
        try:
            return self.form.split.looked_at()
        except ValueError:
            return {}

    def _is_looked_at(self, found: Inspection) -> bool:
        """Whether the folds that are chosen are those that were looked at; folds in order need not be."""

        def plainly(split: dict[str, Any]) -> dict[str, Any]:
            kind = split.get("kind", "auto")
            is_same = kind in ("auto", found.split_kind)
            return {"duplicates": "auto", **split, "kind": "auto" if is_same else kind}

        asked = self._split_asked()
        return asked.get("kind") in ORDERED_SPLITS or plainly(asked) == plainly(self._looked_at)

    def _look_again(self) -> None:
        """Have the folds that are chosen looked at, unless that is being done."""
        if not self._inspecting.is_busy or self._looking_at != self._split_asked():
            self._again.start()

    def _inspected(self, job: JobRecord) -> None:
        self.show_inspection(dict(job.result))

    def _read_changed(self, option: str) -> None:
        self._names_may_change = self._names_may_change or option != "decimal"
        self._again.start()

    def _role_changed(self, name: str, role: str) -> None:
        if role == "target":
            self._forget_answer()
            self.form.set_target(name)
        self._again.start()
        self._check()

    def _target_changed(self) -> None:
        self._forget_answer()
        self.data.set_target(self.form.target())
        self._again.start()
        self._check()

    def _forget_answer(self) -> None:
        """Forget answers to questions about another target."""
        self.form.split.independent.clear()
        if self._has_taken:
            self._has_taken = False
            self.form.split.choose("auto")

    def _take_split(self, found: SplitFinding) -> None:
        """Divide the rows as a finding suggests."""
        self._has_taken = True
        if found.by == "duplicates":
            self.form.split.duplicates.set_value("auto")
            self._check()
            return
        if found.by in ("time", "group"):
            self.data.give_role(found.column, found.by)
        kind = {"time": "time", "order": "order"}.get(found.by, "grouped")
        name_part = int(found.column) if found.by == "name_part" else 0
        self.form.split.choose(kind, found.gap if kind != "grouped" else 0, name_part)
        self._check()

    def _keep_split(self, found: SplitFinding) -> None:
        """Keep the folds: the user says that the rows are independent."""
        self.form.split.independent.add(found.key)
        self._check()

    def _forecast(self) -> None:
        try:
            spec = self.spec()
        except (SpecError, ValueError):
            self._check()
            return
        self.forecast.show_progress(0.0, "")
        self._forecasting.start(ForecastRequest(self.source, spec, self._read()))

    def _cancel_forecast(self) -> None:
        self._forecasting.cancel()
        self.forecast.forget()

    def _start(self) -> None:
        try:
            spec = self.spec()
        except (SpecError, ValueError):
            self._check()
            return
        self.busy.show()
        self.start.setEnabled(False)
        name, warm_start = self.form.name(), self.form.warm_start()
        self._creating.start(CreateStudy(self.source, spec, self._read(), name, warm_start))

    def _created(self, job: JobRecord) -> None:
        self.busy.hide()
        created = result_of(job, CreatedStudy)
        self.desk.request(created.study_id, Request.RUN)
        self.desk.toast(lambda: tr("The search has been started."))
        known = self.inspection.messages if self.inspection else ()
        for message in (m.to_json() for m in created.messages):
            if message not in known:  # of the splits and the workers; the others have been read on this page
                self.desk.toast(lambda m=message: sentence(m))
        self._check()
        self.desk.show_page("live", created.study_id)

    def _failed(self, text: Text) -> None:
        if self._opening:
            self._cancel_opening()
        self.busy.hide()
        self.notice.tell(text)
        self._check()

    def _check(self, *_: object) -> None:
        """Say what keeps the search from being started."""
        found, problem = self.inspection, ""
        ready = found is not None and not self._opening
        if found is not None and ready:
            try:
                self.spec()
            except SpecError as error:
                problem = sentence(error.sentence.to_json())
            except ValueError as error:
                problem = str(error)
            if not problem:
                self._remember()
            problem = problem or self._what_forbids(found)
        asked = self._what_to_ask(found) if found is not None and ready else None
        self.question.ask(asked)
        if asked is not None:
            problem = problem or tr("Say first whether the rows are independent.")
        elif found is not None and ready and not self._is_looked_at(found):
            self._look_again()
            problem = problem or tr("These folds are being looked at…")
        self.problem.setText(problem)
        self.problem.setToolTip(problem)
        self.problem.setVisible(bool(problem))
        can_start = ready and not problem
        self.start.setEnabled(can_start and not self._creating.is_busy)
        self.start.setVisible(ready)
        self.other.setVisible(ready)
        self.forecast.setEnabled(can_start)

    def _what_to_ask(self, found: Inspection) -> SplitFinding | None:
        """Return the gravest finding about the folds that waits for an answer."""
        split = self.form.split
        if split.kind.value() in ORDERED_SPLITS or not self._is_looked_at(found):
            return None
        return next((one for one in found.split_findings if one.key not in split.independent), None)

    def _what_forbids(self, found: Inspection) -> str:
        wrong = (one for one in found.findings if one.forbids(self.form.task()))
        return next((sentence(one.message) for one in wrong), "")

    def _show_source(self) -> None:
        source = self._opening or self.source
        self.subtitle.setText(source_text(source, None if self._opening else self.inspection))
        self.subtitle.setToolTip(source)
