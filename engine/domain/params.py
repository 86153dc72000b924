"""The parameters of a network: what a search proposes, a trial is trained with and a bundle says. Light."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

ParamValue: TypeAlias = bool | int | float | str | list[int] | dict[str, int]
"""A value of a parameter: a number, a choice, whether something is done; of networks that lost units, what is left."""

Params: TypeAlias = Mapping[str, ParamValue]
"""A network's parameters by name."""


SEED = "seed"
"""The parameter with a seed of training that is a trial's own; without it, it has the study's."""

EPOCHS = "epoch_fraction"
"""The parameter with how many of a study's epochs a trial trains; more than 1 where the user asked for longer."""


def number_in(params: Params, name: str, default: float) -> float:
    """Return a parameter that is a number.

    Parameters
    ----------
    params : mapping of str to value
    name : str
    default : float
        Where it is not there.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        Where it is none.
    """
    value = params.get(name)
    if value is None:
        return default
    if isinstance(value, list | dict):
        raise TypeError(f"{name} is {value!r}, and no number")
    return float(value)


def name_in(params: Params, name: str) -> str | None:
    """Return a parameter that is one of some names; None where it is not there.

    Parameters
    ----------
    params : mapping of str to value
    name : str

    Returns
    -------
    str or None
    """
    value = params.get(name)
    return None if value is None else str(value)
