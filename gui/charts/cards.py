"""What the hover of a trial says in every chart: its score, and in what it differs from the best."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...storage.records import StudyRecord
from .. import words
from ..speech import tr
from ..states.trials_data import TrialsData
from .studies import ChartRequest

_MOST_DIFFERENCES = 5


@dataclass(frozen=True)
class TrialCards:
    """The cards of a study's trials."""

    trials: TrialsData
    study: StudyRecord

    @cached_property
    def _best(self) -> int | None:
        rows = np.flatnonzero(self.trials.table.numbers == self.study.best_trial)
        return int(rows[0]) if self.study.best_trial is not None and len(rows) else None

    def text(self, trial_id: int) -> str:
        """Return the card of a trial; empty where there is no such trial."""
        rows = np.flatnonzero(self.trials.table.ids == trial_id)
        return self.of_row(int(rows[0])) if len(rows) else ""

    def of_row(self, row: int) -> str:
        """Return the card of the trial in a row of the table."""
        table, study = self.trials.table, self.study
        name = str(table.names[row])
        if name:
            lines = [words.baseline(name, study.task)]
        else:
            lines = [tr("Trial {number}", number=int(table.numbers[row]))]
            if table.families[row]:
                lines[0] += f" · {table.families[row]}"
        if np.isfinite(table.values[row]):
            spread = float(table.stds[row])
            score = formatting.score(float(table.values[row]), None if np.isnan(spread) else spread)
            lines.append(f"{study.metric} {score}")
        if np.isfinite(table.finished_s[row]) and np.isfinite(table.started_s[row]):
            lines.append(formatting.seconds(float(table.finished_s[row] - table.started_s[row])))
        return "\n".join(lines + self._differences(row))

    def _differences(self, row: int) -> list[str]:
        best = self._best
        if best is None:
            return []
        if row == best:
            return [tr("the best so far")]
        ours, theirs = self.trials.table.params[row], self.trials.table.params[best]
        if not ours:
            return []
        different = [name for name in ours if name in theirs and ours[name] != theirs[name]]
        lines = [
            f"{name} {formatting.parameter(ours[name])} ({formatting.parameter(theirs[name])})"
            for name in different[:_MOST_DIFFERENCES]
        ]
        if len(different) > _MOST_DIFFERENCES:
            lines.append(tr("and {n} more", n=len(different) - _MOST_DIFFERENCES))
        return [tr("Other than the best (in brackets):"), *lines] if lines else []


@dataclass(frozen=True)
class Marking:
    """How the trials of a chart are marked, and what their hover says.

    Attributes
    ----------
    kept : ndarray of shape (n_rows,), bool
        Which of the chart's rows pass filter and brushes.
    selected : ndarray of int64
        The ids of the selected trials.
    cards : TrialCards or None
        None where points say nothing.
    """

    kept: NDArray[np.bool_]
    selected: NDArray[np.int64]
    cards: TrialCards | None = None

    @classmethod
    def plain(cls, n_rows: int) -> Marking:
        """Return the marking of rows that all pass, none of which is selected."""
        return cls(np.ones(n_rows, dtype=bool), np.zeros(0, dtype=np.int64))

    def card(self, item: object) -> str:
        """Return what the hover says of a trial, by its id; empty for what is none."""
        return self.cards.text(item) if self.cards is not None and isinstance(item, int) else ""


class _Marked(Protocol):
    @property
    def marking(self) -> Marking: ...


def trial_tip(data: _Marked, item: object) -> str:
    """Return the card of a trial: the hover of charts whose points are trials and nothing else."""
    return data.marking.card(item)


def marking_of(asked: ChartRequest, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Marking:
    """Return how these rows of the trials that a chart shows are marked."""
    return Marking(asked.shown[rows], asked.selected, TrialCards(asked.trials, asked.study))
