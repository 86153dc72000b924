"""Looks through an ONNX file before anything of it is run. Of what bundles carry along: needs Python alone.

A bundle may come from anyone, and what runs ONNX trusts it: a graph may go round without end, name files elsewhere, or
ask for more memory than there is. Here the bytes are walked once, as Protocol Buffers write them, and what no network
of Cupel has is refused. Numbers of fields are those of ``onnx.proto``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import InputError

_MODEL_GRAPH, _MODEL_FUNCTIONS = 7, 25
_GRAPH_NODE, _GRAPH_TENSOR, _GRAPH_SPARSE = 1, 5, 15
_NODE_OPERATION, _NODE_ATTRIBUTE = 4, 5
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS, _ATTRIBUTE_SPARSE = (
    5,
    6,
    10,
    11,
    (22, 23),
)
_TENSOR_DIMS, _TENSOR_NAME, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 1, 8, 13, 14
_TENSOR_DATA = (4, 5, 6, 7, 9, 10, 11)
# A network of Cupel has about 20 for each of its inputs, an ensemble as many for each network.
_NODES, _NODES_OF_AN_INPUT = 50_000, 1_000
# Whole numbers of 4 bits, two of which share a byte, are the smallest.
_LEAST_BYTES = 0.25
_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_UNREADABLE = "its bytes are no Protocol Buffers"


class _DamageError(ValueError):
    """The bytes are not what they must be."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A field: its number, its value where it is a whole number, else where its bytes begin and end."""

    number: int
    value: int
    start: int
    end: int


def check_onnx(data: bytes, n_inputs: int, file: str) -> None:
    """Refuse an ONNX file that no export of Cupel wrote.

    Parameters
    ----------
    data : bytes
    n_inputs : int
        Of the bundle; the more there are, the more operations there may be.
    file : str
        What the file is called.

    Raises
    ------
    InputError
        Where the bytes are none, there are too many operations or some that repeat others, a tensor declares more
        values than are there, or data lie in another file.
    """
    try:
        _check_model(data, n_inputs, file)
    except _DamageError as error:
        raise InputError(
            "{file} is damaged ({reason}); copy or export the bundle again.", file=file, reason=str(error)
        ) from error


def _check_model(data: bytes, n_inputs: int, file: str) -> None:
    graphs: list[_Field] = []
    for field in _fields(data, 0, len(data)):
        if field.number == _MODEL_GRAPH:
            graphs.append(field)
        elif field.number == _MODEL_FUNCTIONS:
            raise _foreign(file, "functions of its own")
    if not graphs:
        raise _DamageError("it holds no graph")
    nodes: list[_Field] = []
    most = _NODES + _NODES_OF_AN_INPUT * n_inputs
    for graph in graphs:
        for field in _fields(data, graph.start, graph.end):
            if field.number == _GRAPH_NODE:
                nodes.append(field)
                if len(nodes) > most:
                    raise InputError(
                        "{file} has more than {most:,} operations, which no network of Cupel with {n_inputs:,} "
                        "columns has; do not use this bundle.",
                        file=file, most=most, n_inputs=n_inputs,
                    )  # fmt: skip
            elif field.number == _GRAPH_TENSOR:
                _check_tensor(data, field, file)
            elif field.number == _GRAPH_SPARSE:
                raise _foreign(file, "sparse tensors")
    for node in nodes:
        _check_node(data, node, file)


def _check_node(data: bytes, node: _Field, file: str) -> None:
    attributes: list[_Field] = []
    operation = ""
    for field in _fields(data, node.start, node.end):
        if field.number == _NODE_OPERATION:
            operation = _name_of(data, field)
        elif field.number == _NODE_ATTRIBUTE:
            attributes.append(field)
    for attribute in attributes:
        for field in _fields(data, attribute.start, attribute.end):
            if field.number in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                raise _foreign(file, f"the operation {operation!r:.60}, which repeats others")
            if field.number in _ATTRIBUTE_SPARSE:
                raise _foreign(file, "sparse tensors")
            if field.number in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                _check_tensor(data, field, file)


def _check_tensor(data: bytes, tensor: _Field, file: str) -> None:
    dims: list[int] = []
    n_bytes, name = 0, ""
    for field in _fields(data, tensor.start, tensor.end):
        if field.number == _TENSOR_DIMS:
            dims += [field.value] if field.end < 0 else _packed(data, field)
        elif field.number in _TENSOR_DATA:
            # One that is not packed is a value by itself.
            n_bytes += 8 if field.end < 0 else max(field.end - field.start, 1)
        elif field.number == _TENSOR_NAME:
            name = _name_of(data, field)
        elif field.number == _TENSOR_EXTERNAL or (field.number == _TENSOR_LOCATION and field.value == 1):
            raise _foreign(file, "data that lie in another file")
    if any(dim < 0 or dim >= 1 << 63 for dim in dims) or math.prod(dims) * _LEAST_BYTES > n_bytes:
        raise InputError(
            "{file}: the tensor {name!r} is declared as {shape} and holds {n:,} bytes; do not use this bundle.",
            file=file, name=name[:60], shape=" × ".join(map(str, dims[:8])), n=n_bytes,
        )  # fmt: skip


def _foreign(file: str, what: str) -> InputError:
    return InputError(
        "{file} holds {what}, which no network of Cupel has; do not use this bundle.", file=file, what=what
    )


def _name_of(data: bytes, field: _Field) -> str:
    return data[field.start : field.end].decode("utf-8", "replace") if field.end >= 0 else ""


def _packed(data: bytes, field: _Field) -> list[int]:
    values: list[int] = []
    place = field.start
    while place < field.end:
        value, place = _whole(data, place, field.end)
        values.append(value)
    return values


def _fields(data: bytes, start: int, end: int) -> Iterator[_Field]:
    """Yield the fields of a message."""
    place = start
    while place < end:
        key, place = _whole(data, place, end)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, place = _whole(data, place, end)
            yield _Field(number, value, place, -1)
            continue
        if kind == _LENGTH:
            size, place = _whole(data, place, end)
        elif kind in (_EIGHT, _FOUR):
            size = 8 if kind == _EIGHT else 4
        else:
            raise _DamageError(_UNREADABLE)
        if not number or place + size > end:
            raise _DamageError(_UNREADABLE)
        yield _Field(number, 0, place, place + size)
        place += size


def _whole(data: bytes, place: int, end: int) -> tuple[int, int]:
    """Return the varint at a place, seven bits a byte, and the place after it."""
    value = shift = 0
    while place < end and shift < 70:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7
    raise _DamageError(_UNREADABLE)
