"""The Groups page: whether a trial's networks treat groups of rows alike, by any column of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ...engine.domain.group_audits import GroupAudit
from ...engine.domain.requests import AuditGroups
from ...storage.records import JobRecord, StudyRecord
from ..desk import Desk
from ..jobs import job_going
from ..speech import Text, tr
from ..states.auditing import audit_step, groupable, kept_audits
from ..widgets.fields import ChoiceField, Options, TextField
from ..widgets.parts import Button, Card, Label, column, row
from ..widgets.trial_field import BEST, Complete, TrialField, best_text, complete_trials
from .groups_card import GroupsCard, audit_key
from .job_page import JobPage
from .page import nothing_to_do
from .threshold_choice import ThresholdChoice

if TYPE_CHECKING:
    from ...storage.store import Store

_LABEL_PX = 200


@dataclass(frozen=True, slots=True)
class _View:
    """What the store says of the study in view."""

    study_id: int
    complete: Complete
    columns: list[str]
    labels: list[str]
    job: JobRecord | None


class GroupsPage(JobPage[AuditGroups, GroupAudit]):
    """Above which trial, column and class, below the audit that was made last, and the earlier ones to choose from."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            lambda: tr("Understand: groups"),
            Button(lambda: tr("Audit"), "primary", "groups"),
            AuditGroups,
            GroupAudit,
            cancelled=lambda: tr("The audit was cancelled; nothing of it was kept."),
            of_study=True,
        )
        self.tool_row.addWidget(self.start)
        self._study_shown: int | None = None
        self._wanted: tuple[int, str] | None = None
        # None until they were read.
        self._columns: list[str] | None = None
        self.card = GroupsCard()
        content = QWidget()
        layout = column(self._choice_card(), self.card, spacing=12)
        layout.setStretch(1, 1)
        content.setLayout(layout)
        nothing = nothing_to_do(
            desk,
            "groups",
            lambda: tr("Nothing to audit yet"),
            lambda: tr(
                "Once a study has a complete trial, you see here whether its networks treat groups of rows alike."
            ),
        )
        self.place(content, *nothing)

    def refresh(self) -> None:
        study = self.desk.study
        self.show_place(1 if study is None else 2 if study.best_trial is None else 0)
        self.show_study_state()
        self.show_start()
        if study is None:
            return
        if study.id != self._study_shown:
            self._study_shown, self._columns = study.id, None
        self.threshold.show_model(study, self._trial_number())
        self._show_audits(study)

        def work(store: Store) -> _View:
            schema = store.dataset(study.dataset_id).schema if study.dataset_id is not None else {}
            columns, labels = groupable(schema.get("columns") or ())
            complete = complete_trials(store.trial_table(study.id))
            return _View(study.id, complete, columns, labels, job_going(store, AuditGroups, study.id))

        self.desk.feed.read(work, self._took)

    def study_changed(self) -> None:
        self._wanted = None
        self.trial.set_value(BEST)
        super().study_changed()

    def take_focus(self) -> None:
        (self.card.table if self.card.audits else self.by.widget).setFocus()

    def _choice_card(self) -> Card:
        self.trial = TrialField(lambda: best_text(self.desk.study))
        self.trial.changed.connect(self._trial_chosen)
        self.by = ChoiceField(
            lambda: tr("Groups by"),
            tip=lambda: tr("A column of the data; the model need not use it."),
        )
        self.positive = ChoiceField(
            lambda: tr("Rates of"),
            tip=lambda: tr("The class that shares, recall, false positives and precision are counted of."),
        )
        self.label = (
            # In the place of `positive` where there are too many classes to know them all.
            TextField(
                lambda: tr("Rates of"),
                lambda: tr("a class; empty: accuracy only"),
                lambda: tr("The class that shares, recall, false positives and precision are counted of."),
            )
        )
        self.threshold = ThresholdChoice(self.desk)
        for field in (self.by, self.positive, self.label):
            field.label.setMinimumWidth(0)
            field.label.setMaximumWidth(_LABEL_PX)
        self.no_columns = Label(
            lambda: tr("The data of this study has no column that makes groups."), "small", "muted", wrap=True
        )
        self.no_columns.hide()
        choice = QWidget()
        line = row(self.trial.label, self.trial.widget, self.by.label, self.by.widget, spacing=8)
        for field in (self.positive, self.label):
            line.addWidget(field.label)
            line.addWidget(field.widget)
        for place in (1, 3, 5, 7):
            line.setStretch(place, 1)
        choice.setLayout(line)
        card = Card(margin=12)
        for widget in (choice, self.threshold, self.no_columns, self.progress_box):
            card.body.addWidget(widget)
        return card

    def _took(self, view: _View) -> None:
        study = self.desk.study
        if study is None or view.study_id != study.id:
            return
        self.trial.offer(view.complete, study)
        self._columns = view.columns
        self.by.set_options([(name, lambda name=name: name) for name in view.columns])
        self.no_columns.setVisible(not view.columns)
        usual: Text = (
            (lambda: tr("The second class"))
            if study.task == "binary"
            else (lambda: tr("None: accuracy only"))
        )
        options: Options = [("", usual), *((name, lambda name=name: name) for name in view.labels)]
        self.positive.set_options(options)
        is_known = study.task == "binary" or bool(view.labels)
        for field, shown in ((self.positive, is_known), (self.label, not is_known)):
            for widget in (field.label, field.widget):
                widget.setVisible(shown and study.task != "regression")
        self.follow(view.job)
        self.threshold.show_model(study, self._trial_number())
        self.show_start()

    def _trial_number(self) -> int | None:
        chosen, study = self.trial.value(), self.desk.study
        return chosen if isinstance(chosen, int) else study.best_trial if study is not None else None

    def _trial_chosen(self) -> None:
        self.threshold.show_model(self.desk.study, self._trial_number())

    def can_start(self) -> bool:
        study = self.desk.study
        return study is not None and study.best_trial is not None and bool(self._columns)

    def _show_audits(self, study: StudyRecord) -> None:
        self.card.show_audits(kept_audits(study), self._wanted)
        self._wanted = None

    def request(self) -> AuditGroups | None:
        study, number = self.desk.study, self._trial_number()
        if study is None or number is None or not self.by.value():
            return None
        return AuditGroups(
            study_id=study.id,
            trial=number,
            by=self.by.value(),
            positive=self.label.value() if self.label.widget.isVisible() else self.positive.value() or "",
            threshold=self.threshold.value(),
        )

    def doing_text(self, asked: AuditGroups, doing: str) -> str:  # noqa: ARG002 - of all jobs
        return audit_step(doing)

    def render(self, asked: AuditGroups, answer: GroupAudit) -> None:
        if asked.study_id != self.desk.study_id:
            return
        self._wanted = audit_key(answer)
        self.desk.toast(lambda: tr("Kept with the study; the model card of later exports shows it."))
        self.desk.refresh()
