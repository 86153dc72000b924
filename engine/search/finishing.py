"""The end of a search: final model, holdout scores, honest result, export."""

from __future__ import annotations

import dataclasses
import logging
import math
import os
import queue
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ...storage.errors import ArtifactError
from ...storage.records import Failure, Json, LookPurpose, Request, Stage, TrialRecord
from ...storage.store import Store
from ..deployment.helpers import Helpers
from ..domain.bundles import Certificate
from ..domain.errors import CupelError, Message
from ..domain.results import BestTrial, Scored, Scores, SearchExport, StudyResult, kept_parts
from ..looks import note_look
from ..statistics.comparison import name_in_repeats
from ..study_rows import StudyRows
from ..workers.cluster import Cluster, TaskDone
from ..workers.messages import (
    FinalTask,
    HoldoutTask,
    StudyFiles,
    Task,
    TaskResult,
    TrialTask,
    checkpoint_path,
)
from .budget import Budget
from .judging import Candidates, Judge
from .nothing import why_nothing
from .preparing import Prepared
from .repeats import Repeats, key_of, name_of, plan_repeats, repeated

_log = logging.getLogger(__name__)
_POLL_S = 0.5
_LEAST_WAIT_S = 60.0  # a final model that takes longer, longer than foretold, and longer than …
_MOST_TRIALS = 20.0  # … so many trials, hangs
_NO_WORKER_S = 180.0  # without any worker that could take a task up
_LEAST_OUTER, _MOST_OUTER = 2, 5  # folds of the evidence, which cost at most half of what the trials did
_REPEATS_SHARE = 0.5  # of the time for evidence, for the finalists' further repeats
_BRIEF_S = 1.0  # a baseline this quick is scored on the holdout before anything else


@dataclass(slots=True)
class Finish:
    """Ends a study whose trials have all ended."""

    store: Store
    study_id: int
    prepared: Prepared
    cluster: Cluster
    budget: Budget
    helpers: Helpers | None = None  # for the export, started while the search ran
    _results: dict[str, TaskResult] = field(default_factory=dict[str, TaskResult])
    _failure: Failure | None = None  # of the final model

    def run(self, *, stopped: bool) -> None:
        """Write the study's result, and export its final model unless the user stopped the search."""
        candidates = Candidates.of(self.store, self.prepared)
        rows = StudyRows.of(self.store, self.store.study(self.study_id)) if candidates.complete else None
        repeats = self._repeats(candidates, rows, stopped=stopped) if rows else Repeats()
        judge = Judge(self.store, self.prepared, rows, candidates, repeats) if rows else None
        best = judge.best() if judge else None
        tasks = self._holdout_tasks(candidates.baselines)
        if best is not None:
            self.store.set_best_trial(self.study_id, best.number)
            tasks["final"] = self._final_task(best, len(candidates.complete), stopped=stopped)
        durations = {t.name: t.duration_s or 0.0 for t in candidates.baselines}
        brief = [k for k in tasks if k != "final" and self._refit_s(durations[k]) < _BRIEF_S]
        order = sorted(tasks, key=lambda k: 0 if k in brief else 1 if k == "final" else 2)
        # Only the final model is worth the user's waiting.
        self._run_tasks({key: tasks[key] for key in order}, lambda: self.budget.is_spent)
        result = self._result(best, judge, repeats, candidates)
        if any(self._holdout(key) is not None for key in tasks):
            note_look(self.store, self.store.study(self.study_id), LookPurpose.SEARCH)
        evidence = judge.evidence() if judge else None
        if evidence is not None:
            n_looks = self.store.study(self.study_id).n_looks
            result = msgspec.structs.replace(result, evidence=evidence, looks=n_looks)
        self._record(result)
        if not stopped and self.prepared.spec.export_dir != "" and result.model_sha256:
            export = self._export() if self._has_time_to_export() else self._left_out()
            self._record(msgspec.structs.replace(result, export=export))
        self._clear_checkpoints()

    def _repeats(self, candidates: Candidates, rows: StudyRows, *, stopped: bool) -> Repeats:
        """Train the finalists on further repeats of the folds, and the baselines with them."""
        earlier = Repeats.load(self.store, StudyResult.of(self.store.study(self.study_id)).repeats)
        left_s = 0.0 if stopped else _REPEATS_SHARE * max(self.budget.evidence_left_s, 0.0)
        plan = plan_repeats(
            self.store, self.prepared, rows, candidates.complete, candidates.baselines, time_left_s=left_s,
            known=earlier.found,
        )  # fmt: skip
        if isinstance(plan, Message):
            return Repeats(why_none=plan)
        found = dict(earlier.found) if earlier.splits_sha256 == plan.splits_sha256 else {}
        wanted = {key: task for key, task in plan.tasks.items() if name_of(key) not in found}
        end = time.monotonic() + left_s
        self._run_tasks(wanted, lambda: time.monotonic() > end or self._is_stopped, plan.files)
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
        return Repeats(plan.splits_sha256, {name: value for name, value in found.items() if name in kept})

    def _record(self, result: StudyResult) -> None:
        """Write the result in place of an earlier one, but for the audits: those who search on still want them.

        What an older version found, and nothing new was trained after, stays as that version wrote it.
        """
        name, trials = self.store.study(self.study_id).name, self.store.trials(self.study_id)
        models = {t.number: t.model_sha256 or "" for t in trials}

        def kept(before: Json) -> Json:
            return before if result.is_judged_the_old_way else kept_parts(before, result, models, name)

        self.store.set_result(self.study_id, result.to_json(), kept)

    def _holdout_tasks(self, baselines: Sequence[TrialRecord]) -> dict[str, Task]:
        """Return a task for each baseline that can be fitted on all rows in the time that is left."""
        if not self.prepared.has_holdout:
            return {}
        left_s = max(self.budget.evidence_left_s, _BRIEF_S)
        return {t.name: HoldoutTask(t.name) for t in baselines if self._refit_s(t.duration_s or 0.0) < left_s}

    def _refit_s(self, duration_s: float) -> float:
        """Return what fitting on all rows takes where fitting on every fold took `duration_s`."""
        split = self.prepared.spec.split
        return duration_s / (split.n_folds * split.n_repeats) * split.n_folds / (split.n_folds - 1)

    def _final_task(self, best: TrialRecord, n_complete: int, *, stopped: bool) -> FinalTask:
        scores = self.store.fold_scores(best.id)
        assert scores is not None  # noqa: S101 - a complete trial has scores
        return FinalTask(
            family=best.family,
            params=best.params,
            model=self._kept_model(best),
            best_epochs=tuple(int(e) for e in scores.best_epochs),
            trial_s=best.duration_s or 0.0,
            time_left_s=0.0 if stopped else max(self.budget.evidence_left_s, 0.0),
            most_outer=min(_MOST_OUTER, max(_LEAST_OUTER, n_complete // 2)),
        )

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

    def _run_tasks(
        self, tasks: dict[str, Task], is_over: Callable[[], bool], files: StudyFiles | None = None
    ) -> None:
        """Run tasks on the warm workers, in their order; once it is over, the final model alone is waited for."""
        waiting = list(tasks)
        since: dict[str, float] = {}
        asked = time.monotonic()
        while waiting or since:
            self.cluster.refresh()
            for address in self.cluster.idle:
                if waiting:
                    key = waiting.pop(0)
                    tasks[key] = self._in_time(tasks[key])
                    self.cluster.submit(key, address, files or self.prepared.files, tasks[key])
                    since[key] = time.monotonic()
            too_late = is_over()
            if too_late:
                waiting = [key for key in waiting if key == "final"]
            if not since and time.monotonic() - asked > _NO_WORKER_S:
                _log.error("there is no worker for %s", ", ".join(waiting))
                return
            self._kill_late(tasks, since, too_late=too_late)
            self.store.heartbeat(self.study_id, elapsed_s=self.budget.elapsed, pid=os.getpid())
            try:
                event = self.cluster.events.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(event, TaskDone):
                self.cluster.done(event.key)
                if since.pop(event.key, None) is not None and self._take(event, tasks):
                    waiting.insert(0, event.key)
                asked = time.monotonic()

    def _in_time(self, task: Task) -> Task:
        """Return a task with the time that is left: others may have used some."""
        if not isinstance(task, FinalTask):
            return task
        left_s = min(task.time_left_s, max(self.budget.evidence_left_s, 0.0))
        return dataclasses.replace(task, time_left_s=left_s)

    def _kill_late(self, tasks: Mapping[str, Task], since: Mapping[str, float], *, too_late: bool) -> None:
        for key, began in since.items():
            task = tasks[key]
            limit = float("inf")
            if isinstance(task, TrialTask):
                limit = max(_LEAST_WAIT_S, _MOST_TRIALS * (self.store.trial(task.trial_id).duration_s or 0.0))
            if isinstance(task, FinalTask):
                foretold = task.time_left_s if math.isfinite(task.time_left_s) else 0.0
                limit = max(_LEAST_WAIT_S, 2.0 * foretold, _MOST_TRIALS * task.trial_s)
            if key != "final" and too_late:
                limit = self.budget.grace_s
            is_late = time.monotonic() - began > limit
            if is_late and self.cluster.kill(key):
                _log.error("%s has taken %.0f s and was killed", key, time.monotonic() - began)

    def _take(self, event: TaskDone, tasks: dict[str, Task]) -> bool:
        """Take the outcome of a task up; return whether to try once more."""
        if not isinstance(event.outcome, Failure):
            self._results[event.key] = event.outcome
            return False
        _log.error("%s failed: %s\n%s", event.key, event.outcome.message, event.outcome.traceback)
        task = tasks[event.key]
        if not isinstance(task, FinalTask):
            return False
        is_first = self._failure is None
        self._failure = event.outcome
        tasks[event.key] = dataclasses.replace(task, time_left_s=0.0)  # the least that it can be
        return is_first

    def _clear_checkpoints(self) -> None:
        """Delete checkpoints of trials that have ended; a stopped study may go on from the others."""
        folder = Path(self.prepared.files.checkpoints)
        unfinished = {t.id for t in self.store.trials(self.study_id) if not t.state.is_finished}
        keep = {checkpoint_path(self.prepared.files, trial_id) for trial_id in unfinished}
        for file in folder.glob("*"):
            if file not in keep:
                file.unlink(missing_ok=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()

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
        if self.helpers is not None and self.helpers.seconds is not None:
            self.budget.note_prepared(self.helpers.seconds)
        return self.budget.exports and self.budget.has_time_to_export

    def _left_out(self) -> SearchExport:
        message = Message("There was no time left for the export; it can be made at any time.")
        return SearchExport(passed=False, left_out=True, message=message)

    def _export(self) -> SearchExport:
        from ..deployment.export import export_final

        _log.info("the export begins after %.1f s", self.budget.elapsed)
        self.store.set_stage(self.study_id, Stage.EXPORT)
        directory = self.prepared.spec.export_dir
        try:
            export = export_final(
                self.store, self.study_id, Path(directory) if directory else None, helpers=self.helpers
            )
        except CupelError as error:
            _log.error("export failed: %s", error, exc_info=True)
            return SearchExport(passed=False, message=error.sentence)
        if export.failure is not None:
            _log.error("export failed: %s\n%s", export.failure.message, export.failure.traceback)
            failure = export.failure
            message = (
                Message(failure.template, failure.args) if failure.template else Message(failure.message)
            )
            return SearchExport(passed=False, message=message)
        return SearchExport(passed=Certificate.of(export).passed, path=export.path)


def _over_folds(trial: TrialRecord, judge: Judge | None) -> tuple[float | None, float | None]:
    """Return mean and standard deviation over all folds that a trial or baseline was judged on, further ones too."""
    if judge is None:
        return trial.value, trial.value_std
    scores = judge.scores(trial)
    return float(scores.mean()), float(scores.std(ddof=1)) if len(scores) > 1 else None
