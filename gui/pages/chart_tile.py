"""A tile of the Charts page: one chart, what it is for, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QFileDialog, QMenu

from .. import icons
from ..charts.studies import StudyChart
from ..desk import Desk
from ..speech import Text, tr
from ..theme import theme
from ..widgets.chart_files import copy_chart, save_chart
from ..widgets.parts import Card, IconButton, Label, row
from ..widgets.study_chart import StudyChartPanel


class ChartTile(Card):
    """One chart.

    Signals
    -------
    removed, moved(int), widened
        The user wants it away, that many places further on, or alone on the page and back.
    chosen
        Something of the chart was chosen.
    """

    removed = Signal()
    moved = Signal(int)
    widened = Signal()
    chosen = Signal()

    def __init__(self, desk: Desk, described: StudyChart, choices: dict[str, str]) -> None:
        super().__init__(None, margin=12)
        self._desk = desk
        self.described = described
        self.panel = StudyChartPanel(desk, described, choices)
        self.panel.trial_picked.connect(lambda trial_id: desk.selection.select([trial_id]))
        self.panel.trial_opened.connect(self._open)
        self.panel.chosen.connect(lambda _choices: self.chosen.emit())
        why = IconButton("info", described.why)
        self.wide = IconButton("panel", lambda: tr("Show this chart alone, or all again"))
        self.wide.clicked.connect(self.widened)
        self.more = IconButton("more", lambda: tr("More of this chart"))
        self.more.clicked.connect(self._show_menu)
        title = Label(described.title, "strong")
        self.body.addLayout(row(title, why, 1, self.wide, self.more, spacing=4))
        self.body.addWidget(self.panel, 1)
        self.setMinimumHeight(260)

    def save(self, path: Path) -> None:
        """Write the chart to a file, as its ending says, and tell how that went."""
        try:
            save_chart(self.panel.chart, path)
        except OSError as error:
            reason = error.strerror or str(error)
            self._desk.warn(
                lambda: tr("{file} could not be written: {reason}", file=path.name, reason=reason)
            )
            return
        self._desk.toast(lambda: tr("Saved {file}", file=path.name))

    def _open(self, trial_id: int) -> None:
        self._desk.selection.reveal(trial_id)
        self._desk.show_page("trials")

    def _show_menu(self) -> None:
        menu = QMenu(self)

        def add(icon: str, text: Text, act) -> None:
            action = menu.addAction(icons.icon(icon, theme.palette.muted, 16), text())
            action.triggered.connect(lambda: act())

        add("copy", lambda: tr("Copy as a picture"), self._copy)
        add("export", lambda: tr("Save as PNG, SVG or CSV"), self._ask_file)
        menu.addSeparator()
        add("left", lambda: tr("Move back"), lambda: self.moved.emit(-1))
        add("right", lambda: tr("Move on"), lambda: self.moved.emit(1))
        add("close", lambda: tr("Remove from the page"), self.removed.emit)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _copy(self) -> None:
        copy_chart(self.panel.chart)
        self._desk.toast(lambda: tr("Copied the chart"))

    def _ask_file(self) -> None:
        study = self._desk.study
        name = f"{study.name if study is not None else ''} {self.described.name}".strip().replace("/", "-")
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            tr("Save the chart"),
            str(Path(folder) / f"{name}.png"),
            "PNG (*.png);;SVG (*.svg);;CSV (*.csv)",
        )
        if chosen:
            self.save(Path(chosen))
