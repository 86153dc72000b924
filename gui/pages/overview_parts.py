"""The parts of the Overview page: figures, running trials, and the machine."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from ...engine.domain import formatting
from ...engine.domain.leading import Leading, Margin, leading_of, margin_of
from ...engine.domain.spec import StudySpec
from ...storage.records import Curves, StudyRecord, StudyState, SystemSample, TrialState, TrialTable
from .. import words
from ..charts.curves import judged_mean
from ..charts.sparkline import SPARKLINE, Course
from ..language import Speaks
from ..models.studies_model import left_out_text, trial_counts
from ..speech import Text, tr
from ..widgets.parts import Card, Elided, IconButton, Label, column, row, scrolled, set_property
from ..widgets.small_chart import SmallChart

_WORKS = (StudyState.QUEUED, StudyState.RUNNING, StudyState.FINISHING)
# Below this the figures are smaller, so that a score keeps its spread.
_NARROW_PX = 960


class Tile(Speaks, QFrame):
    """One figure with its name above and a word below."""

    def __init__(self, name: Text) -> None:
        super().__init__()
        self.setObjectName("tile")
        self.value = Elided()
        self.value.setObjectName("value")
        self.below = Elided("small", "muted")
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.hide()
        heading = row(Label(name, "small", "muted"), 1)
        self.setLayout(
            column(heading, self.value, self.below, self.progress, spacing=2, margins=(14, 9, 14, 7))
        )

    def tell(self, value: str, below: str, tone: str = "") -> None:
        """Show a figure and the word below it."""
        self.value.setText(value)
        self.below.setText(below)
        set_property(self.value, "tone", tone)


class Tiles(Speaks, QWidget):
    """The figures at the top of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.best = Tile(lambda: tr("Best so far"))
        self.margin = Tile(lambda: tr("Against the best baseline"))
        self.trials = Tile(lambda: tr("Trials"))
        self.time = Tile(lambda: tr("Time"))
        layout = row(self.best, self.margin, self.trials, self.time, spacing=12)
        for place in range(4):
            layout.setStretch(place, 1)
        self.setLayout(layout)
        self.setFixedHeight(96)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        for tile in (self.best, self.margin, self.trials, self.time):
            set_property(tile.value, "narrow", "true" if self.width() < _NARROW_PX else "false")

    def show_study(
        self, study: StudyRecord, spread: float | None, standing: str, *, is_lost: bool = False
    ) -> None:
        """Show where a study stands, in figures and a word.

        `spread` is that of its best trial over the folds, `is_lost` says that its engine has died.
        """
        leading, margin = leading_of(study), margin_of(study)
        decimals = None
        best, below = formatting.NOTHING, study.metric
        if leading is not None:
            spread = spread if leading.spread is None else leading.spread
            decimals = formatting.decimals_for(leading.value, spread)
            best, below = (
                formatting.score(leading.value, spread, decimals),
                _leading_text(study, leading, decimals),
            )
        self.best.tell(best, below, "gold" if leading is not None else "")
        said = words.margin_text(margin, spread)
        self.margin.tell(said, _baseline_text(study, margin, decimals), words.tone_of(margin))
        complete, _, failed = trial_counts(study)
        parts = [text for text in (left_out_text(study),) if text]
        if failed:
            parts.insert(0, tr("{n} failed", n=formatting.count(failed)))
        parts = parts or [tr("{n} complete", n=complete)]
        self.trials.tell(formatting.count(words.finished_trials(study)), " · ".join(parts))
        self._show_time(study, standing, is_lost=is_lost)

    def _show_time(self, study: StudyRecord, standing: str, *, is_lost: bool) -> None:
        budget = StudySpec.of_study(study).budget
        remaining = words.remaining_s(study, budget)
        going = not is_lost and study.state in (StudyState.RUNNING, StudyState.PAUSED, StudyState.FINISHING)
        if going and study.state is StudyState.FINISHING:
            below = words.stage(study) or tr("final fit, holdout and export")
        elif going and remaining is not None:
            below = tr("about {time} left", time=formatting.clock(remaining))
        elif study.finished_at is not None:
            below = tr("ended {when}", when=words.ago(study.finished_at))
        else:
            below = standing
        fraction = words.progress(study, budget)
        self.time.tell(formatting.clock(study.elapsed_s), below)
        self.time.progress.setVisible(going and fraction is not None)
        self.time.progress.setValue(round(1000 * (fraction or 0)))


def _leading_text(study: StudyRecord, leading: Leading, decimals: int) -> str:
    corrected = leading.evidence.corrected if leading.evidence is not None else None
    if corrected is None:
        return tr("{metric}, trial {number}", metric=study.metric, number=leading.number)
    return tr(
        "{metric}, trial {number}, corrected {value}",
        metric=study.metric,
        number=leading.number,
        value=formatting.number(corrected.value, decimals),
    )


def _baseline_text(study: StudyRecord, margin: Margin | None, decimals: int | None) -> str:
    if study.best_baseline is None:
        return tr("no baseline yet")
    if margin is None:
        name = words.baseline(study.best_baseline, study.task)
        return f"{name} {formatting.number(study.best_baseline_value, decimals)}"
    name = words.baseline(margin.baseline, study.task)
    if margin.verdict is None:
        return f"{name} {formatting.number(margin.value, decimals)}"
    return tr("{baseline}, {interval}", baseline=name, interval=words.interval_text(margin.verdict))


class RunningTrialRow(Speaks, QFrame):
    """One running trial: epochs, the streaming curve of what is judged, and a way to skip it."""

    skipped = Signal(int)
    chosen = Signal(int)

    def __init__(self, trial_id: int) -> None:
        super().__init__()
        self.setObjectName("trialrow")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.trial_id = trial_id
        self._name = Label(kind="strong")
        self._epochs = Label(kind="small", tone="muted")
        self._now = Label(kind="strong")
        self._line = SmallChart(SPARKLINE, 36)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        skip = IconButton("skip", lambda: tr("Skip this trial"))
        skip.clicked.connect(lambda: self.skipped.emit(self.trial_id))
        top = row(self._name, self._epochs, 1, self._now, skip, spacing=8)
        self.setLayout(column(top, self._line, self.progress, spacing=4, margins=(0, 4, 0, 10)))

    def show_progress(self, table: TrialTable, place: int, curves: Curves | None, study: StudyRecord) -> None:
        """Show how far it is."""
        epoch, n_epochs = max(int(table.epochs[place]), 0), int(table.n_epochs[place])
        baseline = str(table.names[place])
        name = (
            words.baseline(baseline, study.task)
            if baseline
            else tr("Trial {number}", number=int(table.numbers[place]))
        )
        self._name.setText(name)
        self.setAccessibleName(name)
        of = (
            tr("epoch {epoch} of {n}", epoch=epoch, n=n_epochs)
            if n_epochs > 0
            else tr("epoch {epoch}", epoch=epoch)
        )
        self._epochs.setText(of if epoch else tr("starting"))
        self.progress.setRange(0, max(n_epochs, 1))
        self.progress.setValue(min(epoch, max(n_epochs, 1)))
        mean = judged_mean(curves, study.metric)
        known = mean[np.isfinite(mean)]
        self._now.setText(
            formatting.number(float(known[-1]), 3 if abs(known[-1]) < 100 else 0) if len(known) else ""
        )
        self._line.show_data(Course(mean))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.trial_id)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.chosen.emit(self.trial_id)
        super().mousePressEvent(event)


class RunningCard(Card):
    """The trials that run now."""

    skipped = Signal(int)
    chosen = Signal(int)

    def __init__(self) -> None:
        self._count = Label(kind="small", tone="muted")
        super().__init__(lambda: tr("Running now"), self._count, margin=12)
        self.rows: dict[int, RunningTrialRow] = {}
        self._list = column(spacing=4, margins=(0, 0, 6, 0))
        self.nothing = Label(lambda: tr("The next trials are being prepared."), tone="muted", wrap=True)
        content = QWidget()
        content.setLayout(column(self.nothing, self._list, 1, spacing=0))
        self.body.addWidget(scrolled(content), 1)

    def show_trials(self, table: TrialTable, curves: Mapping[int, Curves], study: StudyRecord) -> None:
        """Show the running ones of these trials."""
        places = {int(table.ids[i]): int(i) for i in np.flatnonzero(table.states == TrialState.RUNNING)}
        for trial_id in [trial_id for trial_id in self.rows if trial_id not in places]:
            self.rows.pop(trial_id).deleteLater()
        for trial_id in [trial_id for trial_id in places if trial_id not in self.rows]:
            one = self.rows[trial_id] = RunningTrialRow(trial_id)
            one.skipped.connect(self.skipped)
            one.chosen.connect(self.chosen)
            self._list.addWidget(one)
        for trial_id, one in self.rows.items():
            one.show_progress(table, places[trial_id], curves.get(trial_id), study)
        self.nothing.setVisible(not places)
        stage = words.stage(study) if study.state in _WORKS else ""
        self.nothing.setText(stage or tr("The next trials are being prepared."))
        self._count.setText(formatting.count(len(places)) if places else "")


class MachineView(QWidget):
    """Processor, memory and GPU while the study runs."""

    def __init__(self) -> None:
        super().__init__()
        body = column(spacing=8)
        self._lines: dict[str, tuple[Label, SmallChart[Course], QWidget]] = {}
        for key, name in (
            ("cpu", lambda: tr("Processor")),
            ("memory", lambda: tr("Memory")),
            ("gpu", lambda: tr("GPU")),
        ):
            value, line = Label(kind="small"), SmallChart(SPARKLINE, 30)
            box = QWidget()
            name_label = Label(name, "small", "muted")
            box.setLayout(column(row(name_label, 1, value), line, spacing=2))
            self._lines[key] = (value, line, box)
            body.addWidget(box)
        self._nothing = Label(lambda: tr("Nothing was recorded yet."), tone="muted")
        body.addWidget(self._nothing)
        body.addStretch(1)
        self.setLayout(body)

    def show_samples(self, samples: list[SystemSample]) -> None:
        """Show the samples of a study in the order of time."""
        has_gpu = any(sample.gpu_fraction is not None for sample in samples)
        self._nothing.setVisible(not samples)
        for key, (_, _, box) in self._lines.items():
            box.setVisible(bool(samples) and (key != "gpu" or has_gpu))
        if not samples:
            return
        last = samples[-1]
        self._show("cpu", [s.cpu_fraction for s in samples], formatting.percent(last.cpu_fraction), "series0")
        memory = tr(
            "{used} of {total}",
            used=formatting.size(last.memory_bytes),
            total=formatting.size(last.memory_total_bytes),
        )
        self._show("memory", [s.memory_bytes / s.memory_total_bytes for s in samples], memory, "series2")
        if has_gpu:
            text = f"{formatting.percent(last.gpu_fraction)} · {formatting.size(last.gpu_memory_bytes)}"
            self._show("gpu", [s.gpu_fraction or 0.0 for s in samples], text, "series3")

    def _show(self, key: str, values: list[float], text: str, tone: str) -> None:
        label, line, _ = self._lines[key]
        label.setText(text)
        line.show_data(Course(np.array(values, dtype=np.float64), tone, top=1.0))
