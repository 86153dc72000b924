"""The families for images: the same outputs as their Keras form, and the same gradients as TensorFlow's operations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from cupel.engine.domain.families import families_of
from cupel.engine.domain.space import default_space, parameters
from cupel.engine.domain.space_points import start_points, to_params
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.image.input import ImageInput
from cupel.engine.networks.inputs import InputShape
from cupel.engine.networks.keras_form import to_keras
from cupel.engine.networks.layers.conv import Pixels
from cupel.engine.networks.layers.pool import max_pool
from cupel.engine.networks.network import Network, Structure
from cupel.engine.training.packing import unpack
from cupel.engine.training.trainer import predict

SIZES = [(28, 28, 1), (8, 8, 1), (2, 3, 3), (33, 20, 3)]
CASES: list[tuple[str, dict[str, Any]]] = [
    ("cnn", {}),
    ("cnn", {"normalization": "batch", "dropout": 0.3, "n_layers": 4}),
    ("vgg", {"n_layers": 1, "filters": 8}),
    ("resnet", {"filters": 8, "dropout": 0.2}),
    ("resnet", {"separable": True, "n_blocks": 2, "filters": 8}),
    ("convnext", {"filters": 16}),
    ("image_mlp", {"n_layers": 2, "width": 32, "normalization": "batch"}),
]


@pytest.mark.parametrize(("name", "params"), CASES)
@pytest.mark.parametrize("size", SIZES)
def test_a_network_equals_its_keras_model(name: str, params: dict[str, Any], size: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    network = build_network(name, params, InputShape(5, (ImageInput(*size),)))
    weights = network.weights.initial([1])
    stats = network.stats.initial([0]) + rng.uniform(0, 0.5, (1, network.stats.size)).astype(np.float32)
    pixels = rng.integers(0, 256, (1, 6, *size)).astype(np.uint8)
    found = predict(network, weights, stats, {"pixels": pixels})[0]
    model: Any = to_keras(network, weights[0], stats[0])
    assert [i.name for i in model.inputs] == ["pixels"]
    assert model.count_params() == network.weights.size + network.stats.size
    np.testing.assert_allclose(found, np.asarray(model(pixels[0])), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("name", families_of("image"))
def test_every_start_of_a_space_is_a_network(name: str) -> None:
    space = default_space([name])
    for values in start_points(space, name, task="multiclass", metric="accuracy"):
        params = to_params(space, name, values, task="multiclass", metric="accuracy")
        assert build_network(name, params, InputShape(3, (ImageInput(16, 16, 1),))).n_parameters > 0
    named = {p.name: p for p in parameters(space, name, task=None, metric=None)}
    # What would change a label is for the user or the search to turn on.
    for change in ("shift", "flip", "rotate", "zoom", "contrast", "cutout", "mixup"):
        assert named[change].default == 0.0


def gradient_of(
    structure: Structure, network: Network, weights: np.ndarray, pixels: np.ndarray
) -> np.ndarray:
    flat = tf.constant(weights)
    shapes = tf.constant(network.weights.shapes())
    with tf.GradientTape() as tape:
        tape.watch(flat)
        outputs, _ = structure.forward(
            unpack(flat, shapes, network.weights.ranks), [], {"pixels": tf.constant(pixels)},
            training=True, dropout=tf.constant(0.0), seed=tf.zeros(2, tf.int32),
        )  # fmt: skip
        total = tf.reduce_sum(tf.nn.softmax(outputs)[..., 1])
    gradient = tape.gradient(total, flat)
    assert gradient is not None
    return gradient.numpy()


def test_the_classic_network_has_the_gradients_of_keras() -> None:
    """Pooling before the bias and the activation, and the cut-off border, change nothing."""
    rng = np.random.default_rng(0)
    network = build_network("cnn", {"filters": 4, "dense": 8}, InputShape(3, (ImageInput(28, 28, 1),)))
    assert next(node.layer.crop for node in network.nodes if isinstance(node.layer, Pixels)) == (2, 2)
    weights = network.weights.initial([1])
    pixels = rng.integers(0, 256, (1, 5, 28, 28, 1)).astype(np.uint8)
    found = network.weights.unpack(gradient_of(network.structure, network, weights, pixels)[0])
    model: Any = to_keras(network, weights[0], np.zeros(0, np.float32))
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.nn.softmax(model(pixels[0]))[..., 1])
    wanted = tape.gradient(total, [v.value for v in model.trainable_variables])
    names = [f"{layer.name}/{v.name}" for layer in model.layers for v in layer.trainable_variables]
    for name, value in zip(names, wanted, strict=True):
        np.testing.assert_allclose(found[name], value.numpy(), atol=1e-6, rtol=1e-4, err_msg=name)


def test_pooling_gives_equal_largest_numbers_equal_parts_of_the_gradient() -> None:
    x = tf.constant(
        np.array([[1.0, 1.0, 5.0], [0.0, 1.0, 9.0], [7.0, 7.0, 7.0]], np.float32)[None, ..., None]
    )
    with tf.GradientTape() as tape:
        tape.watch(x)
        pooled = max_pool(x)
    np.testing.assert_array_equal(pooled.numpy().ravel(), [1.0])
    gradient = tape.gradient(pooled, x, output_gradients=tf.constant(6.0, shape=(1, 1, 1, 1)))
    assert gradient is not None
    np.testing.assert_allclose(gradient.numpy()[0, ..., 0], [[2, 2, 0], [0, 2, 0], [0, 0, 0]], atol=1e-6)
