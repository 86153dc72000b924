"""What a child process and the process that started it say to each other: one line of JSON each.

The child writes `Ready` once it has imported what its work needs, then, after it was given its request, any number of
`Progress` and `Part`, and at last `Answer` or `Failed`. It is given the request as its first line; every further line
is the wish that it ends, and so is the end of its input.

msgspec turns the types into what JSON holds and back, and checks them; the standard library writes the JSON, as it
keeps numbers that are not finite.
"""

from __future__ import annotations

import json
from typing import TypeVar, cast

import msgspec

from ...storage.records import Failure
from ..domain.stored import from_builtins, to_builtins


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The child has imported what it needs, and waits for its request."""


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far the work is.

    Attributes
    ----------
    fraction : float
        In [0, 1].
    doing : str
        What is being done; empty where the fraction says it all.
    """

    fraction: float
    doing: str = ""


class Part(msgspec.Struct, frozen=True, tag="part"):
    """A part of the answer, that counts although the child may be killed later."""

    value: object


class Answer(msgspec.Struct, frozen=True, tag="answer"):
    """The whole answer; the child ends."""

    value: object


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """Why there is no answer.

    Attributes
    ----------
    failure : Failure
    is_for_the_user : bool
        Whether its sentence says what the user can do, as that of a `CupelError` does.
    """

    failure: Failure
    is_for_the_user: bool


ChildMessage = Ready | Progress | Part | Answer | Failed
T = TypeVar("T")


def line_of(value: object) -> bytes:
    """Return a value of our types as a line.

    Parameters
    ----------
    value : object

    Returns
    -------
    bytes

    Raises
    ------
    TypeError
        Where there is something in it that JSON cannot hold.
    """
    return json.dumps(to_builtins(value), ensure_ascii=False).encode() + b"\n"


def read_line(line: bytes, kind: type[T]) -> T:
    """Return the value that `line_of` was given.

    Parameters
    ----------
    line : bytes
        One line of JSON, with its end.
    kind : type

    Returns
    -------
    object

    Raises
    ------
    ValueError
        Where the line is none, or holds another type.
    """
    return from_builtins(kind, json.loads(line))


def read_message(line: bytes) -> ChildMessage:
    """Return what a child said; its values are still what JSON holds.

    Parameters
    ----------
    line : bytes
        One line of JSON, with its end.

    Returns
    -------
    ChildMessage

    Raises
    ------
    ValueError
        Where the line is none of ours.
    """
    return cast("ChildMessage", from_builtins(ChildMessage, json.loads(line)))  # type: ignore[arg-type]
