"""Tables: raw columns of shape (N, 1), double, or string for text; see `onnx_preprocessing`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import onnx
from onnx import TensorProto, helper, numpy_helper

from ...data.schema import TableSchema
from ..base import Columns, OnnxInput, OnnxPart, Preprocessing
from .onnx import preprocessing_to_onnx
from .transform import TablePreprocessing


class RawTable(OnnxInput):
    """See `OnnxInput`."""

    def declared(self, columns: Columns, names: Mapping[str, str]) -> list[onnx.ValueInfoProto]:
        """See `OnnxInput.declared`."""
        return [
            helper.make_tensor_value_info(
                names[c.name], TensorProto.STRING if c.storage == "text" else TensorProto.DOUBLE, ["N", 1]
            )
            for c in columns
        ]

    def part(
        self, fitted: Preprocessing, schema: TableSchema, names: Mapping[str, str], prefix: str
    ) -> OnnxPart:
        """See `OnnxInput.part`."""
        assert isinstance(fitted, TablePreprocessing)  # noqa: S101 - a kind only sees its own
        columns = tuple(dataclasses.replace(c, name=names[c.name]) for c in schema.columns if c.name in names)
        model = preprocessing_to_onnx(
            _renamed(fitted, names), dataclasses.replace(schema, columns=columns), prefix
        )
        opsets = {o.domain: o.version for o in model.opset_import}
        part = OnnxPart(list(model.graph.node), list(model.graph.initializer), opsets)
        for output in model.graph.output:
            part.values[output.name.removeprefix(prefix)] = output.name
        # The columns share one table of embeddings.
        if "codes" in part.values:
            part.constants.append(numpy_helper.from_array(fitted.code_offsets, f"{prefix}offsets"))
            inputs, placed = [part.values["codes"], f"{prefix}offsets"], f"{prefix}placed"
            part.nodes.append(helper.make_node("Add", inputs, [placed]))
            part.values["codes"] = placed
        return part


def _renamed(fitted: TablePreprocessing, names: Mapping[str, str]) -> TablePreprocessing:
    def new(old: Sequence[str]) -> tuple[str, ...]:
        return tuple(names[name] for name in old)

    return dataclasses.replace(
        fitted,
        numeric=dataclasses.replace(fitted.numeric, names=new(fitted.numeric.names)),
        dates=dataclasses.replace(fitted.dates, names=new(fitted.dates.names)),
        indicators=new(fitted.indicators),
        categories=tuple(dataclasses.replace(c, name=names[c.name]) for c in fitted.categories),
    )


RAW = RawTable()
