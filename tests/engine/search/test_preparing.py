"""What is settled before the first trial."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from cupel.engine.domain.spec import BudgetSpec, StudySpec
from cupel.engine.search.preparing import fewer_workers, prepare
from cupel.engine.studies import create_study
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
