"""What is settled before the first trial."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.domain.space import Space
from cupel.engine.domain.space_points import parameters
from cupel.engine.domain.spec import BudgetSpec, StudySpec
from cupel.engine.search.preparing import prepare
from cupel.engine.studies import create_study
from cupel.engine.workers.sharing import fewer_workers
from cupel.storage.store import Store

MANY = 1_000_000  # more than any memory allows


def test_workers_that_the_memory_does_not_allow_are_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spec = StudySpec(target="species", budget=BudgetSpec(1), n_workers=MANY)
    with Store.open(tmp_path / "workspace") as store:
        study, messages = create_study(store, "sample:iris", spec)
        said = [m for m in messages if "workers asked for" in str(m)]
        assert [m.args["wanted"] for m in said] == [MANY]
        with caplog.at_level(logging.WARNING):
            prepared = prepare(store, study)
    assert prepared.n_workers < MANY
    assert f"of the {MANY} workers asked for" in caplog.text


@pytest.mark.parametrize("n_workers", [None, 1])
def test_workers_that_fit_are_nothing_to_speak_of(n_workers: int | None) -> None:
    assert fewer_workers(n_workers) is None


@pytest.mark.parametrize(
    "space", [None, Space.of({"mlp": {"width": {"type": "choice", "choices": [8, 16]}}})]
)
def test_the_encoders_of_all_kinds_of_a_table_are_searched(tmp_path: Path, space: Space | None) -> None:
    rng = np.random.default_rng(0)
    lines = [
        f"{rng.normal():.3f},the {rng.choice(['good', 'bad'])} meal number {i} was here,{i % 2}"
        for i in range(80)
    ]
    file = tmp_path / "meals.csv"
    file.write_text("\n".join(["x,said,y", *lines]) + "\n")
    names: dict[str, set[str]] = {}
    with Store.open(tmp_path / "workspace") as store:
        for kind in ("table", "table+text"):
            spec = StudySpec(
                target="y", kind=kind, families=("mlp",), budget=BudgetSpec(1), task="binary", space=space,
                roles={"said": "text"} if "text" in kind else {},
            )  # fmt: skip
            prepared = prepare(store, create_study(store, str(file), spec)[0])
            names[kind] = {
                p.target for p in parameters(prepared.space, "mlp", task="binary", metric="roc_auc")
            }
    assert {"text_size", "text_pooling", "n_words"} <= names["table+text"]
    assert not {name for name in names["table"] if name.startswith("text_")}
