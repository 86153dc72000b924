"""Trials of the user's own: one like another, with other values, another seed, or for longer. Light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..storage.records import StudyRecord, StudyState, TrialKind, TrialRecord, TrialRequest, TrialState
from .domain.errors import SpecError
from .domain.kinds import DEFAULT_KIND, kinds_of
from .domain.params import EPOCHS, SEED, Params, ParamValue, number_in
from .domain.resuming import More, extend
from .domain.space import Parameter, parameters, space_for
from .domain.spec import StudySpec
from .domain.stored import encoded
from .domain.trial_facts import TrialFacts

if TYPE_CHECKING:
    from ..storage.store import Store

MOST_TIMES = 10.0
"""As long as a trial may be asked to train, at most, beside the one that it is like."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be other than in the trial that a new one is like.

    Attributes
    ----------
    values : mapping of str to value
        By the names of the search space; parameters that they bring in have their defaults, unless they are here too.
    seed : int or None
        Of training; None for the one of that trial.
    times : float
        How many times as many epochs it trains; more than 0, at most `MOST_TIMES`.
    """

    values: Params = field(default_factory=dict[str, ParamValue])
    seed: int | None = None
    times: float = 1.0


def parameters_of(store: Store, study: StudyRecord, family: str) -> tuple[Parameter, ...]:
    """Return the parameters of a family in a study's space, in order; some do not apply to all values.

    Parameters
    ----------
    store : Store
    study : StudyRecord
    family : str

    Returns
    -------
    tuple of Parameter
    """
    spec = StudySpec.of_study(study)
    # Of its schema the kinds alone: `TableSchema` needs what the window must not load.
    stored = {} if study.dataset_id is None else store.dataset(study.dataset_id).schema
    kinds = kinds_of(str(stored.get("data_kind", DEFAULT_KIND)))
    given = spec.space if spec.space is not None and family in spec.space.families else None
    space = space_for(given, dict.fromkeys((*spec.families, family)), kinds)
    return parameters(space, family, task=spec.task, metric=spec.metric)


def values_of(trial: TrialRecord, known: tuple[Parameter, ...]) -> dict[str, ParamValue]:
    """Return the values of a trial, by the names of the search space.

    Parameters
    ----------
    trial : TrialRecord
    known : tuple of Parameter

    Returns
    -------
    dict
        Of those parameters that the trial has.
    """
    values: dict[str, ParamValue] = {}
    proposed = TrialFacts.of(trial).values
    for p in known:
        if p.applies(values) and p.target in trial.params:
            values[p.name] = proposed.get(p.name, trial.params[p.target])
    return values


def whole_setting(known: tuple[Parameter, ...], given: Params) -> dict[str, ParamValue]:
    """Return a setting in which all params that apply have a value: what is given, or their default.

    Parameters
    ----------
    known : tuple of Parameter
        In the order of their space.
    given : mapping of str to value

    Returns
    -------
    dict
    """
    values: dict[str, ParamValue] = {}
    for p in known:
        if p.applies(values):
            values[p.name] = given.get(p.name, p.default)
    return values


def request_like(store: Store, study: StudyRecord, trial: TrialRecord, changes: Changes) -> TrialRequest:
    """Ask for a trial that is like another one but for some changes.

    Parameters
    ----------
    store : Store
    study : StudyRecord
    trial : TrialRecord
        Of a network.
    changes : Changes

    Returns
    -------
    TrialRequest

    Raises
    ------
    SpecError
        Where the trial is a baseline, a value is none of its parameter, or there is such a trial already: training is
        deterministic, so its result would come again.
    """
    if trial.kind is TrialKind.BASELINE:
        raise SpecError(
            "The baseline {name} has no params to change; choose a trial of a network.", name=trial.name
        )
    known = parameters_of(store, study, trial.family)
    values = _changed(trial, known, changes.values)
    params = _params(study, trial, known, values, changes)
    _refuse_copy(store, study, trial.family, params)
    facts = encoded(TrialFacts(values=values))
    return store.request_trial(study.id, family=trial.family, params=params, user_attrs=facts)


def further_seeds(store: Store, study: StudyRecord, trial: TrialRecord, n_seeds: int) -> list[int]:
    """Return seeds that no trial of the same params has had.

    Parameters
    ----------
    store : Store
    study : StudyRecord
    trial : TrialRecord
    n_seeds : int

    Returns
    -------
    list of int
    """
    own = int(number_in(trial.params, SEED, StudySpec.of_study(study).seed))
    plain = _without_seed(trial.params)
    asked = [(t.family, t.params) for t in (*store.trials(study.id), *store.trial_requests(study.id))]
    taken = {
        int(number_in(p, SEED, own))
        for family, p in asked
        if (family, _without_seed(p)) == (trial.family, plain)
    }
    seeds: list[int] = []
    seed = own
    while len(seeds) < n_seeds:
        seed += 1
        if seed not in taken:
            seeds.append(seed)
    return seeds


def take_up(store: Store, study_id: int) -> bool:
    """Have the trials that were asked for run: at once where an engine has the study, or by one that is started then.

    Parameters
    ----------
    store : Store
    study_id : int

    Returns
    -------
    bool
        Whether an engine is to be started.
    """
    study = store.study(study_id)
    if (
        not study.n_requested
        or store.engine_is_alive(study_id)
        or study.state in (StudyState.DRAFT, StudyState.QUEUED)
    ):
        return False
    if study.state in (StudyState.DONE, StudyState.FAILED):
        extend(store, study, More(n_trials=study.n_requested))
    return True


def _changed(trial: TrialRecord, known: tuple[Parameter, ...], wanted: Params) -> dict[str, ParamValue]:
    """Return a whole setting: the trial's, what is wanted, and defaults of what that brings in."""
    named = {p.name: p for p in known}
    given: dict[str, ParamValue] = {}
    for name, value in wanted.items():
        if name not in named:
            raise SpecError(
                "{name!r} is no param of the family {family}; it has {names}.",
                name=name,
                family=trial.family,
                names=", ".join(p.name for p in known if p.kind != "fixed"),
            )
        given[name] = named[name].checked(value)
    own, before = values_of(trial, known), whole_setting(known, values_of(trial, known))
    values = whole_setting(known, {**own, **given})
    # A param that applied before and that the trial does not have is none of its: an older version knew fewer.
    absent = {p.name for p in known if p.name in before and p.name not in own and p.name not in given}
    return {name: value for name, value in values.items() if name not in absent}


def _params(
    study: StudyRecord,
    trial: TrialRecord,
    known: tuple[Parameter, ...],
    values: Params,
    changes: Changes,
) -> dict[str, ParamValue]:
    """Return what the network is built from: as the trial's, but for what was changed."""
    if not 0 < changes.times <= MOST_TIMES:
        raise SpecError(
            "A trial cannot train {times} times as long; choose more than 0 and at most {most}.",
            times=changes.times,
            most=MOST_TIMES,
        )
    targets = {p.target for p in known}
    params = {name: value for name, value in trial.params.items() if name not in targets}
    params |= {p.target: values[p.name] for p in known if p.name in values}
    if changes.times != 1.0:
        params[EPOCHS] = number_in(params, EPOCHS, 1.0) * changes.times
    if changes.seed is not None and changes.seed != StudySpec.of_study(study).seed:
        params[SEED] = changes.seed
    elif changes.seed is not None:
        params.pop(SEED, None)
    return params


def _refuse_copy(store: Store, study: StudyRecord, family: str, params: Mapping[str, ParamValue]) -> None:
    for other in store.trials(study.id):
        is_same = other.family == family and dict(other.params) == dict(params)
        if is_same and other.state in (TrialState.COMPLETE, TrialState.RUNNING, TrialState.WAITING):
            raise SpecError(
                "Trial {number} has exactly these params, and its result would come again; change one of them, or take "
                "another seed.",
                number=other.number,
            )
    for asked in store.trial_requests(study.id):
        if asked.family == family and dict(asked.params) == dict(params):
            raise SpecError(
                "A trial with exactly these params was asked for already, and waits for its turn."
            )


def _without_seed(params: Params) -> dict[str, ParamValue]:
    return {name: value for name, value in params.items() if name != SEED}
