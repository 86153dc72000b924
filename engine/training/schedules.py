"""Learning-rate schedules as plain arrays: one factor in [0, 1] a step, so that no schedule costs a new trace."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..domain.params import EPOCHS, Params, number_in

Floats = NDArray[np.float64]

# Each takes progress in [0, 1] (0 the first step after the warm-up, 1 the last) and gives the factor.
SCHEDULES: dict[str, Callable[[Floats], Floats]] = {
    "constant": np.ones_like,
    "cosine": lambda t: 0.5 * (1.0 + np.cos(np.pi * t)),
    "linear": lambda t: 1.0 - t,
    # To a tenth after each third.
    "step": lambda t: 0.1 ** np.floor(np.minimum(t, 1 - 1e-9) * 3.0),
    "one_cycle": lambda t: (
        # Smith and Topin 2018, arXiv 1708.07120: up for 30 %, then down by a cosine.
        np.where(
            t < 0.3, 0.04 + 0.96 * t / 0.3, 0.5 * (1.0 + np.cos(np.pi * np.clip((t - 0.3) / 0.7, 0.0, 1.0)))
        )
    ),
    # Of RealMLP (arXiv 2407.04491): four waves, each twice as long as the one before.
    "coslog4": lambda t: 0.5 * (1.0 - np.cos(2.0 * np.pi * np.log2(1.0 + 15.0 * t))),
    "flat_cosine": lambda t: 0.5 * (1.0 + np.cos(np.pi * (np.maximum(2.0 * t, 1.0) - 1.0))),
}


def trial_epochs(params: Params, max_epochs: int) -> int:
    """Return how many epochs the schedule of a trial has: ``epoch_fraction`` of `max_epochs`, at least one."""
    return max(1, round(number_in(params, EPOCHS, 1.0) * max_epochs))


def patience_of(params: Params) -> int | None:
    """Return after how many epochs without a better mean of the other folds a fold's epoch is settled; None: never."""
    return int(number_in(params, "patience", 0)) if params.get("patience") is not None else None


def epoch_factors(schedule: str | None, n_epochs: int) -> NDArray[np.float32]:
    """Return the factor of a number that follows a schedule, for every epoch: float32 of shape (n_epochs,)."""
    progress = (np.arange(n_epochs) + 0.5) / n_epochs
    return SCHEDULES[schedule or "constant"](progress).astype(np.float32)


def learning_rates(schedule: str, base: float, n_steps: int, warmup: float = 0.0) -> NDArray[np.float32]:
    """Return the learning rate of every step.

    Parameters
    ----------
    schedule : str
        A key of `SCHEDULES`.
    base : float
        The highest rate.
    n_steps : int
        Steps of the whole training.
    warmup : float
        Fraction of the steps, in [0, 1), over which the rate first rises linearly to `base`.

    Returns
    -------
    ndarray of shape (n_steps,), float32
    """
    n_warm = round(warmup * n_steps)
    progress = np.linspace(0.0, 1.0, max(n_steps - n_warm, 1))
    rising = (np.arange(n_warm) + 1.0) / (n_warm + 1.0)
    factors = np.concatenate([rising, SCHEDULES[schedule](progress)])[:n_steps]
    return (base * factors).astype(np.float32)
