"""Many trials as points: those that the filter leaves out in grey, the selected ones ringed, thousands as a density."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..speech import tr
from .spec import N_SHADES, Floats, HeatMap, Mark, Points

# Beyond it dots would be one block of colour: how many lie where is drawn instead.
MOST_DOTS = 4000
_CELLS = (96, 64)


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points of trials; all arrays have shape (n,).

    Attributes
    ----------
    ids : ndarray, int64
    x, y : ndarray, float64
        NaN where there is none.
    kept : ndarray, bool
        Whether the trial passes filter and brushes.
    selected : ndarray of int64
        The ids of the trials to mark.
    shade : ndarray, float64, or None
        What colours them, in [0, 1] from little to much; NaN is drawn in grey.
    """

    ids: NDArray[np.int64]
    x: Floats
    y: Floats
    kept: NDArray[np.bool_]
    selected: NDArray[np.int64]
    shade: Floats | None = None


def cloud_marks(cloud: Cloud, name: str = "", *, tone: str = "series0", size: float = 6) -> list[Mark]:
    """Return the marks of a cloud, from the ground up.

    Parameters
    ----------
    cloud : Cloud
    name : str
        For the legend.
    tone : str
        Of trials that nothing colours.
    size : float
        Of a dot, in pixels.
    """
    drawn = np.isfinite(cloud.x) & np.isfinite(cloud.y)
    inside, outside = np.flatnonzero(drawn & cloud.kept), np.flatnonzero(drawn & ~cloud.kept)
    marks: list[Mark] = []
    if len(outside):
        thin = outside if len(outside) <= MOST_DOTS else outside[:: len(outside) // MOST_DOTS + 1]
        marks.append(
            Points(key="outside", x=cloud.x[thin], y=cloud.y[thin], size=4, tone="faint", alpha=0.25)
        )
    if len(inside) > MOST_DOTS and cloud.shade is None:
        marks.append(_density(cloud, inside))
    elif cloud.shade is not None:
        marks += _shaded(cloud, inside, name, size)
    else:
        marks.append(_dots(cloud, inside, "trials", name, tone, size, 0.7))
    chosen = np.flatnonzero(drawn & np.isin(cloud.ids, cloud.selected))
    if 0 < len(chosen) <= MOST_DOTS:
        marks.append(
            _dots(cloud, chosen, "selected", tr("Selected"), "accent", size + 6, 0.9, edge="surface")
        )
    return marks


def _dots(
    cloud: Cloud,
    rows: NDArray[np.int64],
    key: str,
    name: str,
    tone: str,
    size: float,
    alpha: float,
    edge: str = "",
) -> Points:
    return Points(
        key=key, name=name if len(rows) else "", x=cloud.x[rows], y=cloud.y[rows], size=size, tone=tone, alpha=alpha,
        edge=edge, item=lambda i: int(cloud.ids[rows[i]]),
    )  # fmt: skip


def _shaded(cloud: Cloud, rows: NDArray[np.int64], name: str, size: float) -> Sequence[Mark]:
    """Return one mark for each shade: a colour for each point would take ten times as long."""
    assert cloud.shade is not None  # noqa: S101 - asked by the only caller
    if len(rows) > MOST_DOTS:
        rows = rows[:: len(rows) // MOST_DOTS + 1]
    shade = cloud.shade[rows]
    unknown = rows[~np.isfinite(shade)]
    place = np.clip(np.nan_to_num(shade) * N_SHADES, 0, N_SHADES - 1).astype(np.int64)
    marks: list[Mark] = []
    if len(unknown):
        marks.append(_dots(cloud, unknown, "unknown", "", "faint", size, 0.4))
    steps = np.unique(place[np.isfinite(shade)]).tolist()
    for step in steps:
        those = rows[np.isfinite(shade) & (place == step)]
        shown = name if step == steps[-1] else ""
        marks.append(_dots(cloud, those, f"shade{step}", shown, f"scale{step}", size, 0.9))
    return marks


def _density(cloud: Cloud, rows: NDArray[np.int64]) -> HeatMap:
    x, y = cloud.x[rows], cloud.y[rows]
    counts, x_edges, y_edges = np.histogram2d(x, y, bins=_CELLS, range=(_room(x), _room(y)))
    values = np.where(counts > 0, np.log10(np.maximum(counts, 1)), np.nan).T
    # Of each cell, the trial that came first in it.
    column = np.clip(np.searchsorted(x_edges, x, side="right") - 1, 0, _CELLS[0] - 1)
    line = np.clip(np.searchsorted(y_edges, y, side="right") - 1, 0, _CELLS[1] - 1)
    cells = (line * _CELLS[0] + column)[::-1].tolist()
    first = dict(zip(cells, rows[::-1].tolist(), strict=True))
    return HeatMap(
        key="density",
        name=tr("Trials, the more the stronger"),
        values=values,
        x=(float(x_edges[0]), float(x_edges[-1])),
        y=(float(y_edges[0]), float(y_edges[-1])),
        item=lambda cell: int(cloud.ids[first[cell]]),
    )


def _room(values: Floats) -> tuple[float, float]:
    """Return what the cells span: all but the farthest of a thousand values, which would squash the rest."""
    low, high = (float(end) for end in np.quantile(values, (0.001, 0.999)))
    pad = (high - low) * 0.02 or abs(high) * 0.01 or 0.5
    return low - pad, high + pad
