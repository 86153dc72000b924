"""Ways to divide rows that may belong together, for `split_audit`: by order, time, groups, names of images, copies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.columns import Column, NumberColumn, Rows
from ..data.schema import SPLIT_COLUMN, ColumnSchema, TableSchema
from ..data.table import Table
from ..data.target import Target
from ..domain.kinds import DATE_ROLES
from ..domain.spec import SplitSpec
from ..domain.split_findings import By
from .near_duplicates import NearDuplicates, find_near_duplicates
from .splitting import keeps_copies
from .units import parts_of_names

MOST_ROWS = 3000
_MOST_GROUPINGS = 6
_LEAST_GROUPS = 8
_LEAST_SOURCES = 4
# Of a long table, each of neighbouring rows.
_N_SEGMENTS = 8
# Gaps that a stretch holds at least.
_SPAN = 40
# The gap is at most this part of the rows, 1 / _MOST_GAP.
_MOST_GAP = 20
# Of neighbours, where the gap is small.
_LEAST_BLOCKS = 100
# At least so many blocks for each value of a column by which rows are sorted.
_BLOCKS_OF_VALUE = 12
# For each value of a column by which rows are sorted.
_MOST_RUNS = 3
_N_LAGS = 10
_N_ORDERS = 99
# Standard deviations.
_BEYOND_CHANCE = 3.0
_GROUP_NAME = re.compile(
    r"(?:^|[\W_])(?:id|uuid|guid|subject|patient|participant|person|individual|user|customer|client|household|family|"
    r"animal|specimen|session|speaker|author|device|machine|source)s?(?:$|[\W_\d])|[a-z](?:ID|Id)$|"
    "编号|患者|病人|受试|用户|客户|家庭|设备|来源|作者|说话人",
    re.IGNORECASE,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CandidateUnits:
    """One way to divide rows.

    Attributes
    ----------
    by, column : str
        See `SplitFinding`.
    rows : ndarray of shape (n,), int64
        Positions in the table of the rows to look at.
    units : ndarray of shape (n,), int64
        Rows with the same number are validated together.
    places : ndarray of shape (n,), int64
        The place of each row in the order.
    gap : int
        Places next to validated ones that are not trained on; 0 of groups.
    gap_rows, advised_gap : int
        The gap in rows of the table, and the one from which on rows are no longer alike; see `_most_gap`.
    without : tuple of str
        Columns that the baseline must not see.
    """

    by: By
    column: str
    rows: Rows
    units: Ints
    places: Ints
    gap: int = 0
    gap_rows: int = 0
    advised_gap: int = 0
    without: tuple[str, ...] = ()

    def near(self, valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which rows are within the gap of a validated one."""
        if not self.gap:
            return np.zeros(len(valid), bool)
        marks = np.zeros(int(self.places.max()) + 2, np.int64)
        judged = np.unique(self.places[valid])
        np.add.at(marks, np.maximum(judged - self.gap, 0), 1)
        np.add.at(marks, np.minimum(judged + self.gap + 1, len(marks) - 1), -1)
        return np.cumsum(marks)[self.places] > 0


def candidates(
    table: Table, schema: TableSchema, target: Target, spec: SplitSpec, near: NearDuplicates | None
) -> tuple[CandidateUnits, ...]:
    """Return the ways in which the target is alike within units, beyond chance.

    At most 3,000 rows are looked at: of an order, eight stretches of neighbouring rows, or every so many rows where the
    target changes slowly; of groups, whole ones drawn at random.
    """
    rows = _rows_of_search(table, target, spec)
    goal = whitened(target, rows)
    found: list[CandidateUnits] = list(_orders(table, schema, rows, goal))
    found += _groupings(table, schema, target, rows, goal)
    near = near or find_near_duplicates(table, schema, target.rows)
    if near.is_beyond_chance and not keeps_copies(spec, target, table, schema, near):
        found.append(_copies(target, near))
    return tuple(found)


def whitened(target: Target, rows: Rows) -> Floats:
    """Return the target with mean 0 and squares of mean 1, shape (n, k): ranks of numbers, or a column a class."""
    y = target.at(rows)
    if target.task == "regression":
        columns = np.unique(y, return_inverse=True)[1][:, None].astype(np.float64)
    else:
        columns = np.eye(target.n_classes)[y]
    columns = columns[:, columns.std(axis=0) > 0]
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return columns / columns.shape[1] ** 0.5


def autocorrelation(goal: Floats, n_lags: int) -> Floats:
    """Return the mean product of rows ``1 … n_lags`` apart, by a fast Fourier transform; shape (n_lags,)."""
    n = len(goal)
    power = np.abs(np.fft.rfft(goal, 2 * n, axis=0)) ** 2
    products = np.fft.irfft(power.sum(axis=1), 2 * n)[1 : n_lags + 1]
    return products / np.arange(n - 1, n - 1 - n_lags, -1)


def gap_of(goal: Floats) -> int:
    """Return from which distance on rows in an order are no longer alike; 0 where none are, beyond chance.

    The sum over the first ten lags is compared with its standard deviation for rows in a random order.
    """
    n = len(goal)
    found = autocorrelation(goal, n // 4)
    spread = goal.T @ goal / n
    chance = float(np.sqrt(_N_LAGS * (spread**2).sum() / n))
    if found[:_N_LAGS].sum() <= _BEYOND_CHANCE * chance:
        return 0
    below = np.flatnonzero(found <= max(0.05, 2.0 / n**0.5))
    return int(below[0]) + 1 if len(below) else n // 4


def _rows_of_search(table: Table, target: Target, spec: SplitSpec) -> Rows:
    """Return the rows with a target, but for an official holdout."""
    column = table.words(SPLIT_COLUMN)
    if not spec.holdout_part or column is None:
        return target.rows
    return target.rows[np.array([*column.vocabulary, ""])[column.codes[target.rows]] != spec.holdout_part]


def _orders(table: Table, schema: TableSchema, rows: Rows, goal: Floats) -> Iterator[CandidateUnits]:
    """Yield the order of the file, and of dates; a file in the order of a date counts as that date."""
    by_file = np.arange(len(rows))
    is_by_date = False
    for c in [c for c in schema.columns if c.role in DATE_ROLES][:2]:
        column = table[c.name]
        if not isinstance(column, NumberColumn):
            continue
        moments = column.numbers[rows]
        known = np.flatnonzero(~np.isnan(moments))
        if len(known) < 0.9 * len(rows):
            continue
        places = np.unique(moments[known], return_inverse=True)[1].astype(np.int64)
        is_by_date |= len(np.unique(places)) > 0.01 * len(rows) and _is_sorted(places)
        yield from _order("time", c.name, table, schema, rows[known], places, goal[known])
    if not is_by_date:
        yield from _order("order", "", table, schema, rows, by_file, goal)


def _is_sorted(places: Ints) -> bool:
    """Whether nearly all neighbours stand in one direction."""
    steps = np.diff(places)
    return bool(max(np.mean(steps >= 0), np.mean(steps <= 0)) > 0.99)


def _order(
    by: By, column: str, table: Table, schema: TableSchema, rows: Rows, places: Ints, goal: Floats
) -> Iterator[CandidateUnits]:
    n_places = int(places.max()) + 1
    counts = np.bincount(places)[:, None]
    means = np.stack([np.bincount(places, weights=g) for g in goal.T], axis=1) / counts
    if n_places < 40:
        return
    gap = gap_of(means / max(float(np.sqrt((means**2).sum(axis=1).mean())), 1e-12))
    if not gap:
        return
    order = np.argsort(places, kind="stable")
    rows, places = rows[order], places[order]
    gap = min(gap, n_places // _MOST_GAP)
    advised_gap = round(gap * len(rows) / n_places)
    names = [
        c.name
        for c in (*schema.features, *schema.with_role("target"))
        if by == "order" or c.storage != "date"
    ]
    gap = min(gap, _most_gap(table, schema, names, rows))
    gap_rows = max(1, round(gap * len(rows) / n_places))
    kept, places, gap = _some_of_order(places, gap)
    length = max(2 * gap, int(np.ceil((places.max() + 1) / _LEAST_BLOCKS)), 2)
    yield CandidateUnits(by, column, rows[kept], places // length, places, gap, gap_rows, advised_gap)


def _most_gap(table: Table, schema: TableSchema, names: Sequence[str], rows: Rows) -> int:
    """Return the largest gap that leaves no hole in a column by which the ordered rows are sorted.

    Where a block of such rows is left out, the baseline would have to guess what happens at values that it never saw,
    which has nothing to do with neighbours.
    """
    most = len(rows)
    for name in names:
        column = table[name]
        codes = column.categories()[0][rows]
        codes = codes[codes >= 0]
        if len(codes) < 0.9 * len(rows):
            continue
        values, counts = np.unique(codes, return_counts=True)
        n_runs = 1 + int(np.count_nonzero(np.diff(codes)))
        if 2 <= len(values) <= len(rows) / 20 and n_runs <= _MOST_RUNS * len(values):
            least = counts.min() if schema[name].role == "target" else np.median(counts)
            most = min(most, int(least) // (2 * _BLOCKS_OF_VALUE))
        elif (
            len(values) > len(rows) / 20 and column.storage == "number" and _is_sorted(codes.astype(np.int64))
        ):
            most = min(most, len(rows) // 200)
    return max(1, most)


def _some_of_order(places: Ints, gap: int) -> tuple[Ints, Ints, int]:
    """Return which of many ordered rows are looked at, their places, and the gap among them.

    Parameters
    ----------
    places : ndarray of shape (n,), int64
        Ascending.
    """
    kept = np.arange(len(places))
    per_place = len(places) / (int(places[-1]) + 1)
    thinner = -(-int(_SPAN * gap * per_place) // MOST_ROWS)
    if thinner > 1 and per_place > 1.5:
        kept = kept[::thinner]
        places, per_place = places[::thinner], per_place / thinner
    elif thinner > 1:
        kept = np.flatnonzero(places % thinner == 0)
        places, gap = places[kept] // thinner, max(1, gap // thinner)
    if len(kept) > MOST_ROWS:
        n_segments = int(np.clip(MOST_ROWS / (_SPAN * gap * per_place), 1, _N_SEGMENTS))
        size = MOST_ROWS // n_segments
        starts = np.linspace(0, len(kept) - size, n_segments).astype(np.int64)
        parts = np.unique(np.concatenate([np.arange(start, start + size) for start in starts]))
        # No row is near one of another stretch.
        apart = np.concatenate([[0], np.cumsum(np.diff(parts) > 1)]) * (gap + 1)
        kept, places = kept[parts], np.unique(places[parts], return_inverse=True)[1] + apart
    return kept, places - places[0], gap


def _groupings(
    table: Table, schema: TableSchema, target: Target, rows: Rows, goal: Floats
) -> list[CandidateUnits]:
    """Return the columns and parts of names that look like groups, those with the most alike targets first."""
    found: list[tuple[float, CandidateUnits]] = []
    for column, by, name, without in _group_columns(table, schema):
        codes = column.categories()[0][rows].astype(np.int64)
        alone = codes < 0
        codes[alone] = codes.max(initial=-1) + 1 + np.arange(int(alone.sum()))
        groups = np.unique(codes, return_inverse=True)[1].astype(np.int64)
        if not _can_be_groups(
            groups, target.at(rows), _LEAST_SOURCES if by == "name_part" else _LEAST_GROUPS
        ):
            continue
        alike = _alikeness(groups, goal)
        if alike > _BEYOND_CHANCE:
            kept = _some_of_groups(groups)
            units = np.unique(groups[kept], return_inverse=True)[1].astype(np.int64)
            found.append((alike, CandidateUnits(by, name, rows[kept], units, units, without=without)))
    found.sort(key=lambda pair: -pair[0])
    return [candidate for _, candidate in found[:_MOST_GROUPINGS]]


def _group_columns(table: Table, schema: TableSchema) -> Iterator[tuple[Column, By, str, tuple[str, ...]]]:
    inputs = {c.name for c in schema.features}
    for c in schema.columns:
        if c.storage != "date" and _may_be_group(c, is_input=c.name in inputs):
            yield table[c.name], "group", c.name, (c.name,)
    for i, column in enumerate(parts_of_names(table, schema)):
        yield column, "name_part", str(i + 1), ()


def _may_be_group(c: ColumnSchema, *, is_input: bool) -> bool:
    if c.role == "group":
        # Whole in all folds already.
        return False
    if c.role == "id" or _GROUP_NAME.search(c.name):
        return c.role not in ("target", "constant") and c.array is None
    return not is_input and c.role == "ignored" and c.name != SPLIT_COLUMN


def _can_be_groups(groups: Ints, y: NDArray[np.generic], least: int) -> bool:
    """Whether there are enough groups, enough rows in those of several, and none with most of the rows."""
    sizes = np.bincount(groups)
    if len(sizes) < least or sizes[sizes > 1].sum() < 0.2 * len(groups) or sizes.max() > 0.5 * len(groups):
        return False
    classes = np.unique(y, return_inverse=True)[1]
    # A column that says the target in other words.
    n_pairs = len(np.unique(groups * (int(classes.max()) + 1) + classes))
    return not n_pairs == len(sizes) == int(classes.max()) + 1


def _alikeness(groups: Ints, goal: Floats) -> float:
    """Return by how many standard deviations targets are more alike within groups than in a random order."""
    sizes = np.bincount(groups)

    def between(values: Floats) -> float:
        sums = np.stack([np.bincount(groups, weights=column) for column in values.T])
        return float(((sums**2) / sizes).sum())

    rng = np.random.default_rng(0)
    chance = [between(goal[rng.permutation(len(goal))]) for _ in range(_N_ORDERS)]
    return (between(goal) - float(np.mean(chance))) / max(float(np.std(chance)), 1e-12)


def _some_of_groups(groups: Ints) -> Ints:
    """Return at most `MOST_ROWS` rows, of whole groups drawn at random."""
    if len(groups) <= MOST_ROWS:
        return np.arange(len(groups))
    sizes = np.bincount(groups)
    drawn = np.random.default_rng(0).permutation(len(sizes))
    return np.flatnonzero(np.isin(groups, drawn[np.cumsum(sizes[drawn]) <= MOST_ROWS]))


def _copies(target: Target, near: NearDuplicates) -> CandidateUnits:
    kept = _some_of_groups(near.sets)
    units = np.unique(near.sets[kept], return_inverse=True)[1].astype(np.int64)
    return CandidateUnits("duplicates", "", target.rows[kept], units, units)
