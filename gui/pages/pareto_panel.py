"""The chart of scores against costs with the choice of the cost: a part of the Live and of the Trials page."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QComboBox, QWidget

from ...engine.domain.objectives import COSTS, objectives_of, table_costs
from ...storage.records import StudyRecord, TrialKind, TrialState
from ..charts.pareto import ParetoChart, Spread
from ..language import Speaks
from ..models.trials_data import TrialsData
from ..speech import tr
from ..widgets.parts import column, row


class ParetoPanel(Speaks, QWidget):
    """A chart, its legend, and what its trials cost."""

    def __init__(self) -> None:
        super().__init__()
        self.chart = ParetoChart()
        self.cost = QComboBox()
        for name in COSTS:
            self.cost.addItem("", name)
        self.cost.activated.connect(lambda _place: self._choose())
        self._chosen = ""  # by the user, for the study in view
        self._shown: tuple[TrialsData, StudyRecord, int | None] | None = None
        layout = column(self.chart, row(self.chart.legend, 1, self.cost), spacing=4)
        layout.setStretch(0, 1)
        self.setLayout(layout)
        self.say(self._reword)

    def show_trials(self, data: TrialsData, study: StudyRecord, selected: int | None = None) -> None:
        """Show the complete trials of a study; `selected` is the id of the one to mark."""
        if self._shown is not None and self._shown[1].id != study.id:
            self._chosen = ""
        self._shown = data, study, selected
        self._show()

    def _choose(self) -> None:
        self._chosen = str(self.cost.currentData())
        self._show()

    def _show(self) -> None:
        if self._shown is None:
            return
        data, study, selected = self._shown
        table, costs = data.table, table_costs(data.table)
        rows = np.flatnonzero((table.states == TrialState.COMPLETE) & (table.kinds != TrialKind.BASELINE))
        known = [name for name in COSTS if name == "parameters" or np.isfinite(costs[name][rows]).any()]
        for place, name in enumerate(COSTS):
            self.cost.model().item(place).setEnabled(name in known)  # type: ignore[attr-defined] - of a combo box
        wanted = [self._chosen, *(name for name in objectives_of(study) if name != "score"), "parameters"]
        cost = next(name for name in wanted if name in known)
        self.cost.setCurrentIndex(COSTS.index(cost))  # type: ignore[arg-type]
        self.chart.show_spread(
            Spread(
                study.metric, study.direction == "maximize", cost, table.ids[rows], table.numbers[rows],
                table.values[rows], costs[cost][rows],
            ),
            selected,
        )  # fmt: skip

    def _reword(self) -> None:
        self.cost.setAccessibleName(tr("Score against"))
        for place, name in enumerate(COSTS):
            self.cost.setItemText(place, cost_name(name))


def cost_name(name: str) -> str:
    """Return what a cost is called where it is chosen."""
    return {"parameters": tr("Weights"), "bytes": tr("File size"), "latency": tr("Latency")}[name]
