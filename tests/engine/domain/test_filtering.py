"""The filter language of trials."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.filtering import has_values, parse_filter

COLUMNS = {
    "value": np.array([0.91, 0.95, np.nan, 0.80]),
    "number": np.array([0, 1, 2, 3]),
    "state": np.array(["complete", "complete", "fail", "pruned"], dtype=object),
    "optimizer": np.array(["adamw", "sgd", "AdamW", None], dtype=object),
    "residual": np.array([True, False, True, None], dtype=object),
    "momentum": np.array([np.nan, 0.9, np.nan, np.nan]),
    "pinned": np.array([False, True, False, False]),
}


def passing(text: str) -> list[int]:
    return np.flatnonzero(parse_filter(text).mask(COLUMNS, 4)).tolist()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("value > 0.9", [0, 1]),
        ("0.9 < value", [0, 1]),
        ("0.85 < value < 0.93", [0]),
        ("value >= 91%", [0, 1]),
        ("number = 3", [3]),
        ("number != 3", [0, 1, 2]),
        ('optimizer == "adamw"', [0, 2]),
        ("optimizer == adamw", [0, 2]),
        ("optimizer != sgd", [0, 2, 3]),
        ("optimizer ~ adam", [0, 2]),
        ("optimizer == none", [3]),
        ("value == none", [2]),
        ("momentum", [1]),
        ("not momentum", [0, 2, 3]),
        ("residual", [0, 2]),
        ("residual == false", [1]),
        ("pinned or state == pruned", [1, 3]),
        ("not (value > 0.9 and state == complete)", [2, 3]),
        ("value > 0.9 and optimizer == adamw or number == 3", [0, 3]),
        ("value > 1e-3 and value < .9", [3]),
        ('"prun"', [3]),
        ("'it\\'s'", []),
        ("number > -1", [0, 1, 2, 3]),
    ],
)
def test_a_filter_lets_the_right_trials_pass(text: str, rows: list[int]) -> None:
    assert passing(text) == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("value >", "ends too early"),
        ("value > 0.9 optimizer", "cannot go on"),
        ("(value > 0.9", "closing bracket"),
        ("value > @", "cannot be read at character 9"),
        ("and value", "needed there"),
        ("0.9", "compared with nothing"),
        ("1 < 2", "name of a column"),
        ('"a" ~ "b"', "Before ~"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        parse_filter(text).mask(COLUMNS, 4)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SpecError, match=r"'vale'.*value, number"):
        passing("vale > 0.9")


def test_a_column_is_named_by_its_heading_and_a_word_that_is_none_is_searched() -> None:
    columns = {
        "value": np.array([0.5, 0.9]),
        "n_parameters": np.array([10.0, 2000.0]),
        "latency_ms": np.array([np.nan, np.nan]),
        "optimizer": np.array(["adamw", "sgd"], dtype=object),
    }
    for text, passes in (
        ("score > 0.6", [False, True]),
        ("Parameters < 100", [True, False]),
        ("adamw", [True, False]),
        ("nothing", [False, False]),
        ("optimizer", [True, True]),
    ):
        assert parse_filter(text).mask(columns, 2).tolist() == passes
    wanted = parse_filter("latency_ms < 3 and Score > 0 and optimizer == sgd and not nothing")
    named = wanted.columns_of(columns)
    assert named == ("latency_ms", "value", "optimizer")
    assert [has_values(columns[name]) for name in named] == [False, True, True]
