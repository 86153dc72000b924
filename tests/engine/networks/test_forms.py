"""One description, many forms: what replicas, Keras, ONNX, folded and smaller networks make of the same layers."""

from __future__ import annotations

import contextlib
import dataclasses
import io
from typing import Any

import numpy as np
import onnx
import pytest
import tensorflow as tf
import tf2onnx
from cupel.engine.compression.shrinking import shrink
from cupel.engine.domain.families import FAMILY_KINDS
from cupel.engine.families.registry import build_network
from cupel.engine.kinds.text.input import TextInput
from cupel.engine.networks.folding import folded
from cupel.engine.networks.keras_form import to_keras
from cupel.engine.networks.layers.norm import BatchNorm
from cupel.engine.networks.network import Network
from cupel.engine.networks.onnx_graph import OPSET, to_onnx
from cupel.engine.training.trainer import predict
from keras.src.export.tf2onnx_lib import patch_tf2onnx
from onnxruntime import InferenceSession

from .cases import CASES, Arrays, Case, rows_of, trained


def run(model: onnx.ModelProto, rows: Arrays) -> Any:
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {value.name: rows[value.name][0] for value in session.get_inputs()})[0]


def converted(member: Any) -> onnx.ModelProto:
    """Return what tf2onnx makes of a Keras model."""
    patch_tf2onnx()
    signature = [tf.TensorSpec((None, *i.shape[1:]), i.dtype, name=i.name) for i in member.inputs]

    def call(*inputs: Any) -> Any:
        return member(list(inputs) if len(inputs) > 1 else inputs[0], training=False)

    with contextlib.redirect_stdout(io.StringIO()):
        function = tf.function(call, input_signature=signature, autograph=False)
        return tf2onnx.convert.from_function(function, signature, opset=OPSET)[0]


def assert_equal(found: Any, wanted: Any) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=2e-5 * (1.0 + np.abs(wanted).max()))


def made(name: str) -> tuple[Case, Network, Any, Any, Arrays]:
    case = CASES[name]
    network = case.network
    return case, network, *trained(network, 1), rows_of(case.shape)


FIRST = {next(name for name, case in CASES.items() if case.family == family) for family in FAMILY_KINDS}


def test_every_family_is_among_the_cases() -> None:
    assert {case.family for case in CASES.values()} == set(FAMILY_KINDS)


@pytest.mark.parametrize("name", CASES)
def test_replicas_keras_and_onnx_give_the_same(name: str) -> None:
    _, network, weights, stats, rows = made(name)
    wanted = predict(network, weights, stats, rows)[0]
    member = to_keras(network, weights[0], stats[0])
    assert_equal(member({i.name: rows[i.name][0] for i in member.inputs}), wanted)
    model = to_onnx(network, weights[0], stats[0])
    assert_equal(run(model, rows), wanted)
    assert [value.name for value in model.graph.input] == [i.name for i in member.inputs]
    assert member.count_params() == network.weights.size + network.stats.size


@pytest.mark.parametrize(
    "name",
    [
        # It takes up to seconds; of each family the first case is enough for every day.
        pytest.param(name, marks=[] if name in FIRST else [pytest.mark.slow])
        for name in CASES
    ],
)
def test_our_onnx_is_what_a_converter_makes_of_the_keras_model(name: str) -> None:
    _, network, weights, stats, rows = made(name)
    theirs = converted(to_keras(network, weights[0], stats[0]))
    assert_equal(run(to_onnx(network, weights[0], stats[0]), rows), run(theirs, rows))


@pytest.mark.parametrize("name", CASES)
def test_any_number_of_rows_goes_through_the_onnx_form(name: str) -> None:
    _, network, weights, stats, rows = made(name)
    model = to_onnx(network, weights[0], stats[0])
    whole = run(model, rows)
    for n in (1, 2):
        assert_equal(run(model, {key: x[:, :n] for key, x in rows.items()}), whole[:n])


@pytest.mark.parametrize("name", CASES)
def test_folded_networks_give_the_same_with_fewer_layers(name: str) -> None:
    _, network, weights, stats, rows = made(name)
    made_of = folded(network, weights, stats)
    assert_equal(
        predict(made_of.network, made_of.weights, made_of.stats, rows)[0],
        predict(network, weights, stats, rows)[0],
    )
    has_norms = any(isinstance(node.layer, BatchNorm) for node in network.nodes)
    assert (len(made_of.network.nodes) < len(network.nodes)) == has_norms


@pytest.mark.parametrize("name", CASES)
def test_smaller_networks_are_those_that_their_params_describe(name: str) -> None:
    case, network, weights, stats, _ = made(name)
    smaller = shrink(network, weights, stats, 0.5)
    shape = case.shape
    inputs: list[Any] = []
    for one in shape.inputs:
        if isinstance(one, TextInput):
            n_words = smaller.params[f"n_words_{one.name}" if one.name else "n_words"]
            assert n_words < one.n_words
            one = dataclasses.replace(one, n_words=n_words)
        inputs.append(one)
    shape = dataclasses.replace(shape, inputs=tuple(inputs))
    built = build_network(case.family, smaller.params, shape)
    assert smaller.weights.shape == (1, built.weights.size)
    assert smaller.stats.shape == (1, built.stats.size)
    assert built.n_parameters < network.n_parameters or name == "mlp, linear"
    assert np.isfinite(predict(built, smaller.weights, smaller.stats, rows_of(shape))).all()


@pytest.mark.parametrize("name", CASES)
def test_a_structure_knows_no_sizes(name: str) -> None:
    """So that one traced graph serves every width: what is made half as wide has the same structure."""
    case, network, weights, stats, _ = made(name)
    units = shrink(network, weights, stats, 0.5).params["units"]
    smaller = build_network(case.family, {**network.params, "units": units}, case.shape)
    assert smaller.structure == network.structure
    assert hash(smaller.structure) == hash(network.structure)
