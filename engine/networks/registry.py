"""The model families by name: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Family, InputShape, Network
from .mlp import MlpFamily

FAMILIES: dict[str, Family] = {family.name: family for family in (MlpFamily(),)}


def build_network(family: str, params: Mapping[str, Any], shape: InputShape) -> Network:
    """Return the network of a family that `params` describe.

    Raises
    ------
    KeyError
        For an unknown family; a study's spec is checked before it starts.
    """
    return FAMILIES[family].build(params, shape)
