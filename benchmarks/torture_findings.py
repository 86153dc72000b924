"""What came of an input of `make torture`, and the judge of work that is done in this process."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cupel.engine.bundled.errors import InputError
from cupel.engine.domain.errors import CupelError

Outcome = Literal["refused", "answered", "survived", "traceback", "hang", "lost", "doubled", "wrong"]
BAD: tuple[Outcome, ...] = ("traceback", "hang", "lost", "doubled", "wrong")
Answer = tuple[Outcome, str]
"""An outcome, and what was said."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one input.

    Attributes
    ----------
    part : str
    input : str
        What was done.
    outcome : Outcome
        Those of `BAD` are faults.
    said : str
        The sentence, or the exception.
    number : int
        Of the input: with the seed it makes it again.
    """

    part: str
    input: str
    outcome: Outcome
    said: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What the parts of a campaign are given.

    Attributes
    ----------
    seed : int
        An input is made of it and its number alone.
    folder : Path
        A part's own, empty.
    load : int
        Processes that do nothing but compute meanwhile; of the kills alone.
    """

    seed: int
    folder: Path
    load: int = 0


Part = Callable[[Setting], AbstractContextManager[Callable[[int], Finding]]]
"""Makes what its inputs share, and gives the function that makes the input of a number and tells what came of it."""


class Late(BaseException):
    """An input took too long; nothing that catches exceptions catches it."""


def came_of(work: Callable[[], Answer], limit_s: int) -> Answer:
    """Return what came of work: its answer, a sentence that refused it, an exception, or nothing in time.

    Parameters
    ----------
    work : callable
    limit_s : int
        Seconds until it is called a hang; code outside Python has to return first.

    Returns
    -------
    outcome : Outcome
    said : str
    """
    try:
        with _limited(limit_s):
            return work()
    except (CupelError, InputError) as error:
        text = str(error)
        return "refused" if text.strip() and "\n" not in text else "wrong", text
    except Late:
        return "hang", f"no answer in {limit_s} s"
    except Exception as error:  # noqa: BLE001 - what is looked for
        return "traceback", f"{type(error).__name__}: {error}"


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise Late

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
