"""Modules that lie beside a program. Of what bundles carry along."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from .errors import InputError


def beside(name: str, file: Path) -> ModuleType:
    """Return the module of a name that lies beside a file.

    Raises
    ------
    InputError
        Where a package is not there that it needs.
    """
    spec = importlib.util.spec_from_file_location(f"cupel_{name}", file.resolve().with_name(f"{name}.py"))
    assert spec is not None  # noqa: S101 - the name ends in .py
    assert spec.loader is not None  # noqa: S101 - likewise
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise InputError(
            "predict.py needs {name}: pip install -r requirements.txt", name=error.name
        ) from error
    return module
