"""What one cell of the database holds, and how it is read: `tables.py` says it of every column. For modules of storage.

A cell that holds something else is damaged. Nothing here trusts the type that a column is declared with: SQLite keeps
text in a column of numbers without a word.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from .codecs import decode_json, decode_object, encode_json
from .errors import UnusableStoreError
from .records import Failure, FailureKind, Json

HOLDS = "holds"
"""Under this key of a column's ``info`` stands the function that reads its cells."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Before it no cell was written; after it no calendar of a viewer goes.
_YEARS = range(1970, 9000)


def holds(read: Callable[[Any], object]) -> dict[Any, Any]:
    """Return the ``info`` of a column whose cells `read` takes, and refuses where they are damaged.

    Parameters
    ----------
    read : callable
        Gets a cell that is not empty; raises `UnusableStoreError` or ValueError where it is damaged.

    Returns
    -------
    dict
    """
    return {HOLDS: read}


def now_us() -> int:
    """Return the present in microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def to_time(time_us: int) -> datetime:
    """Return a time of the database as an aware datetime in UTC.

    Parameters
    ----------
    time_us : int
        Microseconds since 1970, UTC.

    Returns
    -------
    datetime

    Raises
    ------
    ValueError
        Where it lies outside the years that a clock can have shown.
    """
    try:
        moment = _EPOCH + timedelta(microseconds=time_us)
    except OverflowError as error:
        raise ValueError(f"{time_us} is no time") from error
    if moment.year not in _YEARS:
        raise ValueError(f"the year {moment.year} is no time")
    return moment


def one_of(*words: str) -> Callable[[str], str]:
    """Return what reads a cell that holds one of a few words.

    Parameters
    ----------
    words : str

    Returns
    -------
    callable
        Raises ValueError on another word.
    """

    def read(word: str) -> str:
        if word not in words:
            raise ValueError(f"{word[:80]!r} is none of {', '.join(words)}")
        return word

    return read


def process_id(pid: int) -> int:
    """Return the number of a process.

    Parameters
    ----------
    pid : int

    Returns
    -------
    int

    Raises
    ------
    ValueError
        Where no process has it.
    """
    if not 0 < pid < 1 << 31:
        raise ValueError(f"{pid} is no process")
    return pid


def amount(value: float) -> float:
    """Return a number that counts or measures something, seconds or bytes.

    Parameters
    ----------
    value : float

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Where it is negative or has no end.
    """
    if not 0 <= value < float("inf"):
        raise ValueError(f"{value} is no amount")
    return value


def encode_failure(failure: Failure | None) -> str | None:
    """Return a failure as text for the database.

    Parameters
    ----------
    failure : Failure or None

    Returns
    -------
    str or None
    """
    if failure is None:
        return None
    return encode_json(
        {
            "kind": failure.kind,
            "message": failure.message,
            "traceback": failure.traceback,
            "template": failure.template,
            "args": failure.args,
        }
    )


def decode_failure(text: str | None) -> Failure | None:
    """Return what `encode_failure` was given.

    Parameters
    ----------
    text : str or None
        As it is stored; None where there is none.

    Returns
    -------
    Failure or None

    Raises
    ------
    UnusableStoreError
        If the text is damaged.
    """
    if text is None:
        return None
    data = decode_object(text)
    try:
        words, args = (data["message"], data["traceback"], data["template"]), data["args"]
        if not all(isinstance(word, str) for word in words) or not isinstance(args, dict):
            raise ValueError("its parts are of other types")
        return Failure(FailureKind(data["kind"]), *words, cast("Json", args))
    except (KeyError, ValueError) as error:
        raise UnusableStoreError(
            "A stored failure is damaged ({reason}); restore the workspace from a backup.", reason=str(error)
        ) from error


def encode_tags(tags: tuple[str, ...] | list[str]) -> str:
    """Return tags as text: trimmed, without doubles and empty ones, sorted.

    Parameters
    ----------
    tags : tuple of str or list of str

    Returns
    -------
    str
    """
    return encode_json(sorted({tag.strip() for tag in tags} - {""}))


def decode_tags(text: str) -> tuple[str, ...]:
    """Return the tags of a text.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str

    Raises
    ------
    UnusableStoreError, ValueError
        If the text is damaged.
    """
    if text == "[]":
        return ()
    tags = decode_json(text)
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in cast("list[object]", tags)):
        raise ValueError("it is no list of words")
    return tuple(cast("list[str]", tags))
