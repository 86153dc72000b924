"""Recurrent layers over tokens: a GRU or LSTM in both directions.

Cho et al. 2014, arXiv 1406.1078, in the form with ``reset_after`` that Keras has; Hochreiter and Schmidhuber 1997.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...tf import keras, tf
from ..layout import Weight
from ..stacked import dense
from .base import Layer, Replicas, Tensor, Value, sized

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

_GATES = {"gru": 3, "lstm": 4}
# Added to the LSTM's forget gate (Jozefowicz et al. 2015); in Keras and ONNX part of the bias.
_FORGET = 1.0


@dataclass(frozen=True, slots=True)
class Bidirectional(Layer):
    """The states of both directions at each token; reads the vectors of the tokens and their mask.

    A state does not change at padding. Both directions of all replicas take a step as one.

    Attributes
    ----------
    directions : tuple of two str
        Begin the names of the weights.
    cell : {"gru", "lstm"}
    n_out : int
        Units of each direction.
    """

    directions: tuple[str, str] = ("forward", "backward")
    cell: str = "gru"
    n_out: int = sized(0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        width = _GATES[self.cell] * self.n_out
        found: list[Weight] = []
        for name in self.directions:
            for key, n_in in (("kernel", inputs[0].size), ("recurrent_kernel", self.n_out)):
                found.append(Weight(f"{name}/{key}", (n_in, width), "glorot_uniform", decays=True))
            found.append(Weight(f"{name}/bias", (2, width) if self.cell == "gru" else (width,)))
        return tuple(found)

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (inputs[0].shape[0], 2 * self.n_out)

    def n_held(self, output: Value, *inputs: Value) -> int:
        """See `Layer.n_held`."""
        return _GATES[self.cell] * output.n_numbers

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        x, mask = inputs
        n_replicas, n_tokens = tf.shape(x)[0], tf.shape(x)[2]
        kernel = tf.concat(self._both(run, "kernel"), axis=2)
        recurrent = tf.concat(self._both(run, "recurrent_kernel"), axis=0)
        n_bias = 2 if self.cell == "gru" else 1
        biases = [tf.reshape(b, (n_replicas, n_bias, -1)) for b in self._both(run, "bias")]
        # All that needs no state, at once.
        ready = dense(x, kernel, tf.concat([b[:, 0] for b in biases], axis=1))
        # Each (T, R, B, gates U); together (T, 2 R, B, gates U).
        ahead, back = tf.split(tf.transpose(ready, (2, 0, 1, 3)), 2, axis=3)
        steps = tf.concat([ahead, back[::-1]], axis=1)
        flags: Tensor = tf.transpose(mask, (2, 0, 1))
        flags = tf.expand_dims(tf.concat([flags, flags[::-1]], axis=1), -1)
        bias = tf.concat([b[:, -1] for b in biases], axis=0)[:, None]
        start = tf.zeros((2 * n_replicas, tf.shape(x)[1], tf.shape(recurrent)[1]))
        states: Tensor = tf.TensorArray(tf.float32, n_tokens, element_shape=(None, None, None))

        def step(t: Tensor, h: Tensor, c: Tensor, states: Tensor) -> tuple[Tensor, ...]:
            new_h, new_c = self._step(steps[t], h, c, recurrent, bias)
            flag = flags[t]
            h = h + flag * (new_h - h)
            c = c + flag * (new_c - c) if self.cell == "lstm" else c
            return t + 1, h, c, states.write(t, h)

        def goes_on(t: Tensor, *_: Tensor) -> Tensor:
            return t < n_tokens

        carried = start if self.cell == "lstm" else tf.zeros((0, 0, 0))
        _, _, _, states = tf.while_loop(goes_on, step, (0, start, carried, states))
        # (T, 2 R, B, U)
        found = tf.ensure_shape(states.stack(), (None, None, None, None))
        ahead, back = found[:, :n_replicas], found[::-1, n_replicas:]
        return tf.transpose(tf.concat([ahead, back], axis=-1), (1, 2, 0, 3))

    def _both(self, run: Replicas, key: str) -> list[Tensor]:
        return [run.values[f"{name}/{key}"] for name in self.directions]

    def _step(
        self, x: Tensor, h: Tensor, c: Tensor, recurrent: Tensor, bias: Tensor
    ) -> tuple[Tensor, Tensor]:
        own = tf.matmul(h, recurrent)
        if self.cell == "gru":
            own += bias
            x_z, x_r, x_n = tf.split(x, 3, axis=2)
            h_z, h_r, h_n = tf.split(own, 3, axis=2)
            update = tf.sigmoid(x_z + h_z)
            new = tf.tanh(x_n + tf.sigmoid(x_r + h_r) * h_n)
            return new + update * (h - new), c
        enter, forget, new, leave = tf.split(x + own, 4, axis=2)
        c = tf.sigmoid(forget + _FORGET) * c + tf.sigmoid(enter) * tf.tanh(new)
        return tf.sigmoid(leave) * tf.tanh(c), c

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        x, mask = inputs
        is_there = keras.ops.greater(mask, 0.0)
        made_by: Any = keras.layers.GRU if self.cell == "gru" else keras.layers.LSTM
        ahead, back = (
            made_by(self.n_out, return_sequences=True, go_backwards=is_back, name=name)(x, mask=is_there)
            for is_back, name in zip((False, True), self.directions, strict=True)
        )
        if self.cell == "lstm":
            for name in self.directions:
                form.values[f"{name}/bias"] = form.values[f"{name}/bias"] + self._forget()
        return keras.ops.concatenate([ahead, keras.ops.flip(back, axis=1)], axis=-1)

    def _forget(self) -> Tensor:
        added = np.zeros(4 * self.n_out, np.float32)
        added[self.n_out : 2 * self.n_out] = _FORGET
        return added

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`; padding is at the end of a text, so that lengths stand for the mask."""
        x, mask = inputs
        kernels, recurrent = (
            self._onnx_both(graph, [self._turned(graph, f"{name}/{key}") for name in self.directions])
            for key in ("kernel", "recurrent_kernel")
        )
        bias = graph.constant(np.stack([self._onnx_bias(graph, name) for name in self.directions]))
        count = graph.add("ReduceSum", mask.name, graph.integers(1), keepdims=0)
        lengths = graph.cast(graph.add("Max", count, graph.number(1.0)), "int32")
        by_token = graph.add("Transpose", x.name, perm=[1, 0, 2])
        settings: dict[str, Any] = {"hidden_size": self.n_out, "direction": "bidirectional"}
        if self.cell == "gru":
            settings["linear_before_reset"] = 1
        states = graph.add(self.cell.upper(), by_token, kernels, recurrent, bias, lengths, **settings)
        # (T, 2, N, U)
        rows = graph.add("Transpose", states, perm=[2, 0, 1, 3])
        return graph.add("Reshape", rows, graph.integers(0, x.shape[0], 2 * self.n_out))

    def _turned(self, graph: OnnxGraph, name: str) -> str:
        """Return a kernel as ONNX has it, (gates U, n_in), its gates in ONNX's order."""
        turned = graph.add("Transpose", graph.weight(name), perm=[1, 0])
        if self.cell == "gru":
            return turned
        enter, forget, new, leave = (
            graph.part(turned, 0, i * self.n_out, (i + 1) * self.n_out) for i in range(4)
        )
        return graph.add("Concat", enter, leave, forget, new, axis=0)

    def _onnx_both(self, graph: OnnxGraph, names: Sequence[str]) -> str:
        wide = [graph.add("Unsqueeze", name, graph.integers(0)) for name in names]
        return graph.add("Concat", *wide, axis=0)

    def _onnx_bias(self, graph: OnnxGraph, name: str) -> Tensor:
        bias = graph.values[f"{name}/bias"]
        if self.cell == "gru":
            return bias.ravel()
        enter, forget, new, leave = np.split(bias + self._forget(), 4)
        return np.concatenate([enter, leave, forget, new, np.zeros(4 * self.n_out, np.float32)])

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        outs: list[Path] = []
        for name in self.directions:
            out = cutting.units(self, self.n_out)
            gates = out * _GATES[self.cell]
            cutting.matrix(f"{name}/kernel", inputs[0], gates)
            cutting.matrix(f"{name}/recurrent_kernel", cutting.path(out), gates)
            cutting.vector(f"{name}/bias", gates, axis=-1)
            outs.append(cutting.path(out))
        return cutting.joined(*outs)
