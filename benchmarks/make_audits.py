"""Made-up audits by groups, counted by the engine's own functions on made-up predictions; for `make_workspace`."""

from __future__ import annotations

import msgspec
import numpy as np
from cupel.engine.audit.fairness import groups_of
from cupel.engine.audit.group_audit import AuditSubject, audited
from cupel.engine.data.columns import Column, WordColumn
from cupel.engine.domain.group_audits import KEY, GroupAudit
from cupel.engine.domain.stored import encoded
from cupel.storage.records import StudyRecord
from cupel.storage.store import Store

# Of a column: its groups, how many rows each has, its share of positives, and how well these are found.
_TITANIC = {
    "Sex": (("female", 314, 0.74, 0.93), ("male", 577, 0.19, 0.58)),
    "Embarked": (("C", 168, 0.55, 0.8), ("Q", 77, 0.39, 0.79), ("S", 644, 0.34, 0.77), ("unknown", 2, 1.0, 0.5)),
}  # fmt: skip
_COASTS = (
    ("<1H OCEAN", 1827, 0.0, 44_000.0), ("INLAND", 1310, 6_000.0, 31_000.0), ("ISLAND", 5, -60_000.0, 50_000.0),
    ("NEAR BAY", 458, -4_000.0, 52_000.0), ("NEAR OCEAN", 532, -9_000.0, 61_000.0),
)  # fmt: skip
_COLUMNS = {
    "binary": (("Survived", "target"), ("Sex", "categorical"), ("Embarked", "categorical"), ("Name", "text"),
               ("Age", "numeric")),
    "multiclass": (("species", "target"), ("island", "categorical"), ("year", "numeric")),
    "regression": (("median_house_value", "target"), ("ocean_proximity", "categorical"), ("median_income", "numeric")),
}  # fmt: skip


def add_dataset(store: Store, task: str) -> int | None:
    """Add the data set of a task's made-up study: its columns only. None where there are no audits of it."""
    if task not in _COLUMNS:
        return None
    columns = [
        {"name": name, "role": role, "n_unique": 2, "examples": ["0", "1"]} for name, role in _COLUMNS[task]
    ]
    return store.add_dataset(
        digest=f"made {task}", name=f"made {task}", source=f"{task}.csv", n_rows=891, n_columns=len(columns),
        schema={"columns": columns}, report={}, table_sha256="0" * 64, size_bytes=60_302,
    ).id  # fmt: skip


def add_audits(store: Store, study: StudyRecord) -> None:
    """Add audits of the best trial of a study for two classes or a number to its result."""
    rng = np.random.default_rng(5)
    found = [_errors(rng)] if study.task == "regression" else []
    if study.task == "binary":
        found = [_rates(by, groups, rng) for by, groups in _TITANIC.items()]
    for minute, audit in enumerate(found):
        now = f"2026-01-05T10:0{minute}:00+00:00"
        dated = msgspec.structs.replace(audit, trial=study.best_trial, created_at=now)
        store.add_to_result(study.id, KEY, f"{study.best_trial}/{audit.by}", encoded(dated))


def _rates(
    by: str, groups: tuple[tuple[str, int, float, float], ...], rng: np.random.Generator
) -> GroupAudit:
    asked = AuditSubject.of("binary", ("0", "1"), "", 0.5)
    parts = []
    for part, share in (("out_of_fold", 0.8), ("holdout", 0.2)):
        column, sizes = _column(by, [(name, round(n * share)) for name, n, *_ in groups])
        y = np.concatenate([rng.random(n) < group[2] for n, group in zip(sizes, groups, strict=True)])
        found = np.repeat([group[3] for group in groups], sizes)
        p = np.where(rng.random(len(y)) < np.where(y, found, 0.12), 0.8, 0.2)
        rows = np.arange(len(y))
        predictions = np.stack([1 - p, p], axis=1)
        parts.append(audited(asked, groups_of(column), rows, y.astype(np.int64), predictions, part))
    return GroupAudit(by, "binary", "1", 0.5, "", (), tuple(parts))


def _errors(rng: np.random.Generator) -> GroupAudit:
    asked = AuditSubject.of("regression", (), "", 0.5)
    column, sizes = _column("ocean_proximity", [(name, n) for name, n, *_ in _COASTS])
    y = rng.lognormal(12.1, 0.5, sum(sizes))
    bias, spread = (np.repeat([group[i] for group in _COASTS], sizes) for i in (2, 3))
    part = audited(
        asked,
        groups_of(column),
        np.arange(len(y)),
        y,
        y + bias + spread * rng.normal(0, 1, len(y)),
        "out_of_fold",
    )
    return GroupAudit("ocean_proximity", "regression", None, None, "", (), (part,))


def _column(name: str, groups: list[tuple[str, int]]) -> tuple[Column, list[int]]:
    sizes = [n for _, n in groups]
    codes = np.repeat(np.arange(len(groups)), sizes).astype(np.int32)
    return WordColumn.of_codes(name, codes, tuple(group for group, _ in groups)), sizes
