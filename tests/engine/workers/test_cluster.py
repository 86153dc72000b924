"""Worker processes that come and go, whatever they were doing."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from cupel.engine.data.schema import TableSchema
from cupel.engine.workers.cluster import Cluster
from cupel.engine.workers.messages import HoldoutTask, Site, StudyRequest
from cupel.engine.workers.protocol import TaskDone, WorkerReady
from cupel.storage.records import Failure, FailureKind
from dask import config
from dask.utils import parse_timedelta

from tests.engine.search.engines import ROOT, toy_workers

STUDY = StudyRequest(
    study_id=1, table_sha256="0" * 64, splits_sha256="1" * 64, schema=TableSchema(()),
    task="binary", metric="accuracy", seed=0,
    max_epochs=5,
)  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(str(tmp_path / "artifacts"), str(tmp_path / "checkpoints"), 1, 2 << 30)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch, site: Site) -> Iterator[Cluster]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    started = toy_workers(site, 1)
    started.start()
    yield started
    started.close()


def next_event(cluster: Cluster, kind: type[WorkerReady] | type[TaskDone]) -> WorkerReady | TaskDone:
    while True:
        cluster.refresh()
        event = cluster.next_event(0.1)
        if isinstance(event, kind):
            return event


def worker_process() -> psutil.Process:
    """Return the one child process whose command runs a worker."""
    children = psutil.Process().children(recursive=True)
    (worker,) = [c for c in children if "spawn_main" in " ".join(c.cmdline())]
    return worker


def test_a_worker_that_dies_while_idle_is_replaced(cluster: Cluster) -> None:
    first = next_event(cluster, WorkerReady)
    worker_process().kill()
    second = next_event(cluster, WorkerReady)
    assert second.worker != first.worker
    assert cluster.idle == [second.worker]
    cluster.submit("x", second.worker, STUDY, HoldoutTask("linear"))
    done = next_event(cluster, TaskDone)
    assert isinstance(done, TaskDone)
    assert not isinstance(done.outcome, Failure)


def test_a_worker_that_died_is_waited_for_however_long_it_takes_to_start_again(cluster: Cluster) -> None:
    # With Dask's own 15 s a worker that died twice in that time, or started slowly, never came back.
    waits_s = parse_timedelta(config.get("distributed.deploy.lost-worker-timeout"))
    assert waits_s > 86_400


def test_a_task_for_a_worker_that_has_just_died_fails_and_does_not_wait_for_ever(
    cluster: Cluster,
) -> None:
    first = next_event(cluster, WorkerReady)
    worker_process().kill()
    cluster.submit("x", first.worker, STUDY, HoldoutTask("linear"))
    done = next_event(cluster, TaskDone)
    assert isinstance(done, TaskDone)
    assert isinstance(done.outcome, Failure)
    assert done.outcome.kind is FailureKind.KILLED


def test_workers_end_at_once_when_the_cluster_is_closed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, site: Site
) -> None:
    slow = tmp_path / "taken down"  # with TensorFlow that takes seconds
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"at_exit": str(slow)}))
    cluster = toy_workers(site, 1)
    cluster.start()
    next_event(cluster, WorkerReady)
    worker = worker_process()
    cluster.close()
    psutil.wait_procs([worker])
    assert not slow.exists()


def test_what_dask_asks_by_itself_never_makes_a_live_worker_look_dead(
    monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    """The client's own timer stores an answer that names no worker; it once ended trials that were running."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with config.set({"distributed.client.scheduler-info-interval": "1ms"}):
        cluster = toy_workers(site, 1)
        cluster.start()
        try:
            next_event(cluster, WorkerReady)
            for _ in range(300):
                cluster._refreshed = -math.inf
                cluster.refresh()
                assert len(cluster.idle) == 1
        finally:
            cluster.close()
