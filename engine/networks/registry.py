"""The model families by name, as `engine.domain.families` lists them; each is a module, imported when it is needed."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from ..domain.families import FAMILY_KINDS
from .base import Family, Network
from .inputs import InputShape


def family(name: str) -> Family:
    """Return a model family.

    Raises
    ------
    KeyError
        For an unknown family; a study's spec is checked before it starts.
    """
    if name not in FAMILY_KINDS:
        raise KeyError(name)
    found: Family = importlib.import_module(f".{name}", __package__).FAMILY
    return found


def build_network(name: str, params: Mapping[str, Any], shape: InputShape) -> Network:
    """Return the network of a family that `params` describe."""
    return family(name).build(params, shape)
