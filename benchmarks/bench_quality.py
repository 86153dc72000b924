"""Quality on tables and texts: Cupel's exported best of a short search against the baselines, a plain MLP, and RealMLP.

Same rows, same five folds, same holdout for everybody; each peer's five fold networks predict the holdout together. The
plain MLP is two dense layers with Keras's defaults, RealMLP is pytabkit's with its defaults (and its stopping metric set
to the one that is judged); both keep the epoch that is best on the fold's own validation rows (early stopping as usual),
where Cupel's folds choose one another's. Only the holdout compares them, which no epoch was chosen on. Of texts the plain
MLP sees the TF-IDF of the 1,500 commonest words and pairs of words, RealMLP the first 100 singular vectors of all of them.

    make bench-quality
    python benchmarks/bench_quality.py [--seconds 120] [--realmlp PYTHON] [--keep FOLDER] [titanic] [adult] …

A tie is a difference on the holdout that is no larger than the spread of Cupel's five fold scores.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
from cupel.engine.baselines import fit_baseline
from cupel.engine.data.schema import TableSchema
from cupel.engine.data.table import Table
from cupel.engine.domain.metrics import METRICS
from cupel.engine.domain.spec import BudgetSpec, StudySpec
from cupel.engine.kinds.table.fit import fit_preprocessing
from cupel.engine.kinds.table.spec import PreprocessingSpec
from cupel.engine.kinds.text.baselines import single_and_pairs
from cupel.engine.kinds.text.preprocessing import texts_of
from cupel.engine.splits.splitting import Splits
from cupel.engine.studies import create_study
from cupel.engine.study_rows import StudyRows
from cupel.storage.records import StudyRecord, TrialKind, TrialState
from cupel.storage.store import Store
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

HERE = Path(__file__).parent
DATA = HERE.parent.parent / "shared" / "data"
BASELINES = {"linear": "linear", "hist_gradient_boosting": "trees", "tfidf_linear": "TF-IDF + linear"}
N_WORDS, N_VECTORS = 1_500, 100
TABLES: dict[str, tuple[str, str, str, int | None]] = {  # source, target, metric, rows at most
    "titanic": ("tabular-classification/titanic/titanic.csv", "Survived", "roc_auc", None),
    "penguins": ("tabular-classification/penguins/penguins.csv", "species", "accuracy", None),
    "phoneme": ("tabular-classification/phoneme/phoneme.csv", "column_6", "roc_auc", None),
    "telco-churn": ("tabular-classification/telco-churn/Telco-Customer-Churn.csv", "Churn", "roc_auc", None),
    "adult-10k": ("tabular-classification/adult/adult-train.csv", "column_15", "roc_auc", 10_000),
    "adult": ("tabular-classification/adult/adult-train.csv", "column_15", "roc_auc", None),
    "auto-mpg": ("tabular-regression/auto-mpg/mpg.csv", "mpg", "rmse", None),
    "california": ("tabular-regression/california-housing/housing.csv", "median_house_value", "rmse", None),
    "iris": ("sample:iris", "", "accuracy", None),
    "wine": ("sample:wine", "", "accuracy", None),
    "breast_cancer": ("sample:breast_cancer", "", "roc_auc", None),
    "digits": ("sample:digits", "", "accuracy", None),
    "diabetes": ("sample:diabetes", "", "rmse", None),
    "sms-spam": ("text/sms-spam/sms.tsv", "column_1", "accuracy", None),
    "waimai": ("text/waimai-10k/waimai_10k.csv", "label", "accuracy", None),
}


def source_of(name: str, folder: Path) -> str | None:
    """Return what to read of a table, cut to its first rows where that is asked; None where it is not there."""
    source, _, _, n_rows = TABLES[name]
    if source.startswith("sample:"):
        return source
    path = DATA / source
    if not path.exists() or n_rows is None:
        return str(path) if path.exists() else None
    cut = folder / f"{name}.csv"
    with path.open() as lines:
        cut.write_text("".join(line for _, line in zip(range(n_rows), lines, strict=False)))
    return str(cut)


def target_of(name: str, source: str) -> str:
    """Return the target; of a sample table it is the last column."""
    if TABLES[name][1]:
        return TABLES[name][1]
    from cupel.engine.kinds.sources import load

    return load(source, None).table.names[-1]


def search(name: str, folder: Path, source: str, args: argparse.Namespace) -> tuple[Store, StudyRecord]:
    """Search with Cupel in an engine process, start-up, final model and export included."""
    spec = StudySpec(
        target_of(name, source), metric=TABLES[name][2], budget=BudgetSpec(timeout_s=args.seconds), seed=args.seed,
        families=tuple(args.family or ()), export_dir=str(folder / "bundle"),
    )  # fmt: skip
    store = Store.open(folder / "workspace")
    study, _ = create_study(store, source, spec)
    command = [sys.executable, "-m", "cupel.engine.run", str(folder / "workspace"), str(study.id)]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return store, store.study(study.id)


def schema_of(store: Store, study: StudyRecord) -> TableSchema:
    """Return the roles of the columns of a study."""
    return TableSchema.from_json(store.dataset(study.dataset_id or 0).schema)


def write_job(store: Store, study: StudyRecord, path: Path) -> tuple[Any, Splits]:
    """Write what the peers train on; return the targets of all rows, and the splits."""
    rows = StudyRows(store, study)
    table, target, splits = rows.table, rows.target, rows.splits
    schema = schema_of(store, study)
    y = np.zeros(table.n_rows, target.values.dtype)
    y[target.rows] = target.values
    roles = {c.name: c.role for c in schema.features}
    numbers = [table.numbers(n).numbers for n, role in roles.items() if role in ("numeric", "date")]
    categories = [table[n].categories()[0] for n, role in roles.items() if role == "categorical"]
    arrays: dict[str, Any] = {
        "numbers": np.stack(numbers, axis=1) if numbers else np.zeros((table.n_rows, 0)),
        "categories": np.stack(categories, axis=1) if categories else np.zeros((table.n_rows, 0), np.int64),
        "y": y, "task": np.array(target.task), "metric": np.array(study.metric),
        "n_classes": np.array(len(target.labels)), "holdout": splits.holdout,
    }  # fmt: skip
    is_text = schema.kind == "text"
    inputs = (
        text_inputs(table, schema, splits)
        if is_text
        else (
            {"x": f.transform(table).numeric}
            for f in fit_preprocessing(table, schema.features, splits.train, PreprocessingSpec())
        )
    )
    for k, found in enumerate(inputs):
        arrays |= {f"{name}{k}": values for name, values in found.items()}
        arrays |= {f"train{k}": splits.train[k], f"valid{k}": splits.valid[k]}
    np.savez(path, **arrays)
    return y, splits


def text_inputs(table: Table, schema: TableSchema, splits: Splits) -> Iterator[dict[str, np.ndarray]]:
    """Yield what the peers see of texts in each fold: ``x`` for the plain MLP, ``numbers`` for RealMLP."""
    texts, text_of_row = texts_of(table, [c.name for c in schema.features])
    of_row = [texts[i] for i in text_of_row.tolist()]
    for train in splits.train:
        vectorizer: Any = TfidfVectorizer(analyzer=cast("Any", single_and_pairs), sublinear_tf=True)
        of_train: Any = vectorizer.fit_transform([of_row[i] for i in train.tolist()])
        commonest = np.argsort(-np.asarray(of_train.astype(bool).sum(axis=0)).ravel(), kind="stable")[
            :N_WORDS
        ]
        everything = vectorizer.transform(of_row)
        vectors = TruncatedSVD(N_VECTORS, random_state=0).fit(of_train).transform(everything)
        yield {"x": everything[:, commonest].toarray().astype(np.float32), "numbers": vectors}


def refitted(store: Store, study: StudyRecord, baseline: str) -> float:
    """Return the holdout score of a baseline on all development rows."""
    rows = StudyRows(store, study)
    development, holdout = rows.splits.development, rows.splits.holdout
    fitted = fit_baseline(baseline, rows.table, schema_of(store, study), rows.target, development)
    return METRICS[study.metric](rows.target.at(holdout), fitted.predict(holdout))


def run_peer(python: str, peer: str, job: Path, kept: Path) -> dict[str, np.ndarray]:
    """Return a peer's predictions of the validation rows of each fold and of the holdout; `kept` saves a repetition."""
    if not kept.exists():
        command = [python, str(HERE / "quality_peers.py"), peer, str(job), str(kept)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with np.load(kept) as arrays:
        return dict(arrays)


def compare(name: str, args: argparse.Namespace, total: dict[str, dict[str, int]]) -> None:
    """Print the scores on one table, and count who wins."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        source = source_of(name, folder)
        if source is None:
            print(f"{name}: not there, left out")
            return
        store, study = search(name, folder, source, args)
        result = study.result or {}
        metric = METRICS[study.metric]
        best = result["best"]
        spread = best["cv_std"]
        trials = [
            t for t in store.trials(study.id, kinds=[TrialKind.SEARCH]) if t.state is TrialState.COMPLETE
        ]
        first = min(t.finished_at for t in trials if t.finished_at)
        scores: dict[str, tuple[float, float, float]] = {}
        if args.trials:
            for t in trials:
                print(f"    {t.number:3d} {t.family:10s} {t.value:.5g} {t.duration_s:.1f} s", flush=True)
        for key, label in BASELINES.items():
            b = result["baselines"].get(key)
            if b:  # a short search may have had no time for it
                held = b["holdout"] or {study.metric: refitted(store, study, key)}
                scores[label] = (b["cv_mean"], b["cv_std"], held[study.metric])
        job = folder / "job.npz"
        y, splits = write_job(store, study, job)
        peers = {"plain MLP": (sys.executable, "keras")}
        if args.realmlp:
            peers["RealMLP"] = (args.realmlp, "realmlp")
        digest = hashlib.sha256(job.read_bytes()).hexdigest()[:12]
        kept = Path(args.keep) if args.keep else folder
        kept.mkdir(parents=True, exist_ok=True)
        for label, (python, peer) in peers.items():
            found = run_peer(python, peer, job, kept / f"{name}-{digest}-{peer}.npz")
            folds = [metric(y[rows], found[f"valid{k}"]) for k, rows in enumerate(splits.valid)]
            scores[label] = (
                float(np.mean(folds)),
                float(np.std(folds)),
                metric(y[splits.holdout], found["holdout"]),
            )
        ours = best["holdout"][study.metric]
        exported = result.get("export", {}).get("passed")
        waited = (first - study.created_at).total_seconds()
        print(
            f"{name} ({study.metric}, {len(y)} rows): {len(trials)} trials, first after {waited:.0f} s, "
            f"exported {exported}, {result['final']['kind']}"
        )
        print(
            f"  {'Cupel (' + best['family'] + ')':24s} folds {best['cv_mean']:.5g} ± {spread:.2g}  holdout {ours:.5g}"
        )
        for label, (mean, std, holdout) in scores.items():
            verdict = (
                "tie"
                if abs(ours - holdout) <= spread
                else "win"
                if metric.direction.is_better(ours, holdout)
                else "loss"
            )
            total.setdefault(label, {"win": 0, "tie": 0, "loss": 0})[verdict] += 1
            print(f"  {label:24s} folds {mean:.5g} ± {std:.2g}  holdout {holdout:.5g}  {verdict}", flush=True)
        store.close()


def main() -> None:
    """Print the comparison on each table, and the sum."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", default=list(TABLES))
    parser.add_argument("--seconds", type=float, default=120.0, help="of each search, its export included")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", action="append", help="search these families alone")
    parser.add_argument("--realmlp", help="the Python of an environment with pytabkit")
    parser.add_argument("--trials", action="store_true", help="print each trial")
    parser.add_argument("--keep", help="a folder for the peers' predictions, which then are made once")
    args = parser.parse_args()
    total: dict[str, dict[str, int]] = {}
    started = time.monotonic()
    for name in args.tables:
        compare(name, args, total)
    for label, counts in total.items():
        print(f"against {label:20s} " + ", ".join(f"{n} {verdict}" for verdict, n in counts.items()))
    print(f"{time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
