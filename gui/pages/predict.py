"""The Predict page: a bundle and a file or folder in, predictions out: as a CSV file, and the first of them in view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHeaderView, QWidget

from ...engine.domain import formatting
from ...engine.domain.predictions import PredictedRows
from ...engine.domain.requests import PredictRows
from ...storage.records import ExportRecord, JobState
from ..desk import Desk
from ..models.predictions_model import PredictionsModel
from ..speech import tr
from ..states.predicting import bundle_text, drift_text, messages_text, out_for, picture, summary_text
from ..widgets.fields import ChoiceField, TextField
from ..widgets.parts import Button, Card, Label, Pill, column, row
from ..widgets.picture_grid import PictureGrid
from ..widgets.tables import make_table
from .certificate import open_folder
from .job_page import JobPage
from .page import EmptyState, new_study_button

if TYPE_CHECKING:
    from ...storage.store import Store

# Of a column.
_MOST_WIDTH = 240
_LEVELS = (0.8, 0.9, 0.95)
_TONES = {"none": "good", "some": "warning", "strong": "bad"}


class PredictPage(JobPage[PredictRows, PredictedRows]):
    """Above what is predicted, with what, and where to; below what came out, and what is to be said of it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            lambda: tr("Predictions"),
            Button(lambda: tr("Predict rows"), "primary", "play"),
            PredictRows,
            PredictedRows,
            cancelled=lambda: tr("Predicting was cancelled; no file was written."),
        )
        self.tool_row.addWidget(self.start)
        self._result: PredictedRows | None = None
        self._out_typed = False
        self.model = PredictionsModel(self)
        self.table = make_table(self.model, "sorted")
        head = self.table.horizontalHeader()
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.setSortingEnabled(True)
        self.pictures = PictureGrid()
        self.drift = Pill()
        self.said = Label(lambda: messages_text(self._result), wrap=True, select=True)
        self.summary = Label(lambda: summary_text(self._result), "strong")
        self.open = Button(lambda: tr("Open folder"), "", "open")
        self.open.clicked.connect(self._open_folder)
        content = QWidget()
        self.outcome = self._outcome_card()
        layout = column(self._choice_card(), self.outcome, spacing=12)
        layout.setStretch(1, 1)
        content.setLayout(layout)
        other = Button(lambda: tr("Open bundle…"), "", "folder")
        other.clicked.connect(self._browse_bundle)
        empty = EmptyState(
            "target",
            lambda: tr("Nothing to predict with yet"),
            lambda: tr("Export a network first, or open the folder of a bundle that came from elsewhere."),
            new_study_button(desk),
            other,
        )
        self.place(content, empty)
        self._bundles: list[str] = []
        self.say(self._reword)
        self._show()

    def refresh(self) -> None:
        self.show_place(0 if self._bundles else 1)

        def work(store: Store) -> list[ExportRecord]:
            return [e for e in store.exports() if e.state is JobState.DONE and Path(e.path).is_dir()]

        self.desk.feed.read(work, self._took)

    def _took(self, exports: list[ExportRecord]) -> None:
        found = list(dict.fromkeys(export.path for export in exports))
        self.offer([*found, *(path for path in self._bundles if path not in found)])

    def offer(self, paths: list[str]) -> None:
        """Offer these bundles, by their folders."""
        self._bundles = paths
        self.bundle.set_options([(path, lambda path=path: bundle_text(path)) for path in paths])
        self.show_place(0 if paths else 1)
        self._show()

    def _choice_card(self) -> Card:
        self.bundle = ChoiceField(lambda: tr("Bundle"))
        self.bundle.changed.connect(self._forget)
        self.data = TextField(
            lambda: tr("Data"), lambda: tr("CSV, TSV, JSON or Parquet file, folder or ZIP of images")
        )
        self.data.changed.connect(self._data_changed)
        self.out = TextField(lambda: tr("Save as"))
        self.out.changed.connect(self._out_edited)
        self.interval = ChoiceField(
            lambda: tr("Interval"),
            [
                (None, lambda: tr("none")),
                *((level, lambda level=level: formatting.percent(level)) for level in _LEVELS),
            ],
            lambda: tr(
                "Beside each number the ends between which the truth lies so often; of classes, the set that holds it"
            ),
        )
        self.interval.changed.connect(self._forget)
        self.keep = TextField(
            lambda: tr("Keep columns"), lambda: tr("id, name: written before the predictions")
        )
        self.keep.changed.connect(self._forget)
        other = Button(lambda: tr("Other…"), "", "folder")
        other.clicked.connect(self._browse_bundle)
        file = Button(lambda: tr("File…"), "", "folder")
        file.clicked.connect(self._browse_file)
        folder = Button(lambda: tr("Folder…"), "", "folder")
        folder.clicked.connect(self._browse_folder)
        card = Card(lambda: tr("Predict rows with a bundle"), margin=12)
        for parts in (
            (self.bundle, other),
            (self.data, file, folder),
            (self.out,),
            (self.keep,),
            (self.interval,),
        ):
            line = QWidget()
            layout = row(parts[0].label, parts[0].widget, *parts[1:], spacing=8)
            layout.setStretch(1, 1)
            line.setLayout(layout)
            card.body.addWidget(line)
        card.body.addWidget(self.progress_box)
        return card

    def _outcome_card(self) -> Card:
        card = Card(margin=12)
        self.hint = Label(
            lambda: tr("The first predictions will be shown here; all of them go into the file."),
            tone="muted",
        )
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head = row(self.summary, self.drift, 1, self.open, spacing=8)
        self.head = QWidget()
        self.head.setLayout(head)
        for widget in (self.head, self.said):
            card.body.addWidget(widget)
        for widget in (self.hint, self.table, self.pictures):
            card.body.addWidget(widget, 1)
        return card

    def _reword(self) -> None:
        self.table.setAccessibleName(tr("Predictions"))
        self.model.reword()
        self._show()

    def _show(self) -> None:
        self.show_start()
        result = self._result
        with_picture = [line for line in result.preview.rows if line.picture] if result is not None else []
        self.head.setVisible(result is not None)
        self.said.setVisible(result is not None and bool(result.messages))
        self.hint.setVisible(result is None)
        self.table.setVisible(result is not None)
        self.pictures.setVisible(bool(with_picture))
        drift = None if result is None else result.drift
        self.drift.setVisible(drift is not None)
        if drift is not None:
            self.drift.show_word(drift_text(drift.word), _TONES[drift.word])
        self.summary.say_again()
        self.said.say_again()
        if with_picture:
            wrong = [place for place, line in enumerate(with_picture) if line.wrong]
            self.pictures.show_pictures([picture(line) for line in with_picture], wrong)

    def _data_changed(self) -> None:
        data = self.data.value()
        if data and not self._out_typed:
            self.out.set_value(out_for(data))
        self._forget()

    def _out_edited(self) -> None:
        self._out_typed = bool(self.out.value())

    def _forget(self) -> None:
        """What was predicted before is not of these data."""
        self._result = None
        self.notice.hide()
        self._show()

    def _browse_bundle(self) -> None:
        path = QFileDialog.getExistingDirectory(self, tr("Folder of a bundle"))
        if path:
            self.offer([path, *(known for known in self._bundles if known != path)])
            self.bundle.set_value(path)
            self._forget()

    def _browse_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Data to predict"))
        self.take(path)

    def _browse_folder(self) -> None:
        self.take(QFileDialog.getExistingDirectory(self, tr("Folder of images or texts")))

    def take(self, path: str) -> None:
        """Take a file or folder as the data to predict; an empty path for none."""
        if path:
            self.data.set_value(path)
            self._data_changed()

    def can_start(self) -> bool:
        return bool(self.bundle.value() and self.data.value())

    def request(self) -> PredictRows:
        if not self.out.value():
            raise ValueError(tr("Say where the predictions are to be saved."))
        return PredictRows(
            self.bundle.value(), self.data.value(), self.out.value(), self.interval.value(), self.keep.value()
        )

    def run(self) -> None:
        self._forget()
        super().run()

    def doing_text(self, asked: PredictRows, doing: str) -> str:  # noqa: ARG002 - of all jobs
        return tr("Predicting the rows of {file}…", file=Path(asked.data).name)

    def render(self, asked: PredictRows, answer: PredictedRows) -> None:  # noqa: ARG002 - of all jobs
        self.show_result(answer)

    def show_result(self, result: PredictedRows) -> None:
        """Show the result of a ``predict`` job."""
        self._result = result
        self.model.show_preview(result.preview)
        head = self.table.horizontalHeader()
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.resizeColumnsToContents()
        for place in range(len(self.model.parts)):
            head.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            head.resizeSection(place, min(max(head.sectionSize(place) + 12, 64), _MOST_WIDTH))
        if self.model.parts:
            head.setSectionResizeMode(len(self.model.parts) - 1, QHeaderView.ResizeMode.Stretch)
        self._show()

    def _open_folder(self) -> None:
        if self._result is not None:
            open_folder(str(Path(self._result.out).parent))
