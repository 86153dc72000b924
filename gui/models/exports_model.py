"""The bundles that were written for a study, as a Qt table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QObject, Qt

from ...engine.domain import formatting
from ...engine.domain.bundles import BundleVariant, Certificate, Manifest
from ...storage.records import ExportRecord, JobState
from .. import words
from ..speech import tr
from ..theme import colour
from .table_model import RIGHT, Index, TableModel

RECORD_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class ExportColumn(IntEnum):
    """The columns, from left to right."""

    TRIAL = 0
    FORM = 1
    STATE = 2
    PATH = 3
    SIZE = 4
    WHEN = 5


class ExportsModel(TableModel):
    """The newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._exports: list[ExportRecord] = []
        self._numbers: dict[int, int] = {}
        self._forms: list[BundleVariant | None] = []

    def show_exports(self, exports: Sequence[ExportRecord], numbers: Mapping[int, int]) -> None:
        """Take these exports; `numbers` are the trials' numbers by trial id."""
        if list(exports) == self._exports and dict(numbers) == self._numbers:
            return
        self.beginResetModel()
        self._exports, self._numbers = list(exports), dict(numbers)
        # Their manifests are read once, and not with every painting.
        self._forms = [Manifest.of(export).variant for export in exports]
        self.endResetModel()

    def n_rows(self) -> int:
        return len(self._exports)

    def n_columns(self) -> int:
        return len(ExportColumn)

    def alignment(self, section: int) -> Qt.AlignmentFlag | None:
        return RIGHT if section == ExportColumn.SIZE else None

    def heading(self, section: int) -> str:
        return {
            ExportColumn.TRIAL: tr("Trial"),
            ExportColumn.FORM: tr("Form"),
            ExportColumn.STATE: tr("State"),
            ExportColumn.PATH: tr("Folder"),
            ExportColumn.SIZE: tr("Size"),
            ExportColumn.WHEN: tr("Written"),
        }[ExportColumn(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        export, column = self._exports[index.row()], ExportColumn(index.column())
        if role == RECORD_ROLE:
            return export
        if role == Qt.ItemDataRole.DisplayRole:
            return self._display(index.row(), export, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole and column is ExportColumn.PATH:
            return export.path
        if role == Qt.ItemDataRole.ForegroundRole and column is ExportColumn.STATE:
            return colour(
                "good" if _passed(export) else "bad" if export.state is JobState.FAILED else "muted"
            )
        return None

    def _display(self, row: int, export: ExportRecord, column: ExportColumn) -> str:
        if column is ExportColumn.TRIAL:
            return f"#{self._numbers.get(export.trial_id, '?')}"
        if column is ExportColumn.FORM:
            form = self._forms[row]
            return words.variant(form.name) if form is not None else tr("As trained")
        if column is ExportColumn.STATE:
            return tr("Passed") if _passed(export) else words.job_state(export.state)
        if column is ExportColumn.PATH:
            return PurePath(export.path).name
        if column is ExportColumn.SIZE:
            return formatting.size(export.size_bytes)
        return words.ago(export.created_at)


def _passed(export: ExportRecord) -> bool:
    return export.state is JobState.DONE and Certificate.of(export).passed
