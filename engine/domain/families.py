"""The model families and the kind of data each is for: one line each. Part of the light engine.

A family is a module of this name in `engine/networks` with a ``FAMILY``, and a search space of this name in
`engine/search/spaces`.
"""

from __future__ import annotations

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

DATA_KINDS = ("table", "image", "text")


def families_of(kind: str) -> tuple[str, ...]:
    """Return the families for a kind of data, the one that is tried first before the others."""
    return tuple(name for name, its_kind in FAMILY_KINDS.items() if its_kind == kind)


def default_families(kind: str) -> tuple[str, ...]:
    """Return the families that are searched where nobody names any."""
    return tuple(name for name in families_of(kind) if name not in BY_CHOICE)
