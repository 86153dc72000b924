"""How the rows of a text file are written: cells with a delimiter, JSON, ARFF. Of what bundles carry along."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol

from .arff_rows import ArffRows
from .json_rows import JsonRows

DELIMITED, JSON, ARFF = "delimited", "json", "arff"

_ARFF = re.compile(r"(?:\s|%[^\n]*\n)*@relation\s", re.IGNORECASE)
_OBJECT = re.compile(r'\{\s*["}]')
_LIST = re.compile(r"\[\s*[\[{]")
_BEHIND = re.compile(r"[ \t]*(?:,[ \t]*)?(?:\r?\n|\r|\Z|\{)")


class Rows(Protocol):
    """Rows of a file that is not delimited."""

    @property
    def names(self) -> list[str] | None:
        """The names of the columns; None where the first row may hold them."""
        ...

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (line, cells) of every row, the names first where there are some."""
        ...


def format_of(sample: str) -> str:
    """Return how a text is written, by its beginning."""
    text = sample.removeprefix("\ufeff")
    if _ARFF.match(text):
        return ARFF
    text = text.lstrip()
    if _LIST.match(text):
        return JSON
    if _OBJECT.match(text):
        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except (json.JSONDecodeError, RecursionError):
            # Cut off, or broken.
            return JSON
        return JSON if _BEHIND.match(text, end) else DELIMITED
    return JSON if text.startswith("[") and _is_list(text.splitlines()[0]) else DELIMITED


def rows_of(form: str, opened: Callable[[], BinaryIO], encoding: str, file: str) -> Rows:
    """Return the rows of a file in JSON or ARFF.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    return (JsonRows if form == JSON else ArffRows)(opened, encoding, file)


def _is_list(line: str) -> bool:
    try:
        return isinstance(json.loads(line), list)
    except (json.JSONDecodeError, RecursionError):
        return False
