"""Where the terminal prints: control characters in names move no cursor and colour nothing. Light."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from ..domain.formatting import escaped


@contextmanager
def escaped_streams() -> Iterator[None]:
    """Have all that is printed meanwhile spell control characters out.

    Yields
    ------
    None
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", EscapingStream(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


class EscapingStream:
    """A stream that writes control characters spelled out into another one.

    Parameters
    ----------
    stream : text stream
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        return self.stream.write(escaped(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
