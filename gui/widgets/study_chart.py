"""A chart of a study's trials with its legend and its choices: a part of several pages."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent, QStandardItemModel
from PySide6.QtWidgets import QWidget

from ..charts.studies import ChartRequest, Choices, StudyChart
from ..desk import Desk
from ..jobs import JobWatcher
from ..language import Speaks
from ..speech import Text, tr
from ..states.trial_selection import Brush, Change
from .chart_view import ChartView
from .choice_box import ChoiceBox
from .parts import Label, column, row

_CHOICE_PX = 190


class StudyChartPanel(Speaks, QWidget):
    """Any `StudyChart` of the trials in view, drawn when it can be seen; it shows and changes the desk's selection.

    Signals
    -------
    trial_picked(int)
        The trial with this id was clicked.
    trial_opened(int)
        It was double-clicked.
    chosen(object)
        The user has chosen something of the chart: all choices, a dict of str to str.
    """

    trial_picked = Signal(int)
    trial_opened = Signal(int)
    chosen = Signal(object)

    def __init__(self, desk: Desk, described: StudyChart, choices: dict[str, str] | None = None) -> None:
        super().__init__()
        self.described = described
        self._desk = desk
        self.chart: ChartView[object] = ChartView(described.spec)
        self.chart.picked.connect(self._picked)
        self.chart.opened.connect(
            lambda item: self.trial_opened.emit(item) if isinstance(item, int) else None
        )
        self.chart.brushed.connect(self._brushed)
        # By the user.
        self._chosen = dict(choices or {})
        self._study_id: int | None = None
        # What the chart has read of the store, and whether more is wanted than that.
        self._read: object = None
        self._is_reading = self._is_behind = False
        self._is_stale = True
        self._watcher = JobWatcher(desk, self)
        self._watcher.finished.connect(lambda _job: self.refresh())
        self._watcher.failed.connect(self._not_done)
        # Why the service could not do what the chart asked for.
        self._failure: Text | None = None
        # Of which trials and choices the boxes say what there is to choose: to find out takes time.
        self._offered: tuple[object, dict[str, str]] | None = None
        self.boxes: dict[str, ChoiceBox] = {}
        for one in described.choices:
            box = self.boxes[one.name] = ChoiceBox()
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToContents)
            box.setMaximumWidth(_CHOICE_PX)
            box.activated.connect(lambda _place, name=one.name: self._choose(name))
        self.nothing = Label(self._nothing_text, "small", "muted", wrap=True)
        self.nothing.hide()
        chosen = row(1, *self.boxes.values()) if self.boxes else None
        self.chart.legend.setWordWrap(True)
        below = row(self.chart.legend, self.nothing)
        below.setStretch(0, 1)
        layout = column(self.chart, below, chosen, spacing=4)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        desk.trials_changed.connect(self._follow)
        desk.studies_changed.connect(self._follow_studies)
        self.say(self._reword)

    @property
    def choices(self) -> dict[str, str]:
        """What the user has chosen, by the name of the choice."""
        return dict(self._chosen)

    def refresh(self) -> None:
        """Draw what the desk says now; what the chart needs beside the trials is read first."""
        self._is_stale = False
        study = self._desk.study
        if study is None or self._desk.selection.data is None:
            return
        if study.id != self._study_id:
            self._study_id, self._read, self._failure = study.id, None, None
            self._watcher.cancel()
        if self.described.reads is not None:
            self._is_behind = True
            self._read_more()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self._is_stale:
            self.refresh()

    def _follow_studies(self) -> None:
        """Draw what a study's record says, its best trial for instance; of its trials `trials_changed` tells."""
        if self.isVisible():
            self._show()
        else:
            self._is_stale = True

    def _follow(self, change: Change) -> None:
        if not self.isVisible():
            self._is_stale = True
        elif change & Change.TRIALS:
            self.refresh()
        elif change & (Change.FILTER | Change.SELECTED):
            self._show()

    def _asked(self) -> ChartRequest | None:
        study, selection = self._desk.study, self._desk.selection
        if study is None or selection.data is None or selection.study_id != study.id:
            return None
        return ChartRequest(
            selection.data, study, selection.kept, selection.selected, self.choices, self._read
        )

    def _show(self) -> None:
        asked = self._asked()
        if asked is None:
            return
        if self._offered is None or self._offered[0] is not asked.trials or self._offered[1] != asked.chosen:
            self._offered = (asked.trials, dict(asked.chosen))
            for one in self.described.choices:
                self._offer(one, asked)
        if self.described.reads is None or self._read is not None:
            self.chart.show_data(self.described.data(asked))
        self.nothing.say_again()
        self.nothing.setVisible(not self.chart.marks)

    def _read_more(self) -> None:
        asked, reads, study = self._asked(), self.described.reads, self._desk.study
        if self._is_reading or not self._is_behind or asked is None or reads is None or study is None:
            return
        self._is_reading, self._is_behind = True, False
        study_id = study.id
        self._desk.feed.read(
            lambda store: (study_id, reads(store, asked)), self._took, lambda message: self._not_read(message)
        )

    def _took(self, result: tuple[int, object]) -> None:
        self._is_reading = False
        study_id, read = result
        if study_id == self._study_id:
            self._read = read
            self._show()
            self._ask_service()
        self._read_more()

    def _not_read(self, message: object) -> None:
        self._is_reading = False
        self._desk.feed.failed.emit(message)

    def _ask_service(self) -> None:
        """Have the engine's service do what the chart needs, unless it does; one that failed is not asked again."""
        asked, asks = self._asked(), self.described.asks
        if asked is None or asks is None or self._watcher.is_busy or self._failure is not None:
            return
        request = asks(asked)
        if request is not None:
            self._watcher.start(request)
            self.nothing.say_again()

    def _not_done(self, why: Text) -> None:
        self._failure = why
        self.nothing.say_again()

    def _nothing_text(self) -> str:
        if self._failure is not None:
            return self._failure()
        asked = self._asked()
        why = self.described.nothing(asked) if asked is not None else ""
        if why:
            return why
        return tr("Being measured…") if self._watcher.is_busy else tr("Nothing to show yet")

    def _choose(self, name: str) -> None:
        self._chosen[name] = str(self.boxes[name].currentData())
        self.chosen.emit(self.choices)
        self.refresh()

    def _offer(self, choices: Choices, asked: ChartRequest) -> None:
        box, offered = self.boxes[choices.name], choices.offered(asked)
        if [one.name for one in offered] != [box.itemData(i) for i in range(box.count())]:
            box.clear()
            for one in offered:
                box.addItem("", one.name)
        model = box.model()
        assert isinstance(model, QStandardItemModel)  # noqa: S101 - of every combo box
        for place, one in enumerate(offered):
            box.setItemText(place, one.text())
            model.item(place).setEnabled(one.is_known)
        box.setCurrentIndex(box.findData(choices.shown(asked)))
        box.setVisible(len(offered) > 1)

    def _reword(self) -> None:
        self.chart.setAccessibleName(self.described.title())
        for one in self.described.choices:
            self.boxes[one.name].setAccessibleName(one.text())
            self.boxes[one.name].setToolTip(one.text())
        self._offered, self._is_stale = None, True
        if self.isVisible():
            self._show()

    def _picked(self, item: object) -> None:
        if isinstance(item, int):
            self.trial_picked.emit(item)

    def _brushed(self, brushes: list[Brush], _is_done: bool) -> None:
        self._desk.selection.brush(*brushes)
