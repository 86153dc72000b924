"""The contract of `Workers`, of the local cluster and of the threads that tests have."""

from __future__ import annotations

import pytest

from tests.engine.search.engines import toy_workers
from tests.engine.search.toy import TOY
from tests.engine.workers.threads import ThreadWorkers
from tests.engine.workers.workers_contract import Make, WorkersContract


class TestLocalCluster(WorkersContract):
    """Processes of this machine."""

    @pytest.fixture(scope="class")
    @classmethod
    def make(cls) -> Make:
        return toy_workers


class TestThreads(WorkersContract):
    """Threads of this process."""

    @pytest.fixture(scope="class")
    @classmethod
    def make(cls) -> Make:
        return lambda site, n_workers: ThreadWorkers(site, n_workers, TOY)
