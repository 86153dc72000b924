"""The model families by name, as `engine.domain.families` lists them; each is a module, imported when it is needed."""

from __future__ import annotations

import importlib

from ..domain.families import FAMILY_KINDS
from ..domain.params import Params
from ..networks.building import Builder
from ..networks.inputs import InputShape
from ..networks.network import Network


def build_network(name: str, params: Params, shape: InputShape) -> Network:
    """Return the network of a family that `params` describe.

    Parameters
    ----------
    name : str
    params : mapping of str to value
    shape : InputShape

    Returns
    -------
    Network

    Raises
    ------
    KeyError
        For an unknown family; a study's spec is checked before it starts.
    SpecError
        Where the family does not take such inputs.
    """
    if name not in FAMILY_KINDS:
        raise KeyError(name)
    family = importlib.import_module(f".{name}", __package__)
    net = Builder(shape, params)
    family.describe(net)
    return net.network(name)
