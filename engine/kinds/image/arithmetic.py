"""From a column of images to what a network takes: networks scale pixels themselves. Bundles carry it."""

from __future__ import annotations

from ...bundled.arrays import Arrays, Json, Raw


def image_inputs(fitted: Json, raw: Raw) -> Arrays:
    """Return the pixels; see `Arithmetic`.

    Parameters
    ----------
    fitted : Json
        With the name of the ``column``.
    raw : Raw
        The column of shape (n, height, width, channels), uint8, by name.

    Returns
    -------
    Arrays
        ``pixels``, as they are.
    """
    return {"pixels": raw[fitted["column"]]}


INPUTS = image_inputs
