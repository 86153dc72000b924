"""Rows that are near-duplicates of one another in their inputs: a copy in training gives its target away.

The target is not part of the comparison. Copies are told from rows that are equal by chance, as those of a few
categories often are: see `NearDuplicates.is_beyond_chance`. Used by `units`, `report` and `split_audit`; needs SciPy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from .columns import NumberColumn, Rows, WordColumn
from .image_thumbs import image_thumbs, mean_differences
from .schema import TableSchema
from .table import Table

_TOLERANCE = 1e-4  # of a column's spread, from its 5th to its 95th percentile
_MOST_ROWS = 100_000  # beyond this neighbours are looked for along one direction only
_NEIGHBOURS = 3  # that each row is compared with
_PROJECTIONS = 6  # dimensions in which the nearest rows are looked for
_FINE = 0.01  # a column is fine where two rows agree in it less often than this
_RING = 3  # steps of the fine columns
_TIMES_CHANCE = 10.0
_LEAST_LETTERS = (
    20  # of a text; shorter ones are often said again by others. A Chinese character counts twice
)
_IMAGE_TOLERANCE = 4.0  # grey levels of 255, of each cell of a thumb
_IMAGE_DIFFERENCE, _IMAGE_SHARE = (
    3.0,
    0.1,
)  # mean over all pixels: grey levels, and of the spread of the thumb

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_Hashes = NDArray[np.uint64]
_Apart = Callable[[_Ints, _Ints], tuple[NDArray[np.bool_], NDArray[np.bool_]]]  # near each other; in the ring


@dataclass(frozen=True, slots=True, eq=False)
class NearDuplicates:
    """Sets of rows that are near-duplicates in their inputs.

    Attributes
    ----------
    sets : ndarray of shape (n,), int64
        The set of each row, from 0; a row without a near-duplicate is alone in its own.
    n_rows : int
        Rows that have a near-duplicate.
    n_sets : int
        Sets of more than one row.
    n_pairs : int
        Pairs of rows that are in one set.
    n_expected : float
        Pairs that chance would make; infinite where the inputs are too coarse to tell.
    """

    sets: _Ints
    n_rows: int
    n_sets: int
    n_pairs: int
    n_expected: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether there are at least ten times as many pairs as chance makes.

        A column is fine where two rows agree in it in less than 1 % of all pairs, else coarse; without a fine one,
        rows are often equal by chance. Else chance makes equal about a sixth of the pairs that agree in all coarse
        columns and are one to three steps apart in the fine ones, a step being the smallest difference there is between
        two of its values: where independent rows agree, others miss each other by a little. Copies have no such ring.
        """
        return self.n_pairs > 0 and self.n_pairs >= _TIMES_CHANCE * self.n_expected


def find_near_duplicates(table: Table, schema: TableSchema, rows: Rows) -> NearDuplicates:
    """Look for near-duplicates among rows.

    Numbers may differ by 1e-4 of their column's spread, categories and missing cells must be equal; texts are compared
    without case, spaces and punctuation, and only from 20 letters on; images by 8 × 8 means within 4 grey levels and
    then by all pixels (3 levels on average, and a tenth of their spread). Equal rows are all found; rows within the
    tolerance among the three nearest of each, in a random projection, and beyond 100,000 rows among the next three
    along one direction. Time grows with n log n.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Positions in the table.
    """
    if not schema.features or len(rows) < 2:
        return _counted(np.arange(len(rows)), 0.0)
    if schema.kind == "image":
        return _of_images(table, rows)
    columns = [table.cells(c.name) for c in schema.features]
    if schema.kind == "text":
        return _of_texts([c for c in columns if isinstance(c, WordColumn)], rows)
    return _of_cells(columns, rows)


def mixed(state: _Hashes, bits: _Hashes) -> _Hashes:
    """Return hashes with further bits in them, by the mixing steps of splitmix64 (Steele, Lea, Flood 2014)."""
    state = (state ^ bits) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def first_hashes(n: int) -> _Hashes:
    """Return what `mixed` begins with."""
    return np.full(n, 0x9E3779B97F4A7C15, np.uint64)


def _counted(sets: _Ints, n_expected: float) -> NearDuplicates:
    sizes = np.bincount(sets)
    several = sizes[sizes > 1]
    return NearDuplicates(sets, int(several.sum()), len(several), _n_pairs(sizes), n_expected)


def _n_pairs(sizes: _Ints) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _of_cells(columns: Sequence[NumberColumn | WordColumn], rows: Rows) -> NearDuplicates:
    n = len(rows)
    coarse = [c.codes[rows].astype(np.int64) for c in columns if isinstance(c, WordColumn)]
    fine: list[_Numbers] = []
    for column in columns:
        if isinstance(column, WordColumn):
            continue
        numbers = _Numbers.of(column, rows)
        codes = numbers.codes()
        if _n_pairs(np.bincount(codes)) <= _FINE * n * (n - 1) / 2:
            fine.append(numbers)
            codes = np.isnan(numbers.values).astype(np.int64)
        coarse.append(codes)
    equal = _hashes(coarse, n)
    exact = _hashes([equal.view(np.int64), *(c.values.view(np.int64) for c in fine)], n)
    if not fine:
        return _counted(np.unique(exact, return_inverse=True)[1].astype(np.int64), float("inf"))

    def apart(first: _Ints, second: _Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        is_near = equal[first] == equal[second]
        in_ring = is_near.copy()
        for c in fine:
            # Not greater, rather than less: NaN is missing in both.
            distance = np.abs(c.values[first] - c.values[second])
            is_near &= ~(distance > c.tolerance)
            in_ring &= ~(distance > _RING * c.step)
        return is_near, in_ring & ~is_near

    scaled = [np.nan_to_num(c.values / c.step) for c in fine]
    sets, n_in_ring = _joined(exact, equal, scaled, apart, _RING)
    return _counted(sets, n_in_ring / (2 * _RING))


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    """Cells of a column of numbers, NaN where missing.

    Attributes
    ----------
    tolerance : float
        How far apart near-duplicates may be.
    step : float
        The smallest difference between two cells, at least the tolerance.
    """

    values: NDArray[np.float64]
    tolerance: float
    step: float

    @classmethod
    def of(cls, column: NumberColumn, rows: Rows) -> _Numbers:
        values = column.numbers[rows] + 0.0  # -0.0 becomes 0.0
        values[np.isnan(values)] = np.nan
        known = np.unique(values[~np.isnan(values)])
        if len(known) < 2:
            return cls(values, 1.0, 1.0)
        low, high = np.nanquantile(values, [0.05, 0.95])
        spread = float(high - low) or float(known[-1] - known[0])
        tolerance = _TOLERANCE * spread if 0 < spread < np.inf else 1.0
        steps = np.diff(known)
        return cls(values, tolerance, max(tolerance, float(steps[steps > tolerance].min(initial=np.inf))))

    def codes(self) -> _Ints:
        """Return numbers that are equal where cells are within about the tolerance; 0 where missing."""
        steps = np.round(self.values / self.tolerance)
        codes = np.unique(np.nan_to_num(steps), return_inverse=True)[1].astype(np.int64) + 1
        codes[np.isnan(self.values)] = 0
        return codes


def _hashes(columns: Sequence[_Ints], n: int) -> _Hashes:
    state = first_hashes(n)
    for cells in columns:
        state = mixed(state, np.ascontiguousarray(cells).view(np.uint64))
    return state


def _joined(
    exact: _Hashes, equal: _Hashes, scaled: Sequence[_Floats], apart: _Apart, reach: int
) -> tuple[_Ints, int]:
    """Return sets of equal rows and of rows that are near one of their neighbours, and the pairs in the ring."""
    _, first, inverse, sizes = np.unique(exact, return_index=True, return_inverse=True, return_counts=True)
    sets = inverse.astype(np.int64)
    if len(first) < 2:
        return sets, 0
    one, other = _neighbours(equal[first], [values[first] for values in scaled], reach)
    is_near, in_ring = apart(first[one], first[other])
    n_in_ring = int((sizes[one] * sizes[other])[in_ring].sum())
    links = coo_array((is_near[is_near], (one[is_near], other[is_near])), shape=(len(first), len(first)))
    return connected_components(links, directed=False)[1].astype(np.int64)[sets], n_in_ring


def _neighbours(equal: _Hashes, scaled: Sequence[_Floats], reach: int) -> tuple[_Ints, _Ints]:
    """Return pairs of rows that may be near each other, the lower position first; only among equal hashes."""
    n = len(equal)
    ways = np.random.default_rng(0).normal(size=(len(scaled), _PROJECTIONS)) / _PROJECTIONS**0.5
    places = np.zeros((n, _PROJECTIONS + 1))
    for values, way in zip(scaled, ways, strict=True):
        places[:, :-1] += values[:, None] * way
    if n > _MOST_ROWS:
        order = np.lexsort((places[:, 0], equal)).astype(np.int64)
        one = np.concatenate([order[:-k] for k in range(1, _NEIGHBOURS + 1)])
        other = np.concatenate([order[k:] for k in range(1, _NEIGHBOURS + 1)])
        return np.minimum(one, other), np.maximum(one, other)
    # A distance that no two rows of equal hashes have.
    places[:, -1] = np.unique(equal, return_inverse=True)[1] * (np.ptp(places[:, :-1]) + 1.0)
    k = min(_NEIGHBOURS + 1, n)
    # Pairs within reach in every dimension are not farther apart, but for the luck of the projection.
    farthest = 1.5 * reach * len(scaled) ** 0.5
    near = KDTree(places).query(places, k=k, distance_upper_bound=farthest, workers=-1)[1].ravel()
    one = np.repeat(np.arange(n), k)
    is_pair = (near < n) & (near != one)
    low, high = np.minimum(one, near)[is_pair], np.maximum(one, near)[is_pair]
    pairs = np.unique(low.astype(np.int64) * n + high)
    return pairs // n, pairs % n


def _of_texts(columns: Sequence[WordColumn], rows: Rows) -> NearDuplicates:
    words: list[NDArray[np.int64]] = []
    length = np.zeros(len(rows), np.int64)
    for column in columns:
        plain = [_plain(text) for text in column.vocabulary]
        known = {text: i for i, text in enumerate(dict.fromkeys(plain))}
        codes = np.array([*(known[text] for text in plain), -1], np.int64)
        letters = np.array([*(_letters(text) for text in plain), 0], np.int64)
        words.append(codes[column.codes[rows]])
        length += letters[column.codes[rows]]
    keys = np.unique(_hashes(words, len(rows)), return_inverse=True)[1].astype(np.int64)
    short = length < _LEAST_LETTERS
    keys[short] = keys.max(initial=0) + 1 + np.arange(int(short.sum()))
    return _counted(np.unique(keys, return_inverse=True)[1].astype(np.int64), 0.0)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _letters(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _of_images(table: Table, rows: Rows) -> NearDuplicates:
    pixels = table.arrays[0].values
    thumbs = image_thumbs(pixels)[rows]

    def apart(first: _Ints, second: _Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        near = alone[first] == alone[second]
        near &= (np.abs(thumbs[first] - thumbs[second]) <= _IMAGE_TOLERANCE).all(axis=1)
        most = np.minimum(_IMAGE_DIFFERENCE, _IMAGE_SHARE * spread[first[near]])
        near[near] = mean_differences(pixels, rows[first[near]], rows[second[near]]) <= most
        return near, np.zeros(len(near), bool)

    spread = thumbs.std(axis=1)
    # One image without a picture is no copy of another.
    alone = np.where(spread < _IMAGE_TOLERANCE, np.arange(len(rows)), -1)
    cells = [thumbs[:, i].astype(np.float64) / _IMAGE_TOLERANCE for i in range(thumbs.shape[1])]
    # Thumbs may be equal where the images are not: rows begin alone, and all pixels decide.
    sets, _ = _joined(np.arange(len(rows)).astype(np.uint64), _hashes([alone], len(rows)), cells, apart, 1)
    return _counted(sets, 0.0)
