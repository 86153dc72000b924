"""Which columns the table of trials has, in which order, and the views that the user has given a name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QTableView, QWidget

from ...engine.domain.trial_columns import SHOWN
from .. import icons
from ..desk import Desk
from ..models.trials_model import N_OWN, TrialsModel, rare
from ..speech import tr
from ..states.trial_views import TrialsView, TrialsViews, read_views, views_text
from ..theme import theme

_KEPT_AS = "trials_views"


class ColumnsMenu(QMenu):
    """A menu that stays open while columns are ticked."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease:
            action = self.activeAction()
            if isinstance(action, QAction) and action.isCheckable() and action.isEnabled():
                action.trigger()
                return True
        return super().event(event)


class ViewsOfTrials(QObject):
    """Keeps the columns of a table as the user has chosen and moved them, for all studies, and named views.

    Parameters
    ----------
    desk : Desk
    table : QTableView
    model : TrialsModel
    sort_best_first : callable
        Sorts as before the user has chosen anything.
    """

    def __init__(
        self, desk: Desk, table: QTableView, model: TrialsModel, sort_best_first: Callable[[], object]
    ) -> None:
        super().__init__(table)
        self._desk, self._table, self._model, self._sort_best_first = desk, table, model, sort_best_first
        self._views: TrialsViews = read_views(desk.preferences.text(_KEPT_AS, ""))
        self._arranging = False
        head = table.horizontalHeader()
        head.sectionMoved.connect(lambda *_: self._moved())

    @property
    def named(self) -> dict[str, TrialsView]:
        """The views that have a name."""
        return dict(self._views.named)

    def arrange(self) -> None:
        """Show the columns that were chosen, or the usual ones, after the model has others."""
        self._arranging = True
        head, sections = self._table.horizontalHeader(), self._model.sections()
        chosen = self._views.columns
        usual = {} if chosen else rare(self._model.data_)
        for name, section in sections.items():
            width = SHOWN[section].shown.width if section < N_OWN else head.defaultSectionSize()
            self._table.setColumnWidth(section, width)
            is_wanted = name in chosen if chosen else usual.get(section, True)
            self._table.setColumnHidden(section, not is_wanted)
        order = [name for name in chosen if name in sections] or list(sections)
        for place, name in enumerate([*order, *(name for name in sections if name not in order)]):
            head.moveSection(head.visualIndex(sections[name]), place)
        self._arranging = False

    def shown(self) -> tuple[str, ...]:
        """Return the names of the columns that are shown, from the left."""
        head = self._table.horizontalHeader()
        sections = sorted(self._model.sections().items(), key=lambda one: head.visualIndex(one[1]))
        return tuple(name for name, section in sections if not self._table.isColumnHidden(section))

    def toggle(self, name: str, *, on: bool) -> None:
        """Show a column, or hide it; one at least stays."""
        before = self.shown()
        columns = (*before, name) if on else tuple(one for one in before if one != name)
        if columns:
            self._take(columns)

    def apply(self, view: TrialsView) -> None:
        """Take a view: its columns, what it is sorted by, its filter."""
        self._take(view.columns)
        if view.sort:
            self._model.sort_by(view.sort)
        else:
            self._sort_best_first()
        self._desk.selection.write_filter(view.filter)

    def name_view(self, name: str) -> None:
        """Keep the table as it is now under a name."""
        now = TrialsView(self.shown(), self._model.sorted_by, self._desk.selection.text)
        self._keep(TrialsViews(self._views.columns, {**self._views.named, name: now}))

    def forget(self, name: str) -> None:
        """Forget a view; the toast offers to take that back."""
        view = self._views.named.get(name)
        if view is None:
            return
        named = {one: kept for one, kept in self._views.named.items() if one != name}
        self._keep(TrialsViews(self._views.columns, named))

        def undo() -> None:
            self._keep(TrialsViews(self._views.columns, {**self._views.named, name: view}))

        self._desk.toast(lambda: tr("Forgot the view {name}", name=name), lambda: tr("Undo"), undo)

    def menu(self, parent: QWidget) -> QMenu:
        """Return the menu of views and columns."""
        menu = QMenu(parent)
        for name, view in self._views.named.items():
            action = menu.addAction(icons.icon("panel", theme.palette.muted, 16), name)
            action.triggered.connect(lambda _on=False, view=view: self.apply(view))
        menu.addAction(tr("The usual view")).triggered.connect(lambda: self.apply(TrialsView()))
        menu.addSeparator()
        menu.addAction(tr("Keep this view…")).triggered.connect(lambda: self._ask_name(parent))
        if self._views.named:
            forget = menu.addMenu(tr("Forget a view"))
            for name in self._views.named:
                forget.addAction(name).triggered.connect(lambda _on=False, name=name: self.forget(name))
        menu.addSeparator()
        menu.addMenu(self.columns_menu(menu))
        return menu

    def columns_menu(self, parent: QWidget) -> QMenu:
        """Return the menu that columns are ticked in; it stays open meanwhile."""
        menu = ColumnsMenu(tr("Columns"), parent)
        shown = set(self.shown())
        for name, section in self._model.sections().items():
            action = menu.addAction(self._model.heading_tip(section))
            action.setCheckable(True)
            action.setChecked(name in shown)
            action.toggled.connect(lambda on, name=name: self.toggle(name, on=on))
        return menu

    def _take(self, columns: tuple[str, ...]) -> None:
        self._keep(TrialsViews(columns, self._views.named))
        self.arrange()

    def _moved(self) -> None:
        if not self._arranging:
            self._keep(TrialsViews(self.shown(), self._views.named))

    def _keep(self, views: TrialsViews) -> None:
        self._views = views
        self._desk.preferences.set_text(_KEPT_AS, views_text(views))

    def _ask_name(self, parent: QWidget) -> None:
        name, is_given = QInputDialog.getText(parent, tr("Keep this view"), tr("Name"))
        if is_given and name.strip():
            self.name_view(name.strip())
