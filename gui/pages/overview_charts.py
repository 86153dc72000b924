"""The Overview page's charts of all trials, one at a time, each with its button."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget

from ..charts.history import BY_TIME, BY_TRIAL
from ..charts.pareto import BY_COST
from ..desk import Desk
from ..widgets.parts import Button, Card, Label, row
from ..widgets.study_chart import StudyChartPanel

CHARTS = (BY_TRIAL, BY_TIME, BY_COST)
"""From left to right; the first is shown until another is chosen."""


class OverviewCharts(Card):
    """One chart and the buttons that choose it; only the chart in view is drawn.

    Signals
    -------
    trial_picked(int)
        The trial with this id was clicked.
    """

    trial_picked = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__(None, margin=12)
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self.panels: dict[str, StudyChartPanel] = {}
        self.buttons: dict[str, Button] = {}
        for described in CHARTS:
            panel = self.panels[described.name] = StudyChartPanel(desk, described)
            panel.trial_picked.connect(self.trial_picked)
            self._stack.addWidget(panel)
            button = self.buttons[described.name] = Button(described.button, "chip")
            button.setCheckable(True)
            self._group.addButton(button)
        self.buttons[CHARTS[0].name].setChecked(True)
        self._title = Label(lambda: self.panel.described.title(), "strong")
        for button in self.buttons.values():
            button.toggled.connect(self._choose)
        self.body.addLayout(row(self._title, 1, *self.buttons.values()))
        self.body.addWidget(self._stack, 1)

    @property
    def panel(self) -> StudyChartPanel:
        """The chart in view."""
        name = next(name for name, button in self.buttons.items() if button.isChecked())
        return self.panels[name]

    def _choose(self, on: bool) -> None:
        if on:
            self._stack.setCurrentWidget(self.panel)
            self._title.say_again()
