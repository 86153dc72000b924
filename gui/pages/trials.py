"""The Trials page: every trial of the study in view, filtered, sorted, looked into, compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)

from ...storage.ranking import Direction
from .. import tokens
from ..actions.action import Subject
from ..charts.pareto import BY_COST
from ..desk import Desk
from ..models.trials_model import NUMBER, SCORE, TrialsModel
from ..speech import tr
from ..states.comparing import MOST_COMPARED
from ..states.trial_selection import Change
from ..widgets.action_parts import ActionButton, action_menu, bind_keys
from ..widgets.parts import Button, Card, column
from ..widgets.study_chart import StudyChartPanel
from ..widgets.tables import make_table
from .filter_bar import FilterBar
from .page import EmptyState, Page, new_study_button
from .trial_compare import TrialCompare
from .trial_details import TrialDetails
from .trials_delegate import TrialDelegate
from .trials_file import TrialsFile
from .trials_views import ViewsOfTrials

_PARAM_WIDTH = 108


class TrialsPage(Page):
    """A table at the left; at the right the selected trial, or the selected ones side by side."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("Trials"), of_study=True)
        self.selection = desk.selection
        self.model = TrialsModel(self)
        self.shown_study: int | None = None
        # Whether the table is being told what is selected.
        self._following = False
        # Whether something has changed that the table does not show yet.
        self._is_behind = True
        self.table = self._make_table()
        self.details = TrialDetails(desk)
        self.compare = TrialCompare(desk)
        self._aside = QStackedWidget()
        self._aside.addWidget(self.details)
        self._aside.addWidget(self.compare)
        self._aside.setMinimumWidth(320)
        self.pareto = StudyChartPanel(desk, BY_COST)
        self.pareto.trial_picked.connect(self._pick)
        self._chart_card = Card(margin=12)
        self._chart_card.body.addWidget(self.pareto, 1)
        self._chart_card.hide()
        left = QSplitter(Qt.Orientation.Vertical)
        left.addWidget(self._chart_card)
        left.addWidget(self.table)
        left.setHandleWidth(12)
        left.setStretchFactor(1, 1)
        left.setSizes([280, 400])
        left.setChildrenCollapsible(False)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.addWidget(left)
        self._splitter.addWidget(self._aside)
        self._splitter.setHandleWidth(12)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setSizes([660, tokens.DETAILS_WIDTH])
        self._splitter.setChildrenCollapsible(False)
        # Its sizes before the pane was widened for trials that are compared; else none.
        self._narrow: list[int] = []
        content = QWidget()
        self.views = ViewsOfTrials(desk, self.table, self.model, self._sort_best_first)
        self.view_button = Button(lambda: tr("View"), "chip", "panel")
        self.view_button.clicked.connect(self._show_views)
        self.charted = Button(lambda: tr("Chart"), "chip")
        self.charted.setCheckable(True)
        self.charted.toggled.connect(self._chart_card.setVisible)
        self.filter_bar = FilterBar(desk, self.view_button, self.charted)
        self.filter_bar.clear_by_escape(self)
        content.setLayout(column(self.filter_bar, self._splitter, spacing=tokens.GRID))
        content.layout().setStretch(1, 1)  # type: ignore[union-attr]
        empty = EmptyState(
            "trials",
            lambda: tr("No trials yet"),
            lambda: tr("Start a study; each set of params that it tries becomes a row here."),
            new_study_button(desk),
        )
        self.place(content, empty)
        named = desk.actions.named
        self.buttons = [ActionButton(one) for one in named("trial.change", "trial.reseed", "trial.longer")]
        self.export = ActionButton(desk.actions["trial.export"], "primary")
        for button in (*self.buttons, self.export):
            self.tool_row.addWidget(button)
        self.file = TrialsFile(desk, self, self.model.shown_ids)
        self.say(self.model.reword)
        desk.trials_changed.connect(self._trials_changed)

    def refresh(self) -> None:
        self.show_study_state()
        self.show_place(1 if self.desk.study is None else 0)
        if self._is_behind:
            self._show_trials()
        self.desk.follow_trials()

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter_bar.take_focus()

    def select_also(self, view_row: int) -> None:
        """Add a row to the selection."""
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        self.table.selectionModel().select(self.model.index(view_row, 0), flags)

    def _make_table(self) -> QTableView:
        # Its headings say themselves what it is sorted by.
        table = make_table(self.model, "sorted")
        table.setItemDelegate(TrialDelegate(table))
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = table.horizontalHeader()
        head.setDefaultSectionSize(_PARAM_WIDTH)
        head.setSectionsMovable(True)
        head.setSortIndicator(NUMBER, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        table.selectionModel().selectionChanged.connect(self._selection_changed)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        bind_keys(table, self.desk.actions.of(Subject.TRIALS))
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(self._show_columns)
        self.model.adds_sort = _holds_shift
        self.say(lambda: table.setAccessibleName(tr("Trials")))
        return table

    def _trials_changed(self, change: Change) -> None:
        if not self.isVisible():
            self._is_behind = True
            self.grow_stale()
        elif change & Change.TRIALS:
            self._show_trials()
        else:
            if change & Change.FILTER:
                self.model.show_kept(self.selection.kept)
            self._select_again()
            if change & Change.SELECTED:
                self._show_selected()

    def _show_trials(self) -> None:
        self._is_behind = False
        data, study = self.selection.data, self.desk.study
        self._following = True
        self.model.show_trials(data, study.best_trial if study is not None else None, self.selection.kept)
        self._following = False
        self.views.arrange()
        if self.selection.study_id != self.shown_study and data is not None:
            self.shown_study = self.selection.study_id
            self._sort_best_first()
            if not len(self.selection.selected):
                self._select_best()
        self._select_again()
        self._show_selected()

    def _sort_best_first(self) -> None:
        study = self.desk.study
        down = study is None or study.direction is Direction.MAXIMIZE
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.table.sortByColumn(SCORE, order)

    def _select_best(self) -> None:
        study, data = self.desk.study, self.selection.data
        if study is None or study.best_trial is None or data is None:
            return
        ids = data.table.ids[(data.table.numbers == study.best_trial) & self.selection.kept]
        self.selection.select(ids[:1])

    def _select_again(self) -> None:
        """Have the table select what is selected."""
        rows = self.model.rows_of(self.selection.selected)
        wanted = QItemSelection()
        # In ranges: an index for each of fifty thousand rows would stop the window for seconds.
        breaks = np.flatnonzero(np.diff(rows) > 1) + 1
        for run in np.split(rows, breaks) if len(rows) else ():
            wanted.select(self.model.index(int(run[0]), 0), self.model.index(int(run[-1]), 0))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._following = True
        chosen = self.table.selectionModel()
        if not np.array_equal(self._selected_rows(), rows):
            chosen.select(wanted, flags)
        if len(rows) and not chosen.isRowSelected(chosen.currentIndex().row()):
            chosen.setCurrentIndex(
                self.model.index(int(rows[0]), 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
        self._following = False

    def _selection_changed(self, *_: object) -> None:
        """Take what the user selects in the table."""
        if not self._following:
            self.selection.select(self.model.ids(self._selected_rows()))

    def _selected_rows(self) -> NDArray[np.int64]:
        """Return the selected rows, from the top."""
        selection = self.table.selectionModel().selection()
        ranges = [selection.at(place) for place in range(selection.count())]
        rows = [np.arange(one.top(), one.bottom() + 1) for one in ranges]
        return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.int64)

    def _show_selected(self) -> None:
        study, selected = self.desk.study, self.selection.selected
        for button in (*self.buttons, self.export):
            button.follow()
        if study is None:
            return
        if len(selected) > 1:
            self.compare.show_trials(study, selected[:MOST_COMPARED].tolist(), len(selected))
            self._aside.setCurrentWidget(self.compare)
            self._make_room(min(len(selected), MOST_COMPARED))
        else:
            self.details.show_trial(study, self.selection.one)
            self._aside.setCurrentWidget(self.details)
            self._give_room_back()

    def _pick(self, trial_id: int) -> None:
        """Select the trial that was clicked in the chart; a filter that hides it is taken away."""
        self.selection.reveal(trial_id)
        place = self.model.row_of(trial_id)
        if place >= 0:
            self.table.scrollTo(self.model.index(place, 0))

    def _show_views(self) -> None:
        menu = self.views.menu(self)
        menu.popup(self.view_button.mapToGlobal(self.view_button.rect().bottomLeft()))

    def _show_columns(self, place: QPoint) -> None:
        self.views.columns_menu(self).popup(self.table.horizontalHeader().mapToGlobal(place))

    def _show_menu(self, place: QPoint) -> None:
        named = self.desk.actions.named
        menu = action_menu(
            self,
            named("trial.change", "trial.reseed", "trial.longer", "trial.skip"),
            named("trial.export", "trial.compress"),
            named("trial.copy_json", "trial.copy_toml", "trial.copy_markdown", "trial.save"),
            named("trial.pin", "trial.archive"),
        )
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _make_room(self, n_trials: int) -> None:
        """Widen the pane so that the compared trials fit, up to three fifths of the page; never narrow it."""
        both = sum(self._splitter.sizes())
        wanted = min(200 + 96 * n_trials, both * 3 // 5)
        if wanted > self._splitter.sizes()[1]:
            self._narrow = self._narrow or self._splitter.sizes()
            self._splitter.setSizes([both - wanted, wanted])

    def _give_room_back(self) -> None:
        """Make the pane as wide as it was before trials were compared."""
        if self._narrow:
            self._splitter.setSizes(self._narrow)
            self._narrow = []


def _holds_shift() -> bool:
    """Whether the user adds a column to those that are sorted by."""
    return bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
