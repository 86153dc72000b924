"""Proves a bundle in a clean process: without Cupel, with nothing but NumPy and onnxruntime to import.

Light: needs the standard library only. Used by `export` and `bundle`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..errors import ExportError

TIMEOUT_S = 300.0
STANDALONE = Path(__file__).with_name("standalone.py")
DECODING = Path(__file__).with_name("decoding.py")

# Runs in the child. Everything that is neither Python's own, NumPy, onnxruntime nor, for images, Pillow cannot be
# imported there.
_PROGRAM = """
import importlib.abc, importlib.util, json, pathlib, sys

class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "onnxruntime", "predict", *sys.argv[3:]):
            raise ModuleNotFoundError(f"{name} is not there", name=name)

sys.meta_path.insert(0, Wall())
spec = importlib.util.spec_from_file_location("predict", sys.argv[1])
predict = importlib.util.module_from_spec(spec)
sys.modules["predict"] = predict
spec.loader.exec_module(predict)
found = predict.check(pathlib.Path(sys.argv[2]))
tops = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
found["modules"] = sorted(name for name in tops if not name.startswith("__"))
sys.stdout.write("\\n" + json.dumps(found))
"""


def run_certificate(folder: Path, script: Path, timeout_s: float = TIMEOUT_S) -> dict[str, Any]:
    """Let `script` (a bundle's predict.py, or the file that it is a copy of) predict a bundle's sample rows again.

    Returns
    -------
    dict
        What `standalone.check` gives, and ``modules``: the packages that were imported in the clean process.

    Raises
    ------
    ExportError
        Where the process crashed or took longer than `timeout_s`.
    """
    further = ["PIL"] if (folder / DECODING.name).is_file() else []
    command = [sys.executable, "-I", "-B", "-c", _PROGRAM, str(script), str(folder), *further]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False, cwd=folder)
    except subprocess.TimeoutExpired as error:
        raise ExportError(
            "The bundle gave no predictions within {seconds} seconds.", seconds=round(timeout_s)
        ) from error
    text = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode != 0 or not text:
        raise ExportError(
            "The bundle cannot be run in a clean process (exit code {code}): {reason}",
            code=done.returncode,
            reason=last_line(done.stderr),
        )
    return json.loads(text.splitlines()[-1])


def last_line(stderr: bytes) -> str:
    """Return what a child process said last."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][-500:] if lines else "it said nothing."
