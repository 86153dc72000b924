"""What the folders of kinds of data have for programs of bundles.

A program has, where it is made (`deployment.programs`), these parts in the place of the question.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

KINDS = Path(__file__).parents[1] / "kinds"


def of_kinds(module: str, name: str) -> dict[str, Any]:
    """Return what kinds of data have by a name in a module of their folders, by kind; not all have such a module.

    Parameters
    ----------
    module : str
        It may import modules beside it and of this folder.
    name : str
    """
    package = f"{__package__}".rpartition(".")[0]
    return {
        file.parent.name: getattr(
            importlib.import_module(f"{package}.kinds.{file.parent.name}.{module}"), name
        )
        for file in sorted(KINDS.glob(f"*/{module}.py"))
    }
