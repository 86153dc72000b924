"""Several stores of one process on one workspace, beside other processes: nobody's rows are lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cupel.storage.store import Store

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
