"""Baselines beat chance where there is something to learn, and never see more than their training rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.engine.baselines import LINEAR, MAJORITY, TREES, fit_baseline
from cupel.engine.data.columns import DateColumn, NumberColumn, WordColumn
from cupel.engine.data.reading import read_table
from cupel.engine.data.samples import load_sample
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.metrics import METRICS
from cupel.engine.domain.spec import SplitSpec
from cupel.engine.splits.splitting import draw_splits

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def cross_validate(table: Table, target_name: str, name: str, metric: str) -> float:
    schema = infer_schema(table, target_name)
    target = encode_target(table, schema)
    splits = draw_splits(SplitSpec(holdout=0), target, table, schema, 0)
    scores = []
    for train, valid in zip(splits.train, splits.valid, strict=True):
        prediction = fit_baseline(name, table, schema, target, train, 0, 1).predict(valid)
        assert prediction.shape == ((len(valid), target.n_classes) if target.n_classes else (len(valid),))
        scores.append(METRICS[metric](target.at(valid), prediction))
    return float(np.mean(scores))


@pytest.mark.parametrize(
    ("sample", "metric", "least"),
    [("wine", "accuracy", (0.35, 0.95, 0.9)), ("diabetes", "r2", (-0.1, 0.4, 0.3))],
)
def test_samples_are_learned(sample: str, metric: str, least: tuple[float, ...]) -> None:
    table, target = load_sample(sample)
    for name, floor in zip((MAJORITY, LINEAR, TREES), least, strict=True):
        assert cross_validate(table, target, name, metric) > floor


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data sets are not beside the repository")
@pytest.mark.parametrize(
    ("file", "target", "metric", "linear", "trees", "within"),
    [  # the reference scores of the data sets' INDEX.md, on other folds
        ("tabular-classification/penguins/penguins.csv", "species", "accuracy", 0.991, 0.986, 0.012),
        ("tabular-classification/titanic/titanic.csv", "Survived", "roc_auc", 0.847, 0.860, 0.02),
        ("tabular-classification/phoneme/phoneme.csv", "column_6", "roc_auc", 0.8115, 0.9543, 0.01),
        ("tabular-regression/california-housing/housing.csv", "median_house_value", "r2", 0.644, 0.827, 0.01),
    ],
)
def test_reference_scores_are_met(
    file: str, target: str, metric: str, linear: float, trees: float, within: float
) -> None:
    table = read_table(DATA / file).table
    assert cross_validate(table, target, "linear", metric) == pytest.approx(linear, abs=within)
    assert cross_validate(table, target, "hist_gradient_boosting", metric) == pytest.approx(trees, abs=within)


def _mixed(n: int = 300) -> Table:
    rng = np.random.default_rng(0)
    town = rng.integers(0, 280, n)
    x = rng.normal(0, 1, n)
    x[::7] = np.nan
    return Table(
        (
            NumberColumn("x", x),
            DateColumn("when", np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 10**9, n))),
            WordColumn.of_codes("town", town, [f"t{i}" for i in range(280)]),
            WordColumn.of_codes("y", np.r_[town[:-1] % 2, 2], ["even", "odd", "once"]),
        ),
        n,
    )


@pytest.mark.parametrize("name", [MAJORITY, LINEAR, TREES])
def test_missing_values_many_categories_and_absent_classes_are_borne(name: str) -> None:
    table = _mixed()
    schema = infer_schema(table, "y", {"town": "categorical"})
    target = encode_target(table, schema)
    train = np.arange(250)  # has no row of the class "once"
    prediction = fit_baseline(name, table, schema, target, train).predict(np.arange(250, 300))
    assert np.isfinite(prediction).all()
    np.testing.assert_allclose(prediction.sum(axis=1), 1, atol=1e-6)
    assert (prediction[:, 2] == 0).all()


@pytest.mark.parametrize("name", [MAJORITY, LINEAR, TREES])
def test_a_training_part_of_one_class_predicts_it(name: str) -> None:
    table = _mixed()
    schema = infer_schema(table, "y", {"town": "categorical"})
    target = encode_target(table, schema)
    train = np.flatnonzero(target.values == 0)
    prediction = fit_baseline(name, table, schema, target, train).predict(np.arange(5))
    np.testing.assert_array_equal(prediction, [[1, 0, 0]] * 5)


@pytest.mark.parametrize("target_name", ["y", "z"])
def test_trees_that_are_grown_in_parts_are_those_that_are_grown_at_once_and_end_with_their_time(
    target_name: str,
) -> None:
    rng = np.random.default_rng(0)
    n = 12_000  # so many that they stop early
    x = rng.normal(size=(n, 4))
    z = x[:, 0] + rng.normal(size=n)
    columns = [NumberColumn(f"x{i}", x[:, i]) for i in range(4)]
    y = (
        NumberColumn("z", z)
        if target_name == "z"
        else WordColumn.of_codes("y", (z > 0).astype(int), ["no", "yes"])
    )
    table = Table((*columns, y), n)
    schema = infer_schema(table, target_name)
    target = encode_target(table, schema, "auto")
    for n_rows in (600, n):
        rows = np.arange(n_rows)
        whole, timed, cut = (
            fit_baseline("hist_gradient_boosting", table, schema, target, rows, n_threads=1, time_s=time_s)
            for time_s in (np.inf, 1e6, 0.0)
        )
        assert (whole.is_truncated, timed.is_truncated, cut.is_truncated) == (False, False, True)
        assert np.array_equal(whole.predict(rows), timed.predict(rows))
        assert not np.array_equal(whole.predict(rows), cut.predict(rows))


def test_an_unknown_baseline_gets_one_sentence() -> None:
    table, target_name = load_sample("iris")
    schema = infer_schema(table, target_name)
    with pytest.raises(SpecError, match="'magic' is not a baseline"):
        fit_baseline("magic", table, schema, encode_target(table, schema), np.arange(9))
