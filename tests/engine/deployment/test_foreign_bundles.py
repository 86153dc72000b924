"""Bundles that come from anyone: whatever is in them ends in one sentence, never in a traceback or without end."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from cupel.engine.bundled.errors import InputError
from cupel.engine.bundled.predictor import Predictor
from cupel.engine.cli import main
from cupel.engine.deployment.bundle import Bundle
from cupel.engine.deployment.export import export_trial
from cupel.engine.deployment.probe import run_probe
from cupel.engine.domain.errors import ExportError
from cupel.engine.inference.comparison import compare_bundles
from cupel.engine.inference.predicting import predict_file
from onnx import TensorProto, helper, numpy_helper

from .made import Made, exported, make_study, sign_again
from .programs import CUPEL, ask, served

Case = tuple[Made, Path]
Graph = onnx.GraphProto


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with exported(tmp_path_factory.mktemp("foreign"), "multiclass") as found:
        yield found


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A regression with intervals: the networks of its folds predict."""
    made = make_study(
        tmp_path_factory.mktemp("foreign_numbers"), "regression", {}, n_networks=3, out_of_fold=True
    )
    record = export_trial(made.store, made.study_id, 0)
    assert record.failure is None, record.failure.traceback
    yield made, Path(record.path)
    made.store.close()


def _changed(bundle: Path, tmp_path: Path, change: Callable[[Any], Any], file: str = "schema.json") -> Path:
    """Return a copy whose JSON file is changed, with a manifest that names what is there now."""
    copy = shutil.copytree(bundle, tmp_path / "copy")
    content = json.loads((copy / file).read_text(encoding="utf-8"))
    found = change(content)
    (copy / file).write_text(json.dumps(content if found is None else found), encoding="utf-8")
    if file != "manifest.json":
        sign_again(copy)
    return copy


def _put(*path: str | int, value: object) -> Callable[[Any], None]:
    """Return a change of one field; ``...`` takes it away."""

    def change(content: Any) -> None:
        *way, last = path
        for step in way:
            content = content[step]
        if value is ...:
            del content[last]
        else:
            content[last] = value

    return change


def _nested(_: Any) -> Any:
    found: Any = {}
    for _ in range(100):
        found = {"inputs": [found]}
    return found


SCHEMAS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "nothing": (lambda _: {}, "has no field 'format'"),
    "a list": (lambda _: [1], "is a list of 1, not an object"),
    "nested": (_nested, "has no field 'format'"),
    "no labels": (_put("labels", value=...), "has no field 'labels'"),
    "labels of numbers": (_put("labels", 1, value=5), r"the field 'labels\[1\]' is 5, not text"),
    "one label twice": (_put("labels", value=["a", "a", "b"]), "'labels' is a list of 3, not names of classes of"),
    "another task": (_put("task", value="guess"), "'task' is \"guess\", not one of binary, multiclass, regression"),
    "no inputs": (_put("inputs", value=[]), "'inputs' is a list of 0, not the columns"),
    "inputs as text": (_put("inputs", value="all"), "'inputs' is \"all\", not a list"),
    "a column twice": (_put("inputs", 1, "column", value="income (k€)"), "of which no name comes twice"),
    "a kind": (_put("inputs", 0, "kind", value="sound"), r"'inputs\[0\].kind' is \"sound\", not one of number, date"),
    "a huge number": (_put("inputs", 0, "minimum", value=10**400), r"'inputs\[0\].minimum' is a huge number, not"),
    "a place": (_put("inputs", 0, "position", value=-1), r"'inputs\[0\].position' is -1, not a whole number"),
    "a shape": (_put("inputs", 0, "shape", value=[4096, 4096, 4]), r"'inputs\[0\].shape' is a list of 3, not the"),
    "an encoding": (_put("read", "encoding", value="morse"), "'read.encoding' is \"morse\", not a way in which text"),
    "a delimiter": (_put("read", "delimiter", value=";;"), "'read.delimiter' is \";;\", not one character"),
    "a threshold": (_put("threshold", value={"value": 0.3}), "'threshold.value' is 0.3, not a probability between"),
    "a reason": (
        _put("intervals", value={"reason": {"template": "{a:>99999999}", "args": {"a": 1}}}),
        "'intervals.reason.template' is .*, not a sentence that its values fill",
    ),
    "a tolerance": (_put("formats", "onnx", "tolerance", value="much"), "'formats.onnx.tolerance' is \"much\", not a"),
    "other labels": (_put("labels", value=["a", "b"]), "the output 'probabilities' is .*, not numbers of N × 2 as"),
    "another name": (_put("inputs", 0, "name", value="else"), "has no input 'else', which schema.json names"),
    "another storage": (_put("inputs", 0, "kind", value="text"), r"the input 'income__k__' is tensor\(double\) of"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_a_schema_that_is_not_what_it_must_be_is_told_with_its_field(
    case: Case, tmp_path: Path, name: str
) -> None:
    change, words = SCHEMAS[name]
    copy = _changed(case[1], tmp_path, change)
    with pytest.raises(InputError, match=words) as told:
        Predictor(copy)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("text", ["[" * 100_000, "{", "", "\udcff"])
def test_a_schema_that_is_no_json_is_told(case: Case, tmp_path: Path, text: str) -> None:
    copy = shutil.copytree(case[1], tmp_path / "copy")
    (copy / "schema.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"The bundle's file schema.json is damaged \("):
        Predictor(copy)


def test_a_pattern_that_takes_without_end_is_refused(case: Case, tmp_path: Path) -> None:
    def change(content: Any) -> None:
        # As bundles of versions 0.1 and 0.2 are, which read dates by it.
        content["inputs"][4] |= {"spelling": None, "date_pattern": "^(?P<Y>(a+)+)$"}

    with pytest.raises(
        InputError, match=r"'inputs\[4\].date_pattern' is .*, not a way in which Cupel reads dates"
    ):
        Predictor(_changed(case[1], tmp_path, change))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_put("task", value=["binary"]), "'task' is a list of 1, not one of binary, multiclass, regression"),
        (_put("files", "model.onnx", value=7), "'files.model.onnx' is 7, not an object|is 7, not an object"),
        (_put("files", "model.onnx", "sha256", value="beef"), "'files.model.onnx.sha256' is \"beef\", not the digest"),
        (_put("files", "model.onnx", "size_bytes", value=1), "model.onnx of the bundle .* has changed since"),
        (_put("n_networks", value=10**30), "'n_networks' is 1000000000000000000000000000000, not a whole number"),
        (_put("threshold", value={"value": "high"}), r"is damaged \(Expected `float`, got `str` - at `\$.threshold"),
        (_put("format", value="2"), "'format' is \"2\", not a whole number"),
        (_put("labels", value=["no", "yes", "maybe"]), r"'labels' is \('no', 'yes', 'maybe'\) in manifest.json and"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_not_what_it_must_be_is_told_with_its_field(
    case: Case, tmp_path: Path, change: Callable[[Any], Any], words: str
) -> None:
    with pytest.raises(ExportError, match=words):
        Bundle.open(_changed(case[1], tmp_path, change, "manifest.json")).predictor()


# -- models ------------------------------------------------------------------------------------------------------------


def _loop(graph: Graph) -> None:
    """Put a loop without end before the output."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["going"], ["goes_on"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info("goes_on", TensorProto.BOOL, [])],
    )
    graph.initializer.append(numpy_helper.from_array(np.array(True), "going_first"))
    graph.node.insert(0, helper.make_node("Loop", ["", "going_first"], [], body=body))


def _renamed_input(graph: Graph) -> None:
    for node in graph.node:
        node.input[:] = ["else" if name == graph.input[0].name else name for name in node.input]
    graph.input[0].name = "else"


def _further_input(graph: Graph) -> None:
    graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, ["N", 1]))


def _after(
    graph: Graph, *nodes: onnx.NodeProto, shape: list[str | int], kind: int = TensorProto.FLOAT
) -> None:
    """Have nodes make the output of what was the output, ``found``."""
    name = graph.output[0].name
    for node in graph.node:
        node.output[:] = ["found" if one == name else one for one in node.output]
    graph.node.extend(nodes)
    graph.output[0].CopyFrom(helper.make_tensor_value_info("out", kind, shape))


def _scalar(graph: Graph) -> None:
    _after(graph, helper.make_node("ReduceSum", ["found"], ["out"], keepdims=0), shape=[])


def _whole_numbers(graph: Graph) -> None:
    cast = helper.make_node("Cast", ["found"], ["out"], to=TensorProto.INT64)
    _after(graph, cast, shape=["N", 3], kind=TensorProto.INT64)


def _fewer_classes(graph: Graph) -> None:
    graph.initializer.append(numpy_helper.from_array(np.array([True, True, False]), "kept"))
    some = helper.make_node("Compress", ["found", "kept"], ["out"], axis=1)
    _after(graph, some, shape=["N", "K"])


def _huge_tensor(graph: Graph) -> None:
    tensor = TensorProto(name="huge", data_type=TensorProto.FLOAT, dims=[2**20, 2**21], raw_data=b"1234")
    graph.initializer.append(tensor)


def _external(graph: Graph) -> None:
    tensor = TensorProto(
        name="far", data_type=TensorProto.FLOAT, dims=[1], data_location=TensorProto.EXTERNAL
    )
    tensor.external_data.append(onnx.StringStringEntryProto(key="location", value="../../secret"))
    graph.initializer.append(tensor)


def _many(graph: Graph) -> None:
    graph.node.extend(
        helper.make_node("Identity", [graph.input[0].name], [f"copy_{i}"]) for i in range(200_000)
    )


def _out_of_bounds(graph: Graph) -> None:
    graph.initializer.append(numpy_helper.from_array(np.array([0, 1, 7]), "place"))
    gather = helper.make_node("Gather", ["found", "place"], ["out"], axis=1)
    _after(graph, gather, shape=["N", 3])


MODELS: dict[str, tuple[Callable[[Graph], None], str]] = {
    "a loop": (_loop, "holds the operation 'Loop', which repeats others, which no network of Cupel has"),
    "another input": (_renamed_input, "has no input 'income__k__', which schema.json names"),
    "a further input": (_further_input, "has an input 'more' that schema.json does not name"),
    "a scalar": (_scalar, r"the output 'out' is tensor\(float\) of one value, not numbers of N × 3"),
    "whole numbers": (_whole_numbers, r"the output 'out' is tensor\(int64\) of N × 3, not numbers of N × 3"),
    "8 TB": (_huge_tensor, "the tensor 'huge' is declared as 1048576 × 2097152 and holds 4 bytes"),
    "another file": (_external, "holds data that lie in another file, which no network of Cupel has"),
    "200,000 nodes": (_many, "has more than 55,000 operations, which no network of Cupel with 5 columns has"),
}


def _with_model(bundle: Path, tmp_path: Path, change: Callable[[Graph], None]) -> Path:
    copy = shutil.copytree(bundle, tmp_path / "model")
    model = onnx.load(copy / "model.onnx")
    change(model.graph)
    (copy / "model.onnx").write_bytes(model.SerializeToString())
    sign_again(copy)
    return copy


@pytest.mark.parametrize("name", list(MODELS))
def test_a_model_that_is_not_what_it_must_be_is_refused_before_it_runs(
    case: Case, tmp_path: Path, name: str
) -> None:
    change, words = MODELS[name]
    with pytest.raises(InputError, match=words):
        Predictor(_with_model(case[1], tmp_path, change))


@pytest.mark.parametrize("data", [b"", b"\xff" * 100, b"\x3a\xff\xff\xff\xff\x0f", b"\x08\x08"])
def test_bytes_that_are_no_model_are_told(case: Case, tmp_path: Path, data: bytes) -> None:
    copy = shutil.copytree(case[1], tmp_path / "copy")
    (copy / "model.onnx").write_bytes(data)
    with pytest.raises(InputError, match=r"model.onnx is damaged \("):
        Predictor(copy)


def test_a_model_that_fails_or_gives_other_classes_is_told_by_a_child(case: Case, tmp_path: Path) -> None:
    failing = _with_model(case[1], tmp_path / "1", _out_of_bounds)
    with pytest.raises(
        ExportError, match=r"model.onnx fails on the rows \(.*indices element out of data bounds"
    ):
        Bundle.open(failing).predictor()
    other = _with_model(case[1], tmp_path / "2", _fewer_classes)
    with pytest.raises(ExportError, match="'onnx' gives 8 × 2 of type float32 for 8 rows, not 8 × 3 numbers"):
        Bundle.open(other).predictor()


def test_memory_beyond_the_limit_ends_in_a_sentence(case: Case, tmp_path: Path) -> None:
    def huge(graph: Graph) -> None:
        graph.initializer.append(numpy_helper.from_array(np.array([1 << 14, 1 << 20]), "size"))
        fill = helper.make_node("ConstantOfShape", ["size"], ["filled"])
        total = helper.make_node("ReduceSum", ["filled"], ["total"], keepdims=0)
        _after(graph, fill, total, helper.make_node("Add", ["found", "total"], ["out"]), shape=["N", 3])

    with pytest.raises(ExportError, match=r"model.onnx (cannot be loaded|fails on the rows)|cannot be run"):
        run_probe(_with_model(case[1], tmp_path, huge))


def test_the_terminal_says_one_sentence(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, bundle = case
    copy = _with_model(bundle, tmp_path, _loop)
    data, out = str(made.file), str(tmp_path / "out.csv")
    for command in (
        ["predict", str(copy), data, "--out", out],
        ["compare", str(bundle), str(copy), data],
        ["serve", str(copy), "--port", "0"],
        ["audit", str(copy), "--data", data, "--by", "colour"],
        ["verify", str(copy)],
    ):
        assert main(command) == 2, command
        told = capsys.readouterr().err
        assert "Loop" in told
        assert "Traceback" not in told
        assert told.startswith("cupel: ")


def test_a_damaged_profile_is_told(case: Case, tmp_path: Path) -> None:
    copy = _changed(case[1], tmp_path, _put("measures", 0, "counts", value=[1]), "training_profile.json")
    with pytest.raises(
        ExportError, match=r"training_profile.json: the field 'measures\[0\].counts' is a list of 1"
    ):
        predict_file(copy, case[0].file, tmp_path / "out.csv")


# -- numbers that are none ---------------------------------------------------------------------------------------------


def _some_nan(graph: Graph) -> None:
    """Have the output not be a number where the first column is missing."""
    first = graph.input[0].name
    graph.initializer.append(numpy_helper.from_array(np.array(np.nan, np.float64), "nan"))
    shape: list[str | int] = ["N"] if len(graph.output[0].type.tensor_type.shape.dim) == 1 else ["N", 3]
    kind = graph.output[0].type.tensor_type.elem_type
    flat = helper.make_node("Squeeze", ["gone", "axes"], ["flat"]) if len(shape) == 1 else None
    graph.initializer.append(numpy_helper.from_array(np.array([1]), "axes"))
    nodes = [
        helper.make_node("IsNaN", [first], ["gone"]),
        helper.make_node("Cast", ["nan"], ["cast_nan"], to=kind),
        *([] if flat is None else [flat]),
        helper.make_node("Where", ["gone" if flat is None else "flat", "cast_nan", "found"], ["out"]),
    ]
    _after(graph, *nodes, shape=shape, kind=kind)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("kind", ["case", "numbers"])
def test_predictions_that_are_no_numbers_are_told_by_row(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    made, bundle = request.getfixturevalue(kind)
    copy = _with_model(bundle, tmp_path, _some_nan)
    rows = _rows(made.file)
    gone = [i for i, row in enumerate(rows, start=1) if not row["income (k€)"]]
    assert 0 < len(gone) < len(rows)
    summary = predict_file(copy, made.file, tmp_path / "out.csv")
    shown = ", ".join(map(str, gone[:5])) + (", …" if len(gone) > 5 else "")
    assert any(
        f"not a number, and that have an empty one: {len(gone):,} (row {shown})" in str(m)
        for m in summary.messages
    )
    written = _rows(tmp_path / "out.csv")
    assert [i for i, row in enumerate(written, start=1) if not row["prediction"]] == gone
    assert all(not any(written[i - 1].values()) for i in gone)
    given = Predictor(copy).predict([dict(row) for row in rows[:60]])
    assert [i for i, row in enumerate(given, start=1) if row["prediction"] is None] == [
        i for i in gone if i <= 60
    ]
    found = compare_bundles(bundle, copy, made.file)
    assert (found.n_numberless, found.n_compared) == (len(gone), len(rows) - len(gone))
    json.dumps(found.to_json(), allow_nan=False)


def test_the_server_tells_rows_without_a_number(case: Case, tmp_path: Path) -> None:
    copy = _with_model(case[1], tmp_path, _some_nan)
    with served([*CUPEL, "serve", str(copy), "--port", "0"]) as port:
        sample = ask(port, "/schema")[1]["sample"]
        rows = [{**sample, "income (k€)": 3.0}, {**sample, "income (k€)": None}]
        status, answer = ask(port, "/predict", rows)
    assert status == 200
    assert answer["predictions"][0]["prediction"] is not None
    assert set(answer["predictions"][1].values()) == {None}
    assert answer["notes"] == ["Rows whose prediction is not a number, and that have null: 1 (row 2)."]
