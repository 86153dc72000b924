"""The Groups page: whether a trial's networks treat groups of rows alike, by any column of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from ...engine.domain.group_audits import GroupAudit
from ...engine.domain.kinds import KINDS
from ...engine.domain.requests import AuditGroups, request_of, result_of
from ...engine.domain.results import StudyResult
from ...storage.records import JobRecord, StudyRecord
from ..desk import Desk
from ..jobs import JobWatcher, job_going
from ..speech import Text, tr
from ..widgets.fields import ChoiceField, Options, TextField
from ..widgets.notices import Notice
from ..widgets.parts import Button, Card, Label, column, row
from ..widgets.progress import ProgressBox
from ..widgets.trial_field import BEST, Complete, TrialField, best_text, complete_trials
from .groups_card import GroupsCard, key_of
from .page import Page, Pages, nothing_to_do
from .threshold_choice import ThresholdChoice

if TYPE_CHECKING:
    from ...storage.store import Store

_NO_GROUPS = ("target", "id", "constant", *(r for k in KINDS.values() if not k.makes_groups for r in k.roles))
"""Roles of columns that make no groups."""
_ROLES = ("categorical", "group", "ignored", "numeric", "date", "time")  # the likeliest first
_LABEL_PX = 200


@dataclass(frozen=True, slots=True)
class _View:
    """What the store says of the study in view."""

    study_id: int
    complete: Complete
    columns: list[str]
    labels: list[str]
    job: JobRecord | None


class GroupsPage(Page):
    """Above which trial, column and class, below the audit that was made last, and the earlier ones to choose from."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("Groups"), with_switcher=True)
        self._job = JobWatcher(desk, self)
        self._job.progressed.connect(self._progressed)
        self._job.finished.connect(self._audited)
        self._job.failed.connect(self._failed)
        self._study_shown: int | None = None
        self._wanted: tuple[int, str] | None = None
        self._doing = ""  # what the engine says it does
        self._job_of = ""  # the name of the study that it does it for
        self._columns: list[str] | None = None  # None until they were read
        self.notice = Notice("bad")
        self.start = Button(lambda: tr("Audit"), "primary", "groups")
        self.start.clicked.connect(self._start)
        self.tool_row.addWidget(self.start)
        self.card = GroupsCard()
        content = QWidget()
        layout = column(self._choice_card(), self.card, spacing=12)
        layout.setStretch(1, 1)
        content.setLayout(layout)
        self._stack = Pages()
        self._stack.addWidget(content)
        for state in nothing_to_do(
            desk,
            "groups",
            lambda: tr("Nothing to audit yet"),
            lambda: tr(
                "Once a study has a complete trial, you see here whether its networks treat groups of rows alike."
            ),
        ):
            self._stack.addWidget(state)
        self.body.addWidget(self.notice)
        self.body.addWidget(self._stack, 1)

    def refresh(self) -> None:
        study = self.desk.study
        self._stack.setVisible(self.desk.has_read)  # nothing is known before; a banner says why it stays so
        self._stack.setCurrentIndex(1 if study is None else 2 if study.best_trial is None else 0)
        self.show_study_state()
        self._show_start()
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
            return _View(study.id, complete, columns, labels, job_going(store, "audit", study.id))

        self.desk.feed.read(work, self._took)

    def study_changed(self) -> None:
        self.notice.hide()
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
            TextField(  # in the place of `positive` where there are too many classes to know them all
                lambda: tr("Rates of"),
                lambda: tr("a class; empty: accuracy only"),
                lambda: tr("The class that shares, recall, false positives and precision are counted of."),
            )
        )
        self.threshold = ThresholdChoice(self.desk)
        for field in (self.by, self.positive, self.label):
            field.label.setMinimumWidth(0)
            field.label.setMaximumWidth(_LABEL_PX)
        self._no_columns = Label(
            lambda: tr("The data of this study has no column that makes groups."), "small", "muted", wrap=True
        )
        self._no_columns.hide()
        choice = QWidget()
        line = row(self.trial.label, self.trial.widget, self.by.label, self.by.widget, spacing=8)
        for field in (self.positive, self.label):
            line.addWidget(field.label)
            line.addWidget(field.widget)
        for place in (1, 3, 5, 7):
            line.setStretch(place, 1)
        choice.setLayout(line)
        self.progress_box = ProgressBox(self._progress_said)
        self.progress_box.cancelled.connect(self._cancel)
        card = Card(margin=12)
        for widget in (choice, self.threshold, self._no_columns, self.progress_box):
            card.body.addWidget(widget)
        return card

    def _took(self, view: _View) -> None:
        study = self.desk.study
        if study is None or view.study_id != study.id:
            return
        self.trial.offer(view.complete, study)
        self._columns = view.columns
        self.by.set_options([(name, lambda name=name: name) for name in view.columns])
        self._no_columns.setVisible(not view.columns)
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
        if view.job is not None and not self._job.is_busy:
            self._job_of = study.name
            self._job.follow(view.job)
        self.threshold.show_model(study, self._trial_number())
        self._show_start()

    def _trial_number(self) -> int | None:
        chosen, study = self.trial.value(), self.desk.study
        return chosen if isinstance(chosen, int) else study.best_trial if study is not None else None

    def _trial_chosen(self) -> None:
        self.threshold.show_model(self.desk.study, self._trial_number())

    def _show_start(self) -> None:
        study = self.desk.study
        can = study is not None and study.best_trial is not None and bool(self._columns)
        self.start.setEnabled(can and not self._job.is_busy)

    def _show_audits(self, study: StudyRecord) -> None:
        self.card.show_audits(kept_audits(study), self._wanted)
        self._wanted = None

    def _start(self) -> None:
        study, number = self.desk.study, self._trial_number()
        if study is None or number is None or not self.by.value():
            return
        threshold = self.threshold.value_or_tell(self.notice)
        if threshold is None:
            return
        self.notice.hide()
        request = AuditGroups(
            study_id=study.id,
            trial=number,
            by=self.by.value(),
            positive=self.label.value() if self.label.widget.isVisible() else self.positive.value() or "",
            threshold=threshold,
        )
        self._job_of = study.name
        self._job.start(request)
        self._progressed(0.0, "")
        self._show_start()

    def _cancel(self) -> None:
        self._job.cancel()
        self.progress_box.hide()
        self._show_start()
        self.desk.toast(lambda: tr("The audit was cancelled; nothing of it was kept."))

    def _progressed(self, fraction: float, doing: str) -> None:
        self._doing = doing
        self.progress_box.show_part(fraction)

    def _progress_said(self) -> str:
        return f"{self._job_of} · {doing_text(self._doing)}"

    def _audited(self, job: JobRecord) -> None:
        self.progress_box.hide()
        self._show_start()
        asked = request_of(job)
        if not isinstance(asked, AuditGroups) or asked.study_id != self.desk.study_id:
            return
        self._wanted = key_of(result_of(job, GroupAudit))
        self.desk.toast(lambda: tr("Kept with the study; the model card of later exports shows it."))
        self.desk.refresh()

    def _failed(self, text: Text) -> None:
        self.progress_box.hide()
        self.notice.tell(text)
        self._show_start()


def kept_audits(study: StudyRecord) -> list[GroupAudit]:
    """Return the audits in the result of a study, the newest first."""
    audits = StudyResult.of(study).audits.values()
    return sorted(audits, key=lambda audit: audit.created_at, reverse=True)


def doing_text(doing: str) -> str:
    """Return what an audit does now, in words."""
    return {
        "": tr("Waiting for its turn…"),
        "reading": tr("Reading the rows…"),
        "fitting": tr("Fitting the threshold…"),
        "holdout": tr("Predicting the holdout…"),
    }.get(doing) or tr("Counting in each group…")


def groupable(columns: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Return the columns of a schema that groups can be made of, and the classes of its target where all are known."""
    order = {role: place for place, role in enumerate(_ROLES)}
    found = [column for column in columns if column["role"] not in _NO_GROUPS]
    found.sort(key=lambda column: order.get(column["role"], len(order)))
    target = next((column for column in columns if column["role"] == "target"), None)
    labels = (
        list(target["examples"])
        if target is not None and target["n_unique"] <= len(target["examples"])
        else []
    )
    return [str(column["name"]) for column in found], sorted(map(str, labels))
