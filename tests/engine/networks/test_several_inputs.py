"""Rows of several kinds of data: an encoder for each, one trunk, and a stored shape of any version."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.errors import SpecError
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.image.input import ImageInput
from cupel.engine.kinds.shapes import shape_from_json
from cupel.engine.kinds.table.input import TableInput
from cupel.engine.kinds.text.input import TextInput
from cupel.engine.networks.inputs import InputShape
from cupel.engine.statistics.epochs import fold_voters
from cupel.engine.training.problem import Problem
from cupel.engine.training.trainer import Trainer, TrainSpec

from ..training.agreement import assert_same_losses, assert_same_networks

N, N_FOLDS = 240, 3
PARAMS: dict[str, Any] = {
    "n_layers": 1, "width": 24, "dropout": 0.1, "optimizer": "adamw", "learning_rate": 1e-2, "batch_size": 32,
}  # fmt: skip


def problem(*kinds: str) -> Problem:
    """Return rows whose class is the sign of what a number, a word and the light of an image say together."""
    rng = np.random.default_rng(0)
    signs = rng.choice([-1.0, 1.0], (3, N))
    numeric = (signs[0, :, None] * np.array([1.0, 0.0, 0.0]) + 0.3 * rng.normal(size=(N, 3))).astype(
        np.float32
    )
    tokens = rng.integers(5, 30, (N, 6)).astype(np.int32)
    tokens[:, 1] = np.where(signs[1] > 0, 3, 4)
    pixels = np.clip(120 + 60 * signs[2, :, None, None, None] + 20 * rng.normal(size=(N, 8, 8, 1)), 0, 255)
    inputs = {
        "table": (TableInput(3, (), 3), {"numeric": numeric, "codes": np.zeros((N, 0), np.int32)}),
        "text": (TextInput(6, 30, name="story"), {"tokens_story": tokens}),
        "image": (ImageInput(8, 8, 1, name="photo"), {"pixels_photo": pixels.astype(np.uint8)}),
    }
    y = (signs.sum(axis=0) > 0).astype(np.int64)
    parts = np.arange(N) % N_FOLDS
    return Problem(
        task="binary", n_classes=2, y=y,
        inputs={name: np.stack([x] * N_FOLDS) for kind in kinds for name, x in inputs[kind][1].items()},
        train=tuple(np.flatnonzero(parts != k) for k in range(N_FOLDS)),
        valid=tuple(np.flatnonzero(parts == k) for k in range(N_FOLDS)),
        voters=fold_voters(N_FOLDS, 1, in_order=False), target_mean=np.zeros(N_FOLDS),
        target_scale=np.ones(N_FOLDS), shape=InputShape(1, tuple(inputs[kind][0] for kind in kinds), "binary"),
        preprocessings=(),
    )  # fmt: skip


def spec(problem: Problem, family: str = "mlp", **changes: Any) -> TrainSpec:
    params = {**PARAMS, "n_members": 4}
    fused = build_network(family, params, problem.shape).fuses
    settings: dict[str, Any] = {"max_epochs": 30, "seed": 1, "patience": None, "fused": fused, **changes}
    return TrainSpec(family, params, "accuracy", **settings)


@pytest.mark.parametrize("family", ["mlp", "realmlp", "tabm"])
def test_a_network_learns_from_a_table_a_text_and_an_image_together(family: str) -> None:
    whole = problem("table", "text", "image")
    assert Trainer(whole, spec(whole, family)).run().best_scores.mean() > 0.93


def test_one_kind_alone_cannot_tell_the_class() -> None:
    """So that the test before is one of all kinds: each of three votes alone is right in three of four rows."""
    for kind in ("table", "text", "image"):
        alone = problem(kind)
        assert Trainer(alone, spec(alone)).run().best_scores.mean() < 0.87


def test_folds_with_a_text_train_as_one_as_each_by_itself() -> None:
    rows, own = problem("table", "text"), {"max_epochs": 4}
    fused, alone = spec(rows, **own), spec(rows, fused=False, **own)
    assert fused.fused
    assert_same_losses(Trainer(rows, fused).run(), Trainer(rows, alone).run())
    assert_same_networks(rows, fused, alone)


def test_folds_with_an_image_train_one_after_the_other() -> None:
    assert not spec(problem("table", "image")).fused


def test_a_family_for_one_kind_says_that_it_takes_no_other() -> None:
    with pytest.raises(SpecError, match="takes one input, of text data"):
        build_network("bag", {"embedding_size": 4, "n_layers": 0}, problem("table", "text").shape)


def test_a_shape_of_several_inputs_is_stored_and_read() -> None:
    shape = problem("table", "text", "image").shape
    assert shape_from_json(shape.to_json()) == shape
    table = InputShape(3, (TableInput(4, (2, 3), 1),), "multiclass")
    assert shape_from_json(table.to_json()) == table


OLD = {"n_outputs": 3, "n_numeric": 0, "cardinalities": [], "n_continuous": 0, "n_tokens": 0, "n_words": 0}


@pytest.mark.parametrize(
    ("sizes", "one"),
    [
        ({"n_numeric": 4, "cardinalities": [2, 3], "n_continuous": 1}, TableInput(4, (2, 3), 1)),
        ({"n_tokens": 9, "n_words": 40}, TextInput(9, 40)),
        ({"pixels": [8, 6, 3]}, ImageInput(8, 6, 3)),
    ],
)
def test_shapes_that_an_older_version_stored_are_read(sizes: dict[str, Any], one: Any) -> None:
    stored = {**OLD, "pixels": [], "task": "multiclass", **sizes}
    assert shape_from_json(stored) == InputShape(3, (one,), "multiclass")
    assert dataclasses.replace(one, name="x").tensors[0].name.endswith("_x")
