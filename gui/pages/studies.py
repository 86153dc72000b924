"""The Studies page: all searches of the workspace, and what can be done with each."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QTableView,
    QWidget,
)

from ...engine.domain.study_list import ReadStudy
from ...storage.records import StudyRecord, StudyState
from .. import tokens
from ..actions.action import Action, Subject
from ..actions.study_actions import LIVE, study_action
from ..desk import Desk
from ..models.studies_model import StudiesModel, StudiesProxy, StudyColumn
from ..speech import counted, tr
from ..states.comparing_studies import why_not_comparable
from ..widgets.action_parts import ActionButton, action_menu, bind_keys
from ..widgets.drop_zone import DropZone
from ..widgets.notes_box import NotesBox
from ..widgets.parts import Button, SearchField, column, row
from ..widgets.tables import make_table
from .compare_studies import CompareStudies
from .more_menu import more_menu
from .page import Page
from .studies_columns import StudiesColumns
from .studies_delegate import StudyDelegate

_CLOCK_MS = 5000
_WIDTHS = {
    StudyColumn.STATE: 132,
    StudyColumn.SCORE: 128,
    StudyColumn.MARGIN: 168,
    StudyColumn.TRIALS: 196,
    StudyColumn.TIME: 116,
    StudyColumn.DATA: 150,
    StudyColumn.CREATED: 150,
    StudyColumn.SIZE: 96,
}
_WIDTHS_NARROW = {
    StudyColumn.STATE: 116,
    StudyColumn.SCORE: 92,
    StudyColumn.MARGIN: 164,
    StudyColumn.TRIALS: 128,
    StudyColumn.TIME: 104,
}
# Below this the names of the studies need the room more.
_NARROW_PX = 1040


class StudiesPage(Page):
    """A table of studies, or, where there are none, the way to the first one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("Studies"))
        self.model = StudiesModel(self)
        self.proxy = StudiesProxy(self)
        self.proxy.setSourceModel(self.model)
        self._naming: int | None = None
        self._filling = False
        self.table = self._make_table()
        self.columns = StudiesColumns(desk, self.table, self.model)
        actions = self._action_row()
        self.filter = SearchField(lambda: tr("Filter studies"))
        self.filter.setFixedWidth(220)
        self.filter.textChanged.connect(self.proxy.set_words)
        self.archived = Button(lambda: tr("Archived"), "chip")
        self.archived.setCheckable(True)
        self.archived.toggled.connect(self.proxy.set_archived)
        self.archived.toggled.connect(self._show_actions)
        self.new = Button(lambda: tr("New study"), "primary", "plus")
        self.new.clicked.connect(lambda: desk.show_page("new_study"))
        self.tool_row.addWidget(self.filter)
        self.tool_row.addWidget(self.archived)
        self.tool_row.addWidget(self.new)
        self.drop = DropZone(desk)
        self.drop.file_chosen.connect(self._begin_with_file)
        self.drop.sample_chosen.connect(self._begin_with_file)
        listing = QWidget()
        self.notes_box = NotesBox(
            lambda study_id, tags: desk.feed.write(lambda store: store.edit_study(study_id, tags=tags)),
            lambda study_id, notes: desk.feed.write(lambda store: store.edit_study(study_id, notes=notes)),
            height_px=56,
        )
        listing.setLayout(column(actions, self.table, self.notes_box, spacing=tokens.GRID))
        self.place(listing, self.drop)
        # What is said of time and of a dead engine ages without the store changing.
        self._clock = QTimer(self)
        self._clock.setInterval(_CLOCK_MS)
        self._clock.timeout.connect(self._grow_older)
        self._clock.start()
        self.say(self.model.reword)
        self.say(self._show_counts)

    def refresh(self) -> None:
        studies, damaged = self.desk.read_studies, self.desk.damaged
        empty = not studies and not damaged
        self.show_place(1 if empty else 0)
        for widget in (self.filter, self.archived, self.new):
            widget.setVisible(not empty)
        # A row that Qt makes the current one meanwhile is not the user's choice.
        self._filling = True
        self.model.show_studies(
            studies,
            [self.desk.standing(study.record) for study in studies],
            damaged,
            {study.record.id for study in studies if self.desk.is_lost(study.record)},
        )
        self._filling = False
        self._follow_desk()
        self._show_actions()
        self._show_counts()
        self.columns.read()

    def take_focus(self) -> None:
        self.table.setFocus()

    def study_changed(self) -> None:
        self._follow_desk()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        for section, width in (_WIDTHS_NARROW if self.width() < _NARROW_PX else _WIDTHS).items():
            self.table.horizontalHeader().resizeSection(section, width)
        self.columns.show_for_width(self.width())

    def _follow_desk(self) -> None:
        """Mark the study in view; where the filter hides it, no row: what is done is done to the study in view."""
        chosen = self.chosen()
        if self.desk.study_id is None or (chosen is not None and chosen.id == self.desk.study_id):
            return
        if not self._choose(self.desk.study_id):
            self.table.setCurrentIndex(QModelIndex())
            self.table.clearSelection()

    def _grow_older(self) -> None:
        if self.isVisible():
            self.table.viewport().update()
            self._show_actions()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def selected(self) -> list[ReadStudy]:
        """Return the studies of the selected rows, from the top; those that are damaged are none."""
        rows = {self.proxy.mapToSource(one).row() for one in self.table.selectionModel().selectedRows()}
        ids = [study.id for study in map(self.model.study, sorted(rows)) if study is not None]
        by_id = {study.record.id: study for study in self.desk.read_studies}
        return [by_id[study_id] for study_id in ids if study_id in by_id]

    def compare(self) -> None:
        """Show the selected studies side by side."""
        CompareStudies(self.desk, self.window(), self.selected()).show()

    def chosen(self) -> StudyRecord | None:
        """Return the study of the selected row; None where none is selected, or a damaged one."""
        index = self.proxy.mapToSource(self.table.currentIndex())
        return self.model.study(index.row()) if index.isValid() else None

    def _action_row(self) -> QWidget:
        actions = self.desk.actions
        actions.add(
            study_action(
                self.desk, "rename", "rename", lambda: tr("Rename"), lambda _: self._begin_naming(), keys="F2"
            )
        )
        actions.add(
            Action(
                "study.compare",
                Subject.STUDY,
                "charts",
                lambda: tr("Compare studies"),
                self.compare,
                lambda: why_not_comparable(self.selected()),
            )
        )
        names = ("open", "resume", "more", "pause", "stop", "compare", "rename", "pin", "archive", "delete")
        layout = row(spacing=tokens.HALF)
        self.more = Button(lambda: tr("Go on"), "quiet", "play")
        self.more.clicked.connect(self._offer_more)
        self.buttons: dict[str, ActionButton] = {}
        for name in names:
            if name == "more":
                layout.addWidget(self.more)
                continue
            self.buttons[name] = ActionButton(actions[f"study.{name}"])
            layout.addWidget(self.buttons[name])
        layout.addStretch(1)
        bind_keys(self.table, actions.of(Subject.STUDY), lambda: self.chosen() is not None)
        chosen = self.table.selectionModel()
        chosen.currentRowChanged.connect(self._row_changed)
        chosen.selectionChanged.connect(self._show_actions)
        bar = QWidget()
        bar.setLayout(layout)
        return bar

    def _make_table(self) -> QTableView:
        table = make_table(self.proxy, "", tokens.ROW_HEIGHT_TALL)
        table.setItemDelegate(StudyDelegate(table))
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        table.doubleClicked.connect(lambda _index: self.desk.actions["study.open"].trigger())
        head = table.horizontalHeader()
        head.setSectionResizeMode(StudyColumn.NAME, QHeaderView.ResizeMode.Stretch)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        self.proxy.sort(-1)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.say(lambda: table.setAccessibleName(tr("Studies")))
        return table

    def _row_changed(self, *_: object) -> None:
        study = self.chosen()
        if study is not None and not self._filling:
            self.desk.select(study.id)
        self._show_actions()

    def _show_actions(self, *_: object) -> None:
        study = self.chosen()
        self.notes_box.setVisible(study is not None)
        if study is not None:
            self.notes_box.show_notes(study.id, study.tags, study.notes)
        is_done = study is not None and study.state is StudyState.DONE
        for button in self.buttons.values():
            button.follow()
            # What is said of the study in view holds for the row that is chosen, and for none of a damaged one.
            button.setEnabled(button.isEnabled() and study is not None)
        self.buttons["resume"].setVisible(not is_done)
        self.buttons["delete"].setVisible(self.archived.isChecked())
        self.more.setVisible(is_done)
        self.more.setEnabled(self.desk.actions["study.more_time"].can_run)

    def _show_counts(self) -> None:
        running = sum(study.state in LIVE and not self.desk.is_lost(study) for study in self.desk.studies)
        listed = sum(not study.archived for study in (*self.desk.studies, *self.desk.damaged))
        text = counted(listed, tr("1 study"), tr("{n} studies"))
        if running:
            text += " · " + counted(running, tr("1 running"), tr("{n} running"))
        self.subtitle.setText(text if self.desk.studies or self.desk.damaged else "")

    def _show_menu(self, place: QPoint) -> None:
        if self.chosen() is None:
            return
        named = self.desk.actions.named
        first = named("study.open", "study.compare", "study.resume", "study.pause", "study.stop")
        more = named("study.more_time", "study.more_trials", "study.reseed", "study.duplicate")
        own = named("study.rename", "study.pin", "study.archive", "study.delete")
        action_menu(self, first, more, own).popup(self.table.viewport().mapToGlobal(place))

    def _offer_more(self) -> None:
        menu = more_menu(self.desk, self)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _begin_naming(self) -> None:
        self.desk.show_page("studies")
        self._follow_desk()
        self._rename()

    def _rename(self) -> None:
        study = self.chosen()
        if study is None:
            return
        self._naming = study.id
        index = self.table.currentIndex().siblingAtColumn(StudyColumn.NAME)
        area = self.table.visualRect(index).adjusted(8, 10, -8, -10)
        field = QLineEdit(study.name, self.table.viewport())
        field.setGeometry(area)
        field.setAccessibleName(tr("New name"))
        field.editingFinished.connect(lambda: self._named(field))
        field.selectAll()
        field.show()
        field.setFocus()

    def _named(self, field: QLineEdit) -> None:
        study_id, self._naming = self._naming, None
        name = field.text().strip()
        field.deleteLater()
        if study_id is not None and name:
            self.desk.feed.write(lambda store: store.edit_study(study_id, name=name))
        self.table.setFocus()

    def _choose(self, study_id: int) -> bool:
        """Choose the row of a study; False where it has none."""
        for index in range(self.proxy.rowCount()):
            study = self.model.study(self.proxy.mapToSource(self.proxy.index(index, 0)).row())
            if study is not None and study.id == study_id:
                flag = QItemSelectionModel.SelectionFlag
                flags = flag.ClearAndSelect | flag.Rows
                self.table.selectionModel().setCurrentIndex(self.proxy.index(index, 0, QModelIndex()), flags)
                return True
        return False

    def _begin_with_file(self, path: str) -> None:
        self.desk.show_page("new_study")
        self.desk.file_dropped.emit(path)
