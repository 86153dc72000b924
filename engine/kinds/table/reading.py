"""Tables: what every file is read as first (`engine.data.reading`); here is what to say where no column is usable."""

from __future__ import annotations

from ...domain.errors import Message
from ..base import Reader


class TableReader(Reader):
    """See `Reader`."""

    needs = Message(
        "{name} has no column of numbers, categories or dates; give a column such a role, or leave the kind on auto."
    )


READER = TableReader()
