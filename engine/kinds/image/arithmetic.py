"""From a column of images to what a network takes: networks scale pixels themselves. Bundles carry it."""

from __future__ import annotations

from ...bundled.arrays import Arrays, Json, Raw


def image_inputs(fitted: Json, raw: Raw) -> Arrays:
    """Return the pixels; see `Arithmetic`."""
    return {"pixels": raw[fitted["column"]]}


INPUTS = image_inputs
