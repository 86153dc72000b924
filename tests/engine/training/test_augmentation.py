"""Random changes of images: off is off, one draw for all replicas, and labels that follow a mixture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from cupel.engine.kinds.image.input import ImageInput
from cupel.engine.networks.inputs import InputShape
from cupel.engine.statistics.epochs import fold_voters
from cupel.engine.training.augmentation import STRENGTHS, augmented
from cupel.engine.training.problem import Problem
from cupel.engine.training.trainer import Trainer, TrainResult, TrainSpec, predict

from .agreement import assert_same_losses, assert_same_networks

SEED = tf.constant([3, 4], tf.int32)


def changed(pixels: np.ndarray, seed: Any = SEED, **strengths: float) -> tuple[np.ndarray, np.ndarray]:
    values = {name: tf.constant(float(strengths.get(name, 0.0))) for name in STRENGTHS}
    images, share = augmented(tf.constant(pixels), values, seed)
    return images.numpy(), share.numpy()


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (2, 32, 12, 9, 3)).astype(np.uint8)


def test_strengths_of_zero_change_nothing(pixels: np.ndarray) -> None:
    images, share = changed(pixels)
    np.testing.assert_allclose(images, pixels, atol=2e-3)
    assert not share.any()


@pytest.mark.parametrize("name", STRENGTHS)
def test_each_strength_changes_images_the_same_way_in_all_replicas(pixels: np.ndarray, name: str) -> None:
    pixels[1] = pixels[0]
    strength = 15.0 if name == "rotate" else 0.5
    images, _ = changed(pixels, **{name: strength})
    assert np.abs(images - pixels).max() > 1
    np.testing.assert_array_equal(images[0], images[1])
    np.testing.assert_array_equal(images, changed(pixels, **{name: strength})[0])
    assert np.abs(images - changed(pixels, tf.constant([3, 5], tf.int32), **{name: strength})[0]).max() > 1
    assert images.min() >= 0
    assert images.max() <= 255


def test_a_flip_mirrors_from_left_to_right(pixels: np.ndarray) -> None:
    np.testing.assert_allclose(changed(pixels, flip=1.0)[0], pixels[:, :, :, ::-1], atol=2e-3)


def test_a_cutout_is_a_square_of_the_mean() -> None:
    pixels = np.zeros((1, 8, 20, 20, 1), np.uint8)
    pixels[..., ::2, :] = 200
    images, _ = changed(pixels, cutout=0.5)
    hidden = (images == 100).sum(axis=(0, 2, 3, 4))
    assert hidden.max() == 100
    assert hidden.min() > 0


def test_a_mixture_is_with_the_image_before(pixels: np.ndarray) -> None:
    images, share = changed(pixels, mixup=1.0)
    part = share[None, :, None, None, None]
    np.testing.assert_allclose(images, pixels * (1 - part) + np.roll(pixels, 1, axis=1) * part, atol=1e-2)
    assert 0 < share.max() <= 0.5


def problem() -> Problem:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 60)
    pixels = rng.integers(0, 80, (1, 60, 8, 8, 1)).astype(np.uint8)
    pixels[0, y == 1, :4] += 120
    rows = np.arange(60)
    return Problem(
        "multiclass", 2, y, {"pixels": pixels}, (rows[20:], rows[:40]), (rows[:20], rows[40:]),
        fold_voters(2, 1, in_order=False), np.zeros(2), np.ones(2),
        InputShape(2, (ImageInput(8, 8, 1),)), (),
    )  # fmt: skip


def spec(family: str = "cnn", n_epochs: int = 4, *, fused: bool = False, **params: Any) -> TrainSpec:
    values = {
        "filters": 4,
        "dense": 8,
        "width": 8,
        "n_layers": 2,
        "batch_size": 10,
        "learning_rate": 0.01,
        **params,
    }
    return TrainSpec(family, values, "accuracy", n_epochs, seed=1, fused=fused)


def trained(**how: Any) -> TrainResult:
    return Trainer(problem(), spec(**how)).run()


def test_training_without_augmentation_is_the_same_as_with_strengths_of_zero() -> None:
    np.testing.assert_array_equal(trained().weights, trained(**dict.fromkeys(STRENGTHS, 0.0)).weights)


def test_training_with_augmentation_learns_and_predicts_without_it() -> None:
    result = trained(n_epochs=16, shift=0.1, zoom=0.1, contrast=0.2, mixup=0.2, dropout=0.2)
    assert result.best_scores.min() > 0.9
    assert np.abs(result.weights - trained(dropout=0.2).weights).max() > 1e-3
    data = problem()
    found = predict(result.network, result.weights[:1], result.stats[:1], data.rows(0, data.valid[0]))
    shares = tf.nn.softmax(found[0]).numpy()
    np.testing.assert_allclose(shares, result.predictions[0], atol=1e-5)


def test_folds_together_and_one_by_one_see_the_same_changes() -> None:
    together, alone = (
        spec("image_mlp", fused=fused, shift=0.1, rotate=5.0, mixup=0.3) for fused in (True, False)
    )
    assert_same_losses(Trainer(problem(), together).run(), Trainer(problem(), alone).run())
    assert_same_networks(problem(), together, alone)
