"""Which params the scores of a study depend on: PED-ANOVA, held against what chance gives.

Watanabe, Bansal, Hutter: PED-ANOVA (IJCAI 2023), and its conditional form (KDD 2026), as Optuna has them: how far the
values of a param in the best trials are from its values in all. What was pruned was worse than what is complete. Chance
is measured: the same ranks are dealt to the trials at random, again and again.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import optuna
from numpy.typing import NDArray

from ...storage.ranking import Direction
from ...storage.records import TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..domain.errors import SpecError
from ..domain.importance import LEAST_TRIALS, Importance, ParamImportance
from ..domain.params import Params
from ..domain.trial_facts import TrialFacts

optuna.logging.set_verbosity(optuna.logging.ERROR)
QUANTILE = 0.1
_N_SHUFFLES = 100
_LEVEL = 0.95
# Trials beyond that say hardly more, and each costs time in every shuffle.
_MOST_TRIALS = 300
_LEAST_TARGETS = 5

Dist = optuna.distributions.BaseDistribution


def importance_of_study(
    store: Store, study_id: int, progress: Callable[[str, float], object] = lambda _doing, _fraction: None
) -> Importance:
    """Measure which params the scores of a study depend on.

    Parameters
    ----------
    store : Store
    study_id : int
        Of the study in the store.
    progress : callable
        Is told what is being done and how far it is, in [0, 1].

    Returns
    -------
    Importance

    Raises
    ------
    SpecError
        Where fewer than `LEAST_TRIALS` trials have a score.
    """
    study = store.study(study_id)
    trials = _scored(store.trials(study_id))
    if len(trials) < LEAST_TRIALS:
        raise SpecError(
            "{n} trials have a score; which params matter is measured from {least} on.",
            n=len(trials),
            least=LEAST_TRIALS,
        )
    several = len({trial.family for trial in trials}) > 1
    values = [_values(trial, several=several) for trial in trials]
    return measure(values, _losses(trials, study.direction), progress=progress)


def measure(
    values: Sequence[Params],
    losses: NDArray[np.float64],
    *,
    seed: int = 0,
    n_shuffles: int = _N_SHUFFLES,
    progress: Callable[[str, float], object] = lambda _doing, _fraction: None,
) -> Importance:
    """Measure on which of some values it depends which trials are the best.

    Parameters
    ----------
    values : sequence of mapping
        Of each trial, by name; ``FAMILY.NAME`` where there are several families, and ``family``.
    losses : ndarray of shape (n_trials,)
        The best trial has the smallest.
    seed : int
        Of the shuffles, and of which trials are taken where there are very many.
    n_shuffles : int
    progress : callable

    Returns
    -------
    Importance
    """
    rng = np.random.default_rng(seed)
    n_known = len(losses)
    taken = np.sort(rng.choice(n_known, min(n_known, _MOST_TRIALS), replace=False))
    values, losses = [values[int(i)] for i in taken], losses[taken]
    distributions = _distributions(values)
    # Of few trials a tenth is too few to see anything in.
    quantile = max(QUANTILE, min(_LEAST_TARGETS / len(losses), 0.5))
    study = _study_of(values, distributions)
    ours = _divergences(study, losses, quantile)
    others: list[dict[str, float]] = []
    for turn in range(n_shuffles):
        progress("chance", turn / n_shuffles)
        others.append(_divergences(study, rng.permutation(losses), quantile))
    whole = sum(ours.values()) or 1.0
    measured = [
        _told(
            name,
            share / whole,
            _level([other[name] for other in others]) / whole,
            sum(name in one for one in values),
        )
        for name, share in ours.items()
    ]
    measured.sort(key=lambda one: (not one.stands_out, -one.share))
    return Importance(len(losses), n_known, quantile, tuple(measured))


def _level(dealt: Sequence[float]) -> float:
    """Return what of 100 times 95 is not exceeded; the next higher one, as one of so few lies above it too often."""
    return float(np.quantile(dealt, _LEVEL, method="higher"))


def _told(key: str, share: float, chance: float, n_trials: int) -> ParamImportance:
    family, _, name = key.rpartition(".")
    return ParamImportance(name, family, share, chance, n_trials)


def _scored(trials: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Return the trials that are ranked with one another: complete or pruned, scored as the last of them."""
    scored = [
        t
        for t in trials
        if t.kind is not TrialKind.BASELINE
        and t.state in (TrialState.COMPLETE, TrialState.PRUNED)
        and t.same_as is None
        and t.value is not None
    ]
    return [t for t in scored if dict(t.digests) == dict(scored[-1].digests)]


def _losses(trials: Sequence[TrialRecord], direction: Direction) -> NDArray[np.float64]:
    """Return the ranks of trials from the best on: those that were pruned come after all that are complete."""
    scores = np.array([trial.value for trial in trials], dtype=np.float64)
    pruned = np.array([trial.state is TrialState.PRUNED for trial in trials])
    ranks = np.empty(len(trials))
    ranks[np.lexsort((-direction.sign * scores, pruned))] = np.arange(len(trials))
    return ranks


def _values(trial: TrialRecord, *, several: bool) -> Params:
    values: Params = dict(TrialFacts.of(trial).values or trial.params)
    if not several:
        return values
    return {"family": trial.family, **{f"{trial.family}.{name}": value for name, value in values.items()}}


def _distributions(values: Sequence[Mapping[str, object]]) -> dict[str, Dist]:
    """Return what each value is drawn from, as wide as was seen; those that are always the same are left out."""
    names = dict.fromkeys(name for one in values for name in one)
    found: dict[str, Dist] = {}
    for name in names:
        seen = [one[name] for one in values if name in one]
        distribution = _distribution(seen)
        if distribution is not None:
            found[name] = distribution
    return found


def _distribution(seen: Sequence[object]) -> Dist | None:
    numbers = [value for value in seen if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(seen):
        choices = tuple(sorted({value for value in seen if isinstance(value, str | bool)}, key=repr))
        return optuna.distributions.CategoricalDistribution(choices) if len(choices) > 1 else None
    low, high = min(numbers), max(numbers)
    if low == high:
        return None
    # Of what spans decades the logarithm tells.
    log = low > 0 and high / low >= 50
    if all(isinstance(value, int) for value in numbers):
        return optuna.distributions.IntDistribution(int(low), int(high), log=log)
    return optuna.distributions.FloatDistribution(float(low), float(high), log=log)


def _study_of(values: Sequence[Params], distributions: Mapping[str, Dist]) -> optuna.Study:
    """Return Optuna's study of trials with these values, each with its place as its value."""
    study = optuna.create_study(direction="minimize")
    study.add_trials([
        optuna.trial.create_trial(
            value=float(place),
            params={name: value for name, value in one.items() if name in distributions},
            distributions={name: distributions[name] for name in one if name in distributions},
        )
        for place, one in enumerate(values)
    ])  # fmt: skip
    return study


def _divergences(study: optuna.Study, losses: NDArray[np.float64], quantile: float) -> dict[str, float]:
    """Return how far each param's values in the best trials are from those in all."""
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=quantile)
    with warnings.catch_warnings():
        # That few trials make equal importances, which the caller sees.
        warnings.simplefilter("ignore")
        return dict(
            optuna.importance.get_param_importances(
                study, evaluator=evaluator, target=lambda trial: float(losses[trial.number]), normalize=False
            )
        )
