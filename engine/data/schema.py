"""What each column is: kind and role, with the counts and ranges that the window shows. The same as JSON.

Roles are inferred here and nowhere else; the user's own go before them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np

from ..domain.errors import DataError
from ..domain.spec import DataKind, KindName, ReadSpec, Role
from .table import Column, Kind, Table

_ID_NAME = re.compile(r"(?:^|[\W_])(?:id|uuid|guid|index|idx|key)(?:$|[\W_])|^unnamed: 0$", re.IGNORECASE)
_CAMEL_ID = re.compile(r"[a-z](?:ID|Id)$")  # but not "paid"
_MANY_WORDS = 50
SPLIT_COLUMN = "split"  # may say which rows are the official test set
_KINDS_IN_ORDER: tuple[DataKind, ...] = ("image", "table", "text")
FEATURE_ROLES: dict[DataKind, tuple[str, ...]] = {
    "table": ("numeric", "categorical", "date"),
    "text": ("text",),
    "image": ("image",),
}


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """One column.

    Attributes
    ----------
    name : str
    kind : {"number", "text", "date"}
        How its cells are kept; see `Column`.
    role : str
        How it is used, one of `engine.domain.spec.Role`.
    n_missing, n_unique : int
        Missing cells; distinct cells that are not missing.
    minimum, maximum, mean : float or None
        Of numbers and dates (seconds since 1970 UTC); None for text and where all cells are missing.
    examples : tuple of str
        A few distinct cells as text, the most common first.
    date_format : str
        Of dates, in the signs of `strftime`.
    """

    name: str
    kind: Kind
    role: Role
    n_missing: int
    n_unique: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    examples: tuple[str, ...] = ()
    date_format: str = ""


@dataclass(frozen=True, slots=True)
class ImageSchema:
    """The images of a table: the column that names them, their size, and, once stored, the sha256 of their pixels."""

    column: str
    height: int
    width: int
    channels: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class TableSchema:
    """All columns, how the file was read, and which kind of data it is (`engine.domain.families.DATA_KINDS`)."""

    columns: tuple[ColumnSchema, ...]
    read: ReadSpec = field(default_factory=ReadSpec)
    data_kind: DataKind = "table"
    images: ImageSchema | None = None

    def __getitem__(self, name: str) -> ColumnSchema:
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(
            "There is no column {column!r}; the columns are {columns}.",
            column=name,
            columns=", ".join(c.name for c in self.columns[:12]),
        )

    def with_role(self, role: str) -> tuple[ColumnSchema, ...]:
        """Return the columns of a role, in the order of the table."""
        return tuple(c for c in self.columns if c.role == role)

    @property
    def features(self) -> tuple[ColumnSchema, ...]:
        """Columns that a network for this kind of data may use."""
        return tuple(c for c in self.columns if c.role in FEATURE_ROLES[self.data_kind])

    @property
    def target(self) -> ColumnSchema | None:
        """The target column, if one was chosen."""
        return next(iter(self.with_role("target")), None)

    def kinds(self) -> dict[str, tuple[Kind, str]]:
        """Return name → (kind, date format), for `read_table` of a later file with the same columns."""
        return {c.name: (c.kind, c.date_format) for c in self.columns}

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready dict that `from_json` turns into an equal schema."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TableSchema:
        """Rebuild a schema from what `to_json` gave (or from JSON text of it)."""
        columns = tuple(ColumnSchema(**{**c, "examples": tuple(c["examples"])}) for c in data["columns"])
        read = {**data["read"], "missing": tuple(data["read"]["missing"])}
        images = data.get("images")
        return cls(
            columns,
            ReadSpec(**read),
            data.get("data_kind", "table"),
            ImageSchema(**images) if images else None,
        )


def infer_schema(
    table: Table,
    target: str | None = None,
    roles: Mapping[str, str] | None = None,
    read: ReadSpec | None = None,
    kind: KindName = "auto",
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
    kind : {"auto", "table", "image", "text"}
        Of the data; ``auto`` is images where there are any, else a table where a number, category or date can be used,
        else texts where there are any. With ``text``, columns of few or short texts count as texts where there are no
        others.

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
    if table.pixels is not None:
        chosen.setdefault(table.image_column, "image")
        if SPLIT_COLUMN in table:
            chosen.setdefault(SPLIT_COLUMN, "ignored")
    columns = tuple(_describe(column, chosen.get(column.name)) for column in table)
    if kind == "text" and not any(c.role == "text" for c in columns):
        columns = tuple(_as_text(c) if c.name not in chosen else c for c in columns)
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
    usable: list[DataKind] = [k for k in _KINDS_IN_ORDER if present & set(FEATURE_ROLES[k])]
    return TableSchema(
        columns,
        read or ReadSpec(),
        kind if kind != "auto" else usable[0] if usable else "table",
        _images(table),
    )


def _as_text(column: ColumnSchema) -> ColumnSchema:
    """Return a column whose texts are short or few as one of texts, where the user says that there are texts."""
    is_text = column.kind == "text" and column.role in ("categorical", "id")
    return dataclasses.replace(column, role="text") if is_text else column


def _images(table: Table) -> ImageSchema | None:
    if table.pixels is None:
        return None
    height, width, channels = table.pixels.shape[1:]
    return ImageSchema(table.image_column, height, width, channels)


def infer_role(column: Column, n_missing: int, n_unique: int) -> Role:
    """Return the role of a column by its cells and, for identifiers, its name."""
    n_present = len(column) - n_missing
    if n_unique == 0 or (n_unique == 1 and min(n_missing, n_present) <= 0.01 * len(column) + 1):
        return "constant"
    if n_unique == 1:
        return "categorical"  # there or not there: a box that was ticked
    if column.kind == "date":
        return "date"
    if column.kind == "number":
        return "id" if _is_counter(column, n_present, n_unique) else "numeric"
    if n_unique <= _MANY_WORDS and n_unique <= max(0.9 * n_present, 20):
        return "categorical" if _mean_words(column) < 12 else "text"
    if n_unique > 0.5 * n_present:
        return "text" if _mean_words(column) >= 2.5 or not _ascii_words(column) else "id"
    return "text" if _mean_words(column) >= 6 else "categorical"


def _check_roles(table: Table, target: str | None, roles: Mapping[str, str]) -> None:
    for name, role in roles.items():
        column = table[name]
        if role not in get_args(Role):
            raise DataError(
                "{role!r} is not a role (column {column!r}); choose one of {choices}.",
                role=role,
                column=name,
                choices=", ".join(get_args(Role)),
            )
        wrong = (role == "numeric" and column.kind != "number") or (role == "date" and column.kind != "date")
        if wrong or (role == "time" and column.kind == "text"):
            raise DataError(
                "Column {column!r} holds {kind} cells and cannot have the role {role}; choose categorical or "
                "ignored.",
                column=name,
                kind=column.kind,
                role=role,
            )
    if target is not None:
        _ = table[target]


def _describe(column: Column, role: str | None) -> ColumnSchema:
    n_missing = int(column.missing().sum())
    minimum = maximum = mean = None
    if column.kind == "text":
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.vocabulary))
        n_unique = int(np.count_nonzero(counts))
        top = np.argsort(-counts, kind="stable")[: min(3, n_unique)]
        examples = tuple(column.vocabulary[i] for i in top.tolist())
    else:
        known = column.numbers[~np.isnan(column.numbers)]
        values, counts = np.unique(known, return_counts=True)
        n_unique = len(values)
        if n_unique:
            minimum, maximum, mean = float(values[0]), float(values[-1]), float(np.mean(known))
        top = np.argsort(-counts, kind="stable")[:3] if n_unique < len(known) else np.arange(min(3, n_unique))
        shown = Column(column.name, column.kind, numbers=values[top])
        examples = tuple(str(cell) for cell in shown.raw(np.arange(len(top))))
    chosen: Any = role or infer_role(column, n_missing, n_unique)
    return ColumnSchema(
        column.name,
        column.kind,
        chosen,
        n_missing,
        n_unique,
        minimum,
        maximum,
        mean,
        examples,
        column.date_format,
    )


def _is_counter(column: Column, n_present: int, n_unique: int) -> bool:
    """Whether whole numbers, all different and none missing, count the rows or are called an id."""
    if n_unique < n_present or n_present < len(column) or n_unique < 20:
        return False
    if not np.all(column.numbers == np.floor(column.numbers)):
        return False
    counts_rows = float(column.numbers.max() - column.numbers.min()) == n_unique - 1
    return (
        counts_rows or _ID_NAME.search(column.name) is not None or _CAMEL_ID.search(column.name) is not None
    )


def _mean_words(column: Column) -> float:
    sample = column.vocabulary[:: max(1, len(column.vocabulary) // 1000)]
    return sum(len(word.split()) if word.isascii() else len(word) / 3 for word in sample) / max(
        1, len(sample)
    )


def _ascii_words(column: Column) -> bool:
    sample = column.vocabulary[:: max(1, len(column.vocabulary) // 1000)]
    return sum(word.isascii() for word in sample) >= 0.5 * len(sample)
