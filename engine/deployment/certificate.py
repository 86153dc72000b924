"""Proves a bundle in clean processes: without Cupel, with nothing to import but what a format's requirements name.

Each process gives the raw sample rows to one format (TensorFlow's two share one), and compares with the predictions
that were computed before the bundle was put together. Light: needs the standard library only. Used by `export` and
`bundle`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from ..bundled import FOLDER
from ..errors import ExportError
from .formats import FORMATS

TIMEOUT_S = 300.0
STANDALONE = FOLDER / "standalone.py"
DECODING = FOLDER / "decoding.py"
PREPROCESS = Path(__file__).parents[1] / "preprocessing" / "arithmetic.py"

# Runs in the child. What is neither Python's own nor named by the requirements cannot be imported there.
_PROGRAM = """
import importlib.abc, importlib.util, json, pathlib, sys

job = json.loads(sys.argv[1])

class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        own = top in sys.stdlib_module_names or top.startswith("_sysconfigdata_")  # Python's, by system
        if not own and top not in job["allowed"]:
            raise ModuleNotFoundError(f"{name} is not there", name=name)

def loaded(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

sys.meta_path.insert(0, Wall())
folder = pathlib.Path(job["folder"])
predict = loaded("predict", job["predict"])
for name, script in job["formats"].items():
    if script is None:
        found = predict.check(folder)
    else:
        preprocess = loaded("preprocess", job["preprocess"])
        found = predict.check(folder, model=loaded("predict_" + name, script).Model(folder, preprocess))
    tops = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
    found["modules"] = sorted(name for name in tops if not name.startswith("_") and len(name) < 40)
    sys.stdout.write("\\n" + json.dumps({"format": name, **found}) + "\\n")
    sys.stdout.flush()
"""


def run_certificate(
    folder: Path, formats: Sequence[str] = ("onnx",), own: Path | None = None, timeout_s: float = TIMEOUT_S
) -> dict[str, Any]:
    """Predict a bundle's sample rows again with each of its formats.

    Parameters
    ----------
    folder : Path
    formats : sequence of str
    own : Path, optional
        The folder whose programs (predict.py, …) predict: the bundle itself while it is made; where not given, the ones
        of this version of Cupel do, as a bundle may come from anyone.

    Returns
    -------
    dict
        What `standalone.check` gives for the first format and, where one fails, the ``rows`` of that one and its name
        as ``failed``; ``passed``, whether all did; ``formats``: of each what its check gave, with ``modules``, the
        packages that were imported in its process.

    Raises
    ------
    ExportError
        Where a process crashed or took longer than `timeout_s`.
    """
    found: dict[str, dict[str, Any]] = {}
    groups: dict[str, list[str]] = {}
    for name in formats:
        groups.setdefault(FORMATS[name].packages[0], []).append(name)
    with ThreadPoolExecutor(len(groups)) as pool:  # each waits for a process, most of whose time are imports
        for told in pool.map(lambda names: _checked(folder, names, own, timeout_s), groups.values()):
            found |= told
    first = found[formats[0]]
    failed = next((name for name in formats if not found[name]["passed"]), None)
    rows = {} if failed is None else {"rows": found[failed]["rows"], "failed": failed}
    return {**first, **rows, "passed": failed is None, "formats": found}


def _checked(
    folder: Path, names: Sequence[str], own: Path | None, timeout_s: float
) -> dict[str, dict[str, Any]]:
    titles = " + ".join(FORMATS[name].title for name in names)
    packages = [package for name in names for package in FORMATS[name].packages]
    if (folder / DECODING.name).is_file():
        packages.append("pillow")
    scripts = {
        name: None
        if FORMATS[name].script is None
        else str(_script(f"predict_{name}.py", FORMATS[name].script, own))
        for name in names
    }
    job = {
        "folder": str(folder),
        "formats": scripts,
        "predict": str(_script("predict.py", STANDALONE, own)),
        "preprocess": str(_script("preprocess.py", PREPROCESS, own)),
        "allowed": [
            *modules_of(("numpy", *packages)),
            "predict",
            "preprocess",
            *(f"predict_{n}" for n in names),
        ],
    }
    command = [sys.executable, "-I", "-B", "-c", _PROGRAM, json.dumps(job)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False, cwd=folder)
    except subprocess.TimeoutExpired as error:
        raise ExportError(
            "{format}: the bundle gave no predictions within {seconds} seconds.",
            format=titles,
            seconds=round(timeout_s),
        ) from error
    lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
    told = [json.loads(line) for line in lines if line.startswith('{"format": ')]
    if done.returncode != 0 or len(told) != len(names):
        raise ExportError(
            "{format}: the bundle cannot be run in a clean process (exit code {code}): {reason}",
            format=titles,
            code=done.returncode,
            reason=last_line(done.stderr),
        )
    return {one["format"]: one for one in told}


def _script(name: str, ours: Path | None, own: Path | None) -> Path:
    assert ours is not None or own is not None  # noqa: S101 - a format without a program is not asked for one
    return own / name if own is not None else ours or Path(name)


@cache
def modules_of(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Return what may be imported where only these distributions, and what they need, are installed."""
    needed: set[str] = set()
    left = list(packages)
    while left:
        name = _normal(left.pop())
        if name in needed:
            continue
        needed.add(name)
        try:
            requirements: list[str] = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # of another system or Python
        left += [_name(line) for line in requirements if "extra ==" not in line]
    tops = metadata.packages_distributions()
    return tuple(sorted(top for top, owners in tops.items() if needed & {_normal(owner) for owner in owners}))


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(packages: Sequence[str]) -> Mapping[str, str]:
    """Return the installed version of each package."""
    return {name: metadata.version(name) for name in packages}


def last_line(stderr: bytes) -> str:
    """Return what a child process said last."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][-500:] if lines else "it said nothing."
