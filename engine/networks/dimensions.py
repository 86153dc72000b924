"""Units of a network that stay or go together, and what is known of them on the way through it. Needs NumPy only.

A *dimension* is a row of units that an axis of a weight or the last axis of a value consists of; an axis may be several
dimensions one after the other, or one of them many times. Used by `cutting`.

A unit matters as much as what it sends on: the norm of its outgoing weights times the scale of its value, which is the
normalization's gamma where there is one (the incoming weights do not matter then), else the norm of the incoming
weights (compare Li et al. 2017, arXiv 1608.08710); where several layers read it, the root of the sum of squares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .layout import Floats

Segments = tuple[int, ...]
"""The dimensions of an axis, one after the other."""
Sent = tuple[NDArray[np.float64], NDArray[np.bool_]]
_MULTIPLE = 4


@dataclass(frozen=True, slots=True)
class Path:
    """What is known of a value on the way through a network.

    Attributes
    ----------
    segments : tuple of int
        Of its last axis; empty where it holds no units.
    scale : ndarray
        By what each place was multiplied since it was made.
    is_normal : ndarray of bool
        Whether each place was normalized.
    codes : int or None
        Of tokens, the dimension of their vocabulary.
    origin : tuple of str
        Weights whose last axis is that of the value, or, of a part of it, from `place` segments on.
    """

    segments: Segments
    scale: NDArray[np.float64]
    is_normal: NDArray[np.bool_]
    codes: int | None = None
    origin: tuple[str, ...] = ()
    place: int = 0

    def repeated(self, n: int) -> Path:
        """Return the path of a value n times one after the other.

        Parameters
        ----------
        n : int

        Returns
        -------
        Path
        """
        return Path(self.segments * n, np.tile(self.scale, n), np.tile(self.is_normal, n))

    def split(self, n: int) -> list[Path]:
        """Return the paths of n parts of equal size.

        Parameters
        ----------
        n : int

        Returns
        -------
        list of Path
        """
        step = len(self.segments) // n
        scales, normal = np.split(self.scale, n), np.split(self.is_normal, n)
        return [
            replace(
                self,
                segments=self.segments[i * step : (i + 1) * step],
                scale=scales[i],
                is_normal=normal[i],
                place=self.place + i * step,
            )
            for i in range(n)
        ]

    def nothing(self) -> Path:
        """Return the path of a value that holds no units."""
        return Path((), np.ones(0), np.zeros(0, bool))


@dataclass(slots=True)
class Dimension:
    """Units that stay or go together.

    Attributes
    ----------
    size : int
    received : ndarray
        Squared norm of the incoming weights.
    sent : list of (ndarray, ndarray of bool)
        Squared importance that each reader gives, and whether the incoming weights do not matter to it.
    n_first : int or None
        How many of the first units stay; None where those that matter most do.
    """

    size: int
    is_whole: bool = False
    n_heads: int = 1
    received: NDArray[np.float64] | float = 0.0
    sent: list[Sent] = field(default_factory=list[Sent])
    n_first: int | None = None

    def join(self, other: Dimension) -> None:
        """Have the units of another dimension stay or go together with these.

        Parameters
        ----------
        other : Dimension
            Of as many units.
        """
        self.received = self.received + other.received
        self.sent += other.sent
        self.is_whole |= other.is_whole
        self.n_heads = max(self.n_heads, other.n_heads)

    def chosen(self, keep: float) -> NDArray[np.int64]:
        """Return the places that stay, ascending; of attention the same number in each head.

        Parameters
        ----------
        keep : float
            The part of the units that stays, in (0, 1].

        Returns
        -------
        ndarray of int64
        """
        if self.is_whole:
            return np.arange(self.size)
        if self.n_first is not None:
            return np.arange(self.n_first)
        total = np.zeros(self.size)
        for sent, is_normal in self.sent:
            total += np.where(is_normal, sent, sent * self.received)
        scores = np.sqrt(total).astype(np.float32).reshape(self.n_heads, -1)
        size = scores.shape[1]
        n = units_left(size, keep)
        return np.concatenate([h * size + important_units(own, n) for h, own in enumerate(scores)])


def units_left(n: int, keep: float) -> int:
    """Return how many of `n` units stay: a multiple of four, so that vector instructions are used well.

    Parameters
    ----------
    n : int
    keep : float
        The part of the units that stays, in (0, 1].

    Returns
    -------
    int
    """
    return min(n, max(_MULTIPLE, math.ceil(n * keep / _MULTIPLE) * _MULTIPLE))


def words_left(n: int, keep: float) -> int:
    """Return how many of `n` words stay, the most frequent ones, which have the first codes.

    Fewer go than units: the root of what is kept of these, as for texts the embeddings are nearly all of a network.

    Parameters
    ----------
    n : int
    keep : float
        The part of the units that stays, in (0, 1].

    Returns
    -------
    int
    """
    return units_left(n, math.sqrt(keep))


def important_units(scores: Floats, n: int) -> NDArray[np.int64]:
    """Return the places of the `n` highest scores, ascending.

    Parameters
    ----------
    scores : ndarray of float
        How much each unit matters, shape (n_units,).
    n : int

    Returns
    -------
    ndarray of int64
    """
    return np.sort(np.argsort(-scores, kind="stable")[:n])
