"""How the columns of many trials are read: from SQL, and from records that have changed since.

For modules of storage. What the store itself asks of trials has an entry here; what is measured of them is listed in
`trial_columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .cells import decode_failure, decode_tags
from .codecs import decode_json_objects
from .records import TrialRecord, TrialTable
from .trial_columns import MEASURES

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
class TableColumn:
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
) -> TableColumn:
    return TableColumn(field, sql, read, attribute or sql, cell)


TABLE_COLUMNS: tuple[TableColumn, ...] = (
    _column("ids", "id", _ints),
    _column("numbers", "number", _ints),
    _column("kinds", "kind", _words, str),
    _column("states", "state", _words, str),
    _column("families", "family", _words),
    _column("names", "name", _words),
    _column("values", "value", _floats, _real),
    _column("stds", "value_std", _floats, _real),
    _column("created_s", "created_us", _moments, _moment, "created_at"),
    _column("started_s", "started_us", _moments, _moment, "started_at"),
    _column("finished_s", "finished_us", _moments, _moment, "finished_at"),
    _column("epochs", "epoch", _ints, _whole),
    _column("n_epochs", "n_epochs", _ints, _whole),
    _column("scorings", "scoring", _words, lambda digests: str(digests.get("scoring", "")), "digests"),
    _column("pinned", "pinned", _flags),
    _column("archived", "archived", _flags),
    _column("failures", "failure", lambda texts: tuple(decode_failure(text) for text in texts)),
    _column("tags", "tags", lambda texts: tuple(decode_tags(text) for text in texts)),
    _column("params", "params", lambda texts: tuple(decode_json_objects(texts)), dict),
)

SQL_COLUMNS = (*(column.sql for column in TABLE_COLUMNS if column.sql != "scoring"), *MEASURES)
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
        measures={name: _floats(columns.get(name, ())) for name in MEASURES},
        **{column.field: column.read(columns.get(column.sql, ())) for column in TABLE_COLUMNS},
    )


def updated(table: TrialTable, records: Sequence[TrialRecord], revision: int) -> TrialTable:
    """Return a table with some trials replaced and new ones added at its end.

    Parameters
    ----------
    table : TrialTable
    records : sequence of TrialRecord
        Of the trials that have changed since.
    revision : int
        Of the store, when they were read.

    Returns
    -------
    TrialTable
    """
    places = {int(trial_id): place for place, trial_id in enumerate(table.ids)}
    changed = {record.id: record for record in records}
    old = [record for record in changed.values() if record.id in places]
    new = [record for record in changed.values() if record.id not in places]
    at = [places[record.id] for record in old]

    def column_of(column: Any, cell: Callable[[TrialRecord], Any]) -> Any:
        return _merged(column, dict(zip(at, map(cell, old), strict=True)), [cell(record) for record in new])

    return TrialTable(
        revision=revision,
        measures={
            name: column_of(cells, lambda record, name=name: _real(getattr(record, name)))
            for name, cells in table.measures.items()
        },
        **{
            column.field: column_of(
                getattr(table, column.field), lambda record, c=column: c.cell(getattr(record, c.attribute))
            )
            for column in TABLE_COLUMNS
        },
    )


def _merged(column: Any, changed: Mapping[int, Any], new: Sequence[Any]) -> Any:
    """Return a column, an array or a tuple, with some of its cells replaced, by place, and with new ones at its end."""
    if isinstance(column, tuple):
        cells: list[object] = list(cast("tuple[object, ...]", column))
        for place, cell in changed.items():
            cells[place] = cell
        return (*cells, *new)
    # NumPy widens texts where a new one is longer; those that are replaced are made room for below.
    merged = np.concatenate([column, np.array(new, dtype=column.dtype.type)])
    if changed and merged.dtype.kind == "U":
        merged = merged.astype(np.result_type(merged, np.array(list(changed.values()), dtype=np.str_)))
    for place, cell in changed.items():
        merged[place] = cell
    return merged
