"""The steps that a network for images is made of: its computation, its Keras form and its smaller forms read them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a network, hashable: a graph is traced for a list of them.

    Attributes
    ----------
    kind : str
        ``conv``, ``depthwise``, ``dense``, ``batch_norm``, ``layer_norm``, ``activation``, ``max_pool``, ``mean``,
        ``flatten``, ``dropout`` or ``residual``.
    name : str
        Of the Keras layer.
    stride : int
    same : bool
        Whether a convolution pads with zeros.
    has_bias : bool
    activation : str
    body, shortcut : tuples of Step
        Of ``residual``: what is added up; an empty shortcut is the input itself.
    """

    kind: str
    name: str = ""
    stride: int = 1
    same: bool = True
    has_bias: bool = True
    activation: str = ""
    body: tuple[Step, ...] = ()
    shortcut: tuple[Step, ...] = ()
