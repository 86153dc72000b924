"""What a search may aim at beside the score, and which trials no other one beats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ...storage.ranking import Direction
from ...storage.records import FailureKind, StudyRecord, TrialKind, TrialRecord, TrialState, TrialTable
from .comparable import ranked_together, scored_another_way
from .spec import StudySpec

COSTS = ("parameters", "bytes", "latency")
"""Objectives that are to be small: trainable parameters, bytes of the network's file, milliseconds for one row."""


def front_mask(losses: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rows no other row beats: none is at most as large everywhere and smaller somewhere.

    Of equal rows all are on the front; a row with a NaN never is.

    Parameters
    ----------
    losses : ndarray of shape (n, n_objectives)
        Every objective to be minimized.

    Returns
    -------
    ndarray of shape (n,), bool
    """
    known = ~np.isnan(losses).any(axis=1)
    mask = np.zeros(len(losses), dtype=bool)
    # In this order whatever beats a row comes before it.
    rows, place = np.unique(losses[known], axis=0, return_inverse=True)
    on_front = np.zeros(len(rows), dtype=bool)
    left = np.arange(len(rows))
    while len(left):
        first, left = left[0], left[1:]
        on_front[first] = True
        # Rows that are not the same are beaten where they are smaller nowhere.
        left = left[(rows[left] < rows[first]).any(axis=1)]
    mask[known] = on_front[place.ravel()]
    return mask


def objectives_of(study: StudyRecord) -> tuple[str, ...]:
    """Return what a study aims at; one of an older version at the score alone.

    Parameters
    ----------
    study : StudyRecord

    Returns
    -------
    tuple of str
    """
    return StudySpec.of_study(study).objectives


def is_ruled_out(trial: TrialRecord) -> bool:
    """Whether a trial was over a limit, and so was not trained.

    Parameters
    ----------
    trial : TrialRecord

    Returns
    -------
    bool
    """
    return trial.failure is not None and trial.failure.kind is FailureKind.RULED_OUT


def costs_of(trial: TrialRecord) -> dict[str, float | None]:
    """Return what a trial's network costs, by the names of `COSTS`; None where it was not measured.

    Parameters
    ----------
    trial : TrialRecord

    Returns
    -------
    dict of str to float or None
    """
    return {"parameters": trial.n_parameters, "bytes": trial.size_bytes, "latency": trial.latency_ms}


def pareto_trials(
    trials: Iterable[TrialRecord], objectives: Sequence[str], direction: Direction
) -> list[tuple[TrialRecord, dict[str, float]]]:
    """Return the complete trials on the front with their values by objective, the best score first.

    Of trials with equal values the first stands for all; those scored in another way than the last one are left out.

    Parameters
    ----------
    trials : iterable of TrialRecord
    objectives : sequence of str
        score, and what is to be small beside it.
    direction : Direction

    Returns
    -------
    list of tuple of (TrialRecord, dict of str to float)
    """
    found: list[tuple[TrialRecord, dict[str, float]]] = []
    rows: list[list[float]] = []
    for trial in sorted(ranked_together(list(trials)), key=lambda t: t.number):
        values = _values(trial, objectives)
        if values is not None:
            row = [-direction.sign * v if name == "score" else v for name, v in values.items()]
            if row not in rows:
                found.append((trial, values))
                rows.append(row)
    mask = front_mask(np.array(rows, np.float64).reshape(len(rows), len(objectives)))
    on_front = [pair for pair, is_on in zip(found, mask, strict=True) if is_on]
    return sorted(on_front, key=lambda pair: pair[0].rank(direction))


def _values(trial: TrialRecord, objectives: Sequence[str]) -> dict[str, float] | None:
    if trial.kind is TrialKind.BASELINE or trial.state is not TrialState.COMPLETE:
        return None
    costs: Mapping[str, float | None] = {"score": trial.value, **costs_of(trial)}
    values = {name: costs[name] for name in objectives}
    known = {name: float(v) for name, v in values.items() if v is not None}
    return known if len(known) == len(values) else None


def table_costs(table: TrialTable) -> dict[str, NDArray[np.float64]]:
    """Return the costs of a table's trials by the names of `COSTS`, each of shape (n_trials,); NaN where not known.

    Parameters
    ----------
    table : TrialTable

    Returns
    -------
    dict of str to ndarray of float64
    """
    names = {"parameters": "n_parameters", "bytes": "size_bytes", "latency": "latency_ms"}
    return {cost: table.measures[name] for cost, name in names.items()}


def front_of_table(table: TrialTable, objectives: Sequence[str], direction: Direction) -> NDArray[np.bool_]:
    """Return which trials of a table are on the front: no other one is at least as good in all, and better in one.

    Parameters
    ----------
    table : TrialTable
    objectives : sequence of str
        score, and what is to be small beside it; where that is nothing, the number of parameters is.
    direction : Direction

    Returns
    -------
    ndarray of bool
    """
    have = {"score": -direction.sign * table.values, **table_costs(table)}
    aimed = objectives if len(objectives) > 1 else ("score", "parameters")
    losses = np.stack([have[name] for name in aimed], axis=1)
    losses[(table.states != TrialState.COMPLETE) | (table.kinds == TrialKind.BASELINE)] = np.nan
    losses[scored_another_way(table)] = np.nan
    return front_mask(losses)
