"""Targets are encoded with every dropped row counted; splits are drawn once and keep their promises."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.data.columns import Column, NumberColumn, WordColumn
from cupel.engine.data.schema import TableSchema, infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import Target, encode_target
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import SplitSpec
from cupel.engine.splits.splitting import Splits, draw_splits
from hypothesis import given, settings
from hypothesis import strategies as st


def column(values: list, name: str = "y") -> Column:
    if any(isinstance(v, str) for v in values):
        words = sorted({v for v in values if v is not None})
        return WordColumn.of_codes(
            name, np.array([-1 if v is None else words.index(v) for v in values], np.int32), words
        )
    return NumberColumn(name, np.array([np.nan if v is None else v for v in values], float))


def encoded(values: list, task: str = "auto") -> Target:
    table = Table((column(values),), len(values))
    return encode_target(table, infer_schema(table, "y"), task)


@pytest.mark.parametrize(
    ("values", "task", "labels"),
    [
        (["b", "a"] * 20, "binary", ("a", "b")),
        (["item 10", "item 9", "item 1"] * 20, "multiclass", ("item 1", "item 9", "item 10")),
        ([10, 2, 1] * 40, "multiclass", ("1", "2", "10")),
        ([0.5, 1.5] * 20, "binary", ("0.5", "1.5")),
        (list(range(50)), "regression", ()),
        ([0.1, 0.2, 0.3] * 30, "regression", ()),
    ],
)
def test_the_task_is_decided_from_the_cells(values: list, task: str, labels: tuple) -> None:
    target = encoded(values)
    assert (target.task, target.labels) == (task, labels)


def test_rows_without_a_target_are_dropped_and_counted() -> None:
    target = encoded(["a", None, "b", "b", None])
    assert target.rows.tolist() == [0, 2, 3]
    assert target.values.tolist() == [0, 1, 1]
    assert target.n_dropped == 2
    assert str(target.messages[0]) == "Rows left out because they have no 'y': 2 of 5."
    assert target.at(np.array([3, 0])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("values", "task", "expected"),
    [
        ([None, None], "auto", "missing in every row"),
        (["a"] * 5, "auto", "one class only, 'a'"),
        ([3] * 5, "regression", "is 3 in every row"),
        (["a", "b"] * 5, "regression", "is text, for instance 'a'"),
        ([f"name {i}" for i in range(50)], "auto", "has 50 classes in 50 rows"),
        (["a", "b", "c"] * 5, "binary", "has 3 classes, not two"),
    ],
)
def test_unlearnable_targets_get_one_sentence(values: list, task: str, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        encoded(values, task)


def test_classes_spelled_twice_are_reported() -> None:
    said = [str(m) for m in encoded([">50K", ">50K.", "<=50K"] * 20).messages]
    assert any("'>50K' and '>50K.'" in s for s in said)


def _drawn(
    n: int, spec: SplitSpec, seed: int = 0, classes: int = 3, **extra: list
) -> tuple[Splits, Target, Table]:
    rng = np.random.default_rng(seed)
    labels = [f"c{v}" for v in rng.integers(0, classes, n)] if classes else rng.normal(0, 1, n).tolist()
    table = Table((*(column(v, k) for k, v in extra.items()), column(labels)), n)
    schema: TableSchema = infer_schema(table, "y", {k: k for k in extra if k != "split"})
    target = encode_target(table, schema)
    return draw_splits(spec, target, table, schema, seed), target, table


@settings(max_examples=40, deadline=None)
@given(
    st.integers(60, 300),
    st.integers(2, 6),
    st.integers(1, 3),
    st.sampled_from([0.0, 0.1, 0.25]),
    st.integers(0, 99),
)
def test_stratified_folds_cover_the_development_rows_evenly(
    n: int, n_folds: int, n_repeats: int, holdout: float, seed: int
) -> None:
    splits, target, _ = _drawn(n, SplitSpec(n_folds=n_folds, n_repeats=n_repeats, holdout=holdout), seed)
    assert sorted([*splits.development, *splits.holdout]) == target.rows.tolist()
    assert abs(len(splits.holdout) - holdout * n) <= 1
    for repeat in range(n_repeats):
        parts = splits.valid[repeat * n_folds : (repeat + 1) * n_folds]
        assert sorted(np.concatenate(parts)) == splits.development.tolist()
        counts = np.array([np.bincount(target.at(p), minlength=3) for p in parts])
        assert (counts.max(axis=0) - counts.min(axis=0)).max() <= 1
    for train, valid in zip(splits.train, splits.valid, strict=True):
        assert sorted([*train, *valid]) == splits.development.tolist()


def test_the_same_seed_draws_the_same_splits_and_they_survive_storage() -> None:
    spec = SplitSpec(n_repeats=2)
    first, again, other = (_drawn(100, spec, seed)[0] for seed in (1, 1, 2))
    assert first.to_npz_bytes() == again.to_npz_bytes()
    assert first.digest() == again.digest() != other.digest()
    stored = Splits.from_npz_bytes(first.to_npz_bytes())
    assert stored.digest() == first.digest()
    assert not np.array_equal(first.valid[0], first.valid[5])
    whole = first.to_npz_bytes()
    for damaged in (b"", b"nonsense", whole[:-40], whole[:60] + bytes(20) + whole[80:]):
        with pytest.raises(DataError, match="damaged"):
            Splits.from_npz_bytes(damaged)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), st.sampled_from([0.0, 0.2, 0.4]), st.sampled_from([0, 3]), st.integers(5, 120))
def test_groups_are_never_on_two_sides(seed: int, holdout: float, classes: int, n_groups: int) -> None:
    groups = [f"g{g}" for g in np.random.default_rng(seed).integers(0, n_groups, 400)]
    splits, _, table = _drawn(400, SplitSpec(n_folds=4, holdout=holdout), seed, classes, group=groups)
    assert splits.kind == "grouped"
    code = table["group"].codes
    held = set(code[splits.holdout])
    assert bool(held) == (holdout > 0)
    assert not held & set(code[splits.development])
    for train, valid in zip(splits.train, splits.valid, strict=True):
        assert len(valid) > 0
        assert not set(code[train]) & set(code[valid])


@pytest.mark.parametrize("holdout", [0.02, 0.2, 0.5, 0.6, 0.8])
@pytest.mark.parametrize("n_groups", [40, 100])
def test_a_holdout_of_groups_is_about_as_large_as_asked(holdout: float, n_groups: int) -> None:
    groups = [f"g{i % n_groups}" for i in range(400)]
    splits, _, _ = _drawn(400, SplitSpec(holdout=holdout), group=groups)
    assert abs(len(splits.holdout) / 400 - holdout) <= 0.1


def test_time_folds_train_on_the_past_only() -> None:
    times = np.random.default_rng(0).integers(0, 60, 300).astype(float).tolist()
    splits, _, table = _drawn(300, SplitSpec(n_folds=4, n_repeats=2, holdout=0.2), time=times)
    moment = table["time"].numbers
    assert splits.kind == "time"
    assert splits.n_replicas == len(splits.train) == 8
    assert moment[splits.development].max() < moment[splits.holdout].min()
    for train, valid in zip(splits.train, splits.valid, strict=True):
        assert moment[train].max() < moment[valid].min()


def test_classes_smaller_than_the_folds_are_reported() -> None:
    table = Table((column(["a"] * 50 + ["b"] * 50 + ["c"]),), 101)
    schema = infer_schema(table, "y")
    splits = draw_splits(SplitSpec(), encode_target(table, schema), table, schema, 0)
    assert "Class 'c' has fewer rows for the search (1) than there are folds (5)" in str(splits.messages[0])
    assert 100 in splits.development


def test_an_official_holdout_that_shares_groups_with_the_search_is_told() -> None:
    spec = SplitSpec(n_folds=3, holdout_part="test")
    groups, parts = [f"g{i % 10}" for i in range(60)], ["test" if i % 10 == 9 else "train" for i in range(60)]
    apart, _, _ = _drawn(60, spec, group=groups, split=parts)
    assert apart.messages == ()
    shared, _, _ = _drawn(60, spec, group=groups, split=[*parts[:58], "test", "test"])
    (said,) = (str(message) for message in shared.messages)
    assert "'test' shares groups with the rows of the search (column 'group': 1 of 10 groups" in said
    assert "for instance 'g8'" in said


@pytest.mark.parametrize(
    ("spec", "extra", "classes", "expected"),
    [
        (SplitSpec(n_folds=50), {}, 2, r"rows with a target are too few \(60\) for 50 folds"),
        (SplitSpec(n_folds=10, holdout=0.9), {}, 0, r"too few \(6\) for 10 folds"),
        (SplitSpec(kind="grouped"), {}, 2, "need a column with the role group"),
        (SplitSpec(), {"group": ["a", "b"] * 30}, 2, r"has too few groups \(2\); 5 folds"),
        (
            SplitSpec(holdout_part="test"),
            {"group": list("abcdef") * 10, "split": ["a", "b", "c", "d", "test", "test"] * 10},
            2,
            r"has too few groups \(4\); 5 folds",
        ),
        (SplitSpec(), {"time": [1.0, None] * 30}, 2, r"not every row has a value in it \(missing: 30\)"),
        (SplitSpec(), {"time": [1.0, 2.0] * 30}, 2, "too few different times"),
        (SplitSpec(kind="stratified"), {}, 0, "no classes to stratify by"),
    ],
)
def test_impossible_splits_get_one_sentence(
    spec: SplitSpec, extra: dict, classes: int, expected: str
) -> None:
    with pytest.raises(DataError, match=expected):
        _drawn(60, spec, 0, classes, **extra)
