"""What each column is: storage and role, with the counts and ranges that the window shows. The same as JSON.

Roles are inferred here and nowhere else; the user's own go before them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np

from ...storage.records import Json
from ..bundled.spelling import Spelling
from ..domain.errors import DataError
from ..domain.inspections import ArraySchema
from ..domain.kinds import (
    AUTO,
    DATE_ROLES,
    DEFAULT_KIND,
    KINDS,
    NUMBER_ROLES,
    ROLES,
    KindOfData,
    Storage,
    joined_kinds,
    kinds_of,
    packages_of,
)
from ..domain.spec import ReadSpec
from ..domain.stored import from_builtins
from .columns import (
    ArrayColumn,
    CellForm,
    Column,
    DateColumn,
    NumberColumn,
    WordColumn,
    cells_of,
    date_format_of,
)
from .spelled import looks_like_values
from .table import Table

_ID_NAME = re.compile(r"(?:^|[\W_])(?:id|uuid|guid|index|idx|key)(?:$|[\W_])|^unnamed: 0$", re.IGNORECASE)
# But not "paid".
_CAMEL_ID = re.compile(r"[a-z](?:ID|Id)$")
_MANY_WORDS = 50
SPLIT_COLUMN = "split"
"""The column that may say which rows are the official test set."""


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """One column.

    Attributes
    ----------
    name : str
    storage : {"number", "text", "date"}
        How its cells are kept; see `columns`. In JSON it is called ``kind``.
    role : str
        What it is used for, one of `engine.domain.kinds.ROLES`.
    n_missing, n_unique : int
        Missing cells; distinct cells that are not missing.
    minimum, maximum, mean : float or None
        Of numbers and dates (seconds since 1970 UTC); None for text and where all cells are missing.
    examples : tuple of str
        A few distinct cells as text, the most common first.
    date_format : str
        Of dates, in the signs of `strftime`.
    array : ArraySchema or None
        Of a column of arrays.
    spelling : Spelling or None
        How its cells were spelled in the file; None of versions 0.1 and 0.2.
    """

    name: str
    storage: Storage
    role: str
    n_missing: int
    n_unique: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: tuple[str, ...] = ()
    date_format: str = ""
    array: ArraySchema | None = None
    spelling: Spelling | None = None

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict; the storage is called ``kind`` there, as it was in version 0.1.0."""
        data = dataclasses.asdict(self)
        name, storage, array = data.pop("name"), data.pop("storage"), data.pop("array")
        # Version 0.2 knew bytes alone.
        if array and array["dtype"] == "uint8":
            del array["dtype"]
        return {"name": name, "kind": storage, **data, **({"array": array} if array else {})}

    @classmethod
    def from_json(cls, data: Json) -> ColumnSchema:
        """Rebuild what `to_json` gave."""
        return from_builtins(cls, {**data, "storage": data["kind"], "array": data.get("array") or None})


@dataclass(frozen=True, slots=True)
class InputSchema:
    """One input of the networks: the columns that it is made of, all of one kind."""

    kind: str
    columns: tuple[ColumnSchema, ...]


@dataclass(frozen=True, slots=True)
class TableSchema:
    """All columns, how the file was read, and of which kinds the inputs of the networks are.

    Attributes
    ----------
    columns : tuple of ColumnSchema
    read : ReadSpec
    kinds : tuple of str
        See `engine.domain.kinds`, the lowest rank first.
    """

    columns: tuple[ColumnSchema, ...]
    read: ReadSpec = field(default_factory=ReadSpec)
    kinds: tuple[str, ...] = (DEFAULT_KIND,)
    # As in `Table`.
    _by_name: Mapping[str, ColumnSchema] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {c.name: c for c in self.columns})

    def __getitem__(self, name: str) -> ColumnSchema:
        if name not in self._by_name:
            raise DataError(
                "There is no column {column!r}; the columns are {columns}.",
                column=name,
                columns=", ".join(c.name for c in self.columns[:12]),
            )
        return self._by_name[name]

    def with_role(self, role: str) -> tuple[ColumnSchema, ...]:
        """Return the columns of a role, in the order of the table."""
        return tuple(c for c in self.columns if c.role == role)

    @property
    def inputs(self) -> tuple[InputSchema, ...]:
        """The inputs of the networks, one for each kind that has columns."""
        found = (
            InputSchema(kind, tuple(c for c in self.columns if c.role in KINDS[kind].roles))
            for kind in self.kinds
        )
        return tuple(one for one in found if one.columns)

    @property
    def packages(self) -> tuple[str, ...]:
        """What programs that read raw rows need beside NumPy."""
        return packages_of(one.kind for one in self.inputs)

    @property
    def kind(self) -> str:
        """The kinds as one word, such as ``table+text``."""
        return joined_kinds(self.kinds)

    @property
    def features(self) -> tuple[ColumnSchema, ...]:
        """Columns that networks may use, in the order of the table."""
        used = {c.name for one in self.inputs for c in one.columns}
        return tuple(c for c in self.columns if c.name in used)

    @property
    def n_numbers(self) -> int:
        """Of the columns that networks may use, those of numbers."""
        return sum(c.role in NUMBER_ROLES for c in self.features)

    @property
    def arrays(self) -> dict[str, ArraySchema]:
        """The arrays by the name of their column."""
        return {c.name: c.array for c in self.columns if c.array is not None}

    def with_stored(self, sha256: Mapping[str, str]) -> TableSchema:
        """Return the schema with the files of arrays by the name of their column."""
        columns = tuple(
            dataclasses.replace(c, array=dataclasses.replace(c.array, sha256=sha256[c.name]))
            if c.array
            else c
            for c in self.columns
        )
        return dataclasses.replace(self, columns=columns)

    @property
    def target(self) -> ColumnSchema | None:
        """The target column, if one was chosen."""
        return next(iter(self.with_role("target")), None)

    def forms(self) -> dict[str, CellForm]:
        """Return how the cells of each column are kept, for `read_table` of a later file with the same columns."""
        return {c.name: CellForm(c.storage, c.date_format, c.spelling) for c in self.columns}

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict that `from_json` turns into an equal schema."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "read": dataclasses.asdict(self.read),
            "data_kind": self.kind,
        }

    @classmethod
    def from_json(cls, data: Json) -> TableSchema:
        """Rebuild a schema from what `to_json` gave (or from JSON text of it), in this version or an older one."""
        stored = from_builtins(_Stored, data)
        columns = tuple(ColumnSchema.from_json(column) for column in stored.with_arrays())
        return cls(columns, stored.read, kinds_of(stored.data_kind))


class _Images(msgspec.Struct, frozen=True):
    """The images of a table, which until version 0.2 stood beside its columns."""

    column: str = ""
    height: int = 0
    width: int = 0
    channels: int = 0
    sha256: str = ""


class _Stored(msgspec.Struct, frozen=True):
    """A schema as it is stored."""

    columns: tuple[dict[str, object], ...]
    read: ReadSpec
    data_kind: str = DEFAULT_KIND
    images: _Images | None = None

    def with_arrays(self) -> tuple[Json, ...]:
        """Return the columns; those of images have them."""
        images = self.images
        if images is None or not images.column:
            return self.columns
        array = {"shape": [images.height, images.width, images.channels], "sha256": images.sha256}
        return tuple({**c, "array": array} if c["name"] == images.column else c for c in self.columns)


def infer_schema(
    table: Table,
    target: str | None = None,
    roles: Mapping[str, str] | None = None,
    read: ReadSpec | None = None,
    kind: str = AUTO,
) -> TableSchema:
    """Describe every column and choose its role.

    Parameters
    ----------
    table : Table
    target : str, optional
        Name of the target column.
    roles : mapping of name to role, optional
        Roles that go before the inferred ones.
    read : ReadSpec, optional
        Kept in the schema.
    kind : str
        Of the data, or several (``table+text``); ``auto`` is images where there are any, else a table where a number,
        category or date can be used, else texts where there are any. Where texts are asked for and there are none,
        columns of few or short texts count as such.

    Raises
    ------
    DataError
        Where `target` or a name in `roles` is not a column, a role is unknown or does not fit the column, or
        two columns are to be the target, the group or the time.
    """
    chosen = dict(roles or {})
    _check_roles(table, target, chosen)
    if target is not None:
        chosen[target] = "target"
    for column in table.arrays:
        chosen.setdefault(column.name, column.role)
    if table.arrays and SPLIT_COLUMN in table:
        chosen.setdefault(SPLIT_COLUMN, "ignored")
    columns = tuple(_describe(column, chosen.get(column.name)) for column in table)
    for name in () if kind == AUTO else kinds_of(kind):
        columns = _with_stand_ins(columns, KINDS[name], given=chosen)
    for role in ("target", "group", "time"):
        names = [c.name for c in columns if c.role == role]
        if len(names) > 1:
            raise DataError(
                "Two columns have the role {role}: {first!r} and {second!r}; choose one.",
                role=role,
                first=names[0],
                second=names[1],
            )
    present = {c.role for c in columns}
    usable = [k.name for k in KINDS.values() if present & set(k.roles)]
    kinds = kinds_of(kind) if kind != AUTO else tuple(usable[:1]) or (DEFAULT_KIND,)
    return TableSchema(columns, read or ReadSpec(), kinds)


def _with_stand_ins(
    columns: tuple[ColumnSchema, ...], kind: KindOfData, given: Mapping[str, str]
) -> tuple[ColumnSchema, ...]:
    """Return columns some of which are taken for a kind that was asked for and has none of its own."""
    if not kind.stands_in or any(c.role in kind.roles for c in columns):
        return columns
    return tuple(
        dataclasses.replace(c, role=kind.roles[0])
        if c.name not in given and c.role in kind.stands_in and c.storage == kind.stands_in_storage
        else c
        for c in columns
    )


def infer_role(column: NumberColumn | WordColumn, n_missing: int, n_unique: int) -> str:
    """Return the role of a column by its cells and, for identifiers, its name."""
    n_present = len(column) - n_missing
    if n_unique == 0 or (n_unique == 1 and min(n_missing, n_present) <= 0.01 * len(column) + 1):
        return "constant"
    if n_unique == 1:
        # There or not there: a box that was ticked.
        return "categorical"
    if isinstance(column, DateColumn):
        return "date"
    if isinstance(column, NumberColumn):
        return "id" if _is_counter(column, n_present, n_unique) else "numeric"
    if n_unique <= _MANY_WORDS and n_unique <= max(0.9 * n_present, 20):
        return "categorical" if _mean_words(column) < 12 else "text"
    # Numbers or dates that could not be read are no texts to learn from.
    if n_unique > 0.5 * n_present and looks_like_values(column):
        return "id"
    if n_unique > 0.5 * n_present:
        return "text" if _mean_words(column) >= 2.5 or not _ascii_words(column) else "id"
    return "text" if _mean_words(column) >= 6 else "categorical"


def _check_roles(table: Table, target: str | None, roles: Mapping[str, str]) -> None:
    for name, role in roles.items():
        column = table[name]
        if role not in ROLES:
            raise DataError(
                "{role!r} is not a role (column {column!r}); choose one of {choices}.",
                role=role,
                column=name,
                choices=", ".join(ROLES),
            )
        wrong = (role in NUMBER_ROLES and column.storage != "number") or (
            role in DATE_ROLES and column.storage != "date"
        )
        if wrong or (role == "time" and column.storage == "text"):
            raise DataError(
                "Column {column!r} holds {kind} cells and cannot have the role {role}; choose categorical or "
                "ignored.",
                column=name,
                kind=column.storage,
                role=role,
            )
    if target is not None:
        _ = table[target]


def _describe(column: Column, role: str | None) -> ColumnSchema:
    cells = cells_of(column)
    n_missing = int(cells.missing().sum())
    minimum = maximum = mean = None
    if isinstance(cells, WordColumn):
        counts = np.bincount(cells.codes[cells.codes >= 0], minlength=len(cells.vocabulary))
        n_unique = int(np.count_nonzero(counts))
        top = np.argsort(-counts, kind="stable")[: min(3, n_unique)]
        examples = tuple(cells.vocabulary[i] for i in top.tolist())
    else:
        known = cells.numbers[~cells.missing()]
        values, counts = np.unique(known, return_counts=True)
        n_unique = len(values)
        if n_unique:
            minimum, maximum, mean = float(values[0]), float(values[-1]), float(np.mean(known))
        top = np.argsort(-counts, kind="stable")[:3] if n_unique < len(known) else np.arange(min(3, n_unique))
        shown = cells.with_numbers(values[top])
        examples = tuple(str(cell) for cell in shown.raw(np.arange(len(top))))
    return ColumnSchema(
        column.name,
        column.storage,
        role or infer_role(cells, n_missing, n_unique),
        n_missing,
        n_unique,
        minimum,
        maximum,
        mean,
        examples,
        date_format_of(column),
        ArraySchema(column.values.shape[1:], dtype=column.values.dtype.name)
        if isinstance(column, ArrayColumn)
        else None,
        cells.spelling,
    )


def _is_counter(column: NumberColumn, n_present: int, n_unique: int) -> bool:
    """Whether whole numbers, all different and none missing, count the rows or are called an id."""
    if n_unique < n_present or n_present < len(column) or n_unique < 20:
        return False
    if not np.all(column.numbers == np.floor(column.numbers)):
        return False
    counts_rows = float(column.numbers.max() - column.numbers.min()) == n_unique - 1
    return (
        counts_rows or _ID_NAME.search(column.name) is not None or _CAMEL_ID.search(column.name) is not None
    )


def _mean_words(column: WordColumn) -> float:
    sample = column.vocabulary[:: max(1, len(column.vocabulary) // 1000)]
    return sum(len(word.split()) if word.isascii() else len(word) / 3 for word in sample) / max(
        1, len(sample)
    )


def _ascii_words(column: WordColumn) -> bool:
    sample = column.vocabulary[:: max(1, len(column.vocabulary) // 1000)]
    return sum(word.isascii() for word in sample) >= 0.5 * len(sample)
