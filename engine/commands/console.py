"""Where the commands print with rich: what users named themselves is printed as it is. For `commands` only."""

from __future__ import annotations

from rich.console import Console


def plain_console(*, stderr: bool = False) -> Console:
    """Return a console that takes nothing for markup: a column ``[km/h]`` would vanish, and ``[/]`` be an error."""
    return Console(stderr=stderr, markup=False, emoji=False)
