"""An audit by groups as a Qt table: all rows, then each group, with an interval beside every figure.

What an audit holds is said in `engine.domain.group_audits`; it lies in its study's result: nothing runs to show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt

from ...engine.domain import formatting
from ...engine.domain.group_audits import AuditedGroup, AuditPart
from ..speech import tr
from ..states.group_gaps import MEASURES, figure_texts, group, meaning, measure, too_few
from .table_model import LEFT, RIGHT, Index, TableModel

FIGURE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
SMALL_ROLE = FIGURE_ROLE + 1
# Columns before those of the measures.
GROUP, ROWS, N_OWN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """One figure, ready to be painted.

    Attributes
    ----------
    value, low, high : float or None
    whole : float or None
        That of all rows.
    ends : tuple of float
        The least and the greatest number of the column.
    texts : tuple of str
        The figure; its interval with as many decimals, and with fewer.
    is_extreme : bool
        Whether it is the least or the most of a gap that is told apart from chance.
    """

    value: float | None
    low: float | None
    high: float | None
    whole: float | None
    ends: tuple[float, float]
    texts: tuple[str, str, str]
    is_extreme: bool


class GroupsModel(TableModel):
    """All rows first, then the groups as the audit has them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.measures: Sequence[str] = ()
        self._part: AuditPart | None = None
        # That of all rows, then one for each group.
        self._rows: list[AuditedGroup] = []
        self._positive = ""
        self._ends: dict[str, tuple[float, float]] = {}
        self._extremes: set[tuple[str, str]] = set()

    def show_part(self, part: AuditPart, positive: str) -> None:
        """Take one part of an audit; `positive` is the class that rates are about, empty for none."""
        if part == self._part and positive == self._positive:
            return
        self.beginResetModel()
        self._part, self._positive = part, positive
        self._rows = [AuditedGroup("", part.n_rows, is_small=False, figures=part.whole), *part.groups]
        self.measures = [name for name in MEASURES if name in part.whole]
        self._ends = {name: self._ends_of(name) for name in self.measures}
        self._extremes = {
            (gap.measure, end) for gap in part.gaps if gap.low > 0 for end in (gap.least, gap.most)
        }
        self.endResetModel()

    def _ends_of(self, name: str) -> tuple[float, float]:
        """Return the range of a column; groups that are too small to compare would make it too wide."""
        figures = [row.figures[name] for row in self._rows if not row.is_small]
        lows = [figure.low for figure in figures if figure.low is not None]
        highs = [figure.high for figure in figures if figure.high is not None]
        if not lows or not highs:
            return 0.0, 1.0
        low, high = min(lows), max(highs)
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def n_rows(self) -> int:
        return len(self._rows)

    def n_columns(self) -> int:
        return N_OWN + len(self.measures) if self._rows else 0

    def alignment(self, section: int) -> Qt.AlignmentFlag:
        return RIGHT if section == ROWS else LEFT

    def heading(self, section: int) -> str:
        if section < N_OWN:
            return tr("Group") if section == GROUP else tr("Rows")
        return measure(self.measures[section - N_OWN])

    def heading_tip(self, section: int) -> str | None:
        return None if section < N_OWN else meaning(self.measures[section - N_OWN], self._positive)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._part is None:
            return None
        row, section, is_whole = self._rows[index.row()], index.column(), index.row() == 0
        if role == SMALL_ROLE:
            return row.is_small
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        if section >= N_OWN:
            return self._figure(row, self.measures[section - N_OWN], role, is_whole=is_whole)
        if section == ROWS:
            return formatting.count(row.n_rows) if role == Qt.ItemDataRole.DisplayRole else None
        name = tr("All rows") if is_whole else group(row.group, is_binned=self._part.is_binned)
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{name}\n{too_few()}" if row.is_small else name
        return None

    def _figure(self, row: AuditedGroup, name: str, role: int, *, is_whole: bool) -> Any:
        figure = row.figures[name]
        if role == FIGURE_ROLE:
            whole = self._rows[0].figures[name].value
            is_extreme = not is_whole and (name, row.group) in self._extremes
            return Drawn(
                figure.value,
                figure.low,
                figure.high,
                whole,
                self._ends[name],
                figure_texts(name, figure),
                is_extreme,
            )
        value, interval, _ = figure_texts(name, figure)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{value} ({interval})" if interval else value
        if role == Qt.ItemDataRole.ToolTipRole:
            said = f"{measure(name)}: {value}" + (f" ({interval})" if interval else "")
            of = tr("Counted of {n} rows.", n=formatting.count(figure.n))
            return "\n".join([said, of, *([too_few()] if row.is_small else [])])
        return None
