"""Shapes of networks as they were stored."""

from __future__ import annotations

import msgspec

from ...storage.records import Json
from ..domain.stored import from_builtins
from ..networks.inputs import InputShape
from .registry import input_of


def shape_from_json(data: Json) -> InputShape:
    """Rebuild a shape from `InputShape.to_json`, or from what 0.1.0 stored.

    Parameters
    ----------
    data : mapping
        As it was stored, by this version or an older one.

    Returns
    -------
    InputShape
    """
    stored = from_builtins(_Stored, data)
    inputs = stored.inputs or (stored.only_input(),)
    return InputShape(
        stored.n_outputs,
        tuple(from_builtins(input_of(str(one["kind"])), one) for one in inputs),
        stored.task,
    )


class _Stored(msgspec.Struct, frozen=True):
    """A shape as it is stored; all but the first three of version 0.1.0, which knew one input of one of three kinds."""

    n_outputs: int
    task: str
    inputs: tuple[dict[str, object], ...] = ()
    pixels: tuple[int, ...] | None = None
    n_tokens: int = 0
    n_words: int = 0
    n_numeric: int = 0
    cardinalities: tuple[int, ...] = ()
    n_continuous: int = 0

    def only_input(self) -> dict[str, object]:
        """Return the one input that networks of version 0.1.0 had, as it is stored now."""
        if self.pixels:
            height, width, channels = self.pixels
            return {"kind": "image", "height": height, "width": width, "channels": channels}
        if self.n_tokens:
            return {"kind": "text", "n_tokens": self.n_tokens, "n_words": self.n_words}
        return {
            "kind": "table",
            "n_numeric": self.n_numeric,
            "cardinalities": list(self.cardinalities),
            "n_continuous": self.n_continuous,
        }
