"""Each optimizer takes the steps of its Keras namesake."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from cupel.engine.training.optimizers import DEFAULTS, OPTIMIZERS
from cupel.engine.training.schedules import SCHEDULES, learning_rates

KERAS = {
    "sgd": lambda: keras.optimizers.SGD(0.05, momentum=0.9),
    "nesterov": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.05),
    "adamw": lambda: keras.optimizers.AdamW(0.05, weight_decay=0.0),
    "nadam": lambda: keras.optimizers.Nadam(0.05),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.05),
    "lion": lambda: keras.optimizers.Lion(0.05),
    "adagrad": lambda: keras.optimizers.Adagrad(0.05),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps_equal_keras(name: str) -> None:
    rng = np.random.default_rng(0)
    start = rng.normal(size=(2, 5)).astype(np.float32)
    gradients = rng.normal(size=(10, 2, 5)).astype(np.float32)
    variable, optimizer = keras.Variable(start), KERAS[name]()
    ours = tf.Variable(start)
    slots = [tf.Variable(tf.zeros_like(start)) for _ in range(OPTIMIZERS[name].n_slots)]
    hyper = {k: tf.constant(v) for k, v in DEFAULTS[name].items()}
    for i, g in enumerate(gradients):
        optimizer.apply([tf.constant(g)], [variable])
        OPTIMIZERS[name].rule(tf.constant(i + 1.0), hyper)(ours, tf.constant(g), slots, tf.constant(0.05))
    np.testing.assert_allclose(ours, np.asarray(variable), rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("n_steps", [1, 2, 7, 100])
def test_a_schedule_has_a_rate_for_every_step(name: str, n_steps: int) -> None:
    rates = learning_rates(name, 0.1, n_steps, warmup=0.1)
    assert rates.shape == (n_steps,)
    assert (rates >= 0).all()
    assert (rates <= 0.1 + 1e-7).all()


def test_warm_up_rises_to_the_full_rate() -> None:
    rates = learning_rates("constant", 1.0, 100, warmup=0.2)
    assert (np.diff(rates[:21]) > 0).all()
    assert (rates[20:] == 1.0).all()
