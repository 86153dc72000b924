"""Charts of all the trials of a study, as a page offers them: each with its words, its choices, and what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...engine.domain.requests import JobRequest
from ...storage.records import StudyRecord, TrialKind, TrialState
from ..speech import Text
from ..states.trials_data import TrialsData
from .spec import ChartSpec

if TYPE_CHECKING:
    from ...storage.store import Store


def _none() -> NDArray[np.int64]:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """What a chart of a study is made from.

    Attributes
    ----------
    kept : ndarray of shape (n_trials,), bool, or None
        Which trials pass the filter and the brushes; None for all.
    selected : ndarray of int64
        The ids of the trials to mark.
    chosen : mapping of str to str
        What the user has chosen for this study, by the name of the choice.
    read : object
        What the chart's `reads` has read; None until then.
    """

    trials: TrialsData
    study: StudyRecord
    kept: NDArray[np.bool_] | None = None
    selected: NDArray[np.int64] = field(default_factory=_none)
    chosen: Mapping[str, str] = field(default_factory=dict[str, str])
    read: Any = None

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Which trials pass, of shape (n_trials,)."""
        return np.ones(len(self.trials.table), dtype=bool) if self.kept is None else self.kept

    @property
    def searched(self) -> NDArray[np.bool_]:
        """Which trials are of the search and no baselines, of shape (n_trials,)."""
        return self.trials.table.kinds != TrialKind.BASELINE

    @property
    def scored(self) -> NDArray[np.int64]:
        """The rows of the completed trials of the search that are ranked with one another."""
        table = self.trials.table
        is_scored = self.searched & (table.states == TrialState.COMPLETE) & np.isfinite(table.values)
        return np.flatnonzero(is_scored & ~self.trials.another_way)

    @property
    def ranked(self) -> NDArray[np.int64]:
        """The rows of `scored`, from the best to the worst."""
        rows = self.scored
        return rows[np.argsort(-self.gains(rows), kind="stable")]

    def gains(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the scores of trials with the sign that makes a larger one better."""
        return self.study.direction.sign * self.trials.table.values[rows]


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """One way to show a chart; `is_known` is whether this study's trials tell it."""

    name: str
    text: Text
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user can choose of a chart.

    Attributes
    ----------
    name : str
        Among the choices of a chart.
    text : callable
        What is chosen, in words.
    offered : callable
        What was asked, to the choices.
    shown : callable
        What was asked, to the name of the choice that is shown.
    """

    name: str
    text: Text
    offered: Callable[[ChartRequest], Sequence[ChartChoice]]
    shown: Callable[[ChartRequest], str]


@dataclass(frozen=True, slots=True)
class StudyChart:
    """A chart of a study's trials.

    Attributes
    ----------
    name : str
        Its name among the others.
    button, title : callable
        Words of the button that chooses it, and above it.
    spec : ChartSpec
        The items of its trials are their ids.
    data : callable
        What was asked, to the data of `spec`.
    why : callable
        One sentence on what can be seen in it.
    choices : tuple of Choices
    reads : callable or None
        Reads from the store what the table of trials does not have: called in the background with the store and what
        was asked, each time that trials or choices have changed.
    asks : callable or None
        What the engine's service is to do for it, from what was asked and read; None where nothing, or nothing anew.
    nothing : callable
        Why there is nothing to show, from what was asked; empty where that needs no words of its own.
    """

    name: str
    button: Text
    title: Text
    spec: ChartSpec[Any]
    data: Callable[[ChartRequest], Any]
    why: Text = str
    choices: tuple[Choices, ...] = ()
    reads: Callable[[Store, ChartRequest], Any] | None = None
    asks: Callable[[ChartRequest], JobRequest | None] | None = None
    nothing: Callable[[ChartRequest], str] = lambda _asked: ""
