"""How long work says how far it is, and hears that it is no longer wanted. Light; for `audit` and `threshold`."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with what is being done and a fraction in [0, 1], again and again; what it raises ends the work."""
Share = Callable[[float], None]
"""The same for one stage of the work, with the fraction of that stage."""


def nobody(doing: str, fraction: float) -> None:
    """Tell nobody."""


def unheard(fraction: float) -> None:
    """Tell nobody how far a stage is."""


def stage(progress: Progress, doing: str, first: float, last: float) -> Share:
    """Return what tells `progress` of a stage that lasts from one fraction of the whole to another."""
    return lambda fraction: progress(doing, first + (last - first) * min(max(fraction, 0.0), 1.0))
