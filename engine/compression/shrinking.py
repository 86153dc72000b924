"""Smaller networks: those units are removed that matter least, see `networks.cutting`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..domain.params import Params, number_in
from ..families.registry import build_network
from ..networks.cutting import Cutting, packed
from ..networks.inputs import InputShape
from ..networks.layout import Floats
from ..networks.network import Network


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Smaller networks.

    Attributes
    ----------
    params : mapping
        What describes them, for `build_network`: ``units`` has the sizes, and ``n_words`` is for the preprocessing too.
    weights, stats : ndarrays of shape (R, P) and (R, S), float32
    """

    params: Params
    weights: Floats
    stats: Floats


def shrink(network: Network, weights: Floats, stats: Floats, keep: float) -> Shrunk:
    """Return R smaller networks: the units that matter least are removed, each network's own.

    Parameters
    ----------
    network : Network
    weights, stats : ndarrays of shape (R, P) and (R, S), float32
    keep : float
        Fraction of the units of every hidden layer that stay, in (0, 1]; rounded up to multiples of four.

    Returns
    -------
    Shrunk
    """
    results = [
        Cutting(network, network.of_replica(w, s), keep).result() for w, s in zip(weights, stats, strict=True)
    ]
    changed = results[0][1]
    changed["units"] = {**_units(network.params), **_units(changed)}
    params = {**network.params, **changed}
    built = build_network(network.family, params, _with_words(network.shape, changed))
    values = [one for one, _ in results]
    return Shrunk(params, packed(built.weights, values), packed(built.stats, values))


def _units(params: Params) -> Mapping[str, int]:
    units = params.get("units", {})
    return units if isinstance(units, dict) else {}


def _with_words(shape: InputShape, changed: Params) -> InputShape:
    inputs = tuple(
        one.with_vocabulary(int(number_in(changed, one.param("n_words"), 0))) if one.vocabulary_size else one
        for one in shape.inputs
    )
    return replace(shape, inputs=inputs)
