"""Which cells of the database are damaged, and what is left of a row that has one. For modules of storage.

A damaged row stays a row: what can be read of it is shown, and as its failure, which table, column and id are damaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import EnumType
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, Table, inspect, text
from sqlalchemy.orm import Session

from .cells import HOLDS, decode_failure, decode_tags, to_time
from .codecs import decode_array, decode_curves, decode_object, decode_scores
from .errors import DamagedRowError, UnusableStoreError
from .records import Failure, FailureKind
from .tables import Row

AnyRow = TypeVar("AnyRow", bound=Row)
Record = TypeVar("Record")

UNREADABLE = (UnusableStoreError, ValueError, TypeError, KeyError, AttributeError, OverflowError)
"""What the making of a record raises where a cell is damaged."""

# These are called when a record is made, which fails where they do.
_DECODERS = (decode_array, decode_curves, decode_failure, decode_object, decode_scores, decode_tags, to_time)
_EMPTY = {decode_object: "{}", decode_tags: "[]"}


@dataclass(frozen=True, slots=True)
class Damage:
    """One cell that holds what its column does not take.

    Attributes
    ----------
    table, column : str
    id : int or None
        Of the row; None where it is not known.
    reason : str
    """

    table: str
    column: str
    id: int | None
    reason: str

    def error(self) -> DamagedRowError:
        """Return it as a sentence."""
        return DamagedRowError(
            "A row of the table {table} is damaged: what is stored as the {column} of id {id} cannot be read "
            "({reason}); restore the workspace from a backup.",
            table=self.table,
            column=self.column,
            id=self.id,
            reason=self.reason,
        )

    def failure(self) -> Failure:
        """Return it as why the row counts as failed."""
        return Failure.of(FailureKind.DAMAGED, self.error().sentence)


@dataclass(frozen=True, slots=True)
class _Check:
    """What a column's cells are: of which types, and how they are read where they are more than that."""

    name: str
    types: tuple[type, ...]
    read: Callable[[Any], object] | None
    nullable: bool
    empty: object

    @property
    def is_light(self) -> bool:
        """Whether nobody reads the cell but who checks it."""
        return self.read is not None and not isinstance(self.read, EnumType) and self.read not in _DECODERS

    def problem(self, value: object) -> str | None:
        """Return why a value is none of this column; None where it is one."""
        if value is None or (value == "" and self.nullable):
            return None if self.nullable else "it is empty"
        if not isinstance(value, self.types):
            return f"it is of the type {type(value).__name__}"
        try:
            if self.read is not None:
                self.read(value)
        except UNREADABLE as error:
            return reason_of(error)
        return None


def reason_of(error: Exception) -> str:
    """Return what was wrong with a cell, without the sentence around it.

    Parameters
    ----------
    error : Exception
        Of `UNREADABLE`.

    Returns
    -------
    str
    """
    known: Mapping[str, object] = error.sentence.args if isinstance(error, UnusableStoreError) else {}
    return str(known.get("reason", error))


def _check(column: Column[Any]) -> _Check:
    read = column.info.get(HOLDS)
    types: tuple[type, ...] = (str,)
    empty: object = ""
    if isinstance(column.type, Boolean):
        types, empty = (bool,), False
    elif isinstance(column.type, LargeBinary):
        types, empty = (bytes,), b""
    elif isinstance(column.type, Float):
        types, empty = (float, int), 0.0
    elif isinstance(column.type, Integer):
        types, empty = (int,), 0
    if isinstance(read, EnumType):
        empty = str(next(iter(cast("Iterator[object]", read))))
    nullable = bool(column.nullable)
    return _Check(
        column.name, types, read, nullable, None if nullable else _EMPTY.get(cast("Any", read), empty)
    )


@cache
def _checks(table: Table) -> tuple[_Check, ...]:
    return tuple(_check(column) for column in table.columns)


@cache
def _light(table: Table) -> tuple[tuple[str, tuple[type, ...], Callable[[Any], object] | None], ...]:
    """Return names, types, and what nobody else reads: enough to make a record, which reads the rest."""
    none = type(None)
    return tuple(
        (c.name, (*c.types, none) if c.nullable else c.types, c.read if c.is_light else None)
        for c in _checks(table)
    )


def _table(row: Row) -> Table:
    return cast("Table", row.__table__)


def _seems_sound(row: Row) -> bool:
    # Straight from where SQLAlchemy keeps what it has loaded: a tenth of the time, and tens of thousands are read.
    loaded = vars(row)
    try:
        for name, types, read in _light(_table(row)):
            value = loaded.get(name)
            if not isinstance(value, types):
                return False
            if read is not None and value is not None:
                read(value)
    except ValueError:
        return False
    return True


def damages_of(row: Row) -> list[Damage]:
    """Return the damaged cells of a row.

    Parameters
    ----------
    row : Row

    Returns
    -------
    list of Damage
    """
    table = _table(row)
    key = inspect(row).identity
    found = [(check.name, check.problem(getattr(row, check.name))) for check in _checks(table)]
    return [Damage(table.name, name, key[0] if key else None, why) for name, why in found if why is not None]


def check_columns(kind: type[Row], columns: Mapping[str, Sequence[object]]) -> None:
    """Check the cells of many rows, but for what decoding finds.

    Parameters
    ----------
    kind : type
        Of the rows.
    columns : mapping of str to sequence of object
        Cells by the name of the column.

    Raises
    ------
    ValueError
        Where a cell is none of its column.
    """
    none = type(None)
    for check in _checks(cast("Table", kind.__table__)):
        cells = columns.get(check.name, ())
        types = set(map(type, cells)) - {none} if check.nullable else set(map(type, cells))
        if not types <= set(check.types):
            raise ValueError(check.name)
        if check.read is not None and (check.read is to_time or check.is_light):
            known = [cast("Any", cell) for cell in cells if cell is not None]
            for cell in (min(known), max(known)) if known else ():
                check.read(cell)
        elif isinstance(check.read, EnumType):
            for cell in set(cells) - {None}:
                check.read(cell)


def sound(row: AnyRow, make: Callable[[AnyRow], Record]) -> Record:
    """Return what is made of a row.

    Parameters
    ----------
    row : Row
    make : callable
        Gets the row; what it raises of `UNREADABLE` is damage.

    Returns
    -------
    instance of `Record`

    Raises
    ------
    DamagedRowError
        Where a cell is damaged.
    """
    record, damage = _made(row, make)
    if record is None or damage is not None:
        raise (damage or Damage(_table(row).name, "?", None, "?")).error()
    return record


def readable(
    row: AnyRow, make: Callable[[AnyRow], Record], failed: Callable[[Record, Failure], Record]
) -> Record:
    """Return what is made of a row; of a damaged one what is left of it, as failed.

    Parameters
    ----------
    row : Row
    make : callable
        Gets the row; what it raises of `UNREADABLE` is damage.
    failed : callable
        Gets what is left, its damaged cells empty, and says that it failed.

    Returns
    -------
    instance of `Record`
    """
    record, damage = _made(row, make)
    if record is not None and damage is None:
        return record
    assert damage is not None  # noqa: S101 (for the type checker)
    return failed(make(_mended(row)), damage.failure())


def _made(row: AnyRow, make: Callable[[AnyRow], Record]) -> tuple[Record | None, Damage | None]:
    error: Exception | None = None
    if _seems_sound(row):
        try:
            return make(row), None
        except UNREADABLE as raised:
            error = raised
    damages = damages_of(row)
    if damages:
        return None, damages[0]
    if error is not None:
        # Not of a cell of this row.
        raise error
    # An empty word where there may be none.
    return make(row), None


def _mended(row: AnyRow) -> AnyRow:
    """Return a copy of a row that belongs to no session, its damaged cells empty."""
    values = {check.name: getattr(row, check.name) for check in _checks(_table(row))}
    empty = {c.name: c.empty for c in _checks(_table(row)) if c.problem(values[c.name]) is not None}
    return type(row)(**values | empty)


def all_damages(session: Session, tables: Sequence[Table]) -> Iterator[Damage]:
    """Yield every damaged cell of some tables.

    The cells are read as SQLite has them, without what SQLAlchemy makes of them.

    Parameters
    ----------
    session : Session
    tables : sequence of Table

    Yields
    ------
    Damage
    """
    for table in tables:
        checks = _checks(table)
        names = ", ".join(f'"{check.name}"' for check in checks)
        rows = session.connection().execute(text(f'SELECT rowid, {names} FROM "{table.name}"'))  # noqa: S608
        for rowid, *values in rows.yield_per(1000):
            for check, value in zip(checks, values, strict=True):
                as_read = bool(value) if check.types == (bool,) and value in (0, 1) else value
                why = check.problem(as_read)
                if why is not None:
                    yield Damage(table.name, check.name, rowid, why)


def missing_columns(session: Session, tables: Sequence[Table]) -> list[str]:
    """Return what the database lacks of some tables, as ``table.column``.

    Parameters
    ----------
    session : Session
    tables : sequence of Table

    Returns
    -------
    list of str
    """
    found: list[str] = []
    for table in tables:
        rows = session.connection().execute(text(f'SELECT name FROM pragma_table_info("{table.name}")'))  # noqa: S608
        there = set(rows.scalars())
        found += [f"{table.name}.{column.name}" for column in table.columns if column.name not in there]
    return found
