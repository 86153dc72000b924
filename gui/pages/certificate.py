"""The Export page's certificate: whether a bundle gives the stored predictions, and how that was found out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QWidget

from ...engine.domain import formatting
from ...engine.domain.formats import FORMATS
from ...storage.records import ExportRecord, JobState
from .. import words
from ..language import tr
from ..widgets.grids import fill_grid
from ..widgets.notices import Notice
from ..widgets.parts import Button, Card, Elided, Label, Pill, Rule, column, row, scrolled


class CertificateCard(Card):
    """Whether a bundle gives the stored predictions, and how that was found out."""

    def __init__(self) -> None:
        self._pill = Pill()
        super().__init__(lambda: tr("Certificate"), self._pill, margin=12)
        self._export: ExportRecord | None = None
        self._verdict = Label(kind="strong", wrap=True)
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
                self._verdict,
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
        self._verdict.say(self._show)

    def show_export(self, export: ExportRecord | None) -> None:
        """Show the certificate of a bundle."""
        self._export = export
        self._show()

    def _show(self) -> None:
        export = self._export
        for widget in (self._pill, self._path, self._open, self._rule, self._files_title):
            widget.setVisible(export is not None)
        if export is None:
            self._verdict.setText(
                tr("A bundle is loaded again in a clean process and must give the stored predictions.")
            )
            fill_grid(self._grid, [])
            fill_grid(self._files, [])
            self._failure.hide()
            return
        passed = bool(export.certificate.get("passed")) and export.state is JobState.DONE
        running = export.state in (JobState.WAITING, JobState.RUNNING)
        tone = "accent" if running else "good" if passed else "bad"
        self._pill.show_word(tr("Passed") if passed else words.job_state(export.state), tone)
        if running:
            self._verdict.setText(tr("The bundle is being written and checked."))
        elif passed:
            self._verdict.setText(
                tr("Loaded in a clean process, the bundle gives the stored predictions on raw rows.")
            )
        else:
            self._verdict.setText(tr("Do not use this bundle: it was not proven."))
        self._path.setText(export.path)
        self._failure.setVisible(export.failure is not None)
        if export.failure is not None:
            self._failure.tell(partial(words.failure_text, export.failure))
        fill_grid(self._grid, [*decision_rows(export), *certificate_rows(export)])
        files = export.manifest.get("files") or {}
        fill_grid(self._files, file_rows(files))
        for widget in (self._rule, self._files_title):
            widget.setVisible(bool(files))


def decision_rows(export: ExportRecord) -> list[tuple[str, str]]:
    """Return which probability a bundle for two classes decides by, and what a fitted one brings."""
    told = export.manifest.get("threshold")
    if not told:
        return []
    how = {"tuned": tr("fitted"), "given": tr("set by hand")}.get(told["chosen"], tr("the more likely class"))
    value = formatting.parameter(float(told["value"]))
    rows = [(tr("Threshold"), f"{value}, {how}"), (tr("Said above it"), str(told["label"]))]
    if told.get("gain"):
        mean, low, high = (formatting.number(float(told["gain"][end]), 4) for end in ("mean", "low", "high"))
        rows.append((tr("Its gain (95%)"), f"{mean} ({low} … {high})"))
    return rows


def certificate_rows(export: ExportRecord) -> list[tuple[str, str]]:
    """Return what the certificate says, as pairs of name and value."""
    said = export.certificate
    where = said.get("environment") or said
    rows: list[tuple[str, str]] = []
    if said.get("n_rows") is not None:
        rows.append((tr("Rows compared"), formatting.count(int(said["n_rows"]))))
    formats = said.get("formats") or {}
    rows += [(form.title, _format_text(formats[name])) for name, form in FORMATS.items() if name in formats]
    for key, name in (
        ("max_abs_difference", tr("Largest difference")),
        ("tolerance", tr("Allowed difference")),
    ):
        if said.get(key) is not None and not formats:
            rows.append((name, formatting.parameter(float(said[key]))))
    for key, name in (("python", "Python"), ("onnxruntime", "onnxruntime"), ("numpy", "NumPy")):
        if where.get(key):
            rows.append((name, str(where[key])))
    rows.append((tr("Size"), formatting.size(export.size_bytes)))
    rows.append((tr("Written"), words.ago(export.created_at)))
    return rows


def _format_text(told: Mapping[str, Any]) -> str:
    """Return what the check of one format gave."""
    if not told.get("passed"):
        return tr("Failed, {number_format}", number_format=told.get("number_format", "float32"))
    return tr(
        "{number_format}, {difference} off, {tolerance} allowed",
        number_format=told.get("number_format", "float32"),
        difference=formatting.parameter(float(told["max_abs_difference"])),
        tolerance=formatting.parameter(float(told["tolerance"])),
    )


def file_rows(files: Any) -> list[tuple[str, str]]:
    """Return the files of a bundle and their sizes; a manifest names them with bytes, with facts, or bare."""
    if isinstance(files, dict):
        return [
            (str(name), formatting.size(about.get("size_bytes") if isinstance(about, dict) else about))
            for name, about in files.items()
        ]
    return [
        (str(one.get("name", "")), formatting.size(one.get("size_bytes")))
        if isinstance(one, dict)
        else (str(one), "")
        for one in files
    ]


def open_folder(path: str) -> None:
    """Show a folder in the system's own file manager."""
    if path:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))
