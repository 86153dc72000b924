"""Fitted preprocessing as an exact ONNX graph from raw columns, for the one file that an export ships.

Called by `raw_table`. Inputs are the raw columns by name, each of shape (N, 1): numbers
as double (NaN missing), dates as double seconds since 1970 UTC (NaN missing), text as string, trimmed (""
missing). A column of numbers whose role is categorical is a double input too: the kind decides, not the role.
Infinite numbers are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from ...data.columns import Rows, WordColumn
from ...data.schema import TableSchema
from ...data.table import Table
from ...networks.onnx_graph import IR_VERSION, OPSET
from .arithmetic import (
    DAY_S,
    MONDAY_S,
    SCALED_LIMIT,
    SMOOTH_CLIP,
    WEEK_S,
    YEAR_S,
    CategoryFit,
    DateFit,
    NumericFit,
    bin_limits,
)
from .transform import TablePreprocessing

ML_OPSET = 3


def preprocessing_to_onnx(
    preprocessing: TablePreprocessing, schema: TableSchema, prefix: str = "pre_"
) -> onnx.ModelProto:
    """Return a checked model that computes what ``preprocessing.transform`` does.

    Parameters
    ----------
    preprocessing : TablePreprocessing
    schema : TableSchema
        Gives the kinds of the raw columns.
    prefix : str
        Begins the name of every value but the inputs, so that the graph can be merged with a network's.

    Returns
    -------
    onnx.ModelProto
        Inputs are `preprocessing.columns`. Outputs are ``{prefix}numeric``, float of shape (N, n_numeric),
        and ``{prefix}codes``, int32 of shape (N, number of embedded columns); one that has no columns is left
        out.
    """
    graph = _Graph(prefix)
    inputs = [
        helper.make_tensor_value_info(
            name, TensorProto.STRING if schema[name].storage == "text" else TensorProto.DOUBLE, ["N", 1]
        )
        for name in preprocessing.columns
    ]
    parts: list[str] = []
    missing: dict[str, str] = {}
    if preprocessing.numeric.names:
        parts.append(_numbers(graph, preprocessing, missing))
    dates = preprocessing.dates
    parts += [_date(graph, dates, i, missing) for i in range(len(dates.names))]
    parts += [graph.cast(missing[name], TensorProto.DOUBLE) for name in preprocessing.indicators]
    codes: list[str] = []
    for fit in preprocessing.categories:
        code = _codes(graph, fit)
        if fit.embedded:
            codes.append(graph.cast(code, TensorProto.INT32))
        else:
            hit = graph.add("Equal", code, graph.constant(np.arange(fit.width, dtype=np.int64)[None, :]))
            parts.append(graph.cast(hit, TensorProto.DOUBLE))
    outputs: list[onnx.ValueInfoProto] = []
    if parts:
        joined = graph.add("Concat", *parts, axis=1)
        graph.add("Cast", joined, to=TensorProto.FLOAT, output=f"{prefix}numeric")
        shape = ["N", preprocessing.n_numeric]
        outputs.append(helper.make_tensor_value_info(f"{prefix}numeric", TensorProto.FLOAT, shape))
    if codes:
        graph.add("Concat", *codes, axis=1, output=f"{prefix}codes")
        outputs.append(helper.make_tensor_value_info(f"{prefix}codes", TensorProto.INT32, ["N", len(codes)]))
    return graph.model(inputs, outputs)


def onnx_inputs(
    preprocessing: TablePreprocessing, table: Table, rows: Rows | None = None
) -> dict[str, NDArray[Any]]:
    """Return a table's rows as the inputs of the model: arrays of shape (n, 1), float64 or str objects.

    Parameters
    ----------
    preprocessing : TablePreprocessing
    table : Table
    rows : ndarray of shape (n,), int64 or None
        Positions in the table; None for all.

    Returns
    -------
    dict of str to ndarray
    """
    rows = np.arange(table.n_rows) if rows is None else rows
    feeds: dict[str, NDArray[Any]] = {}
    for name in preprocessing.columns:
        column = table.cells(name)
        if isinstance(column, WordColumn):
            words = np.array([*column.vocabulary, ""], object)
            feeds[name] = words[column.codes[rows]][:, None]
        else:
            feeds[name] = column.numbers[rows][:, None]
    return feeds


class _Graph:
    """Nodes and constants with unique names."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(
        self, operator: str, *inputs: str, output: str | None = None, domain: str = "", **attributes: Any
    ) -> str:
        name = output or f"{self.prefix}{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(operator, list(inputs), [name], name=name, domain=domain, **attributes)
        )
        return name

    def constant(self, array: NDArray[Any] | float | Sequence[float]) -> str:
        name = f"{self.prefix}constant_{len(self.constants)}"
        values = np.asarray(array, np.float64) if not isinstance(array, np.ndarray) else array
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def cast(self, value: str, to: int) -> str:
        return self.add("Cast", value, to=to)

    def clip(self, value: str, limit: float) -> str:
        return self.add("Clip", value, self.scalar(-limit), self.scalar(limit))

    def scalar(self, value: float) -> str:
        return self.constant(np.array(value, np.float64))

    def missing(self, value: str) -> str:
        """NaN, and infinite too: x - x is NaN for both."""
        return self.add("IsNaN", self.add("Sub", value, value))

    def model(self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, f"{self.prefix}preprocessing", inputs, outputs, self.constants)
        domains = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
        model = helper.make_model(graph, opset_imports=domains, ir_version=IR_VERSION, producer_name="cupel")
        check: Any = onnx.checker
        check.check_model(model)
        return model


def _numbers(graph: _Graph, preprocessing: TablePreprocessing, missing: dict[str, str]) -> str:
    fit, spec = preprocessing.numeric, preprocessing.spec
    raw = graph.add("Concat", *fit.names, axis=1)
    for name in fit.names:
        if name in preprocessing.indicators:
            missing[name] = graph.missing(name)
    cells = graph.add("Where", graph.missing(raw), graph.constant(fit.fill[None, :]), raw)
    if fit.knots.shape[1]:
        scaled = _quantiles(graph, fit, cells)
    else:
        centered = graph.add("Sub", cells, graph.constant(fit.center[None, :]))
        scaled = graph.clip(graph.add("Mul", centered, graph.constant(fit.factor[None, :])), SCALED_LIMIT)
    if spec.smooth_clip:
        ratio = graph.add("Div", scaled, graph.scalar(SMOOTH_CLIP))
        root = graph.add("Sqrt", graph.add("Add", graph.add("Mul", ratio, ratio), graph.scalar(1.0)))
        scaled = graph.add("Div", scaled, root)
    return _bins(graph, fit, scaled) if fit.edges.shape[1] else scaled


def _segments(graph: _Graph, value: str, starts: NDArray[np.float64]) -> str:
    """Return value - starts, of shape (N, d, k), for value (N, d) and starts (d, k)."""
    deep = graph.add("Unsqueeze", value, graph.constant(np.array([2], np.int64)))
    return graph.add("Sub", deep, graph.constant(starts[None, :, :]))


def _quantiles(graph: _Graph, fit: NumericFit, cells: str) -> str:
    """The piecewise-linear map through the knots, as a sum of clipped segments."""
    base = graph.constant(fit.levels[None, :, 0])
    if fit.knots.shape[1] == 1:
        return graph.add("Add", graph.add("Mul", cells, graph.scalar(0.0)), base)
    width = np.diff(fit.knots, axis=1)
    slope = np.divide(np.diff(fit.levels, axis=1), width, out=np.zeros_like(width), where=width > 0)
    over = graph.add("Max", _segments(graph, cells, fit.knots[:, :-1]), graph.scalar(0.0))
    part = graph.add("Mul", graph.add("Min", over, graph.constant(width[None])), graph.constant(slope[None]))
    total = graph.add("ReduceSum", part, graph.constant(np.array([2], np.int64)), keepdims=0)
    return graph.add("Add", total, base)


def _bins(graph: _Graph, fit: NumericFit, scaled: str) -> str:
    width = np.diff(fit.edges, axis=1)
    slope = np.divide(1.0, width, out=np.zeros_like(width), where=width > 0)
    lower, upper = bin_limits(fit)
    part = graph.add("Mul", _segments(graph, scaled, fit.edges[:, :-1]), graph.constant(slope[None]))
    part = graph.add("Min", graph.add("Max", part, graph.constant(lower[None])), graph.constant(upper[None]))
    shape = np.array([-1, fit.edges.shape[0] * width.shape[1]], np.int64)
    return graph.add("Reshape", part, graph.constant(shape))


def _date(graph: _Graph, fit: DateFit, i: int, missing: dict[str, str]) -> str:
    name = fit.names[i]
    gone = missing[name] = graph.missing(name)
    center = graph.scalar(float(fit.center[i]))
    moment = graph.add("Where", gone, center, name)
    scaled = graph.add("Mul", graph.add("Sub", moment, center), graph.scalar(float(fit.factor[i])))
    features = [graph.clip(scaled, SCALED_LIMIT)]
    periods = [(YEAR_S, 0.0), (WEEK_S, MONDAY_S)] + ([(DAY_S, 0.0)] if fit.clock[i] else [])
    for period, shift in periods:
        shifted = graph.add("Add", moment, graph.scalar(shift))
        turns = graph.add("Div", shifted, graph.scalar(period))
        phase = graph.add("Sub", turns, graph.add("Floor", turns))
        angle = graph.add("Mul", phase, graph.scalar(2 * np.pi))
        # A cosine, where runtimes lack it for doubles.
        quarter = graph.add("Add", angle, graph.scalar(np.pi / 2))
        features += [graph.add("Sin", angle), graph.add("Sin", quarter)]
    return graph.add("Where", gone, graph.scalar(0.0), graph.add("Concat", *features, axis=1))


def _codes(graph: _Graph, fit: CategoryFit) -> str:
    """Return codes of shape (N, 1), int64."""
    codes = [fit.offset + i for i in range(len(fit.keys))]
    if fit.storage == "text":
        return graph.add(
            "LabelEncoder",
            fit.name,
            domain="ai.onnx.ml",
            keys_strings=["", *map(str, fit.keys)],
            values_int64s=[fit.missing_code, *codes],
            default_int64=fit.other_code,
        )
    other = graph.constant(np.array([[fit.other_code]], np.int64))
    gone = graph.missing(fit.name)
    if not fit.keys:
        code = graph.add("Where", gone, other, other)
    else:
        hit = graph.add("Equal", fit.name, graph.constant(np.array([fit.keys], np.float64)))
        step = graph.constant(np.array([codes], np.int64) - fit.other_code)
        chosen = graph.add("Mul", graph.cast(hit, TensorProto.INT64), step)
        sums = graph.add("ReduceSum", chosen, graph.constant(np.array([1], np.int64)), keepdims=1)
        code = graph.add("Add", sums, other)
    return graph.add("Where", gone, graph.constant(np.array([[fit.missing_code]], np.int64)), code)
