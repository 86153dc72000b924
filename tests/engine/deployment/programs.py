"""How tests run what stands in a bundle: without our packages, as a server, through the terminal."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

# What `cupel` is, from a source tree too.
CUPEL = (sys.executable, "-c", "from cupel.engine.cli import main; import sys; sys.exit(main())")


@contextmanager
def served(command: list[str], folder: Path | None = None, log: Path | None = None) -> Iterator[int]:
    """Start a server on a free port, and give the port; what it says goes into a log, if one is named."""
    with TemporaryDirectory() as place:
        kept = Path(place, "log") if log is None else log
        with kept.open("w", encoding="utf-8") as stream:
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, text=True, cwd=folder)
            assert child.stdout is not None
            try:
                line = child.stdout.readline()
                found = re.search(r" at http://[\w.]+:(\d+)", line)
                assert found is not None, line + kept.read_text(encoding="utf-8")
                if log is not None:
                    stream.write(line)
                yield int(found[1])
            finally:
                child.terminate()
                child.communicate()


def ask(
    port: int, path: str, body: Any = None, *, kind: str = "application/json", host: str | None = None
) -> tuple[int, Any]:
    """Send a request and return the status and what the answer's JSON holds (or its text)."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    headers = ({"Content-Type": kind} if data is not None else {}) | ({"Host": host} if host else {})
    connection.request("GET" if data is None else "POST", path, data, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if text.startswith(("{", "[")) else text


# A program that runs another one as if nothing but onnxruntime and NumPy were installed.
WALL = """
import builtins, runpy, sys
real = builtins.__import__
def wall(name, *rest, **more):
    if name.partition(".")[0] in ("cupel", "tensorflow", "keras", "sklearn", "pandas", "pyarrow", "scipy", "onnx"):
        raise ImportError(name)
    return real(name, *rest, **more)
builtins.__import__ = wall
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
