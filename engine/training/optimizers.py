"""Optimizers as pure functions on the stacked weights of R replicas, with every hyperparameter a tensor.

Each follows its Keras namesake to the letter of the update (a test compares them step by step), but takes its numbers
as tensors, so that one traced graph serves every learning rate, momentum and decay that the search tries. All are
element-wise: replicas never mix. Weight decay is decoupled (Loshchilov and Hutter 2019, arXiv 1711.05101) for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

Slots = tuple[tf.Tensor, ...]
_EPSILON = 1e-7  # Keras's default


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An update rule.

    Attributes
    ----------
    name : str
    n_slots : int
        State tensors of the weights' shape, zero at the start.
    step : callable
        ``step(gradient, slots, rate, count, hyper) -> (delta, slots)``: `delta` is subtracted from the weights;
        `rate` is the learning rate, `count` the 1-based number of the step as float32, `hyper` has ``momentum``,
        ``beta_1`` and ``beta_2`` as float32 scalars.
    """

    name: str
    n_slots: int
    step: Callable[[tf.Tensor, Slots, tf.Tensor, tf.Tensor, Mapping[str, tf.Tensor]], tuple[tf.Tensor, Slots]]


def _sgd(
    g: tf.Tensor, slots: Slots, rate: tf.Tensor, count: tf.Tensor, hyper: Mapping[str, Any]
) -> tuple[tf.Tensor, Slots]:
    velocity = slots[0] * hyper["momentum"] - g * rate
    return -velocity, (velocity,)


def _nesterov(
    g: tf.Tensor, slots: Slots, rate: tf.Tensor, count: tf.Tensor, hyper: Mapping[str, Any]
) -> tuple[tf.Tensor, Slots]:
    velocity = slots[0] * hyper["momentum"] - g * rate
    return -(velocity * hyper["momentum"] - g * rate), (velocity,)


def _adam(
    g: tf.Tensor, slots: Slots, rate: tf.Tensor, count: tf.Tensor, hyper: Mapping[str, Any]
) -> tuple[tf.Tensor, Slots]:
    beta_1, beta_2 = hyper["beta_1"], hyper["beta_2"]
    m = slots[0] + (g - slots[0]) * (1.0 - beta_1)
    v = slots[1] + (tf.square(g) - slots[1]) * (1.0 - beta_2)
    alpha = rate * tf.sqrt(1.0 - tf.pow(beta_2, count)) / (1.0 - tf.pow(beta_1, count))
    return alpha * m / (tf.sqrt(v) + _EPSILON), (m, v)


def _nadam(
    g: tf.Tensor, slots: Slots, rate: tf.Tensor, count: tf.Tensor, hyper: Mapping[str, Any]
) -> tuple[tf.Tensor, Slots]:
    beta_1, beta_2, decay = hyper["beta_1"], hyper["beta_2"], tf.constant(0.96)
    u_now = beta_1 * (1.0 - 0.5 * tf.pow(decay, count))
    u_next = beta_1 * (1.0 - 0.5 * tf.pow(decay, count + 1.0))
    product = slots[2] + tf.cast(
        tf.equal(count, 1.0), tf.float32
    )  # the running product of u, 1 before the first step
    product_now = product * u_now
    product_next = product_now * u_next
    m = slots[0] + (g - slots[0]) * (1.0 - beta_1)
    v = slots[1] + (tf.square(g) - slots[1]) * (1.0 - beta_2)
    m_hat = u_next * m / (1.0 - product_next) + (1.0 - u_now) * g / (1.0 - product_now)
    v_hat = v / (1.0 - tf.pow(beta_2, count))
    return rate * m_hat / (tf.sqrt(v_hat) + _EPSILON), (m, v, product_now)


def _rmsprop(
    g: tf.Tensor, slots: Slots, rate: tf.Tensor, count: tf.Tensor, hyper: Mapping[str, Any]
) -> tuple[tf.Tensor, Slots]:
    rho = hyper["beta_2"]
    v = rho * slots[0] + (1.0 - rho) * tf.square(g)
    scaled = rate * g * tf.math.rsqrt(v + _EPSILON)
    velocity = hyper["momentum"] * slots[1] + scaled
    return velocity, (v, velocity)


def _lion(
    g: tf.Tensor, slots: Slots, rate: tf.Tensor, count: tf.Tensor, hyper: Mapping[str, Any]
) -> tuple[tf.Tensor, Slots]:
    beta_1, beta_2 = hyper["beta_1"], hyper["beta_2"]
    delta = rate * tf.sign(slots[0] * beta_1 + g * (1.0 - beta_1))
    return delta, (slots[0] * beta_2 + g * (1.0 - beta_2),)


def _adagrad(
    g: tf.Tensor, slots: Slots, rate: tf.Tensor, count: tf.Tensor, hyper: Mapping[str, Any]
) -> tuple[tf.Tensor, Slots]:
    total = slots[0] + tf.square(g)
    return rate * g * tf.math.rsqrt(total + 0.1 + _EPSILON), (total,)  # 0.1: Keras's initial accumulator


OPTIMIZERS: dict[str, Optimizer] = {
    o.name: o
    for o in (
        Optimizer("sgd", 1, _sgd),
        Optimizer("nesterov", 1, _nesterov),
        Optimizer("adam", 2, _adam),
        Optimizer(
            "adamw", 2, _adam
        ),  # decay is decoupled for all, so that only the search space tells them apart
        Optimizer("nadam", 3, _nadam),
        Optimizer("rmsprop", 2, _rmsprop),
        Optimizer("lion", 1, _lion),
        Optimizer("adagrad", 1, _adagrad),
    )
}

# Defaults of the numbers that the rules read; a trial's params override them.
DEFAULTS: dict[str, dict[str, float]] = {
    "sgd": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adam": {"beta_1": 0.9, "beta_2": 0.999},
    "adamw": {"beta_1": 0.9, "beta_2": 0.999},
    "nadam": {"beta_1": 0.9, "beta_2": 0.999},
    "rmsprop": {"beta_2": 0.9, "momentum": 0.0},
    "lion": {"beta_1": 0.9, "beta_2": 0.99},
    "adagrad": {},
}
