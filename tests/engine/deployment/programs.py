"""How tests run what stands in a bundle: without our packages, as a server, through the terminal."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# What `cupel` is, from a source tree too.
CUPEL = (sys.executable, "-c", "from cupel.engine.cli import main; import sys; sys.exit(main())")


@contextmanager
def served(command: list[str], folder: Path | None = None) -> Iterator[int]:
    """Start a server on a free port, and give the port."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        line = child.stdout.readline()
        assert " at http://127.0.0.1:" in line, line + child.stderr.read()
        yield int(line.partition("http://127.0.0.1:")[2].split()[0])
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
