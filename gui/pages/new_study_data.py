"""The data side of the New study page: how the file was read, its columns and their roles, rows, report,
space.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QHeaderView,
    QStackedWidget,
    QTabBar,
    QTableView,
    QWidget,
)

from ...engine.domain import formatting
from ...engine.domain.inspections import Inspection
from ...engine.domain.kinds import input_kind
from ...engine.domain.space import Space
from ..language import Speaks
from ..models.columns_model import ColumnsModel, DataColumn, PreviewModel
from ..speech import sentence, tr
from ..widgets.parts import Card, Label, Picture, clear, column, row, scrolled
from ..widgets.picture_grid import PictureGrid
from ..widgets.tables import make_table
from .columns_delegate import ColumnDelegate
from .reading_fields import reading_fields
from .space_editor import SpaceEditor

_WIDTHS = {
    DataColumn.NAME: 136,
    DataColumn.ROLE: 112,
    DataColumn.MISSING: 68,
    DataColumn.UNIQUE: 68,
    DataColumn.SHAPE: 92,
}
_WIDTHS_NARROW = _WIDTHS | {DataColumn.NAME: 108, DataColumn.MISSING: 60}
_MOST_LABELS = 8
# Below this the columns of the table are narrower.
_NARROW_PX = 620
# Below this two of the ways to read a file stand in a line, else four.
_TWO_LINES_PX = 560
_ICONS = {"serious": ("serious", "bad"), "warning": ("warning", "warning")}
# Of a column of the preview.
_CELL_WIDTH, _TEXT_WIDTH = 116, 400


class DataPanel(Speaks, Card):
    """Tabs over the columns, the first rows, the report and the search space.

    Signals
    -------
    read_changed(str, object)
        The user wants the file read otherwise: which option was changed, and to what.
    role_changed(str, str)
        The user gave a column another role.
    space_changed
        The search space was edited.
    """

    read_changed = Signal(str, object)
    role_changed = Signal(str, str)
    space_changed = Signal()

    def __init__(self) -> None:
        super().__init__(margin=12)
        self._found: Inspection | None = None
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        for _ in range(4):
            self.tabs.addTab("")
        self.columns = ColumnsModel(self)
        self.columns.role_changed.connect(self.role_changed)
        self.preview = PreviewModel(self)
        self._report = column(spacing=0, margins=(0, 0, 8, 0))
        self.space_editor = SpaceEditor()
        self.space_editor.changed.connect(self.space_changed)
        self.pictures = PictureGrid()
        self._first = QStackedWidget()
        for widget in (self._preview_table(), self.pictures):
            self._first.addWidget(widget)
        self._stack = QStackedWidget()
        for widget in (self._columns_table(), self._first, self._report_list(), self.space_editor):
            self._stack.addWidget(widget)
        self.tabs.currentChanged.connect(self._show_tab)
        self.body.setSpacing(8)
        self.reading = self._read_row()
        self.body.addWidget(self.reading)
        self.body.addWidget(self.tabs)
        self.body.addWidget(self._stack, 1)
        self.say(self._name_tabs)
        self.say(lambda: self.tabs.setAccessibleName(tr("Views of the data")))
        self.say(self.columns.reword)
        self.say(self._show_report)

    def begin_anew(self, space: Space | None) -> None:
        """Forget the former data; `space` is the edited search space of the new ones, None for none."""
        self._found = None
        self.space_editor.forget()
        if space is not None:
            self.space_editor.recall(space)
        self.tabs.setCurrentIndex(0)

    def show_inspection(self, found: Inspection, roles: Mapping[str, str], *, is_text: bool) -> None:
        """Show what was found in the data.

        Parameters
        ----------
        roles : mapping of str to str
            Roles that the user has given.
        is_text : bool
            Whether the file can be read otherwise, as text files can.
        """
        self._found = found
        self.columns.show_inspection(found, roles)
        self.preview.show_inspection(found)
        self._widen_texts(found, roles)
        self.pictures.show_pictures([(one.png, one.label) for one in found.thumbnails])
        self._first.setCurrentIndex(1 if found.thumbnails else 0)
        self.reading.setVisible(is_text and not found.thumbnails)
        for field in self.read_fields.values():
            field.show_read(found.read)
        self._show_report()
        self._name_tabs()

    def _widen_texts(self, found: Inspection, given: Mapping[str, str]) -> None:
        """Give columns of texts more room in the preview."""
        roles = {one.name: given.get(one.name, one.role) for one in found.columns}
        for place, name in enumerate(found.preview.columns):
            kind = input_kind(roles.get(name, ""))
            width = _TEXT_WIDTH if kind is not None and kind.has_long_cells else _CELL_WIDTH
            self._rows.horizontalHeader().resizeSection(place, width)

    def set_families(self, families: tuple[str, ...]) -> None:
        """Other families may be searched."""
        self.space_editor.set_families(families)

    def _show_tab(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        if place == 3:
            self.space_editor.load()

    def _name_tabs(self) -> None:
        count = len(self._found.findings) if self._found is not None else 0
        report = tr("Report ({n})", n=count) if count else tr("Report")
        has_pictures = self._found is not None and bool(self._found.thumbnails)
        rows = tr("Images") if has_pictures else tr("First rows")
        for place, text in enumerate((tr("Columns"), rows, report, tr("Search space"))):
            self.tabs.setTabText(place, text)

    def _read_row(self) -> QWidget:
        self.read_fields = reading_fields()
        for name, field in self.read_fields.items():
            field.changed.connect(lambda name=name, field=field: self.read_changed.emit(name, field.value()))
        self._read_grid = QGridLayout()
        self._read_grid.setContentsMargins(0, 0, 0, 0)
        self._read_grid.setSpacing(6)
        self._read_is_narrow: bool | None = None
        box = QWidget()
        box.setLayout(self._read_grid)
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        narrow = self.width() < _NARROW_PX
        self._lay_out_reading(narrow=self.width() < _TWO_LINES_PX)
        for section, width in (_WIDTHS_NARROW if narrow else _WIDTHS).items():
            self.columns_table.horizontalHeader().resizeSection(section, width)

    def _lay_out_reading(self, *, narrow: bool) -> None:
        if narrow is self._read_is_narrow:
            return
        self._read_is_narrow = narrow
        for place, field in enumerate(self.read_fields.values()):
            line, side = divmod(place, 2 if narrow else 4)
            self._read_grid.addWidget(field.label, line, 2 * side)
            self._read_grid.addWidget(field.widget, line, 2 * side + 1)
        for side, stretch in enumerate((1, 1, 0, 0) if narrow else (1, 1, 1, 1)):
            self._read_grid.setColumnStretch(2 * side + 1, stretch)

    def _columns_table(self) -> QTableView:
        table = make_table(self.columns)
        table.setItemDelegate(ColumnDelegate(table))
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        table.clicked.connect(self._edit_role)
        # On any column: the role is what a row has to edit.
        for key in ("Return", "Enter", "Space"):
            shortcut = QShortcut(QKeySequence(key), table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda: self._edit_role(None))
        head = table.horizontalHeader()
        head.setSectionResizeMode(DataColumn.NAME, QHeaderView.ResizeMode.Interactive)
        head.setSectionResizeMode(DataColumn.VALUES, QHeaderView.ResizeMode.Stretch)
        self.say(lambda: table.setAccessibleName(tr("Columns")))
        self.columns_table = table
        return table

    def _edit_role(self, clicked: QModelIndex | None) -> None:
        """Open the roles of a row: of the current one, or, by a click, only where its role was clicked."""
        table = self.columns_table
        if clicked is None or clicked.column() == DataColumn.ROLE:
            table.edit(table.currentIndex().siblingAtColumn(DataColumn.ROLE))

    def _preview_table(self) -> QTableView:
        table = make_table(self.preview)
        table.verticalHeader().show()
        table.horizontalHeader().setDefaultSectionSize(_CELL_WIDTH)
        # Else the lines of few columns end in the middle.
        table.horizontalHeader().setStretchLastSection(True)
        self._rows = table
        self.say(lambda: table.setAccessibleName(tr("First rows")))
        return table

    def _report_list(self) -> QWidget:
        content = QWidget()
        content.setLayout(column(self._report, 1))
        return scrolled(content)

    def _show_report(self) -> None:
        clear(self._report)
        findings = self._found.findings if self._found is not None else ()
        if self._found is not None and self._found.labels:
            labels = self._found.labels
            shares = " · ".join(
                f"{label} {formatting.percent(count / max(self._found.n_rows, 1), 1)}"
                for label, count in labels[:_MOST_LABELS]
            )
            if len(labels) > _MOST_LABELS:
                shares += " · " + tr("and {n} more", n=len(labels) - _MOST_LABELS)
            self._report.addWidget(_finding("target", "accent", tr("Target labels: {shares}", shares=shares)))
        if not findings:
            self._report.addWidget(_finding("done", "good", tr("Nothing unusual was found.")))
        order = {"serious": 0, "warning": 1}
        for finding in sorted(findings, key=lambda one: order.get(one.severity, 2)):
            icon, tone = _ICONS.get(finding.severity, ("info", "muted"))
            self._report.addWidget(_finding(icon, tone, sentence(finding.message)))


def _finding(icon: str, tone: str, text: str) -> QFrame:
    frame = QFrame()
    frame.setObjectName("finding")
    label = Label(wrap=True, select=True)
    label.setText(text)
    layout = row(Picture(icon, tone, 18), label, spacing=12, margins=(4, 10, 4, 10))
    layout.setStretch(1, 1)
    frame.setLayout(layout)
    return frame
