"""Scores as text, with the precision that their spread justifies. Part of the light engine."""

from __future__ import annotations

import math


def score_text(value: float | None, spread: float | None = None) -> str:
    """Return ``0.871 ± 0.004``: the spread with one significant digit (two where it starts with 1), the value alike."""
    if value is None or not math.isfinite(value):
        return "–"
    if spread is None or not math.isfinite(spread) or spread <= 0:
        return f"{value:.4g}" if abs(value) < 1e5 else f"{value:,.0f}"
    exponent = math.floor(math.log10(spread))
    digits = -exponent + (1 if spread / 10**exponent < 2 else 0)
    if digits <= 0:
        return f"{round(value, digits):,.0f} ± {round(spread, digits):,.0f}"
    return f"{value:.{digits}f} ± {spread:.{digits}f}"
