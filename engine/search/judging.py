"""What the trials of a study are worth: its evidence, from stored out-of-fold predictions of trials and baselines."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...storage.errors import ArtifactError
from ...storage.records import TrialKind, TrialRecord, TrialState
from ...storage.store import Store
from ..data.columns import Rows
from ..domain.arrays import TargetValues
from ..domain.errors import ExportError
from ..domain.evidence import Corrected, Evidence, Verdict
from ..domain.metrics import METRICS
from ..domain.results import StudyResult
from ..splits.splitting import Splits, split_units
from ..statistics.comparison import name_in_repeats, tied_trials
from ..statistics.judged_rows import JudgedRows, MemberPredictions, block_units
from ..statistics.resampling import resample, size_of
from ..study_rows import StudyRows
from .preparing import Prepared
from .repeats import Repeats

_log = logging.getLogger(__name__)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The trials that compete.

    Attributes
    ----------
    complete : tuple of TrialRecord
        Those that may be ranked with one another, copies of earlier ones left out, the best first.
    baselines : tuple of TrialRecord
        Complete ones.
    n_pruned : int
    wanted_baselines : tuple of str
        Names of all that were asked for.
    """

    complete: tuple[TrialRecord, ...]
    baselines: tuple[TrialRecord, ...]
    n_pruned: int
    wanted_baselines: tuple[str, ...]

    @classmethod
    def of(cls, store: Store, prepared: Prepared) -> Candidates:
        """Return the field of a study as it stands."""
        trials = [t for t in store.trials(prepared.request.study_id) if prepared.is_comparable(t)]
        search = [t for t in trials if t.kind is not TrialKind.BASELINE]
        complete = [t for t in search if t.state is TrialState.COMPLETE and t.same_as is None]
        complete.sort(key=lambda t: t.rank(prepared.spec.direction))
        baselines = [t for t in trials if t.kind is TrialKind.BASELINE and t.state is TrialState.COMPLETE]
        n_pruned = sum(t.state is TrialState.PRUNED for t in search)
        wanted = tuple(t.name for t in trials if t.kind is TrialKind.BASELINE)
        return cls(tuple(complete), tuple(baselines), n_pruned, wanted)


class Judge:
    """Judges the trials of a study.

    Parameters
    ----------
    store : Store
    prepared : Prepared
    rows : StudyRows
    candidates : Candidates
        With at least one complete trial.
    repeats : Repeats
        Of the finalists and the baselines.
    """

    def __init__(
        self, store: Store, prepared: Prepared, rows: StudyRows, candidates: Candidates, repeats: Repeats
    ) -> None:
        self._store, self._prepared, self._rows = store, prepared, rows
        self._candidates, self._repeats = candidates, repeats
        self._metric = METRICS[prepared.spec.metric]
        scores = store.fold_scores_of([t.id for t in (*candidates.complete, *candidates.baselines)])
        self._scores = {
            i: found.values[:, found.metrics.index(self._metric.name)] for i, found in scores.items()
        }

    def scores(self, trial: TrialRecord) -> Floats:
        """Return the scores of a trial or baseline on all replicas that it was judged on."""
        further = self._repeats.found.get(name_in_repeats(trial))
        own = self._scores[trial.id]
        return own if further is None else np.concatenate([own, further.scores])

    @property
    def finalists(self) -> tuple[TrialRecord, ...]:
        """The trials that further repeats were made of, the best on the first ones first."""
        return tuple(t for t in self._candidates.complete if name_in_repeats(t) in self._repeats.found)

    def best(self) -> TrialRecord:
        """Return the best trial: of the finalists by the mean over all repeats, where there are any."""
        choices = self.finalists or self._candidates.complete[:1]
        return min(choices, key=lambda t: t.rank(self._metric.direction, float(self.scores(t).mean())))

    def evidence(self) -> Evidence:
        """Return what is known of the best trial."""
        best, spec = self.best(), self._prepared.spec
        corrected, verdicts = self._resampled()
        everyone = {
            t.number: self.scores(t) for t in (*self._candidates.complete, *self._candidates.baselines)
        }
        in_order = self._rows.splits.is_ordered
        tied = tied_trials(everyone, best.number, n_folds=spec.split.n_folds, in_order=in_order)
        names = {t.number: t.name for t in self._candidates.baselines}
        audit = StudyResult.of(self._rows.study).split_audit
        return Evidence(
            best=best.number,
            metric=spec.metric,
            corrected=corrected,
            verdicts=verdicts,
            tied=tuple(n for n in tied if n not in names),
            # What the resampling decided stands: a baseline is tied where it did not.
            tied_baselines=tuple(
                names[n]
                for n in tied
                if n in names
                and (names[n] not in verdicts or verdicts[names[n]].word in ("same", "undecided"))
            ),
            n_folds=spec.split.n_folds,
            n_repeats=len(self.scores(best)) // spec.split.n_folds,
            mean=float(self.scores(best).mean()),
            finalists=tuple(t.number for t in self.finalists),
            not_compared=tuple(name for name in self._candidates.wanted_baselines if name not in verdicts),
            why_no_finalists=self._repeats.why_none,
            in_order=in_order,
            equivalence=spec.equivalence,
            baseline_means={t.name: float(self.scores(t).mean()) for t in self._candidates.baselines},
            in_question=audit is not None and bool(audit.serious),
        )

    def _resampled(self) -> tuple[Corrected | None, dict[str, Verdict]]:
        spec, candidates = self._prepared.spec, self._candidates
        everything, n_first = self._judged_rows(), spec.split.n_repeats
        trials = [t for t in candidates.complete if t.id in self._scores]
        baselines = [t for t in candidates.baselines if t.id in self._scores]
        if not trials:
            return None, {}
        n_further = (len(self.finalists) + len(baselines)) * (everything.n_repeats - n_first)
        size = size_of(
            spec.metric,
            n_rows=len(everything.y),
            n_classes=self._rows.target.n_classes,
            n_trials=len(trials),
            n_first=n_first,
            n_further=n_further + len(baselines) * n_first,
        )
        kept = everything.drawn_from(size.n_rows, seed=0)
        found = resample(
            everything.only(kept),
            {t.number: self._predictions(t, everything, kept) for t in trials[: size.n_trials]},
            {t.name: self._predictions(t, everything, kept) for t in baselines},
            n_resamples=size.n_resamples,
            n_finalists=len(self.finalists),
            n_first=n_first,
            n_all_rows=len(everything.y),
        )
        verdicts: dict[str, Verdict] = {}
        for baseline in baselines:
            verdict = found.verdict(baseline.name, float(self.scores(baseline).mean()), spec.equivalence)
            if verdict is not None:
                verdicts[baseline.name] = verdict
        corrected = found.corrected(n_complete=len(candidates.complete), n_pruned=candidates.n_pruned)
        return corrected, verdicts

    def _judged_rows(self) -> JudgedRows:
        splits = self._rows.splits
        further = self._further_splits
        valid = splits.valid + (further.valid if further else ())
        target = self._rows.target
        y: TargetValues = np.full(self._rows.table.n_rows, -1, target.values.dtype)
        y[target.rows] = target.values
        # Rows of the table that no fold judges are left out, so that weights are no larger than need be.
        judged = np.unique(np.concatenate(splits.valid))
        place = np.full(len(y), -1)
        place[judged] = np.arange(len(judged))
        parts = tuple(place[rows] for rows in valid)
        if splits.is_ordered:
            units = block_units(parts[: splits.n_folds], len(judged), self._prepared.spec.split.gap)
            return JudgedRows(self._metric.name, y[judged], parts, splits.n_folds, units, by_class=False)
        units = np.full(len(y), -1)
        units[splits.development] = self._units(splits)
        units = units[judged]
        by_class = target.task != "regression" and splits.kind != "grouped"
        return JudgedRows(self._metric.name, y[judged], parts, splits.n_folds, units, by_class)

    def _units(self, splits: Splits) -> Rows:
        """Return which development rows stay together, shape (n_development,)."""
        if splits.units is not None:
            return splits.units
        # Version 0.1.0 kept no units, and only groups together.
        target, table = self._rows.target, self._rows.table
        spec = dataclasses.replace(self._prepared.spec.split, duplicates="ignore")
        units = split_units(spec, target, table, self._rows.schema)[0]
        return units[np.searchsorted(target.rows, splits.development)]

    @cached_property
    def _further_splits(self) -> Splits | None:
        sha256 = self._repeats.splits_sha256
        return Splits.from_npz_bytes(self._store.artifacts.read(sha256)) if sha256 else None

    def _predictions(
        self, trial: TrialRecord, rows: JudgedRows, kept: NDArray[np.bool_]
    ) -> Callable[[], MemberPredictions | None]:
        """Return what reads a trial's predictions of the rows that are kept; None, and logged, where they are lost."""

        def read() -> MemberPredictions | None:
            try:
                found = self._rows.out_of_fold(trial)
            except (ArtifactError, ExportError) as error:
                _log.warning("%s It takes no part in the resampling.", error)
                return None
            further, splits = self._repeats.found.get(name_in_repeats(trial)), self._further_splits
            if further is not None and splits is not None:
                found += self._rows.by_replica(further.out_of_fold, splits.valid)
            valid = rows.valid[: len(found)]
            return tuple(p[kept[where]] for p, where in zip(found, valid, strict=True))

        return read
