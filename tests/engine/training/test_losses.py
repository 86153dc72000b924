"""Losses against their formulas and against Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from cupel.engine.domain.errors import SpecError
from cupel.engine.training.losses import loss_function, loss_name
from cupel.engine.training.trainer import Trainer, TrainSpec

from .problems import make_problem

RNG = np.random.default_rng(0)


def of(name: str, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return loss_function(name)(
        tf.constant(outputs, tf.float32), tf.constant(targets, tf.float32), tf.constant(0.0)
    ).numpy()


def test_focal_losses_are_keras() -> None:
    logits, y = RNG.normal(size=(1, 50, 4)), RNG.integers(0, 4, (1, 50))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    expected = keras.losses.categorical_focal_crossentropy(np.eye(4)[y], probabilities, alpha=1.0, gamma=2.0)
    np.testing.assert_allclose(of("categorical_focal", logits, y), expected, rtol=1e-4)
    logits, y = RNG.normal(size=(1, 50, 1)), RNG.integers(0, 2, (1, 50))
    positive = 1 / (1 + np.exp(-logits))
    expected = keras.losses.binary_focal_crossentropy(y[..., None], positive, gamma=2.0)
    np.testing.assert_allclose(of("binary_focal", logits, y), expected, rtol=1e-4)


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_the_quantile_loss_is_smallest_at_the_quantile(fraction: float) -> None:
    y = RNG.exponential(size=(1, 4001))
    name = loss_name("regression", {"loss": "quantile", "quantile": fraction})
    guesses = np.linspace(0.0, 4.0, 401)
    means = [of(name, np.full((1, 4001, 1), g), y).mean() for g in guesses]
    assert guesses[int(np.argmin(means))] == pytest.approx(np.quantile(y, fraction), abs=0.02)


def test_a_network_learns_the_quantile_that_is_asked_for() -> None:
    problem = make_problem("regression", n=300)
    params = {
        "n_layers": 1, "width": 16, "optimizer": "adam", "learning_rate": 0.01, "batch_size": 32, "loss": "quantile",
    }  # fmt: skip
    below = []
    for fraction in (0.1, 0.9):
        spec = TrainSpec("mlp", {**params, "quantile": fraction}, "mae", max_epochs=25, seed=0, patience=None)
        result = Trainer(problem, spec).run()
        y = np.concatenate([problem.y[rows] for rows in problem.valid])
        below.append(np.mean(y < np.concatenate(result.predictions)))
    assert below[0] < 0.4 < 0.6 < below[1]


def test_a_loss_that_is_none_is_said() -> None:
    with pytest.raises(SpecError, match="choose one of crossentropy, focal"):
        loss_name("binary", {"loss": "mse"})
    with pytest.raises(SpecError, match="between 0 and 1"):
        loss_name("regression", {"loss": "quantile", "quantile": 1.5})
    assert loss_name("multiclass", {"loss": "focal"}) == "categorical_focal"
