"""Writing the trials that a table shows into a file, by the engine's service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from ...engine.domain.requests import WriteTrials, WrittenTrials, result_of
from ...storage.records import JobRecord
from ..desk import Desk
from ..jobs import JobWatcher
from ..speech import Text, counted, tr


class TrialsFile(QObject):
    """Asks for a file and has the trials written that a page gives, in its order.

    Parameters
    ----------
    desk : Desk
    page : QWidget
    shown : callable
        Gives the ids of the trials.
    """

    def __init__(self, desk: Desk, page: QWidget, shown: Callable[[], list[int]]) -> None:
        super().__init__(page)
        self._desk, self._page, self._shown = desk, page, shown
        self._watcher = JobWatcher(desk, self)
        self._watcher.finished.connect(self._written)
        self._watcher.failed.connect(lambda why: desk.warn(why))
        desk.table_wanted.connect(self._ask)

    def write(self, path: str) -> None:
        """Have the trials written into a file."""
        study = self._desk.study
        if study is not None:
            self._watcher.start(WriteTrials(study.id, tuple(self._shown()), path))

    def _ask(self) -> None:
        study = self._desk.study
        if study is None:
            return
        self._desk.show_page("trials")
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        usual = str(Path(folder) / f"{study.name}.csv".replace("/", "-"))
        kinds = "CSV (*.csv);;JSON (*.json);;Parquet (*.parquet)"
        chosen, _ = QFileDialog.getSaveFileName(self._page, tr("Save the table"), usual, kinds)
        if chosen:
            self.write(chosen)

    def _written(self, job: JobRecord) -> None:
        answer = result_of(job, WrittenTrials)
        told: Text = lambda: counted(  # noqa: E731 - asked again in another language
            answer.n_trials,
            tr("Wrote 1 trial to {file}", file=Path(answer.path).name),
            tr("Wrote {n} trials to {file}", n=f"{answer.n_trials:,}", file=Path(answer.path).name),
        )
        self._desk.toast(told)
