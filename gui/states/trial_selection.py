"""Which trials of the study in view the user looks at: the one filter, brushes and selection of all tables and charts.

The desk owns it; whoever shows trials listens, and whoever lets the user choose some changes it. No Qt in here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import Flag, auto

import numpy as np
from numpy.typing import NDArray

from ...engine.domain.errors import Message, SpecError
from ...engine.domain.filtering import TrialFilter, has_values, parse_filter
from .trials_data import TrialsData


class Change(Flag):
    """What of a selection is new."""

    TRIALS = auto()
    """The trials themselves."""
    FILTER = auto()
    """What is written in the filter, or the brushes, and so which trials are shown."""
    SELECTED = auto()
    """Which of them are selected."""


@dataclass(frozen=True, slots=True)
class RangeBrush:
    """What was brushed along an axis of numbers: from `low` to `high`, both included."""

    column: str
    low: float
    high: float

    def text(self) -> str:
        """Return it as a filter."""
        return f"{self.low!r} <= {self.column} <= {self.high!r}"

    def mask(self, values: NDArray[np.generic]) -> NDArray[np.bool_]:
        """Return which values of the column, of shape (n,), are in it; what is missing is not."""
        numbers = values.astype(np.float64)
        return (numbers >= self.low) & (numbers <= self.high)


@dataclass(frozen=True, slots=True)
class ValuesBrush:
    """What was brushed along an axis of words: the column is one of `values`."""

    column: str
    values: tuple[object, ...]

    def text(self) -> str:
        """Return it as a filter."""
        each = " or ".join(f"{self.column} == {_written(value)}" for value in self.values)
        return each if len(self.values) == 1 else f"({each})"

    def mask(self, values: NDArray[np.generic]) -> NDArray[np.bool_]:
        """Return which values of the column, of shape (n,), are one of them."""
        wanted = set(self.values)
        return np.fromiter((value in wanted for value in values.tolist()), bool, len(values))


Brush = RangeBrush | ValuesBrush
# The column: trials that were archived are shown by a filter that names it alone.
_ARCHIVED = "archived"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass
class _Kept:
    """What is remembered of a study while another one is in view."""

    typed: str = ""
    brushes: dict[str, Brush] = field(default_factory=dict[str, Brush])
    selected: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


class TrialSelection:
    """The filter, the brushes and the selected trials of the study in view; those of other studies are remembered.

    Attributes
    ----------
    study_id : int or None
    data : TrialsData or None
        Its trials, None until they were read.
    kept : ndarray of shape (n_trials,), bool
        Which trials pass filter and brushes; of those that were archived none, unless the filter asks for them.
    problem : Message or None
        Why what is written as the filter cannot be used; the last one that could be is in force.
    """

    def __init__(self) -> None:
        self.study_id: int | None = None
        self.data: TrialsData | None = None
        self.kept: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self.problem: Message | None = None
        self._filter: TrialFilter | None = None
        self._state = _Kept()
        self._of_studies: dict[int, _Kept] = {}
        self._listeners: list[Callable[[Change], object]] = []

    @property
    def typed(self) -> str:
        """What is written in the filter."""
        return self._state.typed

    @property
    def brushes(self) -> tuple[Brush, ...]:
        """What was brushed, one for each column, in that order."""
        return tuple(self._state.brushes.values())

    @property
    def selected(self) -> NDArray[np.int64]:
        """The ids of the selected trials, in the order in which they were chosen or stand in the table."""
        return self._state.selected

    @property
    def one(self) -> int | None:
        """The id of the selected trial, where it is one."""
        return int(self.selected[0]) if len(self.selected) == 1 else None

    @property
    def empty_columns(self) -> tuple[str, ...]:
        """The columns that the filter names and of which no trial has a value: why nothing passes, perhaps."""
        data = self.data
        if self._filter is None or data is None:
            return ()
        named = self._filter.columns_of(data.columns)
        return tuple(name for name in named if not has_values(data.columns[name]))

    @property
    def text(self) -> str:
        """All that restricts the view as one filter: what is written, and the brushes."""
        parts = [brush.text() for brush in self.brushes]
        if self._filter is not None:
            written = self._filter.text.strip()
            parts.insert(0, f"({written})" if parts else written)
        return " and ".join(parts)

    def listen(self, listener: Callable[[Change], object]) -> None:
        """Call `listener` with what has changed, after each change."""
        self._listeners.append(listener)

    def show_study(self, study_id: int | None) -> None:
        """Take another study into view, with what was chosen of it before; its trials are to follow."""
        if study_id == self.study_id:
            return
        if self.study_id is not None:
            self._of_studies[self.study_id] = self._state
        self.study_id, self.data, self._filter = study_id, None, None
        self._state = _Kept() if study_id is None else self._of_studies.pop(study_id, _Kept())
        self._parse()
        self._arrange()
        self._tell(Change.TRIALS | Change.FILTER | Change.SELECTED)

    def show_trials(self, data: TrialsData) -> None:
        """Take the trials of the study in view as they are now; trials that are gone are no longer selected."""
        is_first = self.data is None
        self.data = data
        change = Change.TRIALS
        if is_first:
            # Only now is it known which columns there are.
            self._parse()
            change |= Change.FILTER
        self._arrange()
        still = np.isin(self.selected, data.table.ids)
        if not still.all():
            self._state.selected = self.selected[still]
            change |= Change.SELECTED
        self._tell(change)

    def write_filter(self, text: str) -> None:
        """Filter by `text`; where it cannot be used `problem` says why, and the last one that could stays."""
        if text == self._state.typed and self.problem is None:
            return
        self._state.typed = text
        self._parse()
        self._arrange()
        self._tell(Change.FILTER)

    def brush(self, *brushes: Brush) -> None:
        """Show only trials that brushes take in, in place of earlier ones of their columns."""
        if all(self._state.brushes.get(brush.column) == brush for brush in brushes):
            return
        for brush in brushes:
            self._state.brushes[brush.column] = brush
        self._arrange()
        self._tell(Change.FILTER)

    def unbrush(self, *columns: str) -> None:
        """Take away the brushes of these columns, or of all."""
        gone = columns or tuple(self._state.brushes)
        if not any(column in self._state.brushes for column in gone):
            return
        for column in gone:
            self._state.brushes.pop(column, None)
        self._arrange()
        self._tell(Change.FILTER)

    def select(self, trial_ids: Collection[int] | NDArray[np.int64]) -> None:
        """Select these trials and no others; the first leads where they are compared."""
        wanted = np.asarray(
            trial_ids if isinstance(trial_ids, np.ndarray) else list(trial_ids), dtype=np.int64
        )
        if not np.array_equal(wanted, self.selected):
            self._state.selected = wanted
            self._tell(Change.SELECTED)

    def reveal(self, trial_id: int) -> None:
        """Select a trial; what hides it is taken away."""
        if self.data is not None:
            rows = np.flatnonzero(self.data.table.ids == trial_id)
            if len(rows) and not self.kept[rows[0]]:
                self._state.typed = ""
                self._state.brushes.clear()
                self._parse()
                self._arrange()
                self._tell(Change.FILTER)
        self.select([trial_id])

    def clear(self) -> bool:
        """Take away what restricts the view: the brushes, else the filter, else a selection of several trials.

        Returns
        -------
        bool
            Whether there was anything.
        """
        if self._state.brushes:
            self.unbrush()
        elif self._state.typed:
            self.write_filter("")
        elif len(self.selected) > 1:
            self.select(self.selected[:1])
        else:
            return False
        return True

    def _parse(self) -> None:
        """Read what is written, and try it on the trials; before those are there it is not in force."""
        text, data = self._state.typed.strip(), self.data
        self.problem = None
        try:
            wanted = parse_filter(text) if text else None
            if wanted is not None and data is not None:
                wanted.mask(data.columns, len(data.table))
        except SpecError as error:
            self.problem = error.sentence
        else:
            self._filter = wanted if data is not None else None

    def _arrange(self) -> None:
        data = self.data
        if data is None:
            self.kept = np.zeros(0, dtype=bool)
            return
        kept = np.ones(len(data.table), dtype=bool)
        if self._filter is not None:
            kept = self._filter.mask(data.columns, len(data.table))
        if self._filter is None or _ARCHIVED not in self._filter.columns_of(data.columns):
            kept = kept & ~data.table.archived
        for column, brush in self._state.brushes.items():
            if column in data.columns:
                kept = kept & brush.mask(data.columns[column])
        self.kept = kept

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
