"""Rows as one vector, for networks whose trunk is made of dense layers: a vector of each input."""

from __future__ import annotations

from collections.abc import Mapping

from ..kinds.base import Encoder
from ..kinds.registry import encoder_of
from ..networks.building import Builder
from ..networks.inputs import Input
from ..networks.layers.base import Value
from ..networks.layers.join import Concat


def row_vector(net: Builder, own: Mapping[type[Input], Encoder] | None = None) -> Value:
    """Return a row as one vector: what the encoder of each kind gives, one after the other.

    Reads what the encoders read: ``embedding_size`` where there are embedded categories, ``text_size`` and
    ``text_pooling`` ("mean" or "mean_max") of texts, ``image_filters`` and ``image_layers`` of images.

    Parameters
    ----------
    net : Builder
        The network that is being described; layers are added to it.
    own : mapping, optional
        Encoders of the family by the class of their input, in place of those of the kinds.

    Returns
    -------
    Value
    """
    parts: list[Value] = []
    for one in net.shape.inputs:
        encode = (own or {}).get(type(one)) or encoder_of(one.kind)
        parts += encode(net, one)
    return net.add(Concat("inputs"), *parts) if len(parts) > 1 else parts[0]
