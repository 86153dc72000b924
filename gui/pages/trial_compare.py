"""Several trials side by side: the first against the others, their curves in one chart, and all that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from ...engine.domain.trial_view import TrialView, read_view
from ...storage.records import StudyRecord
from .. import words
from ..charts.compared import COMPARED, ComparedCurves
from ..charts.curves import judged_mean
from ..desk import Desk
from ..language import Speaks
from ..models.compared_model import ComparedModel
from ..speech import tr
from ..states.comparing import MOST_CURVES, compared_rows, verdicts
from ..widgets.chart_view import ChartView
from ..widgets.parts import Button, Card, Label, column, row, scrolled
from ..widgets.tables import make_table
from ..widgets.verdict_bars import VerdictBars

if TYPE_CHECKING:
    from ...storage.store import Store

_NAME_PX, _VALUE_PX, _ROW_PX = 150, 92, 28
_CHART_PX, _MOST_VERDICTS_PX = 180, 170


class TrialCompare(Speaks, QWidget):
    """The pane beside the table of trials when several are selected."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._study: StudyRecord | None = None
        self._wanted: list[int] = []
        self._n_selected = 0
        self.views: list[TrialView] = []
        self._heading = Label(kind="subtitle")
        self._lead = Label(kind="small", tone="muted", wrap=True)
        self.bars = VerdictBars()
        self._bars_area = scrolled(self.bars)
        self.chart = ChartView(COMPARED)
        self.chart.setFixedHeight(_CHART_PX)
        self.model = ComparedModel(self)
        self.table = make_table(self.model, row_height_px=_ROW_PX)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setDefaultSectionSize(_VALUE_PX)
        self.differing = Button(lambda: tr("Only what differs"), "chip")
        self.differing.setCheckable(True)
        self.differing.toggled.connect(self.model.show_differing_only)
        card = Card()
        card.body.setContentsMargins(16, 12, 8, 12)
        card.body.addLayout(row(self._heading, 1, self.differing))
        for part in (self._lead, self._bars_area, self.chart, self.chart.legend, self.table):
            card.body.addWidget(part)
        card.body.setStretch(card.body.count() - 1, 1)
        self.setLayout(column(card))
        self.say(lambda: self.table.setAccessibleName(tr("Trials side by side")))
        self.say(self._show)

    def show_trials(self, study: StudyRecord, trial_ids: list[int], n_selected: int) -> None:
        """Compare these trials, of `n_selected` ones; they are read in the background."""
        self._study, self._wanted, self._n_selected = study, trial_ids, n_selected

        def work(store: Store) -> list[TrialView]:
            return [read_view(store, trial_id) for trial_id in trial_ids]

        self._desk.feed.read(work, self._took)

    def _took(self, views: list[TrialView]) -> None:
        if [view.trial.id for view in views] == self._wanted:
            self.views = views
            self._show()

    def _show(self) -> None:
        n, all_ = len(self.views), self._n_selected
        some = tr("The first {n} of {all} selected trials side by side", n=n, all=f"{all_:,}")
        self._heading.setText(some if all_ > n else tr("{n} trials side by side", n=n))
        self._show_verdicts()
        self._show_curves()
        names = tuple(self._name(view) for view in self.views)
        self.model.show_rows(names, compared_rows(self._study, self.views))
        self.table.setColumnWidth(0, _NAME_PX)

    def _show_verdicts(self) -> None:
        found = verdicts(self._study, self.views)
        self.bars.show_verdicts(found)
        self._bars_area.setVisible(bool(found))
        self._lead.setVisible(bool(found))
        if found:
            self._bars_area.setFixedHeight(min(self.bars.sizeHint().height() + 4, _MOST_VERDICTS_PX))
            name = self._name(self.views[0])
            told = tr(
                "{name} against the others, on the same folds: how probable better, the same, worse are",
                name=name,
            )
            self._lead.setText(told)

    def _name(self, view: TrialView) -> str:
        return words.trial_name(view.trial, self._study.task if self._study is not None else "")

    def _show_curves(self) -> None:
        metric, drawn = self._study.metric if self._study is not None else "", self.views[:MOST_CURVES]
        names = tuple(self._name(view) for view in drawn)
        means = tuple(judged_mean(view.curves, metric) for view in drawn)
        has_curves = any(len(mean) for mean in means)
        self.chart.setVisible(has_curves)
        self.chart.legend.setVisible(has_curves)
        self.chart.show_data(ComparedCurves(metric, names, means))
