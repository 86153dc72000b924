"""Two or more trials side by side: their curves in one chart, then what differs, then what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ...engine.domain import formatting
from ...engine.domain.trial_view import TrialView, read_view
from ...storage.records import StudyRecord
from .. import words
from ..charts.compared import COMPARED, ComparedCurves, side_tone
from ..charts.curves import judged_mean
from ..desk import Desk
from ..language import Speaks
from ..speech import sentence, tr
from ..states.comparing import comparisons, differences, fold_rows
from ..theme import colour
from ..widgets.chart_view import ChartView
from ..widgets.parts import Card, Label, Rule, clear, column, scrolled

if TYPE_CHECKING:
    from ...storage.store import Store


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
        self._verdicts = Label(kind="small", wrap=True, select=True)
        self.chart = ChartView(COMPARED)
        self.chart.setFixedHeight(190)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(12)
        self.grid.setVerticalSpacing(7)
        content = QWidget()
        content.setLayout(
            column(
                self._heading,
                self._verdicts,
                self.chart,
                self.chart.legend,
                Rule(),
                self.grid,
                1,
                margins=(0, 0, 8, 0),
            )
        )
        card = Card()
        card.body.setContentsMargins(16, 12, 8, 12)
        area = scrolled(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        card.body.addWidget(area)
        self.setLayout(column(card))
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

    def _metric(self) -> str:
        return self._study.metric if self._study is not None else ""

    def _show(self) -> None:
        n, all_ = len(self.views), self._n_selected
        some = tr("The first {n} of {all} selected trials side by side", n=n, all=f"{all_:,}")
        self._heading.setText(some if all_ > n else tr("{n} trials side by side", n=n))
        self._show_curves()
        said = [sentence(message) for message in comparisons(self._study, self.views)]
        self._verdicts.setText("\n".join(said))
        self._verdicts.setVisible(bool(said))
        clear(self.grid)  # type: ignore[arg-type]
        different, same = differences(self.views)
        self._add_row(0, "", [self._name(view) for view in self.views], "strong", coloured=True)
        stds = [view.trial.value_std for view in self.views]
        decimals = formatting.shared_decimals([view.trial.value for view in self.views], stds)
        self._add_row(
            1, self._metric(), [formatting.number(v.trial.value, decimals) for v in self.views], "strong"
        )
        self._add_row(2, "±", [formatting.number(std, decimals) for std in stds], "small", tone="muted")
        place = 3
        for name, values in [*fold_rows(self._study, self.views), *different]:
            self._add_row(place, name, values, "small")
            place += 1
        if same:
            self.grid.addWidget(Rule(), place, 0, 1, len(self.views) + 1)
            self.grid.addWidget(Label(lambda: tr("The same in all"), "small", "muted"), place + 1, 0, 1, -1)
            place += 2
        for name, values in same:
            self._add_row(place, name, [values[0]], "small", tone="muted")
            place += 1

    def _name(self, view: TrialView) -> str:
        return words.trial_name(view.trial, self._study.task if self._study is not None else "")

    def _add_row(
        self, place: int, name: str, values: list[str], kind: str, *, tone: str = "", coloured: bool = False
    ) -> None:
        first = Label(kind="small", tone="muted")
        first.setText(name)
        first.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.grid.addWidget(first, place, 0)
        for side, value in enumerate(values):
            label = Label(kind=kind, tone=tone)
            text = (
                f"<span style='color:{colour(side_tone(side)).name()}'>●</span>&nbsp;{value}"
                if coloured
                else value
            )
            label.setText(text)
            label.setTextFormat(Qt.TextFormat.RichText if coloured else Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.grid.addWidget(label, place, side + 1)

    def _show_curves(self) -> None:
        metric, views = self._metric(), self.views
        names = tuple(self._name(view) for view in views)
        means = tuple(judged_mean(view.curves, metric) for view in views)
        has_curves = any(len(mean) for mean in means)
        self.chart.setVisible(has_curves)
        self.chart.legend.setVisible(has_curves)
        self.chart.show_data(ComparedCurves(metric, names, means))
