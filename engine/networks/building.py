"""Putting a network together: layers one after the other, with the size of what flows between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ..domain.errors import SpecError
from ..domain.params import Params, number_in
from .inputs import Input, InputShape, InputTensor
from .layers.base import Layer, Value
from .layers.dropout import Dropout
from .network import Network, Node

_Input = TypeVar("_Input", bound=Input)


class Builder:
    """Collects the layers of a network.

    Parameters
    ----------
    shape : InputShape
    params : mapping
        Of the network. ``units`` says by the name of a layer how many outputs it has in place of what is asked for, and
        as ``name/rows`` how many rows its table has: units that were removed, see `cutting`.
    """

    def __init__(self, shape: InputShape, params: Params) -> None:
        self.shape, self.params = shape, params
        units = params.get("units", {})
        self._units: Mapping[str, int] = units if isinstance(units, dict) else {}
        self._nodes: list[Node] = []
        self._values: dict[str, Value] = {}
        self._counts: dict[str, int] = {}

    @property
    def drops(self) -> bool:
        """Whether the params ask for dropout."""
        return self.rate > 0.0

    @property
    def rate(self) -> float:
        """The rate of dropout."""
        return self.number("dropout", 0.0)

    def number(self, name: str, default: float | None = None) -> float:
        """Return a param that is a number.

        Parameters
        ----------
        name : str
        default : float or None
            Where it is not there; None where it must be.

        Returns
        -------
        float

        Raises
        ------
        KeyError
            Where it must be there, and is not.
        TypeError
            Where it is no number.
        """
        if default is None and name not in self.params:
            raise KeyError(name)
        return number_in(self.params, name, default or 0.0)

    def whole(self, name: str, default: int | None = None) -> int:
        """Return a param that is a whole number; see `number`.

        Parameters
        ----------
        name : str
        default : int or None
            Where it is not there; None where it must be.

        Returns
        -------
        int
        """
        return int(self.number(name, default))

    def add(self, layer: Layer, *inputs: Value) -> Value:
        """Add a layer, and return what it gives.

        Parameters
        ----------
        layer : Layer
        *inputs : Value
            What enters, of a row.

        Returns
        -------
        Value

        Raises
        ------
        ValueError
            Where the name is taken.
        """
        changes = {
            field: int(self._units[name])
            for field, name in (("n_out", layer.name), ("n_rows", f"{layer.name}/rows"))
            if name in self._units
        }
        layer = replace(layer, **changes) if changes else layer
        value = Value(layer.name, layer.shape(*inputs))
        if value.name in self._values:
            raise ValueError(f"The network has two layers {value.name!r}.")
        self._values[value.name] = value
        self._nodes.append(Node(layer, tuple(one.name for one in inputs)))
        return value

    def only(self, kind: type[_Input]) -> _Input:
        """Return the one input of the network.

        Parameters
        ----------
        kind : type

        Returns
        -------
        instance of `kind`

        Raises
        ------
        SpecError
            Where there are others, or it is of another kind.
        """
        first = self.shape.inputs[0]
        if len(self.shape.inputs) == 1 and isinstance(first, kind):
            return first
        raise SpecError(
            "This family of networks takes one input, of {kind} data; choose another for these columns.",
            kind=kind.kind,
        )

    def input(self, tensor: InputTensor, *shape: int) -> Value:
        """Return an input tensor, of the shape of one row.

        Parameters
        ----------
        tensor : InputTensor
        *shape : int

        Returns
        -------
        Value
        """
        return self._values.setdefault(tensor.name, Value(tensor.name, shape))

    def dropout(self, value: Value, place: int, name: str, factor: float = 1.0) -> Value:
        """Add dropout, where the params ask for it; see `Dropout`.

        Parameters
        ----------
        value : Value
        place : int
            From 0.
        name : str
        factor : float
            What values are multiplied by.

        Returns
        -------
        Value
        """
        return self.add(Dropout(name, place, factor, self.rate), value) if self.drops else value

    def numbered(self, kind: str) -> str:
        """Return the next name of layers of a kind: ``conv_0``, ``conv_1``, …

        Parameters
        ----------
        kind : str

        Returns
        -------
        str
        """
        number = self._counts.get(kind, 0)
        self._counts[kind] = number + 1
        return f"{kind}_{number}"

    def change(self, change: Callable[[Layer], Layer]) -> None:
        """Replace every layer by what `change` gives of it.

        Parameters
        ----------
        change : callable
        """
        self._nodes = [replace(node, layer=change(node.layer)) for node in self._nodes]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The layers so far."""
        return tuple(self._nodes)

    def network(self, family: str) -> Network:
        """Return the network, of which the last layer gives the outputs.

        Parameters
        ----------
        family : str

        Returns
        -------
        Network
        """
        return Network.of(family, self.params, self.shape, self._nodes, self._values)
