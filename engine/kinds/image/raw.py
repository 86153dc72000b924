"""Images: bytes of shape (N, height, width, channels), as `decoding` makes them; the networks scale them themselves."""

from __future__ import annotations

from collections.abc import Mapping

import onnx
from onnx import TensorProto, helper

from ...data.schema import TableSchema
from ..base import Columns, OnnxInput, OnnxPart, Preprocessing
from .preprocessing import ImagePreprocessing

_TYPES = {"uint8": TensorProto.UINT8, "uint16": TensorProto.UINT16}


class RawImage(OnnxInput):
    """See `OnnxInput`."""

    def declared(self, columns: Columns, names: Mapping[str, str]) -> list[onnx.ValueInfoProto]:
        """See `OnnxInput.declared`."""
        return [
            helper.make_tensor_value_info(names[c.name], _TYPES[c.array.dtype], ["N", *c.array.shape])
            for c in columns
            if c.array is not None
        ]

    def part(
        self,
        fitted: Preprocessing,
        schema: TableSchema,  # noqa: ARG002 - one signature for all kinds
        names: Mapping[str, str],
        prefix: str,  # noqa: ARG002
    ) -> OnnxPart:
        """See `OnnxInput.part`; there is nothing to compute."""
        assert isinstance(fitted, ImagePreprocessing)  # noqa: S101 - a kind only sees its own
        return OnnxPart(values={"pixels": names[fitted.column]})


RAW = RawImage()
