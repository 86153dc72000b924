"""The TextCNN family: convolutions of several widths side by side over embedded tokens, and their maxima over the text.

Kim 2014, arXiv 1408.5882. A window begins at each token and sees zeros beyond the end of the text. The space of its
hyperparameters is `engine/search/spaces/textcnn.toml`.
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


@dataclass(frozen=True, slots=True)
class TextCnnStructure(Structure):
    """What the graph of a TextCNN depends on.

    Attributes
    ----------
    widths : tuple of int
        Tokens that the filters of each convolution see, ascending.
    has_dense : bool
        Whether a hidden layer follows the maxima.
    has_dropout : bool
    """

    widths: tuple[int, ...]
    has_dense: bool
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
        seen = parts.drop_tokens(mask, 0.5 * dropout, seed + tf.constant([0, 99])) if drops else mask
        embedded = look_up(next(take), tokens) * seen[..., None]
        kernel, bias = self._joined([(next(take), next(take)) for _ in self.widths], tf.shape(embedded)[3])
        found = dense(_windows(embedded, self.widths[-1]), kernel, bias)
        hidden = tf.nn.relu(parts.max_of_tokens(found, mask))
        if drops:
            hidden = drop(hidden, dropout, seed)
        if self.has_dense:
            hidden = tf.nn.relu(dense(hidden, next(take), next(take)))
            if drops:
                hidden = drop(hidden, dropout, seed + tf.constant([0, 1]))
        return dense(hidden, next(take), next(take)), list(stats)

    def _joined(self, own: Sequence[tuple[Any, Any]], size: Any) -> tuple[Any, Any]:
        """Return all filters as ones of the widest width: one product is faster than several, for all the zeros."""
        short = [(self.widths[-1] - width) * size for width in self.widths]
        kernels = [tf.pad(k, [[0, 0], [0, n], [0, 0]]) for (k, _), n in zip(own, short, strict=True)]
        return tf.concat(kernels, axis=2), tf.concat([bias for _, bias in own], axis=1)


def _windows(x: Any, n: int) -> Any:
    """Return each token of x (R, B, T, E) with the ``n - 1`` after it, (R, B, T, n E), zeros beyond the end.

    The gradient is our own: that of the slices takes several times as long as all else in the network.
    """

    @tf.custom_gradient
    def windows(x: Any) -> tuple[Any, Any]:
        n_tokens = tf.shape(x)[2]
        longer = tf.pad(x, [[0, 0], [0, 0], [0, n - 1], [0, 0]])
        found = tf.concat([longer[:, :, i : i + n_tokens] for i in range(n)], axis=-1)

        def gradient(g: Any) -> Any:
            own, *later = tf.split(g, n, axis=-1)
            moved = [
                tf.pad(part, [[0, 0], [0, 0], [i, 0], [0, 0]])[:, :, :n_tokens]
                for i, part in enumerate(later, start=1)
            ]
            return tf.add_n([own, *moved])

        return found, gradient

    return windows(x)


class TextCnnFamily(Family):
    """Builds TextCNNs."""

    name = "textcnn"
    kind = "text"

    def build(self, params: Mapping[str, Any], shape: InputShape) -> Network:
        """See `Family.build`.

        Reads ``embedding_size``, ``widths`` ("2-4", say, or "3"), ``n_filters`` (of each width), ``dense_width`` (0 for
        no hidden layer) and ``dropout``.
        """
        size, n_filters = int(params["embedding_size"]), int(params["n_filters"])
        first, _, last = str(params["widths"]).partition("-")
        widths = tuple(range(int(first), int(last or first) + 1))
        dense_width = int(params.get("dense_width", 0))
        structure = TextCnnStructure(widths, dense_width > 0, float(params.get("dropout", 0.0)) > 0.0)
        weights: list[Weight] = [parts.embedding_weight("embedding", shape.n_words, size, 0.1)]
        for width in widths:
            weights += dense_weights(f"conv_{width}", width * size, n_filters, "he_normal")
        n_in = len(widths) * n_filters
        if dense_width:
            weights += dense_weights("dense", n_in, dense_width)
            n_in = dense_width
        weights += dense_weights("output", n_in, shape.n_outputs)
        return Network(self.name, structure, Layout(tuple(weights)), Layout(()), dict(params), shape)

    def shrink(self, network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:  # noqa: ARG002
        """See `Family.shrink`: filters, dimensions of the embedding and rare words are removed."""
        structure = network.structure
        assert isinstance(structure, TextCnnStructure)  # noqa: S101 - a family only sees its own networks
        last = "dense" if structure.has_dense else "output"
        filters = [f"filters_{width}" for width in structure.widths]
        axes: dict[str, Any] = {"embedding/embeddings": (("words",), ("embedding",))}
        for width in structure.widths:
            axes[f"conv_{width}/kernel"] = (("embedding",) * width, (f"filters_{width}",))
            axes[f"conv_{width}/bias"] = ((f"filters_{width}",),)
        axes[f"{last}/kernel"] = (filters, ("dense",) if structure.has_dense else ())
        if structure.has_dense:
            axes |= {"dense/bias": (("dense",),), "output/kernel": (("dense",), ())}
        smaller = cut_all(network.weights, weights, axes, keep, known=frequent_words(network, keep))
        changed: dict[str, Any] = fewer_words(network, keep)
        changed["embedding_size"] = smaller[0]["embedding/embeddings"].shape[1]
        changed["n_filters"] = smaller[0][f"conv_{structure.widths[0]}/bias"].size
        if structure.has_dense:
            changed["dense_width"] = smaller[0]["dense/bias"].size
        return self.rebuilt(network, changed, smaller)

    def to_keras(
        self, network: Network, weights: NDArray[np.float32], stats: NDArray[np.float32]
    ) -> keras.Model:
        """See `Family.to_keras`."""
        structure = network.structure
        assert isinstance(structure, TextCnnStructure)  # noqa: S101 - a family only sees its own networks
        values = network.values(weights, stats)
        tokens, mask = parts.keras_tokens(network.shape)
        embedded = keras.layers.Embedding(*values["embedding/embeddings"].shape, name="embedding")(tokens)
        embedded = keras.ops.multiply(embedded, keras.ops.expand_dims(mask, -1))
        found: list[Any] = []
        for width in structure.widths:
            behind: Any = (0, width - 1)
            longer = keras.layers.ZeroPadding1D(behind, name=f"padded_{width}")(embedded)
            value = keras.layers.Conv1D(values[f"conv_{width}/bias"].size, width, name=f"conv_{width}")(
                longer
            )
            found.append(keras.ops.relu(parts.keras_max(value, mask)))
        hidden = keras.ops.concatenate(found, axis=-1) if len(found) > 1 else found[0]
        rate = float(network.params.get("dropout", 0.0))
        hidden = keras.layers.Dropout(rate, name="dropout")(hidden)
        if structure.has_dense:
            hidden = keras.layers.Dense(values["dense/bias"].size, activation="relu", name="dense")(hidden)
            hidden = keras.layers.Dropout(rate, name="dropout_1")(hidden)
        outputs = keras.layers.Dense(network.shape.n_outputs, name="output")(hidden)
        model = keras.Model(tokens, outputs, name="textcnn")
        keras_parts.set_weights(model.layers, values)
        return model


FAMILY = TextCnnFamily()
