"""Rows in one SQLite file; `open_sqlite` is the door. Nothing else of the store knows SQLite."""

from __future__ import annotations

import logging
from pathlib import Path

from ...errors import LockedStoreError
from ..protocol import Mode
from .database import SqliteDatabase
from .schema import prepare

_log = logging.getLogger(__name__)


def open_sqlite(path: Path, mode: Mode, *, patient: bool = False) -> SqliteDatabase:
    """Open a database file; in mode ``"w"`` it is created if missing and updated if older.

    Parameters
    ----------
    path : Path
    mode : Mode
    patient : bool
        Whether to wait without end for another program that keeps the file locked, and to log that.

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
    while True:
        try:
            prepare(path, mode)
        except LockedStoreError:
            if not patient:
                raise
            _log.warning("waiting for another program that keeps %s locked", path)
        else:
            return SqliteDatabase(path, mode, patient=patient)


__all__ = ["open_sqlite"]
