"""The parameters of a network: what a search proposes, a trial is trained with and a bundle says. Light."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

ParamValue: TypeAlias = bool | int | float | str
"""A value of a parameter: a number, a choice, or whether something is done."""

Params: TypeAlias = Mapping[str, ParamValue]
"""A network's parameters by name."""
