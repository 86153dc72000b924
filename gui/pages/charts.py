"""The Charts page: tiles of charts of the study in view, which the user adds, removes and arranges."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QInputDialog, QMenu, QWidget

from .. import icons, tokens
from ..charts.catalog import STUDY_CHARTS, study_chart
from ..desk import Desk
from ..speech import tr
from ..states.chart_layouts import ChartLayout, ChartLayouts, PlacedChart, layouts_text, read_layouts, usual
from ..theme import theme
from ..widgets.parts import Button, column, scrolled
from .chart_tile import ChartTile
from .filter_bar import FilterBar
from .page import EmptyState, Page, new_study_button

_KNOWN = tuple(chart.name for chart in STUDY_CHARTS)
_KEPT_AS = "charts"
_TILE_HEIGHT_PX = 320


class ChartsPage(Page):
    """A grid of charts that show one selection: what is brushed in one is shown in all, and in the table of trials."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, lambda: tr("Charts"), of_study=True)
        self._layouts: ChartLayouts = read_layouts(desk.preferences.text(_KEPT_AS, ""), _KNOWN)
        self.tiles: list[ChartTile] = []
        # The tile that is shown alone.
        self._alone: ChartTile | None = None
        self.filter_bar = FilterBar(desk)
        self.filter_bar.clear_by_escape(self)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setSpacing(12)
        board = QWidget()
        board.setLayout(self._grid)
        self._board = scrolled(board)
        content = QWidget()
        content.setLayout(column(self.filter_bar, self._board, spacing=tokens.GRID))
        content.layout().setStretch(1, 1)  # type: ignore[union-attr]
        empty = EmptyState(
            "charts",
            lambda: tr("Nothing to draw yet"),
            lambda: tr("Start a study; its trials are drawn here as they come."),
            new_study_button(desk),
        )
        self.place(content, empty)
        self.layouts = Button(lambda: tr("Layout"), "", "panel")
        self.layouts.clicked.connect(self._show_layouts)
        self.add = Button(lambda: tr("Add chart"), "primary", "plus")
        self.add.clicked.connect(self._show_charts)
        self.tool_row.addWidget(self.layouts)
        self.tool_row.addWidget(self.add)
        self._take(self._layouts.now)

    def refresh(self) -> None:
        self.show_study_state()
        self.show_place(1 if self.desk.study is None else 0)
        self.desk.follow_trials()

    def focus_filter(self) -> None:
        self.filter_bar.take_focus()

    def layout_now(self) -> ChartLayout:
        """Return what is on the page."""
        tiles = tuple(PlacedChart(tile.described.name, tile.panel.choices) for tile in self.tiles)
        return ChartLayout(tiles, self._layouts.now.n_columns)

    def add_chart(self, name: str) -> None:
        """Put a chart at the end of the page."""
        self._make(PlacedChart(name))
        self._keep()
        self._board.ensureWidgetVisible(self.tiles[-1])

    def take_layout(self, layout: ChartLayout) -> None:
        """Show another layout."""
        self._layouts = ChartLayouts(layout, self._layouts.named)
        self._take(layout)
        self._keep()

    def name_layout(self, name: str) -> None:
        """Keep what is on the page under a name."""
        named = {**self._layouts.named, name: self.layout_now()}
        self._layouts = ChartLayouts(self.layout_now(), named)
        self._keep()

    def _take(self, layout: ChartLayout) -> None:
        self._alone = None
        for tile in self.tiles:
            tile.hide()
            tile.deleteLater()
        self.tiles = []
        for tile in layout.tiles:
            self._make(tile, arrange=False)
        self._arrange()

    def _make(self, tile: PlacedChart, *, arrange: bool = True) -> None:
        described = study_chart(tile.chart)
        if described is None:
            return
        made = ChartTile(self.desk, described, tile.choices)
        made.removed.connect(lambda: self._remove(made))
        made.moved.connect(lambda step: self._move(made, step))
        made.widened.connect(lambda: self._show_alone(made))
        made.chosen.connect(self._keep)
        self.tiles.append(made)
        if arrange:
            self._arrange()

    def _arrange(self) -> None:
        while self._grid.count():
            self._grid.takeAt(0)
        n_columns = self._layouts.now.n_columns
        shown = [tile for tile in self.tiles if self._alone is None or tile is self._alone]
        for place, tile in enumerate(shown):
            tile.setMinimumHeight(_TILE_HEIGHT_PX)
            if self._alone is not None:
                self._grid.addWidget(tile, 0, 0, 1, n_columns)
            else:
                self._grid.addWidget(tile, place // n_columns, place % n_columns)
        # Only now: what has no parent would be a window of its own.
        for tile in self.tiles:
            tile.setVisible(tile in shown)
        for place in range(3):
            self._grid.setColumnStretch(place, 1 if place < n_columns else 0)

    def _remove(self, tile: ChartTile) -> None:
        place = self.tiles.index(tile)
        kept = PlacedChart(tile.described.name, tile.panel.choices)
        self.tiles.remove(tile)
        if self._alone is tile:
            self._alone = None
        tile.hide()
        tile.deleteLater()
        self._arrange()
        self._keep()

        def undo() -> None:
            self._make(kept, arrange=False)
            self.tiles.insert(place, self.tiles.pop())
            self._arrange()
            self._keep()

        title = tile.described.title
        self.desk.toast(lambda: tr("Removed {chart}", chart=title()), lambda: tr("Undo"), undo)

    def _move(self, tile: ChartTile, step: int) -> None:
        place = self.tiles.index(tile)
        self.tiles.remove(tile)
        self.tiles.insert(min(max(place + step, 0), len(self.tiles)), tile)
        self._arrange()
        self._keep()

    def _show_alone(self, tile: ChartTile) -> None:
        self._alone = None if self._alone is tile else tile
        self._arrange()

    def _keep(self) -> None:
        self._layouts = ChartLayouts(self.layout_now(), self._layouts.named)
        self.desk.preferences.set_text(_KEPT_AS, layouts_text(self._layouts))

    def _show_charts(self) -> None:
        menu = QMenu(self)
        for chart in STUDY_CHARTS:
            action = menu.addAction(chart.title())
            action.setToolTip(chart.why())
            action.triggered.connect(lambda _on=False, name=chart.name: self.add_chart(name))
        menu.setToolTipsVisible(True)
        menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _show_layouts(self) -> None:
        menu = QMenu(self)
        for n_columns, text in ((1, tr("One column")), (2, tr("Two columns")), (3, tr("Three columns"))):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(self._layouts.now.n_columns == n_columns)
            action.triggered.connect(
                lambda _on=False, n=n_columns: self.take_layout(ChartLayout(self.layout_now().tiles, n))
            )
        menu.addSeparator()
        for name, layout in self._layouts.named.items():
            action = menu.addAction(icons.icon("panel", theme.palette.muted, 16), name)
            action.triggered.connect(lambda _on=False, layout=layout: self.take_layout(layout))
        menu.addAction(tr("The usual layout")).triggered.connect(lambda: self.take_layout(usual(_KNOWN)))
        menu.addAction(tr("Keep this layout …")).triggered.connect(self._ask_name)
        menu.popup(self.layouts.mapToGlobal(self.layouts.rect().bottomLeft()))

    def _ask_name(self) -> None:
        name, is_given = QInputDialog.getText(self, tr("Keep this layout"), tr("Name"))
        if is_given and name.strip():
            self.name_layout(name.strip())
