"""Corrected scores where folds hold few groups, or few rows of a class: prints them beside the truth.

    python benchmarks/bench_few_units.py [SEEDS]

No network is trained: ten models of known quality are judged on made rows, whole groups (RMSE) or single rows with a rare
class (ROC AUC) in five folds, and the best is corrected as a search corrects its own; beside it one model of which
nothing is chosen. `tests/engine/statistics/test_few_units.py` holds smaller versions of this.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass

import numpy as np
from cupel.engine.domain.metrics import METRICS
from cupel.engine.statistics.judged_rows import JudgedRows, MemberPredictions
from cupel.engine.statistics.resampling import resample

N_FOLDS, N_ROWS, N_IN_GROUP, N_RESAMPLES = 5, 150, 30, 300


@dataclass(frozen=True)
class Made:
    """Rows, what models say of them, the score of each on rows without end, and what a model says that knows nothing."""

    rows: JudgedRows
    models: list[MemberPredictions]
    truths: np.ndarray
    flat: MemberPredictions


def rare(n_rare: int, n_models: int, spread: float, rng: np.random.Generator) -> Made:
    """Rows of which few are of class 1; models that tell the classes apart by `spread` standard deviations or less."""
    y = np.zeros(N_ROWS, np.int64)
    y[:n_rare] = 1
    fold = np.concatenate([np.arange(n_rare), np.arange(N_ROWS - n_rare)]) % N_FOLDS
    valid = tuple(np.flatnonzero(fold == k) for k in range(N_FOLDS))
    quality = np.abs(rng.normal(size=n_models)) * spread
    models = []
    for q in quality:
        p = 1.0 / (1.0 + np.exp(-(rng.normal(size=N_ROWS) + q * y)))
        models.append(tuple(np.stack([1.0 - p[v], p[v]], axis=1) for v in valid))
    truths = np.array([0.5 * (1.0 + math.erf(q / 2.0)) for q in quality])
    rows = JudgedRows("roc_auc", y, valid, N_FOLDS, np.arange(N_ROWS), by_class=True)
    return Made(rows, models, truths, tuple(np.full((len(v), 2), 0.5) for v in valid))


def grouped(n_groups: int, n_models: int, spread: float, rng: np.random.Generator) -> Made:
    """Rows of groups that differ; models that give each group a number by chance, the worse ones larger numbers."""
    group = np.repeat(np.arange(n_groups), N_IN_GROUP)
    fold = group % N_FOLDS
    valid = tuple(np.flatnonzero(fold == k) for k in range(N_FOLDS))
    y = rng.normal(size=n_groups)[group] + rng.normal(size=len(group))
    noise = 0.3 + np.abs(rng.normal(size=n_models)) * spread
    said = [(rng.normal(size=n_groups) * s)[group] for s in noise]
    n_in_fold = np.bincount(np.arange(n_groups) % N_FOLDS, minlength=N_FOLDS)
    fresh = np.random.default_rng(1)
    truths = [
        np.mean([np.sqrt((1.0 + (1.0 + s * s) * fresh.normal(size=(300, n)) ** 2).mean(axis=1)) for n in n_in_fold], axis=1)
        for s in noise
    ]  # fmt: skip
    rows = JudgedRows("rmse", y, valid, N_FOLDS, group, by_class=False)
    models = [tuple(s[v] for v in valid) for s in said]
    return Made(rows, models, np.array([t.mean() for t in truths]), tuple(np.zeros(len(v)) for v in valid))


def judge(made: Made) -> tuple[float, float, float, float, float, str]:
    """Return the corrected score, its interval, the truth of the best, its own score, and the verdict on it."""
    metric = METRICS[made.rows.metric]
    scores = np.array([
        np.mean([metric(made.rows.y[v], p) for v, p in zip(made.rows.valid, model, strict=True)]) for model in made.models
    ])  # fmt: skip
    best = int((metric.direction.sign * scores).argmax())
    trials = {i: (lambda m=model: m) for i, model in enumerate(made.models)}
    found = resample(made.rows, trials, {"flat": lambda: made.flat}, n_resamples=N_RESAMPLES)
    corrected, verdict = found.corrected(n_complete=len(trials), n_pruned=0), found.verdict("flat", 1.0)
    if corrected is None or verdict is None:
        return math.nan, math.nan, math.nan, float(made.truths[best]), float(scores[best]), "none"
    return (
        corrected.value, corrected.low, corrected.high, float(made.truths[best]), float(scores[best]), verdict.word
    )  # fmt: skip


def main() -> None:
    """Print the table of docs/honesty.md."""
    n_seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(
        "| rows | models | best − truth | corrected − truth | standard error of it | holds the truth | better | worse |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, make, sizes in (
        ("rows of a class", rare, (5, 8, 12, 25)),
        ("groups", grouped, (5, 6, 8, 15, 30)),
    ):
        for n in sizes:
            for what, n_models, spread in (
                ("one", 1, 0.0),
                ("ten that know nothing", 10, 0.0),
                ("ten", 10, 0.5),
            ):
                made = (
                    make(n, n_models, spread, np.random.default_rng([seed, n])) for seed in range(n_seeds)
                )
                told = [judge(one) for one in made]
                value, low, high, truth, own = np.array([one[:5] for one in told]).T
                words = [one[5] for one in told]
                error = value - truth
                held = int(((low <= truth) & (truth <= high)).sum())
                print(
                    f"| {n} {name} | {what} | {np.mean(own - truth):+.3f} | {np.nanmean(error):+.3f} | "
                    f"{np.nanstd(error) / math.sqrt(n_seeds):.3f} | {held} | {words.count('better')} | "
                    f"{words.count('worse')} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
