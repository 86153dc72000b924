"""When two trainings that sum the same numbers in another order count as the same.

The last bit of a float32 (6e-8 of its value) is another one on another processor, and with all folds at once than one
by one. It grows from step to step, and where it takes an input of a ReLU over zero, a row's gradient comes or goes at
once. Measured for every case of these tests with the kernels of four processors: the outputs after two epochs differ by
up to 6e-5 of the largest (4e-4 where a ReLU tips over; after six epochs that was 2e-2), losses of all epochs by up to
6e-4 of their value. Batches of another epoch, or another dropout mask, move the outputs after two epochs by 0.04 to 1.4
of the largest. The tolerances lie between.

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

LOSS_RTOL = 5e-3
N_EPOCHS = 2
OUTPUT_TOLERANCE = 1e-2  # of the largest output, after so many epochs


def assert_same_losses(one: TrainResult, other: TrainResult) -> None:
    """Compare the losses of both parts of the data in every epoch of every replica."""
    np.testing.assert_allclose(one.curves[:, :, :2], other.curves[:, :, :2], rtol=LOSS_RTOL)


def assert_same_networks(problem: Problem, spec: TrainSpec, other: TrainSpec) -> None:
    """Train as both say for two epochs, and compare what the networks then make of all rows."""
    one, two = (outputs_at_the_end(problem, how) for how in (spec, other))
    np.testing.assert_allclose(one, two, rtol=0, atol=OUTPUT_TOLERANCE * float(np.abs(two).max()))


def outputs_at_the_end(problem: Problem, spec: TrainSpec) -> NDArray[np.float32]:
    """Return the outputs (R, n, K) after two epochs: without rows to validate on, the last epoch is the one kept."""
    nothing = tuple(np.zeros(0, np.int64) for _ in problem.valid)
    short = dataclasses.replace(spec, stop_epoch=N_EPOCHS)
    result = Trainer(dataclasses.replace(problem, valid=nothing), short).run()
    assert result.best_epochs.tolist() == [N_EPOCHS - 1] * problem.n_replicas
    return predict(result.network, result.weights, result.stats, problem.inputs)
