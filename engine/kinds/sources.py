"""What a study or the window reads: a file, a folder, a sample table by name, or a data frame, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..data.frames import table_from_pandas
from ..data.reading import check_table, read_table
from ..data.samples import load_sample
from ..data.schema import TableSchema, infer_schema
from ..data.table import Table
from ..data.unfolding import damage_told
from ..domain.errors import Message
from ..domain.kinds import AUTO, DATE_ROLES, KINDS, NUMBER_ROLES, Storage
from ..domain.spec import ReadSpec
from .base import ReadTable
from .registry import reader_of

if TYPE_CHECKING:
    import pandas as pd  # pyright: ignore[reportMissingTypeStubs]

SAMPLE_PREFIX = "sample:"
_NONE: Mapping[str, Storage | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table that was read, and what was noticed.

    Attributes
    ----------
    kind : str
        The kind that the source is as a whole; ``auto`` where its columns decide.
    """

    table: Table
    name: str
    source: str
    read: ReadSpec
    messages: tuple[Message, ...]
    size_bytes: int
    suggested_target: str | None = None
    kind: str = AUTO

    def schema(self, target: str | None, roles: Mapping[str, str] | None, kind: str) -> TableSchema:
        """Return what the columns are to networks.

        Parameters
        ----------
        target : str or None
            The column to predict, where one is chosen.
        roles : mapping of str to str, or None
            By column, where the user has chosen one.
        kind : str
            Of the data, as the user says; where that is ``auto``, what the source can only be.

        Returns
        -------
        TableSchema

        Raises
        ------
        DataError
            Where `roles` or `target` name no column.
        """
        return infer_schema(self.table, target, roles, self.read, self.kind if kind == AUTO else kind)


def load(
    source: str | Path | pd.DataFrame,
    read: ReadSpec | None = None,
    known: Mapping[str, Storage | None] = _NONE,
) -> Loaded:
    """Read a file, a folder of images or texts, a sample table by name (``sample:iris``), or a pandas data frame.

    Parameters
    ----------
    source : str, Path, or DataFrame
    read : ReadSpec or None
        How the file is read; what is None is detected.
    known : mapping of name to storage or None
        Columns that the user names; see `read_table`.

    Returns
    -------
    Loaded

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
        with damage_told(source):
            return _from_disk(Path(source).expanduser(), read or ReadSpec(), known)
    table, messages = table_from_pandas(source)
    check_table("data frame", table)
    return Loaded(table, "data frame", "data frame", ReadSpec(), tuple(messages), _size(table))


def named_columns(
    target: str | None, roles: Mapping[str, str], task: str = AUTO
) -> dict[str, Storage | None]:
    """Return the columns that a user names, with what their cells have to be for what they are named for.

    Parameters
    ----------
    target : str or None
    roles : mapping of name to role
    task : str
        A regression has a target of numbers.

    Returns
    -------
    dict of name to storage or None
    """
    wanted: dict[str, Storage | None] = {
        name: "number" if role in NUMBER_ROLES else "date" if role in DATE_ROLES else None
        for name, role in roles.items()
    }
    if target is not None:
        wanted[target] = "number" if task == "regression" else None
    return wanted


def messages_of(table: Table, schema: TableSchema) -> tuple[Message, ...]:
    """Return what the user should know of the inputs, by their kinds.

    Parameters
    ----------
    table : Table
    schema : TableSchema

    Returns
    -------
    tuple of Message
    """
    return tuple(
        message for one in schema.inputs for message in reader_of(one.kind).messages(table, one.columns)
    )


def _from_disk(path: Path, read: ReadSpec, known: Mapping[str, Storage | None]) -> Loaded:
    for kind in KINDS:
        reader = reader_of(kind)
        if reader.recognizes(path):
            return _loaded(path, reader.read(path, read), read, kind=kind)
    result = read_table(path, read, known=known)
    loaded = ReadTable(result.table, result.messages, path.stat().st_size, None, result.read)
    for kind in KINDS:
        found = reader_of(kind).in_table(path, loaded.table, result.read)
        if found is not None:
            loaded = ReadTable(
                found.table,
                loaded.messages + found.messages,
                found.size_bytes,
                found.target or loaded.target,
                found.read or loaded.read,
            )
    return _loaded(path, loaded, result.read)


def _loaded(path: Path, found: ReadTable, read: ReadSpec, kind: str = AUTO) -> Loaded:
    place = path.absolute()
    name = place.name if path.is_dir() else place.stem
    return Loaded(
        found.table,
        name,
        str(place),
        found.read or read,
        found.messages,
        found.size_bytes,
        found.target,
        kind,
    )


def _size(table: Table) -> int:
    return 8 * table.n_rows * len(table.columns)
