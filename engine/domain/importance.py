"""Which params a study's scores depend on, as types; `search.importance` measures. Light."""

from __future__ import annotations

import msgspec

LEAST_TRIALS = 20
"""Trials with a score, from which on it is measured: among fewer the best are too few to tell them from chance."""


class ParamImportance(msgspec.Struct, frozen=True):
    """How much one param matters.

    Attributes
    ----------
    name : str
        Of the param; ``family`` where several families were searched.
    family : str
        Whose param it is; empty of a single family, and of ``family`` itself.
    share : float
        Of the sum of all, in [0, 1].
    chance : float
        What 95 of 100 times is not exceeded where the same scores are dealt to the trials at random, on the same scale.
    n_trials : int
        That have it.
    """

    name: str
    family: str
    share: float
    chance: float
    n_trials: int

    @property
    def full_name(self) -> str:
        """With its family, where there are several."""
        return f"{self.family}.{self.name}" if self.family else self.name

    @property
    def stands_out(self) -> bool:
        """Whether it is more than chance."""
        return self.share > self.chance


class Importance(msgspec.Struct, frozen=True):
    """What was measured.

    Attributes
    ----------
    n_trials : int
        That it was measured on, complete or pruned.
    n_known : int
        That there were.
    quantile : float
        Which share of the trials, the best ones, it is about.
    params : tuple of ParamImportance
        Those that are more than chance first, of both the most important.
    """

    n_trials: int
    n_known: int
    quantile: float
    params: tuple[ParamImportance, ...]
