"""Fills a workspace with believable studies through the store's own door: for tests, screenshots and benchmarks."""

from __future__ import annotations

import dataclasses
import math
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cupel.engine.domain.comparable import SCORING
from cupel.engine.domain.errors import Message
from cupel.engine.domain.evidence import Corrected, Evidence, Verdict
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.domain.stored import encoded
from cupel.engine.domain.variants import (
    Blame,
    BlameFacts,
    CandidateEstimate,
    ChoiceFacts,
    Difference,
    LayerWeights,
    Rescue,
    RuntimeFile,
    VariantLimits,
    VariantMeasures,
)
from cupel.storage.records import (
    Curves,
    Failure,
    FailureKind,
    FoldScores,
    JobState,
    Request,
    StudyRecord,
    StudyState,
    SystemSample,
    TrialKind,
    TrialOutcome,
    TrialRecord,
    TrialState,
    TrialTable,
)
from cupel.storage.store import Store
from numpy.typing import NDArray

from . import made_audits

N_FOLDS = 5
MAX_EPOCHS = 60
_DIVERGED = (
    "Training diverged: the loss became {loss} in epoch {epoch}; "
    "lower learning rates or another scaling usually help."
)
_METRICS = {
    "binary": ("roc_auc", "accuracy", "f1", "log_loss"),
    "multiclass": ("accuracy", "f1_macro", "log_loss"),
    "regression": ("rmse", "mae", "r2"),
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One study to make up: `best` is where its scores end up, `width` how far they scatter."""

    name: str
    task: str
    target: str
    n_trials: int
    best: float
    width: float
    baselines: tuple[tuple[str, float], ...]
    state: StudyState
    timeout_s: float | None = None
    wanted: int | None = None
    tags: tuple[str, ...] = ()
    pinned: bool = False
    hours_ago: float = 1.0
    is_audited: bool = False

    @property
    def metric(self) -> str:
        """What is judged."""
        return _METRICS[self.task][0]

    @property
    def maximize(self) -> bool:
        """Whether more is better."""
        return self.task != "regression"


RECIPES = (
    Recipe(
        "Titanic survival",
        "binary",
        "Survived",
        96,
        0.8712,
        0.03,
        (("majority", 0.5), ("linear", 0.8525), ("hist_gradient_boosting", 0.8760)),
        StudyState.STOPPED,
        wanted=200,
        hours_ago=130,
        is_audited=True,
    ),
    Recipe(
        "Telco churn, old columns",
        "binary",
        "Churn",
        3,
        0.80,
        0.02,
        (("majority", 0.5),),
        StudyState.FAILED,
        timeout_s=1800,
        hours_ago=70,
    ),
    Recipe(
        "Penguins",
        "multiclass",
        "species",
        60,
        0.9912,
        0.02,
        (("majority", 0.4418), ("linear", 0.9854), ("hist_gradient_boosting", 0.9796)),
        StudyState.PAUSED,
        wanted=150,
        hours_ago=26,
        is_audited=True,
    ),
    Recipe(
        "California housing prices, 2 repeats",
        "regression",
        "median_house_value",
        240,
        46120.0,
        9000.0,
        (("majority", 115400.0), ("linear", 68900.0), ("hist_gradient_boosting", 47310.0)),
        StudyState.DONE,
        timeout_s=5400,
        tags=("paper", "v2"),
        pinned=True,
        hours_ago=20,
        is_audited=True,
    ),
    Recipe(
        "Adult income",
        "binary",
        "income",
        187,
        0.9291,
        0.012,
        (("majority", 0.5), ("linear", 0.9062), ("hist_gradient_boosting", 0.9268)),
        StudyState.RUNNING,
        timeout_s=7200,
        tags=("census",),
        hours_ago=1.05,
    ),
    Recipe("Phoneme", "binary", "Class", 0, 0.96, 0.02, (), StudyState.QUEUED, wanted=100, hours_ago=0.2),
)


def fill(workspace: Path, n_trials: int | None = None, seed: int = 0, share: float = 1.0) -> None:
    """Make the studies of `RECIPES` (a `share` of their trials); with `n_trials` one study of that many."""
    rng = np.random.default_rng(seed)
    with Store.open(workspace, "w") as store:
        if n_trials is None:
            for recipe in RECIPES:
                n_kept = math.ceil(recipe.n_trials * share)
                make_study(store, dataclasses.replace(recipe, n_trials=n_kept), rng)
        else:
            big = Recipe(
                "Ten thousand", "binary", "y", n_trials, 0.93, 0.02, (("linear", 0.9),), StudyState.DONE
            )
            make_study(store, big, rng)


def make_study(store: Store, recipe: Recipe, rng: np.random.Generator) -> StudyRecord:
    """Make one study with all its trials."""
    spec = StudySpec(
        target=recipe.target,
        task=recipe.task,  # type: ignore[arg-type]
        metric=recipe.metric,
        split=SplitSpec(n_folds=N_FOLDS),
        budget=BudgetSpec(
            n_trials=recipe.wanted, timeout_s=recipe.timeout_s or (None if recipe.wanted else 3600.0)
        ),
        max_epochs=MAX_EPOCHS,
        n_workers=2,
    )
    study = store.create_study(
        name=recipe.name,
        dataset_id=made_audits.add_dataset(store, recipe.task) if recipe.is_audited else None,
        spec=spec.to_json(),
        metric=recipe.metric,
        direction="maximize" if recipe.maximize else "minimize",
        task=recipe.task,
    )
    store.edit_study(study.id, tags=recipe.tags, pinned=recipe.pinned)
    if recipe.n_trials == 0:
        store.set_study_state(study.id, recipe.state)
        return store.study(study.id)
    store.set_study_state(study.id, StudyState.RUNNING)
    for index, (name, value) in enumerate(recipe.baselines):
        trial = store.create_trial(
            study_id=study.id,
            number=-1 - index,
            kind=TrialKind.BASELINE,
            family="baseline",
            params={},
            name=name,
        )
        store.start_trial(trial.id, "worker-0")
        _complete(store, trial, recipe, value, rng, curves=False)
    elapsed = 0.0
    for number in range(recipe.n_trials):
        elapsed += make_trial(store, study.id, number, recipe, rng) / 2
    _end(store, study.id, recipe, rng, elapsed)
    if recipe.is_audited:
        made_audits.add_audits(store, store.study(study.id))
    _spread_times(store.workspace.database, study.id, recipe.hours_ago, elapsed)
    return store.study(study.id)


def make_trial(store: Store, study_id: int, number: int, recipe: Recipe, rng: np.random.Generator) -> float:
    params = _params(rng)
    trial = store.create_trial(
        study_id=study_id,
        number=number,
        kind=TrialKind.SEARCH,
        family="mlp",
        params=params,
        n_epochs=MAX_EPOCHS,
        digests={"data": "d", "split": "s", "metric": recipe.metric, "scoring": SCORING},
    )
    store.start_trial(trial.id, f"worker-{number % 2}")
    luck = rng.gamma(1.3, 1.0) * recipe.width * (0.35 + 0.65 * np.exp(-number / 60))
    value = recipe.best - luck if recipe.maximize else recipe.best + luck
    draw = rng.random()
    duration = float(rng.uniform(12, 60))
    if recipe.name == "Penguins" and number in (3, 4, 21):  # a limit of the user's
        failure = _too_large(int(rng.integers(90_000, 400_000)))
        store.finish_trial(trial.id, TrialOutcome(TrialState.FAIL, duration_s=0.1, failure=failure))
    elif draw < 0.02 or number == 2:
        failure = _failure(rng)
        store.finish_trial(trial.id, TrialOutcome(TrialState.FAIL, epoch=4, duration_s=3.0, failure=failure))
    elif draw < 0.25 and number > 8:
        epoch = int(rng.integers(4, 20))
        curves = _curves(recipe, value, epoch, rng)
        outcome = TrialOutcome(
            TrialState.PRUNED,
            value=value,
            value_std=recipe.width / 4,
            curves=curves,
            epoch=epoch,
            n_parameters=int(rng.integers(2000, 90000)),
            duration_s=duration / 4,
        )
        store.finish_trial(trial.id, outcome)
    else:
        _complete(store, trial, recipe, float(value), rng, duration=duration)
    return duration


def _complete(
    store: Store,
    trial: TrialRecord,
    recipe: Recipe,
    value: float,
    rng: np.random.Generator,
    *,
    curves: bool = True,
    duration: float = 1.2,
) -> None:
    folds = value + rng.normal(0, recipe.width / 5, N_FOLDS)
    folds += value - folds.mean()
    names = _METRICS[recipe.task]
    others = [_beside(recipe, name, folds, 0.8 + 0.1 * i) for i, name in enumerate(names[1:], start=1)]
    table = np.stack([folds, *others], axis=1)
    epochs = int(rng.integers(22, MAX_EPOCHS))
    outcome = TrialOutcome(
        TrialState.COMPLETE,
        value=float(folds.mean()),
        value_std=float(folds.std(ddof=1)),
        scores=FoldScores(names, table, np.full(N_FOLDS, epochs - 6 if curves else -1)),
        curves=_curves(recipe, value, epochs, rng) if curves else None,
        epoch=epochs if curves else None,
        n_parameters=int(rng.integers(2000, 90000)) if curves else None,
        duration_s=duration,
        peak_memory_bytes=int(rng.uniform(7e8, 1.4e9)),
    )
    store.finish_trial(trial.id, outcome)


def _params(rng: np.random.Generator) -> dict[str, Any]:
    optimizer = str(rng.choice(["adam", "adamw", "nadam", "sgd", "lion"], p=[0.2, 0.45, 0.15, 0.1, 0.1]))
    params: dict[str, Any] = {
        "n_layers": int(rng.integers(1, 5)),
        "width": int(rng.choice([32, 64, 128, 256, 512])),
        "activation": str(rng.choice(["relu", "gelu", "silu", "selu"])),
        "normalization": str(rng.choice(["none", "batch", "layer"])),
        "dropout": round(float(rng.uniform(0, 0.5)), 3),
        "residual": bool(rng.random() < 0.4),
        "optimizer": optimizer,
        "learning_rate": float(10 ** rng.uniform(-4, -1.8)),
        "weight_decay": float(10 ** rng.uniform(-6, -2)),
        "batch_size": int(rng.choice([32, 64, 128, 256])),
        "scaling": str(rng.choice(["standard", "robust", "quantile"])),
    }
    if optimizer == "sgd":
        params["momentum"] = round(float(rng.uniform(0.5, 0.99)), 3)
    return params


def _curves(recipe: Recipe, value: float, epochs: int, rng: np.random.Generator) -> Curves:
    steps = np.arange(epochs)
    speed = rng.uniform(5, 14)
    start = 0.69 if recipe.maximize else 1.0
    train = start * (0.25 + 0.75 * np.exp(-steps / speed)) + rng.normal(0, 0.006, (N_FOLDS, epochs))
    valid = train + 0.02 + 0.0016 * np.maximum(steps - 2 * speed, 0) + rng.normal(0, 0.01, (N_FOLDS, epochs))
    away = recipe.width * 6 * np.exp(-steps / speed) + np.abs(
        rng.normal(0, recipe.width / 12, (N_FOLDS, epochs))
    )
    metric = value - away if recipe.maximize else value + away
    offset = rng.normal(0, recipe.width / 6, (N_FOLDS, 1))
    values = np.stack([train, valid, metric + offset], axis=2).astype(np.float32)
    for fold in range(N_FOLDS):
        values[fold, max(epochs - int(rng.integers(0, 8)), 2) :, :] = np.nan
    values[0] = np.where(np.isnan(values[0]), values[1], values[0])
    return Curves(("train_loss", "valid_loss", f"valid_{recipe.metric}"), values)


def _failure(rng: np.random.Generator) -> Failure:
    if rng.random() < 0.6:
        args = {"loss": math.nan, "epoch": 4}
        return Failure.of(FailureKind.DIVERGED, Message(_DIVERGED, args))
    template = (
        "The trial needed more memory than there is; choose smaller widths or batches, or fewer workers."
    )
    trace = 'Traceback (most recent call last):\n  File "fused.py", line 118, in run_epoch\nMemoryError'
    return Failure.of(FailureKind.OUT_OF_MEMORY, Message(template), trace)


def _too_large(n_parameters: int) -> Failure:
    template = "The network would have {n:,} parameters, more than the {most:,} allowed; it was not trained."
    args = {"n": n_parameters, "most": 90_000}
    return Failure.of(FailureKind.RULED_OUT, Message(template, args))


def _not_proven() -> Failure:
    template = (
        "{format}: the bundle does not reproduce the predictions: row {row} of the sample gives {found} instead of "
        "{expected}; nothing was exported."
    )
    args = {"format": "LiteRT", "row": 7, "found": 231_400.0, "expected": 187_250.0}
    return Failure.of(FailureKind.ERROR, Message(template, args))


def _end(store: Store, study_id: int, recipe: Recipe, rng: np.random.Generator, elapsed: float) -> None:
    for second in range(0, int(elapsed), max(int(elapsed) // 240, 1)):
        cpu = float(np.clip(0.9 + rng.normal(0, 0.05), 0, 1))
        memory = int(2.1e9 + 2e8 * np.sin(second / 120) + rng.normal(0, 3e7))
        store.add_system_sample(
            study_id, SystemSample(float(second), cpu, memory, 16_000_000_000, None, None)
        )
    store.heartbeat(study_id, elapsed_s=elapsed)
    if recipe.state is StudyState.RUNNING:
        for offset in range(2):
            number = recipe.n_trials + offset
            trial = store.create_trial(
                study_id=study_id,
                number=number,
                kind=TrialKind.SEARCH,
                family="mlp",
                params=_params(rng),
                n_epochs=MAX_EPOCHS,
            )
            store.start_trial(trial.id, f"worker-{offset}")
            epoch = 34 - 15 * offset
            store.record_progress(
                trial.id, epoch=epoch, curves=_curves(recipe, recipe.best - 0.003, epoch, rng)
            )
        return
    failure = None
    if recipe.state is StudyState.FAILED:
        template = "The file {file} is missing from the workspace; restore it from a backup, or run again what made it."
        args = {"file": "artifacts/4c/4c01.parquet"}
        failure = Failure.of(FailureKind.BAD_INPUT, Message(template, args))
    if recipe.state is StudyState.PAUSED:
        store.request(study_id, Request.PAUSE)
    store.set_study_state(study_id, recipe.state, failure)
    if recipe.state is StudyState.DONE:
        _finish(store, study_id, recipe)


def _beside(recipe: Recipe, name: str, scores: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Make up another metric of what has these scores: some part of them, or how much of the mean's error is gone."""
    if name == "r2":
        return 1.0 - (scores / dict(recipe.baselines)["majority"]) ** 2
    return scores * factor


def _finish(store: Store, study_id: int, recipe: Recipe) -> None:
    study = store.study(study_id)
    best = store.trial_by_number(study_id, study.best_trial or 0)
    value = np.array(study.best_value or 0.0)
    holdout = {
        name: float(_beside(recipe, name, value, 1.01 - 0.1 * i))
        for i, name in enumerate(_METRICS[recipe.task])
    }
    add_variants(store, study, best)
    path = str(store.workspace.exports / "california-housing")
    for passed in (False, True):
        export = store.add_export(best.id, path if passed else f"{path}-first-try")
        certificate = {
            "passed": passed,
            "n_rows": 4128,
            "max_abs_difference": 2.1e-4 if passed else 0.84,
            "tolerance": 1e-3,
            "environment": {"python": "3.11.2", "onnxruntime": "1.31.1"},
            "seconds": 1.9,
            "formats": {
                name: {
                    "passed": passed or name != "litert",
                    "number_format": "float32",
                    "max_abs_difference": difference,
                    "tolerance": 1e-4,
                }
                for name, difference in (("onnx", 1.3e-7), ("keras", 1.6e-7), ("litert", 8.8e-8))
            },
        }
        files = {
            "network.onnx": 214_000,
            "network.keras": 198_000,
            "predict.py": 3_400,
            "model_card.md": 2_900,
        }
        store.finish_export(
            export.id,
            state=JobState.DONE if passed else JobState.FAILED,
            certificate=certificate,
            manifest={"files": {name: {"size_bytes": size} for name, size in files.items()}},
            size_bytes=sum(files.values()),
            failure=None if passed else _not_proven(),
        )
    store.set_result(
        study_id,
        {
            "best": {
                "trial": study.best_trial,
                "params": dict(best.params),
                "cv_mean": study.best_value,
                "cv_std": best.value_std,
                "holdout": holdout,
            },
            "baselines": {
                name: {"cv_mean": value, "cv_std": 300.0, "holdout": {}} for name, value in recipe.baselines
            },
            "final": {
                "kind": "ensemble",
                "reason": Message(
                    "In nested cross-validation one network on all rows did not score significantly better than the "
                    "ensemble of fold networks, which is kept."
                ).to_json(),
                "evidence": {"n_outer": 0},
                "n_networks": 5,
            },
            "evidence": encoded(
                Evidence(
                    best=study.best_trial or 0,
                    metric=study.metric,
                    corrected=Corrected(
                        (study.best_value or 0) * 1.006,
                        (study.best_value or 0) * 0.99,
                        (study.best_value or 0) * 1.02,
                        1000,
                        120,
                        120,
                        30,
                        16_512,
                        16_512,
                        {study.best_trial or 0: 0.61},
                    ),
                    verdicts={
                        name: _better((study.best_value or 0) - value) for name, value in recipe.baselines
                    },
                    tied=(study.best_trial or 0, 12, 57, 101),
                    tied_baselines=(),
                    n_folds=5,
                    n_repeats=3,
                    mean=(study.best_value or 0) * 1.001,
                    finalists=(study.best_trial or 0, 12, 57),
                )
            ),
            "export": {"path": path, "passed": True},
        },
    )


def _better(difference: float) -> Verdict:
    """Return the verdict of a clear difference of errors, with an interval that fits it."""
    return Verdict("better", difference, difference - 420.0, difference + 390.0, 0.99, 0.01, 0.0)


# Name, sparsity, structured, number format; loss in spreads of the trial; size, zipped, 1 row, 256 rows against the
# base.
_VARIANTS = (
    ("base", 0.0, 0.0, "", 0.0, 1.0, 1.0, 1.0, 1.0),
    ("control", 0.0, 0.0, "", -0.2, 1.0, 1.0, 1.02, 0.99),
    ("float16", 0.0, 0.0, "float16", 0.0, 0.52, 0.5, 1.4, 1.06),
    ("int8", 0.0, 0.0, "int8", 0.05, 0.3, 0.28, 1.1, 0.7),
    ("int8_static", 0.0, 0.0, "int8_static", 0.0, 0.4, 0.27, 2.1, 0.9),
    ("structured 50 %", 0.0, 0.5, "", 0.9, 0.35, 0.34, 0.93, 0.5),
    ("structured 50 % + int8", 0.0, 0.5, "int8", 1.0, 0.12, 0.11, 1.05, 0.42),
    ("structured 75 %", 0.0, 0.75, "", 3.2, 0.14, 0.13, 0.9, 0.3),
    ("sparse 50 %", 0.5, 0.0, "", 0.2, 1.0, 0.62, 1.0, 1.0),
    ("sparse 75 %", 0.75, 0.0, "", 0.6, 1.0, 0.4, 1.01, 1.0),
)


def _layers(number_format: str, sparsity: float) -> tuple[LayerWeights, ...]:
    """Return made-up layers as `compression.layers.describe_layers` would describe them."""
    rng, found = np.random.default_rng(7), []
    for name, n in (("dense_0", 3000), ("dense_1", 20_000), ("output", 400)):
        before = rng.normal(0, 0.3, n)
        after = np.where(np.abs(before) < np.quantile(np.abs(before), sparsity), 0.0, before)
        if number_format.startswith("int"):
            after = np.round(after * 20) / 20
        counts = (tuple(np.histogram(x, 64, (-1.5, 1.5))[0].tolist()) for x in (before, after))
        found.append(LayerWeights(name, n, float(np.mean(after == 0)), 1.5, *counts))
    return tuple(found)


def _blame(spread: float) -> BlameFacts:
    """Return the blame of the made-up layers."""
    shares = (("dense_0", 0.1), ("dense_1", 0.02), ("output", 0.3))
    blame = tuple(Blame(name, share * spread, 400, 1200) for name, share in shares)
    rescue = Rescue((), 0.0, 0.0, (), is_within=True)
    return BlameFacts(blame, 5, rescue, how="int8", sparsity=0.0, most_drop=500.0)


def _choice(spread: float) -> ChoiceFacts:
    """Return what a made-up search says of the form that it chose."""
    nested = Difference(1.3 * spread, 0.4 * spread, 2.2 * spread)
    return ChoiceFacts(
        VariantLimits(500.0), False, nested, 86, 12, 0, CandidateEstimate(spread, 25_000, 0.01)
    )


def add_variants(store: Store, study: StudyRecord, trial: TrialRecord) -> None:
    """Add compressed forms of a trial's networks to the store, the last of which failed."""
    spread, sign = (trial.value_std or 1.0), 1 if study.direction == "maximize" else -1
    n_folds = int(study.spec["split"]["n_folds"])
    for name, sparsity, structured, number_format, loss, *shares in _VARIANTS:
        method = {
            "network": name.split(" + ")[0]
            if structured or sparsity
            else ("control" if name == "control" else "base"),
            "sparsity": sparsity,
            "scope": "global" if sparsity else "",
            "structured": structured,
            "quantization": number_format,
        }
        mean = loss * spread
        size, zipped, one, many = (
            share * of for share, of in zip(shares, (214_000, 198_000, 0.0123, 0.3), strict=True)
        )
        drop = Difference(mean, mean - 0.5 * spread, mean + 0.5 * spread)
        holdout = (trial.value or 0.0) * 1.01 - sign * mean
        forms = {
            runtime: RuntimeFile(
                size_bytes=round(size * times),
                zip_bytes=round(zipped * times),
                most_difference=3e-6 if not number_format else 0.02,
                holdout=holdout,
                p50_ms_1=one * times,
                p95_ms_1=one * times * 1.1,
                p50_ms_256=many * times,
                p95_ms_256=many * times * 1.2,
            )
            for runtime, times in (("onnx", 1.0), ("litert", 0.8))
        }
        if number_format == "int8_static":
            problem = "RuntimeError: failed to calibrate the operation FULLY_CONNECTED"
            forms["litert"] = RuntimeFile(problem)
        variant = store.add_variant(trial.id, name=name, method=method)
        value = (trial.value or 0.0) - sign * mean
        store.finish_variant(
            variant.id,
            state=TrialState.COMPLETE,
            value=value,
            value_std=spread,
            size_bytes=round(size),
            zip_bytes=round(zipped),
            latency_ms=one,
            batch_latency_ms=many,
            scores=FoldScores((study.metric,), np.full((n_folds, 1), value), np.full(n_folds, -1)),
            measures=VariantMeasures(
                drop=drop if name != "base" else Difference(0.0, 0.0, 0.0),
                drop_from_trial=Difference(*(x - 0.2 * spread for x in (drop.mean, drop.low, drop.high))),
                against="control" if structured or sparsity else "base",
                holdout=holdout,
                n_parameters=round(50_000 * (1 - structured)),
                sparsity=sparsity,
                # Made up, like all of this: it cannot be exported.
                model_sha256="0" * 64,
                layers=_layers(number_format, sparsity),
                forms=forms,
                choice=_choice(spread) if structured and number_format else None,
                blame=_blame(spread) if number_format == "int8" and not structured else None,
            ).to_json(),
        )
    method = {"network": "sparse 2:4", "sparsity": 0.5, "scope": "2:4", "structured": 0.0, "quantization": ""}
    variant = store.add_variant(trial.id, name="sparse 2:4", method=method)
    message = Message(
        "This variant could not be made: {reason}",
        {"reason": Message(_DIVERGED, {"loss": math.nan, "epoch": 4}).to_json()},
    )
    failure = Failure.of(FailureKind.ERROR, message)
    store.finish_variant(variant.id, state=TrialState.FAIL, failure=failure)


def grown(table: TrialTable, n_trials: int) -> TrialTable:
    """Return `table` repeated until it has `n_trials`, with ids and numbers of their own."""
    places = np.arange(n_trials) % len(table)
    parts: dict[str, Any] = {"revision": table.revision}
    for field in dataclasses.fields(table):
        column = getattr(table, field.name)
        if isinstance(column, np.ndarray):
            parts[field.name] = column[places]
        elif isinstance(column, tuple):
            parts[field.name] = tuple(column[place] for place in places)
    parts["measures"] = {name: column[places] for name, column in table.measures.items()}
    parts["ids"] = parts["numbers"] = np.arange(n_trials)
    return TrialTable(**parts)


def _spread_times(database: Path, study_id: int, hours_ago: float, elapsed: float) -> None:
    """Give the trials the times that they would have had; the store itself only knows the present."""
    begin = int((time.time() - hours_ago * 3600) * 1e6)
    connection = sqlite3.connect(database, timeout=10)
    with connection:
        rows = connection.execute(
            "SELECT id, duration_s FROM trials WHERE study_id = ? ORDER BY id", (study_id,)
        ).fetchall()
        step = elapsed * 1e6 / max(len(rows), 1)
        for place, (trial_id, duration) in enumerate(rows):
            end = begin + int(step * (place + 1))
            start = end - int((duration or 20.0) * 1e6)
            connection.execute(
                "UPDATE trials SET created_us = ?, started_us = ?, "
                "finished_us = CASE WHEN finished_us IS NULL THEN NULL ELSE ? END WHERE id = ?",
                (start, start, end, trial_id),
            )
        connection.execute(
            "UPDATE studies SET created_us = ?, started_us = ? WHERE id = ?", (begin, begin, study_id)
        )
        connection.execute(
            "UPDATE studies SET finished_us = ? WHERE id = ? AND finished_us IS NOT NULL",
            (begin + int(elapsed * 1e6), study_id),
        )
    connection.close()
