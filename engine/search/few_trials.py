"""Optuna's TPE at a cost that does not grow with the trials, and samplers whose proposals depend on a seed alone.

Both reach into Optuna's private parts, whose version is pinned; tests say when a new version moves them.
"""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import bisect
import zlib
from collections.abc import Callable, Collection
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.samplers._tpe import _truncnorm
from optuna.samplers._tpe.sampler import default_gamma
from optuna.search_space.group_decomposed import _GroupDecomposedSearchSpace
from optuna.study._multi_objective import _fast_non_domination_rank
from optuna.trial import FrozenTrial, TrialState
from scipy.special import log_ndtr  # pyright: ignore[reportMissingTypeStubs]

_MOST_WORSE = 60
_Rank = tuple[float, float, float]
# The same function in compiled code; Optuna's own takes a third of a proposal.
_truncnorm._log_ndtr = log_ndtr


class FewTrialsTpe(optuna.samplers.TPESampler):
    """TPE (Bergstra et al. 2011) that estimates the density of the worse trials from at most 60 of them.

    They are spaced evenly over the search; the better trials, at most 25, are all used, as in Optuna. A proposal after
    1,000 trials of 20 parameters otherwise costs several times as much, most of it for trials that tell little.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Of all trials, not of the few.
        self._gamma: Callable[[int], int] = lambda _: self._n_below
        self._n_below = 0
        self._few: tuple[int, list[FrozenTrial]] = (-1, [])
        # Finished trials, the best first; they do not change.
        self._ranked: list[tuple[_Rank, FrozenTrial]] = []
        self._known: set[int] = set()
        self._shapes: frozenset[frozenset[str]] = frozenset()
        self._space: dict[str, Any] = {}

    def infer_relative_search_space(self, study: Any, trial: FrozenTrial) -> dict[str, Any]:
        """Return what is sampled together, as Optuna does, from the chosen trials."""
        few = self._thinned(study, trial)
        # As Optuna's groups do.
        finished = (t for t in few.trials if t.state is not TrialState.RUNNING)
        shapes = frozenset(frozenset(t.distributions) for t in finished)
        # The groups follow from which parameters occur together.
        if shapes != self._shapes or not self._space:
            # It remembers earlier ones.
            self._group_decomposed_search_space = _GroupDecomposedSearchSpace(True)
            self._shapes, self._space = shapes, super().infer_relative_search_space(few, trial)
        return self._space

    def _sample(self, study: Any, trial: FrozenTrial, search_space: dict[str, Any]) -> dict[str, Any]:
        return super()._sample(self._thinned(study, trial), trial, search_space)

    def _get_params(self, trial: FrozenTrial, study: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what a trial has; Optuna's own adds what was drawn for a running one and does not apply to it.

        That would be lost in a search that is resumed. Here every trial has all its values as soon as it runs.
        """
        return trial.params

    def _thinned(self, study: Any, trial: FrozenTrial) -> Any:
        # Once for all groups of parameters.
        if self._few[0] != trial.number:
            self._few = trial.number, self.chosen(study, trial.number)
        return _Thinned(study, self._few[1])

    def chosen(self, study: optuna.Study, number: int) -> list[FrozenTrial]:
        """Return the trials that the proposal for trial `number` is made from."""
        states = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING)
        trials = [
            t for t in study._get_trials(deepcopy=False, states=states, use_cache=False) if t.number != number
        ]
        running = [t for t in trials if t.state is TrialState.RUNNING]
        if len(study.directions) > 1:
            finished = _by_domination(study, [t for t in trials if t.state is not TrialState.RUNNING])
            self._n_below = default_gamma(len(finished))
            return self._fewer(finished, running)
        sign = 1.0 if study.direction is optuna.study.StudyDirection.MINIMIZE else -1.0
        for trial in trials:
            if trial.state is not TrialState.RUNNING and trial.number not in self._known:
                self._known.add(trial.number)
                bisect.insort(self._ranked, (_rank(trial, sign), trial), key=itemgetter(0))
        self._n_below = default_gamma(len(self._ranked))
        return self._fewer([t for _, t in self._ranked], running)

    def _fewer(self, finished: list[FrozenTrial], running: list[FrozenTrial]) -> list[FrozenTrial]:
        """Return the better ones of finished trials, of which the best are first, and some of the others."""
        if len(finished) <= self._n_below + _MOST_WORSE:
            return sorted([*finished, *running], key=attrgetter("number"))
        worse = sorted(finished[self._n_below :], key=attrgetter("number"))
        spaced = np.linspace(0, len(worse) - 1, _MOST_WORSE).round().astype(int)
        chosen: list[FrozenTrial] = [*finished[: self._n_below], *(worse[i] for i in spaced), *running]
        return sorted(chosen, key=attrgetter("number"))


def _by_domination(study: optuna.Study, trials: list[FrozenTrial]) -> list[FrozenTrial]:
    """Return finished trials of several objectives: complete ones by how many fronts lie before theirs, then others."""
    complete = [t for t in trials if t.state is TrialState.COMPLETE]
    if not complete:
        return trials
    maximize = [d is optuna.study.StudyDirection.MAXIMIZE for d in study.directions]
    losses = np.array([t.values for t in complete]) * np.where(maximize, -1.0, 1.0)
    ranks: NDArray[np.int64] = _fast_non_domination_rank(losses)
    ordered = [complete[int(i)] for i in np.argsort(ranks, kind="stable").tolist()]
    return [*ordered, *(t for t in trials if t.state is not TrialState.COMPLETE)]


def _rank(trial: FrozenTrial, sign: float) -> _Rank:
    """Return Optuna's order of finished trials: complete ones by value, then pruned ones by how far they came."""
    if trial.state is TrialState.COMPLETE:
        return (0.0, 0.0, sign * (trial.value or 0.0))
    step, value = max(trial.intermediate_values.items(), default=(-1, np.inf * sign))
    return (1.0, -float(step), sign * value)


class _Thinned:
    """A study that shows some of its trials only."""

    def __init__(self, study: optuna.Study, trials: list[FrozenTrial]) -> None:
        self._study, self.trials = study, trials

    def __getattr__(self, name: str) -> Any:
        return getattr(self._study, name)

    def _get_trials(self, *, states: Collection[TrialState] | None = None, **_: bool) -> list[FrozenTrial]:
        return [t for t in self.trials if states is None or t.state in states]


class ReplayedNsga2(optuna.samplers.NSGAIISampler):
    """NSGA-II (Deb et al. 2002) whose draws depend on the seed, the trial and the parameter alone.

    What was tried is asked again with its values fixed when a search is resumed; the genes that a trial carries
    without using them then come out as they did.
    """

    def __init__(self, *, seed: int, population_size: int) -> None:
        super().__init__(seed=seed, population_size=population_size)
        self._seed = seed

    def before_trial(self, study: Any, trial: FrozenTrial) -> None:
        """Note the generation of a trial, also of one whose values are all given: it is a parent like the others."""
        self.get_trial_generation(study, trial)
        super().before_trial(study, trial)

    def sample_independent(
        self, study: Any, trial: FrozenTrial, param_name: str, param_distribution: Any
    ) -> Any:
        """Draw a parameter of the first generation, or one that mutates."""
        seeds = np.random.SeedSequence((self._seed, trial.number, zlib.crc32(param_name.encode())))
        self._random_sampler._rng.rng.seed(int(seeds.generate_state(1)[0]))
        return super().sample_independent(study, trial, param_name, param_distribution)


def reseed(sampler: Any, seed: int) -> None:
    """Make the next proposal of a sampler depend on `seed` and the trials alone, not on earlier proposals."""
    if isinstance(sampler, optuna.samplers.TPESampler):
        sampler._random_sampler._rng.rng.seed(seed)
    sampler._rng.rng.seed(seed)
