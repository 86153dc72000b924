"""The Studies page: all searches of the workspace, and what can be done with each."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QMenu,
    QTableView,
    QWidget,
)

from ...storage.records import Request, StudyRecord, StudyState
from .. import icons, tokens
from ..desk import Desk
from ..models.studies_model import StudiesModel, StudiesProxy, StudyColumn
from ..speech import counted, tr
from ..theme import theme
from ..widgets.drop_zone import DropZone
from ..widgets.parts import Button, SearchField, column, row
from ..widgets.tables import make_table
from .more_menu import more_menu
from .page import Page
from .studies_delegate import StudyDelegate

_CLOCK_MS = 5000
_LIVE = (StudyState.QUEUED, StudyState.RUNNING, StudyState.FINISHING)
_WIDTHS = {
    StudyColumn.STATE: 132,
    StudyColumn.SCORE: 128,
    StudyColumn.MARGIN: 168,
    StudyColumn.TRIALS: 196,
    StudyColumn.TIME: 116,
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
        self._make_actions()
        self.table = self._make_table()
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
        listing.setLayout(column(self._action_row(), self.table, spacing=tokens.GRID))
        self.place(listing, self.drop)
        # What is said of time and of a dead engine ages without the store changing.
        self._clock = QTimer(self)
        self._clock.setInterval(_CLOCK_MS)
        self._clock.timeout.connect(self._grow_older)
        self._clock.start()
        self.say(self.model.reword)
        self.say(self._name_actions)
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

    def take_focus(self) -> None:
        self.table.setFocus()

    def study_changed(self) -> None:
        self._follow_desk()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        for section, width in (_WIDTHS_NARROW if self.width() < _NARROW_PX else _WIDTHS).items():
            self.table.horizontalHeader().resizeSection(section, width)

    def _follow_desk(self) -> None:
        """Mark the study in view; where the filter hides it, leave the table as it is."""
        chosen = self.chosen()
        if self.desk.study_id is not None and (chosen is None or chosen.id != self.desk.study_id):
            self._choose(self.desk.study_id)

    def _grow_older(self) -> None:
        if self.isVisible():
            self.table.viewport().update()
            self._show_actions()

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def chosen(self) -> StudyRecord | None:
        """Return the study of the selected row; None where none is selected, or a damaged one."""
        index = self.proxy.mapToSource(self.table.currentIndex())
        return self.model.study(index.row()) if index.isValid() else None

    def _make_actions(self) -> None:
        self.open_action = self._action("open", self._open, "Return")
        self.pause_action = self._action("pause", lambda: self._ask(Request.PAUSE))
        self.resume_action = self._action("play", self._resume)
        self.stop_action = self._action("stop", lambda: self._ask(Request.STOP))
        self.rename_action = self._action("rename", self._rename, "F2")
        self.pin_action = self._action("pin", self._pin)
        self.archive_action = self._action("archive", self._archive, "Delete")
        self._every_action = (
            self.open_action, self.resume_action, self.pause_action, self.stop_action, self.rename_action,
            self.pin_action, self.archive_action,
        )  # fmt: skip

    def _name_actions(self) -> None:
        study = self.chosen()
        for action, text in (
            (self.open_action, tr("Open")),
            (self.pause_action, tr("Pause")),
            (self.resume_action, tr("Resume")),
            (self.stop_action, tr("Stop")),
            (self.rename_action, tr("Rename")),
            (self.pin_action, tr("Unpin") if study is not None and study.pinned else tr("Pin")),
            (self.archive_action, tr("Restore") if study is not None and study.archived else tr("Archive")),
        ):
            action.setText(text)

    def _action(self, icon: str, act, key: str = "") -> QAction:
        action = QAction(self)
        action.setData(icon)
        action.triggered.connect(lambda: act())
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return action

    def _action_row(self) -> QWidget:
        self._buttons: dict[QAction, Button] = {}
        bar = QWidget()
        layout = row(spacing=tokens.HALF)
        for action in self._every_action:
            button = Button(action.text, "quiet", str(action.data()))
            button.clicked.connect(action.trigger)
            action.changed.connect(lambda a=action, b=button: _follow_action(b, a))
            self._buttons[action] = button
            layout.addWidget(button)
        layout.addStretch(1)
        bar.setLayout(layout)
        return bar

    def _make_table(self) -> QTableView:
        table = make_table(self.proxy, "", tokens.ROW_HEIGHT_TALL)
        table.setItemDelegate(StudyDelegate(table))
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        table.doubleClicked.connect(lambda _index: self._open())
        head = table.horizontalHeader()
        head.setSectionResizeMode(StudyColumn.NAME, QHeaderView.ResizeMode.Stretch)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        self.proxy.sort(-1)
        table.selectionModel().currentRowChanged.connect(self._row_changed)
        table.addActions([self.open_action, self.rename_action, self.archive_action])
        self.say(lambda: table.setAccessibleName(tr("Studies")))
        return table

    def _row_changed(self, *_: object) -> None:
        study = self.chosen()
        if study is not None and not self._filling:
            self.desk.select(study.id)
        self._show_actions()

    def _show_actions(self, *_: object) -> None:
        study = self.chosen()
        state = study.state if study is not None else None
        self.open_action.setEnabled(study is not None)
        lost = study is not None and self.desk.is_lost(study)
        starting = study is not None and self.desk.is_starting(study.id)
        self.pause_action.setEnabled(state in (StudyState.RUNNING, StudyState.QUEUED) and not lost)
        resting = state is not None and state not in _LIVE
        self.resume_action.setEnabled((lost or resting) and not starting)
        self.stop_action.setEnabled(state in (*_LIVE, StudyState.PAUSED))
        for action in (self.rename_action, self.pin_action, self.archive_action):
            action.setEnabled(study is not None)
        self._name_actions()

    def _show_counts(self) -> None:
        running = sum(study.state in _LIVE and not self.desk.is_lost(study) for study in self.desk.studies)
        listed = sum(not study.archived for study in (*self.desk.studies, *self.desk.damaged))
        text = counted(listed, tr("1 study"), tr("{n} studies"))
        if running:
            text += " · " + counted(running, tr("1 running"), tr("{n} running"))
        self.subtitle.setText(text if self.desk.studies or self.desk.damaged else "")

    def _show_menu(self, place: QPoint) -> None:
        if self.chosen() is None:
            return
        menu = QMenu(self)
        for action in self._buttons:
            action.setIcon(icons.icon(str(action.data()), theme.palette.muted, 16, theme.palette.faint))
            menu.addAction(action)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _open(self) -> None:
        study = self.chosen()
        if study is not None:
            self.desk.show_page("overview" if study.state in _LIVE else "trials", study.id)

    def _ask(self, request: Request) -> None:
        study = self.chosen()
        if study is not None:
            self.desk.request(study.id, request)

    def _resume(self) -> None:
        """Let a study go on; one that is done needs to be given more, which is asked for in a menu."""
        study = self.chosen()
        if study is None or study.state is not StudyState.DONE:
            self._ask(Request.RUN)
            return
        button = self._buttons[self.resume_action]
        menu = more_menu(self.desk, study, self)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

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

    def _pin(self) -> None:
        study = self.chosen()
        if study is not None:
            self.desk.feed.write(lambda store: store.edit_study(study.id, pinned=not study.pinned))

    def _archive(self) -> None:
        study = self.chosen()
        if study is None:
            return

        def said() -> str:
            if study.archived:
                return tr("Restored {name}", name=study.name)
            return tr("Archived {name}", name=study.name)

        def undo() -> None:
            self.desk.feed.write(lambda store: store.edit_study(study.id, archived=study.archived))

        self.desk.feed.write(
            lambda store: store.edit_study(study.id, archived=not study.archived),
            lambda _: self.desk.toast(said, lambda: tr("Undo"), undo),
        )

    def _choose(self, study_id: int) -> None:
        for index in range(self.proxy.rowCount()):
            study = self.model.study(self.proxy.mapToSource(self.proxy.index(index, 0)).row())
            if study is not None and study.id == study_id:
                flag = QItemSelectionModel.SelectionFlag
                flags = flag.ClearAndSelect | flag.Rows
                self.table.selectionModel().setCurrentIndex(self.proxy.index(index, 0, QModelIndex()), flags)
                return

    def _begin_with_file(self, path: str) -> None:
        self.desk.show_page("new_study")
        self.desk.file_dropped.emit(path)


def _follow_action(button: Button, action: QAction) -> None:
    button.setEnabled(action.isEnabled())
    button.setText(action.text())
