"""From a column of series to what a network takes; training computes with it, and bundles carry it."""

from __future__ import annotations

import numpy as np

from ...bundled.arrays import Arrays, Json, Raw


def series_inputs(fitted: Json, raw: Raw) -> Arrays:
    """Return ``series``, scaled."""
    scaled = (raw[fitted["column"]] - fitted["center"]) * fitted["factor"]
    return {"series": scaled.astype(np.float32)}


INPUTS = series_inputs
