"""Opening a workspace that a command only reads."""

from __future__ import annotations

import sys
from pathlib import Path

from ...storage.errors import OlderStoreError
from ...storage.store import Store


def open_to_read(workspace: Path) -> Store:
    """Open a workspace for reading; one of an older version is updated first, and a copy of it kept.

    Raises
    ------
    StoreError
        See `Store.open`.
    """
    try:
        return Store.open(workspace, "r")
    except OlderStoreError:
        Store.open(workspace).close()
        print(
            f"The workspace {workspace} was of an older version and has been updated; a copy is beside it.",
            file=sys.stderr,
        )
        return Store.open(workspace, "r")
