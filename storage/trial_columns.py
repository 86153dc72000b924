"""How the columns of many trials are read: one entry for each, from SQL, and from records that have changed since.

For modules of storage, and for who keeps a `TrialTable` up to date. A new column is a field of `tables.TrialRow`, of
`records.TrialRecord` and `records.TrialTable`, and an entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cells import decode_failure, decode_tags
from .codecs import decode_json_objects
from .records import TrialRecord, TrialTable

_US = 1e6


def _whole(value: int | None) -> int:
    return -1 if value is None else value


def _real(value: float | None) -> float:
    return np.nan if value is None else value


def _moment(value: datetime | None) -> float:
    return np.nan if value is None else value.timestamp()


def _same(value: Any) -> Any:
    return value


def _words(values: Sequence[Any]) -> NDArray[np.str_]:
    return np.array(values, dtype=np.str_)


def _ints(values: Sequence[Any]) -> NDArray[np.int64]:
    return np.array([_whole(value) for value in values], dtype=np.int64)


def _floats(values: Sequence[Any]) -> NDArray[np.float64]:
    # None becomes NaN.
    return np.array(values, dtype=np.float64)


def _moments(values: Sequence[Any]) -> NDArray[np.float64]:
    return _floats(values) / _US


def _flags(values: Sequence[Any]) -> NDArray[np.bool_]:
    return np.array(values, dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class TrialColumn:
    """A column of `TrialTable`.

    Attributes
    ----------
    field : str
        Of the table.
    sql : str
        Column of the table ``trials``; ``scoring`` comes from the digests.
    read : callable
        Makes the column of what SQL gave.
    attribute : str
        Of a `TrialRecord`.
    cell : callable
        Makes one cell of the record's attribute.
    """

    field: str
    sql: str
    read: Callable[[Sequence[Any]], Any]
    attribute: str
    cell: Callable[[Any], Any]


def _column(
    field: str,
    sql: str,
    read: Callable[[Sequence[Any]], Any],
    cell: Callable[[Any], Any] = _same,
    attribute: str = "",
) -> TrialColumn:
    return TrialColumn(field, sql, read, attribute or sql, cell)


TRIAL_COLUMNS: tuple[TrialColumn, ...] = (
    _column("ids", "id", _ints),
    _column("numbers", "number", _ints),
    _column("kinds", "kind", _words, str),
    _column("states", "state", _words, str),
    _column("families", "family", _words),
    _column("names", "name", _words),
    _column("values", "value", _floats, _real),
    _column("stds", "value_std", _floats, _real),
    _column("durations_s", "duration_s", _floats, _real),
    _column("created_s", "created_us", _moments, _moment, "created_at"),
    _column("started_s", "started_us", _moments, _moment, "started_at"),
    _column("finished_s", "finished_us", _moments, _moment, "finished_at"),
    _column("epochs", "epoch", _ints, _whole),
    _column("n_epochs", "n_epochs", _ints, _whole),
    _column("n_parameters", "n_parameters", _ints, _whole),
    _column("peak_memory_bytes", "peak_memory_bytes", _ints, _whole),
    _column("size_bytes", "size_bytes", _ints, _whole),
    _column("latencies_ms", "latency_ms", _floats, _real),
    _column("scorings", "scoring", _words, lambda digests: str(digests.get("scoring", "")), "digests"),
    _column("pinned", "pinned", _flags),
    _column("archived", "archived", _flags),
    _column("failures", "failure", lambda texts: tuple(decode_failure(text) for text in texts)),
    _column("tags", "tags", lambda texts: tuple(decode_tags(text) for text in texts)),
    _column("params", "params", lambda texts: tuple(decode_json_objects(texts)), dict),
)

SQL_COLUMNS = tuple(column.sql for column in TRIAL_COLUMNS if column.sql != "scoring")
"""Of the table ``trials``."""


def table_of(revision: int, columns: Mapping[str, Sequence[Any]]) -> TrialTable:
    """Return a table of what SQL gave, by column; without any rows where `columns` is empty.

    Parameters
    ----------
    revision : int
        Of the store.
    columns : mapping of str to sequence of object
        Cells by the name of the column, all equally many.

    Returns
    -------
    TrialTable
    """
    return TrialTable(
        revision=revision,
        **{column.field: column.read(columns.get(column.sql, ())) for column in TRIAL_COLUMNS},
    )


def table_of_records(revision: int, records: Sequence[TrialRecord]) -> TrialTable:
    """Return a table of trials that were read one by one.

    Parameters
    ----------
    revision : int
        Of the store.
    records : sequence of TrialRecord
        Ordered by id.

    Returns
    -------
    TrialTable
    """
    rows = [row_of(record) for record in records]
    empty = table_of(revision, {})
    columns: dict[str, Any] = {}
    for name in (column.field for column in TRIAL_COLUMNS):
        cells, like = [row[name] for row in rows], getattr(empty, name)
        columns[name] = tuple(cells) if isinstance(like, tuple) else np.array(cells, like.dtype.type)
    return TrialTable(revision=revision, **columns)


def row_of(record: TrialRecord) -> dict[str, Any]:
    """Return the cells of one trial, by the fields of `TrialTable`.

    Parameters
    ----------
    record : TrialRecord

    Returns
    -------
    dict of str to object
    """
    return {column.field: column.cell(getattr(record, column.attribute)) for column in TRIAL_COLUMNS}
