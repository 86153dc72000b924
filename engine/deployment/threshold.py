"""From which probability on a bundle for two classes says the second one: 0.5, one that was fitted, or the user's own.

A fitted one comes from predictions of rows that the networks had not seen. It is used where the user asks for it, and
never by itself: on few rows fitting one loses more often than it gains. Used by `export`.
"""

from __future__ import annotations

import math

import numpy as np

from ...storage.records import TrialRecord, VariantRecord
from ..domain.errors import ExportError
from ..domain.thresholds import USUAL, Threshold
from ..domain.variants import Difference, VariantMeasures
from ..statistics.comparison import paired_difference
from ..statistics.thresholds import THRESHOLDED, fit_threshold, is_thresholded
from ..study_rows import StudyRows
from .telling import Share, unheard

TUNED = "tuned"


def threshold_of(
    rows: StudyRows,
    trial: TrialRecord,
    variant: VariantRecord | None,
    asked: str | float,
    tell: Share = unheard,
) -> Threshold | None:
    """Return the threshold to export with; None where there are not two classes.

    Parameters
    ----------
    rows : StudyRows
        Of the trial's study.
    asked : str or float
        ``"tuned"``, a number in (0, 1), or empty for 0.5.
    tell : callable
        Called again and again with the fraction of the fitting that is done; what it raises ends it.

    Raises
    ------
    ExportError
        Where it is neither, there are not two classes, or nothing was or can be fitted.
    """
    study = rows.study
    asked = asked.strip() if isinstance(asked, str) else asked
    value = USUAL if asked == "" else math.nan if asked == TUNED else _number(asked)
    if study.task != "binary":
        if value != USUAL:
            raise ExportError(
                "A threshold is for two classes, and the study {study!r} is a {task} problem; leave it out.",
                study=study.name,
                task=study.task,
            )
        return None
    if asked != TUNED:
        return Threshold(value, "usual" if value == USUAL else "given")
    if not is_thresholded(study.task, study.metric):
        raise ExportError(
            "No threshold is fitted for the metric {metric!r}, which does not depend on one; give a number, or search "
            "with one of {choices}.",
            metric=study.metric,
            choices=", ".join(THRESHOLDED),
        )
    value, gain = _of_variant(variant) if variant is not None else _of_trial(rows, trial, tell)
    return Threshold(value, "tuned", study.metric, gain)


def _number(asked: str | float) -> float:
    try:
        value = float(asked)
    except ValueError:
        value = math.nan
    if not 0.0 < value < 1.0:
        raise ExportError(
            'The threshold is {value!r}; give a number between 0 and 1, or "tuned".', value=asked
        )
    return value


def _of_variant(variant: VariantRecord) -> tuple[float, Difference]:
    """Return what was fitted when the variant was measured, on what its own files said."""
    fitted = VariantMeasures.of(variant).threshold
    if fitted is None:
        raise ExportError(
            "No threshold was fitted for the variant {variant!r}; compress the trial again, or give a number.",
            variant=variant.name,
        )
    return fitted.value, fitted.gain


def _of_trial(rows: StudyRows, trial: TrialRecord, tell: Share) -> tuple[float, Difference]:
    if rows.splits.n_replicas < 2:
        raise ExportError("One fold leaves no rows to fit a threshold on; give a number.")
    positive = [said[:, 1] for said in rows.out_of_fold(trial)]
    y = [rows.target.at(valid) for valid in rows.splits.valid]
    fitted = fit_threshold(rows.study.metric, rows.splits.valid, y, positive, tell)
    n_folds = rows.splits.n_folds
    return fitted.value, paired_difference(np.array(fitted.scores), np.array(fitted.usual), n_folds=n_folds)
