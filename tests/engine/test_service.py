"""The window's jobs: each ends with a result or with one typed sentence."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.forecasts import Forecast, ForecastRequest
from cupel.engine.domain.inspections import Inspection
from cupel.engine.domain.requests import (
    AuditGroups,
    CompressTrial,
    CreatedStudy,
    CreateStudy,
    ExportTrial,
    FitThreshold,
    Inspect,
    JobRequest,
    PredictRows,
    add_job,
    request_of,
    result_of,
)
from cupel.engine.domain.space import Space
from cupel.engine.domain.spec import BudgetSpec, ReadSpec, SplitSpec, StudySpec
from cupel.engine.inspection.inspect import inspect_file
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


def spec(**changes: Any) -> StudySpec:
    values: dict[str, Any] = {"target": "y", "budget": BudgetSpec(3, 60.0), "max_epochs": 6, "n_workers": 1}
    return StudySpec(**{**values, **changes})


def done(store: Store, request: JobRequest) -> JobRecord:
    add_job(store, request)
    job = store.claim_job(os.getpid())
    assert job is not None
    run_job(store, job)
    return store.job(job.id)


def test_inspecting_a_file_tells_its_columns(store: Store, table: Path) -> None:
    job = done(store, Inspect(str(table)))
    assert job.state is JobState.DONE
    found = result_of(job, Inspection)
    assert [c.name for c in found.columns] == ["a", "b", "y"]
    assert found.digest == ""  # no data set is there that these could be equal to
    assert found == inspect_file(table)


def test_inspecting_what_is_not_there_fails_with_its_sentence(store: Store, tmp_path: Path) -> None:
    job = done(store, Inspect(str(tmp_path / "gone.csv")))
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.kind is FailureKind.BAD_INPUT
    assert "gone.csv" in job.failure.message
    assert job.failure.template.format(**job.failure.args) == job.failure.message


def test_a_study_is_created_with_its_splits_drawn(store: Store, table: Path) -> None:
    job = done(store, CreateStudy(str(table), spec(), name="Mine"))
    assert job.state is JobState.DONE
    study = store.study(job.result["study_id"])
    assert (study.name, study.task, study.metric) == ("Mine", "binary", "roc_auc")
    assert study.split_sha256 is not None


def test_a_study_starts_from_the_best_trials_of_an_earlier_one_on_equal_data(
    store: Store, table: Path
) -> None:
    earlier = store.study(done(store, CreateStudy(str(table), spec())).result["study_id"])
    for number, value in enumerate((0.7, 0.9, 0.8)):
        trial = store.create_trial(
            study_id=earlier.id, number=number, kind=TrialKind.SEARCH, family="mlp", params={}, worker="w",
            user_attrs={"values": {"width": 10 + number}},
        )  # fmt: skip
        store.finish_trial(trial.id, TrialOutcome(TrialState.COMPLETE, value=value))
    copy = table.with_suffix(".tsv")
    copy.write_text(table.read_text().replace(",", "\t"))
    found = done(store, Inspect(str(copy))).result
    assert found["digest"] == store.dataset(earlier.dataset_id or 0).digest
    asked = CreateStudy(str(copy), spec(), warm_start=earlier.id)
    study = store.study(done(store, asked).result["study_id"])
    assert [start["values"]["width"] for start in study.spec["starts"]] == [11, 12, 10]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target": "z"}, "'z'"),
        ({"metric": "rmse"}, "'rmse'"),
        ({"space": {"mlp": {"wdith": {"fixed": 3}}}}, "mlp.wdith"),
        ({"split": SplitSpec(n_folds=100)}, "100 folds"),
    ],
)
def test_a_study_that_could_not_run_is_not_created(
    store: Store, table: Path, changes: dict[str, Any], sentence: str
) -> None:
    job = done(store, CreateStudy(str(table), spec(**changes)))
    assert job.failure is not None
    assert sentence in job.failure.message
    assert store.studies() == []


def test_no_study_is_created_while_something_serious_about_its_folds_has_no_answer(
    store: Store, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=(300, 2)), axis=0).round(3)
    path = tmp_path / "walk.csv"
    path.write_text("a,y\n" + "".join(f"{a},{b}\n" for a, b in walk))
    asked = spec(task="regression", metric="rmse")
    created = result_of(done(store, CreateStudy(str(path), asked)), CreatedStudy)
    assert created.study_id is None
    assert created.split_audit is not None
    assert [one.key for one in created.split_audit.unanswered] == ["order"]
    assert store.studies() == []
    answered = dataclasses.replace(asked, split=SplitSpec(independent=("order",)))
    created = result_of(done(store, CreateStudy(str(path), answered)), CreatedStudy)
    assert created.study_id is not None


def test_a_forecast_measures_the_corners_of_the_space(store: Store, table: Path) -> None:
    job = done(store, ForecastRequest(str(table), spec()))
    assert job.state is JobState.DONE, job.failure
    found = result_of(job, Forecast)
    corners = {c.name: c for c in found.corners}
    assert set(corners) == {"smallest", "default", "largest"}
    assert corners["smallest"].n_parameters < corners["default"].n_parameters
    assert corners["default"].n_parameters < corners["largest"].n_parameters
    assert found.trials_in_budget is not None
    low, high = found.trials_in_budget
    assert low <= high


def test_a_forecast_of_an_unusable_request_fails_with_the_same_sentence(store: Store, table: Path) -> None:
    job = done(store, ForecastRequest(str(table), spec(target="z")))
    assert job.failure is not None
    assert job.failure.kind is FailureKind.BAD_INPUT
    assert "'z'" in job.failure.message


def test_a_cancelled_forecast_ends_and_stays_cancelled(store: Store, table: Path) -> None:
    add_job(store, ForecastRequest(str(table), spec()))
    job = store.claim_job(os.getpid())
    assert job is not None
    doing = threading.Thread(target=run_job, args=(store, job))
    doing.start()
    assert store.cancel_job(job.id)
    doing.join()
    assert store.job(job.id).state is JobState.CANCELLED


@pytest.mark.parametrize(
    "request_",
    [
        Inspect("a.csv", ReadSpec(header=False, missing=("-",)), {"a": "id"}, "y", SplitSpec("plain")),
        CreateStudy(
            "sample:iris", spec(space=Space.of({"mlp": {"width": {"fixed": 8}}})), name="n", warm_start=3
        ),
        ForecastRequest("a.csv", spec()),
        ExportTrial(1, 7, "int8", ("onnx", "keras"), "MIT", 0.25, "/out"),
        ExportTrial(1, threshold="tuned"),
        FitThreshold(1, 2),
        AuditGroups(1, "sex", 0, "yes", 0.5),
        CompressTrial(1, 2, "choose", ("quantize",), 0.02, 10_000, 0.5, 60.0),
        PredictRows("bundle", "data.csv", "out.csv", 0.9),
    ],
    ids=lambda request: type(request).__name__,
)
def test_a_request_comes_out_of_the_store_as_it_went_in(store: Store, request_: JobRequest) -> None:
    assert request_of(add_job(store, request_)) == request_


def test_a_request_that_this_version_does_not_know_fails_and_the_next_one_is_done(
    store: Store, table: Path
) -> None:
    store.add_job("inspect", {"path": str(table)})
    job = store.claim_job(os.getpid())
    assert job is not None
    run_job(store, job)
    failed = store.job(job.id)
    assert failed.state is JobState.FAILED
    assert failed.failure is not None
    assert "path" in failed.failure.message
    assert done(store, Inspect(str(table))).state is JobState.DONE
