"""Points of a search space: the values of trials, and the parameters that the engine makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .families import FAMILIES
from .params import Params, ParamValue
from .space import Space, parameters


@dataclass(frozen=True, slots=True)
class Start:
    """Values to try first.

    Attributes
    ----------
    family : str
    values : mapping of str to value
        By the names of the family's parameters.
    """

    family: str
    values: Params


def start_points(space: Space, family: str, *, task: str, metric: str) -> tuple[dict[str, ParamValue], ...]:
    """Return known good values: the defaults first, then each ``start`` of the space.

    Parameters
    ----------
    space : Space
    family, task, metric : str

    Returns
    -------
    tuple of dict
        Values by the names of parameters.
    """
    starts: list[Params] = [{}, *space.families[family].starts]
    return tuple(point_from(space, family, given, task=task, metric=metric) for given in starts)


def quick_start(space: Space, families: Iterable[str], *, task: str, metric: str) -> Start | None:
    """Return a trial that is scored soon, of a large table; None elsewhere.

    The start point whose rows cost least, on the shortest schedule: where the first trials do not see all
    epochs, the networks that are best in the end take minutes, and somebody waits for a first score.

    Parameters
    ----------
    space : Space
    families : iterable of str
    task, metric : str

    Returns
    -------
    Start or None
    """
    quick: list[tuple[float, Start]] = []
    for family in families:
        named = {p.name: p for p in parameters(space, family, task=task, metric=metric)}
        epochs = named.get("epoch_fraction")
        if not FAMILIES[family].width or epochs is None or epochs.kind != "float":
            continue
        if isinstance(epochs.default, str) or epochs.default >= 1.0:
            continue
        for values in start_points(space, family, task=task, metric=metric):
            params = to_params(space, family, values, task=task, metric=metric)
            start = Start(family, {**values, "epoch_fraction": epochs.low})
            quick.append((FAMILIES[family].n_products(params), start))
    return min(quick, key=lambda one: one[0])[1] if quick else None


def smallest_start(space: Space, families: Iterable[str], *, task: str, metric: str) -> Start:
    """Return the start point whose rows cost least.

    It is the very first of families that do not say what they cost: they are in the order of it already.

    Parameters
    ----------
    space : Space
    families : iterable of str
    task, metric : str

    Returns
    -------
    Start
    """

    def cost(start: Start) -> float:
        params = to_params(space, start.family, start.values, task=task, metric=metric)
        return FAMILIES[start.family].n_products(params)

    points = [
        Start(family, values)
        for family in families
        for values in start_points(space, family, task=task, metric=metric)
    ]
    return min(points, key=cost)


def point_from(space: Space, family: str, given: Params, *, task: str, metric: str) -> dict[str, ParamValue]:
    """Return a whole setting inside the space that is `given` as far as it can be, and the default elsewhere.

    Parameters
    ----------
    space : Space
    family : str
    given : mapping of str to value
    task, metric : str

    Returns
    -------
    dict
        Values by the names of parameters.
    """
    values: dict[str, ParamValue] = {}
    for p in parameters(space, family, task=task, metric=metric):
        if p.applies(values):
            values[p.name] = p.clipped(given.get(p.name, p.default))
    return values


def to_params(space: Space, family: str, values: Params, *, task: str, metric: str) -> dict[str, ParamValue]:
    """Return the engine's parameters.

    Parameters
    ----------
    space : Space
    family : str
    values : mapping of str to value
        By the names of parameters.
    task, metric : str

    Returns
    -------
    dict
        The same values by what the engine calls them.
    """
    named = {p.name: p for p in parameters(space, family, task=task, metric=metric)}
    return {named[name].target: value for name, value in values.items()}
