"""Rows that stay together in every split: those of a group, and near-duplicates. Used by `splitting`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..data.columns import Column, Rows, WordColumn
from ..data.schema import TableSchema
from ..data.table import Table
from ..data.target import Target
from ..domain.errors import DataError, Message
from ..domain.spec import SplitSpec
from ..kinds.registry import likeness_of
from .near_duplicates import NearDuplicates, find_near_duplicates

# Of the rows.
_FEW_COPIES = 0.02


def group_column(spec: SplitSpec, table: Table, schema: TableSchema) -> Column:
    """Return the column of groups: the one with that role, or a part of the names of images.

    Raises
    ------
    DataError
        Where there is none.
    """
    if spec.name_part and not schema.with_role("group"):
        return _name_part_column(table, schema, spec.name_part)
    return role_column(table, schema, "group")


def parts_of_names(table: Table, schema: TableSchema) -> tuple[WordColumn, ...]:
    """Return the parts of the names of files, where rows have such, as columns in the order in which they are read."""
    return tuple(
        part for one in schema.inputs for part in likeness_of(one.kind).parts_of_names(table, one.columns)
    )


def _name_part_column(table: Table, schema: TableSchema, part: int) -> WordColumn:
    """Return a part of the names of files, counted from 1."""
    columns = parts_of_names(table, schema)
    if not 1 <= part <= len(columns):
        raise DataError(
            "Part {part} of the file names cannot be a group: all names must have as many parts, and these have {n} "
            "that all share.",
            part=part,
            n=len(columns),
        )
    return columns[part - 1]


def role_column(table: Table, schema: TableSchema, role: str) -> Column:
    columns = schema.with_role(role)
    if not columns:
        raise DataError(
            "These folds need a column with the role {role}; give one column that role.", role=role
        )
    return table[columns[0].name]


def group_numbers(column: Column, rows: Rows, spec: SplitSpec) -> NDArray[np.int64]:
    """Return group numbers of shape (n,); every row without a group is a group of its own."""
    codes = column.categories()[0][rows].astype(np.int64)
    alone = np.flatnonzero(codes < 0)
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(len(alone))
    groups = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    check_groups(column, groups, spec, spec.n_folds + (spec.holdout > 0 or spec.holdout_part != ""))
    return groups


def check_groups(column: Column, groups: NDArray[np.int64], spec: SplitSpec, least: int) -> None:
    n = len(np.unique(groups))
    if n < least:
        raise DataError(
            "Column {column!r} has too few groups ({n}); {n_folds} folds and the holdout need at least {least}.",
            column=column.name,
            n=n,
            n_folds=spec.n_folds,
            least=least,
        )


def copies_of(
    spec: SplitSpec, target: Target, table: Table, schema: TableSchema, found: NearDuplicates | None
) -> tuple[NDArray[np.int64], tuple[Message, ...]]:
    """Return numbers of shape (n,), equal for rows that stay together, and what to say of them."""
    alone = np.arange(len(target.rows))
    if spec.duplicates == "ignore":
        return alone, ()
    found = found or find_near_duplicates(table, schema, target.rows)
    if not are_wanted(spec, found):
        return alone, ()
    if not are_kept(spec, found):
        return alone, (
            Message(
                "Near-duplicates are not kept together: one set has too many rows ({n:,}) for the folds.",
                {"n": int(np.bincount(found.sets).max())},
            ),
        )
    return found.sets, (
        Message(
            "Near-duplicates are kept on one side of every split: {n:,} rows in {n_sets:,} sets.",
            {"n": found.n_rows, "n_sets": found.n_sets},
        ),
    )


def are_wanted(spec: SplitSpec, found: NearDuplicates) -> bool:
    """Whether near-duplicates are to be kept together."""
    return found.n_rows > 0 and (
        spec.duplicates == "keep_together" or (spec.duplicates == "auto" and found.is_beyond_chance)
    )


def are_kept(spec: SplitSpec, found: NearDuplicates) -> bool:
    """Whether near-duplicates are kept together: they are to be, and no set is larger than half a fold."""
    return are_wanted(spec, found) and int(np.bincount(found.sets).max()) <= len(found.sets) / (
        2 * spec.n_folds
    )


COPIES_LINK_GROUPS = Message(
    "Near-duplicates are not kept together: they link so many groups with one another that no folds would be left. "
    "Copies stand on both sides of the splits, in different groups."
)


def copies_with_groups(
    spec: SplitSpec, copies: NDArray[np.int64], groups: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the near-duplicates that can be kept together, too: all, the same array, or none.

    None where they link too many groups, see `COPIES_LINK_GROUPS`.
    """
    linked = linked_numbers(groups, copies)
    largest = np.bincount(linked).max() / len(groups)
    least = spec.n_folds + (spec.holdout > 0 or spec.holdout_part != "")
    links_all = linked.max() + 1 < least or largest > max(0.5, np.bincount(groups).max() / len(groups))
    return np.arange(len(groups)) if links_all else copies


def linked_numbers(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return numbers from 0, equal for rows that are linked by equal numbers of either kind."""
    n = len(first)
    if len(np.unique(second)) == n:
        return first
    nodes = (first, int(first.max()) + 1 + second)
    n_nodes = int(nodes[1].max()) + 1
    links = coo_array((np.ones(n, bool), nodes), shape=(n_nodes, n_nodes))
    found = connected_components(links, directed=False)[1][first]
    return np.unique(found, return_inverse=True)[1].astype(np.int64)


def are_many(units: NDArray[np.int64]) -> bool:
    """Whether so many rows are in units of several that dealing one row of each would make uneven folds."""
    sizes = np.bincount(units)
    largest = int(sizes.max())
    many = _FEW_COPIES * len(units)
    return largest > 1 and (int(sizes[sizes > 1].sum()) > many or largest > many)
