"""Families for texts: folds trained as one, fold by fold, and a Keras model give the same; padding changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from cupel.engine.domain.families import families_of
from cupel.engine.domain.space import default_space
from cupel.engine.domain.space_points import start_points, to_params
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.text.input import TextInput
from cupel.engine.networks.inputs import InputShape
from cupel.engine.networks.keras_form import to_keras
from cupel.engine.statistics.epochs import fold_voters
from cupel.engine.training.losses import to_predictions
from cupel.engine.training.problem import Problem
from cupel.engine.training.trainer import Trainer, TrainSpec, predict

from .agreement import assert_same_losses, assert_same_networks

N_WORDS, N_TOKENS, N_FOLDS = 40, 9, 3
BASE: dict[str, Any] = {
    "optimizer": "adamw", "learning_rate": 5e-3, "weight_decay": 0.01, "batch_size": 32, "dropout": 0.2,
    "schedule": "cosine", "warmup": 0.1,
}  # fmt: skip
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "bag": ("bag", {"embedding_size": 8, "n_layers": 1, "width": 12, "pooling": "mean_max"}),
    "bag of pairs, linear": (
        "bag",
        {"embedding_size": 6, "n_layers": 0, "n_pairs": 50, "pooling": "mean", "learning_rate": 0.02},
    ),
    "bag with a wide part": (
        "bag",
        {"embedding_size": 6, "n_layers": 1, "width": 8, "n_wide": 60, "pooling": "mean"},
    ),
    "textcnn": ("textcnn", {"embedding_size": 8, "widths": "2-5", "n_filters": 6, "dense_width": 8}),
    "textcnn of one width": ("textcnn", {"embedding_size": 8, "widths": "3", "n_filters": 6}),
    "gru": ("recurrent", {"cell": "gru", "embedding_size": 8, "n_units": 5}),
    "lstm": ("recurrent", {"cell": "lstm", "embedding_size": 8, "n_units": 5}),
    "transformer": ("transformer", {"n_heads": 2, "head_size": 4, "n_blocks": 2, "widening": 2}),
}


def make_problem(n: int = 150, task: str = "multiclass") -> Problem:
    """Return texts whose class is told by which of three words there is; a few texts are empty."""
    rng = np.random.default_rng(0)
    tokens = rng.integers(5, N_WORDS, (n, N_TOKENS)).astype(np.int32)
    y = rng.integers(0, 3, n)
    lengths = rng.integers(2, N_TOKENS + 1, n)
    tokens[np.arange(n), rng.integers(0, 2, n)] = 2 + y
    lengths[:4] = 0
    tokens[np.arange(N_TOKENS) >= lengths[:, None]] = 0
    values = y if task == "multiclass" else y * 3.0 + 10
    order = rng.permutation(n)
    valid = [np.sort(part) for part in np.array_split(order, N_FOLDS)]
    train = [np.setdiff1d(order, part) for part in valid]
    return Problem(
        task=task, n_classes=3 if task == "multiclass" else 0, y=values,
        inputs={"tokens": np.stack([tokens] * N_FOLDS)},
        train=tuple(train), valid=tuple(valid),
        voters=fold_voters(N_FOLDS, 1, in_order=False),
        target_mean=np.full(N_FOLDS, 0.0 if task == "multiclass" else 13.0),
        target_scale=np.full(N_FOLDS, 1.0 if task == "multiclass" else 2.4),
        shape=InputShape(3 if task == "multiclass" else 1, (TextInput(N_TOKENS, N_WORDS),)), preprocessings=(),
    )  # fmt: skip


def spec(case: str, epochs: int = 4, *, fused: bool = True, metric: str = "accuracy") -> TrainSpec:
    name, params = CASES[case]
    return TrainSpec(name, BASE | params, metric, epochs, seed=3, fused=fused)


@pytest.mark.parametrize("case", CASES)
def test_fused_fold_by_fold_and_keras_agree(case: str, tmp_path: Path) -> None:
    problem = make_problem()
    fused = Trainer(problem, spec(case)).run()
    assert_same_losses(fused, Trainer(problem, spec(case, fused=False)).run())
    assert_same_networks(problem, spec(case), spec(case, fused=False))
    model = to_keras(fused.network, fused.weights[1], fused.stats[1])
    model.save(tmp_path / "network.keras")
    model = keras.models.load_model(tmp_path / "network.keras")  # safe mode: no custom code in the file
    outputs = np.asarray(model(problem.inputs["tokens"][1, problem.valid[1]], training=False))
    np.testing.assert_allclose(to_predictions("multiclass", outputs), fused.predictions[1], atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_every_family_learns(case: str) -> None:
    result = Trainer(make_problem(300), spec(case, epochs=25)).run()
    assert result.best_scores.mean() > 0.75


def test_a_regression_learns_too() -> None:
    problem = make_problem(300, "regression")
    result = Trainer(problem, spec("bag", epochs=25, metric="rmse")).run()
    assert result.best_scores.mean() < 0.7 * np.std(problem.y)


@pytest.mark.parametrize("case", CASES)
def test_more_padding_changes_no_output(case: str) -> None:
    name, params = CASES[case]
    short = InputShape(3, (TextInput(N_TOKENS, N_WORDS),))
    long = InputShape(3, (TextInput(N_TOKENS + 6, N_WORDS),))
    network, longer = (build_network(name, BASE | params, shape) for shape in (short, long))
    weights = longer.weights.initial([1])
    values = longer.weights.unpack(weights[0])
    kept = [values[w.name][tuple(slice(n) for n in w.shape)].ravel() for w in network.weights.weights]
    tokens = make_problem(60).inputs["tokens"][:1]
    padded = np.pad(tokens, ((0, 0), (0, 0), (0, 6)))
    stats = np.zeros((1, 0), np.float32)
    np.testing.assert_allclose(
        predict(network, np.concatenate(kept)[None], stats, {"tokens": tokens}),
        predict(longer, weights, stats, {"tokens": padded}),
        atol=1e-5,
    )


@pytest.mark.parametrize("name", families_of("text"))
def test_every_start_point_of_a_space_is_a_network(name: str) -> None:
    shape = InputShape(1, (TextInput(12, 50),))
    space = default_space((name,))
    for values in start_points(space, name, task="binary", metric="roc_auc"):
        params = to_params(space, name, values, task="binary", metric="roc_auc")
        assert build_network(name, params, shape).n_parameters > 0


def test_batches_of_texts_are_of_like_length_in_all_folds_and_cover_all_rows() -> None:
    problem = make_problem(400)
    trainer = Trainer(problem, spec("bag"))
    lengths = np.count_nonzero(problem.inputs["tokens"][0], axis=1)
    orders = [trainer.epoch_order(r, 0) for r in range(N_FOLDS)]
    for r, order in enumerate(orders):
        assert set(order.ravel()) == set(problem.train[r])
    longest = np.array([[lengths[rows].max() for rows in order] for order in orders]).max(axis=0)
    assert longest.mean() < 0.8 * N_TOKENS
    assert not np.array_equal(np.sort(longest), longest)
