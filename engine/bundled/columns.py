"""Which column each input of a model is, by its role. Of what bundles carry along."""

from __future__ import annotations

from .input_column import InputColumn
from .of_kinds import of_kinds
from .raw_column import RawColumn
from .schema import InputSpec, Schema

_COLUMNS: dict[str, type[InputColumn]] = of_kinds("column", "COLUMN")
"""Of the kinds of data whose cells are not numbers, dates and texts as they stand."""


def column_of(spec: InputSpec, schema: Schema, decimal: str) -> InputColumn:
    """Return the column of an input, which reads cells with a decimal sign."""
    made = next((one for one in _COLUMNS.values() if spec.role in one.roles), RawColumn)
    return made(spec, schema, decimal)
