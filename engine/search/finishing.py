"""The end of a search: final model, holdout scores, honest result, export."""

from __future__ import annotations

import dataclasses
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ...storage.errors import ArtifactError
from ...storage.records import Failure, FailureKind, Json, LookPurpose, Request, Stage, TrialRecord
from ...storage.store import Store
from ..domain.errors import CupelError, Message
from ..domain.policy import Policy
from ..domain.results import BestTrial, Scored, Scores, SearchExport, StudyResult, kept_parts
from ..looks import note_look
from ..statistics.comparison import name_in_repeats
from ..study_rows import StudyRows
from ..workers.messages import FinalTask, HoldoutTask, TaskResult, WorkerTask
from ..workers.protocol import Workers
from .batch import Batch, Errand
from .budget import Budget
from .exporting import ExportProcesses
from .judging import Candidates, Judge
from .nothing import why_nothing
from .pool import TaskPool
from .preparing import Prepared
from .repeats import Repeats, RepeatsPlan, key_of, name_of, plan_repeats, repeated, search_work
from .system import Heartbeat

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Finish:
    """Ends a study whose trials have all ended."""

    store: Store
    study_id: int
    prepared: Prepared
    workers: Workers
    pool: TaskPool
    budget: Budget
    policy: Policy
    heartbeat: Heartbeat
    exporting: ExportProcesses
    _results: dict[str, TaskResult] = field(default_factory=dict[str, TaskResult])
    # Of the final model.
    _failure: Failure | None = None

    def run(self, *, stopped: bool) -> None:
        """Write the study's result, and export its final model unless the user stopped the search."""
        candidates = Candidates.of(self.store, self.prepared)
        rows = StudyRows(self.store, self.store.study(self.study_id)) if candidates.complete else None
        repeats = self._repeats(candidates, rows, stopped=stopped) if rows else Repeats()
        judge = Judge(self.store, self.prepared, rows, candidates, repeats) if rows else None
        best = judge.best() if judge else None
        errands = self._holdouts(candidates.baselines)
        if best is not None:
            self.store.set_best_trial(self.study_id, best.number)
            errands["final"] = self._final(best, len(candidates.complete), stopped=stopped)
        durations = {t.name: t.duration_s or 0.0 for t in candidates.baselines}
        brief = {k for k in errands if k != "final" and self._refit_s(durations[k]) < self.policy.brief_s}
        order = sorted(errands, key=lambda k: 0 if k in brief else 1 if k == "final" else 2)
        self._run({key: errands[key] for key in order})
        result = self._result(best, judge, repeats, candidates)
        if any(self._holdout(key) is not None for key in errands):
            note_look(self.store, self.store.study(self.study_id), LookPurpose.SEARCH)
        evidence = judge.evidence() if judge else None
        if evidence is not None:
            n_looks = self.store.study(self.study_id).n_looks
            result = msgspec.structs.replace(result, evidence=evidence, looks=n_looks)
        self._record(result)
        if not stopped and self.prepared.spec.export_dir != "" and result.model_sha256:
            export = self._export(rows) if self._has_time_to_export() else self._left_out()
            self._record(msgspec.structs.replace(result, export=export))
        self._clear_checkpoints()

    def _repeats(self, candidates: Candidates, rows: StudyRows, *, stopped: bool) -> Repeats:
        """Train the finalists on further repeats of the folds, and the baselines with them."""
        earlier = Repeats.load(self.store, StudyResult.of(self.store.study(self.study_id)).repeats)
        left_s = 0.0 if stopped else self.policy.repeats_share * max(self.budget.evidence_left_s, 0.0)
        plan = plan_repeats(
            self.store,
            self.prepared,
            rows,
            candidates.complete,
            candidates.baselines,
            self.policy,
            time_left_s=left_s,
            search_work=self._search_work(),
            known=earlier.found,
        )
        if isinstance(plan, Message):
            return Repeats(why_none=plan)
        splits_sha256 = plan.request.splits_sha256
        found = dict(earlier.found) if earlier.splits_sha256 == splits_sha256 else {}
        wanted = [key for key in plan.tasks if name_of(key) not in found]
        self._run_repeats(plan, wanted, candidates, left_s)
        for key in wanted:
            result = self._results.get(key)
            further = repeated(result, self.prepared.spec.metric) if result is not None else None
            if further is not None:
                found[name_of(key)] = further
        # The best ones decide, without a gap: what comes after one whose repeats failed would win by its absence.
        finalists: list[str] = []
        for trial in candidates.complete:
            name = name_in_repeats(trial)
            if name not in found or key_of(name) not in plan.tasks:
                break
            finalists.append(name)
        if not finalists:
            why = Message("There was no time to judge finalists on further repeats of the folds.")
            return Repeats(why_none=why)
        kept = {*finalists, *(t.name for t in candidates.baselines)}
        return Repeats(splits_sha256, {name: value for name, value in found.items() if name in kept})

    def _record(self, result: StudyResult) -> None:
        """Write the result in place of an earlier one, but for the audits: those who search on still want them.

        What an older version found, and nothing new was trained after, stays as that version wrote it.
        """
        name, trials = self.store.study(self.study_id).name, self.store.trials(self.study_id)
        models = {t.number: t.model_sha256 or "" for t in trials}

        def kept(before: Json) -> Json:
            return before if result.is_judged_the_old_way else kept_parts(before, result, models, name)

        self.store.set_result(self.study_id, result.to_json(), kept)

    def _holdouts(self, baselines: Sequence[TrialRecord]) -> dict[str, Errand]:
        """Return a task for each baseline that can be fitted on all rows in the time that is left."""
        if not self.prepared.has_holdout:
            return {}
        left_s = max(self.budget.evidence_left_s, self.policy.brief_s)
        return {
            t.name: Errand.of(HoldoutTask(t.name))
            for t in baselines
            if self._refit_s(t.duration_s or 0.0) < left_s
        }

    def _refit_s(self, duration_s: float) -> float:
        """Return what fitting on all rows takes where fitting on every fold took `duration_s`."""
        split = self.prepared.spec.split
        return duration_s / (split.n_folds * split.n_repeats) * split.n_folds / (split.n_folds - 1)

    def _final(self, best: TrialRecord, n_complete: int, *, stopped: bool) -> Errand:
        scores = self.store.fold_scores(best.id)
        assert scores is not None  # noqa: S101 - a complete trial has scores
        trial_work = self.policy.work(best.epoch or 0, best.n_parameters or 0)
        task = FinalTask(
            family=best.family,
            params=best.params,
            model=self._kept_model(best),
            best_epochs=tuple(int(e) for e in scores.best_epochs),
            trial_s=best.duration_s or 0.0,
            time_left_s=0.0,
            most_outer=self.policy.n_outer(
                n_complete, trial_work, self._search_work(), self.prepared.n_workers
            ),
        )

        def make(n_failed: int) -> FinalTask:
            # Others may have used some of the time; where it failed, the least that it can be.
            is_least = stopped or n_failed > 0
            left_s = 0.0 if is_least else max(self.budget.evidence_left_s, 0.0)
            return dataclasses.replace(task, time_left_s=left_s)

        return Errand(make, self._final_limit_s, n_tries=2, is_needed=True)

    def _final_limit_s(self, task: WorkerTask) -> float:
        assert isinstance(task, FinalTask)  # noqa: S101 - by the caller
        return self.policy.final_limit_s(task.time_left_s, task.trial_s)

    def _search_work(self) -> float:
        """Return what the end is measured by where there is no time to measure it by."""
        if self.prepared.spec.budget.timeout_s is not None:
            return math.inf
        return search_work(self.store.trials(self.study_id), self.policy)

    def _kept_model(self, best: TrialRecord) -> bytes | None:
        if best.model_sha256 is None:
            return None
        try:
            return self.store.artifacts.read(best.model_sha256)
        except ArtifactError as error:
            _log.warning("%s The trial is trained again.", error)
            return None

    @property
    def _is_stopped(self) -> bool:
        return self.store.study(self.study_id).request is Request.STOP

    def _run(self, errands: Mapping[str, Errand]) -> None:
        """Run tasks in their order; only the final model is worth the user's waiting."""
        outcomes = Batch(
            self.pool,
            self.policy,
            self.prepared.request,
            errands,
            is_over=lambda: self.budget.is_spent,
            late_s=lambda: self.budget.grace_s,
            on_round=self.heartbeat.beat,
        ).run()
        self._results |= {k: o for k, o in outcomes.items() if not isinstance(o, Failure)}
        final = outcomes.get("final")
        self._failure = final if isinstance(final, Failure) else None

    def _run_repeats(
        self, plan: RepeatsPlan, wanted: Sequence[str], candidates: Candidates, left_s: float
    ) -> None:
        end = time.monotonic() + left_s
        durations = {name_in_repeats(t): t.duration_s or 0.0 for t in candidates.complete}
        errands: dict[str, Errand] = {}
        for key in wanted:
            trial_s = durations.get(name_of(key))
            limit_s = math.inf if trial_s is None else self.policy.final_limit_s(0.0, trial_s)
            errands[key] = Errand.of(plan.tasks[key], limit_s)
        outcomes = Batch(
            self.pool,
            self.policy,
            plan.request,
            errands,
            is_over=lambda: time.monotonic() > end or self._is_stopped,
            late_s=lambda: self.budget.grace_s,
            on_round=self.heartbeat.beat,
        ).run()
        self._results |= {k: o for k, o in outcomes.items() if not isinstance(o, Failure)}

    def _clear_checkpoints(self) -> None:
        """Delete checkpoints of trials that have ended; a stopped study may go on from the others."""
        trials = self.store.trials(self.study_id)
        self.workers.clear_checkpoints(self.study_id, {t.id for t in trials if not t.state.is_finished})

    def _result(
        self, best: TrialRecord | None, judge: Judge | None, repeats: Repeats, candidates: Candidates
    ) -> StudyResult:
        baselines = {
            t.name: Scored(*_over_folds(t, judge), self._holdout(t.name)) for t in candidates.baselines
        }
        if best is None or judge is None:
            trials = self.store.trials(self.study_id)
            before = StudyResult.of(self.store.study(self.study_id))
            if before.is_judged_the_old_way:
                # Nothing new was trained: what an older version found stays, as what it is.
                return before
            why = why_nothing(trials, is_time_over=self.budget.is_time_over)
            return StudyResult(baselines, nothing_found=why)
        cv_mean, cv_std = _over_folds(best, judge)
        chosen = BestTrial(
            trial=best.number, family=best.family, params=best.params,
            cv_mean=cv_mean, cv_std=cv_std, holdout=self._holdout("final"),
        )  # fmt: skip
        found = StudyResult(baselines, chosen, repeats=repeats.save(self.store))
        return self._with_final_model(found, best)

    def _with_final_model(self, result: StudyResult, best: TrialRecord) -> StudyResult:
        """Return the result with the final model; where its task failed, with the fold networks as they are."""
        final = self._results.get("final")
        if final is not None and final.model is not None:
            sha256 = self.store.artifacts.add(final.model)
            return msgspec.structs.replace(result, model_sha256=sha256, final=final.final)
        message = Message(
            "The final model could not be made or scored on the holdout: {reason}",
            {"reason": self._failure.message if self._failure else "no worker process could be started"},
        )
        return msgspec.structs.replace(result, final_failure=message, model_sha256=best.model_sha256 or "")

    def _holdout(self, key: str) -> Scores | None:
        result = self._results.get(key)
        return result.holdout if result else None

    def _has_time_to_export(self) -> bool:
        self.exporting.note_ready()
        return self.budget.exports and self.budget.has_time_to_export

    def _left_out(self) -> SearchExport:
        message = Message("There was no time left for the export; it can be made at any time.")
        return SearchExport(passed=False, left_out=True, message=message)

    def _export(self, rows: StudyRows | None) -> SearchExport:
        from ..deployment.export import export_final

        _log.info("the export begins after %.1f s", self.budget.elapsed)
        self.heartbeat.enter(Stage.EXPORT)
        folder = self.prepared.spec.export_dir
        directory = Path(folder) if folder else None
        helpers = self.exporting.helpers
        try:
            export = export_final(self.store, self.study_id, directory, helpers=helpers, rows=rows)
            if export.failure is not None and export.failure.kind is FailureKind.KILLED:
                # By somebody, or for want of memory, which others may have given back. The next has its name.
                _log.warning("the export is made again: %s", export.failure.message)
                export = export_final(self.store, self.study_id, directory, rows=rows)
        except CupelError as error:
            _log.error("export failed: %s", error, exc_info=True)
            return SearchExport(passed=False, message=error.sentence)
        if export.failure is not None:
            _log.error("export failed: %s\n%s", export.failure.message, export.failure.traceback)
            return SearchExport(passed=False, message=export.failure.sentence)
        return SearchExport(passed=True, path=export.path)


def _over_folds(trial: TrialRecord, judge: Judge | None) -> tuple[float | None, float | None]:
    """Return mean and standard deviation over all folds that a trial or baseline was judged on, further ones too."""
    if judge is None:
        return trial.value, trial.value_std
    scores = judge.scores(trial)
    return float(scores.mean()), float(scores.std(ddof=1)) if len(scores) > 1 else None
