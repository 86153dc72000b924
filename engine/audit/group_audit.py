"""What an audit counts of rows: of all of them, of each group, and the widest gaps between groups. For `audit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..bundled.outputs import decided
from ..deployment.telling import Share, unheard
from ..domain.arrays import TargetValues
from ..domain.errors import ExportError
from ..domain.group_audits import LEAST_ROWS, AuditedGroup, AuditPart, Figure, Gap, GroupDistance
from .fairness import (
    ERRORS,
    SHARES,
    Grouping,
    error_draws,
    error_figures,
    share_figures,
    share_gap,
)


@dataclass(frozen=True, slots=True)
class AuditSubject:
    """What is audited.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    labels : sequence of str
    positive : str
        The class that rates are about; empty for none of several classes, and of a regression.
    threshold : float
        Of two classes; the second one is said above it.
    """

    task: str
    labels: Sequence[str]
    positive: str
    threshold: float

    @classmethod
    def of(cls, task: str, labels: Sequence[str], positive: str, threshold: float) -> AuditSubject:
        """Return it with the second of two classes as the positive one where none is named.

        Raises
        ------
        ExportError
            Where the positive class is none, or there are no classes.
        """
        if positive and task == "regression":
            raise ExportError("A positive class is for classes, and the target is a number; leave it out.")
        if positive and positive not in labels:
            raise ExportError(
                "{value!r} is no class of the target; its classes are {choices}.",
                value=positive,
                choices=", ".join(labels) or "-",
            )
        return cls(task, labels, positive or (labels[1] if task == "binary" else ""), threshold)

    def predicted(self, predictions: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the places of the classes that probabilities (n, n_classes) are said to be."""
        return decided(predictions, self.threshold if self.task == "binary" else None)

    def names(self) -> tuple[str, ...]:
        """What is counted."""
        return ERRORS if self.task == "regression" else SHARES if self.positive else ("accuracy",)


def audited(
    asked: AuditSubject,
    grouping: Grouping,
    rows: NDArray[np.int64],
    y: TargetValues,
    predictions: NDArray[np.float64],
    part: str,
    tell: Share = unheard,
) -> AuditPart:
    """Return what is counted of all rows and of each group.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Places of the rows in the table that was grouped.
    y, predictions
        Of these rows.
    tell : callable
        Called again and again with the fraction that is counted.
    """
    codes = grouping.codes[rows]
    # One of all rows.
    n_counts = 1 + len(grouping.names)
    whole, _ = _counted(asked, y, predictions, 0, lambda: tell(0.0))
    groups: list[AuditedGroup] = []
    large: dict[str, tuple[dict[str, Figure], NDArray[np.float64] | None]] = {}
    for code, name in enumerate(grouping.names):
        own = codes == code
        n = int(own.sum())
        if n == 0:
            continue
        figures, draws = _counted(
            asked, y[own], predictions[own], code + 1, lambda done=(code + 1) / n_counts: tell(done)
        )
        if n >= LEAST_ROWS:
            large[name] = figures, draws
        to_whole = {key: _apart(whole[key].value, figures[key].value) for key in asked.names()}
        groups.append(AuditedGroup(name, n, n < LEAST_ROWS, figures, to_whole))
    gaps = tuple(gap for key in asked.names() if (gap := _widest(key, large)) is not None)
    return AuditPart(part, len(rows), grouping.is_binned, whole, tuple(groups), gaps)


def _counted(
    asked: AuditSubject,
    y: TargetValues,
    predictions: NDArray[np.float64],
    seed: int,
    tick: Callable[[], None],
) -> tuple[dict[str, Figure], NDArray[np.float64] | None]:
    tick()
    if asked.task == "regression":
        draws = error_draws(y, predictions, seed, tick)
        return error_figures(y, predictions, draws), draws
    predicted = asked.predicted(predictions)
    if not asked.positive:
        return share_figures(None, None, predicted == y), None
    place = list(asked.labels).index(asked.positive)
    return share_figures(y == place, predicted == place, predicted == y), None


def _apart(whole: float | None, own: float | None) -> GroupDistance:
    if whole is None or own is None:
        return GroupDistance(None, None)
    return GroupDistance(own - whole, own / whole if whole else None)


def _widest(
    key: str, groups: Mapping[str, tuple[dict[str, Figure], NDArray[np.float64] | None]]
) -> Gap | None:
    """Return the widest gap of a measure; None where fewer than two groups have it from enough rows."""
    known = {
        name: (figures[key], draws)
        for name, (figures, draws) in groups.items()
        if figures[key].value is not None and figures[key].n >= LEAST_ROWS
    }
    if len(known) < 2:
        return None
    order = sorted(known, key=lambda name: known[name][0].value or 0.0)
    (least, least_draws), (most, most_draws) = known[order[0]], known[order[-1]]
    difference = (most.value or 0.0) - (least.value or 0.0)
    if least_draws is None or most_draws is None:
        low, high = share_gap(least, most)
    else:
        column, n = ERRORS.index(key), min(len(least_draws), len(most_draws))
        drawn = most_draws[:n, column] - least_draws[:n, column]
        low, high = np.nanpercentile(drawn, [2.5, 97.5]).tolist()
    ratio = least.value / most.value if key in SHARES and least.value is not None and most.value else None
    return Gap(key, order[0], order[-1], difference, low, high, ratio)
