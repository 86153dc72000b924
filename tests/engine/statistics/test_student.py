"""Student's t distribution, against SciPy's."""

from __future__ import annotations

import pytest
from cupel.engine.statistics.student import t_cdf, t_quantile
from scipy import stats


@pytest.mark.parametrize("n_degrees", [*range(1, 31), 99, 100, 499])
def test_probabilities_and_quantiles_are_those_of_scipy(n_degrees: int) -> None:
    for t in (-40.0, -3.2, -0.5, 0.0, 0.1, 1.0, 2.776, 12.0, 1e3):
        assert t_cdf(t, n_degrees) == pytest.approx(stats.t.cdf(t, n_degrees), abs=1e-12)
    for probability in (0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999):
        expected = stats.t.ppf(probability, n_degrees)
        assert t_quantile(probability, n_degrees) == pytest.approx(expected, rel=1e-8, abs=1e-9)
