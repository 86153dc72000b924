"""How honest are the numbers of a search? Print what they say beside the truth: ``python bench_honest.py [PARTS]``.

Every case is a file with few rows to search on and many that the search never sees (the official holdout ``test``), so
that the truth is known: the score there. What a search says is compared with it, on noise and on tables with a signal.
Each case is written to the folder when it is done; a run that is stopped goes on where it was. Parts: ``null``,
``tables``, ``nested``; without any, all of them, and then the report. ``--workspaces FOLDER`` keeps what the searches
stored, to try another estimate on the same trials.

    python benchmarks/bench_honest.py null tables
    python benchmarks/bench_honest.py report

Part ``judge`` judges the trials in kept workspaces anew, with today's statistics, and rewrites the cases.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from cupel.engine.domain.metrics import METRICS
from cupel.engine.statistics.epochs import best_epoch_scores
from cupel.engine.training.curves import CURVE_NAMES
from cupel.storage.ranking import Direction
from cupel.storage.records import TrialKind, TrialState
from cupel.storage.store import Store
from honest_tables import TABLES, Made, null_table

N_NULL, N_TRIALS, N_SAMPLES, N_OUTER = 20, 30, 4, 5
SHARED = Path(__file__).resolve().parents[2] / "shared"


@dataclass(frozen=True, slots=True)
class Case:
    """What a search said, and the truth.

    Attributes
    ----------
    best, corrected, low, high : float
        Cross-validated score of the best trial, and corrected for the choice.
    old_best, old_corrected : float
        The same from the same curves as version 0.1.0 told it: each fold's own best epoch, Tibshirani and Tibshirani.
    truth : float
        Mean score of the chosen trial's fold networks, each alone, on the unseen rows.
    final : float
        Score of the final model on the unseen rows.
    standard_error : float
        Of a score on as many rows as the search judged, by resampling the unseen ones.
    verdicts : dict
        Word by baseline.
    baselines : dict
        Scores of baselines on the unseen rows.
    ensemble : float or None
        The corrected score of the mean of several networks for each row.
    baselines_cv : dict
        Scores of baselines on the folds of the search: nothing was chosen by them, so that they show the luck of the rows.
    """

    name: str
    metric: str
    direction: str
    n_rows: int
    n_trials: int
    n_finalists: int
    best: float
    corrected: float
    low: float
    high: float
    old_best: float
    old_corrected: float
    truth: float
    final: float
    standard_error: float
    verdicts: dict[str, str]
    baselines: dict[str, float | None]
    seconds: float
    ensemble: float | None = None
    baselines_cv: dict[str, float | None] = field(default_factory=dict)


def run_case(name: str, made: Made, *, n_trials: int = N_TRIALS, workspaces: Path | None = None) -> Case:
    """Search on a table as a user does, and look at the truth."""
    with tempfile.TemporaryDirectory() as folder:
        path, workspace = Path(folder) / "data.csv", (workspaces or Path(folder)) / name
        made.write(path)
        began = time.monotonic()
        command = [
            str(Path(sys.executable).with_name("cupel")), "search", str(path), "--target", "target", "--trials",
            str(n_trials), "--holdout", "test", "--no-export", "--json", "--workspace", str(workspace),
            *(["--metric", made.metric] if made.metric else []),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr[-2000:]}")
        answer = json.loads(done.stdout)
        return _case(name, answer, workspace, time.monotonic() - began)


def _case(name: str, answer: dict[str, Any], workspace: Path, seconds: float) -> Case:
    from cupel.engine.study_rows import StudyRows
    from cupel.engine.training.model import TrainedModel

    metric = METRICS[answer["metric"]]
    with Store.open(workspace, "r") as store:
        study = store.study(answer["study"])
        rows = StudyRows(store, study)
        held = rows.splits.holdout
        y = np.full(rows.table.n_rows, -1, rows.target.values.dtype)
        y[rows.target.rows] = rows.target.values
        trial = store.trial_by_number(study.id, answer["best"]["trial"])
        model = TrainedModel.from_bytes(store.artifacts.read(trial.model_sha256 or ""))
        alone = [model.only(place).predict(rows.table, held) for place in range(model.n_networks)]
        truth = float(np.mean([metric(y[held], p) for p in alone]))
        n_judged = sum(len(v) for v in rows.splits.valid[: rows.splits.n_folds])
        standard_error = _standard_error(metric.name, y[held], alone[0], n_judged)
        first_mean, baselines_cv = float(trial.value or 0.0), _baselines_cv(store, study.id)
        old_best, old_corrected = old_way(store, study.id, metric.name)
    corrected = answer["corrected"]
    return Case(
        name, metric.name, metric.direction, n_judged, answer["n_complete"], len(answer["evidence"]["finalists"]),
        first_mean, corrected["value"], corrected["low"], corrected["high"], old_best, old_corrected,
        truth, answer["best"]["holdout"], standard_error,
        {n: v["verdict"] for n, v in answer["verdict"].items()},
        {n: b["holdout"] for n, b in answer["baselines"].items()}, round(seconds, 1),
        (answer["evidence"]["corrected"]["ensemble"] or {}).get("value"), baselines_cv,
    )  # fmt: skip


def judge_anew(case: Case, workspace: Path) -> Case:
    """Judge the trials of a kept workspace with today's statistics."""
    from cupel.engine.search.judging import Candidates, Judge
    from cupel.engine.search.preparing import prepare
    from cupel.engine.search.repeats import Repeats
    from cupel.engine.study_rows import StudyRows

    with Store.open(workspace, "r") as store:
        study = store.studies()[0]
        prepared = prepare(store, study)
        repeats = Repeats.load(store, study.result.get("repeats", {}))
        candidates = Candidates.of(store, prepared)
        evidence = Judge(store, prepared, StudyRows(store, study), candidates, repeats).evidence()
        baselines_cv = _baselines_cv(store, study.id)
    corrected = evidence.corrected
    assert corrected is not None
    return replace(
        case,
        corrected=corrected.value,
        low=corrected.low,
        high=corrected.high,
        verdicts={name: verdict.word for name, verdict in evidence.verdicts.items()},
        ensemble=corrected.ensemble.value if corrected.ensemble else None,
        baselines_cv=baselines_cv,
    )


def _baselines_cv(store: Store, study_id: int) -> dict[str, float | None]:
    return {t.name: t.value for t in store.trials(study_id, kinds=[TrialKind.BASELINE])}


def _standard_error(metric: str, y: np.ndarray, predictions: np.ndarray, n: int) -> float:
    """Return the spread of scores on `n` rows, drawn from the unseen ones."""
    rng = np.random.default_rng(0)
    scores = []
    for _ in range(200):
        rows = rng.integers(0, len(y), n)
        scores.append(METRICS[metric](y[rows], predictions[rows]))
    return float(np.nanstd(scores))


def old_way(store: Store, study_id: int, metric: str) -> tuple[float, float]:
    """Return the best score, and the corrected one, as version 0.1.0 would have told them of the same trainings."""
    direction = METRICS[metric].direction
    trials = [
        t
        for t in store.trials(study_id, kinds=[TrialKind.SEARCH])
        if t.state is TrialState.COMPLETE and t.same_as is None
    ]
    curves = store.curves_of([t.id for t in trials])
    place = CURVE_NAMES.index("valid_score")
    folds = np.stack([best_epoch_scores(curves[t.id].values[:, :, place], direction) for t in trials])
    means = folds.mean(axis=1)
    best = int((direction.sign * means).argmax())
    most = direction.sign * (direction.sign * folds).max(axis=0)
    return float(means[best]), float(means[best] - np.mean(most - folds[best]))


def nested(name: str, made: Made, folder: Path) -> float:
    """Return the nested estimate: the whole search inside each outer fold of the rows that may be searched.

    Each outer fold is a file of its own until all are there, so that a run that is stopped loses one fold at most.
    """
    order = np.random.default_rng(0).permutation(made.n_search)
    files = [folder / f"outer-{name}-{number}.json" for number in range(N_OUTER)]
    for file, rows in zip(files, np.array_split(order, N_OUTER), strict=True):
        if not file.exists():
            case = run_case(file.stem, made.holding_out(np.sort(rows)))
            file.write_text(json.dumps({"truth": case.truth}), encoding="utf-8")
            print(f"{file.stem}: {case.truth:.4g}", flush=True)
    mean = float(np.mean([json.loads(file.read_text())["truth"] for file in files]))
    for file in files:
        file.unlink()
    return mean


def cases(
    part: str, folder: Path, workspaces: Path | None
) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Yield the names of the cases of a part, and what makes each."""
    if part == "null":
        for seed in range(N_NULL):
            for task in ("classes", "regression"):
                made = null_table(seed, task)
                name = f"null-{task}-{seed}"
                yield name, lambda name=name, made=made: asdict(run_case(name, made, workspaces=workspaces))
        return
    for name, make in TABLES.items():
        for sample in range(N_SAMPLES if part == "tables" else 1):
            made = make(sample, SHARED)
            if made is None:
                print(f"{name}: left out, its data are not here")
                continue
            if part == "tables":
                key = f"table-{name}-{sample}"
                yield key, lambda key=key, made=made: asdict(run_case(key, made, workspaces=workspaces))
            else:
                yield f"nested-{name}", lambda name=name, made=made: {"nested": nested(name, made, folder)}


def report(folder: Path) -> str:
    """Return the tables of docs/honesty.md."""
    null = _read(folder, "null-")
    tables = _read(folder, "table-")
    nests = {
        p.stem.removeprefix("nested-"): json.loads(p.read_text())["nested"]
        for p in folder.glob("nested-*.json")
    }
    lines: list[str] = []
    if null:
        lines += _null_report(null)
    if tables:
        lines += _table_report(tables, nests)
    return "\n".join(lines)


def _read(folder: Path, prefix: str) -> list[Case]:
    return [Case(**json.loads(p.read_text())) for p in sorted(folder.glob(f"{prefix}*.json"))]


def _null_report(null: list[Case]) -> list[str]:
    lines = [
        "| noise | cases | best | corrected | truth | standard error of the mean | interval holds the truth | "
        'wrongly "better" than a baseline | "better" than every one | "better" than one | 0.1.0: best | '
        "0.1.0: corrected | final model | the constant: folds, unseen |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for task in ("classes", "regression"):
        found = [c for c in null if c.name.startswith(f"null-{task}")]
        if not found:
            continue
        truth = np.array([c.truth for c in found])
        error = np.array([c.corrected for c in found]) - truth
        held = sum(c.low <= t <= c.high for c, t in zip(found, truth, strict=True))
        better = sum(any(_is_wrong(c, name) for name in c.verdicts) for c in found)
        lines.append(
            f"| {task} | {len(found)} | {_mean(c.best for c in found)} | {_mean(c.corrected for c in found)} | "
            f"{_mean(truth)} | {np.std(error, ddof=1) / np.sqrt(len(error)):.4f} | {held} of {len(found)} | {better} | "
            f"{sum(set(c.verdicts.values()) == {'better'} for c in found)} | "
            f"{sum('better' in c.verdicts.values() for c in found)} | "
            f"{_mean(c.old_best for c in found)} | {_mean(c.old_corrected for c in found)} | "
            f"{_mean(c.final for c in found)} | {_mean(c.baselines_cv.get('majority', np.nan) for c in found)}, "
            f"{_mean(c.baselines['majority'] for c in found)} |"
        )
    return [*lines, ""]


def _is_wrong(case: Case, baseline: str) -> bool:
    """Whether "better" is said of a baseline that is no worse on the unseen rows; trees fit noise, and are worse."""
    theirs = case.baselines[baseline]
    if case.verdicts[baseline] != "better" or theirs is None:
        return False
    return not Direction(case.direction).is_better(case.final, theirs)


def _table_report(tables: list[Case], nests: dict[str, float]) -> list[str]:
    lines = [
        "| table | metric | rows | best | corrected (interval) | truth | error, in standard errors | final model | "
        "0.1.0: best | 0.1.0: corrected | nested |",
        "| --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for c in tables:
        name = c.name.removeprefix("table-")
        nest = nests.get(name.rsplit("-", 1)[0])
        shown = "" if nest is None or not name.endswith("-0") else f"{nest:.4g}"
        lines.append(
            f"| {name} | {c.metric} | {c.n_rows} | {c.best:.4g} | {c.corrected:.4g} ({c.low:.4g} to {c.high:.4g}) | "
            f"{c.truth:.4g} | {_error(c, c.corrected, c.truth):+.2f} | {c.final:.4g} | {c.old_best:.4g} | "
            f"{c.old_corrected:.4g} | {shown} |"
        )
    lines.append("")
    ways = {
        "corrected": lambda c: c.corrected,
        "best of all, uncorrected": lambda c: c.best,
        "0.1.0: best": lambda c: c.old_best,
        "0.1.0: corrected": lambda c: c.old_corrected,
    }
    lines += [
        "| what is told | mean error against the fold networks | spread | mean error against the final model |",
        "| --- | ---: | ---: | ---: |",
    ]
    for way, value in ways.items():
        errors = np.array([_error(c, value(c), c.truth) for c in tables])
        final = np.array([_error(c, value(c), c.final) for c in tables])
        lines.append(f"| {way} | {errors.mean():+.2f} | {errors.std(ddof=1):.2f} | {final.mean():+.2f} |")
    for name in ("linear", "hist_gradient_boosting"):
        found = [
            _error(c, c.baselines_cv[name] or 0.0, c.baselines[name] or 0.0)
            for c in tables
            if c.baselines_cv.get(name) is not None and c.baselines.get(name) is not None
        ]
        if found:
            lines.append(
                f"| baseline {name}, of which nothing was chosen ({len(found)} cases) | {np.mean(found):+.2f} | "
                f"{np.std(found, ddof=1):.2f} | |"
            )
    shipped = [c for c in tables if c.ensemble is not None]
    if shipped:
        found = np.array([_error(c, c.ensemble or 0.0, c.final) for c in shipped])
        lines.append(
            f"| the small ensemble ({len(shipped)} cases) | | {found.std(ddof=1):.2f} | {found.mean():+.2f} |"
        )
    held = sum(c.low <= c.truth <= c.high for c in tables)
    held_final = sum(c.low <= c.final <= c.high for c in tables)
    lines += [
        "",
        f"Errors are in standard errors of a score on the rows searched, positive where the score flatters. The interval "
        f"holds the truth of the fold networks in {held} of {len(tables)} cases, of the final model in {held_final}.",
    ]
    return lines


def _error(case: Case, value: float, truth: float) -> float:
    sign = Direction(case.direction).sign
    return sign * (value - truth) / case.standard_error


def _mean(values: Any) -> str:
    return f"{np.mean(list(values)):.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", help="null, tables, nested, judge, report; all but judge where not given"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path(__file__).resolve().parents[1] / "docs" / "honesty"
    )
    parser.add_argument("--workspaces", type=Path, help="keep a workspace of each case in this folder")
    args = parser.parse_args()
    parts = args.parts or ["null", "tables", "nested", "report"]
    args.folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        if part == "judge":
            for workspace in sorted(args.workspaces.iterdir()):
                file = args.folder / f"{workspace.name}.json"
                if file.exists():
                    case = Case(**json.loads(file.read_text()))
                    file.write_text(
                        json.dumps(asdict(judge_anew(case, workspace)), indent=1), encoding="utf-8"
                    )
                    print(f"{workspace.name}: judged anew", flush=True)
            continue
        if part == "report":
            print(report(args.folder))
            continue
        for name, make in cases(part, args.folder, args.workspaces):
            file = args.folder / f"{name}.json"
            if file.exists():
                continue
            began = time.monotonic()
            found = make()
            file.write_text(json.dumps(found, indent=1), encoding="utf-8")
            print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
