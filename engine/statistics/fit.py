"""Over- and underfitting, told from the learning curves of the folds. Needs NumPy alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ...storage.records import Curves
from ..domain.fit import Fit, FitWord
from .comparison import corrected_variance
from .student import t_quantile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEVEL = 0.95
# Of the lowest loss: what is less is of no use to anybody, however sure.
_LEAST_CHANGE = 0.01
# What is more than that cannot be called nothing, even if it may be chance.
_NOTHING = 0.05
_LEAST_LOSS = 1e-12
# The share of the epochs that is looked at together, and at the end for whether a trial still gets better.
_WINDOW = 0.1
_NORMAL = NormalDist()
# The median of absolute values of a normal variable, and the variance of second differences, in units of one value's.
_MEDIAN_OF_NORMAL, _SECOND_DIFFERENCE = 0.6745, 6.0


def measure_fit(curves: Curves | None, n_folds: int) -> Fit | None:
    """Return how the networks of a trial fit.

    Means of a tenth of the epochs are compared. A change counts where it is at least a hundredth of the loss and
    beyond the chance of folds (Student's t, the variance that of `corrected_variance`, as folds share training rows)
    and of epochs together: what the mean curve jumps by from one epoch to the next is known from its second
    differences. The epoch from which on a fold's loss is said to rise is chosen by the other folds, among so many
    windows (Bonferroni): where a loss is lowest by luck, it rises by luck.

    Parameters
    ----------
    curves : Curves or None
        Of all folds, of R ≥ 2 replicas.
    n_folds : int
        Of one repeat.

    Returns
    -------
    Fit or None
        None where the losses of two folds and two epochs at least are not known.
    """
    if curves is None or not {"train_loss", "valid_loss"} <= set(curves.names):
        return None
    train, valid = (
        curves.values[:, :, curves.names.index(name)].astype(np.float64)
        for name in ("train_loss", "valid_loss")
    )
    # Until a fold has ended, or was told no loss.
    n_known = int(np.cumprod(np.isfinite(train + valid).all(axis=0)).sum())
    if len(valid) < 2 or n_known < 2:
        return None
    train, valid = train[:, :n_known], valid[:, :n_known]
    width = max(1, round(_WINDOW * n_known))
    means, best = valid.mean(axis=0), int(np.argmin(valid.mean(axis=0)))
    return Fit(
        word=_word(_Curve.of(train, width, n_folds), _Curve.of(valid, width, n_folds)),
        epoch=best + 1,
        last=n_known,
        valid=float(means[best]),
        train=float(train[:, best].mean()),
        valid_last=float(means[-1]),
        train_last=float(train[:, -1].mean()),
        late=n_known - width,
        valid_late=float(means[-1 - width]),
    )


@dataclass(frozen=True, slots=True)
class _Curve:
    """A loss by fold and epoch, in multiples of the lowest mean that the folds have of it.

    Attributes
    ----------
    windows : ndarray of shape (R, n_epochs - width + 1), float64
        Means of `width` epochs, by the first of them.
    width, n_folds : int
    jump : float
        Standard deviation by which the mean of the folds jumps about at one epoch.
    """

    windows: Floats
    width: int
    n_folds: int
    jump: float

    @classmethod
    def of(cls, loss: Floats, width: int, n_folds: int) -> _Curve:
        bends = np.abs(np.diff(loss.mean(axis=0), 2))
        bend = float(np.median(bends)) if len(bends) else 0.0
        windows = np.lib.stride_tricks.sliding_window_view(loss, width, axis=1).mean(axis=2)
        lowest = max(float(windows.mean(axis=0).min()), _LEAST_LOSS)
        jump = bend / _MEDIAN_OF_NORMAL / math.sqrt(_SECOND_DIFFERENCE)
        return cls(windows / lowest, width, n_folds, jump / lowest)

    def change(self, first: int | Ints, last: int | Ints) -> Floats:
        """Return how much higher each fold is in the window `last` than in `first`, of all folds or by fold, (R,)."""
        folds = np.arange(len(self.windows))
        return self.windows[folds, last] - self.windows[folds, first]

    def is_real(self, changes: Floats, n_choices: float = 1.0) -> bool:
        """Whether changes of the folds, (R,), go up beyond chance, where the window was chosen among so many."""
        of_folds = math.sqrt(corrected_variance(changes, self.n_folds)) * t_quantile(_LEVEL, len(changes) - 1)
        level = 1.0 - (1.0 - _LEVEL) / max(n_choices, 1.0)
        of_epochs = self.jump * math.sqrt(2.0 / self.width) * _NORMAL.inv_cdf(level)
        return float(changes.mean()) > max(of_folds + of_epochs, _LEAST_CHANGE)


def _word(train: _Curve, valid: _Curve) -> FitWord:
    n_windows = valid.windows.shape[1]
    last, late = n_windows - 1, max(n_windows - 1 - valid.width, 0)
    others = (valid.windows.sum(axis=0) - valid.windows) / (len(valid.windows) - 1)
    turn, n_choices = np.argmin(others, axis=1), n_windows / valid.width
    rise, late_fall = valid.change(turn, last), -valid.change(late, last)
    if valid.is_real(rise, n_choices) and train.change(turn, last).mean() < 0:
        return FitWord.OVERFITS
    if valid.is_real(late_fall):
        return FitWord.CUT_SHORT
    learned = -train.change(0, last), -valid.change(0, turn)
    has_learned = train.is_real(learned[0]) or valid.is_real(learned[1], n_choices)
    if not has_learned and max(one.mean() for one in learned) < _NOTHING:
        return FitWord.LEARNS_NOTHING
    # Its lowest mean is 1.
    seen = max(float(valid.windows[:, last].mean()) - 1.0, float(late_fall.mean()))
    return FitWord.UNDECIDED if seen > _NOTHING else FitWord.FITS
