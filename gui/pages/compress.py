"""The Compress page: make smaller and faster forms of a trial's networks, and see what each costs and gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ...engine.domain.requests import CompressedTrial, CompressTrial, Mode, request_of, result_of
from ...storage.records import JobRecord
from .. import tokens, words
from ..desk import Desk
from ..jobs import JobWatcher, job_going
from ..models.variants_model import Measured, VariantsModel, newest
from ..speech import Text, tr
from ..widgets.notices import Notice
from ..widgets.parts import Button, column, row
from ..widgets.trial_field import BEST, Complete, best_text, complete_trials
from .compress_charts import VariantChartsCard
from .compress_choice import ChoiceCard, usual_limit
from .compress_table import VariantsCard
from .page import Page, Pages, nothing_to_do
from .variant_details import VariantDetails

if TYPE_CHECKING:
    from ...storage.store import Store

_SIDE_WIDTH = 372
_MARGIN = 24  # of a page's body


@dataclass(frozen=True, slots=True)
class _View:
    """What the store says of the trial that is chosen."""

    study_id: int
    complete: Complete
    trial_id: int | None
    variants: list[Measured]
    job: JobRecord | None


class CompressPage(Page):
    """Above what is to be done, below the variants in a table, in two charts, and one of them in full."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("Compress"), with_switcher=True)
        self._job = JobWatcher(desk, self)
        self._job.progressed.connect(self._progressed)
        self._job.finished.connect(self._compressed)
        self._job.failed.connect(self._failed)
        self._doing = ""  # what the engine says it does
        self._mode: Mode = "plans"
        self._job_of = ""  # the name of the study that it does it for
        self._study_shown: int | None = None
        self.model = VariantsModel(self)
        self.notice = Notice("bad")
        self._make_buttons()
        self.choice = ChoiceCard(lambda: best_text(desk.study), self._progress_said)
        self.choice.trial_changed.connect(self.refresh)
        self.choice.limit_changed.connect(self._limit_changed)
        self.choice.cancelled.connect(self._cancel)
        self.variants = VariantsCard(self.model)
        self.variants.chosen.connect(self._show_selected)
        self.charts = VariantChartsCard(self.model)
        self.charts.picked.connect(self.variants.select)
        self.charts.rows_changed.connect(self._draw)
        self.details = VariantDetails()
        self.details.setFixedWidth(_SIDE_WIDTH)
        self.results = QWidget()
        both = row(self.charts, self.details, spacing=12)
        both.setStretch(0, 1)
        self.results.setLayout(both)
        content = QWidget()
        layout = column(self.choice, self.variants, self.results, spacing=12)
        layout.setStretch(1, 4)
        layout.setStretch(2, 5)
        content.setLayout(layout)
        self._stack = Pages()
        self._stack.addWidget(content)
        for state in nothing_to_do(
            desk,
            "compress",
            lambda: tr("Nothing to compress yet"),
            lambda: tr(
                "Once a study has a complete trial, its networks can be made smaller and faster here, and you see what"
                " that costs."
            ),
        ):
            self._stack.addWidget(state)
        self.body.addWidget(self.notice)
        self.body.addWidget(self._stack, 1)
        self.say(self._reword)

    def refresh(self) -> None:
        study = self.desk.study
        self._stack.setVisible(self.desk.has_read)  # nothing is known before; a banner says why it stays so
        self._stack.setCurrentIndex(1 if study is None else 2 if study.best_trial is None else 0)
        self.show_study_state()
        self._show_start()
        if study is None:
            return
        if study.id != self._study_shown:
            self._study_shown = study.id
            self.choice.limit.set_value(usual_limit(study))
            self.model.set_most_drop(usual_limit(study))
        wanted = self.choice.trial.value()
        number = study.best_trial if wanted in (None, BEST) else int(wanted)

        def work(store: Store) -> _View:
            table = store.trial_table(study.id)
            ids = dict(zip(table.numbers.tolist(), table.ids.tolist(), strict=True))
            trial_id = None if number is None else ids.get(number)
            found = [] if trial_id is None else newest(store.variants(trial_id))
            return _View(
                study.id, complete_trials(table), trial_id, found, job_going(store, "compress", study.id)
            )

        self.desk.feed.read(work, self._took)

    def study_changed(self) -> None:
        self.notice.hide()
        self.choice.trial.set_value(BEST)
        super().study_changed()

    def take_focus(self) -> None:
        (self.variants.table if self.model.variants else self.start).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        frame = 3 * tokens.GRID  # of the card, on both sides
        self.variants.fit(self.width() - 2 * _MARGIN - frame)

    def _make_buttons(self) -> None:
        self.start = Button(lambda: tr("Compress"), "primary", "compress")
        self.start.clicked.connect(lambda: self._start())
        self.blame = Button(
            lambda: tr("Blame layers"),
            "quiet",
            tip=lambda: tr(
                "Stores each layer alone in 4 bits, tells what that costs, and finds the layers that have to stay"
                " floats for the limit of loss."
            ),
        )
        self.blame.clicked.connect(lambda: self._start("blame"))
        self.choose = Button(
            lambda: tr("Choose for me"),
            tip=lambda: tr(
                "Searches among units removed, number formats, training with rounding and distillation, under the"
                " limits, and measures the best of what it finds."
            ),
        )
        self.choose.clicked.connect(lambda: self._start("choose"))
        for button in (self.blame, self.choose, self.start):
            self.tool_row.addWidget(button)

    def _took(self, view: _View) -> None:
        study = self.desk.study
        if study is None or view.study_id != study.id:
            return
        before = self.choice.trial.value()
        self.choice.trial.offer(view.complete, study)
        if self.choice.trial.value() != before and before is not None:
            self.refresh()  # the trial that was chosen is not of this study
            return
        if view.job is not None and not self._job.is_busy:
            self._job_of = study.name
            asked = request_of(view.job)
            self._mode = asked.mode if isinstance(asked, CompressTrial) else "plans"
            self._job.follow(view.job)
            self._show_start()
        self.model.n_looks = study.n_looks
        self.variants.show_variants(view.variants, study.metric)
        self.results.setVisible(bool(view.variants))
        self._show_all()

    def _show_start(self) -> None:
        study = self.desk.study
        can = study is not None and study.best_trial is not None and not self._job.is_busy
        for button in (self.start, self.choose, self.blame):
            button.setEnabled(can)

    def _start(self, mode: Mode = "plans") -> None:
        study = self.desk.study
        if study is None or study.best_trial is None:
            return
        try:
            limits = self.choice.limits()
        except ValueError as error:
            said = str(error)
            self.notice.tell(lambda: said)
            return
        self.notice.hide()
        self._job_of, self._mode = study.name, mode
        trial = self.choice.trial.value()
        is_choice = mode == "choose"
        request = CompressTrial(
            study_id=study.id,
            trial=study.best_trial if trial in (None, BEST) else trial,
            mode=mode,
            what=tuple(self.choice.what.value()),
            most_drop=limits.most_drop,
            most_bytes=int(limits.most_bytes) if is_choice and limits.most_bytes else None,
            most_ms=limits.most_ms if is_choice else None,
            timeout_s=limits.timeout_s if is_choice else None,
        )
        self._job.start(request)
        self._progressed(0.0, "")
        self._show_start()

    def _cancel(self) -> None:
        self._job.cancel()
        self.choice.progress_box.hide()
        self._show_start()
        self.desk.toast(lambda: tr("Compressing was cancelled; nothing of it was kept."))

    def _progressed(self, fraction: float, doing: str) -> None:
        self._doing = doing
        self.choice.show_progress(fraction)

    def _progress_said(self) -> str:
        if not self._doing:
            return tr("Waiting for its turn…")
        if self._doing == "training":
            said = tr("Training the networks on…")
        elif self._doing == "searching":
            said = tr("Scoring each layer…") if self._mode == "blame" else tr("Trying candidates…")
        elif self._doing == "timing":
            said = tr("Measuring times…")
        else:
            said = tr("Converting and scoring {variant}…", variant=words.variant(self._doing))
        return f"{self._job_of} · {said}"

    def _compressed(self, job: JobRecord) -> None:
        self.choice.progress_box.hide()
        done = result_of(job, CompressedTrial)
        best = done.chosen
        if best:
            self.desk.toast(
                lambda: tr("Chosen of {n} candidates: {variant}", n=done.n_tried, variant=words.variant(best))
            )
        else:
            self.desk.toast(lambda: tr("Variants measured: {n}", n=len(done.variants)))
        self._show_start()
        self.grow_stale()

    def _failed(self, text: Text) -> None:
        self.choice.progress_box.hide()
        self.notice.tell(text)
        self._show_start()
        self.grow_stale()

    def _limit_changed(self) -> None:
        try:
            limit = self.choice.most_drop()
        except ValueError:
            return  # half typed; `_start` says what is wrong
        self.model.set_most_drop(limit)
        self._show_all()

    def _reword(self) -> None:
        self.model.reword()
        self._show_all()

    def _show_all(self) -> None:
        self.variants.show_advice(*self.choice.most_needed())
        self._show_selected()

    def _show_selected(self) -> None:
        self._draw()
        selected = self.variants.selected()
        is_on_front = selected is not None and selected.record.name in self.charts.on_front
        self.details.show_variant(self.model, selected, on_front=is_on_front)

    def _draw(self) -> None:
        study, selected = self.desk.study, self.variants.selected()
        if study is not None:
            name = selected.record.name if selected is not None else ""
            self.charts.draw(maximize=study.direction == "maximize", selected=name)
