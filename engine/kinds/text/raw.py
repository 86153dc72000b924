"""Texts: raw columns of strings, of shape (N, 1); the tokens are made inside the ONNX graph.

``com.microsoft.Tokenizer`` is part of every onnxruntime and takes a regular expression, so that no Python is needed to
make tokens, and other languages that run the file cannot disagree with training: the expression is the one of
`engine.kinds.text.tokens`. Only onnxruntime can run such a file. ``StringNormalizer`` lower-cases A to Z with the
locale "C", which every machine has. Used by `graph`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ...data.schema import TableSchema
from ..base import Columns, OnnxInput, OnnxPart, Preprocessing
from .arithmetic import FIRST_WORD, PADDING, UNKNOWN
from .preprocessing import TextPreprocessing
from .tokens import PATTERNS

# Stands where a text has ended; no token has a space.
_NOTHING = " "
_OPSETS = {"ai.onnx.ml": 3, "com.microsoft": 1}
_FAR = 2**40


class RawText(OnnxInput):
    """See `OnnxInput`."""

    def declared(self, columns: Columns, names: Mapping[str, str]) -> list[onnx.ValueInfoProto]:
        """See `OnnxInput.declared`."""
        return [helper.make_tensor_value_info(names[c.name], TensorProto.STRING, ["N", 1]) for c in columns]

    def part(
        self,
        fitted: Preprocessing,
        schema: TableSchema,  # noqa: ARG002 - one signature for all kinds
        names: Mapping[str, str],
        prefix: str,
    ) -> OnnxPart:
        """See `OnnxInput.part`."""
        assert isinstance(fitted, TextPreprocessing)  # noqa: S101 - a kind only sees its own
        made = _Graph(prefix, OnnxPart(opsets=dict(_OPSETS)))
        codes = [made.codes(fitted, names[name], f"column_{i}") for i, name in enumerate(fitted.names)]
        made.part.values["tokens"] = made.first(codes, fitted.n_tokens)
        return made.part


class _Graph:
    """Adds nodes to a part."""

    def __init__(self, prefix: str, part: OnnxPart) -> None:
        self._prefix, self.part = prefix, part

    def codes(self, fitted: TextPreprocessing, column: str, at: str) -> str:
        """Return the codes of a column, int64 (N, most tokens)."""
        flat = self._node("Squeeze", [column, self._constant(f"{at}/axis", [1])], f"{at}/flat")
        lower = self._node(
            "StringNormalizer",
            [flat],
            f"{at}/lower",
            case_change_action="LOWER",
            is_case_sensitive=1,
            locale="C",
        )
        tokens = self._node(
            "Tokenizer", [lower], f"{at}/words", domain="com.microsoft", mark=0, mincharnum=1, pad_value=_NOTHING,
            tokenexp=PATTERNS[fitted.tokens],
        )  # fmt: skip
        return self._node(
            "LabelEncoder", [tokens], f"{at}/codes", domain="ai.onnx.ml", default_int64=UNKNOWN,
            keys_strings=[_NOTHING, *fitted.vocabulary],
            values_int64s=[PADDING, *range(FIRST_WORD, FIRST_WORD + len(fitted.vocabulary))],
        )  # fmt: skip

    def first(self, codes: Sequence[str], n_tokens: int) -> str:
        """Return the first tokens of all columns together, int32 (N, n_tokens), 0 where a text has ended."""
        joined = codes[0] if len(codes) == 1 else self._node("Concat", list(codes), "joined", axis=1)
        wide = self._node("Pad", [joined, self._constant("more", [0, 0, 0, n_tokens])], "wide")
        if len(codes) == 1:
            ends = [
                self._constant(f"cut/{name}", [value])
                for name, value in (("a", 0), ("b", n_tokens), ("c", 1))
            ]
            found = self._node("Slice", [wide, *ends], "cut")
        else:
            found = self._moved_up(wide, n_tokens)
        return self._node("Cast", [found], "tokens", to=TensorProto.INT32)

    def _moved_up(self, wide: str, n_tokens: int) -> str:
        """Return the first tokens that are no padding, in their order: each column had its own padding after it."""
        width = self._node("Gather", [self._node("Shape", [wide], "shape"), self._scalar("one", 1)], "width")
        places = self._node("Range", [self._scalar("zero", 0), width, self._scalar("step", 1)], "places")
        is_padding = self._node("Equal", [wide, self._scalar("padding", PADDING)], "is_padding")
        last = self._node("Add", [places, self._scalar("far", _FAR)], "last")
        order = self._node("Where", [is_padding, last, places], "order")
        self._node(
            "TopK",
            [order, self._constant("n_tokens", [n_tokens])],
            "ranks",
            "chosen",
            axis=1,
            largest=0,
            sorted=1,
        )
        return self._node("GatherElements", [wide, f"{self._prefix}chosen"], "moved", axis=1)

    def _node(self, operator: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        names = [self._prefix + output for output in outputs]
        self.part.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0]

    def _constant(self, name: str, values: list[int]) -> str:
        return self._kept(name, np.array(values, np.int64))

    def _scalar(self, name: str, value: int) -> str:
        return self._kept(name, np.array(value, np.int64))

    def _kept(self, name: str, values: np.ndarray) -> str:
        self.part.constants.append(numpy_helper.from_array(values, self._prefix + name))
        return self._prefix + name


RAW = RawText()
