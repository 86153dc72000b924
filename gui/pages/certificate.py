"""The Export page's certificate: whether a bundle gives the stored predictions, and how that was found out."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine.domain.bundles import Certificate, Manifest
from ...storage.records import ExportRecord, JobState
from .. import words
from ..speech import tr
from ..states.certificates import certificate_rows, decision_rows, file_rows
from ..widgets.grids import fill_grid
from ..widgets.notices import Notice
from ..widgets.parts import Button, Card, Elided, Label, Pill, Rule, column, row, scrolled


class CertificateCard(Card):
    """Whether a bundle gives the stored predictions, and how that was found out."""

    def __init__(self) -> None:
        self.pill = Pill()
        super().__init__(lambda: tr("Certificate"), self.pill, margin=12)
        self._export: ExportRecord | None = None
        self.verdict = Label(kind="strong", wrap=True)
        self._path = Elided("small", "muted", Qt.TextElideMode.ElideMiddle)
        self._grid, self._files = QGridLayout(), QGridLayout()
        for grid in (self._grid, self._files):
            grid.setVerticalSpacing(7)
        self._rule = Rule()
        self._failure = Notice("bad")
        self._open = Button(lambda: tr("Open folder"), "", "open")
        self._open.clicked.connect(lambda: open_folder(self._export.path if self._export is not None else ""))
        self._files_title = Label(lambda: tr("Files"), "strong")
        content = QWidget()
        content.setLayout(
            column(
                self.verdict,
                self._path,
                self._failure,
                self._grid,
                self._rule,
                self._files_title,
                self._files,
                row(self._open, 1),
                1,
                spacing=12,
                margins=(0, 0, 8, 0),
            )
        )
        self.body.addWidget(scrolled(content), 1)
        self._content = content
        self.verdict.say(self._show)

    def show_export(self, export: ExportRecord | None) -> None:
        """Show the certificate of a bundle."""
        self._export = export
        self._show()

    def _show(self) -> None:
        export = self._export
        for widget in (self.pill, self._path, self._open, self._rule, self._files_title):
            widget.setVisible(export is not None)
        if export is None:
            self.verdict.setText(
                tr("A bundle is loaded again in a clean process and must give the stored predictions.")
            )
            fill_grid(self._grid, [])
            fill_grid(self._files, [])
            self._failure.hide()
            return
        passed = Certificate.of(export).passed and export.state is JobState.DONE
        running = export.state in (JobState.WAITING, JobState.RUNNING)
        tone = "accent" if running else "good" if passed else "bad"
        self.pill.show_word(tr("Passed") if passed else words.job_state(export.state), tone)
        if running:
            self.verdict.setText(tr("The bundle is being written and checked."))
        elif passed:
            self.verdict.setText(
                tr("Loaded in a clean process, the bundle gives the stored predictions on raw rows.")
            )
        else:
            self.verdict.setText(tr("Do not use this bundle: it was not proven."))
        self._path.setText(export.path)
        self._failure.setVisible(export.failure is not None)
        if export.failure is not None:
            self._failure.tell(partial(words.failure_text, export.failure))
        fill_grid(self._grid, [*decision_rows(export), *certificate_rows(export)])
        files = Manifest.of(export).files
        fill_grid(self._files, file_rows(files))
        for widget in (self._rule, self._files_title):
            widget.setVisible(bool(files))


def open_folder(path: str) -> None:
    """Show a folder in the system's own file manager."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))
