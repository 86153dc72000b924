"""Importance of params: what matters stands out of chance, and where nothing matters hardly anything does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.params import Params, ParamValue
from cupel.engine.domain.stored import encoded
from cupel.engine.domain.trial_facts import TrialFacts
from cupel.engine.search.importance import importance_of_study, measure
from cupel.storage.records import TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store


def drawn(n: int, seed: int = 0) -> list[Params]:
    """Draw settings, one param of which is there for one choice alone."""
    rng = np.random.default_rng(seed)
    settings: list[Params] = []
    for _ in range(n):
        one: dict[str, ParamValue] = {
            "learning_rate": float(10 ** rng.uniform(-4, -1)),
            "width": int(rng.integers(8, 257)),
            "activation": str(rng.choice(["relu", "gelu", "selu"])),
            "dropout": float(rng.uniform(0, 0.5)),
            "optimizer": str(rng.choice(["adam", "sgd"])),
            "always": 3,
        }
        if one["optimizer"] == "sgd":
            one["momentum"] = float(rng.uniform(0.5, 0.99))
        settings.append(one)
    return settings


def losses_of(settings: list[Params], rng: np.random.Generator) -> list[float]:
    """Return losses that the learning rate decides, and the activation a little."""
    return [
        (np.log10(float(str(one["learning_rate"]))) + 2.5) ** 2
        - 0.3 * (one["activation"] == "gelu")
        + 0.2 * rng.normal()
        for one in settings
    ]


def test_what_the_scores_depend_on_comes_first_and_stands_out() -> None:
    settings = drawn(200)
    found = measure(settings, np.array(losses_of(settings, np.random.default_rng(1))), n_shuffles=40)
    assert [one.name for one in found.params[:2]] == ["learning_rate", "activation"]
    assert [one.stands_out for one in found.params] == [True, True, *[False] * 4]
    assert "always" not in {one.name for one in found.params}
    assert sum(one.share for one in found.params) == pytest.approx(1.0)
    assert {one.name: one.n_trials for one in found.params}["momentum"] < 200


def test_of_noise_hardly_anything_stands_out() -> None:
    rng = np.random.default_rng(7)
    standing = n_params = 0
    for seed in range(12):
        found = measure(drawn(60, seed), rng.normal(size=60), seed=seed, n_shuffles=40)
        standing += sum(one.stands_out for one in found.params)
        n_params += len(found.params)
    # One of twenty by chance; so many more than that come once in a thousand times.
    assert standing <= 12, (standing, n_params)


def test_very_many_trials_are_drawn_from() -> None:
    settings = drawn(700)
    found = measure(settings, np.array(losses_of(settings, np.random.default_rng(1))), n_shuffles=3)
    assert (found.n_trials, found.n_known) == (300, 700)
    assert found.params[0].name == "learning_rate"


def test_pruned_trials_count_as_worse_and_families_are_told_apart(tmp_path: Path) -> None:
    with Store.open(tmp_path / "workspace") as store:
        study = store.create_study(
            name="made", dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="binary"
        )

        def add(number: int, one: Params, state: TrialState, value: float) -> None:
            family = "mlp" if number % 2 else "tabm"
            trial = store.create_trial(
                study_id=study.id, number=number, kind=TrialKind.SEARCH, family=family, params=one,
                user_attrs=encoded(TrialFacts(one)),
            )  # fmt: skip
            store.start_trial(trial.id, "worker")
            store.finish_trial(trial.id, TrialOutcome(state, value=value, value_std=0.0))

        settings = drawn(260)
        for number, one in enumerate(settings[:19]):
            add(number, one, TrialState.COMPLETE, 0.5)
        with pytest.raises(
            SpecError, match="19 trials have a score; which params matter is measured from 20 on"
        ):
            importance_of_study(store, study.id)
        for number, one in enumerate(settings[19:], start=19):
            # The pruned ones have the higher scores, as early ones of short schedules may.
            is_good = float(str(one["learning_rate"])) > 0.01
            add(number, one, TrialState.COMPLETE if is_good else TrialState.PRUNED, 0.9 if is_good else 0.99)
        found = importance_of_study(store, study.id)
        assert found.n_known == 260
        assert {one.family for one in found.params if one.name != "family"} == {"mlp", "tabm"}
        first = next(one for one in found.params if one.stands_out)
        assert first.name == "learning_rate"
