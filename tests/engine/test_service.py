"""The window's jobs: each ends with a result or with one typed sentence."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cupel.engine.domain.spec import BudgetSpec, StudySpec
from cupel.engine.service import run_job
from cupel.storage.records import FailureKind, JobRecord, JobState, TrialKind, TrialOutcome, TrialState
from cupel.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = [f"{i % 17},{'uvw'[i % 3]},{'yes' if i % 17 > 8 else 'no'}" for i in range(120)]
    path.write_text("a,b,y\n" + "\n".join(rows) + "\n")
    return path


def spec(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"target": "y", "budget": BudgetSpec(3, 60.0), "max_epochs": 6, "n_workers": 1}
    return StudySpec(**{**values, **changes}).to_json()


def done(store: Store, kind: str, args: dict[str, Any]) -> JobRecord:
    store.add_job(kind, args)
    job = store.claim_job(os.getpid())
    assert job is not None
    run_job(store, job)
    return store.job(job.id)


def test_inspecting_a_file_tells_its_columns(store: Store, table: Path) -> None:
    job = done(store, "inspect", {"path": str(table)})
    assert job.state is JobState.DONE
    assert [c["name"] for c in job.result["columns"]] == ["a", "b", "y"]
    assert job.result["digest"] == ""  # no data set is there that these could be equal to


def test_inspecting_what_is_not_there_fails_with_its_sentence(store: Store, tmp_path: Path) -> None:
    job = done(store, "inspect", {"path": str(tmp_path / "gone.csv")})
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.kind is FailureKind.BAD_INPUT
    assert "gone.csv" in job.failure.message
    assert job.failure.template.format(**job.failure.args) == job.failure.message


def test_a_study_is_created_with_its_splits_drawn(store: Store, table: Path) -> None:
    job = done(store, "create_study", {"path": str(table), "spec": spec(), "name": "Mine"})
    assert job.state is JobState.DONE
    study = store.study(job.result["study_id"])
    assert (study.name, study.task, study.metric) == ("Mine", "binary", "roc_auc")
    assert study.split_sha256 is not None


def test_a_study_starts_from_the_best_trials_of_an_earlier_one_on_equal_data(
    store: Store, table: Path
) -> None:
    earlier = store.study(
        done(store, "create_study", {"path": str(table), "spec": spec()}).result["study_id"]
    )
    for number, value in enumerate((0.7, 0.9, 0.8)):
        trial = store.create_trial(
            study_id=earlier.id, number=number, kind=TrialKind.SEARCH, family="mlp", params={}, worker="w",
            user_attrs={"values": {"width": 10 + number}},
        )  # fmt: skip
        store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=value))
    copy = table.with_suffix(".tsv")
    copy.write_text(table.read_text().replace(",", "\t"))
    found = done(store, "inspect", {"path": str(copy)}).result
    assert found["digest"] == store.dataset(earlier.dataset_id or 0).digest
    asked = {"path": str(copy), "spec": spec(), "warm_start": earlier.id}
    study = store.study(done(store, "create_study", asked).result["study_id"])
    assert [start["values"]["width"] for start in study.spec["starts"]] == [11, 12, 10]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target": "z"}, "'z'"),
        ({"metric": "rmse"}, "'rmse'"),
        ({"space": {"mlp": {"wdith": {"fixed": 3}}}}, "mlp.wdith"),
        ({"split": {"n_folds": 100}}, "100 folds"),
    ],
)
def test_a_study_that_could_not_run_is_not_created(
    store: Store, table: Path, changes: dict[str, Any], sentence: str
) -> None:
    job = done(store, "create_study", {"path": str(table), "spec": spec() | changes})
    assert job.failure is not None
    assert sentence in job.failure.message
    assert store.studies() == []


def test_a_forecast_measures_the_corners_of_the_space(store: Store, table: Path) -> None:
    job = done(store, "forecast", {"path": str(table), "spec": spec()})
    assert job.state is JobState.DONE, job.failure
    corners = {c["name"]: c for c in job.result["corners"]}
    assert set(corners) == {"smallest", "default", "largest"}
    assert corners["smallest"]["n_parameters"] < corners["default"]["n_parameters"]
    assert corners["default"]["n_parameters"] < corners["largest"]["n_parameters"]
    low, high = job.result["trials_in_budget"]
    assert low <= high


def test_a_forecast_of_an_unusable_request_fails_with_the_same_sentence(store: Store, table: Path) -> None:
    job = done(store, "forecast", {"path": str(table), "spec": spec() | {"target": "z"}})
    assert job.failure is not None
    assert job.failure.kind is FailureKind.BAD_INPUT
    assert "'z'" in job.failure.message


def test_a_cancelled_forecast_ends_and_stays_cancelled(store: Store, table: Path) -> None:
    store.add_job("forecast", {"path": str(table), "spec": spec()})
    job = store.claim_job(os.getpid())
    assert job is not None
    doing = threading.Thread(target=run_job, args=(store, job))
    doing.start()
    assert store.cancel_job(job.id)
    doing.join()
    assert store.job(job.id).state is JobState.CANCELLED
