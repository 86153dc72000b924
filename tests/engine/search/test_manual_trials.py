"""Trials of the user's own: asked for, taken up by a running or a new engine, judged with the others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.params import EPOCHS, SEED
from cupel.engine.domain.resuming import More, extend
from cupel.engine.domain.spec import BudgetSpec, StudySpec
from cupel.engine.domain.trial_facts import TrialFacts
from cupel.engine.manual_trials import Changes, further_seeds, parameters_of, request_like, take_up
from cupel.engine.studies import create_study
from cupel.storage.records import (
    Request,
    StudyRecord,
    StudyState,
    TrialKind,
    TrialRecord,
    TrialRequest,
    TrialState,
)
from cupel.storage.store import Store

from tests.engine.search.engines import ROOT, InThread, run, wait_for


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(autouse=True)
def toy_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def study(store: Store) -> StudyRecord:
    made = new_study(store, BudgetSpec(6))
    assert run(store, made.id) is StudyState.DONE
    return store.study(made.id)


def new_study(store: Store, budget: BudgetSpec) -> StudyRecord:
    spec = StudySpec(
        target="species", max_epochs=12, export_dir="", sampler="tpe", pruner="none", n_workers=1, families=("mlp",),
        budget=budget,
    )  # fmt: skip
    return create_study(store, "sample:iris", spec)[0]


def best(store: Store, study: StudyRecord) -> TrialRecord:
    assert study.best_trial is not None
    return store.trial_by_number(study.id, study.best_trial)


def manual(store: Store, study: StudyRecord) -> list[TrialRecord]:
    return store.trials(study.id, kinds=[TrialKind.MANUAL])


def test_trials_asked_for_of_a_study_that_is_done_run_and_no_others(store: Store, study: StudyRecord) -> None:
    like = best(store, study)
    seeds = [Changes(seed=seed) for seed in further_seeds(store, study, like, 2)]
    request_like(store, study, like, *seeds, Changes({"learning_rate": 0.0123}))
    assert store.study(study.id).n_requested == 3
    assert take_up(store, study.id)
    assert run(store, study.id) is StudyState.DONE
    trials = manual(store, study)
    assert [t.number for t in trials] == [6, 7, 8]
    assert [t.state for t in trials] == [TrialState.COMPLETE] * 3
    assert [t.params.get(SEED) for t in trials] == [1, 2, None]
    assert trials[2].params["learning_rate"] == 0.0123
    assert {**trials[2].params, "learning_rate": 0} == {**like.params, "learning_rate": 0}
    after = store.study(study.id)
    assert (after.n_requested, sum(after.n_trials.values())) == (0, 9)
    assert len(store.trials(study.id, kinds=[TrialKind.SEARCH])) == 6


def test_a_search_goes_on_with_its_numbers_and_its_start_points(store: Store, study: StudyRecord) -> None:
    other = new_study(store, BudgetSpec(2))
    assert run(store, other.id) is StudyState.DONE
    first = store.trial_by_number(other.id, 0)
    request_like(store, other, first, Changes(seed=5))
    assert take_up(store, other.id)
    assert run(store, other.id) is StudyState.DONE
    extend(store, store.study(other.id), More(n_trials=1))
    assert run(store, other.id) is StudyState.DONE
    searched = store.trials(other.id, kinds=[TrialKind.SEARCH])
    assert [t.number for t in searched] == [0, 1, 3]
    # As the third proposal of a search without the user's trial, where it is a start point of the family.
    third = store.trials(study.id, kinds=[TrialKind.SEARCH])[2]
    assert TrialFacts.of(searched[2]).values == TrialFacts.of(third).values


def test_a_running_engine_takes_a_trial_up_and_does_not_prune_it(store: Store) -> None:
    study = new_study(store, BudgetSpec(timeout_s=3600.0))
    engine = InThread(store, study.id)
    wait_for(lambda: store.study(study.id).best_trial is not None, engine)
    like = best(store, store.study(study.id))
    request_like(store, study, like, Changes(times=2.0))
    assert not take_up(store, study.id)
    wait_for(lambda: any(t.state.is_finished for t in manual(store, study)), engine)
    store.request(study.id, Request.STOP)
    assert engine.join() is StudyState.STOPPED
    (own,) = manual(store, study)
    assert own.state is TrialState.COMPLETE
    assert own.params[EPOCHS] == 2.0 * float(like.params.get(EPOCHS, 1.0))
    assert own.n_epochs == 2 * (like.n_epochs or 0)
    numbers = [t.number for t in store.trials(study.id) if t.number >= 0]
    assert len(set(numbers)) == len(numbers)


def test_trials_asked_for_of_a_study_that_was_stopped_run(store: Store) -> None:
    study = new_study(store, BudgetSpec(timeout_s=3600.0))
    engine = InThread(store, study.id)
    wait_for(lambda: store.study(study.id).best_trial is not None, engine)
    like = best(store, store.study(study.id))
    store.request(study.id, Request.STOP)
    with pytest.raises(SpecError, match="is being stopped"):
        request_like(store, study, like, Changes(seed=3))
    assert engine.join() is StudyState.STOPPED
    before = [t.number for t in store.trials(study.id, kinds=[TrialKind.SEARCH])]
    request_like(store, study, like, Changes(seed=3))
    assert take_up(store, study.id)
    assert run(store, study.id) is StudyState.DONE
    (own,) = manual(store, study)
    assert own.state is TrialState.COMPLETE
    assert [t.number for t in store.trials(study.id, kinds=[TrialKind.SEARCH])] == before


def test_trials_asked_for_while_a_study_is_finished_run(store: Store, study: StudyRecord) -> None:
    like = best(store, study)
    extend(store, study, More(n_trials=1))
    asked: list[TrialRequest] = []

    def clock() -> float:
        # The engine looks at it all the time, so also between its search and its end.
        if not asked and store.study(study.id).state is StudyState.FINISHING:
            asked.extend(request_like(store, study, like, Changes(seed=3)))
            assert not take_up(store, study.id)
        return time.monotonic()

    assert run(store, study.id, clock=clock) is StudyState.DONE
    assert asked
    (own,) = manual(store, study)
    assert (own.state, own.params[SEED]) == (TrialState.COMPLETE, 3)
    assert store.study(study.id).n_requested == 0


def test_what_would_come_again_or_is_no_value_is_refused(store: Store, study: StudyRecord) -> None:
    like = best(store, study)
    with pytest.raises(SpecError, match=rf"Trial {like.number} has exactly these params"):
        request_like(store, study, like, Changes())
    request_like(store, study, like, Changes(seed=3))
    with pytest.raises(SpecError, match="was asked for already"):
        request_like(store, study, like, Changes(seed=3))
    with pytest.raises(SpecError, match=r"no param of the family mlp; it has .*learning_rate"):
        request_like(store, study, like, Changes({"lr": 1.0}))
    with pytest.raises(SpecError, match="'much' is no value of learning_rate; it takes a number such as"):
        request_like(store, study, like, Changes({"learning_rate": "much"}))
    with pytest.raises(SpecError, match=r"'2\.5' is no value of n_layers; it takes a whole number"):
        request_like(store, study, like, Changes({"n_layers": "2.5"}))
    with pytest.raises(SpecError, match=r"'sgdd' is no value of optimizer; it takes .*adamw"):
        request_like(store, study, like, Changes({"optimizer": "sgdd"}))
    with pytest.raises(SpecError, match=r"0(\.0)? times as long"):
        request_like(store, study, like, Changes(times=0.0))
    with pytest.raises(SpecError, match="The baseline majority has no params"):
        request_like(store, study, store.trial_by_number(study.id, -1), Changes(seed=9))
    assert store.study(study.id).n_requested == 1


def test_a_choice_brings_its_params_in_and_takes_others_away(store: Store, study: StudyRecord) -> None:
    like = best(store, study)
    known = {p.name: p for p in parameters_of(store, study, "mlp")}
    brought = next(p for p in known.values() if "sgd" in p.when.get("optimizer", ()))
    (asked,) = request_like(store, study, like, Changes({"optimizer": "SGD"}))
    assert asked.params["optimizer"] == "sgd"
    assert asked.params[brought.target] == brought.default
    values = {**TrialFacts.of(like).values, "optimizer": "sgd"}
    gone = {p.target for p in known.values() if p.when.get("optimizer") and not p.applies(values)}
    assert gone
    stays = {p.target for p in known.values() if p.applies(values)}
    assert not (gone - stays) & set(asked.params)
