"""The SQLite file: connections, transactions, and SQLite's failures as sentences.

Rules that keep "database is locked" away: write-ahead logging, so that
readers and the writer never wait for one another; every write transaction begins with BEGIN IMMEDIATE, so
that it never has to turn a read lock into a write lock; and a busy timeout for the wait of one writer for
another.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from ...errors import LockedStoreError, ReadOnlyStoreError, StoreError, StoreFullError, UnusableStoreError
from ...workspace import disk_is_full
from ..protocol import Mode

BUSY_TIMEOUT_MS = 10_000
# Who waits without end says so after as long.
_PATIENT_TIMEOUT_MS = 2_000
_WRITE = "cupel_write"
_log = logging.getLogger(__name__)
_PARTIAL = ".partial"
# With less, SQLite's index of its write-ahead log (32 kB) finds no room.
_FULL_BYTES = 1 << 16


def connect(
    path: Path, mode: Mode, *, immutable: bool = False, timeout_ms: int | None = None
) -> sqlite3.Connection:
    """Return a connection with our settings; in mode ``"r"`` SQLite itself refuses every write.

    The caller begins and ends transactions. `immutable` is for files in a folder that cannot be written:
    SQLite then needs no files beside the database, and sees no later change.

    Parameters
    ----------
    path : Path
    mode : Mode
    immutable : bool
        Whether nobody writes the file meanwhile.
    timeout_ms : int, optional
        For which it waits while another program keeps the file locked; 10 s by default.

    Returns
    -------
    Connection
    """
    query = "mode=rwc" if mode == "w" else "immutable=1" if immutable else "mode=ro"
    address = quote(path.as_posix() if path.drive == "" else "/" + path.as_posix())
    connection = sqlite3.connect(
        f"file:{address}?{query}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=(BUSY_TIMEOUT_MS if timeout_ms is None else timeout_ms) / 1000,
    )
    connection.text_factory = _text
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


def _text(cell: bytes) -> str | bytes:
    """Return the text of a cell; damaged text as bytes, which no such column takes; an error would end all."""
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell


def needs_immutable(path: Path) -> bool:
    """Whether `path` can only be read as an unchanging file, because SQLite cannot write beside it.

    It may not, or the disk is full.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool
    """
    try:
        connection = connect(path, "r")
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        wal = path.with_name(path.name + "-wal")
        cannot = _code(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
        return cannot and (not wal.exists() or wal.stat().st_size == 0)
    return False


class SqliteDatabase:
    """An open database: a pool of connections, one for each transaction under way; see `Backend`.

    Thread-safe: every transaction has its own connection; writers of this process queue for a lock, and so
    never wait for one another by polling. The caller has checked the schema (`schema.prepare`).

    Parameters
    ----------
    path : Path
    mode : Mode
    patient : bool
        Whether to wait without end for another program that keeps the file locked, and to log that.
    """

    def __init__(self, path: Path, mode: Mode, *, patient: bool = False) -> None:
        self.path = path
        timeout_ms = _PATIENT_TIMEOUT_MS if patient else None
        self._mode: Mode = mode
        self._immutable = immutable = mode == "r" and needs_immutable(path)
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: connect(path, mode, immutable=immutable, timeout_ms=timeout_ms),
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=-1,
        )
        self._writer = self._engine.execution_options(**{_WRITE: True})
        begin = _Patience(path).begin if patient else _begin
        event.listen(self._engine, "begin", begin)
        self._write_lock = threading.Lock()
        self._watch_lock = threading.Lock()
        with failures_named(path):
            self._watch = connect(path, mode, immutable=immutable)

    @property
    def mode(self) -> Mode:
        """How it was opened."""
        return self._mode

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

    def is_locked(self) -> bool:
        """Whether another program lets nobody write now; does not wait for it."""
        connection = connect(self.path, "w", timeout_ms=0)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            return True
        finally:
            connection.close()
        return False

    def check(self) -> list[StoreError]:
        """Return what SQLite finds damaged."""
        with self.read() as session:
            verdicts = session.connection().exec_driver_sql("PRAGMA quick_check").scalars().all()
            lost = session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
        problems: list[StoreError] = [
            UnusableStoreError("The database is damaged: {reason}", reason=str(verdict))
            for verdict in verdicts
            if verdict != "ok"
        ]
        problems += [
            UnusableStoreError(
                "A row of the table {table} is damaged: id {id} belongs to a row of the table {parent} that is not "
                "there; restore the workspace from a backup.",
                table=table,
                id=rowid,
                parent=parent,
            )
            for table, rowid, parent, _number in lost
        ]
        return problems

    def unfinished_copies(self) -> Iterable[Path]:
        """Return files that copying left behind, or is writing now."""
        return self.path.parent.glob(f"{self.path.name}.backup-*{_PARTIAL}*")

    def backup(self, path: Path) -> None:
        """Copy the database, as committed now, to `path`, replaced only once the copy is complete.

        Parameters
        ----------
        path : Path
        """
        with failures_named(self.path):
            source = connect(self.path, self.mode, immutable=self._immutable)
            try:
                copy_database(source, path)
            finally:
                source.close()


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copy the database of `source` to the file `path`, which is replaced only once the copy is complete and sound.

    Of a copy that fails nothing is left behind: where the disk was full, that is room for what matters more.

    Parameters
    ----------
    source : Connection
    path : Path

    Raises
    ------
    ReadOnlyStoreError
        If the folder is missing or takes no files.
    StoreFullError
        If the disk has too little room.
    UnusableStoreError
        If SQLite finds the copy damaged.
    """
    temporary = path.with_name(path.name + _PARTIAL)
    try:
        _make_empty(temporary)
        with failures_named(path):
            target = sqlite3.connect(temporary, isolation_level=None)
            try:
                source.backup(target)
                # One file, without -wal and -shm beside it.
                target.execute("PRAGMA journal_mode = DELETE")
            finally:
                target.close()
            _check_copy(temporary, path)
        temporary.replace(path)
    except BaseException:
        for end in ("", "-journal", "-wal", "-shm"):
            _unlink(temporary.with_name(temporary.name + end))
        raise


def _make_empty(file: Path) -> None:
    """Make an empty file, and say what is wrong with its folder where that cannot be: SQLite would not."""
    folder = str(file.parent)
    try:
        file.open("wb").close()
    except FileNotFoundError as error:
        if not file.parent.exists():
            raise ReadOnlyStoreError(
                "There is no folder {folder}; make it, or choose another one.", folder=folder
            ) from error
        raise ReadOnlyStoreError(
            "The folder {folder} takes no files; choose another one.", folder=folder
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(file) from error
        raise ReadOnlyStoreError(
            "No file can be written in the folder {folder} ({reason}); choose another one or change its permissions.",
            folder=folder,
            reason=error.strerror or str(error),
        ) from error


def _check_copy(copy: Path, path: Path) -> None:
    """Have SQLite read the whole copy, as a new process would, before it is called `path`."""
    target = connect(copy, "r")
    try:
        verdicts = [str(verdict) for (verdict,) in target.execute("PRAGMA quick_check")]
    except sqlite3.DatabaseError as error:
        if _code(error) not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise
        verdicts = [str(error)]
    finally:
        target.close()
    if verdicts != ["ok"]:
        raise UnusableStoreError(
            "The copy {file} was damaged ({reason}), so it was deleted; `cupel doctor` says whether the database "
            "itself is sound, and if it is, copy it to another disk.",
            file=str(path),
            reason=" ".join(verdicts[0].split()),
        )


def _unlink(file: Path) -> None:
    """Delete a file, if it is there; a folder that takes none (/proc) has none to delete either."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        if file.is_file():
            raise


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


class _Patience:
    """Begins transactions for who waits without end: a search that ends for a copy of its database is worth nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._waiting_since: float | None = None

    def begin(self, connection: Connection) -> None:
        while True:
            try:
                _begin(connection)
                # A reader finds out only now.
                connection.exec_driver_sql("SELECT 1 FROM sqlite_schema LIMIT 1")
            except OperationalError as error:
                if _code(error.orig) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                self._tell(is_locked=True)
                _end(connection)
            else:
                self._tell(is_locked=False)
                return

    def _tell(self, *, is_locked: bool) -> None:
        with self._lock:
            if is_locked and self._waiting_since is None:
                self._waiting_since = time.monotonic()
                _log.warning("waiting for another program that keeps %s locked", self._path)
            elif not is_locked and self._waiting_since is not None:
                waited_s, self._waiting_since = time.monotonic() - self._waiting_since, None
                _log.warning("%s is free again; waited for %.0f s", self._path, waited_s)


def _end(connection: Connection) -> None:
    """End a transaction that was begun and could not read; where none was, there is nothing to end."""
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    if driver.in_transaction:
        driver.execute("ROLLBACK")


def _code(error: BaseException | None) -> int:
    """Return SQLite's primary result code."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def failures_named(path: Path) -> Generator[None]:
    """Turn SQLite's operational failures on the file `path` into a `StoreError` with a sentence.

    Parameters
    ----------
    path : Path

    Yields
    ------
    None

    Raises
    ------
    StoreError
        In place of what SQLite raised.
    """
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


def _full(path: Path) -> StoreFullError:
    return StoreFullError(
        "The disk is full, so nothing more could be written to {file}; free some space and resume.",
        file=str(path),
    )


def _sentence(path: Path, error: BaseException | None) -> StoreError | None:
    file = str(path)
    match _code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LockedStoreError(
                "Another program keeps {file} locked; close it and try again.",
                file=file,
            )
        case sqlite3.SQLITE_FULL:
            return _full(path)
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
            # A file beside the database has found no room.
            if disk_is_full(path.parent, _FULL_BYTES):
                return _full(path)
            return UnusableStoreError(
                "{file} cannot be opened or read ({reason}); "
                "check that its disk is there and can be written.",
                file=file,
                reason=str(error),
            )
        case sqlite3.SQLITE_ERROR if str(error).startswith(("no such column", "no such table")):
            return UnusableStoreError(
                "{file} lacks a part that it must have ({reason}); restore it from a backup beside it.",
                file=file,
                reason=str(error),
            )
        case _:
            return None
