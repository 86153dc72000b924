"""The model families and the kind of data each is for: one line each. Part of the light engine.

A family is a module of this name in `engine/networks` with a ``FAMILY``, and a search space of this name in
`engine/search/spaces`.
"""

from __future__ import annotations

FAMILY_KINDS: dict[str, str] = {
    "mlp": "table",
}
DATA_KINDS = ("table", "image", "text")


def families_of(kind: str) -> tuple[str, ...]:
    """Return the families for a kind of data, the one that is tried first before the others."""
    return tuple(name for name, its_kind in FAMILY_KINDS.items() if its_kind == kind)
