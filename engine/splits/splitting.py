"""Folds, repeats and a holdout: drawn once per study from a seed, stored, and shared by every trial and
baseline."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.columns import Column, Rows
from ..data.schema import SPLIT_COLUMN, TableSchema
from ..data.table import Table
from ..data.target import Target
from ..domain.errors import DataError, Message
from ..domain.spec import ORDERED_SPLITS, SplitSpec
from ..statistics.epochs import fold_voters
from .dealing import assign_folds, draw_holdout
from .near_duplicates import NearDuplicates
from .ordered import by_order, by_time
from .units import (
    COPIES_LINK_GROUPS,
    are_many,
    check_groups,
    copies_of,
    copies_with_groups,
    group_column,
    group_numbers,
    linked_numbers,
    role_column,
)

# Equal splits give equal bytes.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """Which rows train and validate each replica; all rows are positions in the table, ascending.

    Attributes
    ----------
    kind : {"stratified", "plain", "grouped", "time", "order"}
    n_folds, n_repeats : int
    development, holdout : ndarray of shape (n,), int64
        Rows that the search may see, and rows that it never sees (maybe none).
    train, valid : tuple of ndarray of int64
        Of replica ``repeat * n_folds + fold``. Validation parts cover the development rows once per repeat,
        but for folds by time or order, where the first rows only train, and rows in the gap before the holdout are in
        no part.
    units : ndarray of shape (n_development,), int64, optional
        Equal numbers for development rows that no split parts: rows of one group, and near-duplicates. None in folds
        by time or order, and where version 0.1.0 drew the splits.
    messages : tuple of Message
        What could not be kept, a class too small to be in every fold for instance. Not stored.
    """

    kind: str
    n_folds: int
    n_repeats: int
    development: Rows
    holdout: Rows
    train: tuple[Rows, ...]
    valid: tuple[Rows, ...]
    messages: tuple[Message, ...] = ()
    units: Rows | None = None

    @property
    def n_replicas(self) -> int:
        """Folds × repeats."""
        return self.n_folds * self.n_repeats

    @property
    def is_ordered(self) -> bool:
        """Whether the folds follow one another."""
        return self.kind in ORDERED_SPLITS

    @property
    def voters(self) -> tuple[Rows, ...]:
        """By replica, the replicas whose scores choose the epoch that it keeps; see `engine.statistics.epochs`."""
        return fold_voters(self.n_folds, self.n_repeats, in_order=self.is_ordered)

    def digest(self) -> str:
        """Return the sha256 (hex) of all rows of all parts; the units, which follow from the data, are left out."""
        sha = hashlib.sha256(f"{self.kind}/{self.n_folds}/{self.n_repeats}".encode())
        for name, rows in self._parts().items():
            sha.update(f"{name}/{len(rows)}".encode())
            sha.update(rows.astype("<i8").tobytes())
        return sha.hexdigest()

    def to_npz_bytes(self) -> bytes:
        """Return a NumPy ``.npz`` archive; equal splits give equal bytes."""
        arrays = {"shape": np.array([self.n_folds, self.n_repeats], np.int64), "kind": np.array(self.kind)}
        units = {} if self.units is None else {"units": self.units}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in {**arrays, **self._parts(), **units}.items():
                cell = io.BytesIO()
                np.lib.format.write_array(cell, array, allow_pickle=False)
                archive.writestr(
                    zipfile.ZipInfo(f"{name}.npy", _FIXED_DATE), cell.getvalue(), zipfile.ZIP_DEFLATED
                )
        return buffer.getvalue()

    @classmethod
    def from_npz_bytes(cls, data: bytes) -> Splits:
        """Rebuild splits.

        Raises
        ------
        DataError
            Where `data` is not what `to_npz_bytes` gave.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                n_folds, n_repeats = (int(n) for n in stored["shape"])
                parts = [
                    tuple(stored[f"{part}{i}"] for i in range(n_folds * n_repeats))
                    for part in ("train", "valid")
                ]
                return cls(
                    str(stored["kind"]),
                    n_folds,
                    n_repeats,
                    stored["development"],
                    stored["holdout"],
                    parts[0],
                    parts[1],
                    units=stored.get("units"),
                )
        except (ValueError, KeyError, OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise DataError("The stored splits are damaged: {reason}.", reason=str(error)) from error

    def _parts(self) -> dict[str, Rows]:
        arrays = {"development": self.development, "holdout": self.holdout}
        arrays |= {f"train{i}": rows for i, rows in enumerate(self.train)}
        return arrays | {f"valid{i}": rows for i, rows in enumerate(self.valid)}


def draw_splits(
    spec: SplitSpec,
    target: Target,
    table: Table,
    schema: TableSchema,
    seed: int,
    duplicates: NearDuplicates | None = None,
) -> Splits:
    """Draw the holdout and the folds.

    Parameters
    ----------
    seed : int
        Of the study; for a split that has none of its own.
    duplicates : NearDuplicates, optional
        Of the target's rows, where they are known; else they are looked for here.

    Raises
    ------
    DataError
        Where there are too few rows, classes, groups or times for the folds that the holdout leaves, the column that
        the kind needs has no role ``group`` or ``time``, a time is missing, or the official holdout does not fit.
    """
    kind = resolved_kind(spec, target, schema)
    n = len(target.rows)
    if n < 2 * spec.n_folds:
        raise _too_few(n, spec)
    if spec.gap and kind not in ORDERED_SPLITS:
        raise DataError(
            "A gap of rows belongs to folds by order or time, not to {split} ones; choose one of those, or no gap.",
            split=kind,
        )
    units, copies, messages = split_units(spec, target, table, schema, duplicates)
    if kind in ORDERED_SPLITS:
        return _ordered_splits(spec, target, table, schema, kind, copies, messages)
    classes = target.values if target.task != "regression" and kind != "plain" else np.zeros(n, np.int64)
    by_unit = kind == "grouped" or are_many(units)
    seed = seed if spec.seed is None else spec.seed
    rng = np.random.default_rng([seed, 0])
    held = (
        _official_holdout(table, target.rows, spec)
        if spec.holdout_part
        else draw_holdout(spec, units, classes, by_unit=by_unit, rng=rng)
    )
    development = np.flatnonzero(~held)
    if spec.holdout_part:
        messages += _check_holdout(spec, target, table, schema, kind, held)
        development = development[~np.isin(copies[development], copies[held])]
    if len(development) < spec.n_folds:
        raise _too_few(len(development), spec)
    if kind == "grouped":
        check_groups(group_column(spec, table, schema), units[development], spec, spec.n_folds)
    messages = _check_strata(spec, target, development, kind) + messages
    return _with_repeats(
        Splits(
            kind,
            spec.n_folds,
            spec.n_repeats,
            target.rows[development],
            target.rows[held],
            (),
            (),
            messages,
            units[development],
        ),
        classes[development],
        range(spec.n_repeats),
        seed,
        by_unit=by_unit,
    )


def further_repeats(splits: Splits, target: Target, n_repeats: int, seed: int) -> Splits | None:
    """Return the folds of the repeats that come after a study's own, of the same development rows.

    Parameters
    ----------
    splits : Splits
        Not in order.
    n_repeats : int
        How many more.
    seed : int
        That `splits` were drawn with.

    Returns
    -------
    Splits, or None
        Of `n_repeats` repeats; None where `splits` do not tell which rows belong together.
    """
    if splits.units is None:
        return None
    kept = target.task != "regression" and splits.kind != "plain"
    rows = splits.development
    classes = target.at(rows) if kept else np.zeros(len(rows), np.int64)
    repeats = range(splits.n_repeats, splits.n_repeats + n_repeats)
    by_unit = splits.kind == "grouped" or are_many(splits.units)
    further = dataclasses.replace(splits, n_repeats=n_repeats, messages=())
    return _with_repeats(further, classes, repeats, seed, by_unit=by_unit)


def _with_repeats(
    splits: Splits, classes: NDArray[np.int64], repeats: range, seed: int, *, by_unit: bool
) -> Splits:
    """Return `splits` with the folds of repeats; `classes` has shape (n_development,)."""
    assert splits.units is not None  # noqa: S101 - both callers have them
    train: list[Rows] = []
    valid: list[Rows] = []
    for repeat in repeats:
        rng = np.random.default_rng([seed, 1 + repeat])
        fold = assign_folds(splits.units, classes, splits.n_folds, by_unit=by_unit, rng=rng)
        for k in range(splits.n_folds):
            train.append(splits.development[fold != k])
            valid.append(splits.development[fold == k])
    return dataclasses.replace(splits, train=tuple(train), valid=tuple(valid))


def split_units(
    spec: SplitSpec,
    target: Target,
    table: Table,
    schema: TableSchema,
    duplicates: NearDuplicates | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[Message, ...]]:
    """Return which rows of the target no split parts: by groups and near-duplicates together, and by these alone.

    Returns
    -------
    units, copies : ndarrays of shape (n,), int64
        Equal numbers stay together.
    messages : tuple of Message
        What is to be said of near-duplicates.
    """
    copies, messages = copies_of(spec, target, table, schema, duplicates)
    if resolved_kind(spec, target, schema) != "grouped":
        return copies, copies, messages
    groups = group_numbers(group_column(spec, table, schema), target.rows, spec)
    kept = copies_with_groups(spec, copies, groups)
    if kept is not copies:
        messages = (COPIES_LINK_GROUPS,)
    return linked_numbers(groups, kept), kept, messages


def keeps_copies(
    spec: SplitSpec, target: Target, table: Table, schema: TableSchema, found: NearDuplicates
) -> bool:
    """Whether no near-duplicate of a row stands on another side of a split than the row.

    Raises
    ------
    DataError
        Where there are too few groups for the folds.
    """
    copies = split_units(spec, target, table, schema, found)[1]
    return found.n_rows > 0 and len(np.unique(copies)) < len(copies)


def _ordered_splits(
    spec: SplitSpec,
    target: Target,
    table: Table,
    schema: TableSchema,
    kind: str,
    copies: NDArray[np.int64],
    messages: tuple[Message, ...],
) -> Splits:
    if spec.holdout_part:
        raise DataError("Folds in time order take the latest rows as the holdout; give it as a fraction.")
    parts = (
        by_order(spec, target, copies)
        if kind == "order"
        else by_time(spec, target, role_column(table, schema, "time"), copies)
    )
    return Splits(
        kind,
        spec.n_folds,
        spec.n_repeats,
        parts.development,
        parts.holdout,
        parts.train * spec.n_repeats,
        parts.valid * spec.n_repeats,
        parts.messages + messages,
    )


def _check_holdout(
    spec: SplitSpec, target: Target, table: Table, schema: TableSchema, kind: str, held: NDArray[np.bool_]
) -> tuple[Message, ...]:
    if kind != "grouped":
        return ()
    column = group_column(spec, table, schema)
    return _check_sides(spec, column, target.rows, group_numbers(column, target.rows, spec), held)


def _too_few(n: int, spec: SplitSpec) -> DataError:
    return DataError(
        "The rows with a target are too few ({n}) for {n_folds} folds; use fewer folds or more data.",
        n=n,
        n_folds=spec.n_folds,
    )


def resolved_kind(spec: SplitSpec, target: Target, schema: TableSchema) -> str:
    """Return the kind of folds, never ``auto``.

    Raises
    ------
    DataError
        Where a regression target is to be stratified.
    """
    if spec.kind != "auto":
        if spec.kind == "stratified" and target.task == "regression":
            raise DataError("A regression target has no classes to stratify by; choose plain folds.")
        return spec.kind
    for role, kind in (("group", "grouped"), ("time", "time")):
        if schema.with_role(role):
            return kind
    if spec.name_part:
        return "grouped"
    return "plain" if target.task == "regression" else "stratified"


def _check_sides(
    spec: SplitSpec, column: Column, rows: Rows, groups: NDArray[np.int64], held: NDArray[np.bool_]
) -> tuple[Message, ...]:
    """Return what to say of groups with rows in the official holdout and in the search."""
    shared = np.intersect1d(groups[held], groups[~held])
    if not len(shared):
        return ()
    first = rows[np.flatnonzero(groups == shared[0])[:1]]
    return (
        Message(
            "The holdout {part!r} shares groups with the rows of the search (column {column!r}: {n:,} of {n_groups:,} "
            "groups, for instance {group!r}): its score may be too good. Draw the holdout as a fraction to keep groups "
            "apart.",
            {
                "part": spec.holdout_part, "column": column.name, "n": len(shared),
                "n_groups": len(np.unique(groups)), "group": column.raw(first)[0],
            },
        ),
    )  # fmt: skip


def official_parts(table: Table) -> dict[str, int]:
    """Return the rows of each part that the column ``split`` names; none where there is no such column."""
    column = table.words(SPLIT_COLUMN)
    if column is None:
        return {}
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.vocabulary))
    return {word: n for word, n in zip(column.vocabulary, counts.tolist(), strict=True) if n}


def _official_holdout(table: Table, rows: Rows, spec: SplitSpec) -> NDArray[np.bool_]:
    column = table.words(SPLIT_COLUMN)
    if column is None:
        raise DataError(
            "There is no column {column!r} that says which rows are {part!r}; give the holdout as a fraction.",
            column=SPLIT_COLUMN,
            part=spec.holdout_part,
        )
    codes = [i for i, word in enumerate(column.vocabulary) if word == spec.holdout_part]
    held = np.isin(column.codes[rows], codes)
    if not held.any() or len(held) - held.sum() < 2 * spec.n_folds:
        raise DataError(
            "Column {column!r} says {part!r} in {n:,} of {n_rows:,} rows; some must be the holdout and enough must be "
            "left for the folds.",
            column=SPLIT_COLUMN, part=spec.holdout_part, n=int(held.sum()), n_rows=len(held),
        )  # fmt: skip
    return held


def _check_strata(spec: SplitSpec, target: Target, development: Rows, kind: str) -> tuple[Message, ...]:
    if target.task == "regression" or kind == "plain":
        return ()
    counts = np.bincount(target.values[development], minlength=len(target.labels))
    if counts.max() < spec.n_folds:
        raise DataError(
            "No class has as many rows as there are folds ({n_folds}); use fewer folds or more data.",
            n_folds=spec.n_folds,
        )
    if len(counts) == 2 and counts.min() < 2:
        raise DataError(
            "Class {value!r} has {n} rows for the search; no network can learn from it and be judged on it too. Add "
            "rows of it, or choose another target.",
            value=target.labels[int(counts.argmin())],
            n=int(counts.min()),
        )
    rare = np.flatnonzero(counts < spec.n_folds)
    return tuple(
        Message(
            "Class {value!r} has fewer rows for the search ({n}) than there are folds ({n_folds}), so some folds are "
            "judged without it; use fewer folds, or merge it with another class.",
            {"value": target.labels[c], "n": int(counts[c]), "n_folds": spec.n_folds},
        )
        for c in rare[:3].tolist()
    )
