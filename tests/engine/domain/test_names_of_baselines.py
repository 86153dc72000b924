"""The constant prediction of a regression is called the mean, wherever it is named."""

from __future__ import annotations

import pytest
from cupel.engine.domain.formatting import baseline


@pytest.mark.parametrize(
    ("name", "task", "shown"),
    [
        ("majority", "binary", "majority"),
        ("majority", "regression", "mean"),
        ("linear", "regression", "linear"),
    ],
)
def test_the_constant_of_a_regression_is_the_mean(name: str, task: str, shown: str) -> None:
    assert baseline(name, task) == shown
