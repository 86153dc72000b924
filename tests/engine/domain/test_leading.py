"""The leading figures of a study follow the evidence, once there is one, and one sign: that of the metric."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cupel.engine.domain.comparable import (
    SCORING,
    all_scored_the_old_way,
    is_scored_the_old_way,
    table_is_scored_the_old_way,
)
from cupel.engine.domain.evidence import Claims, Corrected, Evidence, Verdict
from cupel.engine.domain.leading import leading_of, margin_of
from cupel.engine.domain.spec import spec_of
from cupel.engine.domain.stored import encoded
from cupel.engine.domain.verdict import shares_sentence
from cupel.storage.records import StudyRecord, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store

BETTER = Verdict("better", 0.03, 0.01, 0.05, 0.98, 0.02, 0.0)
UNDECIDED = Verdict("undecided", -0.019, -0.08, 0.04, 0.2, 0.04, 0.76)


def evidence(best: int, **verdicts: Verdict) -> Evidence:
    corrected = Corrected(0.76, 0.71, 0.82, 100, 3, 3, 0, 90, 90, {best: 0.7, 2: 0.3})
    return Evidence(best, "roc_auc", corrected, verdicts, (best,), (), 3, 3, mean=0.77)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "ws") as opened:
        yield opened


def study_of(store: Store, direction: str = "maximize", digests: dict[str, str] | None = None) -> StudyRecord:
    """Store a study with a network of 0.84 and two baselines, of 0.78 and 0.5."""
    study = store.create_study(
        name="s", dataset_id=None, spec=spec_of("y", n_folds=3, n_trials=1).to_json(), metric="roc_auc",
        direction=direction, task="binary",
    )  # fmt: skip
    for number, name, value in ((0, "", 0.84), (-1, "trees", 0.78), (-2, "majority", 0.5)):
        kind = TrialKind.BASELINE if name else TrialKind.SEARCH
        trial = store.create_trial(
            study_id=study.id, number=number, kind=kind, family="mlp", params={}, worker="w", name=name,
            digests=digests or {},
        )  # fmt: skip
        store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=value, value_std=0.04))
    store.set_best_trial(study.id, 0)
    return store.study(study.id)


def with_result(study: StudyRecord, found: Evidence, **means: float) -> StudyRecord:
    result: dict[str, Any] = {
        "best": {"trial": 0, "cv_mean": 0.77, "cv_std": 0.05},
        "baselines": {name: {"cv_mean": mean, "cv_std": 0.05} for name, mean in means.items()},
        "evidence": encoded(found),
    }
    return dataclasses.replace(study, result=result)


def test_while_a_search_goes_on_its_own_folds_lead_and_nothing_is_decided(store: Store) -> None:
    study = study_of(store)
    leading, margin = leading_of(study), margin_of(study)
    assert leading is not None
    assert margin is not None
    assert (leading.number, leading.value, leading.evidence) == (0, 0.84, None)
    assert (margin.baseline, margin.value, margin.is_ahead, margin.verdict) == ("trees", 0.78, True, None)
    assert margin.difference == pytest.approx(0.06)


def test_once_judged_the_figures_are_those_of_the_evidence(store: Store) -> None:
    study = with_result(
        study_of(store), evidence(0, trees=UNDECIDED, majority=BETTER), trees=0.79, majority=0.5
    )
    leading, margin = leading_of(study), margin_of(study)
    assert leading is not None
    assert margin is not None
    assert (leading.value, leading.spread, leading.n_repeats) == (0.77, 0.05, 3)
    assert (margin.baseline, margin.value, margin.difference) == ("trees", 0.79, -0.019)
    assert (margin.is_ahead, margin.verdict) == (False, UNDECIDED)


def test_a_trial_that_leads_since_then_is_not_judged_by_what_was_said_of_another(store: Store) -> None:
    study = with_result(study_of(store), evidence(5, trees=BETTER), trees=0.79)
    leading, margin = leading_of(study), margin_of(study)
    assert leading is not None
    assert margin is not None
    assert (leading.value, leading.evidence) == (0.84, None)
    assert margin.verdict is None


def test_of_errors_the_difference_keeps_the_sign_of_the_metric(store: Store) -> None:
    study = study_of(store, "minimize")
    margin = margin_of(study)
    assert margin is not None
    # The best baseline of an error is the lowest one.
    assert margin.baseline == "majority"
    assert margin.difference == pytest.approx(0.34)
    assert not margin.is_ahead


def test_an_unfinished_study_of_an_older_version_is_known_by_its_trials(store: Store) -> None:
    old, new = study_of(store), study_of(store, digests={"scoring": SCORING})
    assert table_is_scored_the_old_way(store.trial_table(old.id))
    assert not table_is_scored_the_old_way(store.trial_table(new.id))
    assert all_scored_the_old_way(store.trials(old.id))
    assert not all_scored_the_old_way(store.trials(new.id))
    assert not all_scored_the_old_way([*store.trials(old.id), *store.trials(new.id)])
    assert not all_scored_the_old_way([])
    marks = {t.name: is_scored_the_old_way(t) for t in store.trials(old.id)}
    assert marks == {"": True, "trees": False, "majority": False}


def test_the_same_claims_are_made_everywhere() -> None:
    found = encoded(Claims.of(evidence(0, trees=UNDECIDED), 2))
    assert found["corrected"] == {"value": 0.76, "low": 0.71, "high": 0.82}
    assert found["verdict"]["trees"]["verdict"] == "undecided"
    assert found["looks"] == 2
    assert encoded(Claims.of(None, 0)) == {"corrected": None, "verdict": {}, "looks": 0}


def test_how_often_each_trial_is_picked_is_told_where_it_is_not_always_the_same() -> None:
    corrected = evidence(0).corrected
    assert corrected is not None
    assert "#0 70%, #2 30%" in str(shares_sentence(corrected))
    assert shares_sentence(msgspec.structs.replace(corrected, shares={0: 1.0})) is None
