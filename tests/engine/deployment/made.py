"""Small studies with a trained model, made on the real data path: CSV file → table → splits → training → store."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from cupel.engine.data.reading import read_table
from cupel.engine.data.schema import TableSchema, infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target
from cupel.engine.deployment.bundle import MANIFEST, Bundle, write_manifest
from cupel.engine.deployment.export import export_final
from cupel.engine.domain.bundle_files import ManifestFile
from cupel.engine.domain.errors import Message
from cupel.engine.domain.evidence import Corrected, Evidence, Verdict
from cupel.engine.domain.spec import BudgetSpec, ReadSpec, SplitSpec, StudySpec
from cupel.engine.domain.stored import encoded
from cupel.engine.kinds.table.fit import fit_preprocessing
from cupel.engine.kinds.table.preprocessing import table_spec
from cupel.engine.splits.splitting import Splits, draw_splits
from cupel.engine.training.model import TrainedModel
from cupel.engine.training.problem import build_problem
from cupel.engine.training.trainer import Trainer, TrainSpec
from cupel.storage.records import FoldScores, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store
from PIL import Image

PARAMS: dict[str, Any] = {
    "n_layers": 2, "width": 16, "taper": 1.0, "activation": "relu", "normalization": "batch", "residual": False,
    "dropout": 0.1, "numeric_embedding": "none", "scaling": "standard", "impute": "median",
    "categorical_encoding": "onehot", "min_frequency": 1, "optimizer": "adamw", "learning_rate": 3e-3,
    "schedule": "constant", "weight_decay": 1e-3, "batch_size": 64,
}  # fmt: skip
WORDS = ("red", "green, light", "blue", "紫色", 'the "quoted" one', "rare")


@dataclass(frozen=True, slots=True)
class Made:
    """A study in a store, its model, and the file that it came from."""

    store: Store
    study_id: int
    model: TrainedModel
    file: Path
    table: Table
    schema: TableSchema
    splits: Splits


@contextmanager
def exported(folder: Path, task: str) -> Iterator[tuple[Made, Path]]:
    """Give a study with the bundle of its final model."""
    made = make_study(folder, task, {})
    record = export_final(made.store, made.study_id)
    assert record.failure is None, record.failure.traceback
    yield made, Path(record.path)
    made.store.close()


def manifest_of(bundle: Path) -> dict[str, Any]:
    """Return what stands in the manifest of a bundle that is whole."""
    Bundle.open(bundle)
    return json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))


def sign_again(bundle: Path) -> None:
    """Write the manifest of a bundle anew, with the digests of the files that are there now."""
    content = json.loads((bundle / MANIFEST).read_text(encoding="utf-8"))
    write_manifest(bundle, msgspec.convert(content, ManifestFile))


def write_data(
    path: Path, task: str, *, n: int = 420, decimal: str = ".", delimiter: str = ",", header: bool = True
) -> None:
    """Write a file with numbers, missing cells, categories of text and of numbers, a date, and a target."""
    rng = np.random.default_rng(3)
    income = np.round(rng.lognormal(3, 1, n), 3)
    size = np.round(rng.normal(5, 2, n), 2)
    grade = rng.integers(0, 5, n) + 0.5
    colour = rng.choice(len(WORDS), n, p=[0.4, 0.25, 0.2, 0.1, 0.04, 0.01])
    days = rng.integers(0, 4000, n)
    score = np.log(income) + 0.4 * size + (colour == 1) - 0.001 * days + rng.normal(0, 0.3, n)
    if task == "regression":
        target = [f"{1e6 + 250 * s:.2f}".replace(".", decimal) for s in score]
    else:
        n_classes = 2 if task == "binary" else 3
        target = [
            f"class {i}"
            for i in np.searchsorted(np.quantile(score, np.arange(1, n_classes) / n_classes), score)
        ]
    lines = [["income (k€)", "size", "grade", "colour", "when", "note", "y"]] if header else []
    for i in range(n):
        cells = [repr(float(income[i])), repr(float(size[i])), repr(float(grade[i]))]
        cells = ["" if rng.random() < 0.08 else cell.replace(".", decimal) for cell in cells]
        moment = np.datetime64("2015-01-01") + int(days[i])
        year, month, day = str(moment).split("-")
        word = WORDS[colour[i]]
        quoted = '"' + word.replace('"', '""') + '"' if delimiter in word or '"' in word else word
        lines.append([
            *cells, "" if rng.random() < 0.05 else quoted, "NA" if rng.random() < 0.05 else f"{day}.{month}.{year}",
            f"free text number {i} of many words", target[i],
        ])  # fmt: skip
    path.write_text("\n".join(delimiter.join(row) for row in lines) + "\n", encoding="utf-8")


def write_photos(folder: Path, *, has_text: bool = False, n: int = 80, seed: int = 0) -> Path:
    """Write a table of numbers, categories and the paths of photos (and texts), which together tell the class."""
    rng = np.random.default_rng(seed)
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    lines = [["size", "colour", "photo", *(["text"] if has_text else []), "y"]]
    for i in range(n):
        is_bright, size = bool(i % 2), float(rng.normal())
        pixels = rng.integers(0, 90, (10, 12, 3), np.uint8) + np.uint8(120 * is_bright)
        name = f"photos/{i}.png"
        Image.fromarray(pixels).save(folder / name)
        said = " ".join([*rng.choice(["the", "meal", "我", "们", "12", "here"], 8).tolist(), str(i)])
        y = "yes" if size + 2 * is_bright > 1 else "no"
        shown = "" if i % 9 == 4 else f"{size:.4f}"
        lines.append([shown, ("red", "green", "")[i % 3], name, *([said] if has_text else []), y])
    file = folder / "photos.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)
    return file


def make_study(
    folder: Path,
    task: str,
    changes: Mapping[str, Any],
    *,
    n_networks: int = 1,
    family: str = "mlp",
    read: ReadSpec | None = None,
    out_of_fold: bool = False,
    export_dir: str | None = None,
    spelled: Callable[[str], bytes] | None = None,
    **how: Any,
) -> Made:
    """Train on the folds of a new file (or on all development rows for one network) and store it as a study.

    With `out_of_fold`, what the networks of the folds say of the rows that they had not seen is stored, too. `spelled`
    makes the bytes of the file from its text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "data.csv"
    write_data(file, task, **how)
    if spelled is not None:
        file.write_bytes(spelled(file.read_text(encoding="utf-8")))
    result = read_table(file, read)
    names = result.table.names
    target_name = names[-1]
    schema = infer_schema(result.table, target_name, {names[2]: "categorical"}, result.read)
    target = encode_target(result.table, schema)
    assert target.task == task
    split = SplitSpec(n_folds=max(n_networks, 2), holdout=0.3)
    splits = draw_splits(split, target, result.table, schema, 0)
    params = {**PARAMS, **changes}
    parts = splits.train if n_networks > 1 else (splits.development,)
    fitted = fit_preprocessing(result.table, schema.features, parts, table_spec(params))
    place = np.full(result.table.n_rows, -1, np.int64)
    place[splits.development] = np.arange(len(splits.development))
    problem = build_problem(
        task=target.task,
        n_classes=len(target.labels),
        y=target.at(splits.development),
        inputs=[p.inputs(result.table, splits.development) for p in fitted],
        preprocessings=fitted,
        train=[place[rows] for rows in parts],
        valid=[place[rows] for rows in splits.valid] if n_networks > 1 else [np.zeros(0, np.int64)],
    )
    metric = "rmse" if task == "regression" else "accuracy"
    spec = TrainSpec(family, params, metric, max_epochs=3, seed=1, patience=None)
    trained = Trainer(problem, spec).run()
    model = TrainedModel.from_training(problem, trained, target.labels)
    said = np.concatenate([part.ravel() for part in trained.predictions]) if out_of_fold else None
    store, study_id = _stored(
        folder, file, result.table, schema, splits, model, split, metric, said, export_dir
    )
    return Made(store, study_id, model, file, result.table, schema, splits)


def _stored(
    folder: Path,
    file: Path,
    table: Table,
    schema: TableSchema,
    splits: Splits,
    model: TrainedModel,
    split: SplitSpec,
    metric: str,
    out_of_fold: np.ndarray | None = None,
    export_dir: str | None = None,
) -> tuple[Store, int]:
    store = Store.open(folder / "workspace")
    table.to_parquet(folder / "table.parquet")
    dataset = store.add_dataset(
        digest=table.digest(), name="made", source=str(file), n_rows=table.n_rows, n_columns=len(table.columns),
        schema=schema.to_json(), report={}, size_bytes=1,
        table_sha256=store.artifacts.add_file(folder / "table.parquet"),
    )  # fmt: skip
    chosen = schema.target
    assert chosen is not None
    spec = StudySpec(
        target=chosen.name, metric=metric, split=split, budget=BudgetSpec(n_trials=1), export_dir=export_dir
    )
    study = store.create_study(
        name="A study: of colours/1", dataset_id=dataset.id, spec=spec.to_json(), metric=metric,
        direction=spec.direction,
        task=model.task,
    )  # fmt: skip
    store.set_split(study.id, store.artifacts.add(splits.to_npz_bytes()))
    sha256 = store.artifacts.add(model.to_bytes())
    for number, kept in enumerate((sha256, None)):
        trial = store.create_trial(
            study_id=study.id, number=number, kind=TrialKind.SEARCH, family=model.family, params=model.params
        )
        store.start_trial(trial.id, "test")
        scores = FoldScores((metric,), np.array([[0.8], [0.9]]), np.array([1, 2]))
        value = 0.85 - number / 9
        outcome = TrialOutcome(TrialState.COMPLETE, value, 0.05, scores, oof=out_of_fold, model_sha256=kept)
        store.finish_trial(trial.id, outcome)
    store.create_trial(
        study_id=study.id, number=2, kind=TrialKind.SEARCH, family=model.family, params=model.params
    )
    kind = "ensemble" if model.n_networks > 1 else "refit"
    store.set_result(
        study.id,
        {
            "baselines": {"majority": {"cv_mean": 0.5, "cv_std": 0.01, "holdout": {metric: 0.5}}},
            "best": {"trial": 0, "cv_mean": 0.85, "cv_std": 0.05, "holdout": {metric: 0.8}},
            "model_sha256": sha256,
            "final": {
                "kind": kind,
                "reason": Message("Made for a test.").to_json(),
                "evidence": {"n_outer": 0},
                "n_networks": model.n_networks,
            },
            "evidence": encoded(
                Evidence(
                    best=0,
                    metric=metric,
                    corrected=Corrected(0.83, 0.75, 0.9, 1000, 2, 2, 0, 90, 90, {0: 1.0}),
                    verdicts={"majority": Verdict("better", 0.33, 0.25, 0.4, 1.0, 0.0, 0.0)},
                    tied=(0,),
                    tied_baselines=(),
                    n_folds=3,
                    n_repeats=1,
                    mean=0.83,
                )
            ),
        },
    )
    return store, study.id
