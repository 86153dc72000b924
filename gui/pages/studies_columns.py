"""The further columns of the Studies page: data, creation, size; which are shown, and what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QMenu, QTableView

from ..desk import Desk
from ..models.studies_model import FURTHER, StudiesModel, StudyBelongings, StudyColumn

if TYPE_CHECKING:
    from ...storage.store import Store

# From this width of the page on there is room for them, where the user has chosen none.
_WIDE_PX = 1400
_KEPT_AS = "studies_columns"
_NOT_CHOSEN = "-"


class StudiesColumns(QObject):
    """Shows those that the user has chosen by the menu of the table's head, else as many as there is room for.

    Parameters
    ----------
    desk : Desk
    table : QTableView
    model : StudiesModel
    """

    def __init__(self, desk: Desk, table: QTableView, model: StudiesModel) -> None:
        super().__init__(table)
        self._desk, self._table, self._model = desk, table, model
        self._width = 0
        # The studies of which it is known what belongs to them, and whether that may have changed.
        self._known: frozenset[int] = frozenset()
        self._is_old = True
        head = table.horizontalHeader()
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(lambda place: self.menu().popup(head.mapToGlobal(place)))
        table.installEventFilter(self)

    def show_for_width(self, width: int) -> None:
        """Show the columns on a page that is so many pixels wide."""
        self._width = width
        chosen = self.chosen()
        for one in FURTHER:
            self._table.setColumnHidden(one, one not in chosen)

    def chosen(self) -> set[StudyColumn]:
        """Return the columns that are shown."""
        kept = self._desk.preferences.text(_KEPT_AS, _NOT_CHOSEN)
        if kept == _NOT_CHOSEN:
            return set(FURTHER) if self._width >= _WIDE_PX else set()
        return {one for one in FURTHER if one.name in kept.split(",")}

    def menu(self) -> QMenu:
        """Return the menu in which they are ticked."""
        menu, chosen = QMenu(self._table), self.chosen()
        for one in FURTHER:
            action = menu.addAction(self._model.heading(one))
            action.setCheckable(True)
            action.setChecked(one in chosen)
            action.toggled.connect(lambda on, one=one: self.choose(one, on=on))
        return menu

    def choose(self, column: StudyColumn, *, on: bool) -> None:
        """Show a column, or hide it, from now on."""
        chosen = self.chosen() | {column} if on else self.chosen() - {column}
        self._desk.preferences.set_text(_KEPT_AS, ",".join(sorted(one.name for one in chosen)))
        self.show_for_width(self._width)

    def read(self) -> None:
        """Read what belongs to the studies, where it is not known of all of them."""
        ids = frozenset(study.id for study in self._desk.studies)
        if self._table.isVisible() and (self._is_old or ids != self._known):
            self._is_old, self._known = False, ids
            self._desk.feed.read(_belongings, self._model.show_belongings)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Show:
            self._is_old = True
            self.read()
        return super().eventFilter(watched, event)


def _belongings(store: Store) -> StudyBelongings:
    names = store.dataset_names()
    data = {one.id: names[one.dataset_id] for one in store.studies(archived=None) if one.dataset_id in names}
    return StudyBelongings(data, store.study_sizes())
