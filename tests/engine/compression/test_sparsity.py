"""Which weights become 0, and that they stay 0 while networks train on."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.compression.shrinking import shrink
from cupel.engine.families.registry import build_network
from cupel.engine.networks.layout import Weight, WeightLayout
from cupel.engine.training.sparsity import Sparsifier, sparsity_of
from cupel.engine.training.trainer import Trainer, TrainSpec, predict

from ..training.problems import make_problem

LAYOUT = WeightLayout(
    (
        Weight("a/kernel", (16, 8), decays=True),
        Weight("a/bias", (8,)),
        Weight("b/kernel", (8, 16), decays=True),
        Weight("c/kernel", (2, 2), decays=True),
    )
)
PARAMS = {
    "n_layers": 2, "width": 32, "activation": "relu", "dropout": 0.1, "optimizer": "adamw", "learning_rate": 0.01,
    "batch_size": 32, "weight_decay": 0.01,
}  # fmt: skip


@pytest.fixture
def weights() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(3, LAYOUT.size)).astype(np.float32)


def test_the_sparsity_rises_by_a_cubic_schedule_to_its_end() -> None:
    rising = [Sparsifier(LAYOUT, 0.8, 4).fraction(epoch) for epoch in range(6)]
    assert rising == sorted(rising)
    assert rising[0] == pytest.approx(0.8 * (1 - 0.75**3))
    assert rising[3:] == [0.8] * 3


def test_one_threshold_for_all_matrices_removes_the_smallest_of_each_network(weights: np.ndarray) -> None:
    kept = Sparsifier(LAYOUT, 0.75, 1).kept(0, weights)
    matrices = np.r_[0:128, 136:264]
    assert (kept[:, matrices] == 0).sum(axis=1).tolist() == [192] * 3
    assert kept[:, 128:136].all(), "biases stay"
    assert kept[:, 264:].all(), "a matrix too small to win anything stays"
    for row, mask in zip(np.abs(weights[:, matrices]), kept[:, matrices], strict=True):
        assert row[mask == 0].max() <= row[mask == 1].min()


def test_no_matrix_is_emptied_by_the_threshold_of_larger_ones(weights: np.ndarray) -> None:
    weights[:, :128] *= 0.01
    kept = Sparsifier(LAYOUT, 0.5, 1).kept(0, weights)
    assert (kept[:, :128] == 1).sum(axis=1).tolist() == [16] * 3
    for row, mask in zip(np.abs(weights[:, :128]), kept[:, :128], strict=True):
        assert row[mask == 0].max() <= row[mask == 1].min()


def test_a_threshold_a_layer_removes_the_same_part_of_each(weights: np.ndarray) -> None:
    weights[:, :128] *= 100
    kept = Sparsifier(LAYOUT, 0.5, 1, "layer").kept(0, weights)
    assert (kept[:, :128] == 0).sum(axis=1).tolist() == [64] * 3
    assert (kept[:, 136:264] == 0).sum(axis=1).tolist() == [64] * 3


def test_two_of_every_four_inputs_of_a_unit_stay(weights: np.ndarray) -> None:
    kept = Sparsifier(LAYOUT, 0.5, 1, "2:4").kept(0, weights)
    for start, shape in ((0, (16, 8)), (136, (8, 16))):
        mask = kept[:, start : start + 128].reshape(3, *shape)
        sizes = np.abs(weights[:, start : start + 128].reshape(3, *shape))
        for block in range(0, shape[0], 4):
            assert (mask[:, block : block + 4].sum(axis=1) == 2).all()
            best = sizes[:, block : block + 4].max(axis=1, keepdims=True)
            assert mask[:, block : block + 4][sizes[:, block : block + 4] == best].all()


@pytest.mark.parametrize("scope", ["global", "layer", "2:4"])
def test_zeros_stay_zeros_while_all_folds_train_on(scope: str) -> None:
    problem = make_problem()
    spec = TrainSpec("mlp", PARAMS, "accuracy", max_epochs=4, seed=0, patience=None)
    base = Trainer(problem, spec).run()
    layout = base.network.weights
    sparsity = 0.5 if scope == "2:4" else 0.75
    sparsifier = Sparsifier(layout, sparsity, 2, scope)
    result = Trainer(problem, spec, start=(base.weights, base.stats), sparsifier=sparsifier).run()
    # Of six inputs, four of the first block of four and of the two left over stay.
    assert sparsity_of(layout, result.weights) == pytest.approx(sparsity, abs=0.1 if scope == "2:4" else 0.02)
    assert (result.best_epochs >= 1).all(), "no epoch counts before the sparsity is reached"
    assert not np.array_equal(result.weights[result.weights != 0], base.weights[result.weights != 0])


@pytest.mark.parametrize(("normalization", "residual"), [("none", False), ("batch", False), ("none", True)])
def test_units_that_do_nothing_are_the_ones_removed(normalization: str, residual: bool) -> None:
    """Half the units are made to send nothing on: the smaller network then computes the same."""
    problem = make_problem()
    params = {**PARAMS, "normalization": normalization, "residual": residual, "dropout": 0.0}
    network = build_network("mlp", params, problem.shape)
    weights = network.weights.initial([1, 2, 3])
    stats = network.stats.initial([0] * 3)
    for r in range(3):
        dead = np.random.default_rng(r).permutation(32)[:16]
        values = network.weights.unpack(weights[r])  # views
        values["dense_1/kernel"][dead] = 0.0
        values["output/kernel"][dead] = 0.0
    smaller = shrink(network, weights, stats, 0.5)
    built = build_network("mlp", smaller.params, problem.shape)
    assert built.n_parameters < 0.5 * network.n_parameters
    inputs = {name: x[:, :50] for name, x in problem.inputs.items()}
    np.testing.assert_allclose(
        predict(built, smaller.weights, smaller.stats, inputs),
        predict(network, weights, stats, inputs),
        atol=1e-5,
    )


def test_residual_layers_lose_the_same_units_and_train_on() -> None:
    problem = make_problem()
    params = {**PARAMS, "n_layers": 3, "normalization": "layer", "residual": True}
    spec = TrainSpec("mlp", params, "accuracy", max_epochs=4, seed=0, patience=None)
    base = Trainer(problem, spec).run()
    smaller = shrink(base.network, base.weights, base.stats, 0.25)
    assert smaller.params["units"] == {"dense_0": 8, "dense_1": 8, "dense_2": 8}
    spec = TrainSpec("mlp", smaller.params, "accuracy", max_epochs=8, seed=0, patience=None)
    tuned = Trainer(problem, spec, start=(smaller.weights, smaller.stats)).run()
    assert tuned.best_scores.mean() > 0.6
