"""What can be named, shown and written of trials: one entry for each column, in this order everywhere.

Filter, ``--json``, ``--csv`` and the tables of terminal and window read this list. Params follow the trials' columns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from ...storage.records import TrialRecord, TrialTable
from .comparable import is_scored_the_old_way
from .errors import Message

Style = Literal["number", "state", "score", "seconds", "count", "size", "plain", "word", "time"]
"""How cells are written; the first three have drawings of their own in the window."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How the tables of window and terminal show a column.

    Attributes
    ----------
    heading : Message
        Of the window.
    width : int
        Pixels.
    style : Style
    terminal : str
        Heading in the terminal; empty for a column of the window alone.
    is_rare : bool
        Whether it is hidden where no trial has a value, or all have the same word: measured only if somebody asks.
    is_asked : bool
        Whether the window shows it only where the user has chosen it.
    """

    heading: Message
    width: int
    style: Style
    terminal: str
    is_rare: bool = False
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class TrialColumn:
    """A column of trials.

    Attributes
    ----------
    name : str
        In filters; empty where it cannot be named.
    of_table : callable or None
        Gives the values of many trials, shape (n,): numbers with NaN, or objects with None, where one is missing.
    key : str
        In ``--json`` and ``--csv``; empty where it is not written.
    of_record : callable or None
        Gives what is written of one trial, and shown in the terminal.
    shown : Shown or None
    """

    name: str
    of_table: Callable[[TrialTable], NDArray[np.generic]] | None
    key: str = ""
    of_record: Callable[[TrialRecord], Any] | None = None
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of trials that tables show.

    Attributes
    ----------
    name : str
        In filters.
    of_record : callable
        Gives what the terminal shows of one trial.
    shown : Shown
    """

    name: str
    of_record: Callable[[TrialRecord], Any]
    shown: Shown


def _whole(values: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(values < 0, np.nan, values.astype(np.float64))


def _measured(
    measure: str, shown: Shown | None = None, *, name: str = "", is_written: bool = True
) -> TrialColumn:
    """Return the column of a measure, see `storage.trial_columns`; `name` is that in filters, if it is another one."""
    return TrialColumn(
        name or measure,
        lambda table: table.measures[measure],
        measure if is_written else "",
        lambda trial: getattr(trial, measure),
        shown,
    )


def objects(values: Sequence[object]) -> NDArray[np.generic]:
    """Return a column of any values.

    Parameters
    ----------
    values : sequence of object

    Returns
    -------
    ndarray
    """
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result


TRIAL_COLUMNS: tuple[TrialColumn, ...] = (
    TrialColumn(
        "number", lambda t: t.numbers, "number", lambda t: t.number,
        # As wide as the longest name of a baseline.
        Shown(Message("Trial"), 124, "number", "trial"),
    ),
    TrialColumn("kind", lambda t: t.kinds.astype(object), "kind", lambda t: str(t.kind)),
    TrialColumn("name", lambda t: t.names.astype(object), "name", lambda t: t.name),
    TrialColumn(
        "family", lambda t: t.families.astype(object), "family", lambda t: t.family,
        Shown(Message("Family"), 84, "word", "", is_rare=True),
    ),
    TrialColumn(
        "state", lambda t: t.states.astype(object), "state", lambda t: str(t.state),
        Shown(Message("State"), 96, "state", "state"),
    ),
    TrialColumn(
        "value", lambda t: t.values, "value", lambda t: t.value,
        Shown(Message("Score"), 156, "score", "value"),
    ),
    TrialColumn("std", lambda t: t.stds, "value_std", lambda t: t.value_std),
    _measured("duration_s", Shown(Message("Duration"), 84, "seconds", "duration"), name="duration"),
    TrialColumn(
        "epoch", lambda t: _whole(t.epochs), "epoch", lambda t: t.epoch,
        Shown(Message("Epochs"), 76, "count", "epochs"),
    ),
    _measured("n_parameters", Shown(Message("Parameters"), 84, "count", "parameters")),
    _measured("peak_memory_bytes", name="peak_memory", is_written=False),
    _measured("size_bytes", Shown(Message("File size"), 84, "size", "file", is_rare=True)),
    _measured("latency_ms", Shown(Message("ms a row"), 84, "plain", "ms a row", is_rare=True)),
    TrialColumn("", None, "scored_the_old_way", is_scored_the_old_way),
    TrialColumn("pinned", lambda t: t.pinned),
    TrialColumn("archived", lambda t: t.archived),
    TrialColumn(
        "failure", lambda t: objects([None if f is None else f.message for f in t.failures]),
        "failure", lambda t: t.failure.message if t.failure else None,
    ),
    TrialColumn(
        "started", lambda t: t.started_s, "", lambda t: t.started_at,
        Shown(Message("Started"), 132, "time", "", is_asked=True),
    ),
    TrialColumn(
        "tags", lambda t: objects([" ".join(tags) or None for tags in t.tags]), "", lambda t: " ".join(t.tags),
        Shown(Message("Tags"), 108, "word", "", is_rare=True),
    ),
    TrialColumn("", None, "params", lambda t: dict(t.params)),
)  # fmt: skip

ON_FRONT = "on_front"
"""Whether no other trial is as good and smaller, or better: known only with what its study aims at."""

SHOWN: tuple[ShownColumn, ...] = tuple(
    ShownColumn(c.name, c.of_record, c.shown)
    for c in TRIAL_COLUMNS
    if c.shown is not None and c.of_record is not None
)
"""The columns of the tables of window and terminal, from left to right."""

HEADINGS: dict[str, str] = {
    heading.casefold(): c.name
    for c in SHOWN
    for heading in (c.shown.terminal, c.shown.heading.template)
    if heading.isidentifier()
}
"""Columns by what they are called above tables, so that filters can name them so; only headings of one word."""


def own_columns(
    table: TrialTable, on_front: NDArray[np.bool_] | None = None
) -> dict[str, NDArray[np.generic]]:
    """Return what a filter can name of trials beside their params, each of shape (n_trials,).

    Parameters
    ----------
    table : TrialTable
    on_front : ndarray of shape (n_trials,), bool, optional
        Which trials no other one beats; none where it is left out.

    Returns
    -------
    dict of str to ndarray
    """
    found = {c.name: c.of_table(table) for c in TRIAL_COLUMNS if c.name and c.of_table is not None}
    found[ON_FRONT] = np.zeros(len(table), dtype=bool) if on_front is None else on_front
    return found


def written_trial(trial: TrialRecord) -> dict[str, object]:
    """Return what ``--json`` and ``--csv`` have of a trial, as `json_ready` values.

    Parameters
    ----------
    trial : TrialRecord

    Returns
    -------
    dict of str to object
    """
    return {c.key: json_ready(c.of_record(trial)) for c in TRIAL_COLUMNS if c.key and c.of_record is not None}


def json_ready(value: Any) -> Any:
    """Return a value with None for each number in it that is not finite: JSON has no such thing.

    Parameters
    ----------
    value : float, str, list, mapping …

    Returns
    -------
    Any
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [json_ready(one) for one in cast("Sequence[Any]", value)]
    if isinstance(value, Mapping):
        return {name: json_ready(one) for name, one in cast("Mapping[str, Any]", value).items()}
    return value
