"""Where the commands print: what users named themselves is printed as it is, and moves no cursor. For `commands`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.progress import Progress
from rich.segment import Segment

from ..domain.formatting import escaped
from .streams import EscapingStream

# A line of a table stays one, however many params it has.
_FILE_WIDTH = 10_000


class _EscapedParts(RenderHook):
    """Spells control characters out in all that rich prints, but for those that rich makes itself."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Escaped(one) for one in renderables]


class _Escaped:
    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _spelled_out(console.render(self._renderable, options))


def _spelled_out(segments: Iterable[Segment]) -> Iterator[Segment]:
    for segment in segments:
        yield segment if segment.control else Segment(escaped(segment.text), segment.style)


def plain_console(*, stderr: bool = False) -> Console:
    """Return a console that takes nothing for markup: a column ``[km/h]`` would vanish, and ``[/]`` be an error.

    What goes into a file or a pipe has room for whole lines.
    """
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, EscapingStream):
        # Rich writes its own colours.
        stream = stream.stream
    width = None if stream.isatty() else _FILE_WIDTH
    console = Console(file=stream, markup=False, emoji=False, width=width, soft_wrap=width is not None)
    console.push_render_hook(_EscapedParts())
    return console


def progress_bar() -> Progress:
    """Return a bar that is gone when the work is done; it shows nothing where the errors go into a file."""
    return Progress(console=plain_console(stderr=True), transient=True, disable=not sys.stderr.isatty())
