"""A search with real worker processes (doing a toy's work): its trials, and everything that can go wrong with them."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from cupel.engine.commands.summary import summary
from cupel.engine.domain.filtering import parse_filter, trial_columns
from cupel.engine.domain.objectives import front_of_table, is_ruled_out, objectives_of, pareto_trials
from cupel.engine.domain.policy import POLICY, Policy
from cupel.engine.domain.space import Space
from cupel.engine.domain.spec import BudgetSpec, LimitsSpec, StudySpec
from cupel.engine.machine import free_memory_bytes
from cupel.engine.search.repeats import search_work
from cupel.engine.search.runner import EngineSettings, StudyRunner
from cupel.engine.studies import create_study
from cupel.engine.workers.cluster import Cluster
from cupel.engine.workers.messages import Site
from cupel.storage.ranking import Direction
from cupel.storage.records import FailureKind, Request, StudyState, TrialKind, TrialRecord, TrialState
from cupel.storage.store import Store
from distributed import Client

from tests.engine.search.engines import ROOT, Clock, InThread, run, toy_workers, wait_for


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture(autouse=True)
def toy_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def new_study(store: Store, *, n_trials: int | None = 8, **changes: object) -> int:
    values: dict[str, object] = {
        "target": "species", "budget": BudgetSpec(n_trials), "max_epochs": 12, "export_dir": "", "sampler": "random",
        "pruner": "none", "n_workers": 2,
    }  # fmt: skip
    return create_study(store, "sample:iris", StudySpec(**{**values, **changes}))[0].id  # type: ignore[arg-type]


def searched(store: Store, study_id: int) -> list[TrialRecord]:
    return [t for t in store.trials(study_id) if t.kind is TrialKind.SEARCH]


def test_a_search_runs_its_trials_and_baselines_and_writes_its_result(store: Store) -> None:
    study_id = new_study(store)
    assert run(store, study_id) is StudyState.DONE
    study, trials = store.study(study_id), searched(store, study_id)
    assert [t.number for t in trials] == list(range(8))
    assert all(t.state is TrialState.COMPLETE for t in trials)
    best = max(trials, key=lambda t: t.value or 0)
    assert (study.best_trial, study.best_value) == (best.number, best.value)
    assert study.result["best"]["trial"] == best.number
    assert set(study.result["baselines"]) == {"majority", "linear", "hist_gradient_boosting"}
    assert study.engine_pid is None
    curves, scores = store.curves(best.id), store.fold_scores(best.id)
    assert curves is not None
    assert scores is not None
    assert curves.values.shape == (5, 12, 3)
    assert len(scores.metrics) > 5


def test_failed_trials_have_typed_reasons_and_the_search_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"kill": [1], "hang": [2], "memory": [3], "diverge": [4]}
    monkeypatch.setenv("CUPEL_TOY", json.dumps(wrong))
    study_id = new_study(store)
    assert run(store, study_id, hang_s=3.0) is StudyState.DONE
    trials = searched(store, study_id)
    kinds = {t.number: t.failure.kind for t in trials if t.failure}
    assert kinds == {
        1: FailureKind.KILLED, 2: FailureKind.HUNG, 3: FailureKind.OUT_OF_MEMORY, 4: FailureKind.DIVERGED,
    }  # fmt: skip
    assert sum(t.state is TrialState.COMPLETE for t in trials) == 4
    assert all(t.failure is None or t.failure.message for t in trials)


def test_a_trial_whose_worker_was_quicker_than_the_engine_can_be_killed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine takes the processor from the engine after it has sent a task: the worker's first word comes before
    # `submit` is over.
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    on_progress, submit = Cluster._on_progress, Client.submit

    def noted(self: Cluster, event: Any) -> None:
        on_progress(self, event)
        if "pid" in event[1]:
            told.put(event[1]["key"])

    def slow(self: Client, function: Any, key: str, *args: Any, **options: Any) -> Any:
        future = submit(self, function, key, *args, **options)
        while str(key).startswith("trial-") and told.get() != key:
            pass
        return future

    monkeypatch.setattr(Cluster, "_on_progress", noted)
    monkeypatch.setattr(Client, "submit", slow)
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"hang": [1]}))
    study_id = new_study(store, n_trials=3, n_workers=1)
    assert run(store, study_id, hang_s=1.0) is StudyState.DONE
    assert [t.failure and t.failure.kind for t in searched(store, study_id)] == [None, FailureKind.HUNG, None]


def test_a_worker_that_dies_with_a_result_that_nobody_has_fetched_holds_nothing_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"kill_after": {str(i): 0.002 * i for i in range(1, 8)}}))
    study_id = new_study(store, n_finalists=0)
    assert run(store, study_id) is StudyState.DONE
    ends = [t.failure.kind if t.failure else t.state for t in searched(store, study_id)]
    assert len(ends) == 8
    assert set(ends) <= {TrialState.COMPLETE, FailureKind.KILLED}


def test_a_worker_ends_for_its_own_memory_and_not_for_mapped_files(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limit = 600_000_000
    fraction = limit / free_memory_bytes()
    with (tmp_path / "large").open("wb") as file:
        file.truncate(2 * limit)
    wrong = {"eat": [1], "most_bytes": 2 * limit, "map": [str(tmp_path / "large"), 0, 2]}
    monkeypatch.setenv("CUPEL_TOY", json.dumps(wrong))
    study_id = new_study(store, n_trials=3)
    assert run(store, study_id, memory_fraction=fraction) is StudyState.DONE
    kinds = [None if t.failure is None else t.failure.kind for t in searched(store, study_id)]
    assert kinds == [None, FailureKind.KILLED, None]


def test_a_trial_that_computes_for_long_without_a_word_is_not_taken_for_hung(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twice as long as silence is suffered, and far from ten times, where the processor's time counts no more.
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"busy": {"1": 6.0}}))
    study_id = new_study(store, n_trials=2)
    assert run(store, study_id, hang_s=3.0) is StudyState.DONE
    assert [t.failure for t in searched(store, study_id)] == [None, None]


def test_a_search_whose_first_trials_all_fail_is_ended_with_the_reason(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"diverge": list(range(50))}))
    study_id = new_study(store, n_trials=50)
    assert run(store, study_id) is StudyState.FAILED
    failure = store.study(study_id).failure
    assert failure is not None
    assert "all failed" in failure.message
    assert len(searched(store, study_id)) < 12


def test_stop_ends_the_running_trials_and_keeps_what_was_found(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"epoch_s": 0.05}))
    study_id = new_study(store, n_trials=1000)
    engine = InThread(store, study_id, stop_grace_s=600.0)
    wait_for(lambda: sum(t.state is TrialState.COMPLETE for t in searched(store, study_id)) >= 2, engine)
    store.request(study_id, Request.STOP)
    assert engine.join() is StudyState.STOPPED
    trials = searched(store, study_id)
    assert all(t.state is TrialState.COMPLETE for t in trials)  # the last ones with the epochs that they had
    assert store.study(study_id).result["best"]["trial"] == store.study(study_id).best_trial


def test_pause_holds_the_trials_between_epochs_and_resume_lets_them_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No trial ends by itself before the pause is heard, however slow the engine is.
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"long": [0, 1], "epoch_s": 0.02}))
    study_id = new_study(store, n_trials=2)
    engine = InThread(store, study_id)
    wait_for(
        lambda: any(t.state is TrialState.RUNNING and t.epoch for t in searched(store, study_id)), engine
    )
    store.request(study_id, Request.PAUSE)
    wait_for(lambda: store.study(study_id).state is StudyState.PAUSED, engine)

    def at_next_beat() -> tuple[float, list[int | None]]:
        before = store.study(study_id).heartbeat_at
        wait_for(lambda: store.study(study_id).heartbeat_at != before, engine)
        return store.study(study_id).elapsed_s, [t.epoch for t in searched(store, study_id)]

    seen = at_next_beat()
    while (then := at_next_beat()) != seen:  # what a worker had said before it heard of the pause
        seen = then
    elapsed, epochs = seen  # the clock stands, and the trials
    store.request(study_id, Request.RUN)
    wait_for(lambda: [t.epoch for t in searched(store, study_id)] > epochs, engine)
    assert store.study(study_id).elapsed_s >= elapsed
    store.request(study_id, Request.STOP)
    assert engine.join() is StudyState.STOPPED
    assert all(t.state is TrialState.COMPLETE for t in searched(store, study_id))


def test_a_skipped_trial_ends_and_the_others_do_not(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"long": [0], "epoch_s": 0.02}))
    study_id = new_study(store, n_trials=3)
    engine = InThread(store, study_id)
    wait_for(lambda: len(searched(store, study_id)) == 3, engine)
    store.request_skip(searched(store, study_id)[0].id)
    assert engine.join() is StudyState.DONE
    first, *others = searched(store, study_id)
    assert first.failure is not None
    assert first.failure.kind is FailureKind.SKIPPED
    assert all(t.state is TrialState.COMPLETE for t in others)


def test_more_and_fewer_workers_while_it_runs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"epoch_s": 0.03}))
    study_id = new_study(store, n_trials=500, n_workers=1)
    engine = InThread(store, study_id)

    def n_running() -> int:
        return sum(t.state is TrialState.RUNNING for t in searched(store, study_id))

    wait_for(lambda: n_running() == 1, engine)
    store.request_workers(study_id, 3)
    wait_for(lambda: n_running() == 3, engine)
    store.request_workers(study_id, 1)
    done = len(searched(store, study_id))
    wait_for(lambda: len(searched(store, study_id)) >= done + 6, engine)
    assert n_running() <= 1
    store.request(study_id, Request.STOP)
    assert engine.join() is StudyState.STOPPED


def test_more_workers_than_the_memory_allows_are_not_pretended(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"epoch_s": 0.03}))
    study_id = new_study(store, n_trials=500, n_workers=1)
    free = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free._replace(available=3 << 30))
    engine = InThread(store, study_id)
    wait_for(lambda: any(t.state is TrialState.RUNNING for t in searched(store, study_id)), engine)
    store.request_workers(study_id, 64)
    wait_for(lambda: store.study(study_id).n_workers_requested == 2, engine)
    store.request(study_id, Request.STOP)
    assert engine.join() is StudyState.STOPPED


def engine_process(store: Store, study_id: int) -> subprocess.Popen[bytes]:
    code = (
        "import sys; from pathlib import Path; from cupel.storage.store import Store\n"
        "from cupel.engine.search.runner import StudyRunner\n"
        "from tests.engine.search.engines import toy_settings\n"
        f"if __name__ == '__main__': StudyRunner(Store.open(Path({str(store.workspace.path)!r})), {study_id},"
        " toy_settings()).run()\n"
    )
    script = store.workspace.path / "engine.py"
    script.write_text(code)
    return subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.parametrize("pruner", [pytest.param("median", marks=pytest.mark.slow), "hyperband"])
def test_an_engine_killed_at_any_moment_is_taken_up_as_if_nothing_had_happened(
    store: Store, monkeypatch: pytest.MonkeyPatch, pruner: str
) -> None:
    """With one worker the resumed search proposes and finds what the uninterrupted one does, nothing twice."""
    whole = new_study(store, n_trials=14, n_workers=1, sampler="tpe", pruner=pruner)
    assert run(store, whole) is StudyState.DONE
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"epoch_s": 0.02}))
    study_id = new_study(store, n_trials=14, n_workers=1, sampler="tpe", pruner=pruner)
    for n_done in (2, 7):
        process = engine_process(store, study_id)
        wait_for(lambda n=n_done: sum(t.state.is_finished for t in searched(store, study_id)) >= n, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run(store, study_id) is StudyState.DONE
    expected, trials = searched(store, whole), searched(store, study_id)
    assert [t.number for t in trials] == list(range(14))
    assert [dict(t.params) for t in trials] == [dict(t.params) for t in expected]
    assert [(t.state, t.value) for t in trials] == [(t.state, t.value) for t in expected]
    assert any(t.state is TrialState.PRUNED for t in trials)
    assert len([t for t in store.trials(study_id) if t.kind is TrialKind.BASELINE]) == 3


def test_no_trial_is_given_up_on_its_first_epoch(store: Store) -> None:
    """One of five epochs is at a rung of successive halving already: the schedule is a tenth of the longest."""
    space = {"mlp": {**FEW["mlp"], "epoch_fraction": {"fixed": 0.1}}}
    study_id = new_study(store, n_trials=20, n_workers=1, pruner="asha", max_epochs=50, space=Space.of(space))
    assert run(store, study_id) is StudyState.DONE
    pruned = [t for t in searched(store, study_id) if t.state is TrialState.PRUNED]
    lengths = {store.curves_of([t.id])[t.id].values.shape[1] for t in pruned}
    assert lengths
    assert min(lengths) == 2


FEW = {
    "mlp": {
        "width": {"type": "choice", "choices": [10, 20, 30, 50, 100, 200, 300]},
        "learning_rate": {"type": "choice", "choices": [0.0003, 0.001, 0.003, 0.01]},
    }
}


@pytest.mark.parametrize(
    ("cost", "sampler"),
    [
        ("latency", "tpe"),
        ("latency", "grid"),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (("latency", "nsga2"), ("parameters", "tpe"), ("bytes", "tpe"))
        ),
    ],
)
def test_the_front_that_is_found_is_the_front_that_there_is(store: Store, sampler: str, cost: str) -> None:
    """Of the toy: the best rate with every width up to the best one; wider is worse and larger."""
    study_id = new_study(store, n_trials=90, sampler=sampler, objectives=("score", cost), space=Space.of(FEW))
    assert run(store, study_id) is StudyState.DONE
    front = pareto_trials(searched(store, study_id), ("score", cost), Direction.MAXIMIZE)
    assert [(t.params["width"], t.params["learning_rate"]) for t, _ in front] == [
        (100, 0.003), (50, 0.003), (30, 0.003), (20, 0.003), (10, 0.003),
    ]  # fmt: skip
    assert store.study(study_id).best_trial == front[0][0].number
    assert found_by_filter(store, study_id, "on_front") >= {t.number for t, _ in front}


def found_by_filter(store: Store, study_id: int, text: str) -> set[int]:
    table, study = store.trial_table(study_id), store.study(study_id)
    columns = trial_columns(table, front_of_table(table, objectives_of(study), study.direction))
    return set(table.numbers[parse_filter(text).mask(columns, len(table))].tolist())


class Unstarted(Cluster):
    """Workers whose processes do not start, as on a machine that is out of memory."""

    def start(self) -> None:
        raise RuntimeError("Nanny failed to start.")


class Rarely:
    """Makes workers of which the first few do not start."""

    def __init__(self, n_bad: int) -> None:
        self.n_bad = n_bad

    def __call__(self, site: Site, n_workers: int) -> Cluster:
        self.n_bad -= 1
        return Unstarted(site, n_workers) if self.n_bad >= 0 else toy_workers(site, n_workers)


def test_workers_that_do_not_start_are_tried_again(store: Store) -> None:
    study_id = new_study(store, n_trials=2)
    policy = Policy(worker_waits_s=(0.01, 0.02), queue_s=0.01)
    assert StudyRunner(store, study_id, EngineSettings(Rarely(2), policy)).run() is StudyState.DONE
    assert len(searched(store, study_id)) == 2
    assert store.study(study_id).failure is None


def test_without_any_worker_the_study_is_paused_with_a_sentence_until_it_is_resumed(store: Store) -> None:
    study_id = new_study(store, n_trials=2)
    settings = EngineSettings(Rarely(3), Policy(worker_waits_s=(0.01, 0.02), queue_s=0.01))
    with ThreadPoolExecutor(1) as pool:
        engine = pool.submit(StudyRunner(store, study_id, settings).run)
        while store.study(study_id).state is not StudyState.PAUSED:
            assert not engine.done(), engine.result()
        failure = store.study(study_id).failure
        assert failure is not None
        assert failure.message.startswith(
            "No worker process starts, so the study is paused: The worker processes do not start: Nanny failed"
        )
        store.request(study_id, Request.RUN)
        assert engine.result() is StudyState.DONE
    assert store.study(study_id).failure is None
    assert len(searched(store, study_id)) == 2


def test_a_study_that_waits_for_workers_can_be_stopped(store: Store) -> None:
    study_id = new_study(store, n_trials=2)
    settings = EngineSettings(Rarely(9), Policy(worker_waits_s=(), queue_s=0.01))
    with ThreadPoolExecutor(1) as pool:
        engine = pool.submit(StudyRunner(store, study_id, settings).run)
        while store.study(study_id).state is not StudyState.PAUSED and not engine.done():
            pass
        store.request(study_id, Request.STOP)
        assert engine.result() is StudyState.STOPPED


@pytest.mark.parametrize("sampler", ["tpe", pytest.param("nsga2", marks=pytest.mark.slow)])
def test_a_killed_search_for_several_objectives_goes_on_with_the_same_proposals(
    store: Store, monkeypatch: pytest.MonkeyPatch, sampler: str
) -> None:
    settings = {"n_trials": 24, "n_workers": 1, "sampler": sampler, "pruner": "hyperband", "max_epochs": 3}
    whole = new_study(store, **settings, objectives=("score", "parameters"))
    assert run(store, whole) is StudyState.DONE
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"epoch_s": 0.02}))
    study_id = new_study(store, **settings, objectives=("score", "parameters"))
    for n_done in (6, 21):
        process = engine_process(store, study_id)
        wait_for(lambda n=n_done: sum(t.state.is_finished for t in searched(store, study_id)) >= n, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run(store, study_id) is StudyState.DONE
    expected, trials = searched(store, whole), searched(store, study_id)
    assert [dict(t.params) for t in trials] == [dict(t.params) for t in expected]
    assert [(t.state, t.value) for t in trials] == [(t.state, t.value) for t in expected]
    assert all(t.state is TrialState.COMPLETE for t in trials)  # nothing is given up early


def test_what_a_limit_rules_out_does_not_count_as_a_trial(store: Store) -> None:
    study_id = new_study(store, n_trials=6, limits=LimitsSpec(parameters=400), sampler="random")
    assert run(store, study_id) is StudyState.DONE
    trials = searched(store, study_id)
    assert sum(t.state is TrialState.COMPLETE for t in trials) == 6
    ruled_out = [t for t in trials if is_ruled_out(t)]
    assert ruled_out
    assert len(trials) == 6 + len(ruled_out)
    assert summary(store, store.study(study_id))["n_ruled_out"] == len(ruled_out)


def test_a_search_within_whose_limits_there_is_nothing_ends(store: Store) -> None:
    study_id = new_study(
        store, n_trials=6, limits=LimitsSpec(parameters=1), sampler="random", baselines=False
    )
    assert run(store, study_id) is StudyState.DONE
    assert all(is_ruled_out(t) for t in searched(store, study_id))
    assert store.study(study_id).best_trial is None


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file for as long as which no trial ends."""
    file = tmp_path / "hold"
    file.touch()
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"hold": str(file)}))
    return file


def test_a_second_engine_leaves_a_running_study_alone(store: Store, hold: Path) -> None:
    study_id = new_study(store, n_trials=4)
    process = engine_process(store, study_id)
    wait_for(lambda: store.study(study_id).state is StudyState.RUNNING, process)
    assert run(store, study_id) is StudyState.RUNNING
    hold.unlink()
    assert process.wait() == 0
    assert store.study(study_id).state is StudyState.DONE


def test_a_study_waits_for_the_one_that_runs(store: Store, hold: Path) -> None:
    first, second = new_study(store, n_trials=6), new_study(store, n_trials=2)
    process = engine_process(store, first)
    wait_for(lambda: store.study(first).state is StudyState.RUNNING, process)
    engine = InThread(store, second)
    wait_for(lambda: store.study(second).state is StudyState.QUEUED, engine)
    hold.unlink()
    assert engine.join() is StudyState.DONE
    assert process.wait() == 0
    first_end, second_start = store.study(first).finished_at, store.study(second).started_at
    assert first_end is not None
    assert second_start is not None
    assert first_end <= second_start


def test_the_target_score_ends_the_search(store: Store) -> None:
    study_id = new_study(store, n_trials=None, budget=BudgetSpec(target_score=0.6))
    assert run(store, study_id) is StudyState.DONE
    assert (store.study(study_id).best_value or 0) >= 0.6


def test_the_time_budget_ends_the_search(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"epoch_s": 0.02}))
    study_id = new_study(store, budget=BudgetSpec(timeout_s=600.0))
    clock = Clock()
    engine = InThread(store, study_id, clock=clock)
    wait_for(lambda: any(t.state is TrialState.COMPLETE for t in searched(store, study_id)), engine)
    clock.ahead_s = 600.0
    assert engine.join() is StudyState.DONE
    assert store.study(study_id).best_trial is not None


def test_a_grid_is_tried_once_and_ends(store: Store) -> None:
    space = {
        "mlp": {
            "n_layers": {"type": "choice", "choices": [1, 2]}, "width": {"type": "choice", "choices": [16, 32, 64]},
            "learning_rate": {"fixed": 0.003}, "optimizer": {"fixed": "adam"},
        }
    }  # fmt: skip
    study_id = new_study(store, n_trials=100, sampler="grid", space=Space.of(space))
    assert run(store, study_id) is StudyState.DONE
    tried = {(t.params["n_layers"], t.params["width"]) for t in searched(store, study_id)}
    assert len(tried) == len(searched(store, study_id)) == 6


def test_an_equal_parameter_set_is_not_trained_again(store: Store) -> None:
    space = {
        "mlp": {
            "width": {"type": "choice", "choices": [16, 32]},
            "learning_rate": {"fixed": 0.003},
            "n_layers": {"fixed": 1},
        }
    }
    study_id = new_study(store, n_trials=12, space=Space.of(space), n_workers=1)
    assert run(store, study_id) is StudyState.DONE
    trials = searched(store, study_id)
    assert sum(t.same_as is None for t in trials) == 2
    assert all(t.value == trials[t.same_as].value for t in trials if t.same_as is not None)
    # What was not trained is no work, and buys no repeats.
    assert search_work(trials, POLICY) == search_work([t for t in trials if t.same_as is None], POLICY) > 0


def n_artifacts(store: Store) -> int:
    return sum(1 for file in store.artifacts.folder.rglob("*") if file.is_file())


def test_only_the_networks_of_the_best_trials_stay_on_the_disk(store: Store) -> None:
    study_id = new_study(store, n_trials=14)
    assert run(store, study_id) is StudyState.DONE
    trials = [t for t in searched(store, study_id) if t.same_as is None]
    kept = {t.number: t.model_sha256 for t in trials if t.model_sha256 is not None}
    best = sorted(trials, key=lambda t: -(t.value or 0.0))[:5]
    assert set(kept) == {t.number for t in best}
    assert all(store.artifacts.read(sha256) == b"model-%d" % number for number, sha256 in kept.items())
    # And the table, the splits, the final model, the finalists' further splits and what they gave there.
    assert n_artifacts(store) == 5 + 5


def test_networks_that_another_study_names_are_not_deleted(store: Store) -> None:
    first, second = new_study(store, n_trials=5), new_study(store, n_trials=14)
    run(store, first)
    run(store, second)
    for trial in searched(store, first):
        assert store.artifacts.read(trial.model_sha256)


def test_a_trial_in_a_long_epoch_does_not_keep_a_search_beyond_its_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"hang": [0, 1]}))
    study_id = new_study(store, budget=BudgetSpec(timeout_s=600.0))
    clock = Clock()
    engine = InThread(store, study_id, clock=clock)
    wait_for(lambda: sum(bool(t.epoch) for t in searched(store, study_id)) == 2, engine)
    clock.ahead_s = 600.0
    assert engine.join() is StudyState.DONE
    first = searched(store, study_id)[0]
    assert first.failure is not None
    assert "time budget" in first.failure.message
    assert first.duration_s is not None
    assert (
        first.duration_s > 1.0
    )  # it worked until its worker was killed, at least a second after its last word


def test_the_majority_baseline_is_there_although_no_worker_was_ready_in_time(store: Store) -> None:
    study_id = new_study(store, budget=BudgetSpec(timeout_s=0.5), n_workers=1)
    assert run(store, study_id) is StudyState.DONE
    trials = {t.name: t for t in store.trials(study_id, kinds=[TrialKind.BASELINE])}
    majority = trials.pop("majority")
    assert majority.state is TrialState.COMPLETE, majority.failure
    assert majority.value == pytest.approx(1 / 3)  # of three classes of fifty flowers
    said = {t.failure.message for t in trials.values() if t.failure}
    assert said == {"The search was over before this baseline could be run."}
    assert store.study(study_id).result["baselines"].keys() == {"majority"}
    assert store.out_of_fold(majority.id) is not None


def test_all_baselines_are_run_although_the_first_trial_ends_the_search(store: Store) -> None:
    budget = BudgetSpec(timeout_s=600.0, target_score=0.1)
    study_id = new_study(store, budget=budget, n_workers=1)
    assert run(store, study_id, clock=lambda: 0.0) is StudyState.DONE
    assert len(searched(store, study_id)) == 1
    trials = {t.name: t for t in store.trials(study_id, kinds=[TrialKind.BASELINE])}
    assert {t.state for t in trials.values()} == {TrialState.COMPLETE}
    first, trees = searched(store, study_id)[0], trials["hist_gradient_boosting"]
    assert first.started_at is not None
    assert trees.started_at is not None
    assert first.started_at < trees.started_at


def test_a_slow_baseline_is_left_out_and_the_search_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"baseline_s": 600.0}))
    study_id = new_study(store, n_trials=3, budget=BudgetSpec(3, 20.0), n_workers=3)
    # The clock of the budget stands: there is time for the trials, whatever else the machine does.
    assert run(store, study_id, clock=lambda: 0.0) is StudyState.DONE
    states = {t.name: t.state for t in store.trials(study_id) if t.kind is TrialKind.BASELINE}
    # The one that needs no worker is there.
    assert states.pop("majority") is TrialState.COMPLETE
    assert list(states.values()) == [TrialState.FAIL] * 2
    assert all(t.state is TrialState.COMPLETE for t in searched(store, study_id))
    assert store.study(study_id).result["baselines"].keys() == {"majority"}


def test_what_a_search_owes_may_take_its_time_but_not_much_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"baseline_s": 600.0}))
    study_id = new_study(store, budget=BudgetSpec(None, 4.0), n_workers=1)
    # Only the end of the time ends this baseline: alone it might take an hour.
    assert run(store, study_id, baseline_s=3600.0) is StudyState.DONE
    found = {t.name: t for t in store.trials(study_id) if t.kind is TrialKind.BASELINE}
    assert found["majority"].state is TrialState.COMPLETE
    assert found["linear"].state is TrialState.FAIL
    assert "time" in found["linear"].failure.message


def test_a_trial_stopped_in_a_long_epoch_goes_on_when_the_study_is_resumed(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"hold": str(hold)}))
    study_id = new_study(store, n_trials=2, n_workers=1)
    engine = InThread(store, study_id, stop_grace_s=0.5)
    wait_for(
        lambda: any(t.state is TrialState.RUNNING and t.epoch for t in searched(store, study_id)), engine
    )
    store.request(study_id, Request.STOP)
    assert engine.join() is StudyState.STOPPED
    assert [t.state for t in searched(store, study_id)] == [TrialState.WAITING]
    hold.unlink()
    store.request(study_id, Request.RUN)
    assert run(store, study_id) is StudyState.DONE
    assert [t.state for t in searched(store, study_id)] == [TrialState.COMPLETE] * 2


@pytest.mark.parametrize(("deaths", "is_made"), [(1, True), (9, False)])
def test_a_worker_that_dies_making_the_final_model_is_replaced_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, deaths: int, is_made: bool
) -> None:
    file = tmp_path / "deaths"
    file.write_text("x\n" * deaths)
    monkeypatch.setenv("CUPEL_TOY", json.dumps({"kill_final": str(file)}))
    study_id = new_study(store, n_trials=2)
    assert run(store, study_id) is StudyState.DONE
    result = store.study(study_id).result
    assert ("final" in result) is is_made
    assert ("final_failure" in result) is not is_made
    assert store.artifacts.read(result["model_sha256"])  # at the least the fold networks as they are
    assert (result["best"]["holdout"] is not None) is is_made


def test_checkpoints_of_ended_trials_are_swept_away(store: Store) -> None:
    study_id = new_study(store, n_trials=2)
    folder = store.workspace.checkpoints / f"study-{study_id:04d}"
    folder.mkdir(parents=True)
    (folder / "trial-999.npz").write_bytes(b"left behind")
    run(store, study_id)
    assert not folder.exists()
