"""The columns of a data file as a table whose roles can be changed, and its first rows as another."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from ...engine.domain import formatting
from ...engine.domain.inspections import ColumnFacts, Inspection
from ...engine.domain.kinds import GIVEN_ROLES
from .. import words
from ..speech import tr
from .table_model import LEFT, RIGHT, Index, TableModel

FACTS_ROLE = int(Qt.ItemDataRole.UserRole) + 1


class DataColumn(IntEnum):
    """The columns of the table of columns."""

    NAME = 0
    ROLE = 1
    MISSING = 2
    UNIQUE = 3
    VALUES = 4
    SHAPE = 5


class ColumnsModel(TableModel):
    """One row for each column of the file.

    Signals
    -------
    role_changed(str, str)
        The user gave a column another role.
    """

    role_changed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[ColumnFacts, ...] = ()
        self._n_rows = 0
        self._roles: dict[str, str] = {}

    def show_inspection(self, inspection: Inspection, roles: Mapping[str, str]) -> None:
        """Take the columns of a file; `roles` are the user's own, by column."""
        self.beginResetModel()
        self._columns, self._n_rows, self._roles = inspection.columns, inspection.n_rows, dict(roles)
        self.endResetModel()

    def role(self, name: str) -> str:
        """Return the role of a column: the user's, else the engine's."""
        found = next((column.role for column in self._columns if column.name == name), "")
        return self._roles.get(name, found)

    def n_rows(self) -> int:
        return len(self._columns)

    def n_columns(self) -> int:
        return len(DataColumn)

    def alignment(self, section: int) -> Qt.AlignmentFlag:
        return RIGHT if section in (DataColumn.MISSING, DataColumn.UNIQUE) else LEFT

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == DataColumn.ROLE else flags

    def heading(self, section: int) -> str:
        return {
            DataColumn.NAME: tr("Column"),
            DataColumn.ROLE: tr("Role"),
            DataColumn.MISSING: tr("Missing"),
            DataColumn.UNIQUE: tr("Distinct"),
            DataColumn.VALUES: tr("Values"),
            DataColumn.SHAPE: tr("Distribution"),
        }[DataColumn(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        facts, column = self._columns[index.row()], DataColumn(index.column())
        if role == FACTS_ROLE:
            return facts
        if role == Qt.ItemDataRole.EditRole and column is DataColumn.ROLE:
            return self.role(facts.name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._display(facts, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802 - Qt's name
        if role != Qt.ItemDataRole.EditRole or index.column() != DataColumn.ROLE or value not in GIVEN_ROLES:
            return False
        name = self._columns[index.row()].name
        if value != self.role(name):
            self._roles[name] = value
            self.dataChanged.emit(index, index)
            self.role_changed.emit(name, value)
        return True

    def _display(self, facts: ColumnFacts, column: DataColumn) -> str:
        if column is DataColumn.NAME:
            return facts.name
        if column is DataColumn.ROLE:
            return words.role(self.role(facts.name))
        if column is DataColumn.MISSING:
            if not facts.n_missing:
                return formatting.NOTHING
            share = facts.n_missing / max(self._n_rows, 1)
            return formatting.percent(share, 1) if share >= 0.001 else formatting.count(facts.n_missing)
        if column is DataColumn.UNIQUE:
            return formatting.count(facts.n_unique)
        if column is DataColumn.VALUES:
            return values_text(facts)
        return ""


class PreviewModel(TableModel):
    """The first rows of a file, as they are written there."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._rows: tuple[tuple[str, ...], ...] = ()

    def show_inspection(self, inspection: Inspection) -> None:
        """Take the first rows of a file."""
        self.beginResetModel()
        self._names, self._rows = inspection.preview.columns, inspection.preview.rows
        self.endResetModel()

    def n_rows(self) -> int:
        return len(self._rows)

    def n_columns(self) -> int:
        return len(self._names)

    def heading(self, section: int) -> str:
        return self._names[section]

    def alignment(self, section: int) -> Qt.AlignmentFlag:  # noqa: ARG002 - of all columns
        return LEFT

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            return super().headerData(section, orientation, role)
        return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        cells = self._rows[index.row()]
        return cells[index.column()] if index.column() < len(cells) else ""


def values_text(facts: ColumnFacts) -> str:
    """Return in a few words what values a column has."""
    if facts.minimum is not None and facts.maximum is not None:
        if facts.storage == "date":
            return f"{formatting.moment(facts.minimum)} … {formatting.moment(facts.maximum)}"
        low, high, mean = map(formatting.plain, (facts.minimum, facts.maximum, facts.mean))
        return tr("{low} … {high}, mean {mean}", low=low, high=high, mean=mean)
    if facts.top:
        return ", ".join(value for value, _ in facts.top[:3])
    return ", ".join(facts.examples[:3])
