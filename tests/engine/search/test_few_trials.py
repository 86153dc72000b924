"""TPE on few trials is Optuna's TPE until there are many, and then keeps the best."""

from __future__ import annotations

import numpy as np
import optuna
import pytest
from cupel.engine.search.few_trials import FewTrialsTpe, reseed
from optuna.samplers._tpe import _truncnorm
from optuna.trial import TrialState

DISTRIBUTIONS: dict[str, optuna.distributions.BaseDistribution] = {
    "rate": optuna.distributions.FloatDistribution(1e-4, 1.0, log=True),
    "width": optuna.distributions.IntDistribution(8, 512, log=True),
    "activation": optuna.distributions.CategoricalDistribution(("relu", "gelu", "tanh")),
}
SETTINGS = {"multivariate": True, "group": True, "constant_liar": True, "n_startup_trials": 5}


def study_with(sampler: optuna.samplers.BaseSampler, n: int) -> optuna.Study:
    study = optuna.create_study(direction="maximize", sampler=sampler)
    rng = np.random.default_rng(1)
    for number in range(n):
        params = {
            "rate": float(10 ** rng.uniform(-4, 0)),
            "width": int(rng.integers(8, 513)),
            "activation": str(rng.choice(["relu", "gelu", "tanh"])),
        }
        value = -abs(np.log10(params["rate"]) + 2) - 0.01 * (params["activation"] != "gelu")
        state = TrialState.PRUNED if number % 7 == 3 else TrialState.COMPLETE
        study.add_trial(
            optuna.trial.create_trial(
                state=state,
                value=value if state is TrialState.COMPLETE else None,
                params=params,
                distributions=DISTRIBUTIONS,
                intermediate_values={0: value, 1: value},
            )
        )
    return study


def test_with_few_trials_it_proposes_what_optuna_does() -> None:
    ours, optunas = FewTrialsTpe(seed=4, **SETTINGS), optuna.samplers.TPESampler(seed=4, **SETTINGS)
    proposals = [study_with(sampler, 60).ask(DISTRIBUTIONS).params for sampler in (ours, optunas)]
    assert proposals[0]["activation"] == proposals[1]["activation"]
    for name in ("rate", "width"):
        assert proposals[0][name] == pytest.approx(proposals[1][name], rel=1e-9)


def test_with_many_trials_it_keeps_the_best_and_a_spread_of_the_rest() -> None:
    sampler = FewTrialsTpe(seed=4, **SETTINGS)
    study = study_with(sampler, 500)
    chosen = sampler.chosen(study, 500)
    assert len(chosen) == 25 + 60
    complete = sorted(
        (t for t in study.trials if t.state is TrialState.COMPLETE), key=lambda t: -(t.value or 0.0)
    )
    assert {t.number for t in complete[:25]} <= {t.number for t in chosen}
    assert max(t.number for t in chosen) - min(t.number for t in chosen) > 400


def test_with_many_trials_it_proposes_near_the_best() -> None:
    study = study_with(FewTrialsTpe(seed=4, **SETTINGS), 500)
    rates = []
    for _ in range(20):
        trial = study.ask(DISTRIBUTIONS)
        rates.append(np.log10(trial.params["rate"]))
        study.tell(trial, -abs(rates[-1] + 2))
    assert abs(np.median(rates) + 2) < 0.3


def test_a_proposal_depends_on_the_seed_alone() -> None:
    proposals = []
    for wasted in (0, 3):
        sampler = FewTrialsTpe(seed=9, **SETTINGS)
        study = study_with(sampler, 60)
        for _ in range(wasted):
            sampler.sample_independent(study, study.ask(), "rate", DISTRIBUTIONS["rate"])
        reseed(sampler, 5)
        proposals.append(study.ask(DISTRIBUTIONS).params)
    assert proposals[0] == proposals[1]


def test_the_compiled_function_is_optunas() -> None:
    points = np.concatenate([np.linspace(-30, 10, 201), [-1e3, -1e-9, 0.0]])
    expected = [_truncnorm._log_ndtr_single(float(a)) for a in points]
    np.testing.assert_allclose(
        _truncnorm._log_ndtr(points), expected, rtol=1e-9, atol=1e-15
    )  # Optuna's cancels above 5
