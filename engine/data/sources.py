"""What a study or the window reads: a file, a sample table by name, or a data frame, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Message
from ..spec import ReadSpec
from .frames import table_from_pandas
from .reading import read_table
from .samples import load_sample
from .table import Table

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_PREFIX = "sample:"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table that was read, and what was noticed."""

    table: Table
    name: str
    source: str
    read: ReadSpec
    messages: tuple[Message, ...]
    size_bytes: int
    suggested_target: str | None = None


def load(source: str | Path | pd.DataFrame, read: ReadSpec | None = None) -> Loaded:
    """Read a file, a sample table by name (``sample:iris``), or a pandas data frame.

    Raises
    ------
    DataError
        Where it cannot be read.
    """
    if isinstance(source, str) and source.startswith(SAMPLE_PREFIX):
        name = source.removeprefix(SAMPLE_PREFIX)
        table, target = load_sample(name)
        return Loaded(table, name, source, ReadSpec(), (), _size(table), target)
    if isinstance(source, str | Path):
        path = Path(source).expanduser()
        result = read_table(path, read or ReadSpec())
        size = path.stat().st_size
        return Loaded(result.table, path.stem, str(path.absolute()), result.read, result.messages, size)
    table = table_from_pandas(source)
    return Loaded(table, "data frame", "data frame", ReadSpec(), (), _size(table))


def _size(table: Table) -> int:
    return 8 * table.n_rows * len(table.columns)
