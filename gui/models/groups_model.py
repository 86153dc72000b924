"""An audit by groups as a Qt table: all rows, then each group, with an interval beside every figure.

What an audit holds is said in `engine.domain.group_audits`; it lies in its study's result: nothing runs to show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt

from ...engine.domain import formatting
from ...engine.domain.group_audits import AuditPart, Figure, Gap, Group
from ..speech import tr
from .table_model import LEFT, RIGHT, Index, TableModel

FIGURE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
SMALL_ROLE = FIGURE_ROLE + 1
GROUP, ROWS, N_OWN = 0, 1, 2  # columns before those of the measures
MEASURES = (
    "base_rate", "selection_rate", "accuracy", "recall", "false_positive_rate", "precision", "mae", "bias", "r2",
)  # fmt: skip
_SHARES = MEASURES[:6]
_OF_THE_DATA = "base_rate"  # no doing of the model
_MISSING, _OTHER = "(missing)", "(other)"  # as the engine names them


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
        self._rows: list[Group] = []
        self._positive = ""
        self._ends: dict[str, tuple[float, float]] = {}
        self._extremes: set[tuple[str, str]] = set()

    def show_part(self, part: AuditPart, positive: str) -> None:
        """Take one part of an audit; `positive` is the class that rates are about, empty for none."""
        if part == self._part and positive == self._positive:
            return
        self.beginResetModel()
        self._part, self._positive = part, positive
        self._rows = [Group("", part.n_rows, is_small=False, figures=part.whole), *part.groups]
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

    def _figure(self, row: Group, name: str, role: int, *, is_whole: bool) -> Any:
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
                _texts(name, figure),
                is_extreme,
            )
        value, interval, _ = _texts(name, figure)
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{value} ({interval})" if interval else value
        if role == Qt.ItemDataRole.ToolTipRole:
            said = f"{measure(name)}: {value}" + (f" ({interval})" if interval else "")
            of = tr("Counted of {n} rows.", n=formatting.count(figure.n))
            return "\n".join([said, of, *([too_few()] if row.is_small else [])])
        return None


def measure(name: str) -> str:
    """Return what a rate or an error is called."""
    return {
        "base_rate": tr("True share"),
        "selection_rate": tr("Said share"),
        "accuracy": tr("Accuracy"),
        "recall": tr("Recall"),
        "false_positive_rate": tr("False positives"),
        "precision": tr("Precision"),
        "mae": tr("Absolute error"),
        "bias": tr("Mean error"),
        "r2": "R²",
    }[name]


def meaning(name: str, positive: str) -> str:
    """Return what is counted, in one sentence."""
    said = {
        "base_rate": tr("Share of the rows that are {label} in truth: of the data, not of the model."),
        "selection_rate": tr("Share of the rows that the model calls {label}."),
        "accuracy": tr("Share of the rows where the model is right."),
        "recall": tr("Share of the true {label} rows that the model finds."),
        "false_positive_rate": tr("Share of the other rows that the model calls {label} all the same."),
        "precision": tr("Share of the rows called {label} that are."),
        "mae": tr("Mean distance between what is predicted and what is true."),
        "bias": tr("Mean of what is predicted less what is true: above zero it predicts too much."),
        "r2": tr("1 is perfect, 0 no better than the mean of the group."),
    }[name]
    return said.format(label=f"“{positive}”")


def group(name: str, *, is_binned: bool) -> str:
    """Return the name of a group; ranges and what stands for several cells in the language in use."""
    if is_binned:
        return name.replace(" to ", " … ", 1) if name != _MISSING else tr("(missing)")
    # A text may have several lines.
    return {_MISSING: tr("(missing)"), _OTHER: tr("(other)")}.get(name, " ".join(name.split()))


def too_few() -> str:
    """Return why a group is not compared."""
    return tr("Fewer than 30 rows: too few to compare.")


def headline(part: AuditPart) -> tuple[str, str]:
    """Return the widest gap between two groups in words, and the tone of these words."""
    if not part.gaps:
        return tr("No gap is given: fewer than two groups have 30 rows."), "muted"
    sure = [gap for gap in part.gaps if gap.low > 0 and gap.measure != _OF_THE_DATA]
    if not sure:
        return tr("No gap between two groups is told apart from chance."), ""
    # Shares can be compared with each other; of errors the first one that is apart is the one to tell.
    is_share = sure[0].measure in _SHARES
    widest = max(sure, key=lambda gap: gap.difference) if is_share else sure[0]
    return tr("Widest gap · {gap}", gap=gap_text(widest, part)), "warning"


def gap_text(gap: Gap, part: AuditPart) -> str:
    """Return the widest gap of one measure in words."""
    name = gap.measure
    difference, low, high = (_apart(name, x) for x in (gap.difference, gap.low, gap.high))
    most, least = (group(end, is_binned=part.is_binned) for end in (gap.most, gap.least))
    args = {
        "measure": measure(name), "most": most, "least": least,
        "difference": difference, "low": low, "high": high,
    }  # fmt: skip
    if name in _SHARES:
        return tr(
            "{measure}: {difference} points ({low} … {high}) more in “{most}” than in “{least}”.", **args
        )
    return tr("{measure}: {difference} ({low} … {high}) more in “{most}” than in “{least}”.", **args)


def gap_lines(part: AuditPart) -> list[str]:
    """Return the widest gap of each measure but the one of the headline in words; what may be chance is said to be."""
    widest, _ = headline(part)
    lines: list[str] = []
    for gap in part.gaps:
        said = gap_text(gap, part)
        if gap.low <= 0:
            lines.append(f"{said} {tr('That may be chance.')}")
        elif said not in widest:
            lines.append(said)
    return lines


def no_gap_lines(part: AuditPart) -> list[str]:
    """Return why measures have no gap in words; nothing where none has one, which is the headline."""
    told = {gap.measure for gap in part.gaps}
    missing = [name for name in MEASURES if name in part.whole and name not in told]
    if not told or not missing:
        return []
    lines: list[str] = []
    if "r2" in missing:  # the other errors are of the same rows: here nothing varies in them
        missing.remove("r2")
        lines.append(tr("No gap of R²: the target varies in fewer than two groups of 30 rows."))
    if missing:
        names = tr(", ").join(measure(name) for name in missing)
        lines.append(
            tr("No gap of {measures}: fewer than two groups have 30 rows to count it of.", measures=names)
        )
    return lines


def _apart(name: str, value: float) -> str:
    return formatting.number(100 * value, 1) if name in _SHARES else _error(name, value)


def _error(name: str, value: float) -> str:
    return formatting.number(value, 3) if name == "r2" or abs(value) < 10 else formatting.plain(value)


def _texts(name: str, figure: Figure) -> tuple[str, str, str]:
    value, low, high = figure.value, figure.low, figure.high
    if value is None or low is None or high is None:
        return formatting.NOTHING, "", ""
    if name in _SHARES:
        fine, rough = ([formatting.number(100 * end, n) for end in (low, high)] for n in (1, 0))
        return formatting.percent(value, 1 if value < 1 else 0), " … ".join(fine), " … ".join(rough)
    ends = f"{_error(name, low)} … {_error(name, high)}"
    return _error(name, value), ends, ends
