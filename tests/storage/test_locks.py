"""Several stores of one process on one workspace, beside other processes: nobody's rows are lost."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

from cupel.storage.store import Store
from cupel.storage.workspace import Workspace

_LOOK = """
import sys
from cupel.storage.store import Store
with Store.open(sys.argv[1]) as store:
    print(len(store.jobs()))
"""


def seen_by_another_process(workspace: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, str(workspace)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_a_second_store_of_a_process_leaves_the_first_ones_locks_alone(tmp_path: Path) -> None:
    """Opening it once read the file's head: closing that descriptor gave up the locks of the first."""
    with Store.open(tmp_path) as first:
        first.add_job("inspect", {})
        with Store.open(tmp_path) as second, Store.open(tmp_path, "r") as reader:
            assert seen_by_another_process(tmp_path) == 1
            first.add_job("inspect", {})
            assert seen_by_another_process(tmp_path) == 2
            second.add_job("inspect", {})
            assert [len(store.jobs()) for store in (first, second, reader)] == [3, 3, 3]
        assert seen_by_another_process(tmp_path) == 3
    assert seen_by_another_process(tmp_path) == 3


class _Release(logging.Handler):
    """Lets go of the lock as soon as somebody says that it waits for it."""

    def __init__(self, held: sqlite3.Connection) -> None:
        super().__init__()
        self.held, self.said = held, list[str]()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())
        if self.held.in_transaction:
            self.held.rollback()


def held(workspace: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(Workspace(workspace).database, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_an_engine_waits_for_another_program_says_so_once_and_goes_on(tmp_path: Path) -> None:
    with Store.open(tmp_path, patient=True) as store:
        other = held(tmp_path)
        release = _Release(other)
        logging.getLogger("cupel.storage").addHandler(release)
        try:
            assert store.is_locked()
            store.add_job("inspect", {})
            assert not store.is_locked()
            store.add_job("inspect", {})
        finally:
            logging.getLogger("cupel.storage").removeHandler(release)
            other.close()
        assert len(store.jobs()) == 2
    waiting, free = release.said
    assert waiting == f"waiting for another program that keeps {Workspace(tmp_path).database} locked"
    assert "is free again; waited for" in free
