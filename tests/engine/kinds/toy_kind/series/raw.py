"""Series in an ONNX graph: doubles of shape (N, length)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ...data.schema import TableSchema
from ..base import Columns, OnnxInput, OnnxPart, Preprocessing
from .preprocessing import SeriesPreprocessing


class RawSeries(OnnxInput):
    """See `OnnxInput`."""

    def declared(self, columns: Columns, names: Mapping[str, str]) -> list[onnx.ValueInfoProto]:
        """See `OnnxInput.declared`."""
        return [
            helper.make_tensor_value_info(names[c.name], TensorProto.DOUBLE, ["N", *c.array.shape])
            for c in columns
            if c.array is not None
        ]

    def part(
        self, fitted: Preprocessing, schema: TableSchema, names: Mapping[str, str], prefix: str
    ) -> OnnxPart:
        """See `OnnxInput.part`."""
        assert isinstance(fitted, SeriesPreprocessing)
        constants = [
            numpy_helper.from_array(np.array(value, np.float64), f"{prefix}{name}")
            for name, value in (("center", fitted.center), ("factor", fitted.factor))
        ]
        nodes = [
            helper.make_node("Sub", [names[fitted.column], f"{prefix}center"], [f"{prefix}moved"]),
            helper.make_node("Mul", [f"{prefix}moved", f"{prefix}factor"], [f"{prefix}scaled"]),
            helper.make_node("Cast", [f"{prefix}scaled"], [f"{prefix}series"], to=TensorProto.FLOAT),
        ]
        return OnnxPart(nodes, constants, values={"series": f"{prefix}series"})


RAW = RawSeries()
