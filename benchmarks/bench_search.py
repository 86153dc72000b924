"""Cross-validated search: Cupel against the script a user would write, and against KerasTuner with folds.

Same tables, folds, configurations and epochs, each on the whole machine as it comes (and, with ``--one``, everything on
one core, which Linux alone can do). Prints trials per hour from the start of the program to its last score, the ratio,
and the mean scores. What Cupel does after the last trial, choosing and training the final network, the scripts do not:
it is told apart.

    python benchmarks/bench_search.py [--quick] [--one] [digits] [breast_cancer] [adult]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
from cupel.engine.data.schema import TableSchema
from cupel.engine.domain.space import space_from_toml
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.kinds.table.fit import fit_preprocessing
from cupel.engine.kinds.table.preprocessing import table_spec
from cupel.engine.studies import create_study
from cupel.engine.study_rows import StudyRows
from cupel.storage.records import TrialKind, TrialState
from cupel.storage.store import Store

HERE = Path(__file__).parent
EPOCHS = 20
SPACE = {
    "mlp": {
        "n_layers": {"type": "int", "low": 1, "high": 3}, "width": {"type": "int", "low": 32, "high": 256, "log": True},
        "taper": {"type": "choice", "choices": [1.0, 0.5]}, "activation": {"fixed": "relu"},
        "normalization": {"fixed": "batch"}, "dropout": {"type": "float", "low": 0.05, "high": 0.4},
        "optimizer": {"fixed": "adamw"}, "learning_rate": {"type": "float", "low": 5e-4, "high": 1e-2, "log": True},
        "weight_decay": {"type": "float", "low": 1e-4, "high": 1e-1, "log": True},
        "batch_size": {"type": "choice", "choices": [32, 64, 128]},
        # What the scripts do too: scaled numbers as they are, one learning rate, every epoch.
        "numeric_embedding": {"fixed": "none"}, "scaling": {"fixed": "standard"}, "schedule": {"fixed": "constant"},
        "patience": {"fixed": EPOCHS}, "label_smoothing": {"fixed": 0.0},
    }
}  # fmt: skip
TABLES = {
    "digits": ("sample:digits", "digit", None), "breast_cancer": ("sample:breast_cancer", "diagnosis", None),
    "adult": ("../shared/data/tabular-classification/adult/adult-train.csv", "column_15", 10_000),
}  # fmt: skip


def source_of(name: str, folder: Path) -> tuple[str, str] | None:
    """Return the data and target of a table; adult is cut to its first 10,000 rows."""
    source, target, n_rows = TABLES[name]
    if n_rows is None:
        return source, target
    path = HERE.parent / source
    if not path.exists():
        return None
    cut = folder / f"{name}.csv"
    with path.open() as lines:
        cut.write_text("".join(line for _, line in zip(range(n_rows), lines, strict=False)))
    return str(cut), target


def run_cupel(folder: Path, source: str, target: str, n_trials: int, n_workers: int | None) -> dict[str, Any]:
    """Search with Cupel in an engine process, start-up included."""
    started = time.time()
    spec = StudySpec(
        target, metric="accuracy", split=SplitSpec(holdout=0.0), budget=BudgetSpec(n_trials), sampler="random", pruner="none",
        space=space_from_toml(tomli_w.dumps(SPACE)), max_epochs=EPOCHS, baselines=False, export_dir="", n_workers=n_workers,
    )  # fmt: skip
    with Store.open(folder / "workspace") as store:
        study, _ = create_study(store, source, spec)
        command = [sys.executable, "-m", "cupel.engine.run", str(folder / "workspace"), str(study.id)]
        subprocess.run(command, check=True)
        ended = time.time()
        trials = [
            t for t in store.trials(study.id, kinds=[TrialKind.SEARCH]) if t.state is TrialState.COMPLETE
        ]
        first = min(t.started_at for t in trials if t.started_at)
        last = max(t.finished_at for t in trials if t.finished_at)
        problem, n_classes = _problem(store, study.id, trials[0].params)
    return {
        "seconds": last.timestamp() - started, "final_s": ended - last.timestamp(), "n": len(trials), "steady_s": (last - first).total_seconds(), "problem": problem,
        "n_classes": n_classes, "trials": trials,
    }  # fmt: skip


def _problem(store: Store, study_id: int, params: Mapping[str, Any]) -> tuple[dict[str, np.ndarray], int]:
    """Return what the user's script trains on: the same preprocessed rows of the same folds as all trials have."""
    study = store.study(study_id)
    schema = TableSchema.from_json(store.dataset(study.dataset_id or 0).schema)
    rows = StudyRows(store, study)
    table, target, splits = rows.table, rows.target, rows.splits
    arrays: dict[str, np.ndarray] = {}
    fitted = fit_preprocessing(table, schema.features, splits.train, table_spec(params))
    for k, preprocessing in enumerate(fitted):
        arrays[f"x{k}"] = preprocessing.transform(table).numeric
        arrays[f"y{k}"] = target.at(np.arange(table.n_rows)) if target.n_dropped == 0 else target.values
        arrays[f"train{k}"], arrays[f"valid{k}"] = splits.train[k], splits.valid[k]
    return arrays, max(target.n_classes, 2)


def run_script(
    folder: Path, cupel: dict[str, Any], n: int, mode: list[str], threads: int | None
) -> dict[str, Any]:
    """Run the user's script on the first `n` configurations that Cupel tried."""
    np.savez(folder / "problem.npz", **cupel["problem"])
    configs = [{k: t.params[k] for k in _KEYS} for t in cupel["trials"][:n]]
    job = {"configs": configs, "n_folds": 5, "epochs": EPOCHS, "n_classes": cupel["n_classes"]}
    (folder / "job.json").write_text(json.dumps(job))
    command = [
        sys.executable,
        str(HERE / "user_script.py"),
        str(folder / "problem.npz"),
        str(folder / "job.json"),
        *mode,
    ]
    environment = os.environ | ({"BENCH_THREADS": str(threads)} if threads else {})
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    return json.loads(done.stdout.strip().splitlines()[-1])


_KEYS = ("n_layers", "width", "taper", "dropout", "learning_rate", "weight_decay", "batch_size")


def main() -> None:
    """Print the comparison for each table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", default=list(TABLES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", action="store_true", help="one worker, and one core for everything")
    args = parser.parse_args()
    if args.one:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # children have it too
    n_ours, n_theirs = (12, 2) if args.quick else (40, 5)
    for name in args.tables:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            source = source_of(name, folder)
            if source is None:
                print(f"{name}: not there, left out")
                continue
            ours = run_cupel(folder, *source, n_ours, 1 if args.one else None)
            per_hour = 3600 * ours["n"] / ours["seconds"]
            steady = 3600 * ours["n"] / ours["steady_s"]
            print(
                f"{name}: Cupel {per_hour:.0f} trials/h with start-up, {steady:.0f} without ({ours['n']} trials, 5 folds, {EPOCHS} "
                f"epochs; the final network took {ours['final_s']:.0f} s more)"
            )
            for label, mode in (("Optuna + Keras fit", []), ("KerasTuner + folds", ["tuner"])):
                try:
                    theirs = run_script(folder, ours, n_theirs, mode, 1 if args.one else None)
                except subprocess.CalledProcessError:
                    print(f"  {label}: not installed or failed, left out")
                    continue
                rate = 3600 * n_theirs / theirs["seconds"]
                mean = np.mean([t.value for t in ours["trials"][:n_theirs]])
                print(
                    f"  {label}: {rate:.0f} trials/h -> {per_hour / rate:.1f}x ({steady / rate:.1f}x without our start-up); mean "
                    f"accuracy on the same {n_theirs} configurations: Cupel {mean:.4f}, {np.mean(theirs['scores']):.4f} there"
                )


if __name__ == "__main__":
    main()
