"""Sets of rows that are alike in their inputs, and the tools that kinds of data find them with. Needs SciPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array  # pyright: ignore[reportMissingTypeStubs]
from scipy.sparse.csgraph import connected_components  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]
from scipy.spatial import KDTree  # pyright: ignore[reportMissingTypeStubs]

_MOST_ROWS = 100_000
"""Beyond this neighbours are looked for along one direction only."""
_NEIGHBOURS = 3
"""That each row is compared with."""
_PROJECTIONS = 6
"""Dimensions in which the nearest rows are looked for."""
_TIMES_CHANCE = 10.0

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]
AreNear = Callable[[Ints, Ints], tuple[NDArray[np.bool_], NDArray[np.bool_]]]
"""Of pairs of rows: whether they are near each other, and whether they are in the ring around that."""


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

    sets: Ints
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


def mixed(state: Hashes, bits: Hashes) -> Hashes:
    """Return hashes with further bits in them, by the mixing steps of splitmix64 (Steele, Lea, Flood 2014).

    Parameters
    ----------
    state, bits : ndarray of uint64

    Returns
    -------
    ndarray of uint64
    """
    state = (state ^ bits) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def first_hashes(n: int) -> Hashes:
    """Return what `mixed` begins with.

    Parameters
    ----------
    n : int

    Returns
    -------
    ndarray of uint64
    """
    return np.full(n, 0x9E3779B97F4A7C15, np.uint64)


def counted_sets(sets: Ints, n_expected: float) -> NearDuplicates:
    """Return sets with their counts.

    Parameters
    ----------
    sets : ndarray of shape (n,), int64
    n_expected : float
        Pairs that chance would make.

    Returns
    -------
    NearDuplicates
    """
    sizes = np.bincount(sets)
    several = sizes[sizes > 1]
    return NearDuplicates(sets, int(several.sum()), len(several), n_pairs_of(sizes), n_expected)


def n_pairs_of(sizes: Ints) -> int:
    """Return the pairs of members in sets of the given sizes.

    Parameters
    ----------
    sizes : ndarray of int64

    Returns
    -------
    int
    """
    return int((sizes * (sizes - 1) // 2).sum())


def hashes_of(columns: Sequence[Ints], n: int) -> Hashes:
    """Return one hash for each of n rows of columns, shape (n,).

    Parameters
    ----------
    columns : sequence of ndarray of int64
    n : int

    Returns
    -------
    ndarray of uint64
    """
    state = first_hashes(n)
    for cells in columns:
        state = mixed(state, np.ascontiguousarray(cells).view(np.uint64))
    return state


def joined_sets(
    exact: Hashes, equal: Hashes, scaled: Sequence[Floats], apart: AreNear, reach: int
) -> tuple[Ints, int]:
    """Return sets of equal rows and of rows that are near one of their neighbours, and the pairs in the ring.

    Parameters
    ----------
    exact, equal : ndarray of uint64
    scaled : sequence of ndarray of float
    apart : AreNear
    reach : int

    Returns
    -------
    tuple of (ndarray of int64, int)
    """
    _, first, inverse, sizes = np.unique(exact, return_index=True, return_inverse=True, return_counts=True)
    sets = inverse.astype(np.int64)
    if len(first) < 2:
        return sets, 0
    one, other = _neighbours(equal[first], [values[first] for values in scaled], reach)
    is_near, in_ring = apart(first[one], first[other])
    n_in_ring = int((sizes[one] * sizes[other])[in_ring].sum())
    links = coo_array((is_near[is_near], (one[is_near], other[is_near])), shape=(len(first), len(first)))
    components = cast("Callable[..., tuple[int, Ints]]", connected_components)
    _, parts = components(links, directed=False)
    return parts.astype(np.int64)[sets], n_in_ring


def _neighbours(equal: Hashes, scaled: Sequence[Floats], reach: int) -> tuple[Ints, Ints]:
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
    tree: Any = KDTree(places)
    near: Ints = tree.query(places, k=k, distance_upper_bound=farthest, workers=-1)[1].ravel()
    one = np.repeat(np.arange(n), k)
    is_pair = (near < n) & (near != one)
    low, high = np.minimum(one, near)[is_pair], np.maximum(one, near)[is_pair]
    pairs = np.unique(low.astype(np.int64) * n + high)
    return pairs // n, pairs % n
