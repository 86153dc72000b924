"""Whether folds drawn at random flatter: a quick baseline on them, and on folds that keep apart what belongs together.

Rows that come in an order, that are of one subject or source, or that occur twice, have relatives in the training part
of random folds. The audit divides the rows into units (blocks of neighbours with a gap around them, groups, sets of
near-duplicates), validates whole units, and compares with the same folds of rows in a random order. Where the rows are
independent both are draws from one distribution, so that a few random orders are the reference of a t-test. Needs
scikit-learn and SciPy; `split_findings` holds what is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from ..domain.metrics import METRICS, default_metric
from ..domain.spec import SplitSpec
from ..domain.split_findings import Look, SplitAudit
from .audit_units import Candidate, candidates
from .dealing import assign_groups
from .near_duplicates import NearDuplicates
from .schema import TableSchema
from .splitting import resolved_kind
from .table import Table
from .target import Target

if TYPE_CHECKING:
    from .audit_models import QuickBaseline

LEAST_ROWS = 60
_N_FOLDS = 4
_N_ORDERS = 8  # random orders of the rows, as the reference
_N_FIRST = 2  # after which a look ends that can find nothing
_LEAST_SHARES = {"warning": 0.1, "serious": 0.3}  # of what the baseline seems to learn: the part that is gone
_LEAST_SHARE_OF_COPIES = 0.02  # there is no honest reason for it
_LEAST_SKILL = 0.02  # of the squared error: where the baseline seems to explain less, nothing can be gone
_LEVEL = 0.01  # of chance, over all looks together
_QUANTILES = 4  # of a numeric target, that folds are balanced by

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def audit_split(
    table: Table,
    schema: TableSchema,
    target: Target,
    spec: SplitSpec,
    near: NearDuplicates | None = None,
) -> SplitAudit:
    """Look at the folds that `spec` asks for.

    Only folds that are drawn at random (``stratified``, ``plain``) of at least 60 rows are looked at; of large data
    some thousand rows are (see `audit_units`). A way to divide the rows is tried on the baseline only where the target
    is alike within its units beyond chance, for else nothing can be taken over. A difference is told where its p-value,
    times the number of ways, is below 1 %, and at least 10 % of what the baseline seemed to learn on random folds is
    gone; it is serious from 30 % on, and of near-duplicates from 2 % on.

    Parameters
    ----------
    near : NearDuplicates, optional
        Of the target's rows, where they were looked for.

    Returns
    -------
    SplitAudit
        Answered where `spec` names the kind of folds.
    """
    kind = resolved_kind(spec, target, schema)
    if kind not in ("stratified", "plain") or len(target.rows) < LEAST_ROWS:
        return SplitAudit(kind, (), spec.kind != "auto")
    ways = candidates(table, schema, target, spec, near)
    looks = (_look(table, schema, target, way, len(ways)) for way in ways)
    return SplitAudit(kind, tuple(look for look in looks if look is not None), spec.kind != "auto")


def _look(table: Table, schema: TableSchema, target: Target, way: Candidate, n_ways: int) -> Look | None:
    """Try one way; None where the baseline explains nothing even on random folds."""
    from .audit_models import quick_baseline  # scikit-learn takes a second, and most tables need none

    model = quick_baseline(table, schema, target, way.rows, way.without)
    if model is None:
        return None
    trial = _Trial(model, target, way)
    apart = trial.score(np.arange(len(way.rows)))
    rng = np.random.default_rng(0)
    least = _LEAST_SHARE_OF_COPIES if way.by == "duplicates" else _LEAST_SHARES["warning"]
    chosen: list[_Score] = []
    share = 0.0
    while len(chosen) < _N_ORDERS and (len(chosen) != _N_FIRST or share >= 0.5 * least):
        chosen.append(trial.score(rng.permutation(len(way.rows))))
        share = trial.share(chosen, apart)
    losses, scores = np.array([(one.loss, one.value) for one in chosen]).T
    p_value = _p_value(apart.loss, losses)
    is_told = len(chosen) == _N_ORDERS and p_value * n_ways < _LEVEL and share >= least
    is_serious = way.by == "duplicates" or share >= _LEAST_SHARES["serious"]
    return Look(
        by=way.by,
        column=way.column,
        gap=way.gap_rows,
        advised_gap=way.advised_gap,
        n_units=len(np.unique(way.units)),
        n_rows=len(way.rows),
        metric=trial.metric,
        chosen=float(scores.mean()),
        chosen_std=float(scores.std(ddof=1)),
        apart=apart.value,
        constant=trial.constant,
        share=share,
        p_value=p_value,
        severity="" if not is_told else "serious" if is_serious else "warning",
    )


def _p_value(loss: float, losses: Floats) -> float:
    """Return how often another draw from where `losses` come from is as large: a t-test of one value."""
    n = len(losses)
    spread = float(losses.std(ddof=1)) * (1 + 1 / n) ** 0.5
    return float(stdtr(n - 1, -(loss - losses.mean()) / max(spread, 1e-300)))


@dataclass(frozen=True, slots=True)
class _Score:
    loss: float  # mean squared error, or Brier score
    value: float  # of the metric, the mean over folds


class _Trial:
    """Scores a baseline on folds of whole units, with its rows in any order."""

    def __init__(self, model: QuickBaseline, target: Target, way: Candidate) -> None:
        self.model, self.way = model, way
        y = target.at(way.rows)
        self.metric = default_metric(target.task)
        self._is_regression = target.task == "regression"
        self._y = y
        if self._is_regression:
            self._goal = y[:, None].astype(np.float64)
            edges = np.quantile(y, np.linspace(0, 1, _QUANTILES + 1)[1:-1])
            self._classes = np.searchsorted(edges, y)
        else:
            self._goal = np.eye(target.n_classes)[y]
            self._classes = y.astype(np.int64)
        mean = np.repeat(self._goal.mean(axis=0, keepdims=True), len(y), axis=0)
        self.constant_loss = float(((self._goal - mean) ** 2).sum(axis=1).mean())
        self.constant = self._value(np.arange(len(y)), mean)

    def score(self, order: Ints) -> _Score:
        """Score the baseline where row ``order[i]`` stands in the place of row ``i``."""
        classes = np.unique(self._classes[order], return_inverse=True)[1].astype(np.int64)
        fold = assign_groups(self.way.units, classes, _N_FOLDS, np.random.default_rng(1))
        losses: list[Floats] = []
        values: list[float] = []
        for k in range(_N_FOLDS):
            valid = fold == k
            train = ~valid & ~self.way.near(valid)
            if not valid.any() or not train.any():
                continue
            rows = order[valid]
            found = self.model.predict(order[train], rows)
            losses.append(((self._goal[rows] - found) ** 2).sum(axis=1))
            values.append(self._value(rows, found))
        return _Score(float(np.concatenate(losses).mean()), float(np.nanmean(values)))

    def share(self, chosen: Sequence[_Score], apart: _Score) -> float:
        """Return which part of what the baseline scores better than the constant on `chosen` folds is gone."""
        if np.mean([one.loss for one in chosen]) > (1 - _LEAST_SKILL) * self.constant_loss:
            return 0.0
        better = float(np.mean([one.value for one in chosen])) - self.constant
        lost = better + self.constant - apart.value
        sign = 1.0 if METRICS[self.metric].direction == "maximize" else -1.0
        return lost / better if sign * better > 0 else 0.0

    def _value(self, rows: Ints, found: Floats) -> float:
        return METRICS[self.metric](self._y[rows], found[:, 0] if self._is_regression else found)
