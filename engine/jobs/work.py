"""The child's side of a job: ``python -m cupel.engine.jobs.work MODULE:FUNCTION``.

The function takes a request and a `Reporter`, and returns the answer; its annotations say of which types these are.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import threading
import typing
from collections.abc import Callable
from typing import Any, BinaryIO

from ..domain.errors import CupelError
from ..domain.stored import to_builtins
from .failures import failure_of
from .messages import Answer, ChildMessage, Failed, Part, Progress, Ready, line_of, read_line

# Of the work: a loop may report as often as it likes.
_LEAST_TOLD = 0.001


class Cancelled(Exception):  # noqa: N818 - not an error
    """The work is not wanted any more."""


class Reporter:
    """Tells the parent how far the work is, and is told when that is no longer wanted.

    Parameters
    ----------
    stream : BinaryIO
        Where lines to the parent go.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._is_cancelled = threading.Event()
        self._told = Progress(-1.0)

    def progress(self, fraction: float, doing: str = "") -> None:
        """Report what is being done and how far it is, in [0, 1]; may be called as often as work likes.

        Parameters
        ----------
        fraction : float
            In [0, 1].
        doing : str
            What is being done; empty where the fraction says it all.

        Raises
        ------
        Cancelled
            Where the work is not wanted any more.
        """
        if self._is_cancelled.is_set():
            raise Cancelled
        if doing != self._told.doing or fraction - self._told.fraction >= _LEAST_TOLD:
            self._told = Progress(fraction, doing)
            self.send(self._told)

    def part(self, value: object) -> None:
        """Give a part of the answer.

        Parameters
        ----------
        value : object

        Raises
        ------
        Cancelled
            Where the work is not wanted any more.
        """
        if self._is_cancelled.is_set():
            raise Cancelled
        self.send(Part(to_builtins(value)))

    def send(self, line: ChildMessage) -> None:
        """Write a line to the parent.

        Parameters
        ----------
        line : ChildMessage
            One line of JSON, with its end.
        """
        self._stream.write(line_of(line))
        self._stream.flush()

    def cancel(self) -> None:
        """Have the work end where it next reports."""
        self._is_cancelled.set()


def main() -> None:
    """Get ready, take the request, do the work, answer."""
    reporter = Reporter(_own_stream())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    code = _run(sys.argv[1], reporter)
    sys.stderr.flush()
    # All is said. Taking TensorFlow down piece by piece takes seconds, for which the parent would wait.
    os._exit(code)


def _own_stream() -> BinaryIO:
    """Return what standard output was; what libraries print goes to standard error, which is the log."""
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return stream


def _run(name: str, reporter: Reporter) -> int:
    try:
        work, request_type = _loaded(name)
        reporter.send(Ready())
        line = sys.stdin.buffer.readline()
        if not line:
            return 0
        request = read_line(line, request_type)
        threading.Thread(target=_listen, args=(reporter,), name="parent", daemon=True).start()
        reporter.send(Answer(to_builtins(work(request, reporter))))
    except Cancelled:
        return 0
    except Exception as error:
        logging.exception("the work failed")
        reporter.send(Failed(failure_of(error), isinstance(error, CupelError)))
        return 1
    return 0


def _loaded(name: str) -> tuple[Callable[[Any, Reporter], Any], Any]:
    """Return a function and the type of its request."""
    module, _, function = name.partition(":")
    work = getattr(importlib.import_module(module), function)
    return work, typing.get_type_hints(work)["request"]


def _listen(reporter: Reporter) -> None:
    """Cancel the work when the parent says so; end with a parent that is gone."""
    if sys.stdin.buffer.readline():
        reporter.cancel()
        return
    os._exit(1)


if __name__ == "__main__":
    main()
