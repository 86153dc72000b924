"""The two networks of a bundle: one Keras model, and one ONNX graph from raw columns to predictions.

Each network of an ensemble is a part of the ONNX graph, see `networks.onnx_graph`, behind what turns raw columns into
its inputs. Imports TensorFlow: only `convert` and the compression's processes may import this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import DTypeLike
from onnx import TensorProto, compose, helper, numpy_helper

from ..data.schema import TableSchema
from ..kinds.joined import raw_inputs, raw_part
from ..networks.folding import Folded, folded
from ..networks.keras_form import to_keras
from ..networks.onnx_graph import IR_VERSION, OPSET, to_onnx
from ..tf import KerasModel, keras
from ..training.model import TrainedModel

OUTPUTS = ("probabilities", "prediction")


def folded_networks(model: TrainedModel) -> Folded:
    """Return the networks of a model as files have them, with normalizations over the batch folded."""
    return folded(model.network, model.weights, model.stats)


def member_models(networks: Folded) -> list[KerasModel]:
    """Return the Keras model of each network."""
    return [to_keras(networks.network, w, s) for w, s in zip(networks.weights, networks.stats, strict=True)]


def whole_keras(model: TrainedModel, members: Sequence[KerasModel]) -> KerasModel:
    """Return one Keras model that gives probabilities (n, n_classes) or values (n, 1).

    Its inputs are those of the network; of an ensemble, each network's with a number at the end of the name.
    """
    inputs: list[Any] = []
    outputs: list[Any] = []
    for r, member in enumerate(members):
        end = f"_{r}" if len(members) > 1 else ""
        own = [keras.Input(i.shape[1:], name=i.name + end, dtype=i.dtype) for i in member.inputs]
        member.name = f"network{end}"
        inputs += own
        outputs.append(_keras_head(model, r, member(own if len(own) > 1 else own[0]), end))
    mean = (
        outputs[0]
        if len(outputs) == 1
        else keras.layers.Average(name="average", dtype=outputs[0].dtype)(outputs)
    )
    return keras.Model(inputs, mean, name="cupel")


def _keras_head(model: TrainedModel, r: int, output: Any, end: str) -> Any:
    # In float64, as large values keep their digits.
    if model.task == "regression":
        scale, mean = float(model.target_scale[r]), float(model.target_mean[r])
        return keras.layers.Rescaling(scale, mean, dtype="float64", name=f"unscaled{end}")(output)
    if model.task == "multiclass":
        return keras.layers.Softmax(name=f"probabilities{end}")(output)
    second = keras.layers.Activation("sigmoid", name=f"second{end}")(output)
    first = keras.layers.Rescaling(-1.0, 1.0, name=f"first{end}")(second)
    return keras.layers.Concatenate(name=f"probabilities{end}")([first, second])


def onnx_names(columns: Sequence[str]) -> dict[str, str]:
    """Return column → input name: letters, digits and ``_`` only, distinct, and unlike any other value's name."""
    names: dict[str, str] = {}
    taken: set[str] = set(OUTPUTS)
    for column in columns:
        name = base = re.sub(r"\W", "_", column) or "column"
        suffix = 2
        while name in taken:
            name, suffix = f"{base}_{suffix}", suffix + 1
        taken.add(name)
        names[column] = name
    return names


def whole_onnx(
    model: TrainedModel,
    networks: Folded,
    schema: TableSchema,
    names: Mapping[str, str],
    files: Sequence[onnx.ModelProto] | None = None,
) -> onnx.ModelProto:
    """Return the checked ONNX model: raw columns in, ``probabilities`` or ``prediction`` out.

    Parameters
    ----------
    networks : Folded
        Those of the model.
    names : mapping of column to input name
        From `onnx_names`.
    files : sequence of onnx.ModelProto, optional
        The networks in another number format; float32 where not given.

    Returns
    -------
    onnx.ModelProto
        Inputs as the kind of data declares them. Output ``probabilities`` float (N, n_classes), or
        ``prediction`` double (N,).
    """
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []
    opsets = {"": OPSET}
    for r in range(model.n_networks):
        before = raw_part(model.preprocessings[r], schema, names, f"m{r}/")
        file = (
            to_onnx(networks.network, networks.weights[r], networks.stats[r]) if files is None else files[r]
        )
        placed = compose.add_prefix(file, f"m{r}/net/")
        nodes += before.nodes
        constants += before.constants
        for value in placed.graph.input:
            source = before.values[value.name.removeprefix(f"m{r}/net/")]
            nodes.append(helper.make_node("Identity", [source], [value.name]))
        nodes += placed.graph.node if files is None else in_order(placed.graph)
        constants += placed.graph.initializer
        used = {o.domain: o.version for o in placed.opset_import}
        for domain, version in [*before.opsets.items(), *used.items()]:
            opsets[domain] = max(version, opsets.get(domain, 1))
    output = _head(model, nodes, constants)
    inputs = raw_inputs(schema, names)
    graph = helper.make_graph(nodes, "cupel", inputs, [output], constants)
    whole = helper.make_model(
        graph,
        ir_version=IR_VERSION,
        producer_name="cupel",
        opset_imports=[helper.make_opsetid(d, v) for d, v in opsets.items()],
    )
    onnx.checker.check_model(whole)
    return whole


def fold_outputs(model: TrainedModel) -> list[str]:
    """Return what the predictions of the single networks are called inside of the graph of `whole_onnx`.

    They are of shape (N, n_classes), or (N, 1) of a regression, in the networks' order.
    """
    return [_value_name(r) for r in range(model.n_networks)]


def _value_name(r: int) -> str:
    return f"m{r}/head/value"


def in_order(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Return the nodes of a graph, each after those whose values it reads, as converters do not always leave them."""
    made = {name for node in graph.node for name in node.output}
    left, found, known = list(graph.node), list[onnx.NodeProto](), set[str]()
    while left:
        ready = [not (set(node.input) & made) - known for node in left]
        if not any(ready):
            raise ValueError("The nodes of the network form a circle.")
        chosen = [node for node, is_ready in zip(left, ready, strict=True) if is_ready]
        found += chosen
        known |= {name for node in chosen for name in node.output}
        left = [node for node, is_ready in zip(left, ready, strict=True) if not is_ready]
    return found


def _head(
    model: TrainedModel, nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto]
) -> onnx.ValueInfoProto:
    """Append what turns the networks' outputs into predictions and averages them."""

    def add(operator: str, *inputs: str, output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def constant(name: str, value: float | list[int], dtype: DTypeLike) -> str:
        constants.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    parts: list[str] = []
    for r in range(model.n_networks):
        raw, at = f"m{r}/net/output", f"m{r}/head"
        if model.task == "regression":
            wide = add("Cast", raw, output=f"{at}/wide", to=TensorProto.DOUBLE)
            scale = constant(f"{at}/scale", float(model.target_scale[r]), np.float64)
            mean = constant(f"{at}/mean", float(model.target_mean[r]), np.float64)
            parts.append(
                add("Add", add("Mul", wide, scale, output=f"{at}/scaled"), mean, output=_value_name(r))
            )
        elif model.task == "multiclass":
            parts.append(add("Softmax", raw, output=_value_name(r), axis=-1))
        else:
            second = add("Sigmoid", raw, output=f"{at}/second")
            first = add("Sub", constant(f"{at}/one", 1.0, np.float32), second, output=f"{at}/first")
            parts.append(add("Concat", first, second, output=_value_name(r), axis=1))
    if model.task == "regression":
        n = constant("head/n", model.n_networks, np.float64)
        mean = add("Div", _summed(parts, add), n, output="head/mean")
        add("Squeeze", mean, constant("head/axes", [1], np.int64), output="prediction")
        return helper.make_tensor_value_info("prediction", TensorProto.DOUBLE, ["N"])
    n = constant("head/n", model.n_networks, np.float32)
    add("Div", _summed(parts, add), n, output="probabilities")
    return helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", len(model.labels)])


def _summed(parts: list[str], add: Callable[..., str]) -> str:
    total = parts[0]
    for r, part in enumerate(parts[1:], start=1):
        total = add("Add", total, part, output=f"head/sum_{r}")
    return total
