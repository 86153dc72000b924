"""What every implementation of `Workers` must do: its test module subclasses this with a fixture ``make``.

The tasks are those of the toy (`tests.engine.search.toy`), which reads the study's files and reports epochs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.search.preparing import prepare
from cupel.engine.studies import create_study
from cupel.engine.workers.messages import Control, HoldoutTask, Site, StudyRequest, TaskResult, TrialTask
from cupel.engine.workers.protocol import Event, TaskDone, TaskProgress, WorkerReady, Workers
from cupel.engine.workers.sharing import share_of
from cupel.storage.records import Failure, FailureKind
from cupel.storage.store import Store

from tests.engine.search.engines import ROOT

PARAMS = {"width": 64, "learning_rate": 0.003}
Make = Callable[[Site, int], Workers]


class Party:
    """Workers with a study, and the events that have come."""

    def __init__(self, workers: Workers, study: StudyRequest, site: Site) -> None:
        self.workers, self.study, self.site = workers, study, site
        self.events: list[Event] = []

    def until(self, is_there: Callable[[Event], bool]) -> Event:
        """Return the next event of a kind, and keep those before it."""
        while True:
            self.workers.refresh()
            event = self.workers.next_event(0.05)
            if event is not None:
                self.events.append(event)
                if is_there(event):
                    return event

    def new_worker(self) -> str:
        """Return the next worker that gets ready."""
        event = self.until(lambda e: isinstance(e, WorkerReady))
        assert isinstance(event, WorkerReady)
        return event.worker

    def worker(self) -> str:
        """Return an idle worker."""
        return self.workers.idle[0] if self.workers.idle else self.new_worker()

    def progress(self, key: str) -> TaskProgress:
        event = self.until(lambda e: isinstance(e, TaskProgress) and e.key == key)
        assert isinstance(event, TaskProgress)
        return event

    def done(self, key: str) -> TaskDone:
        event = self.until(lambda e: isinstance(e, TaskDone) and e.key == key)
        assert isinstance(event, TaskDone)
        return event

    def long_trial(self, key: str, worker: str) -> None:
        """Start a trial that ends only when it is told to, and wait until it runs."""
        self.workers.submit(key, worker, self.study, TrialTask(1, 1, "mlp", PARAMS))
        self.progress(key)


class WorkersContract:
    """Tests of any implementation; they share one party, as processes take seconds to start."""

    @pytest.fixture(scope="class")
    @classmethod
    def party(cls, make: Make, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
        wrong = {"long": [1], "epoch_s": 0.01, "diverge": [2]}
        spec = StudySpec("species", budget=BudgetSpec(1), max_epochs=6, split=SplitSpec(n_folds=3))
        with (
            Store.open(tmp_path_factory.mktemp("party") / "workspace") as store,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setenv("PYTHONPATH", str(ROOT))
            patch.setenv("CUPEL_TOY", json.dumps(wrong))
            prepared = prepare(store, create_study(store, "sample:iris", spec)[0])
            site = share_of(store, 1).site
            workers = make(site, 1)
            workers.start()
            assert list(workers.idle) == [], "nobody is ready before it was seen to be"
            yield Party(workers, prepared.request, site)
            workers.close()

    @pytest.fixture(autouse=True)
    def no_events(self, party: Party) -> None:
        party.events.clear()

    def test_a_worker_that_is_ready_is_idle_until_it_has_a_task_and_after_its_end(self, party: Party) -> None:
        workers, worker = party.workers, party.worker()
        assert list(workers.idle) == [worker]
        workers.submit("holdout", worker, party.study, HoldoutTask("linear"))
        assert list(workers.idle) == []
        done = party.done("holdout")
        assert done.worker == worker
        assert isinstance(done.outcome, TaskResult)
        assert done.outcome.holdout == {"accuracy": 0.5}
        assert list(workers.idle) == [worker]

    def test_a_task_finds_the_files_that_the_study_names_by_their_digests(self, party: Party) -> None:
        assert os.sep not in party.study.table_sha256 + party.study.splits_sha256
        party.workers.submit("trial", party.worker(), party.study, TrialTask(3, 3, "mlp", PARAMS))
        outcome = party.done("trial").outcome
        assert isinstance(outcome, TaskResult), outcome
        assert outcome.scores is not None
        assert outcome.scores.values.shape[0] == 3
        assert outcome.out_of_fold is not None

    def test_a_trial_reports_its_epochs_in_order_before_its_result(self, party: Party) -> None:
        party.workers.submit("trial", party.worker(), party.study, TrialTask(3, 3, "mlp", PARAMS))
        outcome = party.done("trial").outcome
        reports = [e.progress for e in party.events if isinstance(e, TaskProgress)]
        assert [r.first_epoch for r in reports] == sorted({r.first_epoch for r in reports})
        assert reports[0].curves.shape[1:] == (3, 3)
        assert all(r.memory_bytes > 0 for r in reports)
        assert isinstance(outcome, TaskResult)
        assert outcome.curves is not None
        assert outcome.curves.values.shape[1] >= sum(len(r.curves) for r in reports)

    def test_what_a_task_raises_is_its_typed_failure(self, party: Party) -> None:
        party.workers.submit("trial", party.worker(), party.study, TrialTask(2, 2, "mlp", PARAMS))
        outcome = party.done("trial").outcome
        assert isinstance(outcome, Failure)
        assert outcome.kind is FailureKind.DIVERGED

    def test_a_trial_that_is_to_finish_ends_with_what_it_has(self, party: Party) -> None:
        party.long_trial("trial", party.worker())
        party.workers.control("trial", Control.FINISH)
        outcome = party.done("trial").outcome
        assert isinstance(outcome, TaskResult)
        assert outcome.scores is not None
        assert outcome.facts.truncated is True

    def test_a_trial_that_is_dropped_ends_without_a_result(self, party: Party) -> None:
        party.long_trial("trial", party.worker())
        party.workers.control("trial", Control.DROP)
        outcome = party.done("trial").outcome
        assert isinstance(outcome, TaskResult)
        assert outcome.scores is None

    def test_a_trial_that_pauses_goes_on_where_it_was(self, party: Party) -> None:
        party.long_trial("trial", party.worker())
        party.workers.control("trial", Control.PAUSE)
        party.workers.control("trial", Control.CONTINUE)
        party.progress("trial")
        party.workers.control("trial", Control.FINISH)
        assert isinstance(party.done("trial").outcome, TaskResult)

    def test_controls_of_tasks_that_have_ended_or_listen_to_nobody_do_nothing(self, party: Party) -> None:
        worker = party.worker()
        party.workers.submit("holdout", worker, party.study, HoldoutTask("linear"))
        party.workers.control("holdout", Control.DROP)
        assert isinstance(party.done("holdout").outcome, TaskResult)
        party.workers.control("holdout", Control.DROP)

    def test_a_killed_task_ends_as_killed_and_its_worker_is_replaced(self, party: Party) -> None:
        first = party.worker()
        party.long_trial("trial", first)
        assert party.workers.kill("trial")
        outcome = party.done("trial").outcome
        assert isinstance(outcome, Failure)
        assert outcome.kind is FailureKind.KILLED
        assert first not in party.workers.idle
        second = party.new_worker()
        assert second != first
        party.workers.submit("holdout", second, party.study, HoldoutTask("linear"))
        assert isinstance(party.done("holdout").outcome, TaskResult)

    def test_what_a_running_task_uses_is_known_and_of_no_other(self, party: Party) -> None:
        assert party.workers.usage("trial") is None
        party.long_trial("trial", party.worker())
        usage = party.workers.usage("trial")
        assert usage is not None
        assert usage.cpu_s > 0
        assert usage.memory_bytes > 1 << 20
        party.workers.control("trial", Control.DROP)
        party.done("trial")
        assert party.workers.usage("trial") is None

    def test_workers_come_and_go_as_they_are_wanted(self, party: Party) -> None:
        first = party.worker()
        party.workers.scale(2)
        second = party.new_worker()
        assert party.workers.n_workers == 2
        assert list(party.workers.idle) == sorted([first, second])
        party.long_trial("trial", first)
        party.workers.scale(1)
        assert second not in party.workers.idle
        party.workers.control("trial", Control.DROP)
        party.done("trial")
        assert list(party.workers.idle) == [first]
        assert not party.workers.is_shrinking

    def test_a_recycled_worker_is_replaced_by_a_fresh_one(self, party: Party) -> None:
        first = party.worker()
        party.workers.recycle(first)
        assert list(party.workers.idle) == []
        assert party.new_worker() != first

    def test_checkpoints_are_cleared_but_those_that_are_kept(self, party: Party) -> None:
        folder = party.site.checkpoints_of(party.study.study_id)
        folder.mkdir(parents=True)
        for trial_id in (1, 2):
            (folder / f"trial-{trial_id}.npz").write_bytes(b"weights")
        party.workers.clear_checkpoints(party.study.study_id, {2})
        assert [file.name for file in folder.iterdir()] == ["trial-2.npz"]
        party.workers.clear_checkpoints(party.study.study_id, ())
        assert not folder.exists()
