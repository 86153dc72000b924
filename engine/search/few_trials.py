"""Optuna's TPE at a cost that does not grow with the trials, and samplers whose proposals depend on a seed alone.

Both reach into Optuna's private parts, whose version is pinned; tests say when a new version moves them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import optuna
from optuna.samplers._tpe.sampler import _split_trials, default_gamma
from optuna.trial import FrozenTrial, TrialState

_MOST_WORSE = 60


class FewTrialsTpe(optuna.samplers.TPESampler):
    """TPE (Bergstra et al. 2011) that estimates the density of the worse trials from at most 60 of them.

    They are spaced evenly over the search; the better trials, at most 25, are all used, as in Optuna. A proposal after
    1,000 trials of 20 parameters otherwise costs several times as much, most of it for trials that tell little.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(gamma=lambda _: self._n_below, **settings)
        self._n_below = 0
        self._few: tuple[int, list[FrozenTrial]] = (-1, [])

    def infer_relative_search_space(self, study: Any, trial: FrozenTrial) -> dict[str, Any]:
        """Return what is sampled together, as Optuna does, from the chosen trials."""
        return super().infer_relative_search_space(self._thinned(study, trial), trial)

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
        self._n_below = default_gamma(sum(t.state is not TrialState.RUNNING for t in trials))
        if len(trials) <= self._n_below + _MOST_WORSE:
            return trials
        below, above = _split_trials(study, trials, self._n_below)
        chosen = np.linspace(0, len(above) - 1, _MOST_WORSE).round().astype(int)
        return sorted([*below, *(above[i] for i in chosen)], key=lambda t: t.number)


class _Thinned:
    """A study that shows some of its trials only."""

    def __init__(self, study: Any, trials: list[FrozenTrial]) -> None:
        self._study, self._trials = study, trials

    def __getattr__(self, name: str) -> Any:
        return getattr(self._study, name)

    def _get_trials(self, *, states: Collection[TrialState] | None = None, **_: bool) -> list[FrozenTrial]:
        return [t for t in self._trials if states is None or t.state in states]


def reseed(sampler: Any, seed: int) -> None:
    """Make the next proposal of a sampler depend on `seed` and the trials alone, not on earlier proposals."""
    if isinstance(sampler, optuna.samplers.TPESampler):
        sampler._random_sampler._rng.rng.seed(seed)
    sampler._rng.rng.seed(seed)
