"""The Overview page: how the search in view stands, what runs now, and the controls of the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QStackedWidget, QWidget

from ...engine.domain.comparable import table_is_scored_the_old_way
from ...engine.domain.results import StudyResult
from ...engine.domain.resuming import found_nothing
from ...engine.domain.split_findings import SplitFinding
from ...storage.records import Curves, StudyRecord, StudyState, SystemSample, TrialState
from .. import words
from ..charts.curves import CURVES, TrialCurves, judged_measure
from ..desk import Desk
from ..speech import sentence, tr
from ..states.study_log import log_of, with_note
from ..states.trial_selection import Change
from ..states.trials_data import TrialsData
from ..widgets.chart_view import ChartView
from ..widgets.notices import Notice
from ..widgets.parts import Card, Label, column, row
from .overview_brief import Brief
from .overview_charts import OverviewCharts
from .overview_controls import OverviewControls
from .overview_log import LogCard
from .overview_parts import RunningCard, Tiles
from .overview_result import ResultCard
from .page import FRAME_MS, EmptyState, Page, new_study_button

if TYPE_CHECKING:
    from ...storage.store import Store

_ACTIVE = (StudyState.QUEUED, StudyState.RUNNING, StudyState.FINISHING)
_MOST_SAMPLES = 600
_ASIDE_WIDTH = 348


@dataclass(frozen=True, slots=True)
class OverviewData:
    """What the page reads beside the trials themselves."""

    study_id: int
    curves: dict[int, Curves]
    samples: list[SystemSample]


class OverviewPage(Page):
    """One study as it runs."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("Overview"), of_study=True)
        desk.trials_changed.connect(self._trials_changed)
        self._view: OverviewData | None = None
        self._reading = False
        # Whether the trials have changed since their curves were read.
        self._is_behind = True
        self._curves_of: int | None = None
        self.controls = OverviewControls(desk)
        self.tool_row.addWidget(self.controls)
        self.failure = Notice("bad")
        self.split_audit = Notice("warning")
        self.tiles = Tiles()
        self.running = RunningCard()
        self.running.skipped.connect(self._skip)
        self.running.chosen.connect(self._choose_curves)
        self.result = ResultCard()
        self.log = LogCard()
        self.log.log.note_written.connect(self._keep_note)
        self.log.log.trial_picked.connect(lambda number: self._select([number]))
        self.brief = Brief(desk)
        self.brief.trials_picked.connect(self._select)
        self.charts = OverviewCharts(desk)
        self.charts.trial_picked.connect(self._choose_curves)
        self.curves = ChartView(CURVES)
        self.curves_title = Label(kind="strong")
        self._aside = QStackedWidget()
        self._aside.addWidget(self.running)
        self._aside.addWidget(self.result)
        self.body.addWidget(self.failure)
        self.body.addWidget(self.split_audit)
        self.place(self._content(), self._empty())
        # One frame after the history: both together would stop the window too long.
        self._curves_soon = QTimer(self)
        self._curves_soon.setSingleShot(True)
        self._curves_soon.setInterval(FRAME_MS)
        self._curves_soon.timeout.connect(self._show_curves)
        self.say(self._show)

    def refresh(self) -> None:
        self.show_place(1 if self.desk.study is None else 0)
        self.show_study_state()
        self.desk.follow_trials()
        if self._is_behind:
            self._show_trials()
        else:
            self._show()

    def study_changed(self) -> None:
        self._view, self._curves_of, self._is_behind = None, None, True
        self.log.forget_choice()
        self.brief.look_away()
        super().study_changed()

    def _content(self) -> QWidget:
        curves = Card(margin=12)
        curves.body.addLayout(row(self.curves_title, 1, self.curves.legend))
        curves.body.addWidget(self.curves, 1)
        self._aside.setFixedWidth(_ASIDE_WIDTH)
        self.log.setFixedWidth(_ASIDE_WIDTH)
        self.log.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(12)
        grid.addWidget(self.charts, 0, 0)
        grid.addWidget(self._aside, 0, 1)
        grid.addWidget(curves, 1, 0)
        grid.addWidget(self.log, 1, 1)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        content = QWidget()
        layout = column(self.brief, self.tiles, grid, spacing=12)
        layout.setStretch(2, 1)
        content.setLayout(layout)
        return content

    def _empty(self) -> QWidget:
        return EmptyState(
            "live",
            lambda: tr("Nothing is running"),
            lambda: tr("Start a study; its progress shows here, also after the window was closed."),
            new_study_button(self.desk),
        )

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self.brief.look_away()

    def _keep_note(self, text: str) -> None:
        study = self.desk.study
        if study is not None:
            now = datetime.now().astimezone()

            def work(store: Store) -> None:
                store.edit_study(study.id, notes=with_note(store.study(study.id).notes, text, now))

            self.desk.feed.write(work)

    def _select(self, numbers: Sequence[int]) -> None:
        """Go to the Trials page with these trials selected."""
        data = self.desk.selection.data
        if data is not None:
            self.desk.selection.select(data.table.ids[np.isin(data.table.numbers, numbers)])
            self.desk.show_page("trials")

    def _trials_changed(self, change: Change) -> None:
        if not change & Change.TRIALS:
            return
        self._is_behind = True
        if self.isVisible():
            self._show_trials()
        else:
            self.grow_stale()

    def _show_trials(self) -> None:
        data, study = self.desk.selection.data, self.desk.study
        if data is not None and study is not None:
            self._is_behind = False
            self._read_more(data, study)
        self._show()

    def _read_more(self, data: TrialsData, study: StudyRecord) -> None:
        if self._reading:
            return
        self._reading = True
        running = [int(i) for i in data.table.ids[data.table.states == TrialState.RUNNING]]
        wanted = self._curves_of if self._curves_of is not None else self._best_id(data, study)
        ids = running if wanted is None or wanted in running else [*running, wanted]
        study_id = study.id

        def work(store: Store) -> OverviewData:
            samples = store.system_samples(study_id)[-_MOST_SAMPLES:]
            return OverviewData(study_id, store.curves_of(ids), samples)

        self.desk.feed.read(work, self._took, self._failed)

    def _failed(self, message: object) -> None:
        self._reading = False
        self.desk.feed.failed.emit(message)

    def _took(self, view: OverviewData) -> None:
        self._reading = False
        if view.study_id == self.desk.study_id:
            self._view = view
            self._show()

    def _show(self) -> None:
        study, data = self.desk.study, self.desk.selection.data
        self.controls.show_study(study)
        if study is None:
            return
        self._show_failure(study)
        self._show_split_audit(study)
        spread = self._best_spread(study, data)
        self.tiles.show_study(study, spread, self.desk.standing(study)[0], is_lost=self.desk.is_lost(study))
        if data is None or self.desk.selection.study_id != study.id:
            return
        curves = self._view.curves if self._view is not None else {}
        self.running.show_trials(data.table, curves, study)
        self.result.show_study(study, spread, is_old=table_is_scored_the_old_way(data.table))
        # Nothing runs where the engine is gone, whatever the store says of its trials.
        runs = (study.state in _ACTIVE and not self.desk.is_lost(study)) or self.desk.is_starting(study.id)
        self._aside.setCurrentWidget(self.running if runs else self.result)
        self.log.machine.show_samples(self._view.samples if self._view is not None else [])
        self.log.log.show_entries(log_of(study, data))
        self.log.show_usual(runs=runs)
        self.brief.show_study(study, data, is_looked_at=self.isVisible())
        self._curves_soon.start()

    def _show_failure(self, study: StudyRecord) -> None:
        failure, nothing = study.failure, found_nothing(study)
        if nothing is not None and not self.desk.is_starting(study.id):
            self.failure.tell(lambda: tr("Nothing found. {why}", why=sentence(nothing)), "warning")
        elif failure is not None:
            self.failure.tell(lambda: words.failure_text(failure))
        elif self.desk.is_lost(study):
            self.failure.tell(
                lambda: tr("The engine of this study is not running; resume to go on where it stopped."),
                "warning",
            )
        else:
            self.failure.hide()

    def _show_split_audit(self, study: StudyRecord) -> None:
        """Tell what speaks against the folds; it stays true where the user has kept them."""
        audit = StudyResult.of(study).split_audit
        if audit is None or not audit.findings:
            self.split_audit.hide()
            return
        findings = sorted(audit.findings, key=lambda one: (one.severity != "serious", one.is_answered))

        def line(one: SplitFinding) -> str:
            kept = " " + tr("The folds were kept all the same.")
            return sentence(one.message()) + (kept if one.is_answered else "")

        self.split_audit.tell(
            lambda: "\n".join(map(line, findings)), "bad" if audit.unanswered else "warning"
        )

    def _show_curves(self) -> None:
        study, data = self.desk.study, self.desk.selection.data
        if study is None or data is None or self.desk.selection.study_id != study.id:
            return
        curves = self._view.curves if self._view is not None else {}
        table = data.table
        running = table.ids[table.states == TrialState.RUNNING]
        wanted = self._curves_of
        if wanted is None or wanted not in curves:
            with_curves = [int(i) for i in running if int(i) in curves]
            wanted = with_curves[0] if with_curves else self._best_id(data, study)
        shown = curves.get(wanted) if wanted is not None else None
        if wanted is None:
            self.curves_title.setText(tr("Learning curves"))
        else:
            number = int(table.numbers[table.ids == wanted][0])
            title = (
                tr("Learning curves of trial {number}", number=number)
                if number >= 0
                else tr("Learning curves")
            )
            self.curves_title.setText(title)
        judged = judged_measure(shown, study.metric)
        self.curves.show_data(TrialCurves(shown, judged, "" if judged == "loss" else study.metric))

    def _skip(self, trial_id: int) -> None:
        self.desk.feed.write(lambda store: store.request_skip(trial_id))
        self.desk.toast(lambda: tr("The trial ends after this epoch."))

    def _choose_curves(self, trial_id: int) -> None:
        self._curves_of = trial_id
        self._show()
        # What is not known of it is read.
        self._show_trials()

    @staticmethod
    def _best_id(data: TrialsData, study: StudyRecord) -> int | None:
        if study.best_trial is None:
            return None
        ids = data.table.ids[data.table.numbers == study.best_trial]
        return int(ids[0]) if len(ids) else None

    @staticmethod
    def _best_spread(study: StudyRecord, data: TrialsData | None) -> float | None:
        if data is None or study.best_trial is None:
            return None
        stds = data.table.stds[data.table.numbers == study.best_trial]
        return float(stds[0]) if len(stds) and np.isfinite(stds[0]) else None
