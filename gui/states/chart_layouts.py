"""Which charts the user has put on the Charts page, and the layouts that were given a name. No Qt in here."""

from __future__ import annotations

import msgspec

DEFAULT_TILES = ("by_trial", "importance", "parallel", "slice", "by_cost")
"""What the page shows before the user has arranged anything."""


class PlacedChart(msgspec.Struct, frozen=True):
    """A chart on the page, by its name among the charts of a study, with what is chosen of it."""

    chart: str
    choices: dict[str, str] = {}


class ChartLayout(msgspec.Struct, frozen=True):
    """The tiles of the page, in order, and on how many columns they stand."""

    tiles: tuple[PlacedChart, ...] = ()
    n_columns: int = 2


class ChartLayouts(msgspec.Struct, frozen=True):
    """What is remembered of the page: its layout now, and those that have a name."""

    now: ChartLayout = ChartLayout()
    named: dict[str, ChartLayout] = {}


def usual(known: tuple[str, ...]) -> ChartLayout:
    """Return the layout before the user has arranged anything, of charts that there are."""
    return ChartLayout(tuple(PlacedChart(name) for name in DEFAULT_TILES if name in known))


def read_layouts(text: str, known: tuple[str, ...]) -> ChartLayouts:
    """Return the layouts that were kept as `text`; what is damaged or unknown counts as not kept.

    Parameters
    ----------
    text : str
        JSON of `ChartLayouts`, or empty.
    known : tuple of str
        The names of the charts that there are.
    """
    try:
        kept = msgspec.json.decode(text, type=ChartLayouts) if text else ChartLayouts(usual(known))
    except msgspec.DecodeError:
        kept = ChartLayouts(usual(known))
    named = {name: _known(layout, known) for name, layout in kept.named.items()}
    return ChartLayouts(_known(kept.now, known), named)


def layouts_text(layouts: ChartLayouts) -> str:
    """Return layouts as text."""
    return msgspec.json.encode(layouts).decode()


def _known(layout: ChartLayout, known: tuple[str, ...]) -> ChartLayout:
    tiles = tuple(tile for tile in layout.tiles if tile.chart in known)
    return ChartLayout(tiles, min(max(layout.n_columns, 1), 3))
