"""Studies that are done go on with more: real engines and worker processes (doing a toy's work), a real store."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cupel.engine.commands.summary import standing_word, summary
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.resuming import More, extend, extended_budget, found_nothing
from cupel.engine.domain.spec import BudgetSpec, LimitsSpec, StudySpec
from cupel.engine.studies import create_study
from cupel.storage.errors import ConflictError
from cupel.storage.records import FailureKind, StudyState, TrialKind, TrialRecord, TrialState
from cupel.storage.store import Store

from tests.engine.search.engines import ROOT, Clock, InThread, run, wait_for


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(autouse=True)
def toy_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def new_study(store: Store, budget: BudgetSpec, **changes: object) -> int:
    values: dict[str, object] = {
        "target": "species", "max_epochs": 12, "export_dir": "", "sampler": "tpe", "pruner": "none", "n_workers": 1,
    }  # fmt: skip
    spec = StudySpec(**{**values, "budget": budget, **changes})  # type: ignore[arg-type]
    return create_study(store, "sample:iris", spec)[0].id


def searched(store: Store, study_id: int) -> list[TrialRecord]:
    return [t for t in store.trials(study_id) if t.kind is TrialKind.SEARCH]


def baselines(store: Store, study_id: int) -> list[TrialRecord]:
    return [t for t in store.trials(study_id) if t.kind is TrialKind.BASELINE]


def test_more_trials_go_on_as_if_the_search_had_asked_for_them_at_once(store: Store) -> None:
    whole, study_id = new_study(store, BudgetSpec(14)), new_study(store, BudgetSpec(8))
    assert run(store, whole) is StudyState.DONE
    assert run(store, study_id) is StudyState.DONE
    before = searched(store, study_id)
    assert extend(store, store.study(study_id), More(n_trials=6)).state is StudyState.QUEUED
    assert study_id in store.interrupted_studies()  # until an engine takes it
    assert run(store, study_id) is StudyState.DONE
    trials, expected = searched(store, study_id), searched(store, whole)
    assert [t.number for t in trials] == list(range(14))
    assert [(t.params, t.value) for t in trials] == [(t.params, t.value) for t in expected]
    assert [t.id for t in trials[:8]] == [t.id for t in before]
    assert [t.finished_at for t in trials[:8]] == [t.finished_at for t in before]  # none was trained again
    assert len(baselines(store, study_id)) == 3
    result = store.study(study_id).result
    assert result["best"]["trial"] == store.study(whole).result["best"]["trial"]


def test_more_time_is_counted_from_what_was_used_and_takes_the_place_of_the_other_limits(
    store: Store,
) -> None:
    study_id = new_study(store, BudgetSpec(2, 600.0, 0.99))
    assert run(store, study_id) is StudyState.DONE
    study = store.study(study_id)
    assert extended_budget(study, More(timeout_s=60.0)) == BudgetSpec(None, study.elapsed_s + 60.0, 0.99)
    assert extended_budget(study, More(n_trials=3)) == BudgetSpec(5, None, 0.99)
    assert extended_budget(study, More(3, 60.0)) == BudgetSpec(5, study.elapsed_s + 60.0, 0.99)


def test_a_target_that_was_reached_does_not_end_the_search_again_at_once(store: Store) -> None:
    study_id = new_study(store, BudgetSpec(target_score=0.5))
    assert run(store, study_id) is StudyState.DONE
    n_before = len(searched(store, study_id))
    extend(store, store.study(study_id), More(n_trials=3))
    assert run(store, study_id) is StudyState.DONE
    assert len(searched(store, study_id)) == n_before + 3


def test_what_a_limit_ruled_out_is_not_among_the_trials_that_were_asked_for(store: Store) -> None:
    limits = LimitsSpec(parameters=1500)
    study_id = new_study(store, BudgetSpec(4), limits=limits, sampler="random")
    assert run(store, study_id) is StudyState.DONE
    extend(store, store.study(study_id), More(n_trials=4))
    assert run(store, study_id) is StudyState.DONE
    assert sum(t.state is TrialState.COMPLETE for t in searched(store, study_id)) == 8


def test_baselines_that_were_left_out_are_run_when_the_study_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"baseline_s": 600.0}))
    study_id = new_study(store, BudgetSpec(3, 12.0))
    assert run(store, study_id) is StudyState.DONE
    left_out = [t for t in baselines(store, study_id) if t.state is TrialState.FAIL]
    assert left_out
    assert {t.failure.kind for t in left_out if t.failure} == {FailureKind.SKIPPED}
    monkeypatch.setenv("CUPEL_TOY", "{}")
    extend(store, store.study(study_id), More(n_trials=1))
    assert run(store, study_id) is StudyState.DONE
    assert [t.state for t in baselines(store, study_id)] == [TrialState.COMPLETE] * 3
    assert len(store.study(study_id).result["baselines"]) == 3


def test_a_running_study_gets_nothing_more(store: Store) -> None:
    study_id = new_study(store, BudgetSpec(3))
    store.claim_study(study_id, os.getpid())
    with pytest.raises(ConflictError, match="is running"):
        extend(store, store.study(study_id), More(n_trials=3))


@pytest.mark.parametrize(
    "values", [{"n_trials": 0}, {"timeout_s": 0.0}, {"timeout_s": -1.0}, {"timeout_s": float("nan")}]
)
def test_more_of_nothing_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(SpecError, match="must be"):
        More(**values)  # type: ignore[arg-type]


def test_a_search_whose_time_was_too_short_says_so_and_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"hang": [0]}))
    study_id = new_study(store, BudgetSpec(timeout_s=600.0))
    clock = Clock()
    engine = InThread(store, study_id, clock=clock)
    wait_for(lambda: any(t.epoch for t in searched(store, study_id)), engine)
    clock.ahead_s = 600.0
    assert engine.join() is StudyState.DONE
    study = store.study(study_id)
    why = found_nothing(study)
    assert why is not None
    assert "time was too short" in str(why)
    assert summary(store, study)["nothing_found"] == str(why)
    assert standing_word(study, ()) == "nothing found"
    extend(store, study, More(n_trials=2))
    assert run(store, study_id) is StudyState.DONE
    study = store.study(study_id)
    assert found_nothing(study) is None
    assert summary(store, study)["nothing_found"] is None
    assert [t.state for t in searched(store, study_id)] == [TrialState.FAIL] + [TrialState.COMPLETE] * 2


def test_a_search_that_failed_for_other_reasons_is_not_said_to_lack_time(store: Store) -> None:
    study_id = new_study(store, BudgetSpec(6), limits=LimitsSpec(parameters=1), sampler="random")
    assert run(store, study_id) is StudyState.DONE
    assert "within the limits" in str(found_nothing(store.study(study_id)))
