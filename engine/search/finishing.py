"""The end of a search: final model, holdout scores, honest result, export."""

from __future__ import annotations

import logging
import queue
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...storage.records import Failure, TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..errors import CupelError
from ..metrics import METRICS
from ..workers.cluster import Cluster, TaskDone
from ..workers.messages import FinalTask, HoldoutTask, Task, TaskResult
from .budget import Budget
from .evidence import corrected_score, tied_trials
from .outcomes import Kept
from .preparing import Prepared

_log = logging.getLogger(__name__)
_MOST_WAIT_S = 3600.0


@dataclass(slots=True)
class Finish:
    """Ends a study whose trials have all ended."""

    store: Store
    study_id: int
    prepared: Prepared
    cluster: Cluster
    budget: Budget
    kept: Kept
    _results: dict[str, TaskResult] = field(default_factory=dict)

    def run(self, *, stopped: bool) -> None:
        """Write the study's result, and export its final model unless the user stopped the search."""
        trials = self.store.trials(self.study_id)
        best = _best(self.store, self.study_id)
        baselines = [t for t in trials if t.kind is TrialKind.BASELINE and t.state is TrialState.COMPLETE]
        tasks: dict[str, Task] = {}
        if best is not None:
            tasks["final"] = self._final_task(best, stopped=stopped)
        if self.prepared.has_holdout:
            tasks |= {t.name: HoldoutTask(t.name) for t in baselines}
        self._run_tasks(tasks)
        result = self._result(trials, best, baselines)
        self.store.set_result(self.study_id, result)
        if (
            best is not None
            and not stopped
            and self.prepared.spec.export_dir != ""
            and "model_sha256" in result
        ):
            result["export"] = self._export()
            self.store.set_result(self.study_id, result)

    def _final_task(self, best: TrialRecord, *, stopped: bool) -> FinalTask:
        scores = self.store.fold_scores(best.id)
        assert scores is not None  # noqa: S101 - a complete trial has scores
        sha256 = best.user_attrs.get("model_sha256")
        return FinalTask(
            family=best.family,
            params=best.params,
            model=self.store.artifacts.read(sha256) if sha256 else None,
            best_epochs=tuple(int(e) for e in scores.best_epochs),
            trial_s=best.duration_s or 0.0,
            time_left_s=0.0 if stopped else self.budget.evidence_left_s,
        )

    def _run_tasks(self, tasks: Mapping[str, Task]) -> None:
        """Run all tasks on the warm workers; the final model first."""
        waiting = list(tasks.items())
        n_open = 0
        while waiting or n_open:
            self.cluster.refresh()
            for address in self.cluster.idle:
                if waiting:
                    key, task = waiting.pop(0)
                    self.cluster.submit(key, address, self.prepared.files, task)
                    n_open += 1
            self.store.heartbeat(self.study_id, elapsed_s=self.budget.elapsed)
            try:
                event = self.cluster.events.get(timeout=1.0)
            except queue.Empty:
                continue
            if isinstance(event, TaskDone) and event.key in tasks:
                n_open -= 1
                self.cluster.done(event.key)
                if isinstance(event.outcome, Failure):
                    _log.error("%s failed: %s\n%s", event.key, event.outcome.message, event.outcome.traceback)
                else:
                    self._results[event.key] = event.outcome

    def _result(
        self, trials: list[TrialRecord], best: TrialRecord | None, baselines: list[TrialRecord]
    ) -> dict[str, Any]:
        spec = self.prepared.spec
        result: dict[str, Any] = {
            "baselines": {
                t.name: {"cv_mean": t.value, "cv_std": t.value_std, "holdout": self._holdout(t.name)}
                for t in baselines
            }
        }
        if best is None:
            return result
        final = self._results.get("final")
        result["best"] = {
            "trial": best.number,
            "family": best.family,
            "params": dict(best.params),
            "cv_mean": best.value,
            "cv_std": best.value_std,
            "holdout": self._holdout("final"),
        }
        if final is not None and final.model is not None:
            result["model_sha256"] = self.store.artifacts.add(final.model)
            result["final"] = final.info["final"]
        metric = METRICS[spec.metric]
        result["beats_baselines"] = all(
            metric.is_better(best.value or 0.0, t.value or 0.0) for t in baselines
        )
        complete = [t for t in trials if t.kind is not TrialKind.BASELINE and t.state is TrialState.COMPLETE]
        scores = self.store.fold_scores_of([t.id for t in complete])
        folds = {
            t.number: scores[t.id].values[:, scores[t.id].metrics.index(spec.metric)]
            for t in complete
            if t.id in scores
        }
        maximize = spec.direction == "maximize"
        result["tied"] = tied_trials(folds, best.number, n_folds=spec.split.n_folds)
        result["corrected"] = corrected_score(folds, best.number, maximize=maximize)
        return result

    def _holdout(self, key: str) -> Mapping[str, float] | None:
        result = self._results.get(key)
        return result.info.get("holdout") if result else None

    def _export(self) -> dict[str, Any]:
        from ..deployment.export import export_final

        directory = self.prepared.spec.export_dir
        try:
            export = export_final(self.store, self.study_id, Path(directory) if directory else None)
        except CupelError as error:
            _log.error("export failed: %s", error, exc_info=True)
            return {"passed": False, "message": error.sentence.to_json()}
        return {"path": export.path, "passed": bool(export.certificate.get("passed"))}


def _best(store: Store, study_id: int) -> TrialRecord | None:
    number = store.study(study_id).best_trial
    return None if number is None else store.trial_by_number(study_id, number)
