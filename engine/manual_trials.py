"""Trials of the user's own: one like another, with other values, another seed, or for longer. Light."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..storage.errors import ConflictError
from ..storage.records import Request, StudyRecord, TrialKind, TrialRecord, TrialRequest, TrialState
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
# One that failed or was given up may be tried again.
_COUNT = (TrialState.COMPLETE, TrialState.RUNNING, TrialState.WAITING)


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


def request_like(
    store: Store, study: StudyRecord, trial: TrialRecord, *changes: Changes
) -> list[TrialRequest]:
    """Ask for trials that are like another one but for some changes.

    Parameters
    ----------
    store : Store
    study : StudyRecord
    trial : TrialRecord
        Of a network.
    *changes : Changes
        Of each trial that is asked for.

    Returns
    -------
    list of TrialRequest

    Raises
    ------
    SpecError
        Where the trial is a baseline, the study is being stopped, a value is none of its parameter, or there is such a
        trial already: training is deterministic, so its result would come again. Those before it stay asked for.
    """
    if trial.kind is TrialKind.BASELINE:
        raise SpecError(
            "The baseline {name} has no params to change; choose a trial of a network.", name=trial.name
        )
    if store.study(study.id).request is Request.STOP and store.engine_is_alive(study.id):
        raise SpecError(
            "The study {name!r} is being stopped; ask for trials once it has stopped.", name=study.name
        )
    known = parameters_of(store, study, trial.family)
    others = _Others(store, study.id)
    asked: list[TrialRequest] = []
    for one in changes:
        values = _changed(trial, known, one.values)
        params = _params(study, trial, known, values, one)
        others.refuse(trial.family, params)
        facts = encoded(TrialFacts(values=values))
        asked.append(store.request_trial(study.id, family=trial.family, params=params, user_attrs=facts))
        others.requests.append(asked[-1])
    return asked


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
    if not study.n_requested or store.engine_is_alive(study_id):
        return False
    if study.state.is_ended or study.request is Request.STOP:
        try:
            extend(store, study, More(n_trials=study.n_requested))
        except ConflictError:
            # An engine has claimed it since, and takes them up.
            return False
    else:
        store.request(study_id, Request.RUN)
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


class _Others:
    """The trials of a study and those that were asked for, of which none is to come again."""

    def __init__(self, store: Store, study_id: int) -> None:
        self.requests = store.trial_requests(study_id)
        self._trials = [t for t in store.trials(study_id) if t.state in _COUNT]

    def refuse(self, family: str, params: Params) -> None:
        """Refuse what is there already."""
        for other in self._trials:
            if other.family == family and dict(other.params) == dict(params):
                raise SpecError(
                    "Trial {number} has exactly these params, and its result would come again; change one of them, or "
                    "take another seed.",
                    number=other.number,
                )
        if any(one.family == family and dict(one.params) == dict(params) for one in self.requests):
            raise SpecError(
                "A trial with exactly these params was asked for already, and waits for its turn."
            )


def _without_seed(params: Params) -> dict[str, ParamValue]:
    return {name: value for name, value in params.items() if name != SEED}
