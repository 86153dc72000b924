"""Smaller networks: what is removed did nothing, the sizes fall; and folded normalizations change no output."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from cupel.engine.compression.shrinking import shrink
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.image.input import ImageInput
from cupel.engine.kinds.text.input import TextInput
from cupel.engine.kinds.text.preprocessing import TextSpec
from cupel.engine.networks.folding import folded
from cupel.engine.networks.inputs import InputShape
from cupel.engine.networks.keras_form import to_keras
from cupel.engine.networks.network import Network

from .cases import OTHERS, TABLE, TABLE_OF_NUMBERS, TEXTS, made, outputs, rows_of

PIXELS = InputShape(5, (ImageInput(16, 16, 3),))
IMAGES: list[tuple[str, dict[str, Any]]] = [
    ("cnn", {"filters": 8, "dense": 16}),
    ("cnn", {"filters": 8, "dense": 16, "normalization": "batch"}),
    ("vgg", {"n_layers": 2, "filters": 8, "dense": 16, "n_blocks": 2}),
    ("resnet", {"filters": 8, "n_blocks": 2}),
    ("resnet", {"filters": 8, "n_blocks": 2, "separable": True}),
    ("image_mlp", {"n_layers": 2, "width": 16, "normalization": "batch"}),
]


@pytest.fixture
def pixels() -> dict[str, Any]:
    return {"pixels": np.random.default_rng(1).integers(0, 256, (1, 7, 16, 16, 3)).astype(np.uint8)}


@pytest.mark.parametrize(("name", "params"), [*IMAGES, ("convnext", {"filters": 8})])
def test_folded_normalizations_change_no_output(
    name: str, params: dict[str, Any], pixels: dict[str, Any]
) -> None:
    network, weights, stats = made(name, params, PIXELS)
    made_of = folded(network, weights, stats)
    built = made_of.network
    if name in ("vgg", "image_mlp") or params.get("normalization") == "batch":
        assert built.stats.size == 0
    assert built.stats.size < network.stats.size or not network.stats.size
    found = outputs(built, made_of.weights, made_of.stats, pixels)
    np.testing.assert_allclose(found, outputs(network, weights, stats, pixels), atol=1e-4, rtol=1e-4)
    model: Any = to_keras(built, made_of.weights[0], made_of.stats[0])
    np.testing.assert_allclose(np.asarray(model(pixels["pixels"][0])), found[0], atol=1e-4, rtol=1e-4)


def dead(network: Network, weights: Any, layers: dict[str, list[str]], n_dead: int) -> None:
    """Make channels of each layer send nothing on: the rows of the layers that read them become 0."""
    for r in range(len(weights)):
        values = network.weights.unpack(weights[r])  # views
        for layer, readers in layers.items():
            n = values[f"{layer}/kernel"].shape[-1]
            places = np.random.default_rng(r).permutation(n)[: int(n * n_dead / 8)]
            for reader in readers:
                kernel = values[f"{reader}/kernel"]
                kernel.reshape(-1, n, kernel.shape[-1])[:, places] = 0.0


READERS = {
    "cnn": {"conv_0": ["conv_1"], "conv_1": ["conv_2"], "conv_2": ["dense_0"], "dense_0": ["dense_1"]},
    "vgg": {
        "conv_0": ["conv_1"], "conv_1": ["conv_2"], "conv_2": ["conv_3"], "conv_3": ["dense_0"],
        "dense_0": ["dense_1"],
    },
    "image_mlp": {"dense_0": ["dense_1"], "dense_1": ["output"]},
}  # fmt: skip


@pytest.mark.parametrize(("name", "params"), [case for case in IMAGES if case[0] in READERS])
def test_filters_that_do_nothing_are_the_ones_removed(
    name: str, params: dict[str, Any], pixels: dict[str, Any]
) -> None:
    network, weights, stats = made(name, params, PIXELS)
    dead(network, weights, READERS[name], 4)
    smaller = shrink(network, weights, stats, 0.5)
    built = build_network(name, smaller.params, PIXELS)
    assert built.n_parameters < (0.6 if name == "image_mlp" else 0.4) * network.n_parameters
    np.testing.assert_allclose(
        outputs(built, smaller.weights, smaller.stats, pixels),
        outputs(network, weights, stats, pixels),
        atol=1e-5,
        rtol=1e-4,
    )


# Of a resnet of two stages with two blocks each: which convolutions read the channels of the first stage, and which
# those inside the blocks. `conv_5` is the shortcut between the stages.
STREAM = {"conv_0": ["conv_1", "conv_3", "conv_5", "conv_6"]}
INSIDE = {"conv_1": ["conv_2"], "conv_3": ["conv_4"], "conv_6": ["conv_7"], "conv_8": ["conv_9"]}


@pytest.mark.parametrize("separable", [False, True])
def test_residual_connections_lose_the_same_channels(separable: bool, pixels: dict[str, Any]) -> None:
    params = {"filters": 8, "n_blocks": 2, "n_stages": 2, "separable": separable}
    network, weights, stats = made("resnet", params, PIXELS)
    dead(network, weights, {**STREAM, **INSIDE}, 4)
    # Of the last stage nothing is dead but what lies inside the blocks: those channels are made to matter little.
    for r in range(len(weights)):
        values = network.weights.unpack(weights[r])
        values["dense_0/kernel"][np.random.default_rng(9).permutation(16)[:8]] = 0.0
        values["conv_8/kernel"][:, :, np.random.default_rng(9).permutation(16)[:8]] = 0.0
    smaller = shrink(network, weights, stats, 0.5)
    built = build_network("resnet", smaller.params, PIXELS)
    assert built.n_parameters < 0.4 * network.n_parameters
    np.testing.assert_allclose(
        outputs(built, smaller.weights, smaller.stats, pixels),
        outputs(network, weights, stats, pixels),
        atol=1e-5,
        rtol=1e-4,
    )


@pytest.mark.parametrize(("name", "params"), [*IMAGES, ("convnext", {"filters": 16})])
def test_smaller_networks_have_a_keras_form_and_can_be_made_smaller_again(
    name: str, params: dict[str, Any], pixels: dict[str, Any]
) -> None:
    network, weights, stats = made(name, params, PIXELS)
    sizes = [network.n_parameters]
    for keep in (0.5, 0.5):
        smaller = shrink(network, weights, stats, keep)
        network, weights, stats = build_network(name, smaller.params, PIXELS), smaller.weights, smaller.stats
        sizes.append(network.n_parameters)
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3
    model: Any = to_keras(network, weights[0], stats[0])
    found = outputs(network, weights, stats, pixels)[0]
    np.testing.assert_allclose(np.asarray(model(pixels["pixels"][0])), found, atol=1e-4, rtol=1e-4)


def with_words(shape: InputShape, params: Mapping[str, Any]) -> InputShape:
    """Return what a network takes in whose params say how many words are left."""
    (one,) = shape.inputs
    if not isinstance(one, TextInput):
        return shape
    return dataclasses.replace(shape, inputs=(dataclasses.replace(one, n_words=params["n_words"]),))


@pytest.mark.parametrize(("name", "params", "shape"), OTHERS)
def test_texts_and_tables_have_smaller_networks(name: str, params: dict[str, Any], shape: InputShape) -> None:
    network, weights, stats = made(name, params, shape)
    sizes = [network.n_parameters]
    for keep in (0.5, 0.5):
        smaller = shrink(network, weights, stats, keep)
        shape = with_words(shape, smaller.params)
        network, weights, stats = build_network(name, smaller.params, shape), smaller.weights, smaller.stats
        assert weights.shape == (2, network.n_parameters)
        sizes.append(network.n_parameters)
    assert sizes[1] < 0.6 * sizes[0]
    assert sizes[2] < 0.8 * sizes[1]
    rows = rows_of(shape)
    found = outputs(network, weights, stats, rows)[0]
    model: Any = to_keras(network, weights[0], stats[0])
    wanted = [rows[i.name][0] for i in model.inputs]
    np.testing.assert_allclose(
        np.asarray(model(wanted if len(wanted) > 1 else wanted[0])), found, atol=1e-4, rtol=1e-4
    )


def test_what_is_cut_of_a_text_beside_a_table_is_what_its_preprocessing_reads() -> None:
    """Else the rows would have codes that the network knows no longer, or too wide a vocabulary."""
    text = TextInput(9, 40).named("text")
    shape = InputShape(3, (*TABLE.inputs, text))
    network, weights, stats = made("mlp", {"n_layers": 1, "width": 16, "embedding_size": 4}, shape)
    smaller = shrink(network, weights, stats, 0.5)
    n_words = TextSpec.from_params(smaller.params).n_words
    assert n_words < 40
    shape = InputShape(3, (*TABLE.inputs, text.with_vocabulary(n_words)))
    assert build_network("mlp", smaller.params, shape).n_parameters == smaller.weights.shape[1]


DEAD: list[tuple[str, dict[str, Any], InputShape, dict[str, tuple[int, list[tuple[str, int]]]]]] = [
    (
        "bag", {"embedding_size": 16, "n_layers": 1, "width": 16, "pooling": "mean_max"}, TEXTS,
        {"embedding": (16, [("dense_0", 0)]), "units": (16, [("output", 0)])},
    ),
    (
        "textcnn", {"embedding_size": 16, "widths": "2-3", "n_filters": 16}, TEXTS,
        {
            "embedding": (16, [("conv_2", 0), ("conv_3", 0)]),
            "filters": (16, [("output", 0)]),
        },
    ),
    (
        "recurrent", {"cell": "gru", "embedding_size": 16, "n_units": 16}, TEXTS,
        {
            "embedding": (16, [("forward", 0), ("backward", 0)]),
            "units": (16, [("output", 0), ("forward/recurrent", 0), ("backward/recurrent", 0)]),
        },
    ),
    (
        "realmlp", {"n_layers": 2, "width": 32, "embedding_size": 4}, TABLE,
        {"first": (32, [("dense_1", 0)]), "second": (32, [("output", 0)])},
    ),
    (
        "tabm", {"n_layers": 2, "width": 32, "n_members": 4, "embedding_size": 4}, TABLE,
        {"first": (32, [("dense_1", 0)]), "second": (32, [("output", 1)])},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "shape", "parts"), DEAD)
def test_what_does_nothing_is_what_is_removed(
    name: str, params: dict[str, Any], shape: InputShape, parts: dict[str, Any]
) -> None:
    """In texts the words that leave are made not to occur."""
    network, weights, stats = made(name, params, shape)
    for r in range(len(weights)):
        values = network.weights.unpack(weights[r])  # views
        for size, readers in parts.values():
            gone = np.random.default_rng(r).permutation(size)[: size // 2]
            for reader, axis in readers:
                kernel = values[f"{reader}_kernel" if "/" in reader else f"{reader}/kernel"]
                blocks = np.moveaxis(kernel, axis, 0)
                blocks.reshape(-1, size, *blocks.shape[1:])[:, gone] = 0.0
    smaller = shrink(network, weights, stats, 0.5)
    shape = with_words(shape, smaller.params)
    rows = rows_of(shape)
    np.testing.assert_allclose(
        outputs(build_network(name, smaller.params, shape), smaller.weights, smaller.stats, rows),
        outputs(network, weights, stats, rows),
        atol=1e-5,
        rtol=1e-4,
    )


def test_what_an_older_version_made_smaller_is_made_smaller_again() -> None:
    """Until 0.1.0 the widths of an MLP were params of their own."""
    params = {"n_layers": 2, "width": 64, "widths": [32, 16]}
    network, weights, stats = made("mlp", params, TABLE_OF_NUMBERS)
    smaller = shrink(network, weights, stats, 0.5)
    built = build_network("mlp", smaller.params, TABLE_OF_NUMBERS)
    assert [built.values[name].size for name in ("dense_0", "dense_1")] == [16, 8]
    assert smaller.weights.shape == (2, built.n_parameters)
