"""Rows in one SQLite file; `open_sqlite` is the door. Nothing else of the store knows SQLite."""

from __future__ import annotations

from pathlib import Path

from ..protocol import Mode
from .database import SqliteDatabase
from .schema import prepare


def open_sqlite(path: Path, mode: Mode) -> SqliteDatabase:
    """Open a database file; in mode ``"w"`` it is created if missing and updated if older.

    Parameters
    ----------
    path : Path
    mode : Mode

    Returns
    -------
    SqliteDatabase

    Raises
    ------
    UnusableStoreError
        If there is none (mode ``"r"``), or it is foreign, damaged, newer, or older (mode ``"r"``).
    ReadOnlyStoreError, StoreFullError, LockedStoreError
        As the disk or another program makes it.
    """
    prepare(path, mode)
    return SqliteDatabase(path, mode)


__all__ = ["open_sqlite"]
