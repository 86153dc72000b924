"""Before a database is used: is it ours, is it of this version, and if it is older, bring it up to date.

Alembic is imported only where there is something to migrate: opening stays quick.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from ...errors import OlderStoreError, UnusableStoreError
from ..protocol import Mode
from .database import BUSY_TIMEOUT_MS, connect, copy_database, failures_named, needs_immutable

MIGRATIONS = Path(__file__).parents[2] / "migrations"
# The newest of them.
HEAD = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
# A trial's curves take 2 to 3 kB; of SQLite's own pages of 4096 bytes they waste nearly half (5.2 kB a trial,
# not 3.8).
PAGE_BYTES = 8192
# "CUPE": SQLite's own mark for whose file it is.
APPLICATION_ID = 0x43555045


def prepare(path: Path, mode: Mode) -> None:
    """Check the database at `path`; in mode ``"w"`` create it or bring it up to date.

    An empty or missing file is created in one transaction. Before each migration the file is copied to
    ``cupel.sqlite.backup-<revision>`` beside it; a migration that fails leaves the database as it was. Two
    processes may do this at once: the second finds it done.

    Parameters
    ----------
    path : Path
    mode : Mode

    Raises
    ------
    UnusableStoreError
        If there is none or an empty one (mode ``"r"``), or it is foreign, damaged, newer, or older (mode ``"r"``).
    """
    # Of a folder that may not be entered nobody can ask the latter.
    if mode == "r" or path.exists():
        _check_there(path)
    with failures_named(path):
        immutable = mode == "r" and needs_immutable(path)
        connection = connect(path, mode, immutable=immutable)
        try:
            # Asked before anything is set: another program's file stays as it is.
            revision = _revision(connection, path, HEAD)
            if mode == "w":
                _set_format(connection)
            if revision == HEAD:
                return
        finally:
            connection.close()
    if mode == "r" and revision is None:
        # It is being made, or who began that was killed.
        raise _nothing_there(path)
    if mode == "r":
        raise OlderStoreError(
            "{file} was written by an older version of Cupel; "
            "open it once for writing (start Cupel) to update it.",
            file=str(path),
        )
    migrate(path, MIGRATIONS, HEAD)


def migrate(path: Path, migrations: Path, head: str) -> None:
    """Run the migrations in the folder `migrations` up to the revision `head`.

    Each is a transaction of its own; of an empty database all are one.

    Parameters
    ----------
    path : Path
    migrations : Path
        Folder of the migrations.
    head : str
        Revision of the newest schema.

    Raises
    ------
    UnusableStoreError
        Where rows of it point to nothing, so that it stays as it was.
    StoreError
        Where SQLite cannot read or write the file.
    """
    # Deferred, like Alembic: see the module's docstring.
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    with failures_named(path):
        connection = connect(path, "w")
        try:
            # A rebuilt table must not cascade; checked at the end.
            connection.execute("PRAGMA foreign_keys = OFF")
            engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
            with engine.connect() as bound:
                while True:
                    bound.exec_driver_sql("BEGIN IMMEDIATE")
                    revision = _revision(connection, path, head)
                    if revision == head:
                        bound.rollback()
                        return
                    if revision is not None:
                        _backup(path, revision)
                    _upgrade(bound, migrations, head if revision is None else "+1")
                    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise UnusableStoreError(
                            "{file} could not be updated: some of its rows ({count:,}) point to nothing; "
                            "it was left as it was, restore it from a backup.",
                            file=str(path),
                            count=len(broken),
                        )
                    bound.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                    bound.commit()
        finally:
            connection.close()


def _upgrade(bound: object, migrations: Path, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = bound
    command.upgrade(config, revision)


def _backup(path: Path, revision: str) -> None:
    # Sees what is committed; the transaction that migrates runs elsewhere.
    source = connect(path, "r")
    try:
        copy_database(source, path.with_name(f"{path.name}.backup-{revision}"))
    finally:
        source.close()


def _set_format(connection: sqlite3.Connection) -> None:
    """Set the page size of a new file and switch to write-ahead logging; the file remembers both.

    SQLite does not use the busy timeout for this switch, so when two processes meet on a new file one is
    refused at once.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            # Taken by a new file only.
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _check_there(path: Path) -> None:
    """Raise `UnusableStoreError` where there is no file, or nobody can ask for it.

    The file itself is SQLite's alone to open: POSIX gives up all locks that a process has on a file as soon as one of
    its descriptors is closed. Another store that is open here would lose its own, the next process to close the
    database would take itself for the last one and delete the write-ahead log, and what the store here then writes
    would be lost.
    """
    try:
        path.stat()
    except FileNotFoundError as error:
        raise _nothing_there(path) from error
    except OSError as error:
        raise UnusableStoreError(
            "{file} cannot be opened or read ({reason}); check that its disk is there and can be written.",
            file=str(path),
            reason=error.strerror or str(error),
        ) from error


def _nothing_there(path: Path) -> UnusableStoreError:
    return UnusableStoreError(
        "There is no workspace in {folder}; choose another folder or start a study there first.",
        folder=str(path.parent),
    )


def _revision(connection: sqlite3.Connection, path: Path, head: str) -> str | None:
    """Return the schema revision of our own database, None of an empty one.

    Raises
    ------
    UnusableStoreError
        If the database is another program's, newer than `head`, or says no schema that could be.
    """
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if not tables and application in (0, APPLICATION_ID):
        return None
    if application != APPLICATION_ID or "alembic_version" not in tables:
        raise UnusableStoreError(
            "{file} belongs to another program; choose another folder as the workspace.", file=str(path)
        )
    revisions = [
        str(revision) for (revision,) in connection.execute("SELECT version_num FROM alembic_version")
    ]
    if len(revisions) != 1 or not (revisions[0].isascii() and revisions[0].isdecimal()):
        raise UnusableStoreError(
            "{file} does not say which schema it has ({found!r}); restore it from a backup beside it.",
            file=str(path),
            found=", ".join(revisions),
        )
    (revision,) = revisions
    if int(revision) > int(head):
        raise UnusableStoreError(
            "{file} was written by a newer version of Cupel "
            "(its schema is {found}, this Cupel knows {known}); update Cupel to open it.",
            file=str(path),
            found=revision,
            known=head,
        )
    return revision
