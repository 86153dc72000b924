"""What the user should know of the texts of a table. Used by `studies` and `inspect`."""

from __future__ import annotations

import numpy as np

from ..domain.errors import Message
from .schema import TableSchema
from .table import Table


def text_messages(table: Table, schema: TableSchema) -> tuple[Message, ...]:
    """Return a message on rows without any text, where the data are texts and there are such rows."""
    if schema.kind != "text" or not schema.features:
        return ()
    n_empty = int(np.logical_and.reduce([table[c.name].missing() for c in schema.features]).sum())
    if not n_empty:
        return ()
    return (
        Message(
            "Rows without any text: {n:,} of {n_rows:,}; they are kept, and predicted as an empty text.",
            {"n": n_empty, "n_rows": table.n_rows},
        ),
    )
