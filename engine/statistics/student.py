"""Student's t distribution for whole degrees of freedom, without SciPy, so that the window can use it."""

from __future__ import annotations

import math

_QUANTILE_STEPS = 200


def t_cdf(t: float, n_degrees: int) -> float:
    """Return the probability that a t variable is at most `t`.

    The finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4.

    Parameters
    ----------
    t : float
    n_degrees : int
        At least 1.
    """
    theta = math.atan2(t, math.sqrt(n_degrees))
    sine, cosine = math.sin(theta), math.cos(theta)
    if n_degrees % 2:
        term, total = cosine, cosine if n_degrees > 1 else 0.0
        for k in range(3, n_degrees - 1, 2):
            term *= (k - 1) / k * cosine**2
            total += term
        inside = 2.0 / math.pi * (theta + sine * total)
    else:
        term = total = 1.0
        for k in range(2, n_degrees - 1, 2):
            term *= (k - 1) / k * cosine**2
            total += term
        inside = sine * total
    return 0.5 + 0.5 * inside


def t_quantile(probability: float, n_degrees: int) -> float:
    """Return the point below which a t variable lies with a probability in (0, 1), by bisection."""
    if probability < 0.5:
        return -t_quantile(1.0 - probability, n_degrees)
    low, high = 0.0, 1.0
    while t_cdf(high, n_degrees) < probability:
        high *= 2.0
    for _ in range(_QUANTILE_STEPS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if t_cdf(middle, n_degrees) < probability else (low, middle)
    return 0.5 * (low + high)
