"""Audits and fits as jobs that are cancelled, and audits of studies whose search goes on, with real processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from cupel.engine.audit.study_audit import StudyAudit
from cupel.engine.deployment.card_groups import groups_section
from cupel.engine.deployment.threshold import TUNED, threshold_of
from cupel.engine.domain.group_audits import KEY, AuditedGroup, AuditPart, Figure, GroupAudit, model_of
from cupel.engine.domain.results import BestTrial, StudyResult, kept_parts
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.jobs.launch import launch_engine
from cupel.engine.service import run_job
from cupel.engine.studies import create_study
from cupel.engine.study_rows import StudyRows
from cupel.engine.watching import EngineState, EngineWatch
from cupel.storage.records import JobRecord, JobState, Request, TrialKind, TrialState
from cupel.storage.store import Store

from ..deployment.made import Made, make_study
from ..deployment.studies import TRIAL, keep_out_of_fold


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Two classes, two folds and a holdout."""
    study = make_study(tmp_path_factory.mktemp("jobs"), "binary", {}, n_networks=2)
    keep_out_of_fold(study, TRIAL)
    yield study
    study.store.close()


def cancelled(
    store: Store, kind: str, args: dict[str, Any], when: Callable[[JobRecord], bool]
) -> tuple[JobRecord, list[psutil.Process]]:
    """Do a job, cancel it at a moment, and return how it ended and the processes that it had then."""
    job_id = store.add_job(kind, args).id
    job = store.claim_job(os.getpid(), job_id)
    assert job is not None
    doing = threading.Thread(target=run_job, args=(store, job))
    doing.start()
    while not when(store.job(job_id)):
        assert doing.is_alive(), store.job(job_id).failure
        doing.join(0.01)
    running = psutil.Process().children(recursive=True)
    children = [child for child in running if "cupel.engine.audit.holdout:predict_holdout" in child.cmdline()]
    assert store.cancel_job(job_id)
    doing.join()
    return store.job(job_id), children


def test_a_cancelled_audit_ends_its_process_and_is_not_kept(made: Made) -> None:
    args = {"study_id": made.study_id, "trial": TRIAL, "by": "colour"}
    job, children = cancelled(made.store, "audit", args, lambda job: job.message == "holdout")
    assert job.state is JobState.CANCELLED
    assert 0.0 < job.progress < 1.0
    assert len(children) == 1, "the process that predicts the holdout"
    assert not children[0].is_running()
    assert KEY not in made.store.study(made.study_id).result


def test_a_cancelled_fit_ends(made: Made) -> None:
    """It is too short to be met in the middle from another thread: the first thing that it tells is heard already."""
    store = made.store
    job_id = store.add_job("threshold", {"study_id": made.study_id, "trial": TRIAL}).id
    job = store.claim_job(os.getpid(), job_id)
    assert job is not None
    assert store.cancel_job(job_id)
    run_job(store, job)
    assert store.job(job_id).state is JobState.CANCELLED
    assert store.job(job_id).result == {}


def test_a_fit_hears_at_every_threshold_that_it_is_no_longer_wanted(made: Made) -> None:
    class NoLongerWantedError(Exception):
        pass

    told: list[float] = []

    def tell(fraction: float) -> None:
        told.append(fraction)
        if len(told) == 7:
            raise NoLongerWantedError

    study = made.store.study(made.study_id)
    trial = made.store.trial_by_number(study.id, TRIAL)
    with pytest.raises(NoLongerWantedError):
        threshold_of(StudyRows(made.store, study), trial, None, TUNED, tell)
    assert len(told) == 7


def test_an_audit_tells_what_it_does_and_how_far_it_is(made: Made) -> None:
    told: list[tuple[str, float]] = []
    audit = StudyAudit(
        made.store, made.study_id, TRIAL, threshold="tuned", progress=lambda *now: told.append(now)
    )
    audit.by("colour")
    doing = list(dict.fromkeys(name for name, _ in told))
    assert doing == ["reading", "fitting", "holdout", "counting", "keeping"]
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    fitting = {fraction for name, fraction in told if name == "fitting"}
    assert len(fitting) > 100, "each threshold that is tried"


@pytest.mark.slow
def test_a_search_that_goes_on_keeps_the_audits_of_its_trials(tmp_path: Path) -> None:
    data = tmp_path / "table.csv"
    rows = [f"{i % 17},{'uvw'[i % 3]},{'yes' if i * 7 % 17 > 8 else 'no'}" for i in range(300)]
    data.write_text("a,b,y\n" + "\n".join(rows) + "\n")
    spec = StudySpec(
        target="y", budget=BudgetSpec(2), max_epochs=20, n_workers=1, export_dir="", families=("mlp",),
        pruner="none", baselines=False,
        split=SplitSpec(n_folds=2, holdout=0.3),
    )  # fmt: skip
    with Store.open(tmp_path / "workspace") as store:
        study = create_study(store, data, spec)[0]
        watch = started(store, study.id)
        while not complete(store, study.id):
            assert watch.state() is EngineState.RUNS
            threading.Event().wait(0.02)
        store.request(study.id, Request.PAUSE)
        StudyAudit(store, study.id, complete(store, study.id)[0]).by("b")
        assert watch.state() is EngineState.RUNS, "nothing was ended yet"
        store.request(study.id, Request.STOP)
        ended(watch)
        first = store.study(study.id).result
        number = first["best"]["trial"]
        assert [found["by"] for found in first[KEY].values()] == ["b"]
        StudyAudit(store, study.id).by("a")
        ended(started(store, study.id))
        result = store.study(study.id).result
        assert complete(store, study.id) == [0, 1]
        assert {found["by"] for found in result[KEY].values()} == {"a", "b"}
        assert f"{number}/a" in result[KEY]
        by_a = result[KEY][f"{number}/a"]
        holdout = by_a["parts"][1]
        is_the_final = result["best"]["trial"] == number and holdout["model"] == model_of(
            result["model_sha256"]
        )
        assert holdout["is_former"] is not is_the_final
        assert "is_former" not in by_a["parts"][0], "the folds are the trial's for ever"


def started(store: Store, study_id: int) -> EngineWatch:
    store.request(study_id, Request.RUN)
    return EngineWatch(store, study_id, launch_engine(store.workspace.path, study_id))


def ended(watch: EngineWatch) -> None:
    while (state := watch.state()) is EngineState.RUNS:
        threading.Event().wait(0.02)
    assert state is EngineState.ENDED


def complete(store: Store, study_id: int) -> list[int]:
    trials = store.trials(study_id, kinds=[TrialKind.SEARCH])
    return [trial.number for trial in trials if trial.state is TrialState.COMPLETE]


def test_what_networks_that_are_gone_said_of_the_holdout_is_told_apart() -> None:
    final, own, other = (sign * 64 for sign in "abc")

    def audit(number: int, sha256: str) -> GroupAudit:
        folds = AuditPart("out_of_fold", 40, is_binned=False, whole={}, groups=(), gaps=())
        parts = (folds, msgspec.structs.replace(folds, part="holdout", model=model_of(sha256)))
        return GroupAudit("b", "binary", None, None, "2026-01-05T10:00:00+00:00", (), parts, number)

    def result(best: int, sha256: str, audits: Mapping[str, GroupAudit] | None = None) -> StudyResult:
        chosen = BestTrial(trial=best, cv_mean=0.5, cv_std=None)
        return StudyResult(best=chosen, model_sha256=sha256, audits=audits or {})

    def kept(before: StudyResult, after: StudyResult, models: dict[int, str]) -> Mapping[str, GroupAudit]:
        return StudyResult.from_json(kept_parts(before.to_json(), after, models, "s"), "s").audits

    before = result(0, final, {"0/b": audit(0, final), "1/b": audit(1, own), "5/b": audit(5, own)})
    after = result(2, other)
    stayed = kept(before, after, {0: "", 1: own, 2: ""})
    assert list(stayed) == ["0/b", "1/b"], "trial 5 is gone"
    assert [audit.parts[1].is_former for audit in stayed.values()] == [True, False]
    again = kept(result(2, other, stayed), after, {0: "", 1: "", 2: ""})
    assert [audit.parts[1].is_former for audit in again.values()] == [True, False]
    assert kept(before, result(0, final), {0: ""})["0/b"].parts[1].is_former is False
    assert kept_parts({}, after, {}, "s") == {}


def test_a_card_tells_groups_of_other_networks_from_those_of_the_bundle() -> None:
    figures = {"accuracy": Figure(0.5, 0.4, 0.6, 40)}
    group = AuditedGroup("a", 40, is_small=False, figures=figures)
    part = AuditPart("holdout", 40, is_binned=False, whole=figures, groups=(group,), gaps=(), is_former=True)
    found = GroupAudit("b", "binary", None, None, "2026-01-05T10:00:00+00:00", (), (part,))
    card = groups_section([found], None, is_variant=True).markdown()
    assert "NOT those of this bundle" in card
    assert "before they were compressed" in card
    assert "- No gap of accuracy: fewer than two groups have 30 rows to count it of." in card
    now = msgspec.structs.replace(part, is_former=False)
    assert "NOT" not in groups_section([msgspec.structs.replace(found, parts=(now,))], None).markdown()
