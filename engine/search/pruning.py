"""Pruners: which running trials are hopeless."""

# Optuna's private parts, see `completed_rungs`.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray

from ...storage.ranking import Direction


def make_pruner(name: str, max_epochs: int) -> optuna.pruners.BasePruner:
    """Return Optuna's pruner; ``wilcoxon`` is `FoldTest`'s, and has none of Optuna's."""
    least = max(2, max_epochs // 12)
    if name == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=least, max_resource=max_epochs, reduction_factor=3)
    if name == "asha":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=least, reduction_factor=3)
    if name == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=least)
    return optuna.pruners.NopPruner()


def progress_step(epoch: int, n_epochs: int, max_epochs: int) -> int:
    """Return where in its own schedule a trial is after `epoch` (from 0), as if the schedule had `max_epochs`.

    Trials of short and of long schedules are compared at equal parts of theirs: in the middle of a long one the
    learning rate is still high, and the scores are worse than they will be.
    """
    return (epoch + 1) * max_epochs // n_epochs - 1


def completed_rungs(study: optuna.Study, number: int, steps: Mapping[int, float]) -> dict[str, float]:
    """Return what successive halving (and Hyperband, which is made of it) notes at a trial while it runs.

    A trial that is restored from the store has to carry these notes, or those that come after it are judged by other
    rivals than without the interruption. Reaches into Optuna's private parts, whose version is pinned; a test says
    when a new version moves them.
    """
    pruner: Any = study.pruner
    if isinstance(pruner, optuna.pruners.HyperbandPruner) and len(steps):
        if not pruner._pruners:
            pruner._try_initialization(study)
        place: Any = SimpleNamespace(number=number)
        pruner = pruner._pruners[pruner._get_bracket_id(study, place)]
    if not isinstance(pruner, optuna.pruners.SuccessiveHalvingPruner):
        return {}
    rungs: dict[str, float] = {}
    least: Any = pruner._min_resource
    while True:
        rung = least * pruner._reduction_factor ** (pruner._min_early_stopping_rate + len(rungs))
        value = next((v for s, v in sorted(steps.items()) if s >= rung and not np.isnan(v)), None)
        if value is None:
            return rungs
        rungs[f"completed_rung_{len(rungs)}"] = float(value)


class FoldTest:
    """The ``wilcoxon`` pruner: gives a trial up when its folds are worse than the best trial's at the same step.

    A one-sided Wilcoxon signed-rank test over the folds (and repeats), which move in lockstep. Fewer than five replicas
    cannot reach the threshold, and nothing is pruned.

    Parameters
    ----------
    direction : Direction
    p_threshold : float
    n_warmup : int
        Progress steps before which nothing is pruned.
    """

    def __init__(self, direction: Direction, *, p_threshold: float = 0.05, n_warmup: int = 5) -> None:
        self._sign = direction.sign
        self._p, self._warmup = p_threshold, n_warmup
        # (n_steps, R).
        self._best: NDArray[np.float64] | None = None
        self._steps: list[int] = []
        self._best_value = -np.inf

    def finished(self, steps: Sequence[int], scores: NDArray[np.float64], value: float) -> None:
        """Tell the scores (n_steps, R) of a complete trial, at its rising progress steps."""
        if self._sign * value > self._best_value:
            self._steps = list(steps)
            self._best, self._best_value = scores, self._sign * value

    def should_prune(self, step: int, scores: NDArray[np.float64]) -> bool:
        """Whether the scores (R,) of a running trial at `step` are significantly worse."""
        if self._best is None or step < self._warmup:
            return False
        place = max(bisect.bisect_right(self._steps, step) - 1, 0)
        difference = self._sign * (scores - self._best[place])
        difference = difference[difference != 0]
        if len(difference) < 5:
            return False
        from scipy import stats  # pyright: ignore[reportMissingTypeStubs]

        result: Any = stats.wilcoxon(difference, alternative="less")  # pyright: ignore[reportUnknownMemberType]
        return float(result.pvalue) < self._p
