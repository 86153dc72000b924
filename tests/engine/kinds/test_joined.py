"""A table whose columns are of several kinds is nothing special: each kind prepares its own inputs of one network."""

from __future__ import annotations

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from cupel.engine.baselines import LINEAR, MAJORITY, TREES, baseline_names, fit_baseline
from cupel.engine.data.columns import ArrayColumn, NumberColumn, WordColumn
from cupel.engine.data.schema import TableSchema, infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.families import default_families
from cupel.engine.domain.kinds import KINDS, kinds_of
from cupel.engine.kinds.base import Preprocessing
from cupel.engine.kinds.joined import (
    SchemaPreprocessing,
    described,
    preprocessing_from_json,
    raw_inputs,
    raw_part,
)
from cupel.engine.kinds.table.onnx import IR_VERSION, OPSET
from cupel.engine.splits.audit_models import quick_baseline
from cupel.engine.splits.near_duplicates import find_near_duplicates
from onnx import helper

N = 240
GOOD, BAD = ("a fine day in", "lovely weather over"), ("a dull day in", "awful rain over")


def made(*, photos: bool = False) -> Table:
    """Return rows whose class a number and the words of a sentence tell, neither of them alone."""
    rng = np.random.default_rng(0)
    x, is_good = rng.normal(size=N), rng.integers(0, 2, N).astype(bool)
    y = x + np.where(is_good, 1.0, -1.0) > 0
    said = [
        f"{(GOOD if good else BAD)[i % 2]} town {rng.integers(0, 10**6)}" for i, good in enumerate(is_good)
    ]
    columns: list[NumberColumn | WordColumn | ArrayColumn] = [
        NumberColumn("x", x),
        WordColumn.of_words("colour", [("red", "green")[i % 2] for i in range(N)]),
        WordColumn.of_words("said", said),
        WordColumn.of_words("y", np.where(y, "yes", "no").tolist()),
    ]
    if photos:
        pixels = rng.integers(0, 256, (N, 6, 5, 1)).astype(np.uint8)
        columns.append(
            ArrayColumn(WordColumn.of_words("photo", [f"{i:03}.png" for i in range(N)]), pixels, "image")
        )
    return Table(tuple(columns), N)


def schema_of(table: Table, kind: str = "table+text") -> TableSchema:
    return infer_schema(table, "y", kind=kind)


def fitted(table: Table, schema: TableSchema, rows: np.ndarray | None = None) -> Preprocessing:
    rows = np.arange(N) if rows is None else rows
    return SchemaPreprocessing(schema).fit(table, [rows], {"min_count": 1})[0]


def test_a_table_is_of_one_kind_unless_more_are_asked_for() -> None:
    assert infer_schema(made(), "y").kinds == ("table",)
    schema = schema_of(made())
    assert schema.kinds == ("table", "text")
    assert [[c.name for c in one.columns] for one in schema.inputs] == [["x", "colour"], ["said"]]
    assert TableSchema.from_json(json.loads(json.dumps(schema.to_json()))) == schema


def test_kinds_are_named_in_any_order_and_unknown_ones_are_refused() -> None:
    assert kinds_of("text+table") == kinds_of("table+text") == ("table", "text")
    with pytest.raises(SpecError, match=r"kind is 'table\+song'"):
        kinds_of("table+song")
    for kind in KINDS:
        assert default_families(kind)
    assert "mlp" in default_families("table+text")


def test_each_kind_prepares_its_own_inputs() -> None:
    table = made(photos=True)
    schema = schema_of(table, "table+text+image")
    found = fitted(table, schema)
    inputs = found.inputs(table, np.arange(N))
    tensors = found.shape(1).tensors
    assert set(inputs) == {tensor.name for tensor in tensors}
    assert all(inputs[tensor.name].ndim == tensor.rank + 1 for tensor in tensors)
    assert set(found.columns) == {"x", "colour", "said", "photo"}
    again = preprocessing_from_json(json.loads(json.dumps(found.to_json())))
    for name, values in again.inputs(table, np.arange(N)).items():
        np.testing.assert_array_equal(values, inputs[name])


def test_what_is_fitted_follows_the_settings_of_every_kind() -> None:
    prepared = SchemaPreprocessing(schema_of(made()))
    base = prepared.digest({})
    assert base == prepared.digest({"learning_rate": 1.0})
    assert len({base, prepared.digest({"scaling": "robust"}), prepared.digest({"tokens": "character"})}) == 3


def test_one_graph_takes_raw_rows_of_all_kinds() -> None:
    table = made()
    schema = schema_of(table)
    found = fitted(table, schema, np.arange(0, N, 2))
    names = {"x": "x", "colour": "colour", "said": "said"}
    part = raw_part(found, schema, names, "m0/")
    tensors = [tensor for tensor in found.shape(1).tensors if tensor.name in part.values]
    nodes = [*part.nodes, *(helper.make_node("Identity", [part.values[t.name]], [t.name]) for t in tensors)]
    types = {"float32": onnx.TensorProto.FLOAT, "int32": onnx.TensorProto.INT32}
    outputs = [helper.make_tensor_value_info(t.name, types[t.dtype], None) for t in tensors]
    graph = helper.make_graph(nodes, "raw", raw_inputs(schema, names), outputs, part.constants)
    opsets = [helper.make_opsetid(d, v) for d, v in ({"": OPSET} | part.opsets).items()]
    model = helper.make_model(graph, ir_version=IR_VERSION, opset_imports=opsets)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    cells = {c: np.array(table[c].raw(np.arange(N)), object if c != "x" else float)[:, None] for c in names}
    wanted = found.inputs(table, np.arange(N))
    for tensor, values in zip(tensors, session.run(None, cells), strict=True):
        np.testing.assert_allclose(values, wanted[tensor.name], rtol=1e-5, atol=1e-6)


def test_a_bundle_prepares_the_same_with_numpy_alone() -> None:
    from cupel.engine.bundled.preprocess import Preprocessor

    table = made()
    found = fitted(table, schema_of(table))
    columns = {"x": "x", "colour": "colour", "said": "said"}
    alone = Preprocessor.__new__(Preprocessor)
    alone.data = json.loads(
        json.dumps({"columns": columns, "networks": [{"preprocessing": described(found)}]})
    )
    raw = {c: np.array(table[c].raw(np.arange(N)), object if c != "x" else float)[:, None] for c in columns}
    (inputs,) = alone.inputs(raw)
    for name, values in found.inputs(table, np.arange(N)).items():
        np.testing.assert_allclose(inputs[name], values, rtol=1e-6)


def test_baselines_see_all_kinds() -> None:
    table = made()
    schema = schema_of(table)
    target = encode_target(table, schema)
    assert baseline_names(schema) == (MAJORITY, LINEAR, TREES)
    train, valid = np.arange(N // 2), np.arange(N // 2, N)
    right = target.at(valid)
    trees = fit_baseline(TREES, table, schema, target, train, n_threads=1).predict(valid)
    assert np.mean(trees.argmax(axis=1) == right) > 0.85
    alone = infer_schema(table, "y")
    of_table = fit_baseline(TREES, table, alone, target, train, n_threads=1).predict(valid)
    assert np.mean(of_table.argmax(axis=1) == right) < 0.85
    linear = fit_baseline(LINEAR, table, schema, target, train, n_threads=1).predict(valid)
    assert np.mean(linear.argmax(axis=1) == right) > 0.85


def test_near_duplicates_are_so_in_every_kind() -> None:
    table = made()
    rows = np.r_[np.arange(N), 0, 1]
    doubled = table.take(rows)
    schema = schema_of(doubled)
    found = find_near_duplicates(doubled, schema, np.arange(len(rows)))
    assert found.n_sets == 2
    assert found.sets[0] == found.sets[N]
    # Of two rows with one text only one number is the same.
    other = NumberColumn("x", np.r_[table.numbers("x").numbers, 9.0, table.numbers("x").numbers[1]])
    apart = Table(tuple(other if c.name == "x" else c for c in doubled), len(rows))
    assert find_near_duplicates(apart, schema, np.arange(len(rows))).n_sets == 1


def test_the_quick_baseline_of_the_audit_learns_from_every_kind() -> None:
    table = made()
    schema = schema_of(table)
    target = encode_target(table, schema)
    model = quick_baseline(table, schema, target, np.arange(N))
    assert model is not None
    shares = model.predict(np.arange(0, N, 2), np.arange(1, N, 2))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert quick_baseline(table, schema, target, np.arange(N), without=("x", "colour", "said")) is None
