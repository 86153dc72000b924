"""What is measured of trials: each field is a column of the table ``trials``, and of all that tells of trials.

Needs the standard library only. A new measure is a field here and its migration: records, outcomes, results of tasks,
rows of the database and `TrialTable` have it by themselves; ``engine/domain/trial_columns.py`` shows it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMeasures:
    """What is measured of a trial, all of it numbers; None where it is not known.

    Attributes
    ----------
    n_parameters : int or None
        Of one network.
    duration_s : float or None
        Busy seconds of the worker.
    peak_memory_bytes : int or None
        Of the worker.
    size_bytes : int or None
        Of one network's file in float32, at most.
    latency_ms : float or None
        Of one network, for one row.
    """

    n_parameters: int | None = None
    duration_s: float | None = None
    peak_memory_bytes: int | None = None
    size_bytes: int | None = None
    latency_ms: float | None = None


MEASURES: tuple[str, ...] = tuple(field.name for field in dataclasses.fields(TrialMeasures))
"""Names of the measures."""

WHOLE: frozenset[str] = frozenset(
    name for name, type_ in get_type_hints(TrialMeasures).items() if type_ == int | None
)
"""Names of those that are whole numbers."""


def measures_of(measured: TrialMeasures) -> dict[str, Any]:
    """Return the measures alone of what has others beside them, for a type that has others too.

    Parameters
    ----------
    measured : TrialMeasures
        For instance a record, or the result of a task.

    Returns
    -------
    dict of str to int or float or None
    """
    return {name: getattr(measured, name) for name in MEASURES}
