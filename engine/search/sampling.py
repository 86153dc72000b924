"""The sampler's side of a search: Optuna in memory, rebuilt from the store's trials when a search is resumed.

The store is the truth; nothing here is kept. Every proposal of a sampler without memory (TPE, random, GP) depends on
the seed, the trial's number and the trials told so far, and on nothing else; the others are replayed. A search with one
worker therefore goes on after a crash as it would have without one.
"""

from __future__ import annotations

import importlib.util
import logging
import math
import random
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import optuna

from ...storage.records import TrialState
from ..domain.errors import SpecError
from ..domain.params import Params, ParamValue
from ..domain.space import Parameter, Space, parameters
from ..domain.space_points import Start, point_from, quick_start, smallest_start, start_points, to_params
from .few_trials import FewTrialsTpe, ReplayedNsga2, reseed
from .pruning import completed_rungs

optuna.logging.set_verbosity(optuna.logging.ERROR)
# The versions are pinned.
warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
_log = logging.getLogger(__name__)
_GRID_POINTS = 3
_GRID_LIMIT = 100_000
# Of a genetic search: searches have tens or hundreds of trials.
_POPULATION = 16
_DIRECTIONS = {
    "maximize": optuna.study.StudyDirection.MAXIMIZE,
    "minimize": optuna.study.StudyDirection.MINIMIZE,
}
_STATES = {
    TrialState.COMPLETE: optuna.trial.TrialState.COMPLETE,
    TrialState.PRUNED: optuna.trial.TrialState.PRUNED,
    TrialState.FAIL: optuna.trial.TrialState.FAIL,
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A parameter set to try: `values` by the space's parameter names, `params` by the engine's."""

    number: int
    family: str
    values: Params
    params: Params


@dataclass(frozen=True, slots=True)
class PastTrial:
    """A trial of the store, for `Search.restore`: `steps` are the intermediate values by `progress_step`.

    `is_copy`: it was not trained, having the parameters of an earlier one. `costs`: of the further objectives.
    """

    number: int
    family: str
    values: Params
    state: TrialState
    value: float | None
    steps: Mapping[int, float]
    is_copy: bool = False
    costs: tuple[float, ...] = ()


class Search:
    """Asks for parameter sets, and is told what came of them.

    Parameters
    ----------
    space : Space
        An adapted search space.
    families : sequence of str
    task, metric, direction, sampler : str
    seed : int
    starts : sequence of Start
        To try before the families' own start points; not for a grid.
    n_costs : int
        Objectives beside the score, to be minimized. With any, nothing may be reported: trials are not pruned.

    Attributes
    ----------
    begins_small : bool
        Whether `begin_small` was called.
    is_stateless : bool
        Whether proposals depend on the seed, the number and the trials told alone; others are replayed by `restore`.
    """

    def __init__(
        self,
        *,
        space: Space,
        families: Sequence[str],
        task: str,
        metric: str,
        direction: str,
        sampler: str,
        seed: int,
        pruner: optuna.pruners.BasePruner,
        starts: Sequence[Start] = (),
        n_costs: int = 0,
    ) -> None:
        self._families = tuple(families)
        self._task, self._metric, self._seed, self._sampler = task, metric, seed, sampler
        self._space, self._given = space, starts
        self._parameters = {f: parameters(space, f, task=task, metric=metric) for f in self._families}
        self._study = optuna.create_study(
            directions=[_DIRECTIONS[direction], *[optuna.study.StudyDirection.MINIMIZE] * n_costs],
            study_name=f"cupel-{seed}",
            pruner=pruner,
            sampler=make_sampler(sampler, seed, self._n_parameters()),
        )
        self.is_stateless = sampler in ("tpe", "random", "gp")
        # When it is asked again.
        self._keeps_values = self.is_stateless or sampler in ("grid", "nsga2")
        self._n_costs = n_costs
        self._starts = [] if sampler == "grid" else self._start_points()
        self._grid = self._grid_values() if sampler == "grid" else iter(())
        self._trials: dict[int, optuna.Trial] = {}
        # Proposals so far, of this process and of those before it.
        self._n_asked = 0
        self.begins_small = False

    def begin_small(self) -> None:
        """Put the start point of the smallest network first, before anything is asked; the others keep their order."""
        self.begins_small = True
        if not self._starts or self._given or self._quick():
            # A grid has no start points; the others begin with what was chosen to be first.
            return
        start = smallest_start(self._space, self._families, task=self._task, metric=self._metric)
        small = self._keyed(start.family, start.values)
        self._starts.sort(key=lambda point: point != small)

    @property
    def n_starts(self) -> int:
        """How many points are tried before anything is sampled; none of a grid."""
        return len(self._starts)

    def ask(self, number: int) -> Proposal | None:
        """Return what to try as trial `number`; None where a grid is exhausted."""
        fixed: Params | None = None
        if self._n_asked < len(self._starts):
            fixed = self._starts[self._n_asked]
        elif self._sampler == "grid":
            fixed = next(self._grid, None)
            if fixed is None:
                return None
        return self._ask(number, fixed)

    def report(self, number: int, step: int, value: float) -> bool:
        """Tell the mean over folds at a `progress_step`; return whether the pruner gives the trial up."""
        trial = self._trials[number]
        if np.isnan(value):
            return False
        trial.report(value, step)
        return bool(trial.should_prune())

    def tell(self, number: int, state: TrialState, value: float | None, costs: Sequence[float] = ()) -> None:
        """Tell what came of a trial; `costs` are positive, and told as logarithms."""
        trial = self._trials.pop(number)
        values = _values(value, costs) if state is TrialState.COMPLETE else None
        self._study.tell(trial, values, state=_STATES[state])

    def restore(self, trials: Iterable[PastTrial]) -> None:
        """Take up the trials of the store, in order; unfinished ones are asked again with their values fixed."""
        for past in sorted(trials, key=lambda t: t.number):
            if self._sampler == "grid":
                next(self._grid, None)
            if self.is_stateless and past.state.is_finished:
                self._n_asked += 1
                self._study.add_trial(self._frozen(past))
                continue
            self.ask_again(past)
            if past.state.is_finished:
                self.tell_again(past)

    def add(self, past: PastTrial) -> None:
        """Tell a trial that is finished and was not asked here, such as one of the user's inside the space.

        A sampler that has to be replayed is told of none.
        """
        if self.is_stateless and self._is_inside(past):
            self._study.add_trial(self._frozen(past))

    def ask_again(self, past: PastTrial) -> None:
        """Take a trial of the store up as one that runs."""
        if self._keeps_values or self._n_asked < len(self._starts):
            self._ask(past.number, self._full_values(past))
            return
        proposal = self._ask(past.number, None)
        if dict(proposal.values) != dict(past.values):
            _log.info(
                "trial %d was asked in another order; the sampler goes on from what was tried", past.number
            )

    def tell_again(self, past: PastTrial) -> None:
        """Tell what a trial of the store came to, after `ask_again`."""
        for step, value in past.steps.items() if not self._n_costs else ():
            self.report(past.number, step, value)
        self.tell(past.number, past.state, past.value, past.costs)

    def _ask(self, number: int, fixed: Params | None) -> Proposal:
        if self.is_stateless or self._sampler == "nsga2":
            seed = int(np.random.SeedSequence((self._seed, number)).generate_state(1)[0])
            reseed(self._study.sampler, seed)
        if fixed is not None:
            self._study.enqueue_trial(dict(fixed))
        trial = self._study.ask()
        self._n_asked += 1
        self._trials[number] = trial
        family = self._families[0]
        if len(self._families) > 1:
            family = trial.suggest_categorical("family", self._families)
        values: dict[str, ParamValue] = {}
        for p in self._parameters[family]:
            if p.applies(values):
                values[p.name] = _suggest(trial, self._key(family, p), p)
        # It crosses what all trials have: each carries the whole of the space.
        if self._sampler == "nsga2":
            for other in self._families:
                for p in self._parameters[other]:
                    _suggest(trial, self._key(other, p), p)
        params = to_params(self._space, family, values, task=self._task, metric=self._metric)
        return Proposal(number, family, values, params)

    def _key(self, family: str, p: Parameter) -> str:
        return p.name if len(self._families) == 1 else f"{family}.{p.name}"

    def _keyed(self, family: str, values: Params) -> dict[str, ParamValue]:
        named = {p.name: p for p in self._parameters[family]}
        keyed = {self._key(family, named[n]): v for n, v in values.items() if named[n].kind != "fixed"}
        return keyed if len(self._families) == 1 else {"family": family, **keyed}

    def _full_values(self, past: PastTrial) -> Params:
        return self._keyed(past.family, past.values)

    def _start_points(self) -> list[Params]:
        by_family = [
            [
                self._keyed(f, values)
                for values in start_points(self._space, f, task=self._task, metric=self._metric)
            ]
            for f in self._families
        ]
        longest = max(len(points) for points in by_family)
        own = [points[i] for i in range(longest) for points in by_family if i < len(points)]
        return [*(self._earlier() or self._quick()), *own]

    def _quick(self) -> list[Params]:
        found = quick_start(self._space, self._families, task=self._task, metric=self._metric)
        return [self._keyed(found.family, found.values)] if found else []

    def _earlier(self) -> list[Params]:
        """Return what an earlier study found, as far as it lies in the space."""
        return [
            self._keyed(
                start.family,
                point_from(self._space, start.family, start.values, task=self._task, metric=self._metric),
            )
            for start in self._given
            if start.family in self._families
        ]

    def _grid_values(self) -> Iterator[Params]:
        """Yield the points of the grid once each, in an order drawn from the seed; of a vast grid a random part."""
        rng = random.Random(self._seed)  # noqa: S311 - an order, no secret
        grids = {f: [p.grid(_GRID_POINTS) for p in self._parameters[f]] for f in self._families}
        sizes = {f: math.prod(len(grid) for grid in grids[f]) for f in self._families}
        total = sum(sizes.values())
        order = rng.sample(range(total), total) if total <= _GRID_LIMIT else None
        places = order or (rng.randrange(total) for _ in range(_GRID_LIMIT))
        seen: set[str] = set()
        for place in places:
            keyed = self._grid_point(place, grids, sizes)
            # Conditions leave parameters out: points coincide.
            if repr(keyed) not in seen:
                seen.add(repr(keyed))
                yield keyed

    def _grid_point(
        self, place: int, grids: Mapping[str, Sequence[tuple[ParamValue, ...]]], sizes: Mapping[str, int]
    ) -> Params:
        """Return the point at a place of the families' grids, laid one after the other."""
        families = iter(self._families)
        while place >= sizes[family := next(families)]:
            place -= sizes[family]
        values: dict[str, ParamValue] = {}
        for p, grid in zip(self._parameters[family], grids[family], strict=True):
            place, i = divmod(place, len(grid))
            if p.applies(values):
                values[p.name] = grid[i]
        return self._keyed(family, values)

    def _is_inside(self, past: PastTrial) -> bool:
        """Whether the values of a trial are a point of the space."""
        if past.family not in self._families:
            return False
        expected = {p.name: p for p in self._parameters[past.family] if p.applies(past.values)}
        return set(expected) == set(past.values) and all(
            p.clipped(past.values[name]) == past.values[name] for name, p in expected.items()
        )

    def _frozen(self, past: PastTrial) -> optuna.trial.FrozenTrial:
        distributions: dict[str, optuna.distributions.BaseDistribution] = {}
        if len(self._families) > 1:
            distributions["family"] = optuna.distributions.CategoricalDistribution(self._families)
        for p in self._parameters[past.family]:
            if p.name in past.values and p.kind != "fixed":
                distributions[self._key(past.family, p)] = _distribution(p)
        return optuna.trial.create_trial(
            state=_STATES[past.state],
            values=_values(past.value, past.costs) if past.state is TrialState.COMPLETE else None,
            params=self._keyed(past.family, past.values),
            distributions=distributions,
            intermediate_values={
                s: v for s, v in past.steps.items() if not np.isnan(v) and not self._n_costs
            },
            system_attrs=completed_rungs(self._study, past.number, past.steps),
        )

    def _n_parameters(self) -> int:
        return sum(len(ps) for ps in self._parameters.values())


def _values(value: float | None, costs: Sequence[float]) -> list[float]:
    """Return what Optuna is told; of costs the logarithm: halving a small network is worth as much as a large one."""
    return [float(value or 0.0), *(math.log(cost) for cost in costs)]


def _suggest(trial: optuna.Trial, key: str, p: Parameter) -> ParamValue:
    if p.kind == "fixed":
        return p.choices[0]
    if p.kind == "choice":
        found: ParamValue = trial.suggest_categorical(key, p.choices)  # pyright: ignore[reportAssignmentType] - no None among them
        return found
    if p.kind == "int":
        return trial.suggest_int(key, int(p.low), int(p.high), log=p.log, step=int(p.step or 1))
    return trial.suggest_float(key, p.low, p.high, log=p.log, step=p.step)


def _distribution(p: Parameter) -> optuna.distributions.BaseDistribution:
    if p.kind == "choice":
        return optuna.distributions.CategoricalDistribution(p.choices)
    if p.kind == "int":
        return optuna.distributions.IntDistribution(int(p.low), int(p.high), log=p.log, step=int(p.step or 1))
    return optuna.distributions.FloatDistribution(p.low, p.high, log=p.log, step=p.step)


def make_sampler(name: str, seed: int, n_parameters: int) -> optuna.samplers.BaseSampler:
    """Return Optuna's sampler.

    Raises
    ------
    SpecError
        For ``gp`` without PyTorch, which Optuna's Gaussian process needs.
    """
    if name == "random" or name == "grid":
        return optuna.samplers.RandomSampler(seed=seed)
    if name == "gp":
        if importlib.util.find_spec("torch") is None:
            raise SpecError(
                "The gp sampler needs PyTorch, which is not installed; choose tpe, or install cupel[gp]."
            )
        return optuna.samplers.GPSampler(seed=seed, deterministic_objective=True)
    if name == "nsga2":
        return ReplayedNsga2(seed=seed, population_size=_POPULATION)
    if name == "cmaes":
        return optuna.samplers.CmaEsSampler(seed=seed)
    if name == "qmc":
        return optuna.samplers.QMCSampler(seed=seed, scramble=True, warn_asynchronous_seeding=False)
    # multivariate by groups: conditional parameters are sampled together
    return FewTrialsTpe(
        seed=seed,
        multivariate=True,
        group=True,
        constant_liar=True,
        n_startup_trials=min(10, max(5, n_parameters // 2)),
    )
