"""The Trials page: every trial of the study in view, filtered, sorted, looked into, compared."""

from __future__ import annotations

import itertools

import numpy as np
from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)

from ...engine.domain.errors import Message, SpecError
from ...engine.domain.filtering import parse_filter
from ...engine.domain.trial_columns import SHOWN
from ...storage.ranking import Direction
from ...storage.records import TrialState
from .. import tokens
from ..charts.pareto import BY_COST
from ..desk import Desk
from ..models.follower import TrialsFollower
from ..models.trials_model import NUMBER, SCORE, TrialsModel, rare
from ..speech import counted, sentence, tr
from ..widgets.parts import Button, Card, Label, SearchField, column, row, set_property
from ..widgets.study_chart import StudyChartPanel
from ..widgets.tables import make_table
from .page import EmptyState, Page, new_study_button
from .trial_compare import TrialCompare
from .trial_details import TrialDetails
from .trials_delegate import TrialDelegate

_FILTER_DELAY_MS = 120
_MOST_COMPARED = 6
_PARAM_WIDTH = 108
# A filter, as the user would write it.
_COMPLETE_ONLY = "state == complete"
_ON_FRONT = "on_front"


class TrialsPage(Page):
    """A table at the left; at the right the selected trial, or the selected ones side by side."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("Trials"), with_switcher=True)
        self.follower = TrialsFollower(desk, self)
        self.follower.updated.connect(self._show_trials)
        self.model = TrialsModel(self)
        self.selected: list[int] = []
        self.shown_study: int | None = None
        # Why the filter cannot be read.
        self._problem: Message | None = None
        self.table = self._make_table()
        self.details = TrialDetails(desk)
        self.compare = TrialCompare(desk)
        self._aside = QStackedWidget()
        self._aside.addWidget(self.details)
        self._aside.addWidget(self.compare)
        self._aside.setMinimumWidth(320)
        self.pareto = StudyChartPanel(BY_COST)
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
        content.setLayout(column(self._filter_row(), self._splitter, spacing=tokens.GRID))
        content.layout().setStretch(1, 1)  # type: ignore[union-attr]
        empty = EmptyState(
            "trials",
            lambda: tr("No trials yet"),
            lambda: tr("Start a study; each set of params that it tries becomes a row here."),
            new_study_button(desk),
        )
        self.place(content, empty)
        self.export = Button(lambda: tr("Export trial"), "primary", "export")
        self.export.setEnabled(False)
        self.export.clicked.connect(lambda: desk.export_trial(self._exportable()))
        self.tool_row.addWidget(self.export)
        self.say(self.model.reword)
        self.say(self._show_count)

    def refresh(self) -> None:
        self.show_study_state()
        self.follower.follow(self.desk.study_id)
        self.show_place(1 if self.desk.study is None else 0)

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def select_also(self, view_row: int) -> None:
        """Add a row to the selection."""
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        self.table.selectionModel().select(self.model.index(view_row, 0), flags)

    def _filter_row(self) -> QWidget:
        self.filter = SearchField(lambda: tr('Filter, for instance  value > 0.9 and optimizer == "adamw"'))
        self.filter.setProperty("kind", "code")
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_FILTER_DELAY_MS)
        self._delay.timeout.connect(self.apply_filter)
        self.filter.textChanged.connect(lambda _text: self._delay.start())
        self.filter.returnPressed.connect(self.apply_filter)
        self.count = Label(kind="small", tone="muted")
        self.problem = Label(
            lambda: sentence(self._problem) if self._problem is not None else "",
            "small",
            "bad",
            wrap=True,
        )
        self.problem.hide()
        self.chips = {
            _COMPLETE_ONLY: Button(lambda: tr("Complete only"), "chip"),
            _ON_FRONT: Button(
                lambda: tr("On the front"),
                "chip",
                tip=lambda: tr("Trials that no other one beats in the score without being larger"),
            ),
        }
        for text, chip in self.chips.items():
            chip.setCheckable(True)
            chip.clicked.connect(lambda on, text=text: self._toggle(text, on=on))
        self.charted = Button(lambda: tr("Chart"), "chip")
        self.charted.setCheckable(True)
        self.charted.toggled.connect(self._show_chart)
        bar = QWidget()
        first = row(self.filter, *self.chips.values(), self.charted, self.count, spacing=12)
        first.setStretch(0, 1)
        bar.setLayout(column(first, self.problem, spacing=tokens.HALF))
        return bar

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
        self.say(lambda: table.setAccessibleName(tr("Trials")))
        return table

    def _show_trials(self) -> None:
        data = self.follower.data
        study = self.desk.study
        chosen = list(self.selected) if self.follower.study_id == self.shown_study else []
        self.table.selectionModel().blockSignals(True)
        try:
            self.model.show_trials(data, study.best_trial if study is not None else None)
        except SpecError:
            self.filter.clear()
            self.model.set_filter(None)
            self.model.show_trials(data, study.best_trial if study is not None else None)
        widths = {place: c.shown.width for place, c in enumerate(SHOWN)}
        for section, width in widths.items():
            self.table.setColumnWidth(section, width)
        # Most studies measure neither.
        for section, known in rare(data).items():
            self.table.setColumnHidden(section, not known)
        self._select_again(chosen)
        self.table.selectionModel().blockSignals(False)
        if self.follower.study_id != self.shown_study and data is not None:
            self.shown_study = self.follower.study_id
            self._sort_best_first()
            self._select_best()
        self._selection_changed()
        self._show_count()

    def _sort_best_first(self) -> None:
        study = self.desk.study
        down = study is None or study.direction is Direction.MAXIMIZE
        order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        self.table.sortByColumn(SCORE, order)

    def _select_best(self) -> None:
        study = self.desk.study
        if study is None or study.best_trial is None or self.model.data_ is None:
            return
        table = self.model.data_.table
        ids = table.ids[table.numbers == study.best_trial]
        if len(ids) and self.model.row_of(int(ids[0])) >= 0:
            self.table.selectRow(self.model.row_of(int(ids[0])))

    def _select_again(self, trial_ids: list[int]) -> None:
        now = {self.model.trial_id(index.row()) for index in self.table.selectionModel().selectedRows()}
        if now == set(trial_ids):
            return
        self.table.clearSelection()
        for trial_id in trial_ids:
            place = self.model.row_of(trial_id)
            if place >= 0:
                self.select_also(place)

    def _selection_changed(self, *_: object) -> None:
        study = self.desk.study
        rows, n_selected = self._selected_rows()
        self.selected = [self.model.trial_id(row) for row in rows]
        self.export.setEnabled(self._exportable() is not None)
        if study is None:
            return
        self._show_chart(self.charted.isChecked())
        if len(self.selected) > 1:
            self.compare.show_trials(study, self.selected, n_selected)
            self._aside.setCurrentWidget(self.compare)
            self._make_room(len(self.selected))
        else:
            self.details.show_trial(study, self.selected[0] if self.selected else None)
            self._aside.setCurrentWidget(self.details)
            self._give_room_back()

    def _selected_rows(self) -> tuple[list[int], int]:
        """Return the first selected rows, from the top, and how many there are."""
        # In ranges: an index for each of fifty thousand rows would stop the window for seconds.
        selection = self.table.selectionModel().selection()
        ranges = sorted((one.top(), one.bottom() + 1) for one in map(selection.at, range(selection.count())))
        rows = itertools.chain.from_iterable(itertools.starmap(range, ranges))
        return list(itertools.islice(rows, _MOST_COMPARED)), sum(end - start for start, end in ranges)

    def _show_chart(self, on: bool) -> None:
        self._chart_card.setVisible(on)
        data, study = self.model.data_, self.desk.study
        if on and data is not None and study is not None and self.follower.study_id == study.id:
            self.pareto.show_trials(data, study, self.selected[0] if len(self.selected) == 1 else None)

    def _pick(self, trial_id: int) -> None:
        """Select the trial that was clicked in the chart; a filter that hides it is taken away."""
        if self.model.row_of(trial_id) < 0:
            self.filter.clear()
            self.apply_filter()
        place = self.model.row_of(trial_id)
        if place >= 0:
            self.table.selectRow(place)
            self.table.scrollTo(self.model.index(place, 0))

    def _exportable(self) -> int | None:
        """Return the number of the one selected trial, None where it is no completed network."""
        data = self.model.data_
        if data is None or len(self.selected) != 1:
            return None
        place = int(np.flatnonzero(data.table.ids == self.selected[0])[0])
        number = int(data.table.numbers[place])
        return number if data.table.states[place] == TrialState.COMPLETE and number >= 0 else None

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

    def _toggle(self, text: str, *, on: bool) -> None:
        written = self.filter.text().strip()
        if on:
            self.filter.setText(f"{text} and ({written})" if written else text)
        else:
            rest = written.replace(f"{text} and ", "").replace(text, "").strip()
            self.filter.setText(rest[1:-1] if rest.startswith("(") and rest.endswith(")") else rest)

    def apply_filter(self) -> None:
        """Filter by what is written now; where it cannot be read, say why and keep what is shown."""
        self._delay.stop()
        for text, chip in self.chips.items():
            chip.setChecked(text in self.filter.text())
        chosen = list(self.selected)
        try:
            wanted = parse_filter(self.filter.text())
            self.model.set_filter(wanted if self.filter.text().strip() else None)
        except SpecError as error:
            self._problem = error.sentence
            self.problem.say_again()
            self.problem.show()
            set_property(self.filter, "invalid", "true")
            return
        self.problem.hide()
        set_property(self.filter, "invalid", "false")
        self._select_again(chosen)
        self._show_count()

    def _show_count(self) -> None:
        total, shown = self.model.total(), self.model.rowCount()
        if shown == total:
            text = counted(total, tr("1 trial"), tr("{n} trials"))
        else:
            text = tr("{shown} of {total} trials", shown=f"{shown:,}", total=f"{total:,}")
        self.count.setText(text)
