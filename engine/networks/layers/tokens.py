"""Tokens of texts (R, B, T), their masks, and what becomes of the vectors of all tokens (R, B, T, E).

A token 0 is padding: more of it never changes an output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...tf import keras, tf
from .base import Layer, Replicas, Tensor, Value

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

FAR = 1e9
"""What takes a padding out of a maximum or a softmax."""


def max_of_tokens(x: Tensor, mask: Tensor) -> Tensor:
    """Return the maximum (R, B, E) over the tokens that are there, 0 where there is none.

    Parameters
    ----------
    x : tensor
        Of shape (R, B, *row).
    mask : tensor
        Of shape (R, B, length): 1 at tokens, 0 after them.

    Returns
    -------
    tensor
    """
    highest: Tensor = tf.reduce_max(x + ((mask - 1.0) * FAR)[..., None], axis=2)
    is_there: Tensor = tf.reduce_max(mask, axis=2)
    return highest * is_there[..., None]


def keras_max(x: Tensor, mask: Tensor) -> Tensor:
    """Return what `max_of_tokens` gives, in a Keras model.

    Parameters
    ----------
    x : tensor
        Of shape (R, B, *row).
    mask : tensor
        Of shape (R, B, length): 1 at tokens, 0 after them.

    Returns
    -------
    tensor
    """
    away = keras.ops.multiply(keras.ops.subtract(keras.ops.expand_dims(mask, -1), 1.0), FAR)
    highest = keras.ops.max(keras.ops.add(x, away), axis=1)
    return keras.ops.multiply(highest, keras.ops.max(mask, axis=1, keepdims=True))


def onnx_away(graph: OnnxGraph, mask: str) -> str:
    """Return 0 for a token and a number far below all others for padding, in an ONNX graph.

    Parameters
    ----------
    graph : OnnxGraph
    mask : str

    Returns
    -------
    str
    """
    return graph.add("Mul", graph.add("Sub", mask, graph.number(1.0)), graph.number(FAR))


def onnx_max(graph: OnnxGraph, x: str, mask: str) -> str:
    """Return what `max_of_tokens` gives, in an ONNX graph.

    Parameters
    ----------
    graph : OnnxGraph
    x, mask : str

    Returns
    -------
    str
    """
    away = graph.add("Unsqueeze", onnx_away(graph, mask), graph.integers(2))
    highest = graph.add("ReduceMax", graph.add("Add", x, away), graph.integers(1), keepdims=0)
    return graph.add("Mul", highest, graph.add("ReduceMax", mask, graph.integers(1), keepdims=1))


@dataclass(frozen=True, slots=True)
class Tokens(Layer):
    """The tokens without the places where all rows have padding; one place stays."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (tokens,) = inputs
        longest = tf.reduce_max(tf.reduce_sum(tf.cast(tokens > 0, tf.int32), axis=2))
        return tokens[:, :, : tf.maximum(longest, 1)]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return inputs[0]

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return inputs[0].name


@dataclass(frozen=True, slots=True)
class Mask(Layer):
    """1 where there is a token and 0 where there is padding."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return tf.cast(inputs[0] > 0, tf.float32)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.ops.cast(keras.ops.greater(inputs[0], 0), "float32")

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.cast(graph.add("Greater", inputs[0].name, graph.number(0, "int32")), "float32")

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        return inputs[0].nothing()


@dataclass(frozen=True, slots=True)
class PairMask(Layer):
    """The mask of tokens and then of pairs of neighbouring tokens."""

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (2 * inputs[0].shape[0] - 1,)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (mask,) = inputs
        return tf.concat([mask, mask[..., :-1] * mask[..., 1:]], axis=2)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        (mask,) = inputs
        return keras.ops.concatenate([mask, keras.ops.multiply(mask[:, :-1], mask[:, 1:])], axis=1)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        (mask,) = inputs
        n = mask.shape[0]
        both = graph.add("Mul", graph.part(mask.name, 1, 0, n - 1), graph.part(mask.name, 1, 1, n))
        return graph.add("Concat", mask.name, both, axis=1)


@dataclass(frozen=True, slots=True)
class Masked(Layer):
    """Vectors that are 0 where a mask is."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return inputs[0] * inputs[1][..., None]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.ops.multiply(inputs[0], keras.ops.expand_dims(inputs[1], -1))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        x, mask = inputs
        return graph.add("Mul", x.name, graph.add("Unsqueeze", mask.name, graph.integers(2)))


@dataclass(frozen=True, slots=True)
class _OfTokens(Layer):
    """One vector made of those of all tokens; reads these and the mask."""

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return inputs[0].shape[-1:]


@dataclass(frozen=True, slots=True)
class MeanOfTokens(_OfTokens):
    """The mean over the tokens that are there, 0 where there is none."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        x, mask = inputs
        weights = mask / tf.maximum(tf.reduce_sum(mask, axis=2, keepdims=True), 1.0)
        return tf.matmul(weights[:, :, None], x)[:, :, 0]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.ops.divide(_keras_sum(*inputs), _keras_count(inputs[1]))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.add("Div", _onnx_sum(graph, *inputs), _onnx_count(graph, inputs[1]))


@dataclass(frozen=True, slots=True)
class RootSumOfTokens(_OfTokens):
    """The sum over the tokens that are there, over the root of their number."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        x, mask = inputs
        root = tf.sqrt(tf.maximum(tf.reduce_sum(mask, axis=2, keepdims=True), 1.0))
        return tf.matmul((mask / root)[:, :, None], x)[:, :, 0]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.ops.divide(_keras_sum(*inputs), keras.ops.sqrt(_keras_count(inputs[1])))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        root = graph.add("Sqrt", _onnx_count(graph, inputs[1]))
        return graph.add("Div", _onnx_sum(graph, *inputs), root)


@dataclass(frozen=True, slots=True)
class MaxOfTokens(_OfTokens):
    """The maximum over the tokens that are there, 0 where there is none."""

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return max_of_tokens(*inputs)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras_max(*inputs)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return onnx_max(graph, inputs[0].name, inputs[1].name)


def _keras_sum(x: Tensor, mask: Tensor) -> Tensor:
    return keras.ops.sum(keras.ops.multiply(x, keras.ops.expand_dims(mask, -1)), axis=1)


def _keras_count(mask: Tensor) -> Tensor:
    return keras.ops.maximum(keras.ops.sum(mask, axis=1, keepdims=True), 1.0)


def _onnx_sum(graph: OnnxGraph, x: Value, mask: Value) -> str:
    wide = graph.add("Unsqueeze", mask.name, graph.integers(1))
    return graph.add("Squeeze", graph.add("MatMul", wide, x.name), graph.integers(1))


def _onnx_count(graph: OnnxGraph, mask: Value) -> str:
    count = graph.add("ReduceSum", mask.name, graph.integers(1), keepdims=1)
    return graph.add("Max", count, graph.number(1.0))
