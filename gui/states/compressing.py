"""What the Compress page knows: the limits, and what is being done."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...engine.domain.metrics import METRICS
from ...engine.domain.requests import CompressedTrial, Mode
from ...storage.records import StudyRecord
from .. import words
from ..speech import tr

# What may be lost of a metric that has a range, and as a fraction of the best score of others.
_DROP = 0.01


@dataclass(frozen=True, slots=True)
class CompressionLimits:
    """What may be lost and what may be needed; None for no limit."""

    most_drop: float
    most_bytes: float | None
    most_ms: float | None
    timeout_s: float | None


def checked_drop(limit: float) -> float:
    """Return what may be lost, in units of the metric.

    Raises
    ------
    ValueError
        Where it is no limit; the text is translated.
    """
    if not math.isfinite(limit) or limit < 0:
        raise ValueError(tr("The limit of loss must be zero or more."))
    return limit


def checked_limit(value: float | None) -> float | None:
    """Return a limit of what may be needed, None for none.

    Raises
    ------
    ValueError
        Where it is no limit; the text is translated.
    """
    if value is not None and not (math.isfinite(value) and value > 0):
        raise ValueError(tr("A limit must be more than zero, or empty."))
    return value


def usual_limit(study: StudyRecord) -> float:
    """Return the loss that is offered as the limit: one point, or one percent of the best score without a range."""
    metric = METRICS.get(study.metric)
    if metric is not None and math.isfinite(metric.low) and math.isfinite(metric.high):
        return _DROP
    return float(f"{_DROP * abs(study.best_value or 1.0):.1g}")


def compression_step(mode: Mode, doing: str) -> str:
    """Return what is being done, in words."""
    if doing == "training":
        return tr("Training the networks on…")
    if doing == "searching":
        return tr("Scoring each layer…") if mode == "blame" else tr("Trying candidates…")
    if doing == "timing":
        return tr("Measuring times…")
    return tr("Converting and scoring {variant}…", variant=words.variant(doing))


def done_text(done: CompressedTrial) -> str:
    """Return what came of it."""
    if done.chosen:
        return tr("Chosen of {n} candidates: {variant}", n=done.n_tried, variant=words.variant(done.chosen))
    return tr("Variants measured: {n}", n=len(done.variants))
