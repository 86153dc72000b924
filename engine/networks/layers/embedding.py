"""Tables of vectors: of tokens and categories, of pairs of tokens by a hash, and of places in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..layout import Weight
from ..libraries import keras, tf
from ..stacked import look_up
from .base import Layer, Replicas, Tensor, Value, sized

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph

# Primes; with at most `MOST_CODES` codes their products stay below 2**31.
_FIRST, _SECOND = 8_191, 31_337
MOST_CODES = 50_000


@dataclass(frozen=True, slots=True)
class Embedding(Layer):
    """A row of a table for each code.

    Attributes
    ----------
    n_rows, n_out : int
    initializer : str
    scale : float
        Of the initial values, see `Weight`.
    decays : bool
        Whether weight decay applies, as to a layer that stands for a linear model.
    is_whole : bool
        Whether no column is removed with units.
    """

    decays: bool = False
    n_rows: int = sized(0)
    n_out: int = sized(0)
    initializer: str = sized("normal")
    scale: float = sized(1.0)
    is_whole: bool = sized(False)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        shape = (self.n_rows, self.n_out)
        return (Weight(f"{self.name}/embeddings", shape, self.initializer, self.scale, self.decays),)

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (*inputs[0].shape, self.n_out)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        return look_up(run.values[f"{self.name}/embeddings"], inputs[0])

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        return keras.layers.Embedding(self.n_rows, self.n_out, name=self.name)(inputs[0])

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.add("Gather", graph.weight(f"{self.name}/embeddings"), inputs[0].name, axis=0)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`; of words the rarest go, which have the last codes."""
        out = cutting.units(self, self.n_out, is_whole=self.is_whole)
        cutting.table(f"{self.name}/embeddings", inputs[0].codes, out)
        return cutting.path(out)


@dataclass(frozen=True, slots=True)
class PairEmbedding(Embedding):
    """A row for each pair of neighbouring tokens, by a hash, as in fastText (Joulin et al. 2017, arXiv 1607.01759)."""

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (inputs[0].shape[0] - 1, self.n_out)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        table, (tokens,) = run.values[f"{self.name}/embeddings"], inputs
        places = (tokens[..., :-1] * _FIRST + tokens[..., 1:] * _SECOND) % tf.shape(table)[1]
        return look_up(table, places)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        (tokens,) = inputs
        places = (tokens[:, :-1] * _FIRST + tokens[:, 1:] * _SECOND) % self.n_rows
        return keras.layers.Embedding(self.n_rows, self.n_out, name=self.name)(places)

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        (tokens,) = inputs
        n = tokens.shape[0]
        first = graph.add("Mul", graph.part(tokens.name, 1, 0, n - 1), graph.number(_FIRST, "int32"))
        second = graph.add("Mul", graph.part(tokens.name, 1, 1, n), graph.number(_SECOND, "int32"))
        places = graph.add("Mod", graph.add("Add", first, second), graph.number(self.n_rows, "int32"))
        return graph.add("Gather", graph.weight(f"{self.name}/embeddings"), places, axis=0)

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`; rows that a hash modulo half their number joins are joined."""
        out = cutting.units(self, self.n_out, is_whole=self.is_whole)
        cutting.table(f"{self.name}/embeddings", None, out)
        cutting.halve(self, f"{self.name}/embeddings")
        return cutting.path(out)


@dataclass(frozen=True, slots=True)
class Positions(Layer):
    """Adds a learned vector for each place to (R, B, T, E)."""

    scale: float = sized(0.02)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        return (Weight(f"{self.name}/embeddings", inputs[0].shape, "normal", self.scale),)

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        (x,) = inputs
        return x + run.values[f"{self.name}/embeddings"][:, None, : tf.shape(x)[2]]

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        (x,) = inputs
        # The places from the input itself: a constant would have no batch axis.
        ones = keras.ops.cast(keras.ops.ones_like(x[:, :, 0]), "int32")
        places: Tensor = keras.ops.cumsum(ones, axis=1)
        table = keras.layers.Embedding(x.shape[1], x.shape[2], name=self.name)
        return keras.ops.add(x, table(places - 1))

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        return graph.add("Add", inputs[0].name, graph.weight(f"{self.name}/embeddings"))

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        cutting.table(f"{self.name}/embeddings", None, inputs[0].segments)
        return inputs[0]
