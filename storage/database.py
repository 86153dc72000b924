"""The SQLite file: connections, transactions, and SQLite's failures as sentences.

For `store.py` and its parts only. Rules that keep "database is locked" away: write-ahead logging, so that
readers and the writer never wait for one another; every write transaction begins with BEGIN IMMEDIATE, so
that it never has to turn a read lock into a write lock; and a busy timeout for the wait of one writer for
another.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from .errors import LockedStoreError, ReadOnlyStoreError, StoreError, StoreFullError, UnusableStoreError

Mode = Literal["r", "w"]
BUSY_TIMEOUT_MS = 10_000
_WRITE = "cupel_write"


def connect(path: Path, mode: Mode, *, immutable: bool = False) -> sqlite3.Connection:
    """Return a connection with our settings; in mode ``"r"`` SQLite itself refuses every write.

    The caller begins and ends transactions. `immutable` is for files in a folder that cannot be written:
    SQLite then needs no files beside the database, and sees no later change.
    """
    query = "mode=rwc" if mode == "w" else "immutable=1" if immutable else "mode=ro"
    address = quote(path.as_posix() if path.drive == "" else "/" + path.as_posix())
    connection = sqlite3.connect(
        f"file:{address}?{query}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if mode == "w":
            connection.execute("PRAGMA synchronous = NORMAL")
        else:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def needs_immutable(path: Path) -> bool:
    """Whether `path` can only be read as an unchanging file, because SQLite may not write beside it."""
    try:
        connection = connect(path, "r")
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        wal = path.with_name(path.name + "-wal")
        cannot = _code(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        return cannot and (not wal.exists() or wal.stat().st_size == 0)
    return False


class Database:
    """An open database: a pool of connections, one for each transaction under way.

    Thread-safe: every transaction has its own connection; writers of this process queue for a lock, and so
    never wait for one another by polling. The caller has checked the schema (`upgrade.prepare`).
    """

    def __init__(self, path: Path, mode: Mode) -> None:
        self.path = path
        self.mode: Mode = mode
        immutable = mode == "r" and needs_immutable(path)
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: connect(path, mode, immutable=immutable),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=-1,
        )
        self._writer = self._engine.execution_options(**{_WRITE: True})
        event.listen(self._engine, "begin", _begin)
        self._write_lock = threading.Lock()
        self._watch_lock = threading.Lock()
        with failures_named(path):
            self._watch = connect(path, mode, immutable=immutable)

    def close(self) -> None:
        """Close all connections; a transaction under way in another thread ends first."""
        with self._write_lock, self._watch_lock:
            self._watch.close()
            self._engine.dispose()

    def data_version(self) -> int:
        """Return a number that changes with every commit of anyone; takes microseconds."""
        with self._watch_lock, failures_named(self.path):
            return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def read(self) -> Generator[Session]:
        """Yield a session that sees one state of the database throughout."""
        with failures_named(self.path), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Generator[Session]:
        """Yield a session whose changes are committed together at the end, or not at all after an error.

        Raises
        ------
        ReadOnlyStoreError
            If the database was opened for reading.
        LockedStoreError, StoreFullError, UnusableStoreError
            As the disk or another program makes it.
        """
        if self.mode == "r":
            raise ReadOnlyStoreError(
                "The workspace was opened for reading only, so nothing can be changed in it."
            )
        with (
            failures_named(self.path),
            self._write_lock,
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def backup(self, path: Path) -> None:
        """Copy the database, as committed now, to `path`, replaced only once the copy is complete."""
        with failures_named(self.path):
            source = connect(self.path, self.mode)
            try:
                copy_database(source, path)
            finally:
                source.close()


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copy the database of `source` to the file `path`, which is replaced only once the copy is complete.

    Of a copy that fails nothing is left behind: where the disk was full, that is room for what matters more.
    """
    temporary = path.with_name(path.name + ".partial")
    temporary.unlink(missing_ok=True)
    try:
        with failures_named(path):
            target = sqlite3.connect(temporary, isolation_level=None)
            try:
                source.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")  # one file, without -wal and -shm beside it
            finally:
                target.close()
        temporary.replace(path)
    except BaseException:
        for end in ("", "-journal", "-wal", "-shm"):
            temporary.with_name(temporary.name + end).unlink(missing_ok=True)
        raise


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _code(error: BaseException | None) -> int:
    """Return SQLite's primary result code."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def failures_named(path: Path) -> Generator[None]:
    """Turn SQLite's operational failures on the file `path` into a `StoreError` with a sentence."""
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(path, error.orig)
        if sentence is None:
            raise
        raise sentence from error
    except sqlite3.DatabaseError as error:
        sentence = _sentence(path, error)
        if sentence is None:
            raise
        raise sentence from error


def _sentence(path: Path, error: BaseException | None) -> StoreError | None:
    file = str(path)
    match _code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LockedStoreError(
                "Another program keeps {file} locked; close it and try again.",
                file=file,
            )
        case sqlite3.SQLITE_FULL:
            return StoreFullError(
                "The disk is full, so nothing more could be written to {file}; free some space and resume.",
                file=file,
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ReadOnlyStoreError(
                "{file} cannot be written; change its permissions or choose another workspace.",
                file=file,
            )
        case sqlite3.SQLITE_NOTADB:
            return UnusableStoreError(
                "{file} is not a database of Cupel; choose another folder as the workspace.",
                file=file,
            )
        case sqlite3.SQLITE_CORRUPT:
            return UnusableStoreError(
                "{file} is damaged ({reason}); restore it from a backup beside it.",
                file=file,
                reason=str(error),
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR:
            return UnusableStoreError(
                "{file} cannot be opened or read ({reason}); "
                "check that its disk is there and can be written.",
                file=file,
                reason=str(error),
            )
        case _:
            return None
