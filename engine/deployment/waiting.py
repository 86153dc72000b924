"""Child processes of an export that are started before there is anything to export: most of their time are imports.

Each takes its job as a line on standard input, after it has said on standard output that it is ready; at the end of
that input it ends. Light: needs the standard library only.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

READY = "ready"
"""The line that a child writes when it can take its job."""


class WaitingProcess:
    """A child process that takes one job.

    Parameters
    ----------
    command : sequence of str
    greeting : mapping, optional
        Sent at once, as a line of JSON: what it needs to know to get ready.
    environment : mapping, optional
        Added to this process's own.
    """

    def __init__(
        self,
        command: Sequence[str],
        greeting: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._began = time.monotonic()
        self._took_s: float | None = None
        # A file, not a pipe: nobody reads while it waits, and what libraries say on import must not fill a pipe.
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr, bufsize=0,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        if greeting is not None:
            self._send(greeting)
        self._reader = threading.Thread(target=self._wait_until_ready, name="export", daemon=True)
        self._reader.start()

    @property
    def seconds(self) -> float | None:
        """How long it took to get ready; None until then, and where it died."""
        return self._took_s

    def run(self, job: Mapping[str, Any], timeout_s: float) -> subprocess.CompletedProcess[bytes]:
        """Send the job as a line of JSON, wait for the end of the process, and return what it said.

        Raises
        ------
        subprocess.TimeoutExpired
            Where it is not done in time; it is killed then.
        """
        end = time.monotonic() + timeout_s
        self._send(job)
        self._reader.join(timeout_s)  # two must not read the same pipe
        try:
            if self._reader.is_alive():
                raise subprocess.TimeoutExpired(self._process.args, timeout_s)
            stdout, _ = self._process.communicate(timeout=max(end - time.monotonic(), 0.0))
            self._stderr.seek(0)
            return subprocess.CompletedProcess(
                self._process.args, self._process.returncode, stdout, self._stderr.read()
            )
        finally:
            self.close()

    def close(self) -> None:
        """End it, if it has not ended."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            if stream is not None and not stream.closed:
                stream.close()

    def _send(self, line: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
        except BrokenPipeError:
            return  # it has died: its exit code and its last words are told by `run`

    def _wait_until_ready(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in iter(self._process.stdout.readline, b""):
            if line.strip() == READY.encode():
                self._took_s = time.monotonic() - self._began
                return
