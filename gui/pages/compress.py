"""The Compress page: make smaller and faster forms of a trial's networks, and see what each costs and gains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QProgressBar, QSizePolicy, QTableView, QWidget

from ...engine import formatting
from ...engine.compression.plan import WHAT
from ...engine.compression.verdict import chosen
from ...engine.metrics import METRICS
from ...storage.records import JobRecord, JobState, StudyRecord
from .. import tokens, words
from ..charts.variants import Spot, VariantsChart
from ..desk import Desk
from ..jobs import JobWatcher
from ..language import Text, tr
from ..models.variants_model import BASE, Column, Measured, VariantsModel, newest, size_scale, time_scale
from ..widgets.fields import ChipsField, ChoiceField, NumberField
from ..widgets.notices import Notice
from ..widgets.parts import Button, Card, Elided, Label, column, row
from ..widgets.trial_field import BEST, Complete, TrialField, complete_trials
from .page import EmptyState, Page, Pages
from .variant_details import VariantDetails

if TYPE_CHECKING:
    from ...storage.store import Store

_SIDE_WIDTH = 372
_WIDE = 8.0  # from so many times the smallest on, what is needed runs in logarithms
_WIDTHS = {
    Column.NAME: 190,
    Column.SCORE: 118,
    Column.LOSS: 178,
    Column.SIZE: 76,
    Column.ZIPPED: 86,
    Column.ONE: 76,
    Column.MANY: 96,
}
_MARGIN = 24  # of a page's body
_WORDS_PX = 160  # with less room for them the table has no words; they are in the details
_SEARCH_S = 180.0
_DROP = 0.01  # what may be lost of a metric that has a range, and as a fraction of the best score of others


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
        self._mode = ""  # "choose", "blame", or empty for the plans of the ledger
        self._job_of = ""  # the name of the study that it does it for
        self._study_shown: int | None = None
        self.model = VariantsModel(self)
        self.notice = Notice("bad")
        self.start = Button(lambda: tr("Compress"), "primary", "compress")
        self.start.clicked.connect(self._start)
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
        self.table = self._make_table()
        self.details = VariantDetails()
        self.details.setFixedWidth(_SIDE_WIDTH)
        self.results = QWidget()
        both = row(self._charts_card(), self.details, spacing=12)
        both.setStretch(0, 1)
        self.results.setLayout(both)
        content = QWidget()
        layout = column(self._choice_card(), self._table_card(), self.results, spacing=12)
        layout.setStretch(1, 4)
        layout.setStretch(2, 5)
        content.setLayout(layout)
        self._stack = Pages()
        self._stack.addWidget(content)
        self._stack.addWidget(self._nothing("new_study", lambda: tr("New study")))
        self._stack.addWidget(self._nothing("live", lambda: tr("Live")))
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
            self.limit.set_value(usual_limit(study))
            self.model.set_most_drop(usual_limit(study))
        wanted = self.trial.value()
        number = study.best_trial if wanted in (None, BEST) else int(wanted)

        def work(store: Store) -> _View:
            table = store.trial_table(study.id)
            ids = dict(zip(table.numbers.tolist(), table.ids.tolist(), strict=True))
            trial_id = None if number is None else ids.get(number)
            found = [] if trial_id is None else newest(store.variants(trial_id))
            return _View(study.id, complete_trials(table), trial_id, found, _going(store, study.id))

        self.desk.feed.read(work, self._took)

    def study_changed(self) -> None:
        self.notice.hide()
        self.trial.set_value(BEST)
        super().study_changed()

    def take_focus(self) -> None:
        (self.table if self.model.variants else self.start).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit_columns()
        self.table.scrollTo(self.table.currentIndex())

    def _fit_columns(self) -> None:
        """Give the room that is left to the words, or where it is too little for them to the names."""
        head = self.table.horizontalHeader()
        frame = 3 * tokens.GRID  # of the card, on both sides
        left = self.width() - 2 * _MARGIN - frame - sum(_WIDTHS.values())
        has_words = left >= _WORDS_PX
        self.table.setColumnHidden(Column.VERDICT, not has_words)
        stretched = Column.VERDICT if has_words else Column.NAME
        for section in (Column.VERDICT, Column.NAME):
            head.setSectionResizeMode(
                section, head.ResizeMode.Stretch if section is stretched else head.ResizeMode.Interactive
            )
        if has_words:
            head.resizeSection(Column.NAME, _WIDTHS[Column.NAME])

    def _span_failures(self) -> None:
        """Give the sentence of a variant that failed the whole row."""
        self.table.clearSpans()
        for place, one in enumerate(self.model.variants):
            if not one.is_complete:
                self.table.setSpan(place, Column.SCORE, 1, len(Column) - Column.SCORE)

    def _choice_card(self) -> Card:
        self.trial = TrialField(self._best_text)
        self.trial.changed.connect(self.refresh)
        self.what = ChipsField(
            lambda: tr("What"),
            [(name, lambda name=name: words.way_to_compress(name)) for name in WHAT],
            tip=lambda: tr("None chosen means all. Base and control are always measured, to compare with."),
        )
        self.limit = NumberField(
            lambda: tr("Limit of loss"),
            tip=lambda: tr(
                "What you are ready to lose, in units of the metric; the verdicts follow it at once."
            ),
        )
        self.limit.changed.connect(self._limit_changed)
        self.most_bytes = NumberField(
            lambda: tr("File at most, kB"), lambda: tr("no limit"), scale=1000.0, empty=True
        )
        self.most_ms = NumberField(lambda: tr("1 row at most, ms"), lambda: tr("no limit"), empty=True)
        self.timeout = NumberField(
            lambda: tr("Search for, minutes"),
            scale=60.0,
            empty=True,
            tip=lambda: tr(
                "How long “Choose for me” tries candidates; measuring what it found comes on top."
            ),
        )
        self.timeout.set_value(_SEARCH_S)
        more = (self.most_bytes, self.most_ms, self.timeout)
        for field in (self.limit, *more):
            field.widget.setFixedWidth(76)
        for field in more[:2]:
            field.changed.connect(self._limit_changed)
        for field in (self.trial, self.what, self.limit, *more):
            field.label.setMinimumWidth(0)
            field.label.setMaximumWidth(200)
        choice = QWidget()
        layout = row(
            self.trial.label,
            self.trial.widget,
            self.what.label,
            self.what.widget,
            spacing=8,
        )
        layout.setStretch(1, 2)
        layout.setStretch(3, 3)  # chips take as many lines as their width makes them
        choice.setLayout(layout)
        limits = QWidget()
        parts = [part for field in (self.limit, *more) for part in (field.label, field.widget)]
        limits.setLayout(row(*parts, 1, spacing=8))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress_text = Label(self._progress_said, "small", "muted")
        self.cancel = Button(lambda: tr("Cancel"), "quiet", "stop")
        self.cancel.clicked.connect(self._cancel)
        self.progress_box = QWidget()
        self.progress_box.setLayout(
            row(column(self.progress, self.progress_text, spacing=4), self.cancel, spacing=12)
        )
        self.progress_box.hide()
        card = Card(margin=12)
        card.body.addWidget(choice)
        card.body.addWidget(limits)
        card.body.addWidget(self.progress_box)
        return card

    def _table_card(self) -> Card:
        self.advice = Elided("small", "muted")
        self.advice.setAlignment(Qt.AlignmentFlag.AlignRight)
        card = Card(margin=12)
        heading = row(Label(lambda: tr("Variants"), "strong"), self.advice, spacing=12)
        heading.setStretch(1, 1)
        self.nothing_yet = EmptyState(
            "compress",
            lambda: tr("No variants of this trial yet"),
            lambda: tr(
                "“Compress” makes its networks smaller in several ways, scores each on the trial's own folds, and"
                " measures bytes and time. It takes a few minutes."
            ),
        )
        card.body.addLayout(heading)
        card.body.addWidget(self.table, 1)
        card.body.addWidget(self.nothing_yet, 1)
        return card

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setProperty("kind", "plain")
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(tokens.ROW_HEIGHT)
        head = table.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(48)
        for section, width in _WIDTHS.items():
            head.resizeSection(section, width)
        table.selectionModel().currentRowChanged.connect(self._show_selected)
        self.say(lambda: table.setAccessibleName(tr("Variants")))
        return table

    def _charts_card(self) -> Card:
        self.bytes_chart = VariantsChart(lambda: "", lambda: "")
        self.time_chart = VariantsChart(lambda: "", lambda: "")
        self.rows = ChoiceField(
            lambda: tr("Rows"),
            [("latency_ms", lambda: tr("1 row")), ("batch_latency_ms", lambda: tr("256 rows"))],
        )
        self.rows.changed.connect(self._draw)
        self.rows.widget.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for chart in (self.bytes_chart, self.time_chart):
            chart.picked.connect(self._select)
            chart.setMinimumHeight(96)
        card = Card(margin=12)
        heading = row(
            Label(lambda: tr("Score against size and time"), "strong"),
            self.bytes_chart.legend,
            self.rows.widget,
            spacing=12,
        )
        heading.setStretch(1, 1)
        card.body.addLayout(heading)
        charts = row(self.bytes_chart, self.time_chart, spacing=12)
        card.body.addLayout(charts)
        card.body.setStretch(1, 1)
        return card

    def _nothing(self, page: str, action: Text) -> EmptyState:
        go = Button(action, "primary", "plus" if page == "new_study" else "live")
        go.clicked.connect(lambda: self.desk.show_page(page))
        return EmptyState(
            "compress",
            lambda: tr("Nothing to compress yet"),
            lambda: tr(
                "Once a study has a complete trial, its networks can be made smaller and faster here, and you see what"
                " that costs."
            ),
            go,
        )

    def _took(self, view: _View) -> None:
        study = self.desk.study
        if study is None or view.study_id != study.id:
            return
        before = self.trial.value()
        self.trial.offer(view.complete, study)
        if self.trial.value() != before and before is not None:
            self.refresh()  # the trial that was chosen is not of this study
            return
        if view.job is not None and not self._job.is_busy:
            self._job_of = study.name
            self._mode = str(view.job.args.get("mode") or "")
            self._job.follow(view.job)
            self._show_start()
        selected = self._selected()
        self.model.show_variants(view.variants, study.metric)
        self._span_failures()
        for widget in (self.table, self.results):
            widget.setVisible(bool(view.variants))
        self.nothing_yet.setVisible(not view.variants)
        place = self.model.row_of(selected.record.name) if selected is not None else -1
        if view.variants:
            self.table.selectRow(max(place, 0))
        self._show_all()

    def _best_text(self) -> str:
        study = self.desk.study
        if study is None or study.best_trial is None:
            return tr("The best trial")
        return tr("The best: trial {number}", number=study.best_trial)

    def _show_start(self) -> None:
        study = self.desk.study
        can = study is not None and study.best_trial is not None and not self._job.is_busy
        for button in (self.start, self.choose, self.blame):
            button.setEnabled(can)

    def _start(self, mode: str | bool = "") -> None:
        study = self.desk.study
        if study is None or study.best_trial is None:
            return
        try:
            most_drop = self._limit()
            limits = {
                "most_bytes": self._at_most(self.most_bytes),
                "most_ms": self._at_most(self.most_ms),
                "timeout_s": self._at_most(self.timeout),
            }
        except ValueError as error:
            said = str(error)
            self.notice.tell(lambda: said)
            return
        self.notice.hide()
        self._job_of = study.name
        trial = self.trial.value()
        arguments: dict[str, Any] = {
            "study_id": study.id,
            "trial": study.best_trial if trial in (None, BEST) else trial,
            "what": list(self.what.value()),
            "most_drop": most_drop,
        }
        self._mode = mode if isinstance(mode, str) else ""
        if self._mode:
            arguments |= {"mode": self._mode}
        if self._mode == "choose":
            arguments |= limits
        self._job.start("compress", arguments)
        self._progressed(0.0, "")
        self._show_start()

    def _cancel(self) -> None:
        self._job.cancel()
        self.progress_box.hide()
        self._show_start()
        self.desk.toast(lambda: tr("Compressing was cancelled; nothing of it was kept."))

    def _progressed(self, fraction: float, doing: str) -> None:
        self.progress_box.show()
        self.progress.setRange(0, 1000 if fraction > 0 else 0)
        self.progress.setValue(round(1000 * fraction))
        self._doing = doing
        self.progress_text.say_again()

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
        self.progress_box.hide()
        n_made = len(job.result.get("variants") or ())
        best = job.result.get("chosen")
        if best:
            self.desk.toast(
                lambda: tr(
                    "Chosen of {n} candidates: {variant}",
                    n=job.result["n_tried"],
                    variant=words.variant(best),
                )
            )
        else:
            self.desk.toast(lambda: tr("Variants measured: {n}", n=n_made))
        self._show_start()
        self.grow_stale()

    def _failed(self, text: Text) -> None:
        self.progress_box.hide()
        self.notice.tell(text)
        self._show_start()
        self.grow_stale()

    def _limit(self) -> float:
        limit = self.limit.value()
        if not math.isfinite(limit) or limit < 0:
            raise ValueError(tr("The limit of loss must be zero or more."))
        return limit

    def _at_most(self, field: NumberField) -> float | None:
        value = field.value()
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ValueError(tr("A limit must be more than zero, or empty."))
        return value

    def _limits(self) -> tuple[float | None, float | None]:
        """Return the limits of bytes and of milliseconds; None while one is half typed."""
        found: list[float | None] = []
        for field in (self.most_bytes, self.most_ms):
            try:
                found.append(self._at_most(field))
            except ValueError:
                found.append(None)
        return found[0], found[1]

    def _limit_changed(self) -> None:
        try:
            limit = self._limit()
        except ValueError:
            return  # half typed; `_start` says what is wrong
        self.model.set_most_drop(limit)
        self._show_all()

    def _selected(self) -> Measured | None:
        place = self.table.currentIndex().row()
        return self.model.variants[place] if 0 <= place < len(self.model.variants) else None

    def _select(self, name: str) -> None:
        place = self.model.row_of(name)
        if place >= 0:
            self.table.selectRow(place)

    def _reword(self) -> None:
        self.model.reword()
        self._show_all()

    def _show_all(self) -> None:
        self._show_advice()
        self._show_selected()

    def _show_selected(self, *_: object) -> None:
        self._draw()
        selected = self._selected()
        name = "" if selected is None else selected.record.name
        fronts = self.bytes_chart.on_front | self.time_chart.on_front
        self.details.show_variant(self.model, selected, on_front=name in fronts)

    def _show_advice(self) -> None:
        records = [one.record for one in self.model.variants if one.is_complete and one.record.name != BASE]
        most_bytes, most_ms = self._limits()
        best = chosen(records, self.model.most_drop, None if most_bytes is None else int(most_bytes), most_ms)
        if not records:
            self.advice.setText("")
        elif best is None:
            self.advice.setText(tr("No variant is within the limit."))
        else:
            self.advice.setText(
                tr("The smallest within the limit: {variant}", variant=words.variant(best.name))
            )

    def _draw(self) -> None:
        study = self.desk.study
        shown = [one for one in self.model.variants if one.is_complete]
        if study is None:
            return
        maximize = study.direction == "maximize"
        selected = self._selected()
        base = next((one.record.value for one in shown if one.record.name == BASE), None)
        measure = str(self.rows.value())
        sizes = size_scale(one.record.size_bytes for one in shown)
        times = time_scale(getattr(one.record, measure) for one in shown)
        self.bytes_chart.set_axis_text(lambda: tr("File, {unit}", unit=sizes.unit), lambda: study.metric)
        self.time_chart.set_axis_text(
            lambda: (
                tr("1 row, {unit}", unit=times.unit)
                if measure == "latency_ms"
                else tr("256 rows, {unit}", unit=times.unit)
            ),
            lambda: study.metric,
        )
        for chart, name, scale in (
            (self.bytes_chart, "size_bytes", sizes),
            (self.time_chart, measure, times),
        ):
            needed = [float(getattr(one.record, name) or 0) for one in shown]
            is_wide = bool(needed) and min(needed) > 0 and max(needed) > _WIDE * min(needed)
            chart.set_powers((lambda value: f"{value:,g}") if is_wide else None)
            chart.show_spots(
                [
                    Spot(
                        one.record.name,
                        math.log10(cost * scale.factor) if is_wide else cost * scale.factor,
                        float(one.record.value or 0.0),
                        *one.interval(maximize=maximize),
                        tip=lambda chart=chart, one=one: self._tip(chart, one),
                    )
                    for one, cost in zip(shown, needed, strict=True)
                ],
                maximize=maximize,
                base_score=base,
                selected=selected.record.name if selected is not None else "",
            )

    def _tip(self, chart: VariantsChart, variant: Measured) -> str:
        record = variant.record
        lines = [
            words.variant(record.name),
            f"{self.model.metric} {self.model.score_text(variant)}",
            f"{formatting.size(record.size_bytes)} · "
            + time_scale([record.latency_ms]).with_unit(record.latency_ms)
            + " · "
            + time_scale([record.batch_latency_ms]).with_unit(record.batch_latency_ms),
        ]
        if variant.loss is not None:
            lines.insert(2, f"{tr('Loss (95 %)')} {self.model.loss_text(variant)}")
        if record.name in chart.on_front:
            lines.append(tr("On the front: no other needs less and scores as well."))
        else:
            lines.append(tr("Not on the front: another needs no more and scores as well."))
        return "\n".join(lines)


def _going(store: Store, study_id: int) -> JobRecord | None:
    """Return the job that compresses networks of a study, or waits for its turn."""
    for state in (JobState.RUNNING, JobState.WAITING):
        for job in store.jobs(state=state):
            if job.kind == "compress" and job.args.get("study_id") == study_id:
                return job
    return None


def usual_limit(study: StudyRecord) -> float:
    """Return the loss that is offered as the limit: one point, or one percent of the best score without a range."""
    metric = METRICS.get(study.metric)
    if metric is not None and math.isfinite(metric.low) and math.isfinite(metric.high):
        return _DROP
    return float(f"{_DROP * abs(study.best_value or 1.0):.1g}")
