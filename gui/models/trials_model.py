"""The trials of a study as a Qt table of tens of thousands of rows: filtering and sorting are done in NumPy.

No SQL and no painting in here; display and sort values are apart: cells are sorted by `TrialsData.columns`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt

from ...engine.domain import formatting
from ...engine.domain.trial_columns import SHOWN
from ...engine.domain.verdict import OLD_WAY
from ...storage.records import TrialKind, TrialState
from .. import words
from ..speech import sentence, tr
from ..states.trial_views import SortKey
from ..states.trials_data import TrialsData
from .table_model import LEFT, RIGHT, Index, TableModel

ID_ROLE = int(Qt.ItemDataRole.UserRole) + 1
SCORE_ROLE = int(Qt.ItemDataRole.UserRole) + 2
TONE_ROLE = int(Qt.ItemDataRole.UserRole) + 3


N_OWN = len(SHOWN)
"""Fixed columns, from left to right; one column for each param follows."""
NUMBER, STATE, SCORE = (
    next(place for place, column in enumerate(SHOWN) if column.name == name)
    for name in ("number", "state", "value")
)
_WRITERS: dict[str, Callable[[float], str]] = {
    "seconds": formatting.seconds,
    "count": lambda value: formatting.count(int(value)),
    "size": lambda value: formatting.size(int(value)),
    "plain": formatting.plain,
    "time": lambda value: f"{datetime.fromtimestamp(value):%Y-%m-%d %H:%M}",  # noqa: DTZ006 - the clock on the wall
}


class TrialsModel(TableModel):
    """The trials that pass the filter, in the order asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data_: TrialsData | None = None
        self._rows: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        # Which trials are shown; None for all.
        self._kept: NDArray[np.bool_] | None = None
        # The first one leads.
        self._sort: tuple[SortKey, ...] = (SortKey("number", descending=True),)
        self._best: int | None = None
        # Whether a further column is to be sorted by, in place of another one.
        self.adds_sort: Callable[[], bool] = lambda: False

    def show_trials(
        self, data: TrialsData | None, best: int | None = None, kept: NDArray[np.bool_] | None = None
    ) -> None:
        """Take these trials; `best` is the number of the trial to mark, `kept` says which are shown (None: all)."""
        self._kept = kept
        old_params = self.data_.params if self.data_ is not None else ()
        same = data is not None and data.params == old_params
        if same and data is not None and self.data_ is not None:
            rows = self._arranged(data)
            ids, old_ids = data.table.ids[rows], self.data_.table.ids[self._rows]
            if np.array_equal(ids, old_ids):
                self.data_, self._rows, self._best = data, rows, best
                self.rows_changed(0, len(rows) - 1)
                return
        self.beginResetModel()
        self.data_, self._best = data, best
        self._rows = self._arranged(data) if data is not None else np.zeros(0, dtype=np.int64)
        self.endResetModel()

    def show_kept(self, kept: NDArray[np.bool_] | None) -> None:
        """Show these of the trials, a bool for each of them; None for all."""
        self.beginResetModel()
        self._kept = kept
        if self.data_ is not None:
            self._rows = self._arranged(self.data_)
        self.endResetModel()

    def ids(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the ids of the trials in these rows, of the same shape."""
        if self.data_ is None:
            return np.zeros(0, dtype=np.int64)
        return self.data_.table.ids[self._rows[rows]]

    def shown_ids(self) -> list[int]:
        """Return the ids of the trials that are shown, from the top."""
        return self.ids(np.arange(self.rowCount())).tolist()

    def rows_of(self, trial_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows in which trials stand, from the top; those that are not shown have none."""
        if self.data_ is None:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(np.isin(self.data_.table.ids[self._rows], trial_ids))

    def trial_id(self, row: int) -> int:
        """Return the id of the trial in a row."""
        return int(self.data_.table.ids[self._rows[row]]) if self.data_ is not None else -1

    def row_of(self, trial_id: int) -> int:
        """Return the row of a trial, -1 where the filter hides it."""
        if self.data_ is None:
            return -1
        found = np.flatnonzero(self.data_.table.ids[self._rows] == trial_id)
        return int(found[0]) if len(found) else -1

    def total(self) -> int:
        """Return how many trials there are with no filter."""
        return len(self.data_.table) if self.data_ is not None else 0

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        key = SortKey(self.name_of(column), order == Qt.SortOrder.DescendingOrder)
        kept = [one for one in self._sort if one.column != key.column] if self.adds_sort() else []
        self.sort_by((*kept, key))

    @property
    def sorted_by(self) -> tuple[SortKey, ...]:
        """What the trials are sorted by; the first one leads."""
        return self._sort

    def sort_by(self, keys: tuple[SortKey, ...]) -> None:
        """Sort by several columns; those that there are not of this study are left out."""
        self._sort = keys
        self.layoutAboutToBeChanged.emit()
        kept = [(index, self.trial_id(index.row()), index.column()) for index in self.persistentIndexList()]
        if self.data_ is not None:
            self._rows = self._arranged(self.data_)
        places = {trial_id: row for row, trial_id in enumerate(self.shown_ids())} if kept else {}
        self.changePersistentIndexList(
            [index for index, _, _ in kept],
            [self.index(places[trial_id], column) for _, trial_id, column in kept],
        )
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(self.n_columns() - 1, 0))

    def n_rows(self) -> int:
        return len(self._rows)

    def n_columns(self) -> int:
        return N_OWN + (len(self.data_.params) if self.data_ is not None else 0)

    def alignment(self, section: int) -> Qt.AlignmentFlag:
        return LEFT if self._is_text(section) else RIGHT

    def heading(self, section: int) -> str:
        name = self.heading_tip(section)
        place = next((i for i, one in enumerate(self._sort) if one.column == self.name_of(section)), None)
        if place is None:
            return name
        arrow = "↓" if self._sort[place].descending else "↑"
        return f"{name} {arrow}{place + 1 if len(self._sort) > 1 else ''}"

    def name_of(self, section: int) -> str:
        """Return what filters call a column."""
        if section < N_OWN:
            return SHOWN[section].name
        params = self.data_.params if self.data_ is not None else ()
        return params[section - N_OWN] if section - N_OWN < len(params) else ""

    def sections(self) -> dict[str, int]:
        """Return the sections of all columns by their names."""
        return {self.name_of(section): section for section in range(self.n_columns())}

    def heading_tip(self, section: int) -> str:
        if section >= N_OWN:
            return self.data_.params[section - N_OWN] if self.data_ is not None else ""
        return sentence(SHOWN[section].shown.heading)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.data_ is None:
            return None
        row, column = int(self._rows[index.row()]), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._display(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if role == ID_ROLE:
            return int(self.data_.table.ids[row])
        if role == SCORE_ROLE and column == SCORE:
            return self._score(row)
        if role == TONE_ROLE:
            table = self.data_.table
            return words.outcome_tone(TrialState(str(table.states[row])), table.failures[row])
        if role == Qt.ItemDataRole.ToolTipRole:
            failure = self.data_.table.failures[row]
            if column == STATE and failure is not None:
                return words.failure_text(failure)
            if column == SCORE and self.data_.old_way[row]:
                return sentence(OLD_WAY)
            return self._display(row, column)
        return None

    def _display(self, row: int, column: int) -> str:
        data = self.data_
        if data is None:
            return ""
        table = data.table
        if column >= N_OWN:
            name = data.params[column - N_OWN]
            return data.texts[name](data.columns[name][row])
        if column == NUMBER:
            name = str(table.names[row])
            return words.baseline(name) if name else str(int(table.numbers[row]))
        if column == STATE:
            return words.trial_outcome(TrialState(str(table.states[row])), table.failures[row])
        if column == SCORE:
            return formatting.number(float(table.values[row]), data.decimals)
        own = SHOWN[column]
        if own.shown.style == "word":
            word = data.columns[own.name][row]
            return str(word) if word else formatting.NOTHING
        value = float(data.columns[own.name][row])
        if np.isnan(value):
            return formatting.NOTHING
        return _WRITERS[own.shown.style](value)

    def _score(self, row: int) -> tuple[str, str, bool]:
        data = self.data_
        if data is None:
            return "", "", False
        spread = float(data.table.stds[row])
        text = formatting.number(float(data.table.values[row]), data.decimals)
        shown = "" if np.isnan(spread) else f"± {formatting.number(spread, data.decimals)}"
        if data.old_way[row]:
            shown = tr("older way")
        return text, shown, self._best is not None and int(data.table.numbers[row]) == self._best

    def _is_text(self, column: int) -> bool:
        if column < N_OWN:
            return SHOWN[column].shown.style in ("number", "state", "word", "time")
        if self.data_ is None:
            return False
        return self.data_.columns[self.data_.params[column - N_OWN]].dtype == object

    def _arranged(self, data: TrialsData) -> NDArray[np.int64]:
        rows = np.arange(len(data.table)) if self._kept is None else np.flatnonzero(self._kept)
        known = {one.name for one in SHOWN} | set(data.params)
        for key in reversed(self._sort):
            if key.column in known:
                rows = _sorted(rows, data.columns[key.column], descending=key.descending)
        return rows


def rare(data: TrialsData | None) -> dict[int, bool]:
    """Return by place which of the columns that tell something of few studies alone do of this one."""
    return {
        place: data is not None and not column.shown.is_asked and _tells(data.columns[column.name], data)
        for place, column in enumerate(SHOWN)
        if column.shown.is_rare or column.shown.is_asked
    }


def _tells(values: NDArray[Any], data: TrialsData) -> bool:
    """Whether a column of numbers has any, or one of words several; what baselines have counts for nothing."""
    if values.dtype != object:
        return bool(np.isfinite(values).any())
    own = values[data.table.kinds != TrialKind.BASELINE].tolist()
    return len(set(own)) > 1


def _sorted(rows: NDArray[np.int64], column: NDArray[Any], *, descending: bool) -> NDArray[np.int64]:
    """Return `rows` in the order of `column`; what is missing comes last either way."""
    keys = column[rows]
    if keys.dtype == object:
        texts = np.array(["" if key is None else str(key) for key in keys], dtype=np.str_)
        missing = texts == ""
        _, keys = np.unique(texts, return_inverse=True)
        keys = keys.astype(np.float64)
    else:
        keys = keys.astype(np.float64)
        missing = np.isnan(keys)
    keys = np.where(missing, np.inf, -keys if descending else keys)
    return rows[np.argsort(keys, kind="stable")]
