"""The TabM family: an MLP that is an ensemble of k MLPs in itself (Gorishniy et al. 2024, arXiv 2410.24210).

The members share every matrix and differ by factors of its inputs and outputs, biases, and an output layer of their
own. Each is trained on its own loss; the prediction is the mean of their probabilities or values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import keras_parts
from .base import Family, Floats, Network, Shrunk, Structure
from .cutting import cut_all
from .inputs import Inputs, InputShape
from .layout import Layout, Weight
from .stacked import ACTIVATIONS, dense
from .stacked import dropout as drop
from .table_inputs import TableInputs


@dataclass(frozen=True, slots=True)
class TabMStructure(Structure):
    """What the graph of a TabM depends on.

    Attributes
    ----------
    n_layers : int
        Hidden layers, at least 1.
    activation : str
        A key of `ACTIVATIONS`.
    task : {"binary", "multiclass", "regression"}
        How the members' outputs become one.
    inputs : TableInputs
    has_dropout : bool
    """

    has_members: ClassVar[bool] = True
    n_layers: int
    activation: str
    task: str
    inputs: TableInputs
    has_dropout: bool

    def forward(
        self,
        weights: Sequence[tf.Tensor],
        stats: Sequence[tf.Tensor],
        inputs: Inputs,
        *,
        training: bool,
        dropout: tf.Tensor,
        seed: tf.Tensor,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """See `Structure.forward`."""
        take = iter(weights)
        hidden = self.inputs.forward(take, inputs)[:, None]  # (R, 1, B, n_in)
        for layer in range(self.n_layers):
            kernel = next(take)  # (R, n_in, width); what follows is (R, k, n_in) or (R, k, width)
            hidden = dense(hidden * next(take)[:, :, None], kernel)
            hidden = ACTIVATIONS[self.activation](hidden * next(take)[:, :, None] + next(take)[:, :, None])
            if training and self.has_dropout:
                hidden = drop(hidden, dropout, seed + tf.constant([0, layer]))
        outputs = tf.matmul(hidden, next(take)) + next(take)[:, :, None]  # (R, k, B, n_outputs)
        if training:
            shape = tf.shape(outputs)
            return tf.reshape(outputs, (shape[0], -1, shape[3])), list(stats)
        return _mean(outputs, self.task), list(stats)


def _mean(outputs: Any, task: str, axis: int = 1) -> Any:
    """Return the output that stands for the members' mean value, or mean probability, along an axis.

    The constant that a mean has more than a sum falls out of a softmax, and of the difference of two of them.
    """
    if task == "regression":
        return keras.ops.mean(outputs, axis=axis)
    if task == "multiclass":
        return _log_sum_exp(keras.ops.log_softmax(outputs, axis=-1), axis)
    positive = _log_sum_exp(keras.ops.negative(keras.ops.softplus(-outputs)), axis)
    return positive - _log_sum_exp(keras.ops.negative(keras.ops.softplus(outputs)), axis)


def _log_sum_exp(x: Any, axis: int) -> Any:
    most: Any = keras.ops.max(x, axis=axis, keepdims=True)
    total: Any = keras.ops.sum(keras.ops.exp(x - most), axis=axis)
    return keras.ops.add(keras.ops.log(total), keras.ops.squeeze(most, axis=axis))


class TabMFamily(Family):
    """Builds TabMs."""

    name = "tabm"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``n_layers``, ``width``, ``n_members``, ``activation``, ``dropout``, and what `TableInputs` reads.
        """
        structure = TabMStructure(
            n_layers=int(params["n_layers"]),
            activation=str(params.get("activation", "relu")),
            task=shape.task,
            inputs=TableInputs.of(params, shape),
            has_dropout=float(params.get("dropout", 0.0)) > 0.0,
        )
        k, width = int(params["n_members"]), int(params["width"])
        weights, n_in = structure.inputs.weights(params, shape)
        for i in range(structure.n_layers):
            limit = n_in**-0.5
            signs = "signs" if i == 0 else "ones"  # from here on the members differ
            weights += [
                Weight(f"dense_{i}/kernel", (n_in, width), "uniform", limit, decays=True),
                Weight(f"in_{i}/kernel", (k, n_in), signs),
                Weight(f"out_{i}/kernel", (k, width), "ones"),
                Weight(f"out_{i}/bias", (k, width), "uniform", limit),
            ]
            n_in = width
        weights += [
            Weight("output/kernel", (k, n_in, shape.n_outputs), "uniform", n_in**-0.5, decays=True),
            Weight("output/bias", (k, shape.n_outputs)),
        ]
        layout = Layout(tuple(weights))
        return Network(self.name, structure, layout, Layout(()), dict(params), shape, width=k * width)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """See `Family.shrink`: units are removed, the same ones in all members; the members stay."""
        structure = network.structure
        assert isinstance(structure, TabMStructure)  # noqa: S101 - a family only sees its own networks
        axes: dict[str, Any] = {}
        for i in range(structure.n_layers):
            into, out = (f"units_{i - 1}",) if i else (), (f"units_{i}",)
            axes[f"dense_{i}/kernel"] = (into, out)
            axes[f"in_{i}/kernel"] = ((), into)
            axes[f"out_{i}/kernel"] = axes[f"out_{i}/bias"] = ((), out)
        axes["output/kernel"] = ((), (f"units_{structure.n_layers - 1}",), ())
        smaller = cut_all(network.weights, weights, axes, keep)
        return self.rebuilt(network, {"width": smaller[0]["out_0/bias"].shape[1]}, smaller)

    def to_keras(
        self,
        network: Network,
        weights: NDArray[np.float32],
        stats: NDArray[np.float32],  # noqa: ARG002 - there are none
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure, shape = network.structure, network.shape
        assert isinstance(structure, TabMStructure)  # noqa: S101 - a family only sees its own networks
        values = network.weights.unpack(weights)
        inputs, hidden = structure.inputs.to_keras(shape, values)
        k = len(values["output/bias"])
        for i in range(structure.n_layers):
            n_in, width = values[f"dense_{i}/kernel"].shape
            rule = "bi,ki->bki" if i == 0 else "bki,ki->bki"
            hidden = keras.layers.EinsumDense(rule, (k, n_in), name=f"in_{i}")(hidden)
            hidden = keras.layers.Dense(width, use_bias=False, name=f"dense_{i}")(hidden)
            hidden = keras.layers.EinsumDense("bko,ko->bko", (k, width), bias_axes="ko", name=f"out_{i}")(
                hidden
            )
            hidden = keras_parts.activation(structure.activation, f"activation_{i}")(hidden)
            if structure.has_dropout:
                rate = float(network.params["dropout"])
                hidden = keras.layers.Dropout(rate, name=f"dropout_{i}")(hidden)
        if shape.n_outputs == 1:  # our ONNX exporter goes wrong on a sum whose last axis has one place
            last = keras.layers.EinsumDense("bki,ki->bk", (k,), bias_axes="k", name="output")
            outputs = keras.ops.reshape(last(hidden), (-1, k, 1))
            values["output/kernel"], values["output/bias"] = (
                values["output/kernel"][:, :, 0],
                values["output/bias"][:, 0],
            )
        else:
            rule, size = "bki,kio->bko", (k, shape.n_outputs)
            outputs = keras.layers.EinsumDense(rule, size, bias_axes="ko", name="output")(hidden)
        model = keras.Model(inputs, _mean(outputs, structure.task), name="tabm")
        keras_parts.set_weights(model.layers, values)
        return model


FAMILY = TabMFamily()
