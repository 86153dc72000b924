"""Proves a bundle in clean processes: without Cupel, with nothing to import but what a format's requirements name.

Each process gives the raw sample rows to one format (TensorFlow's two share one), and compares with the predictions
that were computed before the bundle was put together. Used by `export` and `bundle`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import metadata
from pathlib import Path

import msgspec

from ..bundled.schema_file import read_schema
from ..domain.bundles import Certificate, FormatCheck
from ..domain.errors import ExportError, Message
from ..domain.formats import BUNDLE_FORMATS
from ..domain.kinds import kind_of_role, packages_of
from ..jobs.child import Child, Job
from ..jobs.messages import line_of
from .programs import own_programs

_JOB = Job(
    "",
    type(None),
    failed=Message("{format}: the bundle cannot be run in a clean process: {reason}"),
    late=Message("{format}: the bundle gave no predictions within {seconds} seconds."),
    error=ExportError,
    limit_s=300.0,
    part=FormatCheck,
)

# Runs in the child, and speaks as `jobs.messages` says. What is neither Python's own nor named by the requirements
# cannot be imported there.
_PROGRAM = """
import importlib, importlib.abc, importlib.util, json, os, pathlib, sys

parent = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
needs = json.loads(sys.stdin.readline())

def say(**line):
    parent.write(json.dumps(line) + "\\n")
    parent.flush()

class Wall(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        own = top in sys.stdlib_module_names or top.startswith("_sysconfigdata_")  # Python's, by system
        if not own and top not in needs["allowed"]:
            raise ModuleNotFoundError(f"{name} is not there", name=name)

def loaded(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

sys.meta_path.insert(0, Wall())
for name in needs["modules"]:
    importlib.import_module(name)
say(type="ready")
line = sys.stdin.readline()
if not line:
    sys.exit(0)
job = json.loads(line)
os.chdir(job["folder"])
folder = pathlib.Path(job["folder"])
predict = loaded("predict", job["predict"])
for name, script in job["formats"].items():
    if script is None:
        found = predict.check(folder, raw=pathlib.Path(job["raw"]) if job["raw"] else None)
    else:
        preprocess = loaded("preprocess", job["preprocess"])
        found = predict.check(folder, model=loaded("predict_" + name, script).Model(folder, preprocess))
    tops = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
    found["modules"] = sorted(name for name in tops if not name.startswith("_") and len(name) < 40)
    say(type="part", value={"format": name, **found})
say(type="answer", value=None)
os._exit(0)  # taking TensorFlow down piece by piece takes seconds
"""


# What is imported before there is a bundle, and in which environment: as the bundle's own programs do. OpenVINO is left
# to its program, which first keeps it from reporting to its maker.
_IMPORTED_EARLY = ("onnx", "keras", "saved_model")
_ENVIRONMENT = {
    "ORT_DISABLE_TELEMETRY": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
}

Checkers = dict[tuple[str, ...], Child]
"""Processes that have imported what formats need, by the names of the formats that each of them checks."""


def checkers(formats: Sequence[str], packages: Sequence[str] = ()) -> Checkers:
    """Start the processes of `run_certificate`, which import what the formats need and wait.

    Parameters
    ----------
    packages : sequence of str
        What programs that read the raw rows need beside NumPy.
    """
    return {names: _checker(names, packages) for names in _groups(formats)}


def run_certificate(
    folder: Path,
    formats: Sequence[str] = ("onnx",),
    own: Path | None = None,
    waiting: Checkers | None = None,
    raw: Path | None = None,
) -> Certificate:
    """Predict a bundle's sample rows again with each of its formats.

    Parameters
    ----------
    folder : Path
    formats : sequence of str
    own : Path, optional
        The folder whose programs (predict.py, …) predict: the bundle itself while it is made; where not given, the ones
        of this version of Cupel do, as a bundle may come from anyone.
    waiting : dict, optional
        `checkers` that were started before; those that are used are taken out.
    raw : Path, optional
        The training file; see `bundled.checking.check`. ONNX alone predicts its rows: the programs of other formats
        read by the same modules.

    Raises
    ------
    ExportError
        Where a process crashed or took too long.
    """
    found: dict[str, FormatCheck] = {}
    groups, ready = _groups(formats), {} if waiting is None else waiting
    packages = _packages(folder)
    processes = {names: ready.pop(names, None) or _checker(names, packages) for names in groups}
    # Made before there are threads: two that parse at once fail, as Python 3.11 counts the depth of both together.
    programs = own_programs() if own is None else own
    # Each waits for a process, most of whose time are imports.
    with ThreadPoolExecutor(len(groups)) as pool:
        for told in pool.map(
            lambda names: _checked(folder, names, own, programs, processes[names], raw), groups
        ):
            found |= told
    first = found[formats[0]]
    failed = next((name for name in formats if not found[name].passed), "")
    return Certificate(
        passed=not failed,
        n_rows=first.n_rows,
        n_made_up=first.n_made_up,
        number_format=first.number_format,
        max_abs_difference=first.max_abs_difference,
        tolerance=first.tolerance,
        tolerance_kind=first.tolerance_kind,
        agreement=first.agreement,
        rows=found[failed].rows if failed else first.rows,
        intervals=first.intervals,
        raw=first.raw,
        environment=first.environment,
        modules=first.modules,
        seconds=first.seconds,
        failed=failed,
        formats=found,
    )


def _groups(formats: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the formats by the process that checks them: those of one package share one."""
    groups: dict[str, list[str]] = {}
    for name in formats:
        groups.setdefault(BUNDLE_FORMATS[name].packages[0], []).append(name)
    return [tuple(names) for names in groups.values()]


def _packages(folder: Path) -> tuple[str, ...]:
    """Return what programs that read a bundle's raw rows need beside NumPy."""
    return packages_of(dict.fromkeys(kind_of_role(spec.role) for spec in read_schema(folder).inputs))


def _checker(names: Sequence[str], further: Sequence[str]) -> Child:
    packages = [*(package for name in names for package in BUNDLE_FORMATS[name].packages), *further]
    own = ["predict", "preprocess", *(f"predict_{name}" for name in names)]
    needs = {
        "allowed": [*modules_of(("numpy", *packages)), *own],
        "modules": [BUNDLE_FORMATS[name].module for name in names if name in _IMPORTED_EARLY],
    }
    return Child([sys.executable, "-I", "-B", "-c", _PROGRAM], _ENVIRONMENT, line_of(needs))


def _checked(
    folder: Path,
    names: Sequence[str],
    own: Path | None,
    programs: Path,
    child: Child,
    raw: Path | None,
) -> dict[str, FormatCheck]:
    titles = " + ".join(BUNDLE_FORMATS[name].title for name in names)
    scripts = {
        name: None
        if BUNDLE_FORMATS[name].script is None
        else str(_script(f"predict_{name}.py", BUNDLE_FORMATS[name].script, own))
        for name in names
    }
    request = {
        "folder": str(folder),
        "formats": scripts,
        "predict": str(programs / "predict.py"),
        "preprocess": str(programs / "preprocess.py"),
        "raw": None if raw is None else str(raw),
    }
    found: dict[str, FormatCheck] = {}

    def take(check: FormatCheck) -> None:
        found[check.format] = msgspec.structs.replace(check, format="")

    child.run(_JOB.about(format=titles), request, part=take)
    return found


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
            # Of another system or Python.
            continue
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
