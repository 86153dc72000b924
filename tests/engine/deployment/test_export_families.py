"""Every family for tables is exported and proven: raw rows in, the same predictions out, in a clean process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cupel.engine.deployment.export import export_final
from cupel.storage.records import JobState

from .made import make_study

PERIODIC = {"numeric_embedding": "periodic", "n_frequencies": 6, "frequency_scale": 0.5, "numeric_size": 4}
EMBEDDED = {"categorical_encoding": "embedding", "embedding_size": 4}
BINS = {"numeric_embedding": "piecewise_linear", "n_bins": 12, "scaling": "quantile"}
CASES: list[tuple[str, str, int, dict[str, Any]]] = [
    ("realmlp", "binary", 2, {**PERIODIC, **EMBEDDED, "scaling": "robust", "smooth_clip": True, "activation": "selu"}),
    ("realmlp", "regression", 1, {**BINS, "activation": "mish", "loss": "huber"}),
    ("tabm", "binary", 1, {**BINS, "n_members": 4}),
    ("tabm", "multiclass", 2, {**PERIODIC, **EMBEDDED, "n_members": 3, "activation": "silu"}),
    ("tabm", "regression", 1, {"n_members": 3, "activation": "gelu"}),
    ("ft_transformer", "multiclass", 2, {**EMBEDDED, "n_blocks": 2, "n_heads": 2, "head_size": 4}),
    ("ft_transformer", "regression", 1, {"n_blocks": 1, "n_heads": 2, "head_size": 4}),
]  # fmt: skip


# The others are left to the slow part: they differ in encoders that `test_table_families` trains.
QUICK = (("realmlp", "binary"), ("tabm", "binary"))


@pytest.mark.parametrize(
    ("family", "task", "n_networks", "changes"),
    [
        pytest.param(*c, id=f"{c[0]}-{c[1]}", marks=[pytest.mark.slow] if c[:2] not in QUICK else [])
        for c in CASES
    ],
)
def test_an_export_of_the_family_is_proven(
    family: str, task: str, n_networks: int, changes: dict[str, Any], tmp_path: Path
) -> None:
    made = make_study(tmp_path, task, changes, n_networks=n_networks, family=family)
    record = export_final(made.store, made.study_id, None)
    made.store.close()
    assert record.failure is None, record.failure.traceback
    assert record.state is JobState.DONE
    assert record.certificate["passed"]
    scale = made.model.target_scale.mean() if task == "regression" else 1.0
    assert record.certificate["max_abs_difference"] / scale < 1e-4
