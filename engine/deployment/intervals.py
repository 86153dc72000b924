"""What a bundle needs to tell prediction intervals and sets of classes, and how often they hold on the holdout.

They are made of the networks of the folds and of how far these were off on rows that they had not seen
(`engine.bundled.intervals`), so there are none where either is not known, or where new rows are not like those of the
folds; the bundle then says why. Used by `assembly`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...storage.records import TrialRecord, VariantRecord
from ..bundled import FOLDER
from ..bundled.intervals import FILE, ConformityScores
from ..bundled.outputs import decided
from ..domain.arrays import TargetValues
from ..domain.bundles import Coverage, FoldNetworkFiles, Intervals
from ..domain.errors import ExportError, Message
from ..domain.results import StudyResult
from ..statistics.conformal import LEVELS, measured, scores_of
from ..study_rows import StudyRows
from .conversion import FoldsRequest

INTERVALS = FOLDER / "intervals.py"
MOST_HOLDOUT_ROWS = 5000
"""That coverage is measured on: it is then known to about one in a hundred."""
_EXCHANGEABLE = ("plain", "stratified", "grouped")
# Of each network.
_CHECKED_ROWS = 20
# Of probabilities or standard deviations: other networks differ by more, other processors by less.
_TOLERANCE = 1e-2

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class IntervalPlan:
    """What is known before a conversion.

    Attributes
    ----------
    scores : ConformityScores
    split : str
        The kind of the folds.
    n_folds : int
    model : Path or None
        The networks of the folds; None where it is these that are exported.
    checked_rows : tuple of int64 arrays
        Of each network some of the rows that it had not seen.
    checked : float64 array
        What is stored of them, one after another.
    unit : float
        What differences from that are measured in.
    holdout : int64 array of shape (m,)
        Rows that coverage is measured on; maybe none.
    y : array of shape (m,)
        Their class places, or values.
    """

    scores: ConformityScores
    split: str
    n_folds: int
    model: Path | None
    checked_rows: tuple[Ints, ...]
    checked: Floats
    unit: float
    holdout: Ints
    y: TargetValues

    def request(self, out: Path) -> FoldsRequest:
        """Return what `fold_networks` is to do; it writes to `out`."""
        return FoldsRequest(
            model=None if self.model is None else str(self.model),
            n_networks=self.scores.n_networks,
            checked=tuple(tuple(rows.tolist()) for rows in self.checked_rows),
            holdout=tuple(self.holdout.tolist()),
            out=str(out),
        )


def interval_plan(
    rows: StudyRows,
    trial: TrialRecord,
    variant: VariantRecord | None,
    final: StudyResult | None,
) -> IntervalPlan | Message:
    """Return what a bundle's intervals are made of, or why it has none.

    Parameters
    ----------
    rows : StudyRows
        Of the trial's study.
    variant : VariantRecord or None
        The compressed form that is exported.
    final : StudyResult or None
        The study's where the final model is exported; None where it is the trial's networks.
    """
    if variant is not None:
        return Message(
            "The bundle has no prediction intervals: what a compressed form says of rows that it had not seen is not "
            "stored."
        )
    if not rows.has_splits:
        return Message("The bundle has no prediction intervals: the study has no folds.")
    splits = rows.splits
    if splits.kind not in _EXCHANGEABLE:
        return Message(
            "The bundle has no prediction intervals: its folds are in order, rows to come need not be like those of "
            "the folds, and errors of the past promise nothing of them."
        )
    model = None
    if final is not None and final.final is not None and final.final.kind != "ensemble":
        sha256 = trial.model_sha256
        if not sha256 or not rows.store.artifacts.path(sha256).is_file():
            return Message(
                "The bundle has no prediction intervals: the networks of the folds were not kept; export trial "
                "{number} itself to have some.",
                {"number": trial.number},
            )
        model = rows.store.artifacts.checked_path(sha256)
    try:
        said = rows.out_of_fold(trial)
    except ExportError:
        # A study of before they were stored, or a trial of which they were not.
        return Message(
            "The bundle has no prediction intervals: what trial {number} said of rows that its networks had not seen "
            "is not stored.",
            {"number": trial.number},
        )
    places = [_spread(len(valid), _CHECKED_ROWS) for valid in splits.valid]
    holdout = splits.holdout[_spread(len(splits.holdout), MOST_HOLDOUT_ROWS)]
    y = [rows.target.at(valid) for valid in splits.valid]
    return IntervalPlan(
        scores=scores_of(y, said, len(splits.development), splits.n_repeats),
        split=splits.kind,
        n_folds=splits.n_folds,
        model=model,
        checked_rows=tuple(valid[some] for valid, some in zip(splits.valid, places, strict=True)),
        checked=np.concatenate([one[some] for one, some in zip(said, places, strict=True)]),
        unit=1.0 if rows.target.n_classes else float(np.std(np.concatenate(y))) or 1.0,
        holdout=holdout,
        y=rows.target.at(holdout),
    )


def _spread(n: int, most: int) -> Ints:
    """Return all of n places, or `most` of them, evenly spread."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(np.int64)


def write_intervals(
    folder: Path,
    plan: IntervalPlan | Message,
    networks: FoldNetworkFiles | None,
    out: Path,
    threshold: float | None,
) -> Intervals:
    """Write what a bundle tells intervals with, and return what manifest.json and the card say of them.

    Parameters
    ----------
    plan, networks
        What was planned, and what `fold_networks` answered to its job; None where nothing was planned.
    out : Path
        What `fold_networks` wrote.
    threshold : float or None
        Of two classes, where it is not 0.5.
    """
    if isinstance(plan, Message):
        return Intervals(plan)
    assert networks is not None  # noqa: S101 - what was planned was done
    if networks.file is None:
        return Intervals(networks.reason)
    with np.load(out, allow_pickle=False) as file:
        found = {name: np.asarray(file[name]) for name in file.files}
    if not np.max(np.abs(found["checked"] - plan.checked)) <= _TOLERANCE * plan.unit:
        (folder / "folds.onnx").unlink(missing_ok=True)
        return Intervals(
            Message(
                "The bundle has no prediction intervals: what is stored of the trial's predictions is not what its "
                "networks say."
            )
        )
    plan.scores.save(folder / FILE, samples=found["samples"])
    shutil.copyfile(INTERVALS, folder / INTERVALS.name)
    files = [FILE, INTERVALS.name, *([] if plan.model is None else [networks.file])]
    return Intervals(
        file=networks.file,
        outputs=networks.outputs,
        n_rows=plan.scores.n_rows,
        n_folds=plan.n_folds,
        n_repeats=plan.scores.n_repeats,
        split=plan.split,
        size_bytes=sum((folder / name).stat().st_size for name in files),
        coverage=tuple(holdout_coverage(plan, found, threshold)),
    )


def holdout_coverage(
    plan: IntervalPlan, found: Mapping[str, Floats], threshold: float | None
) -> Sequence[Coverage]:
    """Count how many targets of the holdout lie inside, by level: the one place where an export looks at them.

    Parameters
    ----------
    found : mapping
        ``holdout``, what each network of the folds says of the rows of ``plan.holdout``, and ``said``, what the model
        does.
    """
    if not len(plan.holdout):
        return []
    said = None if found["said"].ndim == 1 else decided(found["said"], threshold)
    levels = [level for level in LEVELS if plan.scores.is_enough(level)]
    return [measured(plan.scores, level, plan.y, found["holdout"], said) for level in levels]
