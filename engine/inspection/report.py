"""What a user should know of a table before a search: findings, and a small picture of every column.
JSON-able."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.columns import Column, WordColumn, cells_of
from ..data.schema import TableSchema
from ..data.table import Table
from ..data.target import Target, encode_target
from ..domain.errors import DataError
from ..domain.inspections import Finding, Severity
from ..domain.kinds import CATEGORY_ROLES, DATE_ROLES, KINDS, NUMBER_ROLES, input_kind, joined_kinds
from ..domain.spec import SplitSpec
from ..domain.stored import encoded
from ..kinds.near_duplicates import NearDuplicates, first_hashes, mixed
from ..splits.splitting import keeps_copies
from .findings import far_values, finding
from .leakage import MAX_ROWS, single_column_score

_ORDER = {"serious": 0, "warning": 1, "info": 2}
_N_BINS = 20
_N_TOP = 10
# (warning, serious) by task, see leakage.single_column_score.
_LEAKAGE: Mapping[str, tuple[float, float]] = {
    "binary": (0.97, 0.995),
    "multiclass": (0.95, 0.99),
    "regression": (0.97, 0.99),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """The distribution of one column: a histogram of numbers and dates, the commonest values of text.

    Attributes
    ----------
    edges : tuple of float
        Bin edges; empty for text.
    counts : tuple of int
    top : tuple of (str, int)
        Value and rows, the commonest first; empty for numbers and dates.
    """

    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    top: tuple[tuple[str, int], ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return ``{"histogram": {"edges", "counts"}}`` or ``{"top": [[value, count], …]}``."""
        if self.edges:
            return {"histogram": {"edges": list(self.edges), "counts": list(self.counts)}}
        return {"top": [list(pair) for pair in self.top]}


@dataclass(frozen=True, slots=True)
class DataReport:
    """Findings, the gravest first, and a picture of every column by name."""

    findings: tuple[Finding, ...]
    pictures: Mapping[str, Distribution]

    def to_json(self) -> dict[str, object]:
        """Return a JSON-ready dict."""
        return {
            "findings": [encoded(f) for f in self.findings],
            "pictures": {name: picture.to_json() for name, picture in self.pictures.items()},
        }


def build_report(
    table: Table,
    schema: TableSchema,
    target: Target | None = None,
    split: SplitSpec | None = None,
    near: NearDuplicates | None = None,
) -> DataReport:
    """Look over a table.

    Parameters
    ----------
    table : Table
    schema : TableSchema
    target : Target, optional
        As `encode_target` gave it; encoded here where the schema has a target that can be.
    split : SplitSpec, optional
        The folds that every class should be in; the usual ones where none are given.
    near : NearDuplicates, optional
        Of the target's rows, where they were looked for.
    """
    found: list[Finding] = []
    if target is None and schema.target is not None:
        try:
            target = encode_target(table, schema)
        except DataError as error:
            found.append(Finding("serious", "target", schema.target.name, error.sentence))
    found += _columns(table, schema)
    repeats = _duplicates(table, schema)
    if near is not None and _stay_together(near, table, schema, target, split):
        repeats = [_near_duplicates(near, table.n_rows), *(one for one in repeats if one.code == "conflicts")]
    found += repeats
    found += far_values(table, schema)
    if target is not None and schema.target is not None:
        found += _target(target, schema.target.name)
        found += _rare_classes(target, schema.target.name, split or SplitSpec())
        found += _leakage(table, schema, target)
    found.sort(key=lambda f: _ORDER[f.severity])
    return DataReport(tuple(found), {c.name: picture(c) for c in table})


def picture(column: Column) -> Distribution:
    """Return the distribution of a column."""
    cells = cells_of(column)
    if isinstance(cells, WordColumn):
        counts = np.bincount(cells.codes[cells.codes >= 0], minlength=len(cells.vocabulary))
        order = np.argsort(-counts, kind="stable")[:_N_TOP].tolist()
        return Distribution(top=tuple((cells.vocabulary[i], int(counts[i])) for i in order if counts[i]))
    known = cells.numbers[~cells.missing()]
    if not len(known):
        return Distribution()
    low, high = float(known.min()), float(known.max())
    if not np.isfinite((high - low) * 2) or high - low <= 1e-12 * max(abs(low), abs(high)):
        return Distribution((low, high), (len(known),))
    counts, edges = np.histogram(known, bins=_N_BINS, range=(low, high))
    return Distribution(tuple(edges.tolist()), tuple(counts.tolist()))


def _columns(table: Table, schema: TableSchema) -> list[Finding]:
    found: list[Finding] = []
    if not schema.features:
        found.append(
            finding(
                "serious",
                "no_features",
                None,
                "No column can be used as an input; give one the role numeric, categorical or date.",
            )
        )
    for c in schema.columns:
        if c.role == "constant":
            found.append(
                finding(
                    "info", "constant", c.name, "Column {column!r} is the same in every row and is left out."
                )
            )
        elif c.role == "id":
            found.append(
                finding("info", "id", c.name, "Column {column!r} looks like an identifier and is left out.")
            )
        elif (kind := input_kind(c.role)) and kind.name not in schema.kinds and kind.has_long_cells:
            found.append(
                finding(
                    "info",
                    "text",
                    c.name,
                    "Column {column!r} is free text and is left out; the kind {kind} uses it.",
                    kind=joined_kinds(tuple(k for k in KINDS if k in (*schema.kinds, kind.name))),
                )
            )
        elif c.role in CATEGORY_ROLES and c.n_unique > 100:
            found.append(
                finding(
                    "info",
                    "high_cardinality",
                    c.name,
                    "Column {column!r} has {n:,} categories; rare ones are put together.",
                    n=c.n_unique,
                )
            )
        if c.n_missing and c.role in (*NUMBER_ROLES, *CATEGORY_ROLES, *DATE_ROLES):
            fraction = c.n_missing / max(table.n_rows, 1)
            severity: Severity = "serious" if fraction > 0.95 else "warning" if fraction > 0.3 else "info"
            found.append(
                finding(
                    severity,
                    "missing",
                    c.name,
                    "Missing cells of {column!r}: {n:,} of {n_rows:,} ({percent}%).",
                    n=c.n_missing,
                    n_rows=table.n_rows,
                    percent=round(100 * fraction, 1),
                )
            )
    return found


def _duplicates(table: Table, schema: TableSchema) -> list[Finding]:
    compared = [c.name for c in schema.columns if c.role not in ("id", "ignored", "constant")]
    goal = schema.target
    inputs = [name for name in compared if goal is None or name != goal.name]
    if not inputs:
        return []
    found: list[Finding] = []
    n_duplicates = table.n_rows - len(np.unique(_row_hashes(table, compared)))
    if n_duplicates:
        severity: Severity = "warning" if n_duplicates > 0.01 * table.n_rows else "info"
        found.append(
            finding(
                severity,
                "duplicates",
                None,
                "Rows that repeat another one (identifiers left aside): {n:,} of {n_rows:,}; a copy in another "
                "fold makes scores too good.",
                n=n_duplicates,
                n_rows=table.n_rows,
            )
        )
    if schema.target is not None and schema.target.storage == "text":
        n_conflicts = (table.n_rows - len(np.unique(_row_hashes(table, inputs)))) - n_duplicates
        if n_conflicts > 0:
            found.append(
                finding(
                    "info",
                    "conflicts",
                    schema.target.name,
                    "Rows that equal another one in every input but not in {column!r}: {n:,}; no network can tell "
                    "them apart.",
                    n=n_conflicts,
                )
            )
    return found


def _stay_together(
    near: NearDuplicates, table: Table, schema: TableSchema, target: Target | None, split: SplitSpec | None
) -> bool:
    try:
        return target is not None and keeps_copies(split or SplitSpec(), target, table, schema, near)
    except DataError:
        # Folds that cannot be drawn are refused where they are asked for.
        return False


def _near_duplicates(near: NearDuplicates, n_rows: int) -> Finding:
    return finding(
        "warning" if near.n_rows > 0.01 * n_rows else "info",
        "near_duplicates",
        None,
        "Rows that are near-duplicates in their inputs: {n:,} of {n_rows:,}, in {n_sets:,} sets; each set stays on "
        "one side of every split.",
        n=near.n_rows,
        n_rows=n_rows,
        n_sets=near.n_sets,
    )


def _row_hashes(table: Table, names: list[str]) -> NDArray[np.uint64]:
    """Return one 64-bit hash per row; two different rows share one with a probability of about n² / 2**65."""
    state = first_hashes(table.n_rows)
    for name in names:
        column = table.cells(name)
        if isinstance(column, WordColumn):
            bits = column.codes.astype(np.int64).view(np.uint64)
        else:
            cells = column.numbers + 0.0
            cells[np.isnan(cells)] = np.nan
            bits = cells.view(np.uint64)
        state = mixed(state, bits)
    return state


def _target(target: Target, name: str) -> list[Finding]:
    found = [Finding("warning", "target", name, message) for message in target.messages]
    counts = [n for _, n in target.counts()]
    if counts and min(counts) < 0.2 * sum(counts) / len(counts):
        label, least = min(target.counts(), key=lambda pair: pair[1])
        found.append(
            finding(
                "warning" if least < 0.02 * sum(counts) else "info",
                "imbalance",
                name,
                "The classes of {column!r} are uneven: {value!r} has {n:,} of {n_rows:,} rows; accuracy alone "
                "will say little.",
                value=label,
                n=least,
                n_rows=sum(counts),
            )
        )
    if len(target.rows) < 100:
        found.append(
            finding(
                "warning",
                "few_rows",
                None,
                "There are only {n} rows; scores will vary much by chance, use repeats.",
                n=len(target.rows),
            )
        )
    return found


def _rare_classes(target: Target, name: str, split: SplitSpec) -> list[Finding]:
    """Find the classes that are too small to be in every fold of what the holdout leaves."""
    rare = [(label, n) for label, n in target.counts() if n - round(split.holdout * n) < split.n_folds]
    if not rare:
        return []
    shown = ", ".join(f"{label!r} ({n})" for label, n in rare[:_N_TOP])
    return [
        finding(
            "warning",
            "rare_classes",
            name,
            "Classes of {column!r} with too few rows for {n_folds} folds and the holdout: {classes}; some folds are "
            "judged without them. Use fewer folds, merge such classes in the file, or leave their rows out.",
            n_folds=split.n_folds,
            classes=shown + (", …" if len(rare) > _N_TOP else ""),
        )
    ]


def _leakage(table: Table, schema: TableSchema, target: Target) -> list[Finding]:
    warn, serious = _LEAKAGE[target.task]
    order = np.random.default_rng(0).permutation(len(target.rows))[:MAX_ROWS]
    rows, values = target.rows[order], target.values[order].astype(np.float64)
    found: list[Finding] = []
    for c in schema.features:
        score = single_column_score(table[c.name], target, rows, values)
        if score >= warn:
            found.append(
                finding(
                    "serious" if score >= serious else "warning",
                    "leakage",
                    c.name,
                    "Column {column!r} alone tells nearly all of the target (score {score} on {n:,} rows); if "
                    "it is known only afterwards, give it the role ignored.",
                    score=round(score, 3),
                    n=len(rows),
                )
            )
    return found
