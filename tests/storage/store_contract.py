"""What every backend of the store must do: a backend's test module subclasses it with a fixture ``store``."""

import math
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import numpy as np
import pytest
from cupel.storage.errors import ConflictError, NotFoundError
from cupel.storage.records import (
    Curves,
    Failure,
    FailureKind,
    FoldScores,
    JobState,
    Request,
    Stage,
    StudyRecord,
    StudyState,
    SystemSample,
    TrialKind,
    TrialOutcome,
    TrialRecord,
    TrialState,
)
from cupel.storage.store import Store

COMPLETE, FAIL = TrialState.COMPLETE, TrialState.FAIL


def make_study(store: Store, name: str = "digits", direction: str = "maximize") -> StudyRecord:
    return store.create_study(
        name=name,
        dataset_id=None,
        spec={"target": "y"},
        metric="accuracy",
        direction=direction,
        task="binary",
    )


def make_trial(store: Store, study_id: int, number: int, **options: object) -> TrialRecord:
    given = {"kind": TrialKind.SEARCH, "family": "mlp", "params": {"lr": 0.1}, **options}
    return store.create_trial(study_id=study_id, number=number, **given)  # type: ignore[arg-type]


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def add_iris(store: Store, schema: dict[str, object], name: str = "iris") -> int:
    return store.add_dataset(
        digest="d1",
        name=name,
        source="/data/iris.csv",
        n_rows=150,
        n_columns=5,
        schema=schema,
        report={"missing": 0},
        table_sha256="t1",
        size_bytes=1234,
    ).id


class StoreContract:
    # Data sets

    def test_a_data_set_comes_back_as_recorded(self, store: Store) -> None:
        found = store.dataset(add_iris(store, {"columns": ["a", "b"]}))
        assert (found.name, found.n_rows, found.schema) == ("iris", 150, {"columns": ["a", "b"]})
        assert store.datasets() == [found]

    def test_the_same_data_with_the_same_schema_is_one_data_set(self, store: Store) -> None:
        first = add_iris(store, {"a": 1, "b": 2})
        assert add_iris(store, {"b": 2, "a": 1}, name="copy") == first
        assert add_iris(store, {"a": 2}) != first
        assert [d.name for d in store.datasets()] == ["iris", "iris"]

    def test_a_missing_data_set_is_named(self, store: Store) -> None:
        with pytest.raises(NotFoundError, match="data set with the id 7"):
            store.dataset(7)

    # Studies

    def test_a_new_study_is_a_draft(self, store: Store) -> None:
        study = make_study(store)
        assert store.study(study.id) == study
        assert (study.state, study.request, study.engine_pid) == (StudyState.DRAFT, Request.RUN, None)
        assert study.n_trials == dict.fromkeys(TrialState, 0)
        assert abs((datetime.now(UTC) - study.created_at).total_seconds()) < 60

    def test_names_of_studies_are_made_unique(self, store: Store) -> None:
        assert [make_study(store, "adult").name for _ in range(3)] == ["adult", "adult (2)", "adult (3)"]

    def test_a_study_is_found_by_name_then_id_then_other_case(self, store: Store) -> None:
        one, two = make_study(store, "Adult"), make_study(store, "1")
        assert store.find_study("1").id == two.id
        assert store.find_study("2").id == two.id
        assert store.find_study("aDULT ").id == one.id

    def test_a_study_that_is_not_there_is_answered_with_near_names(self, store: Store) -> None:
        with pytest.raises(NotFoundError, match="has none yet"):
            store.find_study("adlut")
        make_study(store, "adult"), make_study(store, "titanic")
        with pytest.raises(NotFoundError, match="similar names are 'adult'") as caught:
            store.find_study("adlut")
        assert caught.value.sentence.text == str(caught.value)

    def test_the_user_edits_what_is_theirs(self, store: Store) -> None:
        study = make_study(store)
        store.edit_study(study.id, name=" my   study ", notes="n", tags=["b", "a", "b", " "], pinned=True)
        found = store.study(study.id)
        assert (found.name, found.notes, found.tags, found.pinned) == ("my study", "n", ("a", "b"), True)
        assert store.edit_study(study.id, archived=True).notes == "n"
        assert store.studies() == []
        assert [s.id for s in store.studies(archived=True)] == [study.id]
        assert [s.id for s in store.studies(archived=None)] == [study.id]

    def test_a_name_that_is_taken_or_empty_is_refused(self, store: Store) -> None:
        make_study(store, "a")
        study = make_study(store, "b")
        with pytest.raises(ConflictError, match="called 'a' already"):
            store.edit_study(study.id, name="a")
        with pytest.raises(ConflictError, match="needs a name"):
            store.edit_study(study.id, name="  ")
        assert store.study(study.id).name == "b"

    def test_requests_are_read_back(self, store: Store) -> None:
        study = make_study(store)
        store.request(study.id, Request.PAUSE)
        store.request_workers(study.id, 3)
        found = store.study(study.id)
        assert (found.request, found.n_workers_requested) == (Request.PAUSE, 3)
        with pytest.raises(ConflictError, match="at least one worker"):
            store.request_workers(study.id, 0)

    def test_the_times_of_a_study_follow_its_state(self, store: Store) -> None:
        study = make_study(store)
        store.set_study_state(study.id, StudyState.RUNNING)
        started = store.study(study.id).started_at
        store.set_study_state(study.id, StudyState.PAUSED)
        store.set_study_state(study.id, StudyState.RUNNING)
        assert store.study(study.id).started_at == started
        assert store.study(study.id).finished_at is None
        failure = Failure(FailureKind.ERROR, "It broke at 3.", "Traceback…", "It broke at {n}.", {"n": 3})
        store.release_study(study.id, StudyState.FAILED, failure=failure)
        found = store.study(study.id)
        assert found.finished_at is not None
        assert found.failure == failure

    def test_a_split_is_set_once(self, store: Store) -> None:
        study = make_study(store)
        store.set_split(study.id, "s1")
        store.set_split(study.id, "s1")
        with pytest.raises(ConflictError, match="only once"):
            store.set_split(study.id, "s2")

    def test_the_result_keeps_what_json_lacks(self, store: Store) -> None:
        study = make_study(store)
        store.set_result(
            study.id, {"nan": math.nan, "inf": -math.inf, "n": np.float32(0.5), "$float": "mine"}
        )
        result = store.study(study.id).result
        assert math.isnan(result["nan"])
        assert (result["inf"], result["n"], result["$float"]) == (-math.inf, 0.5, "mine")

    # Claims

    def test_a_live_engine_keeps_its_study(self, store: Store) -> None:
        study = make_study(store)
        assert store.claim_study(study.id, os.getpid())
        assert not store.claim_study(study.id, os.getppid())
        assert store.claim_study(study.id, os.getpid())
        assert store.engine_is_alive(study.id)
        store.release_study(study.id, StudyState.DONE)
        assert store.claim_study(study.id, os.getppid())

    def test_a_dead_engine_loses_its_study(self, store: Store) -> None:
        study = make_study(store)
        assert store.claim_study(study.id, dead_pid())
        assert not store.engine_is_alive(study.id)
        assert store.claim_study(study.id, os.getpid())
        assert store.study(study.id).engine_pid == os.getpid()

    def test_a_study_that_ought_to_run_without_a_live_engine_is_interrupted(self, store: Store) -> None:
        killed, alive, ended, draft = (
            make_study(store, name) for name in ("killed", "alive", "ended", "draft")
        )
        for state in (StudyState.QUEUED, StudyState.RUNNING, StudyState.FINISHING):
            store.claim_study(killed.id, dead_pid())
            store.claim_study(alive.id, os.getpid())
            for study in (killed, alive):
                store.set_study_state(study.id, state)
            assert store.interrupted_studies() == {killed.id}
        store.claim_study(ended.id, dead_pid())
        store.release_study(ended.id, StudyState.DONE)
        assert store.interrupted_studies() == {killed.id}
        assert store.study(draft.id).state is StudyState.DRAFT

    def test_an_engine_that_lost_its_study_is_told_so(self, store: Store) -> None:
        study = make_study(store)
        store.claim_study(study.id, os.getpid())
        store.heartbeat(study.id, elapsed_s=3.5, pid=os.getpid())
        assert store.study(study.id).elapsed_s == 3.5
        with pytest.raises(ConflictError, match="Another engine"):
            store.heartbeat(study.id, elapsed_s=9, pid=os.getppid())
        assert store.study(study.id).elapsed_s == 3.5

    # Trials

    def test_a_trial_lives_from_waiting_to_complete(self, store: Store) -> None:
        study = make_study(store)
        asked = {"lr": 1e-3, "widths": [64, 32], "dropout": None}
        trial = make_trial(
            store,
            study.id,
            0,
            params=asked,
            n_epochs=50,
            digests={"data": "d", "split": "s"},
            user_attrs={"a": 1},
        )
        assert (trial.state, trial.params, trial.digests) == (
            TrialState.WAITING,
            asked,
            {"data": "d", "split": "s"},
        )
        trial = store.start_trial(trial.id, "worker-1")
        assert (trial.state, trial.worker) == (TrialState.RUNNING, "worker-1")
        curves = Curves(
            ("train_loss", "valid_loss"), np.random.default_rng(0).normal(size=(5, 3, 2)).astype("f4")
        )
        assert store.record_progress(trial.id, epoch=3, curves=curves, peak_memory_bytes=10)
        assert store.trial(trial.id).epoch == 3
        longer = Curves(
            curves.names, np.concatenate([curves.values, np.full((5, 1, 2), np.nan, "f4")], axis=1)
        )
        scores = FoldScores(("accuracy", "log_loss"), np.linspace(0, 1, 10).reshape(5, 2), np.arange(5) - 1)
        oof = np.random.default_rng(1).random((100, 3), dtype="f4")
        ended = store.finish_trial(
            trial.id,
            TrialOutcome(
                COMPLETE,
                value=0.9,
                value_std=0.01,
                scores=scores,
                curves=longer,
                oof=oof,
                epoch=4,
                n_parameters=1234,
                duration_s=1.5,
                peak_memory_bytes=1 << 33,
                user_attrs={"b": 2},
            ),
        )
        assert ended == store.trial(trial.id) == store.trial_by_number(study.id, 0)
        assert (ended.value, ended.value_std, ended.epoch, ended.n_parameters) == (0.9, 0.01, 4, 1234)
        assert (ended.duration_s, ended.peak_memory_bytes, ended.user_attrs) == (
            1.5,
            1 << 33,
            {"a": 1, "b": 2},
        )
        read = store.fold_scores(trial.id)
        assert read is not None
        assert read.metrics == scores.metrics
        np.testing.assert_array_equal(read.values, scores.values)
        np.testing.assert_array_equal(read.best_epochs, scores.best_epochs)
        drawn = store.curves(trial.id)
        assert drawn is not None
        np.testing.assert_array_equal(drawn.values, longer.values)
        np.testing.assert_array_equal(store.out_of_fold(trial.id), oof)

    def test_what_a_trial_does_not_have_is_none(self, store: Store) -> None:
        trial = make_trial(store, make_study(store).id, 0)
        assert store.fold_scores(trial.id) is None
        assert store.curves(trial.id) is None
        assert store.out_of_fold(trial.id) is None

    def test_a_number_is_given_once_in_a_study(self, store: Store) -> None:
        study, other = make_study(store), make_study(store)
        make_trial(store, study.id, 0), make_trial(store, other.id, 0)
        with pytest.raises(ConflictError, match="trial number 0 already"):
            make_trial(store, study.id, 0)

    def test_a_trial_ends_once(self, store: Store) -> None:
        study = make_study(store)
        trial = make_trial(store, study.id, 0)
        store.finish_trial(trial.id, TrialOutcome(COMPLETE, value=0.5))
        with pytest.raises(ConflictError, match="cannot end twice"):
            store.finish_trial(trial.id, TrialOutcome(COMPLETE, value=0.9, oof=np.zeros((4, 2), "f4")))
        assert store.trial(trial.id).value == 0.5
        assert store.out_of_fold(trial.id) is None
        assert store.study(study.id).best_value == 0.5
        with pytest.raises(ConflictError, match="cannot be started"):
            store.start_trial(trial.id, "w")
        assert not store.record_progress(trial.id, epoch=7, curves=None)
        assert not store.request_skip(trial.id)

    @pytest.mark.parametrize(
        "outcome",
        [
            TrialOutcome(TrialState.RUNNING),
            TrialOutcome(COMPLETE),
            TrialOutcome(COMPLETE, value=math.nan),
            TrialOutcome(FAIL),
        ],
    )
    def test_an_end_that_says_too_little_is_refused(self, store: Store, outcome: TrialOutcome) -> None:
        trial = make_trial(store, make_study(store).id, 0)
        with pytest.raises(ConflictError):
            store.finish_trial(trial.id, outcome)
        assert store.trial(trial.id) == trial

    @pytest.mark.parametrize(("direction", "best"), [("maximize", 3), ("minimize", 1)])
    def test_the_best_trial_follows_the_direction_and_the_first_of_equals_stays(
        self, store: Store, direction: str, best: int
    ) -> None:
        study = make_study(store, direction=direction)
        for number, value in enumerate([0.5, 0.2, 0.2, 0.8, 0.8]):
            trial = make_trial(store, study.id, number)
            store.finish_trial(trial.id, TrialOutcome(COMPLETE, value=value))
        found = store.study(study.id)
        assert (found.best_trial, found.best_value) == (best, [0.5, 0.2, 0.2, 0.8, 0.8][best])
        assert found.n_trials[COMPLETE] == 5

    def test_of_equal_trials_the_smaller_one_is_the_best(self, store: Store) -> None:
        study = make_study(store, direction="maximize")
        for number, (value, n) in enumerate(
            [(0.8, None), (0.8, 90), (0.9, 90), (0.9, None), (0.9, 50), (0.9, 50)]
        ):
            trial = make_trial(store, study.id, number)
            store.finish_trial(
                trial.id,
                TrialOutcome(COMPLETE, value=value, n_parameters=n, size_bytes=number, latency_ms=0.5),
            )
        assert store.study(study.id).best_trial == 4
        table = store.trial_table(study.id)
        assert table.measures["size_bytes"].tolist() == [0, 1, 2, 3, 4, 5]
        assert table.measures["latency_ms"].tolist() == [0.5] * 6
        assert store.trial_by_number(study.id, 3).size_bytes == 3

    def test_baselines_and_pruned_trials_are_never_the_best_trial(self, store: Store) -> None:
        study = make_study(store)
        for number, name, value in [(-1, "majority", 0.6), (-2, "linear", 0.9), (-3, "trees", 0.8)]:
            trial = make_trial(store, study.id, number, kind=TrialKind.BASELINE, family="baseline", name=name)
            store.finish_trial(trial.id, TrialOutcome(COMPLETE, value=value))
        pruned = make_trial(store, study.id, 0)
        store.finish_trial(pruned.id, TrialOutcome(TrialState.PRUNED, value=0.99))
        found = store.study(study.id)
        assert (found.best_trial, found.best_value) == (None, None)
        assert (found.best_baseline, found.best_baseline_value) == ("linear", 0.9)
        assert sum(found.n_trials.values()) == 1

    def test_a_failure_is_kept_with_its_text(self, store: Store) -> None:
        trial = make_trial(store, make_study(store).id, 0)
        failure = Failure(FailureKind.OUT_OF_MEMORY, "Too big.", "Traceback\n  …", "Too {x}.", {"x": "big"})
        assert store.finish_trial(trial.id, TrialOutcome(FAIL, failure=failure)).failure == failure

    def test_running_trials_wait_again_after_a_crash(self, store: Store) -> None:
        study, other = make_study(store), make_study(store)
        trials = [make_trial(store, study.id, n) for n in range(3)]
        elsewhere = make_trial(store, other.id, 0)
        for trial in (*trials[:2], elsewhere):
            store.start_trial(trial.id, "w")
            store.record_progress(trial.id, epoch=2, curves=Curves(("l",), np.zeros((2, 2, 1), "f4")))
        again = store.requeue_running(study.id)
        assert [t.id for t in again] == [trials[0].id, trials[1].id]
        assert {(t.state, t.worker, t.started_at, t.epoch) for t in again} == {
            (TrialState.WAITING, None, None, None)
        }
        assert store.curves(trials[0].id) is None
        assert store.trial(elsewhere.id).state == TrialState.RUNNING
        assert store.requeue_running(study.id) == []

    def test_a_study_that_gets_more_waits_again_with_the_baselines_that_were_left_out(
        self, store: Store
    ) -> None:
        study, skipped = make_study(store), Failure(FailureKind.SKIPPED, "No time.")
        trials = [
            make_trial(store, study.id, -1 - i, kind=TrialKind.BASELINE, name=name)
            for i, name in enumerate(("majority", "linear", "trees", "unwanted"))
        ]
        searched = make_trial(store, study.id, 0)
        store.finish_trial(trials[0].id, TrialOutcome(COMPLETE, value=0.5))
        store.request_skip(trials[3].id)
        for trial in (trials[1], trials[3], searched):
            store.finish_trial(trial.id, TrialOutcome(FAIL, failure=skipped))
        store.finish_trial(
            trials[2].id, TrialOutcome(FAIL, failure=Failure(FailureKind.ERROR, "A bug.")),
        )  # fmt: skip
        store.release_study(study.id, StudyState.DONE)
        extended = store.extend_study(study.id, {"target": "y", "budget": {"n_trials": 9}})
        assert (extended.state, extended.finished_at) == (StudyState.QUEUED, None)
        assert extended.spec["budget"]["n_trials"] == 9
        states = [store.trial(t.id).state for t in (*trials, searched)]
        assert states == [COMPLETE, TrialState.WAITING, FAIL, FAIL, FAIL]
        assert store.trial(trials[1].id).failure is None

    def test_a_study_with_an_engine_gets_nothing_more(self, store: Store) -> None:
        study = make_study(store)
        store.claim_study(study.id, os.getpid())
        with pytest.raises(ConflictError):
            store.extend_study(study.id, {"target": "x"})
        assert store.study(study.id).spec == {"target": "y"}

    def test_an_engine_says_what_it_is_doing_for_as_long_as_it_has_the_study(self, store: Store) -> None:
        study = make_study(store)
        assert study.stage is None
        store.claim_study(study.id, os.getpid())
        store.set_stage(study.id, Stage.WORKERS)
        assert store.study(study.id).stage is Stage.WORKERS
        store.claim_study(study.id, os.getpid())
        assert store.study(study.id).stage is None
        store.set_stage(study.id, Stage.SEARCH)
        store.release_study(study.id, StudyState.DONE)
        assert store.study(study.id).stage is None

    def test_the_user_edits_a_trial_and_asks_to_skip_it(self, store: Store) -> None:
        trial = make_trial(store, make_study(store).id, 0)
        assert store.request_skip(trial.id)
        store.edit_trial(trial.id, notes="odd", tags=("x",), pinned=True, archived=True)
        found = store.trial(trial.id)
        assert (found.requested, found.notes, found.tags, found.pinned, found.archived) == (
            "skip", "odd", ("x",), True, True,
        )  # fmt: skip

    def test_a_trial_that_is_asked_for_waits_until_it_is_made(self, store: Store) -> None:
        study = make_study(store)
        asked = [store.request_trial(study.id, family="mlp", params={"width": n}) for n in (8, 16)]
        assert store.trial_requests(study.id) == asked
        assert asked[1].params == {"width": 16}
        before = store.study(study.id)
        assert before.n_requested == 2
        trial = make_trial(store, study.id, 0, kind=TrialKind.MANUAL, request=asked[0].id)
        assert (trial.kind, trial.state) == (TrialKind.MANUAL, TrialState.WAITING)
        after = store.study(study.id)
        assert (after.n_requested, after.n_trials[TrialState.WAITING]) == (1, 1)
        assert after.revision > before.revision
        assert store.trial_requests(study.id) == asked[1:]
        with pytest.raises(NotFoundError):
            store.request_trial(study.id + 1, family="mlp", params={})

    def test_the_trial_table_equals_the_records(self, store: Store) -> None:
        study = make_study(store)
        for number in range(6):
            trial = make_trial(
                store,
                study.id,
                number,
                params={"n": number, "x": math.nan if number == 2 else 0.5},
                digests={"scoring": "new"} if number == 1 else {},
            )
            if number < 3:
                store.finish_trial(trial.id, TrialOutcome(COMPLETE, value=number / 10, n_parameters=number))
        failed = make_trial(store, study.id, 9)
        store.finish_trial(failed.id, TrialOutcome(FAIL, failure=Failure(FailureKind.DIVERGED, "NaN.")))
        store.edit_trial(failed.id, tags=["bad"], pinned=True)
        table, records = store.trial_table(study.id), store.trials(study.id)
        assert len(table) == len(records) == 7
        assert table.numbers.tolist() == [r.number for r in records]
        assert table.states.tolist() == [r.state for r in records]
        np.testing.assert_array_equal(
            table.values, [math.nan if r.value is None else r.value for r in records]
        )
        for name, cells in table.measures.items():
            known = [getattr(r, name) for r in records]
            np.testing.assert_array_equal(cells, [math.nan if cell is None else cell for cell in known])
        assert set(table.measures["n_parameters"][:3]) == {0, 1, 2}
        assert [p["n"] for p in table.params[:6]] == list(range(6))
        assert table.scorings.tolist() == [r.digests.get("scoring", "") for r in records]
        assert len(set(table.scorings.tolist())) > 1
        assert math.isnan(table.params[2]["x"])
        assert (table.failures[6], table.tags[6], table.pinned.tolist()) == (
            Failure(FailureKind.DIVERGED, "NaN."),
            ("bad",),
            [False] * 6 + [True],
        )
        assert table.created_s[0] == pytest.approx(records[0].created_at.timestamp())
        assert table.revision == store.revision()

    def test_trials_that_a_limit_ruled_out_are_counted_apart(self, store: Store) -> None:
        study, other = make_study(store), make_study(store)
        kinds = (FailureKind.RULED_OUT, FailureKind.DIVERGED, FailureKind.RULED_OUT)
        for number, kind in enumerate(kinds):
            trial = make_trial(store, study.id, number)
            store.finish_trial(trial.id, TrialOutcome(FAIL, failure=Failure(kind, "No.")))
        assert (store.study(study.id).n_ruled_out, store.study(study.id).n_trials[FAIL]) == (2, 3)
        assert {s.id: s.n_ruled_out for s in store.studies()} == {study.id: 2, other.id: 0}

    def test_an_empty_study_has_an_empty_table(self, store: Store) -> None:
        table = store.trial_table(make_study(store).id)
        assert (len(table), table.values.dtype, table.params) == (0, np.float64, ())

    def test_a_missing_trial_is_named(self, store: Store) -> None:
        study = make_study(store, "adult")
        with pytest.raises(NotFoundError, match="trial with the id 5"):
            store.trial(5)
        with pytest.raises(NotFoundError, match="'adult' has no trial number 3"):
            store.trial_by_number(study.id, 3)
        with pytest.raises(NotFoundError, match="study with the id 9"):
            store.trial_table(9)

    # Following changes

    def test_only_what_changed_is_read_again(self, store: Store) -> None:
        study = make_study(store)
        trials = [make_trial(store, study.id, n) for n in range(3)]
        seen = store.revision()
        assert store.trials(study.id, since_revision=seen) == []
        store.start_trial(trials[1].id, "w")
        store.edit_trial(trials[2].id, notes="n")
        make_trial(store, study.id, -1, kind=TrialKind.BASELINE)
        assert [t.number for t in store.trials(study.id, since_revision=seen)] == [1, 2, -1]
        found = store.trials(study.id, since_revision=seen, kinds=[TrialKind.BASELINE])
        assert [t.number for t in found] == [-1]
        assert store.revision() > seen
        assert max(t.revision for t in store.trials(study.id)) == store.revision()

    def test_the_data_version_changes_with_every_commit_and_only_then(self, store: Store) -> None:
        study = make_study(store)
        before = store.data_version()
        store.studies(), store.trials(study.id)
        assert store.data_version() == before
        store.add_system_sample(study.id, SystemSample(1.0, 0.5, 1, 2, None, None))
        assert store.data_version() != before

    def test_system_samples_are_read_from_a_time_on(self, store: Store) -> None:
        study = make_study(store)
        samples = [SystemSample(float(t), t / 10, 1 << 33, 1 << 34, None, 5) for t in range(4)]
        for sample in samples:
            store.add_system_sample(study.id, sample)
        assert store.system_samples(study.id, 2) == samples[2:]

    def test_threads_share_a_store(self, store: Store) -> None:
        study = make_study(store)
        errors: list[BaseException] = []

        def work(first: int) -> None:
            try:
                for number in range(first, first + 20):
                    trial = make_trial(store, study.id, number)
                    store.finish_trial(trial.id, TrialOutcome(COMPLETE, value=number))
                    store.trials(study.id, since_revision=trial.revision)
            except BaseException as error:  # noqa: BLE001 (asserted on below)
                errors.append(error)

        threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert store.study(study.id).n_trials[COMPLETE] == 80
        revisions = [t.revision for t in store.trials(study.id)]
        assert len(set(revisions)) == 80

    # Variants, exports, jobs

    def test_a_variant_is_measured_once(self, store: Store) -> None:
        trial = make_trial(store, make_study(store).id, 0)
        variant = store.add_variant(trial.id, name="int8", method={"quantization": "int8"})
        assert variant.state == TrialState.WAITING
        scores = FoldScores(("accuracy",), np.ones((2, 1)), np.zeros(2, int))
        ended = store.finish_variant(
            variant.id, state=COMPLETE, value=0.8, value_std=0.1, size_bytes=10, zip_bytes=5, latency_ms=0.2,
            measures={"sparsity": 0.5}, batch_latency_ms=1.0, scores=scores, artifact_sha256="a",
        )  # fmt: skip
        (found,) = store.variants(trial.id)
        assert (found.value, found.size_bytes, found.method) == (0.8, 10, {"quantization": "int8"})
        assert found.measures == {"sparsity": 0.5}
        assert found.scores is not None
        np.testing.assert_array_equal(found.scores.values, scores.values)
        assert ended.id == found.id
        with pytest.raises(ConflictError, match="cannot end twice"):
            store.finish_variant(variant.id, state=COMPLETE)

    def test_an_export_keeps_its_certificate(self, store: Store) -> None:
        study = make_study(store)
        trial = make_trial(store, study.id, 0)
        export = store.add_export(trial.id, "/out/bundle")
        failure = Failure(FailureKind.ERROR, "Differs.")
        store.finish_export(
            export.id, state=JobState.FAILED, certificate={"passed": False}, manifest={"f": 1}, size_bytes=9,
            failure=failure,
        )  # fmt: skip
        (found,) = store.exports(study.id)
        assert (found.state, found.certificate, found.failure) == (
            JobState.FAILED,
            {"passed": False},
            failure,
        )
        assert store.exports(make_study(store).id) == []
        assert store.exports(trial_id=trial.id) == store.exports() == [found]
        with pytest.raises(ConflictError, match="cannot end twice"):
            store.finish_export(export.id, state=JobState.DONE, certificate={}, manifest={}, size_bytes=1)

    def test_an_export_whose_process_lives_is_not_failed(self, store: Store) -> None:
        trial = make_trial(store, make_study(store).id, 0)
        export = store.add_export(trial.id, "/out/bundle")
        assert store.fail_dead_exports() == []
        assert [e.state for e in store.exports()] == [export.state] == [JobState.RUNNING]

    def test_jobs_are_claimed_in_order_and_once(self, store: Store) -> None:
        first, second = store.add_job("inspect", {"file": "a.csv"}), store.add_job("forecast", {})
        claimed = store.claim_job(os.getpid())
        assert claimed is not None
        assert (claimed.id, claimed.state, claimed.args) == (first.id, JobState.RUNNING, {"file": "a.csv"})
        again = store.claim_job(os.getpid())
        assert again is not None
        assert again.id == second.id
        assert store.claim_job(os.getpid()) is None

    def test_a_job_reports_and_ends(self, store: Store) -> None:
        job = store.add_job("inspect", {})
        assert not store.update_job(job.id, progress=0.5)
        store.claim_job(os.getpid(), job.id)
        assert store.update_job(job.id, progress=0.5, message="Reading")
        assert (store.job(job.id).progress, store.job(job.id).message) == (0.5, "Reading")
        done = store.finish_job(job.id, result={"rows": 3})
        assert (done.state, done.result, done.progress) == (JobState.DONE, {"rows": 3}, 1.0)
        with pytest.raises(ConflictError, match="cannot end twice"):
            store.finish_job(job.id, failure=Failure(FailureKind.ERROR, "x"))
        with pytest.raises(ConflictError, match="either a result or a failure"):
            store.finish_job(job.id)
        assert not store.cancel_job(job.id)

    def test_a_cancelled_job_stays_cancelled(self, store: Store) -> None:
        job = store.add_job("inspect", {})
        store.claim_job(os.getpid())
        assert store.cancel_job(job.id)
        assert not store.update_job(job.id, progress=0.9)
        assert store.finish_job(job.id, result={}).state == JobState.CANCELLED
        assert [j.id for j in store.jobs(state=JobState.CANCELLED)] == [job.id]

    def test_jobs_of_a_dead_process_fail(self, store: Store) -> None:
        dead, alive = store.add_job("inspect", {}), store.add_job("inspect", {})
        store.claim_job(dead_pid())
        told = store.job(dead.id)
        assert (told.state, told.failure and told.failure.kind) == (JobState.FAILED, FailureKind.KILLED)
        assert [j.id for j in store.jobs(state=JobState.FAILED)] == [dead.id]
        assert store.jobs(state=JobState.RUNNING) == []
        store.claim_job(os.getpid())
        assert [j.id for j in store.fail_dead_jobs()] == [dead.id]
        failure = store.job(dead.id).failure
        assert failure is not None
        assert failure.kind == FailureKind.KILLED
        assert store.job(alive.id).state == JobState.RUNNING
        assert store.fail_dead_jobs() == []
