"""Tables from pandas and from Arrow (Parquet): typed columns are kept, text is typed as in a CSV file.

`engine.studies`, `reading` and `engine.deployment.predicting` use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np
import pyarrow
import pyarrow as pa
from numpy.typing import NDArray

from ..bundled.records import distinct
from ..domain.errors import DataError, Message
from ..domain.kinds import Storage
from .arrow import pc
from .cells import CellRules, parse_column
from .columns import CellForm, Column, DateColumn, NumberColumn
from .table import Table

if TYPE_CHECKING:
    import pandas as pd

_EXACT = 2**53
# Cells that mean what their text says.
_PLAIN = (str, bool, int, float, Decimal, date, time, timedelta, UUID, np.bool_, np.integer, np.floating)


def table_from_pandas(frame: pd.DataFrame) -> tuple[Table, list[Message]]:
    """Return the table of a DataFrame and what could not be used of it; its index is left out.

    Raises
    ------
    DataError
        Where it is no DataFrame.
    """
    if not (hasattr(frame, "iloc") and hasattr(frame, "columns")):
        raise DataError(
            "Data are the path of a file or a pandas DataFrame, not {type}; pandas.DataFrame(…) makes one of lists, "
            "dicts and arrays.",
            type=type(frame).__name__,
        )
    names = distinct([str(name) for name in frame.columns])
    arrays: dict[str, pyarrow.Array] = {}
    left_out: list[Message] = []
    for i, name in enumerate(names):
        series = frame.iloc[:, i]
        odd = _without_text(series)
        if odd is None:
            arrays[name] = _array(series)
        else:
            left_out.append(_left_out(name, odd))
    table, messages = table_from_arrow(pa.table(arrays), {}, {})
    return table, left_out + messages


def _array(series: pd.Series) -> pyarrow.Array:
    """Return the cells of a column; those that Arrow has no type for as text."""
    try:
        found = pa.array(series, from_pandas=True)
        if not isinstance(found.type, pa.BaseExtensionType):
            return found
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        # Cells of several types.
        pass
    missing = series.isna()
    return pa.array(
        [None if gone else str(cell) for cell, gone in zip(series, missing, strict=True)], pa.string()
    )


def _without_text(series: pd.Series) -> str | None:
    """Return the type of the first cell that does not mean what its text says, such as a list; None where all do."""
    if series.dtype != object and series.dtype.kind != "c":
        return None
    known = series[~series.isna().to_numpy()]
    return next((type(cell).__name__ for cell in known if not isinstance(cell, _PLAIN)), None)


def _left_out(name: str, kind: str) -> Message:
    return Message(
        "Column {column!r} holds {type} values, which cannot be used, and was left out.",
        {"column": name, "type": kind},
    )


def table_from_arrow(
    data: pa.Table, forms: Mapping[str, CellForm], known: Mapping[str, Storage | None]
) -> tuple[Table, list[Message]]:
    """Return the table of an Arrow table and what could not be used of it (nested and binary columns)."""
    columns: list[Column] = []
    messages: list[Message] = []
    names = distinct(data.column_names)
    for i, name in enumerate(names):
        column = _column(name, data.column(i), forms.get(name), known.get(name))
        if column is None:
            messages.append(_left_out(name, str(data.column(i).type)))
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
    elif kind_of.is_duration(data_type):
        seconds = pc.divide(pc.cast(pc.cast(cells, pa.duration("us"), safe=False), pa.int64()), 1e6)
        return NumberColumn(name, np.array(seconds.to_numpy(), np.float64))
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
