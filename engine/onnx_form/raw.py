"""From raw rows to the inputs of a network, as part of the one ONNX graph of a bundle; one module a kind of data.

A kind is a module ``raw_<kind>`` in this folder with a ``RAW``. Used by `graph`.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import onnx

from ..data.schema import TableSchema
from ..preprocessing.base import Preprocessing


@dataclass(slots=True)
class OnnxPart:
    """Part of an ONNX graph.

    Attributes
    ----------
    nodes, constants
    opsets : dict
        Domain → version.
    values : dict
        Name of a network's input → name of the value that holds it.
    """

    nodes: list[onnx.NodeProto] = field(default_factory=list[Any])
    constants: list[onnx.TensorProto] = field(default_factory=list[Any])
    opsets: dict[str, int] = field(default_factory=dict[str, int])
    values: dict[str, str] = field(default_factory=dict[str, str])


class Raw(ABC):
    """How raw rows of one kind of data enter an ONNX graph."""

    @abstractmethod
    def declared(self, schema: TableSchema, names: Mapping[str, str]) -> list[onnx.ValueInfoProto]:
        """Return the inputs of the graph: of the columns in `names` (column → input name)."""

    @abstractmethod
    def part(
        self, fitted: Preprocessing, schema: TableSchema, names: Mapping[str, str], prefix: str
    ) -> OnnxPart:
        """Return what computes ``fitted.inputs`` from the declared inputs; all its names begin with `prefix`."""


def raw_of(kind: str) -> Raw:
    """Return how a kind of data enters an ONNX graph."""
    found: Raw = importlib.import_module(f".raw_{kind}", __package__).RAW
    return found
