"""A network as a plain Keras model: the way to all file formats but ONNX."""

from __future__ import annotations

from dataclasses import dataclass

from ..tf import KerasModel, keras
from .layers.base import Tensor
from .layout import Floats
from .network import Network


@dataclass(slots=True)
class KerasForm:
    """What layers need on the way to Keras.

    Attributes
    ----------
    values : dict of str to ndarray
        Weights and stats by name, ``layer/weight``, which the Keras layers of these names are given; a layer may change
        its own.
    """

    values: dict[str, Floats]


def to_keras(network: Network, weights: Floats, stats: Floats) -> KerasModel:
    """Return a Keras model that computes the same outputs.

    Parameters
    ----------
    network : Network
    weights, stats : ndarrays of shape (P,) and (S,), float32
        Of one replica.

    Returns
    -------
    Model
        Its inputs have the names of the tensors of the network's shape; one that no layer reads is left out.
    """
    form = KerasForm(dict(network.of_replica(weights, stats)))
    values: dict[str, Tensor] = {
        tensor.name: keras.Input(network.values[tensor.name].shape, name=tensor.name, dtype=tensor.dtype)
        for tensor in network.shape.tensors
        if tensor.name in network.values
    }
    inputs = list(values.values())
    for node in network.nodes:
        values[node.name] = node.layer.to_keras(form, *(values[name] for name in node.inputs))
    model = keras.Model(
        inputs if len(inputs) > 1 else inputs[0], values[network.nodes[-1].name], name=network.family
    )
    for layer in model.layers:
        if layer.weights:
            own = [form.values[f"{layer.name}/{v.name}"].reshape(v.shape) for v in layer.weights]
            layer.set_weights(own)
    return model
