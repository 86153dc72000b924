"""Folds by order or time train on what comes first, and leave a gap before what they are judged on."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.data.columns import Column, NumberColumn, WordColumn
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target
from cupel.engine.domain.errors import DataError, SpecError
from cupel.engine.domain.spec import BudgetSpec, SplitSpec, StudySpec
from cupel.engine.splits.splitting import Splits, draw_splits
from hypothesis import given, settings
from hypothesis import strategies as st

from .made_tables import number


def drawn(spec: SplitSpec, *columns: Column, seed: int = 0, **roles: str) -> Splits:
    table = Table(columns, len(columns[0]))
    schema = infer_schema(table, "y", roles)
    return draw_splits(spec, encode_target(table, schema), table, schema, seed)


def numbers(n: int, seed: int = 0, missing: int = 0) -> tuple[Column, Column]:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n)
    y[rng.permutation(n)[:missing]] = np.nan
    return number("x", rng.normal(size=n)), number("y", y)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(80, 300),
    st.integers(2, 6),
    st.integers(1, 2),
    st.sampled_from([0.0, 0.1, 0.3]),
    st.integers(0, 6),
    st.integers(0, 20),
)
def test_folds_by_order_train_on_earlier_rows_only_and_leave_the_gap_out(
    n: int, n_folds: int, n_repeats: int, holdout: float, gap: int, missing: int
) -> None:
    spec = SplitSpec("order", n_folds, n_repeats, holdout, gap=gap)
    splits = drawn(spec, *numbers(n, missing=missing))
    assert splits.kind == "order"
    assert len(splits.train) == len(splits.valid) == n_folds * n_repeats
    for train, valid in zip(splits.train, splits.valid, strict=True):
        assert valid.min() - train.max() > gap  # at least so many rows of the file lie between them
        assert (np.diff(valid) > 0).all()
    blocks = np.concatenate(splits.valid[:n_folds])
    assert (np.diff(blocks) > 0).all()
    assert np.isin(blocks, splits.development).all()
    assert len(splits.holdout) == round(holdout * (n - missing))
    if holdout:
        assert splits.holdout.min() - splits.development.max() > gap


def test_without_a_gap_every_row_is_used() -> None:
    splits = drawn(SplitSpec("order", 4, holdout=0.25), *numbers(100))
    assert splits.holdout.tolist() == list(range(75, 100))
    assert splits.development.tolist() == list(range(75))
    assert [(part.min(), part.max()) for part in splits.valid] == [(15, 29), (30, 44), (45, 59), (60, 74)]
    assert [part.max() for part in splits.train] == [14, 29, 44, 59]


def test_a_gap_by_time_counts_rows_in_the_order_of_time_and_never_cuts_a_moment() -> None:
    rng = np.random.default_rng(1)
    moments = np.repeat(np.arange(60.0), 5)
    order = rng.permutation(len(moments))
    columns = (*numbers(len(moments)), number("t", moments[order]))
    splits = drawn(SplitSpec(n_folds=4, gap=7), *columns, t="time")
    assert splits.kind == "time"
    time = columns[2].numbers
    parts = [*zip(splits.train, splits.valid, strict=True), (splits.development, splits.holdout)]
    for before, after in parts:
        assert np.count_nonzero((time > time[before].max()) & (time < time[after].min())) in (10, 7)
    without = drawn(SplitSpec(n_folds=4), *columns, t="time")
    assert without.development.size + without.holdout.size == len(moments)


def test_classes_that_come_late_or_sorted_rows_are_told() -> None:
    x = number("x", np.random.default_rng(0).normal(size=120))
    late = WordColumn.of_codes(
        "y", np.r_[np.arange(60) % 2, np.arange(60) % 3].astype(np.int32), ["a", "b", "c"]
    )
    (said,) = drawn(SplitSpec("order", 3), x, late).messages
    assert str(said) == "The first fold trains without the class 'c', which occurs only later."
    rows = WordColumn.of_codes("y", np.repeat([0, 1], 60).astype(np.int32), ["a", "b"])
    (said,) = drawn(SplitSpec("order", 3), x, rows).messages
    assert str(said).startswith("Folds that train on the class 'a' alone: 2 of 3. The rows seem to be sorted")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (SplitSpec("order", 5, gap=60), r"leaves no rows to train on before fold 1"),
        (
            SplitSpec("order", 5, gap=100),
            r"too few for 5 folds in the order of the file with a gap of 100 rows",
        ),
        (SplitSpec("auto", gap=3), r"belongs to folds by order or time, not to plain ones"),
        (SplitSpec("order", holdout_part="test"), r"take the latest rows as the holdout"),
    ],
)
def test_orders_that_cannot_be_are_refused_in_one_sentence(spec: SplitSpec, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        drawn(spec, *numbers(100))


def test_a_gap_that_a_kind_cannot_have_is_refused_before_the_data_are_read() -> None:
    with pytest.raises(SpecError, match="not to stratified ones"):
        StudySpec("y", split=SplitSpec("stratified", gap=5), budget=BudgetSpec(1))
    with pytest.raises(SpecError, match="The gap is -1 rows"):
        StudySpec("y", split=SplitSpec("order", gap=-1), budget=BudgetSpec(1))
    with pytest.raises(SpecError, match="The seed of the split is -2"):
        StudySpec("y", split=SplitSpec(seed=-2), budget=BudgetSpec(1))


def test_another_seed_of_training_keeps_folds_that_have_a_seed_of_their_own() -> None:
    columns = numbers(100)
    own = [drawn(SplitSpec(seed=7), *columns, seed=seed).digest() for seed in (0, 1)]
    follows = [drawn(SplitSpec(), *columns, seed=seed).digest() for seed in (0, 1, 7)]
    assert own[0] == own[1] == follows[2]
    assert len(set(follows)) == 3
    assert StudySpec("y", seed=3, split=SplitSpec(seed=7), budget=BudgetSpec(1)).split_seed == 7
    assert StudySpec("y", seed=3, budget=BudgetSpec(1)).split_seed == 3


def test_a_spec_stored_by_an_earlier_version_still_gives_its_folds() -> None:
    old = StudySpec("y", seed=4, budget=BudgetSpec(1)).to_json()
    old["split"] = {"kind": "auto", "n_folds": 5, "n_repeats": 1, "holdout": 0.2, "holdout_part": ""}
    spec = StudySpec.from_json(old)
    assert (spec.split.seed, spec.split.duplicates, spec.split.gap) == (None, "ignore", 0)
    x, y = numbers(60)
    twice = [NumberColumn(c.name, np.repeat(c.numbers, 2)) for c in (x, y)]
    splits = drawn(spec.split, *twice, seed=spec.seed)
    assert any(
        row ^ 1 not in splits.holdout for row in splits.holdout.tolist()
    )  # copies were not kept together
    new = StudySpec("y", seed=4, budget=BudgetSpec(1))
    assert StudySpec.from_json(new.to_json()) == new
