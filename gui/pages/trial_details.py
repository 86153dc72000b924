"""One trial in full: its score, why it failed, its curves, its folds, its params, and the user's notes."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine.domain import formatting
from ...engine.domain.fit import FAULTS, fit_sentence
from ...engine.domain.spec import StudySpec
from ...engine.domain.trial_view import TrialView, read_view
from ...engine.statistics.fit import measure_fit
from ...storage.records import Curves, Failure, FailureKind, FoldScores, StudyRecord, TrialState
from .. import words
from ..charts.curves import CURVES, TrialCurves, judged_measure, measures
from ..charts.folds import FOLDS, FoldValues
from ..desk import Desk
from ..language import Speaks
from ..speech import sentence, tr
from ..states.trial_facts import against_baseline, facts, score_of_best_epochs, score_on_repeats
from ..widgets.chart_view import ChartView
from ..widgets.choice_box import ChoiceBox
from ..widgets.grids import fill_grid
from ..widgets.notes_box import NotesBox
from ..widgets.notices import Notice
from ..widgets.parts import Button, Card, IconButton, Label, Pill, Rule, column, row, scrolled, set_property
from ..widgets.small_chart import SmallChart


class TrialDetails(Speaks, QWidget):
    """The pane beside the table of trials."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._study: StudyRecord | None = None
        self._wanted: int | None = None
        self.view: TrialView | None = None
        self._build(desk)
        self.say(self._show)

    def show_trial(self, study: StudyRecord, trial_id: int | None) -> None:
        """Show a trial, read in the background."""
        if trial_id != self._wanted:
            self.notes_box.save()
        self._study, self._wanted = study, trial_id
        if trial_id is None:
            self.view = None
            self._show()
            return
        self._desk.feed.read(lambda store: read_view(store, trial_id), self._took)

    def _took(self, view: TrialView) -> None:
        if view.trial.id == self._wanted:
            self.view = view
            self._show()

    def _build(self, desk: Desk) -> None:
        self.heading = Label(kind="subtitle")
        self.state = Pill()
        self.pin = IconButton("pin", lambda: tr("Unpin") if self._is_pinned() else tr("Pin"), checkable=True)
        self.pin.clicked.connect(self._pin)
        self.skip = Button(lambda: tr("Skip"), "quiet", "skip")
        self.skip.clicked.connect(self._skip)
        self.score = Label(kind="figure")
        self.against = Label(kind="small", tone="muted", wrap=True)
        self.failure = Notice("bad")
        self.report = Button(
            lambda: tr("Copy details"),
            "quiet",
            "copy",
            tip=lambda: tr("What the program said when the trial failed, for whoever looks after it"),
        )
        self.report.clicked.connect(self._copy_failure)
        self.measure = ChoiceBox()
        self.measure.activated.connect(lambda _index: self._show_curves())
        self.say(lambda: self.measure.setAccessibleName(tr("Measure of the curves")))
        self.curves = ChartView(CURVES)
        self.curves.setFixedHeight(190)
        self.fit = Label(kind="small", tone="muted", wrap=True, select=True)
        self.curves_title = row(Label(lambda: tr("Learning curves"), "strong"), 1, self.measure)
        self.curves_box = QWidget()
        self.curves_box.setLayout(
            column(Rule(), self.curves_title, self.curves, self.curves.legend, self.fit, spacing=6)
        )
        self.strip = SmallChart(FOLDS, 64, margin=10)
        self.say(lambda: self.strip.setAccessibleName(tr("Scores of the folds")))
        self.folds = QGridLayout()
        self.folds_box = QWidget()
        self.folds_box.setLayout(
            column(Label(lambda: tr("Scores of the folds"), "strong"), self.strip, self.folds, spacing=4)
        )
        self.params = QGridLayout()
        self.params.setHorizontalSpacing(16)
        self.params.setVerticalSpacing(6)
        self.facts = QGridLayout()
        self.facts.setHorizontalSpacing(16)
        self.facts.setVerticalSpacing(6)
        self.notes_box = NotesBox(
            lambda trial_id, tags: desk.feed.write(lambda store: store.edit_trial(trial_id, tags=tags)),
            lambda trial_id, notes: desk.feed.write(lambda store: store.edit_trial(trial_id, notes=notes)),
        )
        copy = IconButton("copy", lambda: tr("Copy params"))
        copy.clicked.connect(self._copy)
        content = QWidget()
        content.setLayout(
            column(
                row(self.heading, self.state, 1, self.skip, self.pin),
                self.score,
                self.against,
                self.failure,
                row(self.report, 1),
                self.curves_box,
                self.folds_box,
                Rule(),
                row(Label(lambda: tr("Params"), "strong"), 1, copy),
                self.params,
                Rule(),
                self.facts,
                Rule(),
                self.notes_box,
                1,
                spacing=10,
                margins=(0, 0, 8, 0),
            )
        )
        card = Card(margin=16)
        card.body.setContentsMargins(16, 12, 8, 12)
        card.body.addWidget(scrolled(content))
        self._content = content
        self.setLayout(column(card))

    def _show(self) -> None:
        view, study = self.view, self._study
        self._content.setVisible(view is not None)
        if view is None or study is None:
            return
        trial = view.trial
        self.heading.setText(
            words.baseline(trial.name, study.task)
            if trial.name
            else tr("Trial {number}", number=trial.number)
        )
        outcome = (trial.state, trial.failure)
        self.state.show_word(words.trial_outcome(*outcome), words.outcome_tone(*outcome))
        self.pin.setChecked(trial.pinned)
        self.pin.say_again()
        self.skip.setVisible(trial.state in (TrialState.WAITING, TrialState.RUNNING))
        for widget in (self.score, self.against):
            widget.setVisible(trial.value is not None)
        self.score.setText(formatting.score(trial.value, trial.value_std))
        self.against.setText(against_baseline(study, trial))
        self._show_failure(trial.failure)
        self._fill_measures(view.curves)
        self._show_fit(view.curves, study)
        self._show_curves()
        self._show_folds(view.scores, study)
        fill_grid(self.params, [(name, formatting.parameter(value)) for name, value in trial.params.items()])
        scores = [*score_on_repeats(study, trial, view.scores), *score_of_best_epochs(view.curves, study)]
        fill_grid(self.facts, [*scores, *facts(trial)])
        self.notes_box.show_notes(trial.id, trial.tags, trial.notes)

    def _show_failure(self, failure: Failure | None) -> None:
        self.failure.setVisible(failure is not None)
        self.report.setVisible(
            bool(failure and failure.traceback and failure.kind is not FailureKind.RULED_OUT)
        )
        if failure is not None:
            tone = "bad" if failure.kind is not FailureKind.RULED_OUT else "warning"
            self.failure.tell(lambda: words.failure_text(failure), tone)

    def _fill_measures(self, curves: Curves | None) -> None:
        found = measures(curves)
        self.curves_box.setVisible(bool(found))
        if found != [self.measure.itemData(i) for i in range(self.measure.count())]:
            metric = self._study.metric if self._study is not None else ""
            self.measure.clear()
            for name in found:
                self.measure.addItem(metric if name == "score" else name, name)
            self.measure.setCurrentIndex(self.measure.findData(judged_measure(curves, metric)))

    def _show_fit(self, curves: Curves | None, study: StudyRecord) -> None:
        """Say whether the trial over- or underfits, once it has ended: a running one still gets better."""
        has_ended = self.view is not None and self.view.trial.state.is_finished
        fit = measure_fit(curves, StudySpec.of_study(study).split.n_folds) if has_ended else None
        self.fit.setVisible(fit is not None)
        if fit is not None:
            self.fit.setText(sentence(fit_sentence(fit)))
            set_property(self.fit, "tone", "warning" if fit.word in FAULTS else "muted")

    def _show_curves(self) -> None:
        if self.view is not None:
            measure, name = self.measure.currentData() or "loss", self.measure.currentText()
            self.curves.show_data(TrialCurves(self.view.curves, measure, name))

    def _show_folds(self, scores: FoldScores | None, study: StudyRecord) -> None:
        self.folds_box.setVisible(scores is not None)
        if scores is None:
            return
        judged = scores.metrics.index(study.metric) if study.metric in scores.metrics else 0
        self.strip.show_data(FoldValues(scores.values[:, judged], study.best_baseline_value))
        rows = []
        for place, name in enumerate(scores.metrics):
            values = scores.values[:, place]
            spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
            rows.append((name, formatting.score(float(np.mean(values)), spread)))
        fill_grid(self.folds, rows)

    def _is_pinned(self) -> bool:
        return self.view is not None and self.view.trial.pinned

    def _pin(self) -> None:
        if self.view is not None:
            trial_id, pinned = self.view.trial.id, self.pin.isChecked()
            self._desk.feed.write(lambda store: store.edit_trial(trial_id, pinned=pinned))

    def _skip(self) -> None:
        if self.view is not None:
            trial_id = self.view.trial.id
            self._desk.feed.write(lambda store: store.request_skip(trial_id))

    def _copy_failure(self) -> None:
        failure = self.view.trial.failure if self.view is not None else None
        if failure is not None:
            QGuiApplication.clipboard().setText(f"{failure.message}\n\n{failure.traceback}")
            self._desk.toast(lambda: tr("Copied what the program said"))

    def _copy(self) -> None:
        if self.view is not None:
            lines = [f"{name} = {value!r}" for name, value in self.view.trial.params.items()]
            QGuiApplication.clipboard().setText("\n".join(lines))
            self._desk.toast(lambda: tr("Copied the params"))
