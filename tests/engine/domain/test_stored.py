"""What the store holds becomes types once: what older versions wrote is read, and what is damaged is said."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from cupel.engine.domain.bundles import Certificate, Manifest
from cupel.engine.domain.errors import Message, WorkspaceError
from cupel.engine.domain.evidence import Evidence
from cupel.engine.domain.results import BestTrial, FinalModel, OuterFolds, Scored, StudyResult, kept_parts
from cupel.engine.domain.spec import StudySpec, spec_of
from cupel.engine.domain.stored import encoded
from cupel.engine.domain.trial_facts import TrialFacts
from cupel.engine.domain.variants import VariantMeasures, VariantMethod
from cupel.storage.records import StudyRecord, TrialKind, TrialRecord, TrialState
from cupel.storage.store import Store

OLD_RESULT: dict[str, Any] = {
    "baselines": {"linear": {"cv_mean": 0.9, "cv_std": 0.02, "holdout": {"accuracy": 0.91}}},
    "beats_baselines": True,
    "best": {
        "cv_mean": 0.95, "cv_std": 0.01, "family": "mlp", "holdout": {"accuracy": 0.96},
        "params": {"width": 128, "dropout": 0.1, "smooth_clip": True, "activation": "selu"}, "trial": 1,
    },
    "corrected": {"bias": 0.0, "high": 1.0, "low": 0.98, "value": 0.95},
    "export": {"passed": True, "path": "/bundles/one"},
    "final": {
        "evidence": {"ensemble": [1.0, 1.0], "n_outer": 2, "refit": [0.96, 1.0]}, "kind": "ensemble", "n_networks": 5,
        "reason": {"args": {}, "template": "It is kept.", "text": "It is kept."},
    },
    "model_sha256": "a8",
    "tied": [1, 0],
}  # fmt: skip
"""As version 0.1.0 wrote it."""


@pytest.fixture
def study(store: Store) -> StudyRecord:
    return store.create_study(
        name="iris", dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="multiclass"
    )


@pytest.fixture
def trial(store: Store, study: StudyRecord) -> TrialRecord:
    return store.create_trial(study_id=study.id, number=7, kind=TrialKind.SEARCH, family="mlp", params={})


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path) as opened:
        yield opened


def test_a_spec_is_made_of_its_json_once_and_again_where_it_has_changed(
    store: Store, tmp_path: Path, study: StudyRecord
) -> None:
    def made(store: Store, target: str, seed: int) -> StudyRecord:
        spec = spec_of(target, seed=seed, n_trials=5).to_json()
        return store.create_study(
            name=target, dataset_id=None, spec=spec, metric="rmse", direction="minimize", task="regression"
        )

    one = made(store, "y", 1)
    spec = StudySpec.of_study(one)
    assert (spec.target, spec.seed) == ("y", 1)
    assert StudySpec.of_study(store.study(one.id)) is spec
    longer = dataclasses.replace(spec, max_epochs=7)
    assert StudySpec.of_study(dataclasses.replace(one, spec=longer.to_json())) == longer
    with Store.open(tmp_path / "another") as other:
        made(other, "w", 0)
        same_id = made(other, "z", 2)
        assert same_id.id == one.id
        assert StudySpec.of_study(same_id).target == "z"
    assert StudySpec.of_study(one) == spec
    with pytest.raises(WorkspaceError, match="iris"):
        StudySpec.of_study(study)


def test_a_result_of_an_older_version_is_read_and_known_as_such() -> None:
    result = StudyResult.from_json(OLD_RESULT, "iris")
    assert result.is_judged_the_old_way
    assert result.best is not None
    assert result.best.params == OLD_RESULT["best"]["params"]
    assert result.final is not None
    assert result.final.evidence.refit == (0.96, 1.0)
    assert result.holdout_scores("accuracy") == (0.96, {"linear": 0.91})
    assert result.split_audit is None, "not recorded"


def test_a_new_audit_leaves_what_an_older_version_wrote_as_it_is(store: Store, study: StudyRecord) -> None:
    store.set_result(study.id, OLD_RESULT)
    store.add_to_result(study.id, "audits", "1/sex", {"by": "sex"})
    assert {k: v for k, v in store.study(study.id).result.items() if k != "audits"} == OLD_RESULT


def test_a_result_has_the_keys_that_it_always_had() -> None:
    nothing = StudyResult(nothing_found=Message("Too short."))
    assert nothing.to_json() == {
        "baselines": {}, "nothing_found": {"template": "Too short.", "args": {}, "text": "Too short."}
    }  # fmt: skip
    evidence = Evidence(0, "accuracy", None, {}, (0,), (), 3, 1, 0.9)
    found = StudyResult(
        {"linear": Scored(0.8, None)},
        BestTrial(trial=0, cv_mean=0.9, cv_std=0.1),
        model_sha256="a8",
        final=FinalModel("ensemble", Message("{n} folds", {"n": 2}), OuterFolds(0), 3),
        evidence=evidence,
        looks=2,
    )
    stored = found.to_json()
    assert set(stored) == {
        "baselines", "best", "model_sha256", "final", "evidence", "corrected", "verdict", "looks"
    }  # fmt: skip
    assert stored["baselines"] == {"linear": {"cv_mean": 0.8, "cv_std": None, "holdout": None}}
    assert stored["final"]["reason"]["text"] == "2 folds"
    assert stored["final"]["evidence"] == {"n_outer": 0}
    assert stored["evidence"]["why_no_finalists"] is None
    assert (stored["corrected"], stored["verdict"], stored["looks"]) == (None, {}, 2)
    assert StudyResult.from_json(json.loads(json.dumps(stored)), "iris") == found


def test_what_is_no_result_is_one_sentence_that_names_the_study(store: Store, study: StudyRecord) -> None:
    store.set_result(study.id, {"best": {"trial": "the first one", "cv_mean": 1.0, "cv_std": None}})
    with pytest.raises(
        WorkspaceError, match=r"^The result of the study 'iris' cannot be read: .*best\.trial.*backup"
    ):
        StudyResult.of(store.study(study.id))
    with pytest.raises(WorkspaceError, match="iris"):
        kept_parts({"audits": 3}, StudyResult(), {}, "iris")
    for looks in (3, [3], None):
        with pytest.raises(WorkspaceError, match="iris"):
            StudyResult.from_json(
                {"split_audit": {"is_answered": True, "kind": "plain", "looks": looks}}, "iris"
            )


def test_what_is_known_of_a_trial_is_read_and_damage_names_it(store: Store, trial: TrialRecord) -> None:
    assert TrialFacts.of(trial) == TrialFacts()
    facts = TrialFacts({"width": 8, "dropout": 0.5, "clip": True, "act": "relu"}, small_first=True)
    assert set(encoded(facts)) == {"values", "small_first"}
    other = store.create_trial(
        study_id=trial.study_id, number=8, kind=TrialKind.SEARCH, family="mlp", params={},
        user_attrs={**encoded(facts), "of a newer version": [1]},
    )  # fmt: skip
    assert TrialFacts.of(other) == facts
    assert "of a newer version" in other.user_attrs
    damaged = store.create_trial(
        study_id=trial.study_id, number=9, kind=TrialKind.SEARCH, family="mlp", params={},
        user_attrs={"truncated": "perhaps"},
    )  # fmt: skip
    with pytest.raises(WorkspaceError, match=r"^What is known of trial 9 cannot be read: .*truncated"):
        TrialFacts.of(damaged)


def test_a_variant_of_an_older_schema_says_that_nothing_was_recorded(
    store: Store, trial: TrialRecord
) -> None:
    waiting = store.add_variant(trial.id, name="int8", method={"quantization": "int8", "sparsity": 0.5})
    assert VariantMethod.of(waiting).number_format == "int8"
    assert VariantMethod.of(waiting).float_layers == ()
    ended = store.finish_variant(waiting.id, state=TrialState.COMPLETE, measures={})
    assert VariantMeasures.of(ended) == VariantMeasures()
    assert VariantMeasures().to_json() == {"holdout": None, "layers": []}
    other = store.add_variant(trial.id, name="int4", method={"quantization": 4})
    with pytest.raises(WorkspaceError, match=r"^The method of the variant 'int4' cannot be read"):
        VariantMethod.of(other)
    bad = store.finish_variant(other.id, state=TrialState.COMPLETE, measures={"drop": {"mean": None}})
    with pytest.raises(WorkspaceError, match=r"^The measures of the variant 'int4' cannot be read: .*drop"):
        VariantMeasures.of(bad)


def test_an_export_without_a_certificate_has_not_passed(store: Store, trial: TrialRecord) -> None:
    export = store.add_export(trial.id, "/bundles/one")
    assert not Certificate.of(export).passed
    assert Manifest.of(export).files == {}


def test_a_sentence_that_lacks_values_is_its_template() -> None:
    assert str(Message("It took {seconds} s.")) == "It took {seconds} s."
    assert str(Message("It took {seconds} s.").filled(seconds=3)) == "It took 3 s."
    assert Message("It took {seconds} s.", {"seconds": 3}).to_json()["text"] == "It took 3 s."
    assert str(Message("{'no': template}")) == "{'no': template}"
