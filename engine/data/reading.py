"""Reading a data file into a `Table`: delimited text of any dialect, JSON, ARFF, plain or packed; Parquet.

`read_table` is the door. It never loses a row silently: what was left out is in the messages, with lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from ..domain.errors import DataError, Message
from ..domain.kinds import Storage
from ..domain.spec import ReadSpec
from .columns import CellForm
from .frames import table_from_arrow
from .table import Table
from .textfile import TextFileReader
from .unfolding import damage_told

_NONE: Mapping[str, Storage | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A table as read.

    Attributes
    ----------
    table : Table
    read : ReadSpec
        Every setting resolved, so that a later file is read the same way; all None for Parquet.
    messages : tuple of Message
        What was left out or read in a way that the user should know.
    """

    table: Table
    read: ReadSpec
    messages: tuple[Message, ...]


def read_table(
    path: str | Path,
    read: ReadSpec | None = None,
    forms: Mapping[str, CellForm] | None = None,
    known: Mapping[str, Storage | None] = _NONE,
) -> ReadResult:
    """Read a data file.

    Parameters
    ----------
    path : path
        Parquet, or any text table (CSV, TSV, cells between blanks, JSON, ARFF), plain or packed.
    read : ReadSpec, optional
        Settings that are not to be detected.
    forms : mapping of name to CellForm, optional
        How the cells of columns must be kept, as `TableSchema.forms` gives it; decided from the cells otherwise.
    known : mapping of name to storage or None
        Columns that the user names, such as the target: whether the first row holds names shows by them. Where one is
        to hold numbers or dates, what can be read as such is, and the rest is counted.

    Raises
    ------
    DataError
        Where there is no such file, it is a folder, empty, binary, cannot be decoded, or has a single column.
    """
    read = read or ReadSpec()
    path = Path(path)
    if path.is_dir():
        raise DataError(
            "{file} is a folder without images or texts in sub-folders, one for each class; choose such a folder, or a "
            "CSV, JSON or Parquet file.",
            file=str(path),
        )
    if not path.is_file():
        raise DataError("There is no file {file}; check the path, or whether it was moved.", file=str(path))
    with damage_told(path):
        with path.open("rb") as stream:
            is_parquet = starts_as_parquet(stream.read(5))
        if is_parquet:
            result = _read_parquet(path, forms or {}, known)
        else:
            with _frugal_memory():
                result = ReadResult(*TextFileReader(path, read, forms or {}, known).run())
    check_table(path.name, result.table)
    return result


@contextmanager
def _frugal_memory() -> Iterator[None]:
    """Let Arrow take memory from the system, which gets it back: its own pools keep as much as half of it."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.default_memory_pool().release_unused()
        pa.set_memory_pool(before)


def starts_as_parquet(head: bytes) -> bool:
    """Return whether a file with these first five bytes is Parquet, rather than text whose first cell is ``PAR1``."""
    return head[:4] == b"PAR1" and head[4:] not in (b",", b";", b"\t", b"|", b'"', b"\r", b"\n")


def check_table(file: str, table: Table) -> None:
    """Refuse a table without rows, or without a column to learn from beside a target.

    Raises
    ------
    DataError
    """
    if len(table.columns) < 2:
        raise DataError(
            "{file} has a single column, {column!r}; a table needs a target and at least one more column "
            "(is the delimiter right?).",
            file=file,
            column=table.columns[0].name if table.columns else "",
        )
    if table.n_rows == 0:
        raise DataError("{file} has column names but no rows; choose a file with data.", file=file)


def _read_parquet(
    path: Path, forms: Mapping[str, CellForm], known: Mapping[str, Storage | None]
) -> ReadResult:
    # Only here: text files do without.
    import pyarrow.parquet as pq

    try:
        data = pq.read_table(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            "{file} is damaged or not Parquet: {reason}.", file=path.name, reason=str(error).rstrip(".")
        ) from error
    table, messages = table_from_arrow(data, forms, known)
    return ReadResult(table, ReadSpec(), tuple(messages))
