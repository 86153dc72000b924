"""The Export page's certificate: whether a bundle gives the stored predictions, and how that was found out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine.domain import formatting
from ...engine.domain.bundles import BundleFile, Certificate, FormatCheck, Manifest
from ...engine.domain.formats import FORMATS
from ...storage.records import ExportRecord, JobState
from .. import words
from ..speech import tr
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


def decision_rows(export: ExportRecord) -> list[tuple[str, str]]:
    """Return which probability a bundle for two classes decides by, and what a fitted one brings."""
    threshold = Manifest.of(export).threshold
    if threshold is None:
        return []
    how = {"tuned": tr("fitted"), "given": tr("set by hand")}.get(
        threshold.chosen, tr("the more likely class")
    )
    value = formatting.parameter(threshold.value)
    rows = [(tr("Threshold"), f"{value}, {how}"), (tr("Said above it"), threshold.label)]
    gain = threshold.gain
    if gain is not None:
        mean, low, high = (formatting.number(x, 4) for x in (gain.mean, gain.low, gain.high))
        rows.append((tr("Its gain (95%)"), f"{mean} ({low} … {high})"))
    return rows


def certificate_rows(export: ExportRecord) -> list[tuple[str, str]]:
    """Return what the certificate says, as pairs of name and value."""
    certificate = Certificate.of(export)
    rows: list[tuple[str, str]] = []
    if certificate.n_rows is not None:
        rows.append((tr("Rows compared"), formatting.count(certificate.n_rows)))
    checks = certificate.formats
    rows += [(form.title, _format_text(checks[name])) for name, form in FORMATS.items() if name in checks]
    for key, name in (("python", "Python"), ("onnxruntime", "onnxruntime"), ("numpy", "NumPy")):
        if key in certificate.environment:
            rows.append((name, certificate.environment[key]))
    rows.append((tr("Size"), formatting.size(export.size_bytes)))
    rows.append((tr("Written"), words.ago(export.created_at)))
    return rows


def _format_text(check: FormatCheck) -> str:
    """Return what the check of one format gave."""
    if not check.passed or check.max_abs_difference is None or check.tolerance is None:
        return tr("Failed, {number_format}", number_format=check.number_format)
    return tr(
        "{number_format}, {difference} off, {tolerance} allowed",
        number_format=check.number_format,
        difference=formatting.parameter(check.max_abs_difference),
        tolerance=formatting.parameter(check.tolerance),
    )


def file_rows(files: Mapping[str, BundleFile]) -> list[tuple[str, str]]:
    """Return the files of a bundle and their sizes."""
    return [(name, formatting.size(file.size_bytes)) for name, file in files.items()]


def open_folder(path: str) -> None:
    """Show a folder in the system's own file manager."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))
