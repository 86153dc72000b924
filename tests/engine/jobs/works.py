"""Works for the children of the tests."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from cupel.engine.domain.errors import DataError
from cupel.engine.jobs.work import Reporter


@dataclass(frozen=True)
class Asked:
    """What a work is asked."""

    name: str = ""
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a work finds."""

    text: str
    numbers: tuple[float, ...] = ()


def echo(request: Asked, reporter: Reporter) -> Found:
    print("said by some library, without a thought")
    os.write(1, b"and by one that is written in C\n")
    reporter.progress(0.5, "half")
    reporter.part(Found("first"))
    reporter.progress(1.0, "done")
    return Found(request.name, (*request.numbers, math.nan))


def large(request: Asked, reporter: Reporter) -> Found:
    reporter.part(Found("y" * 1_000_000))
    sys.stderr.write("z" * 1_000_000)
    return Found("x" * 1_000_000)


def refuse(request: Asked, reporter: Reporter) -> Found:
    raise DataError("The column {column!r} is empty.", column=request.name)


def stumble(request: Asked, reporter: Reporter) -> Found:
    raise KeyError(request.name)


def run_out(request: Asked, reporter: Reporter) -> Found:
    raise MemoryError


def die(request: Asked, reporter: Reporter) -> Found:
    reporter.part(Found("before"))
    sys.stderr.write("the last words\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)
    return Found("never")


def hang(request: Asked, reporter: Reporter) -> Found:
    """Neither report nor listen to a wish to terminate."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    reporter.progress(0.1, str(os.getpid()))
    while True:
        time.sleep(0.1)


def report(request: Asked, reporter: Reporter) -> Found:
    """Report again and again, and leave a file where it was cancelled."""
    reporter.progress(0.0, str(os.getpid()))
    try:
        while True:
            reporter.progress(0.5, "on")
            time.sleep(0.01)
    finally:
        Path(request.name).touch()


def parse(request: int, reporter: Reporter) -> Found:
    return Found(str(request))
