"""A chart of a study's trials with its legend and its choices: a part of the Live and of the Trials page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QWidget

from ...storage.records import StudyRecord
from ..charts.studies import ChartRequest, Choices, StudyChart
from ..language import Speaks
from ..states.trials_data import TrialsData
from .chart_view import ChartView
from .parts import column, row


class StudyChartPanel(Speaks, QWidget):
    """Any `StudyChart`.

    Signals
    -------
    trial_picked(int)
        The trial with this id was clicked.
    """

    trial_picked = Signal(int)

    def __init__(self, described: StudyChart) -> None:
        super().__init__()
        self.described = described
        self.chart: ChartView[object] = ChartView(described.spec)
        self.chart.picked.connect(self._picked)
        self.choice = QComboBox()
        if described.choices is None:
            self.choice.hide()
        self.choice.activated.connect(lambda _place: self._choose())
        # By the user, for the study in view.
        self._chosen = ""
        self._asked: ChartRequest | None = None
        layout = column(self.chart, row(self.chart.legend, 1, self.choice), spacing=4)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.say(self._reword)

    def show_trials(self, trials: TrialsData, study: StudyRecord, selected: int | None = None) -> None:
        """Show the trials of a study; `selected` is the id of the one to mark."""
        if self._asked is not None and self._asked.study.id != study.id:
            self._chosen = ""
        self._asked = ChartRequest(trials, study, selected, self._chosen)
        self._show()

    def _choose(self) -> None:
        self._chosen = str(self.choice.currentData())
        if self._asked is not None:
            self.show_trials(self._asked.trials, self._asked.study, self._asked.selected)

    def _show(self) -> None:
        if self._asked is None:
            return
        if self.described.choices is not None:
            self._offer(self.described.choices, self._asked)
        self.chart.show_data(self.described.data(self._asked))

    def _offer(self, choices: Choices, asked: ChartRequest) -> None:
        offered = choices.offered(asked)
        if [one.name for one in offered] != [self.choice.itemData(i) for i in range(self.choice.count())]:
            self.choice.clear()
            for one in offered:
                self.choice.addItem("", one.name)
        model = self.choice.model()
        assert isinstance(model, QStandardItemModel)  # noqa: S101 - of every combo box
        for place, one in enumerate(offered):
            self.choice.setItemText(place, one.text())
            model.item(place).setEnabled(one.is_known)
        self.choice.setCurrentIndex(self.choice.findData(choices.shown(asked)))

    def _reword(self) -> None:
        if self.described.choices is not None:
            self.choice.setAccessibleName(self.described.choices.text())
            if self._asked is not None:
                self._offer(self.described.choices, self._asked)

    def _picked(self, item: object) -> None:
        if isinstance(item, int):
            self.trial_picked.emit(item)
