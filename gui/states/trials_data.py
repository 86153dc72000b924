"""A study's trials in columns, ready to be shown: made once, then brought up to date with what has changed.

No Qt in here: `TrialsFollower` has this done in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.domain import formatting
from ...engine.domain.comparable import scored_another_way, scored_the_old_way
from ...engine.domain.filtering import missing, param_columns
from ...engine.domain.objectives import front_of_table
from ...engine.domain.trial_columns import own_columns
from ...storage.ranking import Direction
from ...storage.records import TrialKind, TrialState, TrialTable


@dataclass(frozen=True)
class TrialsData:
    """A study's trials, ready to be shown; made in the background by `prepare`.

    `another_way` says which trials were scored in another way than the last one, and are not ranked with it; `old_way`
    which were scored as an older version did, all of a study for instance.
    """

    table: TrialTable
    another_way: NDArray[np.bool_]
    old_way: NDArray[np.bool_]
    columns: dict[str, NDArray[Any]]
    params: tuple[str, ...]
    decimals: int
    texts: dict[str, Callable[[Any], str]]

    @cached_property
    def varied(self) -> frozenset[str]:
        """The columns of which the trials, baselines aside, do not all have the same value."""
        searched = self.table.kinds != TrialKind.BASELINE
        return frozenset(name for name, column in self.columns.items() if _varies(column[searched]))


def prepare(
    table: TrialTable, objectives: Sequence[str] = ("score",), direction: Direction = Direction.MAXIMIZE
) -> TrialsData:
    """Return `table` with its columns and with how each is written; what its study aims at tells the front."""
    own = own_columns(table, front_of_table(table, objectives, direction))
    of_params = param_columns(table, own)
    columns, params = own | of_params, tuple(of_params)
    complete = np.flatnonzero(table.states == TrialState.COMPLETE)[-2000:]
    values, stds = table.values[complete].tolist(), table.stds[complete].tolist()
    decimals = formatting.shared_decimals(values, [None if np.isnan(std) else std for std in stds])
    writers = {name: _writer(columns[name]) for name in params}
    return TrialsData(
        table, scored_another_way(table), scored_the_old_way(table), columns, params, decimals, writers
    )


def _varies(values: NDArray[Any]) -> bool:
    known = values[~missing(values)]
    # By element, also where elements are lists.
    return len(known) > 1 and bool(np.not_equal(known, known[:1]).any())


def _writer(column: NDArray[Any]) -> Callable[[Any], str]:
    """Return how the values of a param are written, all alike so that they line up."""
    if column.dtype == object:
        return lambda value: formatting.parameter(value) if value is not None else ""
    known = np.abs(column[np.isfinite(column)])
    if not len(known):
        return lambda _: ""
    if np.all(known == np.round(known)):
        return lambda value: "" if np.isnan(value) else formatting.count(int(value))
    smallest = known[known > 0].min()
    if smallest < 1e-3 or known.max() / smallest > 1e4:
        return lambda value: (
            "" if np.isnan(value) else f"{value:.1e}".replace("e-0", "e−").replace("e-", "e−")
        )
    return lambda value: "" if np.isnan(value) else formatting.number(float(value), 3)
