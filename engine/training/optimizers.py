"""Optimizers that update a stacked weight of R replicas in place, with every hyperparameter a tensor.

Each follows its Keras namesake to the letter of the update (a test compares them step by step), but takes its numbers
as tensors, so that one traced graph serves every learning rate, momentum and decay that the search tries. All are
element-wise: replicas never mix. Weight decay is decoupled (Loshchilov and Hutter 2019, arXiv 1711.05101) for all, and
is done by who calls. Where TensorFlow has a kernel for an update it is one pass over the memory, in place of a dozen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..tf import Tensor, Variable, tf

Slots = Sequence[tf.Variable]
"""What an optimizer keeps for one weight: variables of the weight's shape."""
Numbers = Mapping[str, tf.Tensor]
Update = Callable[[tf.Variable, tf.Tensor, Slots, tf.Tensor], None]
"""``update(weight, gradient, slots, rate)`` changes the variables `weight` and `slots`; `rate` is the learning rate."""
Rule = Callable[[tf.Tensor, Numbers], Update]
"""``rule(count, hyper)`` gives the update of all weights in one step.

`count` is the 1-based number of the step; `hyper` has ``momentum``, ``beta_1`` and ``beta_2``; all are float32 scalars.
"""
# Keras's default.
_EPSILON = 1e-7


@dataclass(frozen=True, slots=True)
class Optimizer:
    """An update rule.

    Attributes
    ----------
    name : str
    n_slots : int
        Variables of a weight's shape beside it, zero at the start.
    rule : Rule
    """

    name: str
    n_slots: int
    rule: Rule


def _momentum(*, nesterov: bool) -> Rule:
    def rule(_count: Tensor, hyper: Numbers) -> Update:
        def update(weight: Variable, g: Tensor, slots: Slots, rate: Tensor) -> None:
            tf.raw_ops.ResourceApplyKerasMomentum(
                var=weight.handle, accum=slots[0].handle, lr=rate, grad=g, momentum=hyper["momentum"],
                use_nesterov=nesterov,
            )  # fmt: skip

        return update

    return rule


def _adam(count: Tensor, hyper: Numbers) -> Update:
    beta_1, beta_2 = hyper["beta_1"], hyper["beta_2"]
    powers = tf.pow(beta_1, count), tf.pow(beta_2, count)

    def update(weight: Variable, g: Tensor, slots: Slots, rate: Tensor) -> None:
        tf.raw_ops.ResourceApplyAdam(
            var=weight.handle, m=slots[0].handle, v=slots[1].handle, beta1_power=powers[0], beta2_power=powers[1],
            lr=rate, beta1=beta_1, beta2=beta_2, epsilon=_EPSILON, grad=g,
        )  # fmt: skip

    return update


def _nadam(count: Tensor, hyper: Numbers) -> Update:
    beta_1, beta_2, decay = hyper["beta_1"], hyper["beta_2"], tf.constant(0.96)
    u_now = beta_1 * (1.0 - 0.5 * tf.pow(decay, count))
    u_next = beta_1 * (1.0 - 0.5 * tf.pow(decay, count + 1.0))
    is_first = tf.cast(tf.equal(count, 1.0), tf.float32)
    last = 1.0 - tf.pow(beta_2, count)

    def update(weight: Variable, g: Tensor, slots: Slots, rate: Tensor) -> None:
        # The third slot is the running product of u, 1 before the first step.
        product = slots[2].assign((slots[2] + is_first) * u_now).read_value()
        m = slots[0].assign_add((g - slots[0]) * (1.0 - beta_1)).read_value()
        v = slots[1].assign_add((tf.square(g) - slots[1]) * (1.0 - beta_2)).read_value()
        m_hat = u_next * m / (1.0 - product * u_next) + (1.0 - u_now) * g / (1.0 - product)
        weight.assign_sub(rate * m_hat / (tf.sqrt(v / last) + _EPSILON))

    return update


def _rmsprop(_count: Tensor, hyper: Numbers) -> Update:
    def update(weight: Variable, g: Tensor, slots: Slots, rate: Tensor) -> None:
        tf.raw_ops.ResourceApplyRMSProp(
            var=weight.handle, ms=slots[0].handle, mom=slots[1].handle, lr=rate, rho=hyper["beta_2"],
            momentum=hyper["momentum"], epsilon=_EPSILON, grad=g,
        )  # fmt: skip

    return update


def _lion(_count: Tensor, hyper: Numbers) -> Update:
    beta_1, beta_2 = hyper["beta_1"], hyper["beta_2"]

    def update(weight: Variable, g: Tensor, slots: Slots, rate: Tensor) -> None:
        m = slots[0].read_value()
        weight.assign_sub(rate * tf.sign(m * beta_1 + g * (1.0 - beta_1)))
        slots[0].assign(m * beta_2 + g * (1.0 - beta_2))

    return update


def _adagrad(_count: Tensor, _hyper: Numbers) -> Update:
    def update(weight: Variable, g: Tensor, slots: Slots, rate: Tensor) -> None:
        total = slots[0].assign_add(tf.square(g)).read_value()
        # 0.1: Keras's initial accumulator.
        weight.assign_sub(rate * g * tf.math.rsqrt(total + 0.1 + _EPSILON))

    return update


OPTIMIZERS: dict[str, Optimizer] = {
    o.name: o
    for o in (
        Optimizer("sgd", 1, _momentum(nesterov=False)),
        Optimizer("nesterov", 1, _momentum(nesterov=True)),
        Optimizer("adam", 2, _adam),
        # Decay is decoupled for all, so that only the search space tells them apart.
        Optimizer("adamw", 2, _adam),
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
