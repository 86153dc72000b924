"""The model families and the kind of data each is for: one line each. Part of the light engine.

A family is a module of this name in `engine/networks` with a ``FAMILY``, and a search space of this name in
`engine/search/spaces`.
"""

from __future__ import annotations

from .kinds import kinds_of

FAMILY_KINDS: dict[str, str] = {
    "realmlp": "table",
    "tabm": "table",
    "mlp": "table",
    "ft_transformer": "table",
    "bag": "text",
    "textcnn": "text",
    "transformer": "text",
    "recurrent": "text",
    "cnn": "image",
    "resnet": "image",
    "vgg": "image",
    "convnext": "image",
    "image_mlp": "image",
}
BY_CHOICE = frozenset({"ft_transformer", "recurrent"})
"""Families that are searched only where somebody names them; docs/benchmarks.md has their scores and times."""

SEVERAL_KINDS = ("realmlp", "tabm", "mlp")
"""Families whose networks take inputs of several kinds at once."""


def families_of(kind: str) -> tuple[str, ...]:
    """Return the families for data of a kind or of several (``table+text``); the one that is tried first leads."""
    if len(kinds_of(kind)) > 1:
        return SEVERAL_KINDS
    return tuple(name for name, its_kind in FAMILY_KINDS.items() if its_kind == kind)


def default_families(kind: str) -> tuple[str, ...]:
    """Return the families that are searched where nobody names any."""
    return tuple(name for name in families_of(kind) if name not in BY_CHOICE)
