"""What a bundle needs to be served, and `cupel serve`.

`write_serving` is called by `export` for every bundle. What answers requests is `serve`, which a bundle
carries as serve.py; `serve` runs Cupel's own copy of it, never the one in the folder: a bundle may come from anyone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from ..bundled import FOLDER
from ..bundled.errors import InputError
from ..bundled.predictor import SAMPLE_ROWS
from ..bundled.schema_file import read_schema
from ..domain.errors import ExportError
from ..domain.kinds import KINDS
from ..kinds.registry import bundle_part_of
from ..study_rows import StudyRows
from .bundle import Bundle
from .damage import unusable
from .profile import write_profile
from .snippets import filled, write_snippets

SERVE = ("serve.py", "guarding.py")
# Of the image: the Python that Cupel is developed with.
PYTHON = "3.11.13"
_PACKAGES = ("fastapi", "pydantic", "starlette", "uvicorn")
_FILES = (
    "predict.py",
    *SERVE,
    "intervals.py",
    "schema.json",
    "model.onnx",
    "folds.onnx",
    "intervals.npz",
    SAMPLE_ROWS,
)


def write_serving(folder: Path, study_rows: StudyRows) -> None:
    """Write what serves a bundle, what runs it in other languages, and the profile of the rows that it learnt from.

    The folder has its model, ``predict.py``, ``schema.json``, ``requirements.txt`` and samples already.
    """
    write_programs(folder)
    table = study_rows.table
    rows = study_rows.splits.development if study_rows.has_splits else np.arange(table.n_rows)
    names = [column.name for column in study_rows.schema.columns]
    write_profile(folder, table, rows, read_schema(folder).inputs, names)


def write_programs(folder: Path) -> None:
    """Write ``serve.py``, ``requirements-serve.txt``, ``Dockerfile`` and ``snippets/``."""
    for name in SERVE:
        shutil.copyfile(FOLDER / name, folder / name)
    pins = [f"{name}=={metadata.version(name)}\n" for name in _PACKAGES]
    needed = (folder / "requirements.txt").read_text(encoding="utf-8")
    (folder / "requirements-serve.txt").write_text(needed + "".join(pins), encoding="utf-8")
    parts = [bundle_part_of(kind) for kind in KINDS]
    further = [*(file.name for part in parts for file in part.files), *(part.samples for part in parts)]
    names = dict.fromkeys((*_FILES, *further))
    files = " ".join(name for name in names if (folder / name).is_file())
    text = filled("Dockerfile.txt", {"PYTHON": PYTHON, "FILES": files})
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    write_snippets(folder)


def serve(
    bundle: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    max_rows: int = 10_000,
    max_bytes: int = 16 << 20,
    workers: int = 1,
    allow_hosts: Sequence[str] = (),
    waiting: Mapping[str, float] | None = None,
    ready: Callable[[str, str], None] = print,
) -> None:
    """Serve a bundle until interrupted.

    Parameters
    ----------
    host : str
        An address of this machine; what is no loopback address answers others, too, without a password.
    port : int
        0 takes a free one.
    max_rows, max_bytes : int
        Of one request.
    workers : int
        Processes.
    allow_hosts : sequence of str
        Names by which the server is reached, beside those of this machine, and of addresses where `host` is no loopback
        address; ``*`` for every one.
    waiting : mapping, optional
        What differs from `guarding.Waiting`.
    ready : callable
        Called with the address, and the names that requests may be for, once it listens.

    Raises
    ------
    ExportError
        Where the bundle is none, or was changed, a limit is below 1, the host is empty, or the port is taken.
    """
    if not host.strip():
        raise ExportError("--host is empty; give an address of this machine, 0.0.0.0 for all of them.")
    for name, value in (("max-rows", max_rows), ("max-bytes", max_bytes), ("workers", workers)):
        if value < 1:
            raise ExportError("--{name} is {value}; it must be at least 1.", name=name, value=value)
    try:
        from ..bundled import serve
    except ModuleNotFoundError as error:
        raise ExportError(
            "Serving needs the package {name}, which is not installed: pip install fastapi uvicorn.",
            name=error.name,
        ) from error
    checked = Bundle.open(bundle)
    checked.predictor()
    folder = checked.path.absolute()
    settings = serve.ServeSettings(
        str(folder), host, max_rows, max_bytes, tuple(allow_hosts), dict(waiting or {})
    )
    try:
        serve.run(settings, port, workers, app_name=f"{serve.__name__}:app", ready=ready)
    except InputError as error:
        raise unusable(folder, error) from error
    except (OSError, OverflowError) as error:
        raise ExportError(
            "Nothing can be served at {host}:{port}: {reason}; choose another --port, or --port 0 for a free one.",
            host=host,
            port=port,
            reason=getattr(error, "strerror", None) or str(error),
        ) from error
