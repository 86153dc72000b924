"""Networks that compute the same with fewer operations, for prediction alone. Needs NumPy only, but for the layers.

A layer that can do the work of the next one, which alone reads it, takes it over: of convolutions and dense layers the
normalization over the batch after them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .cutting import packed
from .layout import Floats
from .network import Network, Node


@dataclass(frozen=True, slots=True)
class Folded:
    """R networks that were folded.

    Attributes
    ----------
    network : Network
    weights, stats : ndarrays of shape (R, P) and (R, S), float32
    """

    network: Network
    weights: Floats
    stats: Floats

    @property
    def n_replicas(self) -> int:
        """How many there are."""
        return len(self.weights)


def folded(network: Network, weights: Floats, stats: Floats) -> Folded:
    """Return R networks that compute the same outputs with fewer operations.

    Parameters
    ----------
    network : Network
    weights, stats : ndarrays of shape (R, P) and (R, S), float32

    Returns
    -------
    Folded
    """
    values = [network.of_replica(w, s) for w, s in zip(weights, stats, strict=True)]
    n_readers = Counter(name for node in network.nodes for name in node.inputs)
    nodes: dict[str, Node] = {}
    names: dict[str, str] = {}
    for node in network.nodes:
        node = Node(node.layer, tuple(names.get(name, name) for name in node.inputs))
        before = nodes.get(node.inputs[0])
        if before is not None and len(node.inputs) == 1 and n_readers[node.inputs[0]] == 1:
            merged = before.layer.merged(node.layer)
            if merged is not None:
                for one in values:
                    one |= before.layer.merged_values(node.layer, one)
                del nodes[before.name]
                names[node.name] = names[before.name] = merged.name
                node = Node(merged, before.inputs)
                n_readers[merged.name] = n_readers[node.name]
        nodes[node.name] = node
    built = Network.of(network.family, network.params, network.shape, tuple(nodes.values()), network.values)
    return Folded(built, packed(built.weights, values), packed(built.stats, values))
