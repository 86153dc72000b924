"""The store in figures: bytes and time per trial, listing many trials, and Optuna's SQLite storage.

Run as ``python benchmarks/bench_store.py [--quick]``; prints one line per figure.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cupel.storage.records import Curves, FoldScores, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store

N_FOLDS, N_EPOCHS = 5, 50
CURVES = ("train_loss", "valid_loss", "valid_accuracy")
METRICS = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc")
DIGESTS = {name: name[0] * 64 for name in ("data", "split", "preprocessing", "metric")}


def params(rng: np.random.Generator) -> dict[str, object]:
    """Return 20 parameters of the kind that a search space holds."""
    floats = {f"float_{n}": float(rng.lognormal()) for n in range(10)}
    ints = {f"int_{n}": int(rng.integers(1, 512)) for n in range(6)}
    return {**floats, **ints, **{f"choice_{n}": ("adam", "sgd", "relu")[rng.integers(3)] for n in range(4)}}


def outcome(rng: np.random.Generator, n_oof: int) -> TrialOutcome:
    """Return the end of a trial, with curves that fall and level off, with noise, as real ones do."""
    epochs = np.arange(N_EPOCHS)[None, :, None]
    rate = rng.uniform(3, 30, (N_FOLDS, 1, len(CURVES)))
    curves = 0.2 + np.exp(-epochs / rate) + rng.normal(0, 0.01, (N_FOLDS, N_EPOCHS, len(CURVES)))
    scores = rng.random((N_FOLDS, len(METRICS)))
    return TrialOutcome(
        TrialState.COMPLETE,
        value=float(scores[:, 0].mean()),
        value_std=float(scores[:, 0].std(ddof=1)),
        scores=FoldScores(METRICS, scores, rng.integers(0, N_EPOCHS, N_FOLDS)),
        curves=Curves(CURVES, curves.astype(np.float32)),
        oof=rng.random((n_oof, 2), dtype=np.float32) if n_oof else None,
        n_parameters=12_345,
        duration_s=3.2,
        peak_memory_bytes=700 << 20,
    )


def fill(store: Store, n_trials: int, n_oof: int = 0) -> float:
    """Write a study of `n_trials` trials as an engine does; return the seconds that the store took."""
    study = store.create_study(
        name="bench", dataset_id=None, spec={}, metric="accuracy", direction="maximize", task="binary"
    )
    rng = np.random.default_rng(0)
    total = 0.0
    for number in range(n_trials):
        asked, end = params(rng), outcome(rng, n_oof)
        start = time.perf_counter()
        trial = store.create_trial(
            study_id=study.id,
            number=number,
            kind=TrialKind.SEARCH,
            family="mlp",
            params=asked,
            n_epochs=N_EPOCHS,
            digests=DIGESTS,
        )
        store.start_trial(trial.id, "worker-0")
        store.finish_trial(trial.id, end)
        total += time.perf_counter() - start
    return total


def best_of(times: int, work: Callable[[], object]) -> float:
    """Return the least seconds that `work` takes."""
    taken: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def bench_size_and_writes(folder: Path, n_trials: int) -> None:
    """Print bytes per trial and writes per second."""
    with Store.open(folder) as store:
        seconds = fill(store, n_trials)
        print(
            f"{n_trials} trials × {N_FOLDS} folds × {N_EPOCHS} epochs × {len(CURVES)} curves, 20 parameters"
        )
        print(f"  write (create, start, finish)     {seconds / n_trials * 1e3:8.2f} ms a trial")
        print(f"  transactions                      {3 * n_trials / seconds:8.0f} a second")
        study = store.studies()[0]
        trials = store.trials(study.id)
        curves = Curves(CURVES, np.random.default_rng(0).random((N_FOLDS, N_EPOCHS, len(CURVES)), dtype="f4"))
        trial = store.create_trial(
            study_id=study.id, number=n_trials, kind=TrialKind.SEARCH, family="mlp", params={}
        )
        store.start_trial(trial.id, "worker-0")
        seconds = best_of(20, lambda: store.record_progress(trial.id, epoch=50, curves=curves))
        print(f"  progress of one epoch             {seconds * 1e3:8.2f} ms")
        print(f"  data_version()                    {best_of(200, store.data_version) * 1e6:8.1f} µs")
        seconds = best_of(20, lambda: store.trials(study.id, since_revision=trials[-1].revision))
        print(f"  what changed since                {seconds * 1e3:8.2f} ms")
    size = store.workspace.database.stat().st_size
    plain = N_FOLDS * N_EPOCHS * len(CURVES) * 4
    print(
        f"  database                          {size / n_trials:8.0f} bytes a trial ({plain} of plain curves)"
    )


def bench_reading(folder: Path) -> None:
    """Print the time to open the workspace and list its trials."""

    def table() -> None:
        with Store.open(folder, "r") as store:
            store.trial_table(store.studies()[0].id)

    def records() -> None:
        with Store.open(folder, "r") as store:
            store.trials(store.studies()[0].id)

    with Store.open(folder, "r") as store:
        n_trials = len(store.trial_table(store.studies()[0].id))
    print(f"open the workspace and list {n_trials} trials")
    print(f"  as a table                        {best_of(3, table):8.2f} s")
    print(f"  as records                        {best_of(2, records):8.2f} s")


def bench_optuna(folder: Path, n_trials: int) -> None:
    """Print the cost of a trial in this store and in Optuna's SQLite storage, with the same 20 parameters."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rng = np.random.default_rng(0)
    url = f"sqlite:///{folder / 'optuna.sqlite'}"
    study = optuna.create_study(storage=url, sampler=optuna.samplers.RandomSampler(seed=0))

    def one() -> None:
        trial = study.ask()
        for name, value in params(rng).items():
            if isinstance(value, str):
                trial.suggest_categorical(name, ("adam", "sgd", "relu"))
            elif isinstance(value, int):
                trial.suggest_int(name, 1, 512)
            else:
                trial.suggest_float(name, 1e-3, 1e3, log=True)
        study.tell(trial, float(rng.random()))

    one()
    start = time.perf_counter()
    for _ in range(n_trials):
        one()
    theirs = (time.perf_counter() - start) / n_trials
    with Store.open(folder / "ours") as store:
        ours = fill(store, n_trials) / n_trials
    print(f"{n_trials} trials, 20 parameters, random sampler")
    print(f"  Optuna's RDBStorage on SQLite     {theirs * 1e3:8.2f} ms a trial (parameters and value)")
    print(f"  this store                        {ours * 1e3:8.2f} ms a trial (and folds' scores and curves)")
    print(f"  ratio                             {theirs / ours:8.1f} ×")


def main() -> None:
    """Run all, or with ``--quick`` a tenth of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    scale = 10 if parser.parse_args().quick else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_size_and_writes(folder / "small", 10_000 // scale)
        bench_reading(folder / "small")
        with Store.open(folder / "large") as store:
            fill(store, 50_000 // scale)
        bench_reading(folder / "large")
        bench_optuna(folder, 1_000 // scale)


if __name__ == "__main__":
    main()
