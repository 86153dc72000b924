"""Worker processes that come and go, whatever they were doing."""

from __future__ import annotations

import json
import math
import queue
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from cupel.engine.workers.cluster import Cluster, TaskDone, WorkerReady
from cupel.engine.workers.messages import HoldoutTask, StudyFiles
from cupel.storage.records import Failure, FailureKind
from dask import config

TOY = "tests.engine.search.toy"
ROOT = Path(__file__).parents[3]


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    started = Cluster(1, 1, 2 << 30, runner=TOY)
    started.start()
    yield started
    started.close()


@pytest.fixture
def files(tmp_path: Path) -> StudyFiles:
    return StudyFiles(1, "", "", {}, "binary", "accuracy", 0, 5, 1, str(tmp_path), 2 << 30, runner=TOY)


def next_event(cluster: Cluster, kind: type[WorkerReady] | type[TaskDone]) -> WorkerReady | TaskDone:
    while True:
        cluster.refresh()
        try:
            event = cluster.events.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(event, kind):
            return event


def worker_process() -> psutil.Process:
    """Return the one child process whose command runs a worker."""
    children = psutil.Process().children(recursive=True)
    (worker,) = [c for c in children if "spawn_main" in " ".join(c.cmdline())]
    return worker


def test_a_worker_that_dies_while_idle_is_replaced(cluster: Cluster, files: StudyFiles) -> None:
    first = next_event(cluster, WorkerReady)
    worker_process().kill()
    second = next_event(cluster, WorkerReady)
    assert second.address != first.address
    assert cluster.idle == [second.address]
    cluster.submit("x", second.address, files, HoldoutTask("linear"))
    done = next_event(cluster, TaskDone)
    assert isinstance(done, TaskDone)
    assert not isinstance(done.outcome, Failure)


def test_a_task_for_a_worker_that_has_just_died_fails_and_does_not_wait_for_ever(
    cluster: Cluster, files: StudyFiles
) -> None:
    first = next_event(cluster, WorkerReady)
    worker_process().kill()
    cluster.submit("x", first.address, files, HoldoutTask("linear"))
    done = next_event(cluster, TaskDone)
    assert isinstance(done, TaskDone)
    assert isinstance(done.outcome, Failure)
    assert done.outcome.kind is FailureKind.KILLED


def test_a_recycled_worker_is_replaced_by_a_fresh_one(cluster: Cluster) -> None:
    first = next_event(cluster, WorkerReady)
    process = worker_process()
    cluster.recycle(first.address)
    assert cluster.idle == []
    second = next_event(cluster, WorkerReady)
    assert cluster.idle == [second.address]
    psutil.wait_procs([process])


def test_workers_end_at_once_when_the_cluster_is_closed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = tmp_path / "taken down"  # with TensorFlow that takes seconds
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"at_exit": str(slow)}))
    cluster = Cluster(1, 1, 2 << 30, runner=TOY)
    cluster.start()
    next_event(cluster, WorkerReady)
    worker = worker_process()
    cluster.close()
    psutil.wait_procs([worker])
    assert not slow.exists()


def test_what_dask_asks_by_itself_never_makes_a_live_worker_look_dead() -> None:
    """The client's own timer stores an answer that names no worker; it once ended trials that were running."""
    with config.set({"distributed.client.scheduler-info-interval": "1ms"}):
        cluster = Cluster(1, 1, 2 << 30, runner=TOY)
        cluster.start()
        try:
            next_event(cluster, WorkerReady)
            for _ in range(300):
                cluster._refreshed = -math.inf
                cluster.refresh()
                assert len(cluster.idle) == 1
        finally:
            cluster.close()
