"""A network as data: layers with names and what each reads, the layouts of its weights, and what its graph depends on.

A network has two halves. Its *structure* is what the traced TensorFlow graph depends on (the layers, the activation, …)
and is hashable: a graph is traced once for each structure and serves every width, batch size, number of replicas and
hyperparameter value. Its *layouts* and layers give the sizes. `building.Builder` makes networks; `keras_form`,
`onnx_graph`, `cutting` and `folding` interpret their layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..domain.params import Params
from .inputs import Inputs, InputShape, InputTensor
from .layers.base import Layer, Replicas, Tensor, Value
from .layout import Floats, WeightLayout


@dataclass(frozen=True, slots=True)
class Node:
    """A layer, and the names of what it reads: of other layers, or of input tensors."""

    layer: Layer
    inputs: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of what it gives: that of the layer."""
        return self.layer.name


@dataclass(frozen=True)
class Structure:
    """What a traced graph of a network depends on: its computation for R replicas at once.

    Attributes
    ----------
    nodes : tuple of Node
        In the order of computation, of layers without sizes.
    tensors : tuple of InputTensor
        What it takes in.
    output : str
        The node whose value is the network's.
    weights, stats : tuples of (name, rank)
        In the order of the layouts; the rank is without the replica axis.
    decays : tuple of bool
        Which weights weight decay applies to.
    """

    nodes: tuple[Node, ...]
    tensors: tuple[InputTensor, ...]
    output: str
    weights: tuple[tuple[str, int], ...]
    stats: tuple[tuple[str, int], ...]
    decays: tuple[bool, ...]

    def __hash__(self) -> int:
        """Return the hash, which is computed once: graphs are looked up by it in every epoch."""
        known = self.__dict__.get("_hash")
        if known is None:
            known = hash((self.nodes, self.tensors, self.weights, self.stats))
            object.__setattr__(self, "_hash", known)
        return known

    @property
    def weight_ranks(self) -> tuple[int, ...]:
        """The ranks of the weights."""
        return tuple(rank for _, rank in self.weights)

    @property
    def stat_ranks(self) -> tuple[int, ...]:
        """The ranks of the stats."""
        return tuple(rank for _, rank in self.stats)

    @property
    def has_members(self) -> bool:
        """Whether it is an ensemble in itself, see `Layer.has_members`."""
        return any(node.layer.has_members for node in self.nodes)

    def forward(
        self,
        weights: Sequence[Tensor],
        stats: Sequence[Tensor],
        inputs: Inputs,
        *,
        training: bool,
        dropout: Tensor,
        seed: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        """Compute the outputs of R replicas, each on its own batch.

        Parameters
        ----------
        weights, stats : sequences of tensors
            Each of shape (R, *shape), in the order of the layouts. Stats are what is not trained by gradients
            (moving means and variances).
        inputs : mapping of str to tensor
            By the names of `tensors`, each of shape (R, B, *row).
        training : bool
            Static: dropout and batch statistics are active.
        dropout : float32 scalar
        seed : int32 tensor of shape (2,)
            For dropout masks. One mask serves all replicas (common random numbers), so that training folds one by
            one or together gives the same scores.

        Returns
        -------
        outputs : float32 tensor of shape (R, B, n_outputs)
            While a structure with members trains, (R, k B, n_outputs): all rows of the first member, then the next.
        new_stats : list of tensors, as `stats`
        """
        names = [name for name, _ in self.weights]
        known = dict(zip(names, weights, strict=True))
        known |= dict(zip([name for name, _ in self.stats], stats, strict=True))
        run = Replicas(known, training, dropout, seed, {})
        values: dict[str, Tensor] = dict(inputs)
        for node in self.nodes:
            values[node.name] = node.layer.forward(run, *(values[name] for name in node.inputs))
        moved = [run.moved.get(name, before) for (name, _), before in zip(self.stats, stats, strict=True)]
        return values[self.output], moved


@dataclass(frozen=True, slots=True)
class Network:
    """One network of some family.

    Attributes
    ----------
    family : str
    params : mapping
        The hyperparameters that it was built from.
    shape : InputShape
    nodes : tuple of Node
        In the order of computation, with sizes; the last one gives the outputs.
    values : mapping of str to Value
        What flows through it by name, input tensors too.
    weights, stats : Layout
    structure : Structure
    """

    family: str
    params: Params
    shape: InputShape
    nodes: tuple[Node, ...]
    values: Mapping[str, Value]
    weights: WeightLayout
    stats: WeightLayout
    structure: Structure

    @classmethod
    def of(
        cls,
        family: str,
        params: Params,
        shape: InputShape,
        nodes: Sequence[Node],
        values: Mapping[str, Value],
    ) -> Network:
        """Return the network of some layers; layouts and structure follow.

        Parameters
        ----------
        family : str
        params : mapping of str to value
        shape : InputShape
        nodes : sequence of Node
            Layers with the names of what enters them, in the order of computation.
        values : mapping of str to Value

        Returns
        -------
        Network
        """
        own = [(node.layer, [values[name] for name in node.inputs]) for node in nodes]
        weights = WeightLayout(tuple(weight for layer, inputs in own for weight in layer.weights(*inputs)))
        stats = WeightLayout(tuple(stat for layer, inputs in own for stat in layer.stats(*inputs)))
        structure = Structure(
            tuple(Node(node.layer.bare(), node.inputs) for node in pooled_early(nodes)),
            shape.tensors,
            nodes[-1].name,
            tuple((w.name, len(w.shape)) for w in weights.weights),
            tuple((s.name, len(s.shape)) for s in stats.weights),
            tuple(w.decays for w in weights.weights),
        )
        return cls(family, dict(params), shape, tuple(nodes), dict(values), weights, stats, structure)

    @property
    def n_parameters(self) -> int:
        """Trainable parameters of one replica."""
        return self.weights.size

    @property
    def fuses(self) -> bool:
        """Whether R replicas compute faster as one, see `Layer.fuses`."""
        return all(node.layer.fuses for node in self.nodes)

    @property
    def n_held(self) -> int:
        """The most numbers that one layer holds for one row: so many fewer rows are predicted at once."""
        return max(
            node.layer.n_held(self.values[node.name], *(self.values[name] for name in node.inputs))
            for node in self.nodes
        )

    @property
    def n_computed(self) -> int:
        """Numbers that layers with weights give for one row."""
        return sum(
            self.values[node.name].n_numbers
            for node in self.nodes
            if node.layer.weights(*(self.values[name] for name in node.inputs))
        )

    def of_replica(self, weights: Floats, stats: Floats) -> dict[str, Floats]:
        """Return weights (P,) and stats (S,) of one replica by name, as views.

        Parameters
        ----------
        weights : ndarray of float
            By name, each of the shape that its layer declares.
        stats : ndarray of float
            Moving statistics by name, shaped as their layer declares.

        Returns
        -------
        dict of str to ndarray of float
        """
        return {**self.weights.unpack(weights), **self.stats.unpack(stats)}


def pooled_early(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with maxima over places taken before what is added to or rises: the same one, of fewer numbers.

    What rises before a maximum changes places with it, and the layer before that takes the maximum itself if it can.

    Parameters
    ----------
    nodes : sequence of Node
        Layers with the names of what enters them, in the order of computation.

    Returns
    -------
    tuple of Node
    """
    n_readers = Counter(name for node in nodes for name in node.inputs)
    found = {node.name: node for node in nodes}
    for pool in nodes:
        before = found.get(pool.inputs[0])
        if not pool.layer.is_maximum or before is None or n_readers[before.name] > 1:
            continue
        if not before.layer.rises:
            continue
        source = found.get(before.inputs[0])
        pooled = source.layer.pooled(pool.layer) if source and n_readers[source.name] == 1 else None
        if source and pooled:
            found[source.name] = replace(source, layer=pooled)
            del found[before.name]
            read = source.name
        else:
            found[before.name] = Node(replace(pool.layer, name=before.name), before.inputs)
            read = before.name
        found[pool.name] = Node(replace(before.layer, name=pool.name), (read,))
    return tuple(found[node.name] for node in nodes if node.name in found)
