"""How the table of a data file's columns is painted, and how a role is edited in it."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter, QShowEvent
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ...engine.domain.inspections import ColumnFacts
from ...engine.domain.kinds import GIVEN_ROLES
from .. import words
from ..charts.histograms import COUNTS, Counts
from ..models.columns_model import FACTS_ROLE, DataColumn
from ..speech import tr
from ..widgets import painting
from ..widgets.small_chart import paint

Index = QModelIndex | QPersistentModelIndex
# Pixels of a bar.
_MOST_BAR = 14
_FAINT_ROLES = ("ignored", "id", "constant")


class RoleBox(QComboBox):
    """The roles, open at once: who asks for this editor has asked for the list, and is done when it closes.

    Signals
    -------
    list_closed
        A role was chosen, or none.
    """

    list_closed = Signal()

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        super().showPopup()
        # Escape hides the list without asking `hidePopup`.
        self.view().window().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Hide:
            # After `activated`.
            QTimer.singleShot(0, self, self.list_closed.emit)
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        QTimer.singleShot(0, self, self.showPopup)


class ColumnDelegate(QStyledItemDelegate):
    """Paints the table of columns and edits roles with a list that opens at one click."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        area = painting.begin_cell(painter, option)
        column = DataColumn(index.column())
        facts: ColumnFacts = index.data(FACTS_ROLE)
        if column is DataColumn.SHAPE:
            # Few bars are no broader than many.
            width = min(area.width(), _MOST_BAR * len(facts.counts))
            bars = QRectF(area.left(), area.top() + 6, width, area.height() - 10)
            tone = "accent" if facts.storage == "number" else "faint"
            paint(painter, bars, COUNTS, Counts(facts.counts, tone))
        elif column is DataColumn.ROLE:
            role = index.data(Qt.ItemDataRole.EditRole)
            tone = "accent" if role == "target" else "faint" if role in _FAINT_ROLES else "text"
            painting.text(painter, area.adjusted(0, 0, -14, 0), str(index.data()), tone)
            painting.picture(painter, area.right() - 12, area.center().y(), "down", "faint", 14)
        else:
            align = Qt.AlignmentFlag(int(index.data(Qt.ItemDataRole.TextAlignmentRole)))
            tone = "text" if column in (DataColumn.NAME, DataColumn.UNIQUE) else "muted"
            if column is DataColumn.MISSING and facts.n_missing:
                tone = "warning"
            painting.text(
                painter, area, str(index.data() or ""), tone, align=align & ~Qt.AlignmentFlag.AlignVCenter
            )
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: N802, ARG002
        box = RoleBox(parent)
        box.setAccessibleName(tr("Role"))
        for role in GIVEN_ROLES:
            box.addItem(words.role(role), role)
        box.setMaxVisibleItems(len(GIVEN_ROLES))
        box.activated.connect(lambda _index: self.commitData.emit(box))
        box.list_closed.connect(lambda: self.closeEditor.emit(box))
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802 - Qt's name
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(index.data(Qt.ItemDataRole.EditRole)))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:  # noqa: N802 - Qt's name
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())  # type: ignore[arg-type]

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if (
            event.type() == QEvent.Type.FocusOut
            and isinstance(editor, QComboBox)
            and editor.view().isVisible()
        ):
            # Its own list has taken the focus.
            return False
        return super().eventFilter(editor, event)
