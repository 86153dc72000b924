"""When two trainings that sum the same numbers in another order count as the same.

The last bit of a float32 (6e-8 of its value) is another one on another processor, and with all folds at once than one
by one. What it grows to was measured for every case of these tests, by training on inputs whose last bit was changed,
with the kernels of several processors: the losses of an epoch moved by up to 5e-4 of their value, the outputs of the
last epoch by up to 2e-4 of the largest. Batches of another epoch, or another dropout mask, move the outputs by 0.06 to
1.3 of the largest. The tolerances lie between.

Nothing here compares what jumps where the outputs hardly move: an accuracy, the number of the best epoch (test_trainer
compares it where the epochs are clearly apart), or a weight that the outputs do not depend on. Such a weight, a bias
before batch normalization or of the keys of attention, has a gradient of exactly zero; Adam divides the noise that is
left of it by its own size, and walks at random by up to the learning rate in every step.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from cupel.engine.training.problem import Problem
from cupel.engine.training.trainer import Trainer, TrainResult, TrainSpec, predict
from numpy.typing import NDArray

LOSS_RTOL = 2e-3
OUTPUT_TOLERANCE = 2e-3  # of the largest output


def assert_same_losses(one: TrainResult, other: TrainResult) -> None:
    """Compare the losses of both parts of the data in every epoch of every replica."""
    np.testing.assert_allclose(one.curves[:, :, :2], other.curves[:, :, :2], rtol=LOSS_RTOL)


def assert_same_last_networks(problem: Problem, spec: TrainSpec, other: TrainSpec) -> None:
    """Train as both say, and compare what the networks of the last epoch make of all rows."""
    one, two = (outputs_at_the_end(problem, how) for how in (spec, other))
    np.testing.assert_allclose(one, two, rtol=0, atol=OUTPUT_TOLERANCE * float(np.abs(two).max()))


def outputs_at_the_end(problem: Problem, spec: TrainSpec) -> NDArray[np.float32]:
    """Return the outputs (R, n, K) of every replica's last epoch: without rows to validate on, that is the one kept."""
    nothing = tuple(np.zeros(0, np.int64) for _ in problem.valid)
    result = Trainer(dataclasses.replace(problem, valid=nothing), spec).run()
    return predict(result.network, result.weights, result.stats, problem.inputs)
