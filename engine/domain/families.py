"""The model families: what their files say of them. Part of the light engine.

A family is a module of its name in `engine/families` and a search space of its name in `spaces`, whose
``[<family>.about]`` is all that window, search and tests know of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from .kinds import kinds_of
from .params import Params, number_in
from .space_files import about_family, family_names

Factor = str | int
"""A parameter of a family, or a number."""


@dataclass(frozen=True, slots=True)
class Family:
    """What a family's file says of it.

    Attributes
    ----------
    name : str
    kind : str
        Of the data it is for.
    title : str
        What people call it.
    order : int
        Families are tried and shown in this order.
    is_by_choice : bool
        Whether it is searched only where somebody names it; docs/benchmarks.md has scores and times.
    learns_by_heart : bool
        Whether its networks know the training rows by heart after some epochs, so that schedules are short.
    joins : bool
        Whether its networks take inputs of several kinds of data at once.
    copies, width, depth : tuples of Factor
        How much its hidden layers compute, see `n_products`; `width` is empty where a family does not say.
    widens : str
        The parameter that, unless it is "none", gives the first layer wide inputs; empty where none does.
    """

    name: str
    kind: str
    title: str
    order: int
    is_by_choice: bool = False
    learns_by_heart: bool = False
    joins: bool = False
    copies: tuple[Factor, ...] = ()
    width: tuple[Factor, ...] = ()
    depth: tuple[Factor, ...] = ()
    widens: str = ""

    def n_products(self, params: Params) -> float:
        """Return how many products the hidden layers take for a row, more or less; 0 where the family does not say.

        Parameters
        ----------
        params : mapping of str to value

        Returns
        -------
        float
        """
        if not self.width:
            return 0.0

        def product(factors: tuple[Factor, ...]) -> float:
            return math.prod(number_in(params, f, 0.0) if isinstance(f, str) else f for f in factors)

        is_wide = params.get(self.widens, "none") != "none"
        width = product(self.width)
        return product(self.copies) * width * (width * product(self.depth) + 100.0 * is_wide)


def _family(name: str) -> Family:
    return msgspec.convert({"name": name, **about_family(name)}, Family)


FAMILIES: dict[str, Family] = {
    one.name: one for one in sorted(map(_family, family_names()), key=lambda one: one.order)
}
FAMILY_KINDS: dict[str, str] = {name: one.kind for name, one in FAMILIES.items()}
"""The kind of data each family is for, in the order of the families."""


def families_of(kind: str) -> tuple[str, ...]:
    """Return the families for data of a kind or of several (``table+text``); the one that is tried first leads.

    Data of several kinds, or of a kind without a family of its own, have those that take all kinds.

    Parameters
    ----------
    kind : str

    Returns
    -------
    tuple of str
    """
    own = tuple(name for name, its_kind in FAMILY_KINDS.items() if its_kind == kind)
    kinds_of(kind)
    return own or tuple(name for name, one in FAMILIES.items() if one.joins)


def default_families(kind: str) -> tuple[str, ...]:
    """Return the families that are searched where nobody names any.

    Parameters
    ----------
    kind : str

    Returns
    -------
    tuple of str
    """
    return tuple(name for name in families_of(kind) if not FAMILIES[name].is_by_choice)
