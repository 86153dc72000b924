"""The recurrent family: a bidirectional GRU or LSTM over embedded tokens, and the mean and maximum of its states.

Cho et al. 2014, arXiv 1406.1078, in the form with ``reset_after`` that Keras has; Hochreiter and Schmidhuber 1997. Both
directions of all replicas take a step as one. A state does not change at padding. The space of the hyperparameters is
`engine/search/spaces/recurrent.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import keras_parts
from . import text_parts as parts
from .base import Family, Floats, Network, Shrunk, Structure
from .cutting import cut_all
from .inputs import Inputs, InputShape
from .layout import Layout, Weight, dense_weights
from .stacked import dense, look_up
from .stacked import dropout as drop
from .text_shrinking import fewer_words, frequent_words

_GATES = {"gru": 3, "lstm": 4}
_FORGET = 1.0  # added to the LSTM's forget gate (Jozefowicz et al. 2015); in Keras part of the bias
_DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, slots=True)
class RecurrentStructure(Structure):
    """What the graph of a recurrent network depends on.

    Attributes
    ----------
    cell : {"gru", "lstm"}
    has_dropout : bool
    """

    cell: str
    has_dropout: bool

    def forward(
        self,
        weights: Sequence[Any],
        stats: Sequence[Any],
        inputs: Inputs,
        *,
        training: bool,
        dropout: Any,
        seed: Any,
    ) -> tuple[Any, list[Any]]:
        """See `Structure.forward`."""
        take, tokens = iter(weights), parts.trimmed(inputs["tokens"])
        drops = training and self.has_dropout
        mask = parts.mask_of(tokens)
        embedded = look_up(next(take), tokens)
        if drops:
            embedded = parts.dropout_of_tokens(embedded, 0.5 * dropout, seed + tf.constant([0, 1]))
        hidden = self._states(embedded, mask, [next(take) for _ in range(6)])
        hidden = tf.concat([parts.mean_of_tokens(hidden, mask), parts.max_of_tokens(hidden, mask)], axis=-1)
        if drops:
            hidden = drop(hidden, dropout, seed)
        return dense(hidden, next(take), next(take)), list(stats)

    def _states(self, x: Any, mask: Any, weights: list[Any]) -> Any:
        """Return the states (R, B, T, 2 U) of both directions at each token."""
        n_replicas, n_tokens = tf.shape(x)[0], tf.shape(x)[2]
        kernel, recurrent = tf.concat(weights[::3], axis=2), tf.concat([weights[1], weights[4]], axis=0)
        n_bias = 2 if self.cell == "gru" else 1
        n_units = tf.shape(recurrent)[1]
        biases = [tf.reshape(b, (n_replicas, n_bias, -1)) for b in weights[2::3]]
        # All that needs no state, at once.
        ready = dense(x, kernel, tf.concat([b[:, 0] for b in biases], axis=1))
        ahead, back = tf.split(tf.transpose(ready, (2, 0, 1, 3)), 2, axis=3)  # each (T, R, B, gates U)
        steps = tf.concat([ahead, back[::-1]], axis=1)  # (T, 2 R, B, gates U)
        flags: Any = tf.transpose(mask, (2, 0, 1))
        flags = tf.expand_dims(tf.concat([flags, flags[::-1]], axis=1), -1)
        bias = tf.concat([b[:, -1] for b in biases], axis=0)[:, None]
        start = tf.zeros((2 * n_replicas, tf.shape(x)[1], n_units))
        states: Any = tf.TensorArray(tf.float32, n_tokens, element_shape=(None, None, None))

        def step(t: Any, h: Any, c: Any, states: Any) -> Any:
            new_h, new_c = self._step(steps[t], h, c, recurrent, bias)
            flag = flags[t]
            h = h + flag * (new_h - h)
            c = c + flag * (new_c - c) if self.cell == "lstm" else c
            return t + 1, h, c, states.write(t, h)

        carried = start if self.cell == "lstm" else tf.zeros((0, 0, 0))
        _, _, _, states = tf.while_loop(lambda t, *_: t < n_tokens, step, (0, start, carried, states))
        found = tf.ensure_shape(states.stack(), (None, None, None, None))  # (T, 2 R, B, U)
        ahead, back = found[:, :n_replicas], found[::-1, n_replicas:]
        return tf.transpose(tf.concat([ahead, back], axis=-1), (1, 2, 0, 3))

    def _step(self, x: Any, h: Any, c: Any, recurrent: Any, bias: Any) -> tuple[Any, Any]:
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


class RecurrentFamily(Family):
    """Builds bidirectional recurrent networks."""

    name = "recurrent"
    kind = "text"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`; reads ``cell``, ``embedding_size``, ``n_units`` (of each direction) and ``dropout``."""
        cell, n_units = str(params.get("cell", "gru")), int(params["n_units"])
        size, n_gates = int(params["embedding_size"]), _GATES[cell]
        structure = RecurrentStructure(cell, float(params.get("dropout", 0.0)) > 0.0)
        weights: list[Weight] = [parts.embedding_weight("embedding", shape.n_words, size, 0.1)]
        bias = (2, n_gates * n_units) if cell == "gru" else (n_gates * n_units,)
        for name in _DIRECTIONS:
            weights += [
                Weight(f"{name}/kernel", (size, n_gates * n_units), "glorot_uniform", decays=True),
                Weight(
                    f"{name}/recurrent_kernel", (n_units, n_gates * n_units), "glorot_uniform", decays=True
                ),
                Weight(f"{name}/bias", bias),
            ]
        weights += dense_weights("output", 4 * n_units, shape.n_outputs)
        return Network(self.name, structure, Layout(tuple(weights)), Layout(()), dict(params), shape)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """See `Family.shrink`: units of both directions, dimensions of the embedding and rare words are removed."""
        structure = network.structure
        assert isinstance(structure, RecurrentStructure)  # noqa: S101 - a family only sees its own networks
        n_gates = _GATES[structure.cell]
        axes: dict[str, Any] = {"embedding/embeddings": (("words",), ("embedding",))}
        for name in _DIRECTIONS:
            gates = (name,) * n_gates
            axes |= {
                f"{name}/kernel": (("embedding",), gates),
                f"{name}/recurrent_kernel": ((name,), gates),
                f"{name}/bias": ((), gates) if structure.cell == "gru" else (gates,),
            }
        axes["output/kernel"] = (_DIRECTIONS * 2, ())
        smaller = cut_all(network.weights, weights, axes, keep, known=frequent_words(network, keep))
        changed: dict[str, Any] = fewer_words(network, keep)
        changed["embedding_size"] = smaller[0]["embedding/embeddings"].shape[1]
        changed["n_units"] = len(smaller[0]["forward/recurrent_kernel"])
        return self.rebuilt(network, changed, smaller)

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure, shape = network.structure, network.shape
        assert isinstance(structure, RecurrentStructure)  # noqa: S101 - a family only sees its own networks
        values = network.values(weights, stats)
        n_units = values["forward/recurrent_kernel"].shape[0]
        made_by: Any = keras.layers.GRU if structure.cell == "gru" else keras.layers.LSTM
        tokens, mask = parts.keras_tokens(shape)
        embedded = keras.layers.Embedding(*values["embedding/embeddings"].shape, name="embedding")(tokens)
        is_there = keras.ops.greater(tokens, 0)
        ahead, back = (
            made_by(n_units, return_sequences=True, go_backwards=name == "backward", name=name)
            for name in _DIRECTIONS
        )
        states = keras.ops.concatenate(
            [ahead(embedded, mask=is_there), keras.ops.flip(back(embedded, mask=is_there), axis=1)], axis=-1
        )
        hidden = keras.ops.concatenate(
            [parts.keras_mean(states, mask), parts.keras_max(states, mask)], axis=-1
        )
        hidden = keras.layers.Dropout(float(network.params.get("dropout", 0.0)), name="dropout")(hidden)
        outputs = keras.layers.Dense(shape.n_outputs, name="output")(hidden)
        model = keras.Model(tokens, outputs, name="recurrent")
        if structure.cell == "lstm":
            for name in _DIRECTIONS:
                bias = values[f"{name}/bias"].copy()
                bias[n_units : 2 * n_units] += _FORGET
                values[f"{name}/bias"] = bias
        keras_parts.set_weights([layer for layer in model.layers if layer not in (ahead, back)], values)
        for layer in (ahead, back):
            names = ("kernel", "recurrent_kernel", "bias")
            layer.set_weights([values[f"{layer.name}/{name}"] for name in names])
        return model


FAMILY = RecurrentFamily()
