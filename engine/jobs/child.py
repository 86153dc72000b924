"""The parent's side of a job: a child process that is given a request, is followed and cancelled, and answers.

>>> FORECAST = Job("cupel.engine.forecast:forecast", Forecast, Message("The forecast failed: {reason}"), …)
>>> answer = run(FORECAST, request, progress=lambda fraction, doing: …)            # doctest: +SKIP

What ends a child: its answer; a time limit; silence; what `progress` raises. It is asked to end, then terminated, then
killed. Whatever it printed is its log, whose end goes with the error.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ...storage.records import Failure, FailureKind
from ..domain.errors import CupelError, Message
from ..domain.stored import from_builtins
from .ending import end_process
from .messages import Answer, ChildMessage, Failed, Part, Progress, Ready, line_of, read_message

A = TypeVar("A")
_POLL_S = 0.1
_ASKED_S, _TERMINATED_S = 3.0, 2.0
"""Seconds that a child has to end after it was asked, and after it was terminated."""
_LOG = 8000
_REASON = 500
_CANCEL = b"cancel\n"


@dataclass(frozen=True, slots=True)
class Job(Generic[A]):
    """A kind of work for child processes.

    Attributes
    ----------
    work : str
        ``module:function``, see `work`; only the child imports it.
    answer : type
    failed : Message
        What is said where the child dies or its work fails without a sentence of its own; has ``{reason}``.
    late : Message
        What is said where it takes too long; has ``{seconds}``.
    error : type
        Of what is raised.
    limit_s : float
        How long the work may take.
    silence_s : float
        How long it may take without a sign of progress.
    part : type
        Of the parts of the answer that come before it.
    environment : mapping
        Added to this process's own.
    """

    work: str
    answer: type[A]
    failed: Message
    late: Message
    error: type[CupelError]
    limit_s: float = float("inf")
    silence_s: float = float("inf")
    part: Any = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def about(self, **args: object) -> Job[A]:
        """Return the job with values for what else its sentences have.

        Parameters
        ----------
        **args : object

        Returns
        -------
        Job
        """
        return dataclasses.replace(self, failed=self.failed.filled(**args), late=self.late.filled(**args))


class Child:
    """A child process that gets ready for one request, and waits for it.

    Parameters
    ----------
    command : sequence of str
        Speaks as `messages` says.
    environment : mapping, optional
        Added to this process's own.
    greeting : bytes
        Given to it at once, before the request: what it needs to know to get ready.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, greeting: bytes = b""
    ) -> None:
        self._began = time.monotonic()
        self._took_s: float | None = None
        # A file, not a pipe: nobody reads it while the child works, and what libraries say must not fill a pipe.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, bufsize=0,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        self._messages: queue.SimpleQueue[ChildMessage | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="child", daemon=True)
        self._reader.start()
        if greeting:
            self._write(greeting)

    @classmethod
    def of(cls, job: Job[A]) -> Child:
        """Start the child of a job.

        Parameters
        ----------
        job : Job

        Returns
        -------
        Child
        """
        return cls([sys.executable, "-m", "cupel.engine.jobs.work", job.work], job.environment)

    @property
    def ready_s(self) -> float | None:
        """How long it took to get ready; None until then, and where it died."""
        return self._took_s

    def run(
        self,
        job: Job[A],
        request: object,
        progress: Callable[[float, str], object] | None = None,
        part: Callable[[Any], object] | None = None,
    ) -> A:
        """Give the child its request and wait for the answer; the child has ended afterwards.

        Parameters
        ----------
        job : Job
        request : object
            What the work takes.
        progress : callable
            Called with the fraction in [0, 1] and what is being done, at least ten times a second. What it raises
            cancels the work.
        part : callable
            Called with each part of the answer.

        Returns
        -------
        answer of the job

        Raises
        ------
        CupelError
            Of the type that the job names: the sentence of the work itself where it has one for the user. A note has
            the end of the log.
        """
        began = heard = time.monotonic()
        state = Progress(0.0)
        self._write(line_of(request))
        try:
            while True:
                if progress is not None:
                    progress(state.fraction, state.doing)
                try:
                    word = self._messages.get(timeout=_POLL_S)
                except queue.Empty:
                    now = time.monotonic()
                    if now - began > job.limit_s or now - heard > job.silence_s:
                        raise self._late(job) from None
                    continue
                heard = time.monotonic()
                match word:
                    case Progress():
                        state = word
                    case Part() if part is not None:
                        part(from_builtins(job.part, word.value))
                    case Answer():
                        return from_builtins(job.answer, word.value)
                    case Failed():
                        raise self._failed(job, word)
                    case None:
                        raise self._died(job)
                    case Part() | Ready():
                        pass
        except BaseException:
            self.cancel()
            raise
        finally:
            self.close()

    def cancel(self) -> None:
        """Ask the child to end; terminate it where it does not, and then kill it."""
        self._write(_CANCEL)
        end_process(self._process, asked_s=_ASKED_S, terminated_s=_TERMINATED_S)

    def close(self) -> None:
        """End it, if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None and not stream.closed:
                stream.close()

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        # One that has died tells by its exit code and its log.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(line)

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in iter(self._process.stdout.readline, b""):
            try:
                word = read_message(line)
            except ValueError:
                # Of a program that does not keep its standard output to itself.
                continue
            if isinstance(word, Ready):
                self._took_s = time.monotonic() - self._began
            self._messages.put(word)
        self._messages.put(None)

    def _late(self, job: Job[A]) -> CupelError:
        message = job.late.filled(seconds=round(min(job.limit_s, job.silence_s)))
        return self._error(job, message, Failure.of(FailureKind.HUNG, message))

    def _died(self, job: Job[A]) -> CupelError:
        """Return why a child that is gone has ended."""
        code = self._process.wait()
        lines = self._tail().strip().splitlines()
        reason = f"exit code {code}: {lines[-1][-_REASON:] if lines else ''}"
        message = job.failed.filled(reason=reason)
        return self._error(job, message, Failure.of(FailureKind.KILLED, message))

    def _tail(self) -> str:
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(self._log.tell() - _LOG, 0))
        return self._log.read().decode("utf-8", "replace")

    def _failed(self, job: Job[A], word: Failed) -> CupelError:
        failure = word.failure
        message = failure.sentence if word.is_for_the_user else job.failed.filled(reason=failure.message)
        return self._error(job, message, failure)

    def _error(self, job: Job[A], message: Message, origin: Failure | None = None) -> CupelError:
        error = job.error.of(message, origin)
        error.add_note(self._tail())
        return error


def run(
    job: Job[A],
    request: object,
    progress: Callable[[float, str], object] | None = None,
    part: Callable[[Any], object] | None = None,
) -> A:
    """Do a job in a child process, see `Child.run`.

    Parameters
    ----------
    job : Job
    request : object
    progress : callable or None
        Gets the fraction that is done, in [0, 1], and what is being done.
    part : callable or None
        Gets each part of the answer as it comes.

    Returns
    -------
    answer of the job
    """
    return Child.of(job).run(job, request, progress, part)
