"""Every family for tables: all folds as one give what fold by fold gives, and what the Keras model of a fold gives."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from cupel.engine.domain.metrics import METRICS
from cupel.engine.families.registry import build_network
from cupel.engine.networks.keras_form import to_keras
from cupel.engine.training.losses import to_predictions
from cupel.engine.training.problem import Problem
from cupel.engine.training.trainer import Trainer, TrainSpec

from ..training.agreement import assert_same_losses, assert_same_networks
from ..training.problems import make_problem

PERIODIC = {"numeric_embedding": "periodic", "n_frequencies": 5, "frequency_scale": 0.5, "numeric_size": 4}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "realmlp": (
        "realmlp",
        {
            **PERIODIC, "n_layers": 2, "width": 20, "activation": "selu", "dropout": 0.15, "optimizer": "adam",
            "dropout_schedule": "flat_cosine", "weight_decay": 0.02, "weight_decay_schedule": "flat_cosine",
            "learning_rate": 0.04, "schedule": "coslog4", "beta_2": 0.95, "label_smoothing": 0.1,
        },
    ),
    "realmlp with embedded categories": (
        "realmlp",
        {"n_layers": 1, "width": 16, "activation": "mish", "embedding_size": 3, "learning_rate": 0.05},
    ),
    "tabm": (
        "tabm",
        {"n_layers": 2, "width": 16, "n_members": 5, "dropout": 0.1, "learning_rate": 5e-3, "schedule": "cosine"},
    ),
    "tabm with periodic embeddings and categories": (
        "tabm",
        {**PERIODIC, "n_layers": 1, "width": 12, "n_members": 3, "activation": "silu", "embedding_size": 3},
    ),
    "ft_transformer": (
        "ft_transformer",
        {"n_blocks": 2, "n_heads": 2, "head_size": 4, "dropout": 0.1, "learning_rate": 3e-3, "embedding_size": 4},
    ),
}  # fmt: skip
TASKS = {"binary": "log_loss", "multiclass": "log_loss", "regression": "rmse"}


def problem_for(case: str, task: str, **how: Any) -> Problem:
    problem = make_problem(task, n_codes=2 if "categories" in case or "ft_" in case else 0, **how)
    return dataclasses.replace(problem, shape=dataclasses.replace(problem.shape, task=task))


def settings(case: str, task: str, epochs: int = 6) -> TrainSpec:
    name, params = CASES[case]
    return TrainSpec(name, {"batch_size": 32, **params}, TASKS[task], epochs, seed=3)


@pytest.mark.parametrize(
    ("case", "task"),
    [
        # Attention compiles for long, and its tasks differ in the last layer alone, as those of the others.
        pytest.param(
            case, task, marks=[pytest.mark.slow] if case == "ft_transformer" and task != "binary" else []
        )
        for case in CASES
        for task in TASKS
    ],
)
def test_all_folds_as_one_are_each_fold_and_its_keras_model(case: str, task: str, tmp_path: Path) -> None:
    problem, spec = problem_for(case, task, n=150), settings(case, task)
    fused = Trainer(problem, spec).run()
    one_by_one = dataclasses.replace(spec, fused=False)
    assert_same_losses(fused, Trainer(problem, one_by_one).run())
    assert_same_networks(problem, spec, one_by_one)
    model = to_keras(fused.network, fused.weights[1], fused.stats[1])
    model.save(tmp_path / "network.keras")
    model = keras.models.load_model(tmp_path / "network.keras")  # safe mode: no custom code in the file
    inputs = problem.rows(1, problem.valid[1])
    feeds = {i.name: inputs[i.name][0] for i in model.inputs}
    outputs = to_predictions(task, np.asarray(model(feeds, training=False)))
    scale = problem.target_scale[1]
    np.testing.assert_allclose(problem.unscaled(1, outputs) / scale, fused.predictions[1] / scale, atol=2e-5)


@pytest.mark.parametrize("case", CASES)
def test_networks_learn(case: str) -> None:
    problem = problem_for(case, "regression", n=400)
    result = Trainer(problem, settings(case, "regression", epochs=30)).run()
    assert METRICS["rmse"].direction.is_better(result.best_scores.mean(), 0.6 * float(np.std(problem.y)))


def test_the_members_of_a_tabm_are_different_and_their_probabilities_are_averaged() -> None:
    problem = problem_for("tabm", "multiclass", n=150)
    result = Trainer(problem, settings("tabm", "multiclass")).run()
    values = result.network.weights.unpack(result.weights[0])
    x = problem.inputs["numeric"][0, problem.valid[0]]
    probabilities: list[Any] = []
    for k in range(5):
        hidden = x
        for i in range(2):
            mixed = (hidden * values[f"in_{i}/kernel"][k]) @ values[f"dense_{i}/kernel"]
            hidden = np.maximum(mixed * values[f"out_{i}/kernel"][k] + values[f"out_{i}/bias"][k], 0.0)
        outputs = hidden @ values["output/kernel"][k] + values["output/bias"][k]
        probabilities.append(to_predictions("multiclass", outputs))
    assert np.std(probabilities, axis=0).max() > 1e-3
    np.testing.assert_allclose(np.mean(probabilities, axis=0), result.predictions[0], atol=1e-5)


def test_parts_of_a_realmlp_learn_at_rates_of_their_own() -> None:
    problem, spec = problem_for("realmlp", "binary"), settings("realmlp", "binary", epochs=1)
    params = {
        **spec.params,
        "batch_size": 10_000,
        "schedule": "constant",
        "weight_decay": 0.0,
        "dropout": 0.0,
    }
    trainer = Trainer(problem, dataclasses.replace(spec, params=params))
    layout = trainer.network.weights
    seed = int(np.random.SeedSequence((spec.seed, 0)).generate_state(1)[0])
    before, after = layout.unpack(layout.initial([seed])[0]), layout.unpack(trainer.run().weights[0])
    # The first step of Adam is the learning rate, whatever the gradient. The output layer starts at 0: no other moves.
    moved = {name: np.abs(after[name] - before[name]).max() for name in before}
    np.testing.assert_allclose(moved["output/kernel"], 0.04, rtol=1e-3)
    np.testing.assert_allclose(moved["output/bias"], 0.004, rtol=1e-3)
    rates = {w.name: w.rate for w in layout.weights}
    assert (rates["scale/kernel"], rates["strength_0/kernel"], rates["frequencies/kernel"]) == (6.0, 0.1, 0.1)


def test_a_wide_network_is_asked_for_fewer_rows_at_once() -> None:
    shape = problem_for("tabm", "binary").shape
    name, params = CASES["tabm"]
    assert build_network(name, {**params, "n_members": 32}, shape).n_held == 32 * 16
