"""Whatever is done to a workspace, in whatever order and by two processes in turn: the store tells what a model tells.

Hypothesis makes up the orders (`RuleBasedStateMachine`). After each step everything is read and compared: records,
counts by state, best trials, tables, and what changed since earlier revisions. A store that is opened again tells the
same.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from cupel.storage.errors import ArtifactError
from cupel.storage.records import (
    Curves,
    Failure,
    FailureKind,
    FoldScores,
    JobState,
    Request,
    Stage,
    StudyState,
    TrialKind,
    TrialOutcome,
    TrialState,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from store_machine import WorkspaceMachine
from store_model import ENDED, Job, Study, Trial, Variant

NAMES = st.sampled_from(["digits", "Digits", " two  words ", "digits (2)", "漢字", "1"])
WORDS = st.text(max_size=6)
TAGS = st.lists(st.sampled_from(["paper", "small", " small ", ""]), max_size=3)
FLAGS = st.one_of(st.none(), st.booleans())
# Few, so that ties come about.
VALUES = st.sampled_from([0.25, 0.5, 0.75, -1.0, float("inf")])
SIZES = st.sampled_from([None, 10, 20])
ATTRS = st.dictionaries(
    st.sampled_from(["a", "b"]), st.one_of(st.integers(-9, 9), st.booleans(), WORDS), max_size=2
)
FAILURES = st.builds(Failure, st.sampled_from(FailureKind), st.just("It failed."))
DIGESTS = st.sampled_from([{}, {"data": "d1"}, {"data": "d2"}])
MODELS = st.sampled_from([b"one network", b"another network"])


def curves(n_epochs: int) -> Curves:
    return Curves(("train_loss", "valid_loss", "valid_score"), np.full((2, n_epochs, 3), 0.5, np.float32))


OUTCOMES = st.builds(
    TrialOutcome,
    state=st.sampled_from([state for state in TrialState if state.is_finished]),
    value=VALUES,
    value_std=st.one_of(st.none(), st.just(0.125)),
    scores=st.one_of(
        st.none(), st.just(FoldScores(("accuracy",), np.array([[0.5], [1.0]]), np.array([1, 2], np.int64)))
    ),
    curves=st.one_of(st.none(), st.integers(1, 3).map(curves)),
    oof=st.one_of(st.none(), st.integers(1, 3).map(lambda n: np.zeros((n, 2), np.float32))),
    epoch=st.one_of(st.none(), st.integers(1, 3)),
    n_parameters=SIZES,
    failure=FAILURES,
    user_attrs=ATTRS,
)


class StudyMachine(WorkspaceMachine):
    """Studies, their trials, variants and exports."""

    studies: Bundle[int] = Bundle("studies")
    trials: Bundle[int] = Bundle("trials")
    variants: Bundle[int] = Bundle("variants")
    exports: Bundle[int] = Bundle("exports")

    # -- studies ----------------------------------------------------------------------------------------------------

    @initialize(target=studies)
    def a_first_study(self) -> int:
        return self.create_study_named("digits", "maximize")

    @rule(target=studies, name=NAMES, direction=st.sampled_from(["maximize", "minimize"]))
    def create_study(self, name: str, direction: str) -> int:
        return self.create_study_named(name, direction)

    def create_study_named(self, name: str, direction: str) -> int:
        record = self.store.create_study(
            name=name, dataset_id=None, spec={"n": 1}, metric="accuracy", direction=direction, task="binary"
        )
        free = self.model.free_name(" ".join(name.split()))
        self.model.studies[record.id] = Study(free, direction, self.changed())
        return record.id

    @rule(study=studies, name=st.one_of(st.none(), NAMES), notes=st.one_of(st.none(), WORDS), pinned=FLAGS)
    def edit_study(self, study: int, name: str | None, notes: str | None, pinned: bool | None) -> None:
        wanted = None if name is None else " ".join(name.split())
        if wanted in {s.name for id_, s in self.model.studies.items() if id_ != study}:
            return self.refused(lambda: self.store.edit_study(study, name=name, notes=notes, pinned=pinned))
        self.store.edit_study(study, name=name, notes=notes, pinned=pinned)
        found = self.model.studies[study]
        found.name = found.name if wanted is None else wanted
        found.notes = found.notes if notes is None else notes
        found.pinned = found.pinned if pinned is None else pinned
        found.revision = self.changed()
        return None

    @rule(study=studies, tags=TAGS, archived=st.booleans())
    def archive_study(self, study: int, tags: list[str], archived: bool) -> None:
        self.store.edit_study(study, tags=tags, archived=archived)
        found = self.model.studies[study]
        found.tags, found.archived = cleaned(tags), archived
        found.revision = self.changed()

    @rule(study=studies, request=st.sampled_from(Request), n_workers=st.sampled_from([None, 1, 3, 0]))
    def request(self, study: int, request: Request, n_workers: int | None) -> None:
        found = self.model.studies[study]
        self.store.request(study, request)
        found.request, found.revision = request, self.changed()
        if n_workers == 0:
            self.refused(lambda: self.store.request_workers(study, 0))
        else:
            self.store.request_workers(study, n_workers)
            found.n_workers_requested, found.revision = n_workers, self.changed()

    @rule(study=studies, state=st.sampled_from(StudyState), failure=st.one_of(st.none(), FAILURES))
    def set_study_state(self, study: int, state: StudyState, failure: Failure | None) -> None:
        self.store.set_study_state(study, state, failure)
        self._state(study, state, failure)

    def _state(self, study: int, state: StudyState, failure: Failure | None) -> None:
        found = self.model.studies[study]
        found.state, found.failure = state, failure
        found.has_run = found.has_run or state is StudyState.RUNNING
        found.revision = self.changed()

    @rule(study=studies, pid=st.sampled_from([os.getpid(), os.getppid()]))
    def claim_study(self, study: int, pid: int) -> None:
        found = self.model.studies[study]
        is_free = found.engine_pid in (None, pid)
        assert self.store.claim_study(study, pid) is is_free
        if is_free:
            found.engine_pid, found.stage, found.revision = pid, None, self.changed()

    @rule(study=studies, stage=st.sampled_from(Stage))
    def set_stage(self, study: int, stage: Stage) -> None:
        self.store.set_stage(study, stage)
        self.model.studies[study].stage, self.model.studies[study].revision = stage, self.changed()

    @rule(study=studies)
    def extend_study(self, study: int) -> None:
        """A study goes on; what it had no time for waits again, but for its proposals and what the user skipped."""
        found = self.model.studies[study]
        if found.engine_pid is not None:
            return self.refused(lambda: self.store.extend_study(study, {"n": 2}))
        self.store.extend_study(study, {"n": 2})
        found.request = Request.RUN
        self._state(study, StudyState.QUEUED, None)
        for trial in self.model.of(study).values():
            is_left_out = trial.failure is not None and trial.failure.kind is FailureKind.SKIPPED
            if trial.kind is not TrialKind.SEARCH and is_left_out and trial.requested is None:
                trial.wait_again(found.revision)
        return None

    @rule(study=studies, pid=st.sampled_from([os.getpid(), os.getppid()]), elapsed_s=st.floats(0, 9))
    def heartbeat(self, study: int, pid: int, elapsed_s: float) -> None:
        found = self.model.studies[study]
        if found.engine_pid != pid:
            return self.refused(lambda: self.store.heartbeat(study, elapsed_s=elapsed_s, pid=pid))
        self.store.heartbeat(study, elapsed_s=elapsed_s, pid=pid)
        found.elapsed_s, found.revision = elapsed_s, self.changed()
        return None

    @rule(study=studies, state=st.sampled_from(ENDED))
    def release_study(self, study: int, state: StudyState) -> None:
        self.store.release_study(study, state)
        self.model.studies[study].engine_pid = self.model.studies[study].stage = None
        self._state(study, state, None)

    @rule(study=studies, result=ATTRS, keep=st.booleans())
    def set_result(self, study: int, result: dict[str, Any], keep: bool) -> None:
        found = self.model.studies[study]
        self.store.set_result(study, result, (lambda before: before) if keep else (lambda _before: {}))
        found.result = {**(found.result if keep else {}), **result}
        found.revision = self.changed()

    @rule(study=studies, key=st.sampled_from(["1", "2"]), value=st.integers(0, 9))
    def add_to_result(self, study: int, key: str, value: int) -> None:
        found = self.model.studies[study]
        self.store.add_to_result(study, "audits", key, {"n": value})
        audits = {**found.result.get("audits", {}), key: {"n": value}}
        found.result, found.revision = {**found.result, "audits": audits}, self.changed()

    # -- trials -----------------------------------------------------------------------------------------------------

    @rule(
        target=trials,
        study=studies,
        kind=st.sampled_from(TrialKind),
        worker=st.sampled_from([None, "worker-1"]),
        digests=DIGESTS,
        attrs=ATTRS,
    )
    def create_trial(
        self, study: int, kind: TrialKind, worker: str | None, digests: dict[str, str], attrs: dict[str, Any]
    ) -> int:
        is_baseline = kind is TrialKind.BASELINE
        numbers = [t.number for t in self.model.of(study).values()]
        number = min([0, *numbers]) - 1 if is_baseline else max([-1, *numbers]) + 1
        name = f"baseline {number}" if is_baseline else ""
        record = self.store.create_trial(
            study_id=study, number=number, kind=kind, family="mlp", params={"width": 8}, name=name, worker=worker,
            digests=digests, user_attrs=attrs,
        )  # fmt: skip
        trial = Trial(
            study, number, kind, name, worker, self.changed(), {"width": 8}, digests, user_attrs=attrs
        )
        trial.state = TrialState.WAITING if worker is None else TrialState.RUNNING
        self.model.trials[record.id] = trial
        self.refused(
            lambda: self.store.create_trial(study_id=study, number=number, kind=kind, family="mlp", params={})
        )
        return record.id

    @rule(target=trials, study=studies, value=st.sampled_from([0.25, 0.5]), n_parameters=SIZES)
    def run_trial(self, study: int, value: float, n_parameters: int | None) -> int:
        """A whole trial in one step, so that there are many of which one is the best."""
        trial = self.create_trial(study, TrialKind.SEARCH, "worker-1", {}, {})
        outcome = TrialOutcome(TrialState.COMPLETE, value=value, n_parameters=n_parameters)
        self.finish_trial(trial, outcome, None)
        return trial

    @rule(target=trials, study=studies, epoch=st.integers(1, 3))
    def begin_trial(self, study: int, epoch: int) -> int:
        """A trial that has told some epochs, so that there is something for a crash to cut off."""
        trial = self.create_trial(study, TrialKind.SEARCH, "worker-1", {}, {})
        self.record_progress(trial, epoch, True)
        return trial

    @rule(trial=trials, digests=st.one_of(st.none(), DIGESTS))
    def start_trial(self, trial: int, digests: dict[str, str] | None) -> None:
        found = self.model.trials[trial]
        if found.state is not TrialState.WAITING:
            return self.refused(lambda: self.store.start_trial(trial, "worker-2", digests))
        self.store.start_trial(trial, "worker-2", digests)
        found.digests = found.digests if digests is None else digests
        found.state, found.worker, found.revision = TrialState.RUNNING, "worker-2", self.changed()
        return None

    @rule(trial=trials, epoch=st.integers(1, 3), has_curves=st.booleans())
    def record_progress(self, trial: int, epoch: int, has_curves: bool) -> None:
        found = self.model.trials[trial]
        told = curves(epoch) if has_curves else None
        runs = found.state is TrialState.RUNNING
        assert self.store.record_progress(trial, epoch=epoch, curves=told, peak_memory_bytes=epoch) is runs
        if runs:
            found.epoch, found.peak_memory_bytes, found.revision = epoch, epoch, self.changed()
            found.n_curve_epochs = epoch if has_curves else found.n_curve_epochs

    @rule(trial=trials, outcome=OUTCOMES, model=st.one_of(st.none(), MODELS))
    def finish_trial(self, trial: int, outcome: TrialOutcome, model: bytes | None) -> None:
        found = self.model.trials[trial]
        outcome = ended(outcome, None if model is None else self.store.artifacts.add(model))
        if found.state.is_finished:
            return self.refused(lambda: self.store.finish_trial(trial, outcome))
        self.store.finish_trial(trial, outcome)
        found.end(outcome, self.changed())
        if outcome.state is TrialState.COMPLETE:
            self.model.note_complete(found)
        return None

    @rule(
        trial=trials,
        outcome=st.sampled_from(
            [
                TrialOutcome(TrialState.RUNNING),
                TrialOutcome(TrialState.COMPLETE),
                TrialOutcome(TrialState.COMPLETE, value=float("nan")),
                TrialOutcome(TrialState.FAIL),
            ]
        ),
    )
    def finish_trial_with_no_end(self, trial: int, outcome: TrialOutcome) -> None:
        self.refused(lambda: self.store.finish_trial(trial, outcome))

    @rule(study=studies)
    def requeue_running(self, study: int) -> None:
        running = {i: t for i, t in self.model.of(study).items() if t.state is TrialState.RUNNING}
        assert [record.id for record in self.store.requeue_running(study)] == list(running)
        if not running:
            return
        revision = self.changed()
        for trial in running.values():
            trial.wait_again(revision)

    @rule(trial=trials)
    def request_skip(self, trial: int) -> None:
        found = self.model.trials[trial]
        assert self.store.request_skip(trial) is not found.state.is_finished
        if not found.state.is_finished:
            found.requested, found.revision = "skip", self.changed()

    @rule(
        trial=trials,
        notes=st.one_of(st.none(), WORDS),
        tags=st.one_of(st.none(), TAGS),
        pinned=FLAGS,
        archived=FLAGS,
    )
    def edit_trial(
        self,
        trial: int,
        notes: str | None,
        tags: list[str] | None,
        pinned: bool | None,
        archived: bool | None,
    ) -> None:
        found = self.model.trials[trial]
        self.store.edit_trial(trial, notes=notes, tags=tags, pinned=pinned, archived=archived)
        found.notes = found.notes if notes is None else notes
        found.tags = found.tags if tags is None else cleaned(tags)
        found.pinned = found.pinned if pinned is None else pinned
        found.archived = found.archived if archived is None else archived
        found.revision = self.changed()

    @rule(trial=trials)
    def drop_model(self, trial: int) -> None:
        """The networks of a trial are forgotten; their file goes with the last trial that names it."""
        found = self.model.trials[trial]
        sha256 = found.model_sha256
        if sha256 is None:
            return
        others = [t for i, t in self.model.trials.items() if i != trial]
        is_shared = any(t.model_sha256 == sha256 for t in others)
        assert self.store.drop_model(trial, sha256) is not is_shared
        found.model_sha256 = None
        found.revision = self.changed()
        if is_shared:
            self.store.artifacts.read(sha256)
        else:
            with pytest.raises(ArtifactError):
                self.store.artifacts.read(sha256)

    @rule(trial=trials)
    def predictions_are_told(self, trial: int) -> None:
        told = self.store.out_of_fold(trial)
        assert (None if told is None else len(told)) == self.model.trials[trial].n_oof

    # -- variants and exports ---------------------------------------------------------------------------------------

    @rule(target=variants, trial=trials, name=st.sampled_from(["int8", "control"]))
    def add_variant(self, trial: int, name: str) -> int:
        record = self.store.add_variant(trial, name=name, method={})
        self.model.variants[record.id] = Variant(trial, name)
        self.model.trials[trial].revision = self.changed()
        return record.id

    @rule(variant=variants, state=st.sampled_from(TrialState), value=VALUES)
    def finish_variant(self, variant: int, state: TrialState, value: float) -> None:
        found = self.model.variants[variant]
        if not state.is_finished or found.state.is_finished:
            return self.refused(lambda: self.store.finish_variant(variant, state=state, value=value))
        self.store.finish_variant(variant, state=state, value=value)
        found.state, found.value = state, value
        self.model.trials[found.trial_id].revision = self.changed()
        return None

    @rule(target=exports, trial=trials)
    def add_export(self, trial: int) -> tuple[int, int]:
        record = self.store.add_export(trial, "/bundles/one")
        self.model.trials[trial].revision = self.changed()
        assert self.store.exports(trial_id=trial)[0].id == record.id
        return record.id, trial

    @rule(export=consumes(exports))
    def finish_export(self, export: tuple[int, int]) -> None:
        id_, trial = export
        how: dict[str, Any] = {"state": JobState.DONE, "certificate": {}, "manifest": {}, "size_bytes": 1}
        assert self.store.finish_export(id_, **how).state is JobState.DONE
        self.model.trials[trial].revision = self.changed()
        self.refused(lambda: self.store.finish_export(id_, **how))


class JobMachine(WorkspaceMachine):
    """Jobs: two processes add, claim, report, finish and cancel them."""

    jobs: Bundle[int] = Bundle("jobs")

    @rule(target=jobs, kinds=st.lists(st.sampled_from(["inspect", "export"]), min_size=1, max_size=3))
    def add_jobs(self, kinds: list[str]) -> MultipleResults[int]:
        ids: list[int] = []
        for kind in kinds:
            ids.append(self.store.add_job(kind, {"path": "x"}).id)
            self.model.jobs[ids[-1]] = Job(kind, self.changed())
        return multiple(*ids)

    @precondition(lambda self: self.model.jobs)
    @rule(asked=st.one_of(st.none(), jobs))
    def claim_job(self, asked: int | None) -> None:
        waiting = [i for i, job in self.model.jobs.items() if job.state is JobState.WAITING]
        wanted = [i for i in waiting if asked in (None, i)]
        record = self.store.claim_job(os.getpid(), asked)
        assert (None if record is None else record.id) == (wanted[0] if wanted else None)
        if wanted:
            job = self.model.jobs[wanted[0]]
            job.state, job.revision = JobState.RUNNING, self.changed()

    @rule(job=jobs, progress=st.floats(-1, 2), message=WORDS)
    def update_job(self, job: int, progress: float, message: str) -> None:
        found = self.model.jobs[job]
        runs = found.state is JobState.RUNNING
        assert self.store.update_job(job, progress=progress, message=message) is runs
        if runs:
            found.progress, found.message = min(1.0, max(0.0, progress)), message
            found.revision = self.changed()

    @rule(job=jobs, result=ATTRS, failure=st.one_of(st.none(), FAILURES))
    def finish_job(self, job: int, result: dict[str, Any], failure: Failure | None) -> None:
        found = self.model.jobs[job]
        how: dict[str, Any] = {"result": result} if failure is None else {"failure": failure}
        if found.state in (JobState.DONE, JobState.FAILED):
            return self.refused(lambda: self.store.finish_job(job, **how))
        told = self.store.finish_job(job, **how)
        if found.state is JobState.CANCELLED:
            assert told.state is JobState.CANCELLED
            return None
        found.state = JobState.DONE if failure is None else JobState.FAILED
        found.failure = failure
        if failure is None:
            found.result, found.progress = result, 1.0
        found.revision = self.changed()
        return None

    @rule(job=jobs)
    def cancel_job(self, job: int) -> None:
        found = self.model.jobs[job]
        is_open = found.state in (JobState.WAITING, JobState.RUNNING)
        assert self.store.cancel_job(job) is is_open
        if is_open:
            found.state, found.revision = JobState.CANCELLED, self.changed()


def cleaned(tags: list[str]) -> tuple[str, ...]:
    return tuple(sorted({tag.strip() for tag in tags if tag.strip()}))


def ended(outcome: TrialOutcome, sha256: str | None) -> TrialOutcome:
    """Return an outcome that agrees with itself: only a FAIL has a failure, and only what trained has networks."""
    values = {name: getattr(outcome, name) for name in TrialOutcome.__dataclass_fields__}
    if outcome.state is not TrialState.FAIL:
        values["failure"] = None
    elif sha256 is not None:
        sha256 = None
    if sha256 is not None:
        values["model_sha256"] = sha256
    return TrialOutcome(**values)


# Steps write to a disk, so no step has a deadline; what is found is kept out of the folder of the repository.
SHORT = settings(
    max_examples=12, stateful_step_count=35, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


MACHINES = pytest.mark.parametrize("machine", [StudyMachine, JobMachine])


@MACHINES
def test_the_store_tells_what_a_model_of_it_tells(machine: type[WorkspaceMachine]) -> None:
    n = SHORT.max_examples if machine is StudyMachine else SHORT.max_examples // 3
    run_state_machine_as_test(machine, settings=settings(SHORT, max_examples=n))


@pytest.mark.slow
@MACHINES
def test_the_store_tells_what_a_model_of_it_tells_after_many_more_steps(
    machine: type[WorkspaceMachine],
) -> None:
    run_state_machine_as_test(machine, settings=settings(SHORT, max_examples=300, stateful_step_count=80))
