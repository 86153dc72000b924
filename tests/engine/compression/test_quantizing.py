"""Networks that are trained on in 4 bits, and their files: what was scored in training is what the file computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from cupel.engine.compression.files import (
    channels_of,
    litert_bytes,
    litert_runner,
    onnx_bytes,
    onnx_runner,
    outputs_of,
)
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.image.input import ImageInput
from cupel.engine.kinds.table.input import TableInput
from cupel.engine.networks.folding import folded
from cupel.engine.networks.inputs import InputShape
from cupel.engine.networks.keras_form import to_keras
from cupel.engine.networks.onnx_graph import to_onnx
from cupel.engine.statistics.epochs import fold_voters
from cupel.engine.training.problem import Problem
from cupel.engine.training.quantizing import Quantizer, channel_axes, codes_of
from cupel.engine.training.teaching import teacher_input
from cupel.engine.training.trainer import Trainer, TrainSpec, predict

from ..training.problems import make_problem
from .cases import OTHERS, made, outputs, rows_of

PARAMS: dict[str, Any] = {
    "n_layers": 2, "width": 32, "activation": "relu", "dropout": 0.0, "optimizer": "adamw", "learning_rate": 0.01,
    "batch_size": 32, "weight_decay": 0.01,
}  # fmt: skip


def images() -> Problem:
    """Return two folds of images whose brighter half tells the class."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 200, (120, 8, 8, 1)).astype(np.uint8)
    y = rng.integers(0, 2, 120)
    pixels[y == 1, :4] += 55
    pixels[y == 0, 4:] += 55
    rows = np.arange(120)
    return Problem(
        task="binary", n_classes=2, y=y, inputs={"pixels": pixels[None]}, train=(rows[40:], rows[:80]),
        valid=(rows[:40], rows[80:]), voters=fold_voters(2, 1, in_order=False), target_mean=np.zeros(2),
        target_scale=np.ones(2),
        shape=InputShape(1, (ImageInput(8, 8, 1),)), preprocessings=(),
    )  # fmt: skip


def test_what_is_rounded_has_few_values_a_channel_and_stays_as_it_is_when_rounded_again() -> None:
    network = build_network("mlp", {**PARAMS, "normalization": "batch"}, make_problem().shape)
    quantizer = Quantizer(network.weights, 4)
    weights = network.weights.initial([1, 2])
    rounded = quantizer.rounded(weights)
    np.testing.assert_allclose(quantizer.rounded(rounded), rounded, rtol=1e-6, atol=0)
    values, before = network.weights.unpack(rounded[0]), network.weights.unpack(weights[0])
    assert all(len(np.unique(np.round(column, 6))) <= 15 for column in values["dense_1/kernel"].T)
    for name in ("dense_0/bias", "norm_0/gamma"):
        np.testing.assert_array_equal(values[name], before[name])
    codes, scale = codes_of(before["dense_1/kernel"], 4, 1)
    assert codes.min() == -7 or codes.max() == 7
    assert np.abs(codes * scale - before["dense_1/kernel"]).max() <= scale.max() / 2 + 1e-6


@pytest.mark.parametrize("fused", [True, False])
def test_all_folds_are_trained_on_as_they_compute_once_rounded(fused: bool) -> None:
    problem = make_problem()
    spec = TrainSpec("mlp", PARAMS, "accuracy", max_epochs=4, seed=0, patience=None, fused=fused)
    base = Trainer(problem, spec).run()
    quantizer = Quantizer(base.network.weights, 4)
    result = Trainer(problem, spec, start=(base.weights, base.stats), quantizer=quantizer).run()
    np.testing.assert_allclose(quantizer.rounded(result.weights), result.weights, rtol=1e-6, atol=0)
    assert result.best_scores.mean() > 0.6
    for r, rows in enumerate(problem.valid):  # the score is that of the rounded network
        found = predict(
            base.network, result.weights[r : r + 1], result.stats[r : r + 1], problem.rows(r, rows)
        )
        wanted = result.predictions[r]
        assert found.shape[1] == len(wanted)
        exps = np.exp(found[0] - found[0].max(axis=1, keepdims=True))
        found = exps / exps.sum(axis=1, keepdims=True) if found.shape[2] > 1 else 1 / (1 + np.exp(-found[0]))
        np.testing.assert_allclose(found[:, -1], wanted[:, -1], atol=1e-4)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("cnn", {"filters": 8, "dense": 16, "normalization": "batch", "n_layers": 2}),
        ("resnet", {"filters": 8, "n_blocks": 1, "n_stages": 2, "separable": True}),
        ("image_mlp", {"n_layers": 1, "width": 32, "normalization": "batch"}),
    ],
)
def test_the_int4_file_computes_what_was_trained(name: str, params: dict[str, Any]) -> None:
    problem = images()
    network = build_network(name, params, problem.shape)
    spec = TrainSpec(name, {**PARAMS, **params}, "accuracy", 2, seed=0, patience=None, fused=False)
    result = Trainer(problem, spec, quantizer=Quantizer(network.weights, 4)).run()
    rows = problem.rows(0, problem.valid[0])
    wanted = predict(network, result.weights[:1], result.stats[:1], rows)[0]
    made_of = folded(network, result.weights[:1], result.stats[:1])
    own = made_of.network, made_of.weights[0], made_of.stats[0]
    channels, _ = channels_of(made_of.network.weights)
    assert channels == channel_axes(network.weights)
    inputs = {key: x[0] for key, x in rows.items()}
    model = to_onnx(*own)
    size = len(model.SerializeToString())
    data = onnx_bytes(model, "int4", inputs, channels)
    assert len(data) < size
    spread = np.abs(wanted).max()
    np.testing.assert_allclose(outputs_of(onnx_runner(data), inputs), wanted, atol=2e-5 * spread + 1e-5)
    if name == "cnn":
        found = outputs_of(litert_runner(litert_bytes(to_keras(*own), "int4", inputs)), inputs)
        np.testing.assert_allclose(found, wanted, atol=1e-3 * spread)


@pytest.mark.parametrize(("name", "params", "shape"), OTHERS, ids=lambda x: str(x)[:20])
def test_texts_and_tables_have_int4_files_that_compute_what_was_rounded(
    name: str, params: dict[str, Any], shape: InputShape
) -> None:
    network, weights, stats = made(name, params, shape, 1)
    weights = Quantizer(network.weights, 4).rounded(weights)
    made_of, rows = folded(network, weights, stats), rows_of(shape)
    inputs = {key: x[0] for key, x in rows.items()}
    channels, _ = channels_of(made_of.network.weights)
    assert channels == channel_axes(network.weights)
    model = to_onnx(made_of.network, made_of.weights[0], made_of.stats[0])
    assert {tensor.name for tensor in model.graph.initializer} >= set(channels)
    data = onnx_bytes(model, "int4", inputs, channels)
    found, wanted = outputs_of(onnx_runner(data), inputs), outputs(network, weights, stats, rows)[0]
    np.testing.assert_allclose(found, wanted, atol=1e-4 * (1 + np.abs(wanted).max()))


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_activations_of_16_bits_are_nearer_to_the_floats_than_those_of_8(name: str) -> None:
    shape = InputShape(3, (TableInput(12) if name == "mlp" else ImageInput(8, 8, 1),))
    params = {"n_layers": 2, "width": 64} if name == "mlp" else {"n_layers": 2, "filters": 8, "dense": 16}
    network, weights, stats = made(name, {**PARAMS, **params}, shape, 1)
    member: Any = to_keras(network, weights[0], stats[0])
    rng = np.random.default_rng(1)
    inputs: dict[str, Any] = (
        {"numeric": rng.normal(size=(64, 12)).astype(np.float32), "codes": np.zeros((64, 0), np.int32)}
        if name == "mlp"
        else {"pixels": rng.integers(0, 256, (64, 8, 8, 1)).astype(np.uint8)}
    )
    wanted = outputs(network, weights, stats, {key: x[None] for key, x in inputs.items()})[0]
    inputs = {i.name: inputs[i.name] for i in member.inputs}

    def apart(number_format: str, runtime: str) -> float:
        if runtime == "onnx":
            data = onnx_bytes(to_onnx(network, weights[0], stats[0]), number_format, inputs)
            assert {one.version for one in onnx.load_from_string(data).opset_import if not one.domain} == {18}
            return float(np.abs(outputs_of(onnx_runner(data), inputs) - wanted).max())
        data = litert_bytes(member, number_format, inputs)
        return float(np.abs(outputs_of(litert_runner(data), inputs) - wanted).max())

    assert apart("int16", "onnx") < apart("int8_static", "onnx")
    assert apart("int16", "litert") < apart("int8_static", "litert")
    assert apart("int16", "onnx") < 0.05 * np.abs(wanted).max()


@pytest.mark.parametrize("number_format", ["int8_static", "int16"])
@pytest.mark.parametrize(("name", "params", "shape"), OTHERS)
def test_calibrated_activations_are_near_the_floats_in_every_family(
    name: str, params: dict[str, Any], shape: InputShape, number_format: str
) -> None:
    network, weights, stats = made(name, params, shape, 1)
    member: Any = to_keras(network, weights[0], stats[0])
    rows = rows_of(shape)
    inputs = {i.name: rows[i.name][0] for i in member.inputs}
    wanted = outputs(network, weights, stats, rows)[0]
    found = outputs_of(
        onnx_runner(onnx_bytes(to_onnx(network, weights[0], stats[0]), number_format, inputs)), inputs
    )
    assert (
        np.abs(found - wanted).max()
        < (0.15 if number_format == "int8_static" else 0.02) * np.abs(wanted).max()
    )


def test_litert_says_what_it_has_no_calibrated_activations_for() -> None:
    name, params, shape = next(case for case in OTHERS if case[0] == "textcnn")
    network, weights, stats = made(name, params, shape, 1)
    member: Any = to_keras(network, weights[0], stats[0])
    rows = rows_of(shape)
    with pytest.raises(ValueError, match="networks that take codes of categories or tokens"):
        litert_bytes(member, "int16", {i.name: rows[i.name][0] for i in member.inputs})
    with pytest.raises(ValueError, match="no calibrated 8 bits for texts"):
        litert_bytes(member, "int8_static", {i.name: rows[i.name][0] for i in member.inputs})
    for kind, changes, inputs in (
        ("mlp", {"normalization": "layer"}, InputShape(3, (TableInput(12),))),
        ("convnext", {"filters": 8}, InputShape(3, (ImageInput(16, 16, 3),))),
    ):
        network, weights, stats = made(kind, {**PARAMS, **changes}, inputs, 1)
        member = to_keras(network, weights[0], stats[0])
        with pytest.raises(ValueError, match="networks with layer normalization"):
            litert_bytes(member, "int16", {})


def test_a_teacher_is_heard_on_the_training_rows_of_its_fold_alone() -> None:
    problem = make_problem()
    spec = TrainSpec("mlp", PARAMS, "accuracy", max_epochs=3, seed=0, patience=None)
    rng = np.random.default_rng(0)
    n, k = len(problem.y), problem.shape.n_outputs
    teacher = rng.normal(size=(problem.n_replicas, n, k)).astype(np.float32)
    known = teacher_input(teacher, problem.train)
    for r in range(problem.n_replicas):
        np.testing.assert_array_equal(np.flatnonzero(~np.isnan(known[r, :, 0])), np.sort(problem.train[r]))
    taught = Trainer(problem, spec, teacher=teacher).run()
    other = teacher.copy()
    for r, rows in enumerate(problem.valid):
        other[r, rows] = 1e6
    np.testing.assert_array_equal(Trainer(problem, spec, teacher=other).run().weights, taught.weights)
    assert np.isfinite(taught.curves).all()
    alone = Trainer(problem, spec).run()
    assert np.abs(alone.weights - taught.weights).max() > 1e-3


def test_a_smaller_network_learns_what_its_teacher_says() -> None:
    """The teacher says the opposite of every label: what was taught follows it more than the labels."""
    problem = images()
    spec = TrainSpec("image_mlp", PARAMS, "accuracy", 6, seed=0, patience=None, fused=False)
    y = problem.y.astype(np.float32)
    teacher = np.stack([(1.0 - 2.0 * y)[:, None] * 8.0] * 2)
    taught = Trainer(problem, spec, teacher=teacher).run()
    alone = Trainer(problem, spec).run()
    assert alone.curves[:, -1, 2].mean() > 0.8
    assert taught.curves[:, -1, 2].mean() < 0.2
