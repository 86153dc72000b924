"""Which of several scores is the better one, and which trial is the best: one rule for store, engine and window.

Needs the standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

Rank: TypeAlias = "tuple[float, float, int]"
"""What trials are sorted by, the best first."""


class Direction(StrEnum):
    """Whether a score is to be large or small."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"

    @property
    def sign(self) -> float:
        """The factor that makes a score one of which more is better: 1 or -1."""
        return 1.0 if self is Direction.MAXIMIZE else -1.0

    def is_better(self, value: float, other: float) -> bool:
        """Whether a score is strictly better than another one; NaN never is, and anything is better than NaN.

        Parameters
        ----------
        value, other : float

        Returns
        -------
        bool
        """
        if math.isnan(value):
            return False
        return math.isnan(other) or self.sign * value > self.sign * other

    def reaches(self, value: float, target: float) -> bool:
        """Whether a score is as good as another one, or better.

        Parameters
        ----------
        value, target : float

        Returns
        -------
        bool
        """
        return self.sign * value >= self.sign * target

    def better_and_worse(self, more: float, less: float) -> tuple[float, float]:
        """Return how probable better and worse scores are, of how probable larger and smaller ones are.

        Parameters
        ----------
        more, less : float

        Returns
        -------
        (float, float)
        """
        return (more, less) if self is Direction.MAXIMIZE else (less, more)

    def best(self, values: Iterable[float]) -> float:
        """Return the best of some scores.

        Parameters
        ----------
        values : iterable of float
            At least one; without NaN.

        Returns
        -------
        float
        """
        return max(values, key=lambda value: self.sign * value)


def rank(direction: Direction, value: float | None, n_parameters: int | None, number: int) -> Rank:
    """Return the place of a trial or baseline among others: the lowest is the best one.

    The better score is first; of equal scores the network with fewer weights; of these the one that was asked for
    first. What has no score, or an unknown number of weights, comes last.

    Parameters
    ----------
    direction : Direction
    value : float or None
    n_parameters : int or None
    number : int
        Of trials they rise from 0, of baselines they fall from -1.

    Returns
    -------
    Rank
    """
    loss = math.inf if value is None or math.isnan(value) else -direction.sign * value
    return loss, math.inf if n_parameters is None else n_parameters, abs(number)
