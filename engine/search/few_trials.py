"""Optuna's TPE at a cost that does not grow with the trials, and samplers whose proposals depend on a seed alone.

Both reach into Optuna's private parts, whose version is pinned; tests say when a new version moves them.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import optuna
from optuna.samplers._tpe import _truncnorm
from optuna.samplers._tpe.sampler import default_gamma
from optuna.search_space.group_decomposed import _GroupDecomposedSearchSpace
from optuna.trial import FrozenTrial, TrialState
from scipy.special import log_ndtr

_MOST_WORSE = 60
_Rank = tuple[float, float, float]
_truncnorm._log_ndtr = (
    log_ndtr  # the same function in compiled code; Optuna's own takes a third of a proposal
)


class FewTrialsTpe(optuna.samplers.TPESampler):
    """TPE (Bergstra et al. 2011) that estimates the density of the worse trials from at most 60 of them.

    They are spaced evenly over the search; the better trials, at most 25, are all used, as in Optuna. A proposal after
    1,000 trials of 20 parameters otherwise costs several times as much, most of it for trials that tell little.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._gamma = lambda _: self._n_below  # of all trials, not of the few
        self._n_below = 0
        self._few: tuple[int, list[FrozenTrial]] = (-1, [])
        self._ranked: list[
            tuple[_Rank, FrozenTrial]
        ] = []  # finished trials, the best first; they do not change
        self._known: set[int] = set()
        self._shapes: frozenset[frozenset[str]] = frozenset()
        self._space: dict[str, Any] = {}

    def infer_relative_search_space(self, study: Any, trial: FrozenTrial) -> dict[str, Any]:
        """Return what is sampled together, as Optuna does, from the chosen trials."""
        few = self._thinned(study, trial)
        shapes = frozenset(frozenset(t.distributions) for t in few.trials)
        if (
            shapes != self._shapes or not self._space
        ):  # the groups follow from which parameters occur together
            self._group_decomposed_search_space = _GroupDecomposedSearchSpace(
                True
            )  # it remembers earlier ones
            self._shapes, self._space = shapes, super().infer_relative_search_space(few, trial)
        return self._space

    def _sample(self, study: Any, trial: FrozenTrial, search_space: dict[str, Any]) -> dict[str, Any]:
        return super()._sample(self._thinned(study, trial), trial, search_space)

    def _thinned(self, study: Any, trial: FrozenTrial) -> Any:
        if self._few[0] != trial.number:  # once for all groups of parameters
            self._few = trial.number, self._choose(study, trial.number)
        return _Thinned(study, self._few[1])

    def _choose(self, study: Any, number: int) -> list[FrozenTrial]:
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
        trials = [
            t for t in study._get_trials(deepcopy=False, states=states, use_cache=False) if t.number != number
        ]
        running = [t for t in trials if t.state is TrialState.RUNNING]
        sign = 1.0 if study.direction is optuna.study.StudyDirection.MINIMIZE else -1.0
        for trial in trials:
            if trial.state is not TrialState.RUNNING and trial.number not in self._known:
                self._known.add(trial.number)
                bisect.insort(self._ranked, (_rank(trial, sign), trial), key=itemgetter(0))
        self._n_below = default_gamma(len(self._ranked))
        if len(self._ranked) <= self._n_below + _MOST_WORSE:
            return trials
        finished = [t for _, t in self._ranked]
        worse = sorted(finished[self._n_below :], key=attrgetter("number"))
        spaced = np.linspace(0, len(worse) - 1, _MOST_WORSE).round().astype(int)
        chosen = [*finished[: self._n_below], *(worse[i] for i in spaced), *running]
        return sorted(chosen, key=attrgetter("number"))


def _rank(trial: FrozenTrial, sign: float) -> _Rank:
    """Return Optuna's order of finished trials: complete ones by value, then pruned ones by how far they came."""
    if trial.state is TrialState.COMPLETE:
        return (0.0, 0.0, sign * (trial.value or 0.0))
    step, value = max(trial.intermediate_values.items(), default=(-1, np.inf * sign))
    return (1.0, -float(step), sign * value)


class _Thinned:
    """A study that shows some of its trials only."""

    def __init__(self, study: Any, trials: list[FrozenTrial]) -> None:
        self._study, self.trials = study, trials

    def __getattr__(self, name: str) -> Any:
        return getattr(self._study, name)

    def _get_trials(self, *, states: Collection[TrialState] | None = None, **_: bool) -> list[FrozenTrial]:
        return [t for t in self.trials if states is None or t.state in states]


def reseed(sampler: Any, seed: int) -> None:
    """Make the next proposal of a sampler depend on `seed` and the trials alone, not on earlier proposals."""
    if isinstance(sampler, optuna.samplers.TPESampler):
        sampler._random_sampler._rng.rng.seed(seed)
    sampler._rng.rng.seed(seed)
