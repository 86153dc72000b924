"""Intervals and sets from fold networks: as they are defined, and on made data, where it is known what holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.bundled.intervals import ConformityScores, with_outputs
from cupel.engine.statistics.conformal import (
    LEVELS,
    measured,
    proven_coverage,
    scores_of,
    wilson_interval,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, load_from_string
from onnxruntime import InferenceSession

Floats = np.ndarray


def _scores(residuals: list[Floats], n_rows: int, n_repeats: int = 1, most: int = 2000) -> ConformityScores:
    return scores_of(residuals, [np.zeros(len(r)) for r in residuals], n_rows, n_repeats, most)


def _plain(residuals: list[Floats], folds: Floats, level: float) -> tuple[float, float]:
    """Return the ends of CV+ as they are defined: order statistics of all centers ± scores."""
    low = np.sort(np.concatenate([mu - r for mu, r in zip(folds, residuals, strict=True)]))
    high = np.sort(np.concatenate([mu + r for mu, r in zip(folds, residuals, strict=True)]))
    n = len(high)
    alpha = 1 - level
    down, up = math.floor(round(alpha * (n + 1), 6)), math.ceil(round((1 - alpha) * (n + 1), 6))
    return (low[down - 1] if down >= 1 else -math.inf, high[up - 1] if up <= n else math.inf)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 6), st.integers(6, 70), st.sampled_from([1e-6, 1.0, 1e7]))
def test_intervals_are_the_order_statistics_of_their_definition(
    seed: int, n_folds: int, n: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    sizes = [n // n_folds + (k < n % n_folds) for k in range(n_folds)]
    residuals = [np.abs(rng.normal(size=size)) * scale for size in sizes]
    if seed % 2:  # many ties
        residuals = [np.round(r / scale) * scale for r in residuals]
    folds = 3 * rng.normal(size=(n_folds, 5)) * scale + rng.choice([0.0, 1e3]) * scale
    for level in (*LEVELS, 0.99):
        low, high = _scores(residuals, n).bounds(folds, level)
        expected = np.array([_plain(residuals, folds[:, j], level) for j in range(5)])
        np.testing.assert_allclose(low, expected[:, 0], rtol=0, atol=1e-10 * scale)
        np.testing.assert_allclose(high, expected[:, 1], rtol=0, atol=1e-10 * scale)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 4), st.integers(8, 40))
def test_sets_hold_the_classes_that_fewer_scores_are_below(seed: int, n_folds: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    parts = np.array_split(np.arange(n), n_folds)
    y = [rng.integers(0, 3, len(part)) for part in parts]
    probabilities = [np.round(rng.dirichlet(np.ones(3), len(part)), 1) for part in parts]
    folds = np.round(rng.dirichlet(np.ones(3), (n_folds, 6)), 1)
    said = folds.mean(axis=0).argmax(axis=1)
    for level in LEVELS:
        held = scores_of(y, probabilities, n, 1).sets(folds, level, said)
        for j in range(6):
            below = np.zeros(3)
            for k in range(n_folds):
                of_rows = 1 - probabilities[k][np.arange(len(y[k])), y[k]]
                below += (of_rows[:, None] < 1 - folds[k, j]).sum(axis=0)
            expected = below < math.ceil(round(level * (n + 1), 6))
            expected[said[j]] |= not expected.any()
            np.testing.assert_array_equal(held[j], expected)


def test_a_set_without_any_class_holds_the_prediction() -> None:
    sure = [np.tile([0.99, 0.01, 0.0], (20, 1))] * 2
    scores = scores_of([np.zeros(20, int)] * 2, sure, 40, 1)
    folds = np.tile([0.5, 0.3, 0.2], (2, 1, 1))  # no class is as likely as the true ones were
    np.testing.assert_array_equal(scores.sets(folds, 0.9, np.array([1])), [[False, True, False]])
    np.testing.assert_array_equal(scores.sets(folds, 0.99, np.array([1])), [[True, True, True]])


def test_a_level_needs_rows_enough() -> None:
    scores = _scores([np.arange(5.0), np.arange(4.0)], 9)
    assert scores.is_enough(0.9)  # ⌈0.9 · 10⌉ = 9 of 9 rows
    assert not scores.is_enough(0.91)
    assert scores.highest_level == pytest.approx(0.9)
    low, high = scores.bounds(np.zeros((2, 1)), 0.95)
    assert (low[0], high[0]) == (-math.inf, math.inf)
    low, high = scores.bounds(np.zeros((2, 1)), 0.9)
    assert (low[0], high[0]) == (-4.0, 4.0)
    with pytest.raises(ValueError, match="not those of 10 rows"):
        _scores([np.arange(5.0), np.arange(4.0)], 10)


def test_repeats_are_averaged_and_do_not_make_few_rows_many() -> None:
    rng = np.random.default_rng(1)
    halves = [np.abs(rng.normal(size=10)), np.abs(rng.normal(size=10))]
    folds = rng.normal(size=(2, 8))
    once, thrice = _scores(halves, 20), _scores(halves * 3, 20, 3)
    for level in (0.5, 0.8, 0.95):
        np.testing.assert_allclose(thrice.bounds(np.tile(folds, (3, 1)), level), once.bounds(folds, level))
    assert once.is_enough(0.95)
    assert not once.is_enough(0.96)
    assert not thrice.is_enough(0.96)  # though there are 60 scores


def test_few_scores_that_stand_for_many_make_intervals_wider_by_less_than_their_share() -> None:
    rng = np.random.default_rng(2)
    residuals = [rng.exponential(size=3_700), rng.exponential(size=3_701), rng.exponential(size=90)]
    n, most = sum(map(len, residuals)), 100
    exact, coarse = _scores(residuals, n), _scores(residuals, n, most=most)
    assert [len(values) for values in coarse.values] == [most, most, 90]
    folds = 0.1 * rng.normal(size=(3, 50))
    for level in LEVELS:
        low, high = coarse.bounds(folds, level)
        narrow_low, narrow_high = exact.bounds(folds, level)
        wide_low, wide_high = exact.bounds(folds, level + 1 / most)
        assert (wide_low <= low).all()
        assert (low <= narrow_low).all()
        assert (narrow_high <= high).all()
        assert (high <= wide_high).all()
    assert (low < narrow_low).any()


def test_scores_are_read_as_they_were_saved(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    scores = _scores([rng.random(4_000), rng.random(4_001)], 8_001)
    scores.save(tmp_path / "scores.npz", samples=np.arange(3))
    read = ConformityScores.load(tmp_path / "scores.npz")
    folds = rng.normal(size=(2, 9))
    np.testing.assert_array_equal(read.bounds(folds, 0.9), scores.bounds(folds, 0.9))
    assert (read.n_rows, read.n_repeats, read.n_networks) == (8_001, 1, 2)


def test_rows_without_a_number_have_no_interval() -> None:
    low, high = _scores([np.arange(5.0), np.arange(5.0)], 10).bounds(
        np.array([[np.nan, 0.0], [0.0, 0.0]]), 0.8
    )
    assert np.isnan([low[0], high[0]]).all()
    assert np.isfinite([low[1], high[1]]).all()


# --- on made data ---


def _line(x: Floats, y: Floats) -> Callable[[Floats], Any]:
    """Fit a cubic by least squares: a model that is neither perfect nor stable on few rows."""
    coefficients = np.polyfit(x, y, 3)
    return lambda new: np.polyval(coefficients, new)


def _fitted(
    x: Floats, y: Floats, n_folds: int, n_repeats: int, rng: np.random.Generator, fit: Any
) -> tuple[list[Any], list[Any], list[Any]]:
    """Return of each replica its model, and the targets and predictions of the rows that it had not seen."""
    models, true, said = [], [], []
    for _ in range(n_repeats):
        for valid in np.array_split(rng.permutation(len(x)), n_folds):
            train = np.setdiff1d(np.arange(len(x)), valid)
            models.append(fit(x[train], y[train]))
            true.append(y[valid])
            said.append(np.asarray(models[-1](x[valid])))
    return models, true, said


def _even(x: Floats, rng: np.random.Generator) -> Floats:
    return np.sin(2 * x) + rng.normal(0, 0.4, len(x))


def _uneven(x: Floats, rng: np.random.Generator) -> Floats:
    return np.sin(2 * x) + rng.normal(0, 1, len(x)) * (0.1 + x**2)


def _heavy(x: Floats, rng: np.random.Generator) -> Floats:
    return x + rng.standard_t(2, len(x))


@pytest.mark.parametrize("make", [_even, _uneven, _heavy])
@pytest.mark.parametrize(("n", "n_folds", "n_repeats"), [(200, 5, 1), (30, 5, 1), (30, 3, 4), (400, 2, 1)])
def test_intervals_of_made_numbers_hold_what_they_say(
    make: Any, n: int, n_folds: int, n_repeats: int
) -> None:
    rng = np.random.default_rng(4)
    n_inside, n_told, n_sets = dict.fromkeys((0.5, 0.8, 0.9), 0), 40, 100
    for _ in range(n_sets):
        x = rng.uniform(-1, 1, n)
        models, true, said = _fitted(x, make(x, rng), n_folds, n_repeats, rng, _line)
        scores = scores_of(true, said, n, n_repeats)
        new = rng.uniform(-1, 1, n_told)
        target, folds = make(new, rng), np.stack([model(new) for model in models])
        for level in n_inside:
            n_inside[level] += measured(scores, level, target, folds, None).n_inside
    total = n_told * n_sets
    for level, inside in n_inside.items():
        # Rows of one data set share its intervals, so five standard errors of independent rows are allowed below.
        slack = 5 * math.sqrt(level * (1 - level) / total)
        assert inside / total > level - slack
        assert inside / total < level + (
            0.05 if n >= 200 else 0.13
        )  # few rows for each network: they are wider


def _by_distance(x: Floats, y: Floats) -> Callable[[Floats], Any]:
    """Say the shares of three classes among the fifteen nearest rows, smoothed."""

    def predict(new: Floats) -> Floats:
        near = np.argsort(np.abs(new[:, None] - x), axis=1)[:, :15]
        shares = np.stack([(y[near] == k).mean(axis=1) for k in range(3)], axis=1)
        return (shares + 0.02) / 1.06

    return predict


@pytest.mark.parametrize(("n", "n_folds", "n_repeats"), [(200, 5, 1), (60, 4, 3)])
def test_sets_of_made_classes_hold_what_they_say(n: int, n_folds: int, n_repeats: int) -> None:
    rng = np.random.default_rng(5)

    def make(x: Floats) -> Floats:
        chances = np.exp(4 * np.stack([-((x + 0.7) ** 2), -(x**2), -((x - 0.7) ** 2)], axis=1))
        chances /= chances.sum(axis=1, keepdims=True)
        return (rng.random(len(x))[:, None] > np.cumsum(chances, axis=1)).sum(axis=1)

    n_inside, sizes, n_sets = dict.fromkeys(LEVELS, 0), dict.fromkeys(LEVELS, 0.0), 100
    for _ in range(n_sets):
        x = rng.uniform(-1, 1, n)
        models, true, said = _fitted(x, make(x), n_folds, n_repeats, rng, _by_distance)
        scores = scores_of(true, said, n, n_repeats)
        new = rng.uniform(-1, 1, 40)
        folds = np.stack([model(new) for model in models])
        for level in LEVELS:
            found = measured(scores, level, make(new), folds, folds.mean(axis=0).argmax(axis=1))
            n_inside[level] += found.n_inside
            sizes[level] += found.size / n_sets
    for level in LEVELS:
        share = n_inside[level] / (40 * n_sets)
        assert share > level - 5 * math.sqrt(level * (1 - level) / (40 * n_sets))
        # A set is never empty, so that a low level holds as much as the best class alone.
        assert share < max(level, n_inside[0.5] / (40 * n_sets)) + 0.08
        assert 1.0 <= sizes[level] < 3.0
    assert sorted(sizes.values()) == [sizes[level] for level in LEVELS]


def test_intervals_of_nothing_are_as_wide_as_the_noise() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.uniform(-1, 1, 2_000), rng.normal(size=2_000)
    models, true, said = _fitted(x, y, 5, 1, rng, _line)
    new = rng.uniform(-1, 1, 2_000)
    found = measured(
        scores_of(true, said, 2_000, 1), 0.9, rng.normal(size=2_000), np.stack([m(new) for m in models]), None
    )
    assert found.size == pytest.approx(2 * 1.645, rel=0.06)
    assert found.low < 0.9 < found.high


# --- figures that others published ---


def test_wilson_intervals_are_those_of_newcombe() -> None:
    """R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998)."""
    for n_hits, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson_interval(n_hits, n) == pytest.approx((low, high), abs=5e-5)
    assert wilson_interval(29, 29)[1] == 1.0
    with pytest.raises(ValueError, match="no rows"):
        wilson_interval(0, 0)


def test_what_is_proven_is_told_of_folds_and_repeats() -> None:
    five = _scores([np.arange(20.0)] * 5, 100)
    assert proven_coverage(five, 0.9) == pytest.approx(0.8 - 1.6 / 21)
    each = _scores([np.zeros(1)] * 50, 50)
    assert proven_coverage(each, 0.9) == pytest.approx(0.8)  # the jackknife+
    assert proven_coverage(_scores([np.arange(20.0)] * 10, 100, 2), 0.9) == pytest.approx(0.8 - 1.6 / 21)
    assert proven_coverage(five, 0.5) == 0.0


def test_values_inside_of_a_graph_become_outputs_of_its_file() -> None:
    def declared(name: str) -> Any:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N"])

    inside = (
        "a name that is longer than one hundred and twenty-seven bytes, so that its length takes two: "
        + "x" * 90
    )
    nodes = [helper.make_node("Neg", ["x"], [inside]), helper.make_node("Abs", [inside], ["y"])]
    graph = helper.make_graph(nodes, "g", [declared("x")], [declared("y")])
    data = helper.make_model(
        graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20)]
    ).SerializeToString()
    more = with_outputs(data, [inside])
    assert [output.name for output in load_from_string(more).graph.output] == ["y", inside]
    session = InferenceSession(more, providers=["CPUExecutionProvider"])
    y, negative = session.run(None, {"x": np.array([1.0, -2.0], np.float32)})
    np.testing.assert_array_equal(y, [1.0, 2.0])
    np.testing.assert_array_equal(negative, [-1.0, 2.0])
