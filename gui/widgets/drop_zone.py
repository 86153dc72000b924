"""Where a data file is dropped or chosen, or a sample is taken."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame

from ..desk import Desk
from ..speech import tr
from ..states.sources import SAMPLE_PREFIX, sample_name
from .parts import Button, Label, Picture, column, row, set_property

SAMPLES = ("iris", "wine", "breast_cancer", "digits", "diabetes")


class DropZone(QFrame):
    """A large target for a data file.

    Signals
    -------
    file_chosen(str)
        The path of a file.
    sample_chosen(str)
        `SAMPLE_PREFIX` and the name of a sample.
    """

    file_chosen = Signal(str)
    sample_chosen = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setObjectName("dropzone")
        self.setAcceptDrops(True)
        self.choose = Button(lambda: tr("Open file…"), "primary", "folder")
        self.choose.clicked.connect(self._ask)
        self.choose_folder = Button(lambda: tr("Open folder…"), "", "folder")
        self.choose_folder.clicked.connect(self._ask_folder)
        heading = Label(lambda: tr("Drop a data file or a folder here"), "title")
        kinds = Label(
            lambda: tr(
                "A table (CSV, JSON, Parquet), or images or texts: a folder or ZIP with a sub-folder for each class"
            ),
            tone="muted",
        )
        buttons = row(self.choose, self.choose_folder, spacing=12)
        samples = row(1, Label(lambda: tr("Or try a sample:"), tone="muted"))
        self.samples: dict[str, Button] = {}
        for name in SAMPLES:
            chip = Button(lambda name=name: sample_name(name), "chip")
            chip.clicked.connect(lambda _=False, name=name: self.sample_chosen.emit(SAMPLE_PREFIX + name))
            self.samples[name] = chip
            samples.addWidget(chip)
        samples.addStretch(1)
        middle = [row(1, part, 1) for part in (Picture("upload", "accent", 40), heading, kinds, buttons)]
        layout = column(1, *middle, samples, 1, spacing=14)
        layout.insertSpacing(5, 16)
        self.setLayout(layout)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            set_property(self, "over", "true")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        set_property(self, "over", "false")
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        set_property(self, "over", "false")
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.file_chosen.emit(paths[0])

    def _ask(self) -> None:
        folder = self._desk.preferences.text("data_folder", str(Path.home()))
        path, _ = QFileDialog.getOpenFileName(
            self,
            tr("Open a data file"),
            folder,
            tr(
                "Tables and images (*.csv *.tsv *.txt *.json *.jsonl *.ndjson *.arff *.parquet *.zip *.npz *.gz *.bz2 "
                "*.xz *.zst);;All files (*)"
            ),
        )
        if path:
            self._desk.preferences.set_text("data_folder", str(Path(path).parent))
            self.file_chosen.emit(path)

    def _ask_folder(self) -> None:
        folder = self._desk.preferences.text("data_folder", str(Path.home()))
        path = QFileDialog.getExistingDirectory(self, tr("Open a folder of images or texts"), folder)
        if path:
            self._desk.preferences.set_text("data_folder", str(Path(path).parent))
            self.file_chosen.emit(path)
