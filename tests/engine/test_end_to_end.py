"""A whole search with TensorFlow on a table with gaps, categories and dates: killed in the middle, and exported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from cupel.engine.commands.summary import summary
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.jobs.launch import launch_engine
from cupel.engine.studies import create_study
from cupel.engine.watching import EngineState, EngineWatch
from cupel.storage.records import FailureKind, Request, StudyState, TrialKind, TrialRecord, TrialState
from cupel.storage.store import Store


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    lines = ["size;colour;bought;useful"]
    for _ in range(240):
        size, colour = rng.normal(), rng.choice(["red", "green", "blue"])
        day = rng.integers(1, 28)
        chance = 1 / (1 + np.exp(-3 * size - (colour == "red") - (day > 14)))
        cells = ["" if rng.random() < 0.1 else f"{size:.3f}", "" if rng.random() < 0.1 else colour]
        lines.append(";".join([*cells, f"2024-03-{day:02d}", "yes" if rng.random() < chance else "no"]))
    path = tmp_path_factory.mktemp("table") / "things.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def new_study(store: Store, table: Path, **changes: Any) -> int:
    values: dict[str, Any] = {
        "target": "useful", "budget": BudgetSpec(4), "max_epochs": 12, "n_workers": 1, "export_dir": "",
        "split": SplitSpec(n_folds=3),
    }  # fmt: skip
    return create_study(store, table, StudySpec(**{**values, **changes}))[0].id


def run(store: Store, study_id: int, *, kill_after: int | None = None) -> EngineState:
    """Run a study in an engine process; kill it once so many trials have ended."""
    store.request(study_id, Request.RUN)
    pid = launch_engine(store.workspace.path, study_id)
    watch = EngineWatch(store, study_id, pid)
    while (state := watch.state()) is EngineState.RUNS:
        if (
            kill_after is not None
            and sum(t.state.is_finished for t in searched(store, study_id)) >= kill_after
        ):
            os.kill(pid, signal.SIGKILL)
            kill_after = None
        threading.Event().wait(0.02)
    return state


def searched(store: Store, study_id: int) -> list[TrialRecord]:
    return store.trials(study_id, kinds=[TrialKind.SEARCH])


@pytest.mark.slow
def test_a_killed_search_is_resumed_to_what_it_would_have_found(tmp_path: Path, table: Path) -> None:
    with Store.open(tmp_path / "workspace") as store:
        whole, killed = (
            new_study(store, table, families=("mlp", "realmlp"), n_finalists=0) for _ in range(2)
        )
        assert run(store, whole) is EngineState.ENDED
        assert run(store, killed, kill_after=2) is EngineState.LOST
        assert run(store, killed) is EngineState.ENDED
        expected, found = searched(store, whole), searched(store, killed)
        assert [t.number for t in found] == list(range(4))
        assert [dict(t.params) for t in found] == [dict(t.params) for t in expected]
        assert [t.failure for t in found] == [None] * 4
        assert [(t.state, t.value) for t in found] == [(t.state, t.value) for t in expected]
        first, second = (summary(store, store.study(i)) for i in (whole, killed))
        assert first["best"] == second["best"]
        assert first["baselines"] == second["baselines"]
        assert not list(store.workspace.checkpoints.iterdir())


def kill_converter(engine: int) -> bool:
    """Kill the process of an engine that converts the networks for its bundle, once there is one."""
    for one in psutil.process_iter(["ppid", "cmdline"]):
        command = one.info["cmdline"] or []
        if one.info["ppid"] == engine and any("deployment.convert" in word for word in command):
            one.kill()
            return True
    return False


@pytest.mark.slow
def test_an_export_whose_process_is_killed_is_made_again(tmp_path: Path, table: Path) -> None:
    with Store.open(tmp_path / "workspace") as store:
        study_id = new_study(store, table, n_finalists=0, export_dir=str(tmp_path / "bundle"))
        store.request(study_id, Request.RUN)
        pid = launch_engine(store.workspace.path, study_id)
        watch, is_killed = EngineWatch(store, study_id, pid), False
        while watch.state() is EngineState.RUNS:
            is_killed = is_killed or kill_converter(pid)
            threading.Event().wait(0.02)
        assert is_killed
        found = summary(store, store.study(study_id))
        exports = sorted(store.exports(study_id), key=lambda one: one.id)
        kinds = [None if one.failure is None else one.failure.kind for one in exports]
        assert kinds[-1] is None
        # Killed before it had been asked, it is replaced without a word.
        assert kinds[:-1] in ([], [FailureKind.KILLED])
        assert found["export"] == {"path": exports[-1].path, "passed": True}


def test_a_search_finds_something_exports_it_and_the_bundle_predicts(tmp_path: Path, table: Path) -> None:
    out = tmp_path / "bundle"
    with Store.open(tmp_path / "workspace") as store:
        study_id = new_study(store, table, export_dir=str(out), n_workers=2)
        assert run(store, study_id) is EngineState.ENDED
        study = store.study(study_id)
        assert study.state is StudyState.DONE
        found = summary(store, study)
        assert found["best"]["cv_mean"] > 0.75  # majority has 0.5
        assert found["export"] == {"path": str(out), "passed": True}
        best = store.trial_by_number(study_id, found["best"]["trial"])
        assert best.state is TrialState.COMPLETE
    target = tmp_path / "predicted.csv"
    done = subprocess.run(
        [sys.executable, "-m", "cupel.gui.main", "predict", str(out), str(table), "--out", str(target)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = target.read_text().splitlines()
    assert len(rows) == 241
    assert rows[0].split(",") == ["prediction", "p_no", "p_yes"]
