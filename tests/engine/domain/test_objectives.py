"""Fronts of several objectives, and specs that ask for them, also those of older versions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.objectives import front_mask
from cupel.engine.domain.spec import BudgetSpec, LimitsSpec, StudySpec


@pytest.mark.parametrize("n_objectives", [1, 2, 3])
def test_the_front_is_what_comparing_each_with_each_finds(n_objectives: int) -> None:
    rng = np.random.default_rng(n_objectives)
    losses = rng.integers(0, 6, (120, n_objectives)).astype(float)  # many are equal
    losses[rng.random(120) < 0.1, 0] = np.nan
    expected = [
        not np.isnan(row).any()
        and not any(
            (other <= row).all() and (other < row).any() for other in losses[~np.isnan(losses).any(1)]
        )
        for row in losses
    ]
    assert front_mask(losses).tolist() == expected
    assert front_mask(losses[:0]).tolist() == []


def spec(**changes: Any) -> StudySpec:
    return StudySpec(target="y", budget=BudgetSpec(5), **changes)


def test_a_spec_with_objectives_and_limits_comes_back_from_json() -> None:
    asked = spec(objectives=("score", "latency"), limits=LimitsSpec(size_bytes=1000, latency_ms=0.5))
    assert StudySpec.from_json(asked.to_json()) == asked
    assert asked.limits.is_set
    assert not spec().limits.is_set


def test_the_limit_of_an_older_spec_is_read() -> None:
    older = spec().to_json()
    del older["limits"], older["objectives"]
    assert StudySpec.from_json({**older, "most_parameters": 5000}).limits == LimitsSpec(parameters=5000)
    assert StudySpec.from_json({**older, "most_parameters": None}) == spec()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"objectives": ("parameters",)}, "the score among them"),
        ({"objectives": ("score", "bytes", "bytes")}, "different ones"),
        ({"objectives": ("score", "beauty")}, "choose one of score"),
        ({"objectives": ("score", "bytes"), "sampler": "gp"}, "one objective only"),
        ({"limits": LimitsSpec(parameters=0)}, "at least 1"),
        ({"limits": LimitsSpec(latency_ms=float("nan"))}, "more than 0"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SpecError, match=sentence):
        spec(**changes)
