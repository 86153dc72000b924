"""Studies whose trials are real networks, made without a search: of every kind of data, with all variants."""

from __future__ import annotations

import csv
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cupel.engine.compression.train import train_plan
from cupel.engine.domain.compression_plan import NUMBER_FORMATS, Plan
from cupel.engine.domain.formats import BUNDLE_FORMATS
from cupel.engine.domain.spec import BudgetSpec, ReadSpec, SplitSpec, StudySpec
from cupel.engine.search.preparing import prepare
from cupel.engine.studies import create_study
from cupel.engine.training.model import TrainedModel
from cupel.engine.training.trainer import Trainer
from cupel.engine.workers.context import StudyContext, context_of
from cupel.engine.workers.trial_task import train_spec
from cupel.storage.records import FoldScores, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store
from PIL import Image

from .made import PARAMS, Made, write_data, write_photos

TRAINING = {
    "optimizer": "adamw", "learning_rate": 5e-3, "weight_decay": 1e-3, "schedule": "constant", "batch_size": 32,
    "dropout": 0.0,
}  # fmt: skip


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "table": ("mlp", {**PARAMS, "categorical_encoding": "embedding", "embedding_size": 4}),
    "text": ("textcnn", {
        "embedding_size": 8, "widths": "2-3", "n_filters": 8, "dense_width": 8, "tokens": "word", "n_tokens": 12,
        "min_count": 1,
    }),
    "image": ("cnn", {"n_layers": 2, "filters": 8, "dense": 16, "normalization": "batch"}),
    "image+table": ("mlp", PARAMS),
    "image+table+text": ("mlp", {**PARAMS, "tokens": "word", "n_tokens": 12, "min_count": 1}),
}  # fmt: skip


HERE = [name for name in BUNDLE_FORMATS if BUNDLE_FORMATS[name].is_installed]
VARIANTS = [*NUMBER_FORMATS, "structured", "sparse"]


@dataclass(frozen=True, slots=True)
class Study:
    """A study of one trial, whose variants are real networks."""

    store: Store
    id: int
    model: TrainedModel


def _write(folder: Path, kind: str) -> Path:
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "table":
        write_data(folder / "data.csv", "multiclass", n=160)
        return folder / "data.csv"
    if kind == "text":
        file = folder / "texts.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["text", "y"])
            for i in range(120):
                words = rng.choice(["the", "meal", "我", "们", "12", "here", "friend"], 8).tolist()
                writer.writerow(
                    [" ".join([*words, "good" if i % 2 else "bad", str(i)]), "no" if i % 2 else "yes"]
                )
        return file
    if "+" in kind:
        return write_photos(folder, has_text="text" in kind)
    for i in range(60):
        home = folder / "images" / "ab"[i % 2]
        home.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 90, (10, 10), np.uint8) + np.uint8(120 * (i % 2))
        Image.fromarray(pixels).save(home / f"{i}.png")
    return folder / "images"


def _variant(context: StudyContext, model: TrainedModel, name: str) -> tuple[TrainedModel, dict[str, Any]]:
    method = {"sparsity": 0.0, "quantization": ""}
    if name == "structured":
        plan = Plan("smaller", keep=0.5, is_tuned=False)
        return train_plan(context, model, plan, 0), method
    if name == "sparse":
        small = np.abs(model.weights) < np.quantile(np.abs(model.weights), 0.5)
        return dataclasses.replace(model, weights=np.where(small, 0.0, model.weights)), {
            **method,
            "sparsity": 0.5,
        }
    return model, {**method, "quantization": "" if name == "float32" else name}


def make_variants(folder: Path, kind: str) -> Study:
    """Train two folds for two epochs, and store every variant of them."""
    name, params = KINDS[kind]
    store = Store.open(folder / "workspace")
    spec = StudySpec(
        "label" if kind == "image" else "y", families=(name,), split=SplitSpec(n_folds=2, holdout=0.3),
        budget=BudgetSpec(1), export_dir="", n_workers=1, roles={"text": "text"} if "text" in kind else {}, kind=kind,
    )  # fmt: skip
    read = ReadSpec(image_size=10) if "image" in kind else ReadSpec()
    record, _ = create_study(store, str(_write(folder, kind)), spec, read=read)
    context = context_of(prepare(store, record).files)
    params = {**TRAINING, **params}
    problem = context.problem(params)
    trained = Trainer(problem, train_spec(context, problem, name, params, patience=None, max_epochs=2)).run()
    model = TrainedModel.from_training(problem, trained, context.target.labels)
    study = Study(store, record.id, model)
    trial = store.create_trial(
        study_id=record.id, number=0, kind=TrialKind.SEARCH, family=name, params=model.params
    )
    store.start_trial(trial.id, "test")
    scores = FoldScores((record.metric,), np.array([[0.8], [0.9]]), np.array([1, 2]))
    sha256 = store.artifacts.add(model.to_bytes())
    store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, 0.85, 0.05, scores, model_sha256=sha256))
    for each in VARIANTS:
        networks, method = _variant(context, model, each)
        variant = store.add_variant(trial.id, name=each, method=method)
        measures = {
            "model_sha256": store.artifacts.add(networks.to_bytes()),
            "drop": {"mean": 0.01, "low": 0.0, "high": 0.02},
            "against": "base",
        }
        store.finish_variant(
            variant.id, state=TrialState.COMPLETE, value=0.8, value_std=0.1, measures=measures
        )
    return study


TRIAL = 7


def keep_out_of_fold(made: Made, number: int) -> np.ndarray:
    """Add a trial with the same networks and with what they say of the rows that they have not seen."""
    store = made.store
    said = [made.model.only(r).predict(made.table, rows) for r, rows in enumerate(made.splits.valid)]
    flat = np.concatenate([p.ravel() for p in said]).astype(np.float32)
    trial = store.create_trial(
        study_id=made.study_id, number=number, kind=TrialKind.SEARCH, family=made.model.family,
        params=made.model.params,
    )  # fmt: skip
    store.start_trial(trial.id, "test")
    scores = FoldScores(("accuracy",), np.full((len(said), 1), 0.5), np.zeros(len(said), np.int64))
    sha256 = store.study(made.study_id).result["model_sha256"]
    store.finish_trial(
        trial.id, TrialOutcome(TrialState.COMPLETE, 0.5, 0.0, scores, oof=flat, model_sha256=sha256)
    )
    return flat
