"""Children that a benchmark measures: one process a core, which begin together when all are ready."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any


def share_out(script: str, arguments: Sequence[str], values: Sequence[Any]) -> tuple[float, list[Any]]:
    """Run ``script *arguments VALUES`` in one process a core, the values dealt out among them as JSON.

    A child prints a line when it is ready, reads one to begin, and prints its answer as JSON in its last line.

    Returns
    -------
    seconds : float
        From the beginning to the last answer.
    answers : list
    """
    n = min(os.cpu_count() or 1, len(values))
    children = [
        subprocess.Popen(
            [sys.executable, script, *arguments, json.dumps(values[i::n])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for i in range(n)
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    began = time.perf_counter()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    answers = [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]
    return time.perf_counter() - began, answers
