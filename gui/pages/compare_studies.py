"""Studies of one data set side by side: how each got better over time, what it found, in what they differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QWidget

from ...engine.domain.study_list import ReadStudy
from ..charts.studies_compared import STUDIES_COMPARED, StudiesCompared, StudyHistory, history_of_study
from ..desk import Desk
from ..language import Speaks
from ..models.compared_model import ComparedModel
from ..speech import tr
from ..states.comparing_studies import study_rows
from ..theme import theme
from ..widgets.chart_view import ChartView
from ..widgets.parts import Button, Label, column, row
from ..widgets.tables import make_table

_WIDTH_PX, _HEIGHT_PX, _CHART_PX = 920, 680, 250
_NAME_PX, _VALUE_PX, _ROW_PX = 190, 190, 28


class CompareStudies(Speaks, QDialog):
    """A window beside the others; it shows the studies as they were when it was opened."""

    def __init__(self, desk: Desk, parent: QWidget, studies: Sequence[ReadStudy]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("canvas")
        self._studies = tuple(studies)
        self.chart = ChartView(STUDIES_COMPARED)
        self.chart.setFixedHeight(_CHART_PX)
        self.model = ComparedModel(self)
        self.table = make_table(self.model, row_height_px=_ROW_PX)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.horizontalHeader().setDefaultSectionSize(_VALUE_PX)
        self.differing = Button(lambda: tr("Only what differs"), "chip")
        self.differing.setCheckable(True)
        self.differing.toggled.connect(self.model.show_differing_only)
        close = Button(lambda: tr("Close"))
        close.clicked.connect(self.accept)
        title = Label(
            lambda: tr("{n} studies of the same data side by side", n=len(self._studies)), "subtitle"
        )
        layout = column(
            row(title, 1, self.differing), self.chart, self.chart.legend, self.table, row(1, close),
            spacing=12, margins=(20, 16, 20, 16),
        )  # fmt: skip
        layout.setStretch(3, 1)
        self.setLayout(layout)
        self.resize(_WIDTH_PX, _HEIGHT_PX)
        theme.dress(self)
        self.say(lambda: self.setWindowTitle(tr("Studies side by side")))
        self.say(lambda: self.table.setAccessibleName(tr("Studies side by side")))
        self.say(lambda: self.chart.setAccessibleName(tr("Best scores over time")))
        self.say(self._show)
        records = [study.record for study in self._studies]
        desk.feed.read(
            lambda store: tuple(history_of_study(study, store.trial_table(study.id)) for study in records),
            self._took,
        )

    def _show(self) -> None:
        self.model.show_rows(tuple(one.record.name for one in self._studies), study_rows(self._studies))
        self.table.setColumnWidth(0, _NAME_PX)

    def _took(self, histories: tuple[StudyHistory, ...]) -> None:
        self.chart.show_data(StudiesCompared(self._studies[0].record.metric, histories))
