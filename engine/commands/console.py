"""Where the commands print with rich: what users named themselves is printed as it is. For `commands` only."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import Progress

_FILE_WIDTH = 160


def plain_console(*, stderr: bool = False) -> Console:
    """Return a console that takes nothing for markup: a column ``[km/h]`` would vanish, and ``[/]`` be an error.

    What goes into a file or a pipe has room for whole lines.
    """
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, markup=False, emoji=False, width=None if is_terminal else _FILE_WIDTH)


def progress_bar() -> Progress:
    """Return a bar that is gone when the work is done; it shows nothing where the errors go into a file."""
    return Progress(console=plain_console(stderr=True), transient=True, disable=not sys.stderr.isatty())
