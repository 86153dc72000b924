"""A workspace with a row in every table, and what may happen to a single cell of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from cupel.engine.domain.spec import spec_of
from cupel.storage.records import (
    Curves,
    FoldScores,
    JobState,
    LookPurpose,
    SystemSample,
    TrialKind,
    TrialOutcome,
    TrialState,
)
from cupel.storage.store import Store

DAMAGES: dict[str, Any] = {
    "bytes": b"\xff\x00\x8b",
    "bytes called text": ("CAST(x'c328ff' AS TEXT)",),
    "a word": "asleep",
    "JSON cut off": '{"best": {"tri',
    "JSON of another shape": "[[1, 2]]",
    "JSON nested": "[" * 100_000,
    "a number": -7,
    "half a number": 0.5,
    "the year 294247": 9_223_372_036_854_775_807,
    "infinity": float("inf"),
}
"""What a cell may hold instead; in a tuple, as SQL."""


def fill(folder: Path) -> None:
    """Make a workspace with the studies 1, "Irises", and 2, "Digits": trials, curves, a variant, an export, a job."""
    with Store.open(folder) as store:
        for name in ("Irises", "Digits"):
            data = store.add_dataset(
                digest=name, name=name, source="x.csv", n_rows=4, n_columns=2, schema={}, report={},
                table_sha256=store.artifacts.add(name.encode()), size_bytes=10,
            )  # fmt: skip
            study = store.create_study(
                name=name, dataset_id=data.id, spec=spec_of("y", n_trials=1).to_json(), metric="accuracy",
                direction="maximize", task="binary",
            )  # fmt: skip
            store.set_holdout(study.id, name)
            store.add_look(name, study_id=study.id, purpose=LookPurpose.SEARCH)
            store.add_system_sample(study.id, SystemSample(1.0, 0.5, 1, 2, None, None))
            kinds = ((0, TrialKind.SEARCH, ""), (1, TrialKind.SEARCH, ""), (-1, TrialKind.BASELINE, "linear"))
            for number, kind, called in kinds:
                trial = store.create_trial(
                    study_id=study.id, number=number, kind=kind, family="mlp", params={"width": 8}, name=called,
                    worker="one", n_epochs=2, digests={"scoring": "2"},
                )  # fmt: skip
                store.finish_trial(trial.id, _outcome(0.8 + number / 100))
                variant = store.add_variant(trial.id, name="sparse", method={"sparsity": 0.5})
                store.finish_variant(variant.id, state=TrialState.COMPLETE, value=0.7, scores=_scores(0.7))
                export = store.add_export(trial.id, str(folder / "exports" / f"{name}-{number}"), variant.id)
                store.finish_export(
                    export.id, state=JobState.DONE, certificate={}, manifest={}, size_bytes=10
                )
            job = store.add_job("inspect", {})
            store.finish_job(job.id, result={})


def _scores(value: float) -> FoldScores:
    return FoldScores(("accuracy",), np.full((5, 1), value), np.ones(5, np.int64))


def _outcome(value: float) -> TrialOutcome:
    return TrialOutcome(
        TrialState.COMPLETE, value=value, value_std=0.01, duration_s=1.0, epoch=2, n_parameters=10,
        scores=_scores(value), oof=np.full(4, value, np.float32),
        curves=Curves(("train_loss", "valid_score"), np.full((5, 2, 2), value, np.float32)),
    )  # fmt: skip


def cells(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield table and column of everything that the database keeps."""
    with sqlite3.connect(folder / "cupel.sqlite") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in sorted(tables):
            if not table.startswith(("sqlite_", "alembic_")):
                for column in database.execute(f"PRAGMA table_info({table})"):
                    yield table, str(column[1])
    database.close()


def damage(folder: Path, table: str, column: str, what: Any) -> bool:
    """Write into the first row of a table behind the store's back; return whether SQLite took it."""
    first = f"WHERE rowid = (SELECT min(rowid) FROM {table})"  # noqa: S608
    expression, values = (what[0], ()) if isinstance(what, tuple) else ("?", (what,))
    database = sqlite3.connect(folder / "cupel.sqlite")
    try:
        with database:
            database.execute(
                f"UPDATE {table} SET {column} = {expression} {first}",  # noqa: S608
                values,
            )
    except (sqlite3.IntegrityError, OverflowError):
        return False
    finally:
        database.close()
    return True
