"""Tables from pandas and from Arrow (Parquet): typed columns are kept, text is typed as in a CSV file.

`engine.studies`, `reading` and `engine.deployment.predicting` use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow
import pyarrow as pa
from numpy.typing import NDArray

from ..domain.errors import DataError, Message
from ..domain.kinds import Storage
from .arrow import pc
from .cells import CellRules, parse_column
from .columns import CellForm, Column, DateColumn, NumberColumn
from .table import Table

if TYPE_CHECKING:
    import pandas as pd

_EXACT = 2**53


def table_from_pandas(frame: pd.DataFrame) -> Table:
    """Return the table of a DataFrame; its index is left out.

    Raises
    ------
    DataError
        Where a column holds values that are neither numbers, text nor dates.
    """
    arrays: list[pyarrow.Array] = []
    for i in range(frame.shape[1]):
        series = frame.iloc[:, i]
        try:
            arrays.append(pa.array(series, from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            missing = series.isna()
            arrays.append(
                pa.array([None if gone else str(cell) for cell, gone in zip(series, missing, strict=True)])
            )
    names = _distinct([str(name) for name in frame.columns])
    table, messages = table_from_arrow(pa.table(arrays, names=names), {}, {})
    for message in messages:
        if message.args.get("reason") == "nested":
            raise DataError(message.template, **message.args)
    return table


def table_from_arrow(
    data: pa.Table, forms: Mapping[str, CellForm], known: Mapping[str, Storage | None]
) -> tuple[Table, list[Message]]:
    """Return the table of an Arrow table and what could not be used of it (nested and binary columns)."""
    columns: list[Column] = []
    messages: list[Message] = []
    names = _distinct(data.column_names)
    for i, name in enumerate(names):
        column = _column(name, data.column(i), forms.get(name), known.get(name))
        if column is None:
            messages.append(
                Message(
                    "Column {column!r} holds {type} values, which cannot be used, and was left out.",
                    {"column": name, "type": str(data.column(i).type), "reason": "nested"},
                )
            )
        else:
            columns.append(column)
    return Table(tuple(columns), data.num_rows), messages


def _column(
    name: str, cells: pa.ChunkedArray, form: CellForm | None, wanted: Storage | None
) -> Column | None:
    kind_of = pa.types
    data_type = cells.type
    if kind_of.is_dictionary(data_type):
        data_type = data_type.value_type
        cells = pc.cast(cells, data_type)
    if kind_of.is_boolean(data_type):
        cells = pc.if_else(cells, "True", "False")
    elif kind_of.is_date(data_type) or kind_of.is_timestamp(data_type):
        return DateColumn(name, _seconds(cells), date_format="%Y-%m-%d")
    elif kind_of.is_integer(data_type) or kind_of.is_floating(data_type) or kind_of.is_decimal(data_type):
        numbers = np.array(pc.cast(cells, pa.float64(), safe=False).to_numpy(), np.float64)
        numbers[np.isinf(numbers)] = np.nan
        known = numbers[~np.isnan(numbers)]
        is_code = kind_of.is_integer(data_type) and known.size > 0 and np.abs(known).max() >= _EXACT
        if not is_code and (form is None or form.storage != "text"):
            return NumberColumn(name, numbers)
        cells = pc.cast(cells, pa.string())
    elif kind_of.is_null(data_type):
        return NumberColumn(name, np.full(len(cells), np.nan))
    elif (
        kind_of.is_time(data_type) or kind_of.is_large_string(data_type) or kind_of.is_string_view(data_type)
    ):
        cells = pc.cast(cells, pa.string())
    elif not kind_of.is_string(data_type):
        return None
    return parse_column(name, cells, CellRules(), form, wanted).column


def _seconds(cells: pa.ChunkedArray) -> NDArray[np.float64]:
    micros = pc.cast(pc.cast(cells, pa.timestamp("us"), safe=False), pa.int64())
    return np.array(pc.cast(micros, pa.float64(), safe=False).to_numpy(), np.float64) / 1e6


def _distinct(names: list[str]) -> list[str]:
    seen: list[str] = []
    for name in names:
        candidate, suffix = name, 2
        while candidate in seen:
            candidate, suffix = f"{name}_{suffix}", suffix + 1
        seen.append(candidate)
    return seen
