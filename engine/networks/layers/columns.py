"""Numbers of a table as vectors: tokens of an FT-Transformer, and periodic embeddings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...tf import keras, tf
from ..layout import Weight
from ..stacked import flatten
from .base import Layer, Replicas, Tensor, Value, sized

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph


@dataclass(frozen=True, slots=True)
class ColumnTokens(Layer):
    """A vector for each column: its number times a vector of the column, plus another (arXiv 2106.11959).

    Attributes
    ----------
    n_out : int
    limit : float
        Of the initial values.
    """

    n_out: int = sized(0)
    limit: float = sized(1.0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        shape = (inputs[0].size, self.n_out)
        return tuple(Weight(f"{self.name}/{key}", shape, "uniform", self.limit) for key in ("kernel", "bias"))

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (inputs[0].size, self.n_out)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        kernel, bias = run.values[f"{self.name}/kernel"], run.values[f"{self.name}/bias"]
        return inputs[0][:, :, :, None] * kernel[:, None] + bias[:, None]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        size = (inputs[0].shape[1], self.n_out)
        return keras.layers.EinsumDense("bn,nd->bnd", size, bias_axes="nd", name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        wide = graph.add("Unsqueeze", inputs[0].name, graph.integers(2))
        scaled = graph.add("Mul", wide, graph.weight(f"{self.name}/kernel"))
        return graph.add("Add", scaled, graph.weight(f"{self.name}/bias"))

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        out = cutting.units(self, self.n_out)
        cutting.table(f"{self.name}/kernel", None, out)
        cutting.table(f"{self.name}/bias", None, out)
        return cutting.path(out)


@dataclass(frozen=True, slots=True)
class ClassToken(Layer):
    """One learned vector, the same for each row of what it reads: where a network collects what it finds.

    Attributes
    ----------
    n_out : int
    limit : float
        Of the initial values.
    """

    n_out: int = sized(0)
    limit: float = sized(1.0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        return (Weight(f"{self.name}/embeddings", (1, self.n_out), "uniform", self.limit),)

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (1, self.n_out)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return tf.repeat(run.values[f"{self.name}/embeddings"][:, None], tf.shape(inputs[0])[1], axis=1)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        nothing = keras.ops.cast(keras.ops.zeros_like(inputs[0][:, :1]), "int32")
        return keras.layers.Embedding(1, self.n_out, name=self.name)(nothing)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        n_rows = graph.add("Shape", inputs[0].name, start=0, end=1)
        shape = graph.add("Concat", n_rows, graph.integers(1, self.n_out), axis=0)
        return graph.add("Expand", graph.weight(f"{self.name}/embeddings"), shape)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        out = cutting.units(self, self.n_out)
        cutting.table(f"{self.name}/embeddings", None, out)
        return cutting.path(out)


@dataclass(frozen=True, slots=True)
class _Periodic(Layer):
    """Periodic embeddings of the first columns, and what stands beside them.

    Attributes
    ----------
    frequencies : str
        Begins the names of the weights of the waves.
    n_columns : int
        The first ones, which are embedded.
    n_waves : int
    size : int
        Of the vector that a learned layer makes of a column's waves.
    sigma : float
        Standard deviation of the frequencies at the start.
    rate : float
        Factor of the learning rate.
    """

    frequencies: str = "frequencies"
    n_columns: int = sized(0)
    n_waves: int = sized(0)
    size: int = sized(0)
    sigma: float = sized(1.0)
    rate: float = sized(1.0)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`: what comes out stays as it is."""
        return cutting.whole(self)

    def _mixed_keras(
        self, numeric: Tensor, waves_of: Tensor, bias_axes: str | None, activation: str | None
    ) -> Tensor:
        """Return the embedded columns of a Keras model; the angles come from a layer of the frequencies."""
        # Multiplied in the order of `forward`: the cosine of a large angle needs every bit of it.
        turned = keras.ops.multiply(numeric[:, : self.n_columns], 2.0 * np.pi)
        angle = keras.layers.EinsumDense(
            "bd,dk->bdk", (self.n_columns, self.n_waves), bias_axes=bias_axes, name=self.frequencies
        )
        mix = keras.layers.EinsumDense(
            "bdk,dkm->bdm", (self.n_columns, self.size), bias_axes="dm", activation=activation, name=self.name
        )
        return keras.layers.Flatten(name=f"{self.name}_flat")(mix(waves_of(angle(turned))))

    def _angles(self, graph: OnnxGraph, numeric: Value) -> str:
        """Return the angles (N, n_columns, n_waves) in an ONNX graph, without phases."""
        columns = numeric.name
        if self.n_columns < numeric.size:
            columns = graph.part(columns, 1, 0, self.n_columns)
        turned = graph.add(
            "Unsqueeze", graph.add("Mul", columns, graph.number(2.0 * np.pi)), graph.integers(2)
        )
        return graph.add("Mul", turned, graph.weight(f"{self.frequencies}/kernel"))

    def _mixed(self, graph: OnnxGraph, waves: str) -> str:
        """Return the vectors of the columns (N, n_columns · size) in an ONNX graph."""
        by_column = graph.add("Transpose", waves, perm=[1, 0, 2])
        mixed = graph.add("MatMul", by_column, graph.weight(f"{self.name}/kernel"))
        bias = graph.add("Unsqueeze", graph.weight(f"{self.name}/bias"), graph.integers(1))
        back = graph.add("Transpose", graph.add("Add", mixed, bias), perm=[1, 0, 2])
        return graph.add("Reshape", back, graph.integers(0, self.n_columns * self.size))


@dataclass(frozen=True, slots=True)
class PeriodicColumns(_Periodic):
    """Sines and cosines of each column through a layer of its own (PLR of Gorishniy et al. 2022, arXiv 2203.05556).

    In place of the columns; the further ones follow as they are.
    """

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        n, k = self.n_columns, self.n_waves
        return (
            Weight(f"{self.frequencies}/kernel", (n, k), "normal", self.sigma),
            Weight(f"{self.name}/kernel", (n, 2 * k, self.size), "he_normal", decays=True),
            Weight(f"{self.name}/bias", (n, self.size)),
        )

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (self.n_columns * (self.size - 1) + inputs[0].size,)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (numeric,) = inputs
        # (R, n_columns, n_waves), (R, n_columns, 2 n_waves, size) and (R, n_columns, size).
        frequencies = run.values[f"{self.frequencies}/kernel"]
        kernel, bias = run.values[f"{self.name}/kernel"], run.values[f"{self.name}/bias"]
        n_columns = tf.shape(frequencies)[1]
        angle = 2.0 * np.pi * numeric[:, :, :n_columns, None] * frequencies[:, None]
        waves = tf.concat([tf.sin(angle), tf.cos(angle)], axis=-1)
        mixed = tf.matmul(tf.transpose(waves, (0, 2, 1, 3)), kernel)
        embedded = tf.nn.relu(tf.transpose(mixed, (0, 2, 1, 3)) + bias[:, None])
        return tf.concat([flatten(embedded), numeric[:, :, n_columns:]], axis=-1)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        (numeric,) = inputs

        def waves_of(angle: Tensor) -> Tensor:
            return keras.ops.concatenate([keras.ops.sin(angle), keras.ops.cos(angle)], axis=-1)

        flat = self._mixed_keras(numeric, waves_of, None, "relu")
        if self.n_columns == numeric.shape[1]:
            return flat
        return keras.ops.concatenate([flat, numeric[:, self.n_columns :]], axis=-1)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        (numeric,) = inputs
        angle = self._angles(graph, numeric)
        waves = graph.add("Concat", graph.add("Sin", angle), graph.add("Cos", angle), axis=2)
        flat = graph.add("Relu", self._mixed(graph, waves))
        if self.n_columns == numeric.size:
            return flat
        rest = graph.part(numeric.name, 1, self.n_columns, numeric.size)
        return graph.add("Concat", flat, rest, axis=1)


@dataclass(frozen=True, slots=True)
class PhasedColumns(_Periodic):
    """Cosines of learned frequencies and phases, through a layer for each column.

    PBLD of Holzmüller et al. 2024, arXiv 2407.04491. The numbers themselves follow, those of the further columns too.
    """

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        n, k, size, limit = self.n_columns, self.n_waves, self.size, self.n_waves**-0.5
        return (
            Weight(f"{self.frequencies}/kernel", (n, k), "normal", self.sigma, rate=self.rate),
            Weight(f"{self.frequencies}/bias", (n, k), "uniform", np.pi, rate=self.rate),
            Weight(f"{self.name}/kernel", (n, k, size), "uniform", limit, decays=True, rate=self.rate),
            Weight(f"{self.name}/bias", (n, size), "uniform", limit, rate=self.rate),
        )

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (self.n_columns * self.size + inputs[0].size,)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (numeric,) = inputs
        # (R, n_columns, n_waves), (R, n_columns, n_waves, size) and (R, n_columns, size).
        frequencies, phases = (run.values[f"{self.frequencies}/{key}"] for key in ("kernel", "bias"))
        kernel, bias = run.values[f"{self.name}/kernel"], run.values[f"{self.name}/bias"]
        n_columns = tf.shape(frequencies)[1]
        turned = tf.transpose(numeric[:, :, :n_columns] * (2.0 * np.pi), (0, 2, 1))[:, :, :, None]
        waves = tf.cos(turned * frequencies[:, :, None] + phases[:, :, None])
        mixed = tf.matmul(waves, kernel) + bias[:, :, None]
        return tf.concat([flatten(tf.transpose(mixed, (0, 2, 1, 3))), numeric], axis=-1)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        flat = self._mixed_keras(inputs[0], keras.ops.cos, "dk", None)
        return keras.ops.concatenate([flat, inputs[0]], axis=-1)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        (numeric,) = inputs
        angle = graph.add("Add", self._angles(graph, numeric), graph.weight(f"{self.frequencies}/bias"))
        return graph.add("Concat", self._mixed(graph, graph.add("Cos", angle)), numeric.name, axis=1)
