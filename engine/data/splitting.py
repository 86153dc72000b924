"""Folds, repeats and a holdout: drawn once per study from a seed, stored, and shared by every trial and
baseline."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, Message
from ..spec import SplitSpec
from ..statistics.epochs import fold_voters
from .schema import SPLIT_COLUMN, TableSchema
from .table import Column, Rows, Table
from .target import Target

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # equal splits give equal bytes


@dataclass(frozen=True, slots=True, eq=False)
class Splits:
    """Which rows train and validate each replica; all rows are positions in the table, ascending.

    Attributes
    ----------
    kind : {"stratified", "plain", "grouped", "time"}
    n_folds, n_repeats : int
    development, holdout : ndarray of shape (n,), int64
        Rows that the search may see, and rows that it never sees (maybe none).
    train, valid : tuple of ndarray of int64
        Of replica ``repeat * n_folds + fold``. Validation parts cover the development rows once per repeat,
        but for time-ordered folds, where the first rows only train.
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

    @property
    def n_replicas(self) -> int:
        """Folds × repeats."""
        return self.n_folds * self.n_repeats

    @property
    def voters(self) -> tuple[Rows, ...]:
        """By replica, the replicas whose scores choose the epoch that it keeps; see `engine.statistics.epochs`."""
        return fold_voters(self.n_folds, self.n_repeats, in_order=self.kind in ("time", "order"))

    def digest(self) -> str:
        """Return the sha256 (hex) of all rows of all parts."""
        sha = hashlib.sha256(f"{self.kind}/{self.n_folds}/{self.n_repeats}".encode())
        for name, rows in self._arrays().items():
            sha.update(f"{name}/{len(rows)}".encode())
            sha.update(rows.astype("<i8").tobytes())
        return sha.hexdigest()

    def to_npz_bytes(self) -> bytes:
        """Return a NumPy ``.npz`` archive; equal splits give equal bytes."""
        arrays = {"shape": np.array([self.n_folds, self.n_repeats], np.int64), "kind": np.array(self.kind)}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in {**arrays, **self._arrays()}.items():
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
                )
        except (ValueError, KeyError, OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise DataError("The stored splits are damaged: {reason}.", reason=str(error)) from error

    def _arrays(self) -> dict[str, Rows]:
        arrays = {"development": self.development, "holdout": self.holdout}
        arrays |= {f"train{i}": rows for i, rows in enumerate(self.train)}
        return arrays | {f"valid{i}": rows for i, rows in enumerate(self.valid)}


def draw_splits(spec: SplitSpec, target: Target, table: Table, schema: TableSchema, seed: int) -> Splits:
    """Draw the holdout and the folds.

    Raises
    ------
    DataError
        Where there are too few rows, classes, groups or times for the folds that the holdout leaves, the column that
        the kind needs has no role ``group`` or ``time``, a time is missing, or the official holdout does not fit.
    """
    kind = _resolve(spec, target, schema)
    n = len(target.rows)
    if n < 2 * spec.n_folds:
        raise _too_few(n, spec)
    if kind == "time":
        if spec.holdout_part:
            raise DataError("Folds in time order take the latest rows as the holdout; give it as a fraction.")
        return _time_splits(spec, target, _role_column(table, schema, "time"))
    classes = target.values if target.task != "regression" and kind != "plain" else np.zeros(n, np.int64)
    units = (
        _groups(_role_column(table, schema, "group"), target.rows, spec)
        if kind == "grouped"
        else np.arange(n)
    )
    rng = np.random.default_rng([seed, 0])
    held = (
        _official_holdout(table, target.rows, spec)
        if spec.holdout_part
        else _draw_holdout(spec, units, classes, kind, rng)
    )
    development = np.flatnonzero(~held)
    if len(development) < spec.n_folds:
        raise _too_few(len(development), spec)
    if kind == "grouped":
        _check_groups(_role_column(table, schema, "group"), units[development], spec, spec.n_folds)
    messages = _check_strata(spec, target, development, kind)
    if kind == "grouped" and spec.holdout_part:
        column = _role_column(table, schema, "group")
        messages += _check_sides(spec, column, target.rows, units, held)
    train: list[Rows] = []
    valid: list[Rows] = []
    for repeat in range(spec.n_repeats):
        rng = np.random.default_rng([seed, 1 + repeat])
        fold = _assign(units[development], classes[development], spec.n_folds, kind, rng)
        for k in range(spec.n_folds):
            train.append(target.rows[development[fold != k]])
            valid.append(target.rows[development[fold == k]])
    return Splits(
        kind,
        spec.n_folds,
        spec.n_repeats,
        target.rows[development],
        target.rows[held],
        tuple(train),
        tuple(valid),
        messages,
    )


def _too_few(n: int, spec: SplitSpec) -> DataError:
    return DataError(
        "The rows with a target are too few ({n}) for {n_folds} folds; use fewer folds or more data.",
        n=n,
        n_folds=spec.n_folds,
    )


def _resolve(spec: SplitSpec, target: Target, schema: TableSchema) -> str:
    if spec.kind != "auto":
        if spec.kind == "stratified" and target.task == "regression":
            raise DataError("A regression target has no classes to stratify by; choose plain folds.")
        return spec.kind
    for role, kind in (("group", "grouped"), ("time", "time")):
        if schema.with_role(role):
            return kind
    return "plain" if target.task == "regression" else "stratified"


def _role_column(table: Table, schema: TableSchema, role: str) -> Column:
    columns = schema.with_role(role)
    if not columns:
        raise DataError(
            "These folds need a column with the role {role}; give one column that role.", role=role
        )
    return table[columns[0].name]


def _groups(column: Column, rows: Rows, spec: SplitSpec) -> NDArray[np.int64]:
    """Return group numbers of shape (n,); every row without a group is a group of its own."""
    codes = column.categories()[0][rows].astype(np.int64)
    alone = np.flatnonzero(codes < 0)
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(len(alone))
    groups = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    _check_groups(column, groups, spec, spec.n_folds + (spec.holdout > 0 or spec.holdout_part != ""))
    return groups


def _check_groups(column: Column, groups: NDArray[np.int64], spec: SplitSpec, least: int) -> None:
    n = len(np.unique(groups))
    if n < least:
        raise DataError(
            "Column {column!r} has too few groups ({n}); {n_folds} folds and the holdout need at least {least}.",
            column=column.name,
            n=n,
            n_folds=spec.n_folds,
            least=least,
        )


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
    if SPLIT_COLUMN not in table or table[SPLIT_COLUMN].kind != "text":
        return {}
    column = table[SPLIT_COLUMN]
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.vocabulary))
    return {word: n for word, n in zip(column.vocabulary, counts.tolist(), strict=True) if n}


def _official_holdout(table: Table, rows: Rows, spec: SplitSpec) -> NDArray[np.bool_]:
    if SPLIT_COLUMN not in table or table[SPLIT_COLUMN].kind != "text":
        raise DataError(
            "There is no column {column!r} that says which rows are {part!r}; give the holdout as a fraction.",
            column=SPLIT_COLUMN,
            part=spec.holdout_part,
        )
    column = table[SPLIT_COLUMN]
    codes = [i for i, word in enumerate(column.vocabulary) if word == spec.holdout_part]
    held = np.isin(column.codes[rows], codes)
    if not held.any() or len(held) - held.sum() < 2 * spec.n_folds:
        raise DataError(
            "Column {column!r} says {part!r} in {n:,} of {n_rows:,} rows; some must be the holdout and enough must be "
            "left for the folds.",
            column=SPLIT_COLUMN, part=spec.holdout_part, n=int(held.sum()), n_rows=len(held),
        )  # fmt: skip
    return held


def _draw_holdout(
    spec: SplitSpec, units: NDArray[np.int64], classes: NDArray[np.int64], kind: str, rng: np.random.Generator
) -> NDArray[np.bool_]:
    fraction = spec.holdout
    held = np.zeros(len(units), bool)
    if fraction <= 0:
        return held
    if kind == "grouped":
        n_groups = int(units.max()) + 1
        n_parts = max(2, min(round(1 / min(fraction, 1 - fraction)), n_groups))
        if n_groups > 60:
            n_parts = min(max(n_parts, 20), n_groups // 3)
        parts = _assign_groups(units, classes, n_parts, rng)
        n_taken = max(1, round(fraction * (int(parts.max()) + 1)))
        groups = np.unique(units[parts < n_taken])
        most = n_groups - spec.n_folds  # `_groups` has seen to it that this is at least 1
        if len(groups) > most:  # every fold needs a group of its own
            groups = rng.permutation(groups)[:most]
        return np.isin(units, groups)
    for rows, n_held in zip(*_class_quotas(fraction, classes), strict=True):
        held[rng.permutation(rows)[:n_held]] = True
    return held


def _class_quotas(fraction: float, classes: NDArray[np.int64]) -> tuple[list[Rows], list[int]]:
    """Return rows by class, and how many of each are held out: by largest remainder, never the last of a
    class."""
    parts = [np.flatnonzero(classes == c) for c in np.unique(classes)]
    ideal = np.array([fraction * len(p) for p in parts])
    quota = np.floor(ideal).astype(int)
    for c in np.argsort(quota - ideal, kind="stable")[: max(0, round(fraction * len(classes)) - quota.sum())]:
        quota[c] += 1
    return parts, [min(int(q), len(p) - 1) for q, p in zip(quota, parts, strict=True)]


def _assign(
    units: NDArray[np.int64], classes: NDArray[np.int64], n_folds: int, kind: str, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the validation fold of each row, shape (n,)."""
    if kind == "grouped":
        return _assign_groups(units, classes, n_folds, rng)
    fold = np.empty(len(units), np.int64)
    start = 0
    for c in np.unique(
        classes
    ):  # dealt out in turn, on from where the class before ended: sizes differ by one
        rows = rng.permutation(np.flatnonzero(classes == c))
        fold[rows] = (start + np.arange(len(rows))) % n_folds
        start = (start + len(rows)) % n_folds
    return fold


def _assign_groups(
    units: NDArray[np.int64], classes: NDArray[np.int64], n_folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Deal whole groups, the largest first, each to the fold that stays nearest to its share of every
    class."""
    groups, unit = np.unique(units, return_inverse=True)
    n_classes = int(classes.max()) + 1
    counts = np.bincount(unit * n_classes + classes, minlength=len(groups) * n_classes).reshape(-1, n_classes)
    share = np.maximum(counts.sum(axis=0), 1) / n_folds
    order = rng.permutation(len(groups))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    filled = np.zeros((n_folds, n_classes))
    sizes = np.zeros(n_folds)
    fold_of = np.empty(len(groups), np.int64)
    for i, group in enumerate(order):
        load = (((filled + counts[group]) / share) ** 2 - (filled / share) ** 2).sum(axis=1)
        load = load + 1e-9 * sizes
        if len(order) - i <= np.count_nonzero(sizes == 0):  # no fold may stay empty
            load[sizes > 0] = np.inf
        best = int(np.argmin(load))
        filled[best] += counts[group]
        sizes[best] += counts[group].sum()
        fold_of[group] = best
    return fold_of[unit]


def _check_strata(spec: SplitSpec, target: Target, development: Rows, kind: str) -> tuple[Message, ...]:
    if target.task == "regression" or kind == "plain":
        return ()
    counts = np.bincount(target.values[development], minlength=len(target.labels))
    if counts.max() < spec.n_folds:
        raise DataError(
            "No class has as many rows as there are folds ({n_folds}); use fewer folds or more data.",
            n_folds=spec.n_folds,
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


def _time_splits(spec: SplitSpec, target: Target, column: Column) -> Splits:
    """Train on the past, validate on what follows: block k + 1 after blocks 0 … k; the holdout comes last of
    all."""
    if column.kind == "text":
        raise DataError("Column {column!r} holds text and cannot order rows in time.", column=column.name)
    times = column.numbers[target.rows]
    n_missing = int(np.isnan(times).sum())
    if n_missing:
        raise DataError(
            "Column {column!r} has the role time, but not every row has a value in it (missing: {n:,}); fill "
            "them in or choose other folds.",
            column=column.name,
            n=n_missing,
        )
    order = np.argsort(times, kind="stable")
    ordered = times[order]
    n_held = round(spec.holdout * len(order))
    end = _moment(ordered, len(order) - n_held)
    bounds = [
        _moment(ordered[:end], round(k * end / (spec.n_folds + 1))) for k in range(1, spec.n_folds + 1)
    ] + [end]
    if end <= 0 or (spec.holdout > 0 and end == len(order)) or min(np.diff([0, *bounds])) <= 0:
        raise DataError(
            "Column {column!r} has too few different times for {n_folds} folds; use fewer.",
            column=column.name,
            n_folds=spec.n_folds,
        )
    rows = target.rows[order]
    train = tuple(np.sort(rows[: bounds[k]]) for k in range(spec.n_folds))
    valid = tuple(np.sort(rows[bounds[k] : bounds[k + 1]]) for k in range(spec.n_folds))
    return Splits(
        "time",
        spec.n_folds,
        spec.n_repeats,
        np.sort(rows[:end]),
        np.sort(rows[end:]),
        train * spec.n_repeats,
        valid * spec.n_repeats,
    )


def _moment(ordered: NDArray[np.float64], position: int) -> int:
    """Move a bound back to where a new time begins, so that one moment is never on both sides of it."""
    if position >= len(ordered):
        return len(ordered)
    return int(np.searchsorted(ordered, ordered[position], side="left"))
