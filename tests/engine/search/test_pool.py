"""The pool of tasks, with workers that are threads: no process is started, and none dies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cupel.engine.domain.policy import Policy
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.search.batch import Batch, Errand
from cupel.engine.search.pool import TaskPool
from cupel.engine.search.preparing import prepare
from cupel.engine.search.runner import EngineSettings, StudyRunner
from cupel.engine.search.running import Dropped, Patience
from cupel.engine.studies import create_study
from cupel.engine.workers.messages import Control, HoldoutTask, StudyRequest, TaskResult, TrialTask
from cupel.engine.workers.protocol import Event, TaskDone, TaskProgress, Usage, WorkerLost
from cupel.engine.workers.sharing import share_of
from cupel.storage.records import Failure, FailureKind, StudyState, TrialState
from cupel.storage.store import Store

from tests.engine.search.toy import TOY
from tests.engine.workers.threads import ThreadWorkers

PARAMS = {"width": 64, "learning_rate": 0.003}
QUICK = Policy(poll_s=0.02)
FOR_EVER = Patience()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def study(store: Store, monkeypatch: pytest.MonkeyPatch) -> StudyRequest:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"long": [1], "epoch_s": 0.01, "hang": [2], "diverge": [3]}))
    spec = StudySpec("species", budget=BudgetSpec(1), max_epochs=6, split=SplitSpec(n_folds=3))
    return prepare(store, create_study(store, "sample:iris", spec)[0]).request


@pytest.fixture
def workers(store: Store) -> Iterator[ThreadWorkers]:
    made = ThreadWorkers(share_of(store, 1).site, 2, TOY)
    made.start()
    yield made
    made.close()


def until(pool: TaskPool, is_there: Callable[[Event], bool]) -> Event:
    while True:
        pool.end_overdue()
        for event in pool.events():
            if is_there(event):
                return event


def free_worker(pool: TaskPool) -> str:
    while not pool.free:
        list(pool.events())
    return pool.free[0]


def is_done(event: Event) -> bool:
    return isinstance(event, TaskDone)


def start(
    pool: TaskPool, study: StudyRequest, number: int, patience: Patience = FOR_EVER, key: str = "x"
) -> None:
    pool.submit(key, free_worker(pool), study, TrialTask(number, number, "mlp", PARAMS), patience)


def test_no_more_tasks_run_than_workers_are_wanted(workers: ThreadWorkers, study: StudyRequest) -> None:
    pool = TaskPool(workers, QUICK)
    while len(pool.free) < 2:
        list(pool.events())
    start(pool, study, 1)
    workers.scale(1)
    assert pool.free == []
    assert list(pool.running) == ["x"]


class Clock:
    """The clock of a pool, which a test moves on."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_task_that_takes_too_long_is_ended_for_the_reason_that_it_was_given(
    workers: ThreadWorkers, study: StudyRequest
) -> None:
    clock = Clock()
    pool = TaskPool(workers, QUICK, clock)
    start(pool, study, 1, Patience(total_s=60.0))
    running = pool.running["x"]
    clock.now_s = 59.0
    until(pool, lambda e: isinstance(e, TaskProgress))
    assert running.dropped is None
    clock.now_s = 61.0
    done = until(pool, is_done)
    assert isinstance(done, TaskDone)
    assert isinstance(done.outcome, Failure)
    assert done.outcome.kind is FailureKind.KILLED
    assert running.dropped is Dropped.LATE
    assert not pool.running


def test_a_task_that_reports_is_waited_for_and_one_that_is_silent_is_not(
    workers: ThreadWorkers, study: StudyRequest
) -> None:
    clock = Clock()
    # Whatever the threads compute.
    pool = TaskPool(workers, Policy(poll_s=0.02, hang_s=5.0, hang_factor=1.0, most_silence=1.0), clock)
    for number, key in ((1, "reports"), (2, "silent")):
        start(pool, study, number, Patience(may_hang=True, why=Dropped.HUNG), key=key)
    silent = pool.running["silent"]
    until(pool, lambda e: isinstance(e, TaskProgress) and e.key == "silent")
    clock.now_s = 3.0
    until(pool, lambda e: isinstance(e, TaskProgress) and e.key == "reports")
    clock.now_s = 6.0
    done = until(pool, is_done)
    assert isinstance(done, TaskDone)
    assert done.key == "silent"
    assert silent.dropped is Dropped.HUNG
    assert list(pool.running) == ["reports"]


class MeteredWorkers(ThreadWorkers):
    """Workers that have used as much of the processor as a test says."""

    cpu_s = 0.0

    def usage(self, key: str) -> Usage | None:
        return Usage(self.cpu_s, 1)


def test_a_silent_task_is_left_alone_while_its_worker_computes_and_is_not_for_ever(
    store: Store, study: StudyRequest
) -> None:
    clock, workers = Clock(), MeteredWorkers(share_of(store, 1).site, 1, TOY)
    workers.start()
    pool = TaskPool(workers, Policy(poll_s=0.02, hang_s=100.0), clock)
    start(pool, study, 2, Patience(may_hang=True, why=Dropped.HUNG))
    until(pool, lambda e: isinstance(e, TaskProgress))
    running = pool.running["x"]
    for now_s in (101.0, 130.0, 160.0):
        clock.now_s = workers.cpu_s = now_s
        pool.end_overdue()
        assert running.dropped is None, "it computes"
    clock.now_s = 175.0
    pool.end_overdue()
    assert running.dropped is None, "it is watched for twenty seconds"
    clock.now_s = 181.0
    pool.end_overdue()
    assert running.dropped is Dropped.HUNG


def test_the_first_reason_to_drop_a_trial_stays(workers: ThreadWorkers, study: StudyRequest) -> None:
    pool = TaskPool(workers, QUICK)
    start(pool, study, 2)
    running = pool.running["x"]
    pool.drop(running, Dropped.SKIPPED)
    pool.kill(running, Dropped.HUNG)
    until(pool, is_done)
    assert running.dropped is Dropped.SKIPPED


class ShyWorkers(ThreadWorkers):
    """Workers that do not know at once which process runs a task, as those of a busy machine."""

    n_asked = 0

    def kill(self, key: str) -> bool:
        self.n_asked += 1
        return self.n_asked > 3 and super().kill(key)


def test_a_kill_that_comes_too_early_is_made_up_for(store: Store, study: StudyRequest) -> None:
    workers = ShyWorkers(share_of(store, 1).site, 1, TOY)
    workers.start()
    pool = TaskPool(workers, QUICK)
    start(pool, study, 1)
    pool.kill(pool.running["x"], Dropped.LATE)
    assert not pool.running["x"].is_killed
    done = until(pool, is_done)
    assert isinstance(done, TaskDone)
    assert isinstance(done.outcome, Failure)


class DyingWorkers(ThreadWorkers):
    """Workers that die before they are ready."""

    def next_event(self, timeout_s: float) -> Event | None:
        return WorkerLost("thread-000", "The process ended.")


def test_workers_that_die_again_and_again_never_start(store: Store, study: StudyRequest) -> None:
    pool = TaskPool(DyingWorkers(share_of(store, 1).site, 1, TOY), QUICK)
    n_lost = 0
    for _ in pool.events():
        n_lost += 1
        if pool.never_starts:
            break
    assert n_lost == QUICK.most_lost


def test_a_pause_is_no_silence(workers: ThreadWorkers, study: StudyRequest) -> None:
    clock = Clock()
    pool = TaskPool(workers, QUICK, clock)
    start(pool, study, 1, Patience(silence_s=60.0))
    pool.control_all(Control.PAUSE)
    clock.now_s = 1000.0
    pool.control_all(Control.CONTINUE)
    pool.end_overdue()
    assert pool.running["x"].dropped is None
    until(pool, lambda e: isinstance(e, TaskProgress))


def batch(pool: TaskPool, study: StudyRequest, errands: dict[str, Errand], *, is_over: bool = False) -> Batch:
    return Batch(
        pool,
        QUICK,
        study,
        errands,
        is_over=lambda: is_over,
        late_s=lambda: 0.0,
        on_round=lambda: None,
    )


def test_errands_are_run_in_their_order_and_answer(workers: ThreadWorkers, study: StudyRequest) -> None:
    workers.scale(1)
    pool = TaskPool(workers, QUICK)
    errands = {name: Errand.of(HoldoutTask(name)) for name in ("one", "two", "three")}
    outcomes = batch(pool, study, errands).run()
    assert list(outcomes) == ["one", "two", "three"]
    assert all(isinstance(outcome, TaskResult) for outcome in outcomes.values())


def test_an_errand_that_fails_is_tried_as_often_as_it_says(
    workers: ThreadWorkers, study: StudyRequest
) -> None:
    tried: list[int] = []

    def make(n_failed: int) -> TrialTask:
        tried.append(n_failed)
        return TrialTask(3, 3, "mlp", PARAMS)

    pool = TaskPool(workers, QUICK)
    outcomes = batch(pool, study, {"x": Errand(make, lambda _: 600.0, n_tries=2)}).run()
    assert tried == [0, 1]
    assert isinstance(outcomes["x"], Failure)


def test_when_the_time_is_over_what_is_needed_alone_is_waited_for(
    workers: ThreadWorkers, study: StudyRequest
) -> None:
    workers.scale(1)
    pool = TaskPool(workers, QUICK)
    needed = Errand(lambda _: HoldoutTask("linear"), lambda _: 600.0, is_needed=True)
    long = Errand.of(TrialTask(1, 1, "mlp", PARAMS))
    outcomes = batch(pool, study, {"long": long, "other": long, "needed": needed}, is_over=True).run()
    assert set(outcomes) <= {"long", "needed"}
    assert isinstance(outcomes["needed"], TaskResult)


def test_an_engine_runs_a_whole_study_on_workers_of_another_kind(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", "{}")
    spec = StudySpec("species", budget=BudgetSpec(8), max_epochs=6, export_dir="", n_workers=2)
    study = create_study(store, "sample:iris", spec)[0]
    settings = EngineSettings(lambda site, n: ThreadWorkers(site, n, TOY), QUICK)
    assert StudyRunner(store, study.id, settings).run() is StudyState.DONE
    trials = store.trials(study.id)
    assert len(trials) == 8 + 3
    assert {t.state for t in trials} <= {TrialState.COMPLETE, TrialState.PRUNED}
    assert store.study(study.id).result["evidence"]["finalists"]
