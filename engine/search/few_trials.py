"""Optuna's TPE at a cost that does not grow with the trials, and samplers whose proposals depend on a seed alone.

Both reach into Optuna's private parts, whose version is pinned; tests say when a new version moves them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import optuna
from optuna.samplers._tpe import _truncnorm
from optuna.samplers._tpe.sampler import default_gamma
from optuna.trial import FrozenTrial, TrialState
from scipy.special import log_ndtr

_MOST_WORSE = 60
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
        self._ranks: dict[int, tuple[float, float, float]] = {}  # finished trials do not change

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
        finished = [t for t in trials if t.state is not TrialState.RUNNING]
        self._n_below = default_gamma(len(finished))
        if len(finished) <= self._n_below + _MOST_WORSE:
            return trials
        sign = 1.0 if study.direction is optuna.study.StudyDirection.MINIMIZE else -1.0
        finished.sort(key=lambda t: self._rank(t, sign))
        worse = sorted(finished[self._n_below :], key=lambda t: t.number)
        spaced = np.linspace(0, len(worse) - 1, _MOST_WORSE).round().astype(int)
        running = [t for t in trials if t.state is TrialState.RUNNING]
        return sorted(
            [*finished[: self._n_below], *(worse[i] for i in spaced), *running], key=lambda t: t.number
        )

    def _rank(self, trial: FrozenTrial, sign: float) -> tuple[float, float, float]:
        """Return Optuna's order of finished trials: complete ones by value, then pruned ones by how far they came."""
        rank = self._ranks.get(trial.number)
        if rank is None:
            if trial.state is TrialState.COMPLETE:
                rank = (0.0, 0.0, sign * (trial.value or 0.0))
            else:
                step, value = max(trial.intermediate_values.items(), default=(-1, np.inf * sign))
                rank = (1.0, -float(step), sign * value)
            self._ranks[trial.number] = rank
        return rank


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
