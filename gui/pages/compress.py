"""The Compress page: make smaller and faster forms of a trial's networks, and see what each costs and gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ...engine.domain.requests import CompressedTrial, CompressTrial, Mode
from ...storage.records import JobRecord
from .. import tokens
from ..desk import Desk
from ..jobs import job_going
from ..models.variants_model import VariantsModel
from ..speech import tr
from ..states.compressing import compression_step, done_text, usual_limit
from ..states.variants import JudgedVariant, newest
from ..widgets.parts import Button, column, row
from ..widgets.trial_field import BEST, Complete, best_text, complete_trials
from .compress_charts import VariantChartsCard
from .compress_choice import ChoiceCard
from .compress_table import VariantsCard
from .job_page import JobPage
from .page import nothing_to_do
from .variant_details import VariantDetails

if TYPE_CHECKING:
    from ...storage.store import Store

_SIDE_WIDTH = 372
# Of a page's body.
_MARGIN = 24


@dataclass(frozen=True, slots=True)
class _View:
    """What the store says of the trial that is chosen."""

    study_id: int
    complete: Complete
    trial_id: int | None
    variants: list[JudgedVariant]
    job: JobRecord | None


class CompressPage(JobPage[CompressTrial, CompressedTrial]):
    """Above what is to be done, below the variants in a table, in two charts, and one of them in full."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            lambda: tr("Compress"),
            Button(lambda: tr("Compress"), "primary", "compress"),
            CompressTrial,
            CompressedTrial,
            cancelled=lambda: tr("Compressing was cancelled; nothing of it was kept."),
            of_study=True,
        )
        # Of what is asked next.
        self._mode: Mode = "plans"
        self._study_shown: int | None = None
        self.model = VariantsModel(self)
        self._make_buttons()
        self.choice = ChoiceCard(lambda: best_text(desk.study), self.progress_box)
        self.choice.trial_changed.connect(self.refresh)
        self.choice.limit_changed.connect(self._limit_changed)
        self.variants = VariantsCard(self.model)
        self.variants.chosen.connect(self._show_selected)
        self.charts = VariantChartsCard(self.model)
        self.charts.picked.connect(self.variants.select)
        self.charts.rows_changed.connect(self._draw)
        self.details = VariantDetails()
        self.details.setFixedWidth(_SIDE_WIDTH)
        self.details.export_wanted.connect(self._export)
        self.results = QWidget()
        both = row(self.charts, self.details, spacing=12)
        both.setStretch(0, 1)
        self.results.setLayout(both)
        content = QWidget()
        layout = column(self.choice, self.variants, self.results, spacing=12)
        layout.setStretch(1, 4)
        layout.setStretch(2, 5)
        content.setLayout(layout)
        nothing = nothing_to_do(
            desk,
            "compress",
            lambda: tr("Nothing to compress yet"),
            lambda: tr(
                "Once a study has a complete trial, its networks can be made smaller and faster here, and you see what"
                " that costs."
            ),
        )
        self.place(content, *nothing)
        self.say(self._reword)

    def refresh(self) -> None:
        study = self.desk.study
        self.show_place(1 if study is None else 2 if study.best_trial is None else 0)
        self.show_study_state()
        self.show_start()
        if study is None:
            return
        if study.id != self._study_shown:
            self._study_shown = study.id
            self.choice.limit.set_value(usual_limit(study))
            self.model.set_most_drop(usual_limit(study))
        asked = self.desk.trial_to_compress
        wanted = self.choice.trial.value() if asked is None else asked
        number = study.best_trial if wanted in (None, BEST) else int(wanted)

        def work(store: Store) -> _View:
            table = store.trial_table(study.id)
            ids = dict(zip(table.numbers.tolist(), table.ids.tolist(), strict=True))
            trial_id = None if number is None else ids.get(number)
            found = [] if trial_id is None else newest(store.variants(trial_id))
            return _View(
                study.id, complete_trials(table), trial_id, found, job_going(store, CompressTrial, study.id)
            )

        self.desk.feed.read(work, self._took)

    def study_changed(self) -> None:
        self.choice.trial.set_value(BEST)
        super().study_changed()

    def take_focus(self) -> None:
        (self.variants.table if self.model.variants else self.start).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        # Of the card, on both sides.
        frame = 3 * tokens.GRID
        self.variants.fit(self.width() - 2 * _MARGIN - frame)

    def _make_buttons(self) -> None:
        self.blame = Button(
            lambda: tr("Blame layers"),
            "quiet",
            tip=lambda: tr(
                "Stores each layer alone in 4 bits, tells what that costs, and finds the layers that have to stay"
                " floats for the limit of loss."
            ),
        )
        self.blame.clicked.connect(lambda: self.run("blame"))
        self.choose = Button(
            lambda: tr("Choose for me"),
            tip=lambda: tr(
                "Searches among units removed, number formats, training with rounding and distillation, under the"
                " limits, and measures the best of what it finds."
            ),
        )
        self.choose.clicked.connect(lambda: self.run("choose"))
        for button in (self.blame, self.choose, self.start):
            self.tool_row.addWidget(button)

    def _took(self, view: _View) -> None:
        study = self.desk.study
        if study is None or view.study_id != study.id:
            return
        asked, self.desk.trial_to_compress = self.desk.trial_to_compress, None
        before = self.choice.trial.value() if asked is None else asked
        self.choice.trial.offer(view.complete, study, asked)
        if self.choice.trial.value() != before and before is not None:
            # The trial that was chosen is not of this study.
            self.refresh()
            return
        self.follow(view.job)
        self.model.n_looks = study.n_looks
        self.variants.show_variants(view.variants, study.metric)
        self.results.setVisible(bool(view.variants))
        self._show_all()

    def can_start(self) -> bool:
        study = self.desk.study
        return study is not None and study.best_trial is not None

    def show_start(self) -> None:
        super().show_start()
        for button in (self.choose, self.blame):
            button.setEnabled(self.start.isEnabled())

    def run(self, mode: Mode = "plans") -> None:
        """Ask for variants in one of the ways to find them."""
        self._mode = mode
        super().run()

    def request(self) -> CompressTrial | None:
        study = self.desk.study
        if study is None or study.best_trial is None:
            return None
        limits, trial = self.choice.limits(), self.choice.trial.value()
        is_choice = self._mode == "choose"
        return CompressTrial(
            study_id=study.id,
            trial=study.best_trial if trial in (None, BEST) else trial,
            mode=self._mode,
            what=tuple(self.choice.what.value()),
            most_drop=limits.most_drop,
            most_bytes=int(limits.most_bytes) if is_choice and limits.most_bytes else None,
            most_ms=limits.most_ms if is_choice else None,
            timeout_s=limits.timeout_s if is_choice else None,
        )

    def doing_text(self, asked: CompressTrial, doing: str) -> str:
        return compression_step(asked.mode, doing)

    def render(self, asked: CompressTrial, answer: CompressedTrial) -> None:  # noqa: ARG002 - of all jobs
        self.desk.toast(lambda: done_text(answer))
        self.grow_stale()

    def _limit_changed(self) -> None:
        try:
            limit = self.choice.most_drop()
        except ValueError:
            # Half typed; `_start` says what is wrong.
            return
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

    def _export(self, variant: str) -> None:
        trial, study = self.choice.trial.value(), self.desk.study
        if study is not None:
            self.desk.export_trial(study.best_trial if trial in (None, BEST) else trial, variant)

    def _draw(self) -> None:
        study, selected = self.desk.study, self.variants.selected()
        if study is not None:
            name = selected.record.name if selected is not None else ""
            self.charts.draw(direction=study.direction, selected=name)
