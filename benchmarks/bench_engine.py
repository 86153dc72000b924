"""What the engine itself costs: per trial, at the start, and in memory after many trials.

python benchmarks/bench_engine.py [overhead] [start] [memory]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from cupel.engine.domain.space import default_space, parameters
from cupel.engine.domain.space_fit import adapt_space
from cupel.engine.domain.space_points import start_points, to_params
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.search.runner import EngineSettings, StudyRunner
from cupel.engine.studies import create_study
from cupel.engine.workers.cluster import Cluster
from cupel.engine.workers.messages import Site
from cupel.storage.records import Curves, FoldScores, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store

PAST, MORE = 1000, 100


def fill(store: Store, study_id: int) -> None:
    """Store 1,000 complete trials of random parameters, with folds and curves."""
    rng = np.random.default_rng(0)
    space = adapt_space(default_space(("mlp",)), n_rows=96, max_epochs=50)
    known = start_points(space, "mlp", task="multiclass", metric="accuracy")[0]
    for number in range(PAST):
        values = dict(known)
        for p in parameters(space, "mlp", task="multiclass", metric="accuracy"):
            if p.name in values and p.kind == "float":
                values[p.name] = float(rng.choice(p.grid(9)))
            elif p.name in values and p.kind == "int":
                values[p.name] = int(rng.integers(int(p.low), int(p.high) + 1))
        params = to_params(space, "mlp", values, task="multiclass", metric="accuracy")
        trial = store.create_trial(
            study_id=study_id,
            number=number,
            kind=TrialKind.SEARCH,
            family="mlp",
            params=params,
            user_attrs={"values": values},
        )
        store.start_trial(trial.id, "bench")
        scores = FoldScores(("accuracy",), rng.random((5, 1)), np.full(5, 49))
        curves = Curves(
            ("train_loss", "valid_loss", "valid_score"), rng.random((5, 50, 3)).astype(np.float32)
        )
        value = float(scores.values.mean())
        store.finish_trial(
            trial.id, TrialOutcome(TrialState.COMPLETE, value, 0.1, scores, curves, n_parameters=1000)
        )


def no_work(site: Site, n_workers: int) -> Cluster:
    """Return workers that train nothing."""
    return Cluster(site, n_workers, work="noop_worker:NOTHING")


def overhead() -> None:
    """Time trials whose training costs nothing, in a store with 1,000 trials."""
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    sys.path.insert(0, str(Path(__file__).parent))
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
        spec = StudySpec(
            "species",
            budget=BudgetSpec(PAST + MORE),
            max_epochs=50,
            baselines=False,
            export_dir="",
            n_workers=1,
            pruner="none",
        )
        study, _ = create_study(store, "sample:iris", spec)
        fill(store, study.id)
        StudyRunner(store, study.id, EngineSettings(no_work)).run()
        trials = [t for t in store.trials(study.id) if t.number >= PAST]
        first, last = min(t.created_at for t in trials), max(t.finished_at for t in trials if t.finished_at)
        ours = (last - first).total_seconds() / len(trials)
    with tempfile.TemporaryDirectory() as folder:
        theirs = optuna_sqlite(f"sqlite:///{folder}/optuna.db")
    print(
        f"overhead per trial at {PAST} trials: Cupel {1000 * ours:.1f} ms (ask, schedule, 50 epochs, record, tell)"
    )
    print(f"  Optuna with its SQLite storage {1000 * theirs:.1f} ms -> {theirs / ours:.1f}x")


def optuna_sqlite(url: str) -> float:
    """Return the seconds a trial of the same parameters and 50 intermediate values in Optuna's own storage."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        storage=url, sampler=optuna.samplers.TPESampler(seed=0, multivariate=True, group=True)
    )
    space = parameters(
        adapt_space(default_space(("mlp",)), n_rows=96, max_epochs=50),
        "mlp",
        task="multiclass",
        metric="accuracy",
    )
    distributions: dict[str, Any] = {
        p.name: optuna.distributions.CategoricalDistribution(p.choices)
        if p.kind in ("choice", "fixed")
        else optuna.distributions.IntDistribution(int(p.low), int(p.high), log=p.log)
        if p.kind == "int"
        else optuna.distributions.FloatDistribution(p.low, p.high, log=p.log)
        for p in space
    }
    rng = np.random.default_rng(0)
    past = [
        optuna.trial.create_trial(
            value=float(rng.random()),
            params={k: d.choices[0] if hasattr(d, "choices") else d.low for k, d in distributions.items()},
            distributions=distributions,
        )
        for _ in range(PAST)
    ]
    study.add_trials(past)
    n = 10
    started = time.perf_counter()
    for _ in range(n):
        trial = study.ask(distributions)
        for epoch in range(50):
            trial.report(0.5, epoch)
        study.tell(trial, float(rng.random()))
    return (time.perf_counter() - started) / n


def start() -> None:
    """Time from `cupel search` to the first scored trial, start-up of everything included."""
    cupel = str(Path(sys.executable).parent / "cupel")
    for attempt in ("first", "warm disk"):
        with tempfile.TemporaryDirectory() as folder:
            command = [
                cupel,
                "search",
                "sample:breast_cancer",
                "--target",
                "diagnosis",
                "--trials",
                "1",
                "--no-export",
            ]
            started = time.time()
            subprocess.run([*command, "--workspace", folder], check=True, stderr=subprocess.DEVNULL)
            with Store.open(Path(folder), "r") as store:
                study = store.studies()[0]
                ends = [(t.finished_at, t.kind) for t in store.trials(study.id) if t.finished_at]
        baseline = min(e for e, _ in ends).timestamp() - started
        trial = min(e for e, kind in ends if kind is TrialKind.SEARCH).timestamp() - started
        print(
            f"start, {attempt}: first baseline scored after {baseline:.1f} s, first trial after {trial:.1f} s"
        )


def memory() -> None:
    """Run 300 real trials on one worker and print its memory on the way."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder)) as store:
        spec = StudySpec(
            "species", split=SplitSpec(n_folds=3), budget=BudgetSpec(300), max_epochs=5, baselines=False, export_dir="",
            n_workers=1, sampler="random", pruner="none",
        )  # fmt: skip
        study, _ = create_study(store, "sample:iris", spec)
        StudyRunner(store, study.id).run()
        used = [
            (t.number, t.peak_memory_bytes, t.worker) for t in store.trials(study.id) if t.peak_memory_bytes
        ]
    for number in (10, 50, 100, 200, 299):
        n, peak, _ = min(used, key=lambda u: abs(u[0] - number))
        print(f"memory of the worker after {n} trials: {peak / 2**20:.0f} MB")
    print(f"  worker processes used: {len({worker for *_, worker in used})}")


if __name__ == "__main__":
    parts = {"overhead": overhead, "start": start, "memory": memory}
    for part in sys.argv[1:] or parts:
        parts[part]()
