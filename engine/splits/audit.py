"""Whether folds drawn at random flatter: a quick baseline on them, and on folds that keep apart what belongs together.

Rows that come in an order, that are of one subject or source, or that occur twice, have relatives in the training part
of random folds. The audit divides the rows into units (blocks of neighbours with a gap around them, groups, sets of
near-duplicates), validates whole units, and compares with the same folds of rows in a random order. Where the rows are
independent both are draws from one distribution, so that a few random orders are the reference of a t-test. Of folds
that keep groups whole the reference are such folds, drawn anew, with as many training rows. Needs scikit-learn and
SciPy; `split_findings` holds what is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from ..data.schema import TableSchema
from ..data.table import Table
from ..data.target import Target
from ..domain.metrics import METRICS, default_metric
from ..domain.spec import SplitSpec
from ..domain.split_findings import SplitAudit, SplitFinding
from .audit_units import CandidateUnits, candidates
from .dealing import assign_groups
from .near_duplicates import NearDuplicates
from .splitting import resolved_kind, split_units

if TYPE_CHECKING:
    from .audit_models import QuickBaseline

LEAST_ROWS = 60
_N_FOLDS = 4
# Random orders of the rows, as the reference.
_N_ORDERS = 8
# After which a look ends that can find nothing.
_N_FIRST = 2
# Of what the baseline seems to learn: the part that is gone.
_LEAST_SHARES = {"warning": 0.1, "serious": 0.3}
# There is no honest reason for it.
_LEAST_SHARE_OF_COPIES = 0.02
# Of the squared error: where the baseline seems to explain less, nothing can be gone.
_LEAST_SKILL = 0.02
# Of chance, over all looks together.
_LEVEL = 0.01
# Of a numeric target, that folds are balanced by.
_QUANTILES = 4

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

    Only folds whose rows or groups are drawn at random (``stratified``, ``plain``, ``grouped``), of at least 60 rows,
    are looked at; of large data some thousand rows are (see `audit_units`). A way to divide the rows is tried on the
    baseline only where the target is alike within its units beyond chance, for else nothing can be taken over. A
    difference is told where its p-value, times the number of ways, is below 1 %, and at least 10 % of what the baseline
    seemed to learn on the chosen folds is gone; it is serious from 30 % on, and of near-duplicates from 2 % on.

    Parameters
    ----------
    near : NearDuplicates, optional
        Of the target's rows, where they were looked for.

    """
    kind = resolved_kind(spec, target, schema)
    if kind not in ("stratified", "plain", "grouped") or len(target.rows) < LEAST_ROWS:
        return SplitAudit(kind)
    together = None
    if kind == "grouped":
        units = split_units(spec, target, table, schema, near)[0]
        together = np.full(table.n_rows, -1)
        together[target.rows] = units
    ways = candidates(table, schema, target, spec, near)
    found = (_look(table, schema, target, way, together, len(ways)) for way in ways)
    looks = (look for look in found if look is not None)
    return SplitAudit(kind, tuple(replace(k, is_answered=k.key in spec.independent) for k in looks))


def _look(
    table: Table, schema: TableSchema, target: Target, way: CandidateUnits, together: Ints | None, n_ways: int
) -> SplitFinding | None:
    """Try one way; None where the baseline explains nothing even on random folds.

    Parameters
    ----------
    together : ndarray of shape (n_rows,), int64, or None
        Of folds that keep groups whole, the number of each row's group.
    """
    # scikit-learn takes a second, and most tables need none.
    from .audit_models import quick_baseline

    model = quick_baseline(table, schema, target, way.rows, way.without)
    if model is None:
        return None
    trial = _Trial(model, target, way, None if together is None else together[way.rows])
    apart = trial.apart()
    least = _LEAST_SHARE_OF_COPIES if way.by == "duplicates" else _LEAST_SHARES["warning"]
    chosen: list[_Score] = []
    share = 0.0
    while len(chosen) < _N_ORDERS and (len(chosen) != _N_FIRST or share >= 0.5 * least):
        chosen.append(trial.chosen(len(chosen)))
        share = trial.share(chosen, apart)
    losses, scores = np.array([(one.loss, one.value) for one in chosen]).T
    p_value = _p_value(apart.loss, losses)
    is_told = len(chosen) == _N_ORDERS and p_value * n_ways < _LEVEL and share >= least
    is_serious = way.by == "duplicates" or share >= _LEAST_SHARES["serious"]
    return SplitFinding(
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
    # Mean squared error, or Brier score.
    loss: float
    # Of the metric, the mean over folds.
    value: float


class _Trial:
    """Scores a baseline on folds of whole units, and on folds as they were chosen.

    Parameters
    ----------
    together : ndarray of shape (n,), int64, or None
        See `_look`, of the way's rows.
    """

    def __init__(
        self, model: QuickBaseline, target: Target, way: CandidateUnits, together: Ints | None
    ) -> None:
        self.model, self.way = model, way
        self._together = None if together is None else np.unique(together, return_inverse=True)[1]
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
        self._apart = self._folds(np.arange(len(y)))
        if self._together is not None:
            self._apart = [(self._without_groups(train, valid), valid) for train, valid in self._apart]

    def apart(self) -> _Score:
        """Score the baseline on folds of whole units, with a gap around them."""
        return self._scored(self._apart, np.arange(len(self._y)))

    def chosen(self, number: int) -> _Score:
        """Score the baseline on folds as they were chosen; each number gives other ones."""
        rng = np.random.default_rng([0, number])
        if self._together is None:
            # Row ``order[i]`` in the place of row ``i``: blocks of rows in a random order are random rows.
            order = rng.permutation(len(self._y))
            return self._scored(self._folds(order), order)
        every = np.arange(len(self._y))
        fold = assign_groups(self._together, self._known(every), _N_FOLDS, rng)
        folds: list[tuple[Ints, Ints]] = []
        for k in range(_N_FOLDS):
            train, valid = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
            n = min(len(train), len(self._apart[k][0]))
            folds.append((rng.permutation(train)[:n], valid))
        return self._scored(folds, every)

    def _folds(self, order: Ints) -> list[tuple[Ints, Ints]]:
        """Return training and validated places of folds of whole units."""
        fold = assign_groups(self.way.units, self._known(order), _N_FOLDS, np.random.default_rng(1))
        found = ((fold != k) & ~self.way.near(fold == k) for k in range(_N_FOLDS))
        return [(np.flatnonzero(train), np.flatnonzero(fold == k)) for k, train in enumerate(found)]

    def _without_groups(self, train: Ints, valid: Ints) -> Ints:
        """Return the training places that share no group with validated ones; all where few would be left.

        With groups that are spread over all blocks, mates of the validated rows stay in: they only hide a difference.
        """
        assert self._together is not None  # noqa: S101 - asked of grouped folds only
        left = train[~np.isin(self._together[train], self._together[valid])]
        return left if len(left) >= len(train) / 2 else train

    def _known(self, order: Ints) -> Ints:
        return np.unique(self._classes[order], return_inverse=True)[1].astype(np.int64)

    def _scored(self, folds: Sequence[tuple[Ints, Ints]], order: Ints) -> _Score:
        losses: list[Floats] = []
        values: list[float] = []
        for train, valid in folds:
            if not len(train) or not len(valid):
                continue
            rows = order[valid]
            found = self.model.predict(order[train], rows)
            losses.append(((self._goal[rows] - found) ** 2).sum(axis=1))
            values.append(self._value(rows, found))
        # A fold of one class has no value.
        told = [value for value in values if not np.isnan(value)]
        return _Score(float(np.concatenate(losses).mean()), float(np.mean(told)) if told else float("nan"))

    def share(self, chosen: Sequence[_Score], apart: _Score) -> float:
        """Return which part of what the baseline scores better than the constant on `chosen` folds is gone."""
        if np.mean([one.loss for one in chosen]) > (1 - _LEAST_SKILL) * self.constant_loss:
            return 0.0
        better = float(np.mean([one.value for one in chosen])) - self.constant
        lost = better + self.constant - apart.value
        sign = METRICS[self.metric].direction.sign
        return lost / better if sign * better > 0 else 0.0

    def _value(self, rows: Ints, found: Floats) -> float:
        return METRICS[self.metric](self._y[rows], found[:, 0] if self._is_regression else found)
