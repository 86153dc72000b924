"""Convolutions of several widths side by side over tokens, and their maxima over the text (Kim 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..layout import Weight
from ..libraries import keras, tf
from ..stacked import dense
from .base import Layer, Replicas, Tensor, Value, sized
from .tokens import keras_max, max_of_tokens, onnx_max

if TYPE_CHECKING:
    from ..cutting import Cutting
    from ..dimensions import Path
    from ..keras_form import KerasForm
    from ..onnx_graph import OnnxGraph


@dataclass(frozen=True, slots=True)
class WindowMaxima(Layer):
    """Filters over each token and those after it, and of each filter the largest value in the text, or 0.

    Reads the vectors of the tokens and their mask. A window begins at each token and sees zeros beyond the end of the
    text. Weights are called ``name_width``.

    Attributes
    ----------
    widths : tuple of int
        Tokens that the filters of each convolution see, ascending.
    n_out : int
        Filters of each width.
    """

    widths: tuple[int, ...] = ()
    n_out: int = sized(0)

    def weights(self, *inputs: Value) -> tuple[Weight, ...]:
        """See `Layer.weights`."""
        found: list[Weight] = []
        for width in self.widths:
            shape = (width * inputs[0].size, self.n_out)
            found.append(Weight(f"{self.name}_{width}/kernel", shape, "he_normal", decays=True))
            found.append(Weight(f"{self.name}_{width}/bias", (self.n_out,)))
        return tuple(found)

    def shape(self, *inputs: Value) -> tuple[int, ...]:
        """See `Layer.shape`."""
        return (len(self.widths) * self.n_out,)

    def n_held(self, output: Value, *inputs: Value) -> int:
        """See `Layer.n_held`."""
        return inputs[0].n_numbers * self.widths[-1]

    def forward(self, run: Replicas, *inputs: Tensor) -> Tensor:
        """See `Layer.forward`."""
        x, mask = inputs
        kernel, bias = self._joined(run, tf.shape(x)[3])
        return tf.nn.relu(max_of_tokens(dense(_windows(x, self.widths[-1]), kernel, bias), mask))

    def _joined(self, run: Replicas, size: Tensor) -> tuple[Tensor, Tensor]:
        """Return all filters as ones of the widest width: one product is faster than several, for all the zeros."""
        kernels: list[Tensor] = []
        for width in self.widths:
            short = (self.widths[-1] - width) * size
            kernels.append(tf.pad(run.values[f"{self.name}_{width}/kernel"], [[0, 0], [0, short], [0, 0]]))
        biases = [run.values[f"{self.name}_{width}/bias"] for width in self.widths]
        return tf.concat(kernels, axis=2), tf.concat(biases, axis=1)

    def to_keras(self, form: KerasForm, *inputs: Tensor) -> Tensor:
        """See `Layer.to_keras`."""
        x, mask = inputs
        found: list[Tensor] = []
        for width in self.widths:
            behind: Any = (0, width - 1)
            longer = keras.layers.ZeroPadding1D(behind, name=f"{self.name}_padded_{width}")(x)
            value = keras.layers.Conv1D(self.n_out, width, name=f"{self.name}_{width}")(longer)
            found.append(keras.ops.relu(keras_max(value, mask)))
        return keras.ops.concatenate(found, axis=-1) if len(found) > 1 else found[0]

    def to_onnx(self, graph: OnnxGraph, *inputs: Value) -> str:
        """See `Layer.to_onnx`."""
        x, mask = inputs
        n_tokens, most = x.shape[0], self.widths[-1]
        longer = graph.add("Pad", x.name, graph.integers(0, 0, 0, 0, most - 1, 0)) if most > 1 else x.name
        moved = [graph.part(longer, 1, i, i + n_tokens) if most > 1 else x.name for i in range(most)]
        found: list[str] = []
        for width in self.widths:
            windows = graph.add("Concat", *moved[:width], axis=2) if width > 1 else moved[0]
            product = graph.add("MatMul", windows, graph.weight(f"{self.name}_{width}/kernel"))
            value = graph.add("Add", product, graph.weight(f"{self.name}_{width}/bias"))
            found.append(graph.add("Relu", onnx_max(graph, value, mask.name)))
        return graph.add("Concat", *found, axis=1) if len(found) > 1 else found[0]

    def cut(self, cutting: Cutting, *inputs: Path) -> Path:
        """See `Layer.cut`."""
        outs: list[Path] = []
        for width in self.widths:
            out = cutting.units(self, self.n_out)
            cutting.matrix(f"{self.name}_{width}/kernel", inputs[0].repeated(width), out)
            cutting.vector(f"{self.name}_{width}/bias", out)
            outs.append(cutting.path(out))
        return cutting.joined(*outs)


def _windows(x: Tensor, n: int) -> Tensor:
    """Return each token of x (R, B, T, E) with the ``n - 1`` after it, (R, B, T, n E), zeros beyond the end.

    The gradient is our own: that of the slices takes several times as long as all else in the network.
    """

    @tf.custom_gradient
    def windows(x: Tensor) -> tuple[Tensor, Tensor]:
        n_tokens = tf.shape(x)[2]
        longer = tf.pad(x, [[0, 0], [0, 0], [0, n - 1], [0, 0]])
        found = tf.concat([longer[:, :, i : i + n_tokens] for i in range(n)], axis=-1)

        def gradient(g: Tensor) -> Tensor:
            own, *later = tf.split(g, n, axis=-1)
            return tf.add_n([own, *_moved_back(later, n_tokens)])

        return found, gradient

    return windows(x)


def _moved_back(parts: Sequence[Tensor], n_tokens: Tensor) -> list[Tensor]:
    return [
        tf.pad(part, [[0, 0], [0, 0], [i, 0], [0, 0]])[:, :, :n_tokens]
        for i, part in enumerate(parts, start=1)
    ]
