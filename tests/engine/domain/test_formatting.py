"""Numbers as window and terminal show them."""

from __future__ import annotations

import math

import pytest
from cupel.engine.domain import formatting


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [
        (0.8712345, 0.0042, "0.871 ± 0.004"),
        (0.8712345, 0.0118, "0.871 ± 0.012"),
        (48213.44, 512.3, "48,213 ± 512"),
        (0.8799, 0.0301, "0.880 ± 0.030"),
        (-0.25, 0.05, "−0.25 ± 0.05"),
        (0.5, None, "0.500"),
        (None, None, "–"),
        (math.nan, 0.1, "–"),
    ],
)
def test_a_score_has_the_digits_that_its_spread_justifies(value, spread, text: str) -> None:
    assert formatting.score(value, spread) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.4, "0.4 s"), (12.3, "12 s"), (130, "2:10"), (7265, "2:01:05"), (None, "–")]
)
def test_durations(value, text: str) -> None:
    assert formatting.seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (0.00012345, "1.23e−4"),
        (0.25, "0.25"),
        (3, "3"),
        ("gelu", "gelu"),
        ([64, 32], "64 · 32"),
        (None, "–"),
    ],
)
def test_params_are_short(value, text: str) -> None:
    assert formatting.parameter(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(999, "999 B"), (1500, "1.5 kB"), (2.5e9, "2.5 GB"), (None, "–")]
)
def test_sizes(value, text: str) -> None:
    assert formatting.size(value) == text


def test_a_column_shares_its_decimals() -> None:
    assert formatting.shared_decimals([0.9, 0.8, 0.7], [0.004, 0.003, 0.2]) == 3
    assert formatting.shared_decimals([], []) == 3


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234567, "1,234,567 rows")]
)
def test_counted_things_have_a_plural_and_grouped_digits(n: int, text: str) -> None:
    assert formatting.counted(n, "row") == text


def test_an_irregular_plural_is_given() -> None:
    assert formatting.counted(1, "study", "studies") == "1 study"
    assert formatting.counted(2, "study", "studies") == "2 studies"


def test_a_param_that_is_not_finite_is_written_too() -> None:
    assert [formatting.parameter(x) for x in (float("inf"), float("-inf"), float("nan"))] == [
        "inf",
        "−inf",
        "nan",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01"),
        (1_717_113_600.0, "2024-05-31"),
        (1_717_160_700.0, "2024-05-31 13:05"),
        (1_717_160_709.0, "2024-05-31 13:05:09"),
        (-62_135_596_800.0, "0001-01-01"),
        (1e15, "1e15"),
    ],
)
def test_a_moment_is_a_date_with_its_time_where_it_has_one(seconds: float, text: str) -> None:
    assert formatting.moment(seconds) == text


@pytest.mark.parametrize(
    ("name", "task", "shown"),
    [
        ("majority", "binary", "majority"),
        ("majority", "regression", "mean"),
        ("linear", "regression", "linear"),
    ],
)
def test_the_constant_of_a_regression_is_the_mean(name: str, task: str, shown: str) -> None:
    assert formatting.baseline(name, task) == shown
