"""Attention of several heads (Vaswani et al. 2017, arXiv 1706.03762)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..libraries import keras, tf
from .base import Layer, Replicas, Tensor, Value
from .tokens import FAR, onnx_away

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph


@dataclass(frozen=True, slots=True)
class Attention(Layer):
    """What the vectors of a sequence make of each other.

    Reads queries, keys and values, or one value of all three (`is_joint`), and last a mask where some are padding
    (`is_masked`). There may be fewer queries than keys.
    """

    n_heads: int = 1
    is_joint: bool = False
    is_masked: bool = False

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (inputs[0].shape[0], inputs[0].size // 3) if self.is_joint else inputs[0].shape

    def n_held(self, output: Value, *inputs: Value) -> int:
        """See `Layer.n_held`."""
        n_keys = inputs[0 if self.is_joint else 1].shape[0]
        return max(self.n_heads * output.shape[0] * n_keys, inputs[0].n_numbers)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        if self.is_joint:
            shape = tf.shape(inputs[0])
            parts = tf.reshape(
                inputs[0], (*tf.unstack(shape[:3]), 3, self.n_heads, shape[3] // (3 * self.n_heads))
            )
            query, key, value = tf.unstack(tf.transpose(parts, (3, 0, 1, 4, 2, 5)))
        else:
            query, key, value = (self._heads(x) for x in inputs[:3])
        # Each (R, B, n_heads, T, size).
        size = tf.cast(tf.shape(query)[-1], tf.float32)
        scores = tf.matmul(query * tf.math.rsqrt(size), key, transpose_b=True)
        if self.is_masked:
            scores += ((inputs[-1] - 1.0) * FAR)[:, :, None, None]
        mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), (0, 1, 3, 2, 4))
        shape = tf.shape(mixed)
        return tf.reshape(mixed, (shape[0], shape[1], shape[2], self.n_heads * shape[4]))

    def _heads(self, x: Tensor) -> Tensor:
        shape = tf.shape(x)
        heads = (shape[0], shape[1], shape[2], self.n_heads, shape[3] // self.n_heads)
        return tf.transpose(tf.reshape(x, heads), (0, 1, 3, 2, 4))

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        query, key, value = self._keras_heads(inputs)
        n_queries, size = query.shape[2], query.shape[3]
        query = keras.ops.multiply(query, size**-0.5)
        scores = keras.ops.matmul(query, keras.ops.transpose(key, (0, 1, 3, 2)))
        if self.is_masked:
            away = keras.ops.multiply(keras.ops.subtract(inputs[-1], 1.0), FAR)
            scores = keras.ops.add(scores, keras.ops.expand_dims(away, (1, 2)))
        mixed = keras.ops.matmul(keras.ops.softmax(scores, axis=-1), value)
        return keras.ops.reshape(
            keras.ops.transpose(mixed, (0, 2, 1, 3)), (-1, n_queries, self.n_heads * size)
        )

    def _keras_heads(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        """Return queries, keys and values, each (B, n_heads, T, size)."""
        if self.is_joint:
            n, width = inputs[0].shape[1:]
            split: Tensor = keras.ops.reshape(
                inputs[0], (-1, n, 3, self.n_heads, width // (3 * self.n_heads))
            )
            parts = [split[:, :, i] for i in range(3)]
        else:
            parts = [
                keras.ops.reshape(x, (-1, x.shape[1], self.n_heads, x.shape[2] // self.n_heads))
                for x in inputs[:3]
            ]
        return [keras.ops.transpose(part, (0, 2, 1, 3)) for part in parts]

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        query, key, value = self._onnx_heads(graph, inputs)
        size = inputs[0].size // (self.n_heads * (3 if self.is_joint else 1))
        scores = graph.add("MatMul", graph.add("Mul", query, graph.number(size**-0.5)), key)
        if self.is_masked:
            away = graph.add("Unsqueeze", onnx_away(graph, inputs[-1].name), graph.integers(1, 2))
            scores = graph.add("Add", scores, away)
        mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
        together = graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
        return graph.add("Reshape", together, graph.integers(0, inputs[0].shape[0], self.n_heads * size))

    def _onnx_heads(self, graph: OnnxGraph, inputs: tuple[Value, ...]) -> list[str]:
        """Return queries and values (N, n_heads, T, size), and keys (N, n_heads, size, T) between them."""
        perms = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        if self.is_joint:
            width = inputs[0].size // 3
            names = [graph.part(inputs[0].name, 2, i * width, (i + 1) * width) for i in range(3)]
            parts = [Value(name, (inputs[0].shape[0], width)) for name in names]
        else:
            parts = list(inputs[:3])
        heads = [
            graph.add("Reshape", p.name, graph.integers(0, p.shape[0], self.n_heads, p.size // self.n_heads))
            for p in parts
        ]
        return [graph.add("Transpose", x, perm=perm) for x, perm in zip(heads, perms, strict=True)]

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`: heads stay, and of each the same number of places."""
        query, key, value = inputs[0].split(3) if self.is_joint else inputs[:3]
        cutting.multiplied(query, key)
        cutting.in_heads(query, self.n_heads)
        cutting.in_heads(value, self.n_heads)
        # The scores are divided by the root of the size of a head.
        cutting.scale_back(query)
        return value
