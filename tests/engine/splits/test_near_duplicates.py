"""Near-duplicates are found, told from rows that are equal by chance, and stand on one side of every split."""

from __future__ import annotations

import numpy as np
import pytest
from cupel.engine.data.columns import ArrayColumn, NumberColumn, WordColumn
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target
from cupel.engine.domain.spec import SplitSpec
from cupel.engine.inspection.report import build_report
from cupel.engine.splits.audit_units import candidates
from cupel.engine.splits.near_duplicates import NearDuplicates, find_near_duplicates
from cupel.engine.splits.splitting import Splits, draw_splits
from hypothesis import given, settings
from hypothesis import strategies as st

from .made_tables import table_of

N, N_COPIES = 600, 60


def found_in(table: Table, target: str | None = None, **roles: str) -> NearDuplicates:
    return find_near_duplicates(table, infer_schema(table, target, roles), np.arange(table.n_rows))


def with_copies(jitter: float = 0.0, seed: int = 0) -> np.ndarray:
    """Return rows, the first of which occur again at the end."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, 5))
    return np.concatenate([x, x[:N_COPIES] + jitter * rng.normal(size=(N_COPIES, 5))])


@pytest.mark.parametrize("jitter", [0.0, 2e-5])
def test_copies_are_found_also_where_they_were_rounded_otherwise(jitter: float) -> None:
    found = found_in(table_of(with_copies(jitter)))
    assert (found.n_rows, found.n_sets, found.n_pairs) == (2 * N_COPIES, N_COPIES, N_COPIES)
    assert found.is_beyond_chance
    assert found.sets[:N_COPIES].tolist() == found.sets[N:].tolist()


def test_rows_that_are_a_little_apart_are_no_copies() -> None:
    assert found_in(table_of(with_copies(0.01))).n_rows == 0


def test_another_category_or_a_missing_cell_makes_another_row() -> None:
    x = with_copies()
    x[:20, 2] = np.nan
    x[N : N + 10, 2] = np.nan  # of the first 20 pairs, 10 still miss the same cell
    words = np.zeros(len(x), np.int32)
    words[N + 50 :] = 1
    found = found_in(table_of(x, WordColumn.of_codes("word", words, ["a", "b"])), word="categorical")
    assert found.n_sets == 10 + 30


def test_the_target_is_not_compared() -> None:
    y = np.arange(N + N_COPIES) % 2
    found = found_in(table_of(with_copies(), WordColumn.of_codes("y", y, ["a", "b"])), "y")
    assert found.n_sets == N_COPIES


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "kind", ["categories", "few whole numbers", "rounded numbers", "one column", "one-hot", "the same twice"]
)
def test_independent_rows_of_few_values_are_not_taken_for_copies(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = {
        "categories": lambda: rng.integers(0, 4, (2000, 4)),
        "few whole numbers": lambda: rng.integers(0, 200, (4000, 2)),
        "rounded numbers": lambda: rng.normal(size=(4000, 3)).round(1),
        "one column": lambda: rng.normal(size=(2000, 1)).round(3),
        "one-hot": lambda: np.eye(8)[rng.integers(0, 8, 1500)],
        "the same twice": lambda: rng.normal(size=(3000, 1)).round(2) * [1.0, 2.0],
    }[kind]()
    roles = {f"x{i}": "numeric" for i in range(x.shape[1])}
    found = found_in(table_of(x), **roles)
    assert found.n_pairs > 0  # there are equal rows, …
    assert not found.is_beyond_chance  # … and chance explains them


def test_copies_among_rows_with_coarse_columns_are_found() -> None:
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.integers(0, 3, (2000, 3)), rng.normal(size=(2000, 2)).round(4)], axis=1)
    found = found_in(table_of(np.concatenate([x, x[:40]])))
    assert (found.n_sets, found.is_beyond_chance) == (40, True)


def test_texts_are_compared_without_case_and_punctuation_but_short_ones_never() -> None:
    words = [
        "Win a prize now, call 12345 today!",
        "win a PRIZE now call 12345  today",
        "ok",
        "OK!",
        "something else",
    ]
    codes = np.array([0, 1, 2, 3, 4, 4], np.int32)
    table = Table((WordColumn.of_codes("text", codes, words),), len(codes))
    schema = infer_schema(table, None, {"text": "text"})
    found = find_near_duplicates(table, schema, np.arange(len(codes)))
    assert found.sets[0] == found.sets[1]
    assert len({found.sets[i] for i in (2, 3, 4, 5)}) == 4
    assert found.is_beyond_chance


def test_images_with_nearly_equal_pixels_are_copies_and_blank_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (60, 12, 10, 3)).astype(np.uint8)
    pixels[40:50] = np.clip(pixels[:10].astype(int) + rng.integers(-2, 3, (10, 12, 10, 3)), 0, 255)
    pixels[50:] = 7
    names = WordColumn.of_codes("image", np.arange(60, dtype=np.int32), [f"{i:02}.png" for i in range(60)])
    table = Table((ArrayColumn(names, pixels, "image"),), 60)
    found = find_near_duplicates(table, infer_schema(table), np.arange(60))
    assert (found.n_sets, found.n_rows) == (10, 20)
    assert found.sets[:10].tolist() == found.sets[40:50].tolist()


def split_of(table: Table, spec: SplitSpec, seed: int = 0, **roles: str) -> Splits:
    schema = infer_schema(table, "y", roles)
    return draw_splits(spec, encode_target(table, schema), table, schema, seed)


def sides_are_apart(splits: Splits, sets: np.ndarray) -> bool:
    parts = [*zip(splits.train, splits.valid, strict=True), (splits.development, splits.holdout)]
    return all(not set(sets[a]) & set(sets[b]) for a, b in parts)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["stratified", "plain", "grouped", "time", "order"]),
    st.integers(0, 30),
    st.sampled_from([0.0, 0.2]),
    st.booleans(),
)
def test_near_duplicates_stand_on_one_side_of_every_kind_of_split(
    kind: str, seed: int, holdout: float, many: bool
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, 3))
    x = np.concatenate([x, x[: 100 if many else 5]])[rng.permutation(300 if many else 205)]
    n = len(x)
    columns = (
        WordColumn.of_codes("y", rng.integers(0, 2, n).astype(np.int32), ["a", "b"]),
        NumberColumn("group", rng.integers(0, 40, n).astype(float)),
        NumberColumn("time", rng.permutation(n).astype(float)),
    )
    table = table_of(x, *columns)
    roles = {
        "group": "group" if kind == "grouped" else "ignored",
        "time": "time" if kind == "time" else "ignored",
    }
    sets = find_near_duplicates(table, infer_schema(table, "y", roles), np.arange(n)).sets
    spec = SplitSpec(kind, 3, holdout=holdout)
    splits = split_of(table, spec, seed, **roles)
    linked = kind == "grouped" and many  # copies may link nearly all groups; then those alone are kept
    assert sides_are_apart(splits, sets) or linked
    assert (
        not sides_are_apart(
            split_of(table, SplitSpec(kind, 3, holdout=holdout, duplicates="ignore"), seed, **roles), sets
        )
        or not many
    )


def linking_groups() -> tuple[Table, np.ndarray]:
    """Return rows of 24 groups, each of which has copies of rows of the next one, and the sets of copies."""
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(24, 5, 6))
    x = np.concatenate([np.concatenate([shared[g], shared[(g + 1) % 24]]) for g in range(24)])
    y = WordColumn.of_codes("y", (x[:, 0] > 0).astype(np.int32), ["a", "b"])
    table = table_of(x, y, NumberColumn("group", np.repeat(np.arange(24.0), 10)))
    return table, np.unique(x, axis=0, return_inverse=True)[1].ravel()


def test_copies_that_link_all_groups_are_not_said_to_be_kept_and_are_audited() -> None:
    table, sets = linking_groups()
    schema = infer_schema(table, "y", {"group": "group"})
    target = encode_target(table, schema)
    near = find_near_duplicates(table, schema, target.rows)
    splits = split_of(table, SplitSpec(), group="group")
    assert not sides_are_apart(splits, sets)
    said = " ".join(map(str, splits.messages))
    assert "not kept together: they link so many groups" in said
    assert "kept on one side" not in said
    report = build_report(table, schema, target, SplitSpec(), near)
    assert "near_duplicates" not in {f.code for f in report.findings}
    assert {c.by for c in candidates(table, schema, target, SplitSpec(), near)} >= {"duplicates"}


def test_folds_stay_even_by_class_where_copies_are_kept_together() -> None:
    x = with_copies()
    y = np.random.default_rng(1).integers(0, 3, len(x)).astype(np.int32)
    splits = split_of(table_of(x, WordColumn.of_codes("y", y, ["a", "b", "c"])), SplitSpec(holdout=0.2))
    assert any("Near-duplicates are kept on one side" in str(m) for m in splits.messages)
    counts = np.array([np.bincount(y[part], minlength=3) for part in splits.valid])
    assert (counts.max(axis=0) - counts.min(axis=0)).max() <= 4
    assert abs(len(splits.holdout) - 0.2 * len(x)) <= 5


def test_copies_in_an_official_holdout_are_left_out_of_the_search() -> None:
    x = with_copies()
    parts = np.r_[np.zeros(N), np.ones(N_COPIES)].astype(np.int32)
    y = NumberColumn("y", np.random.default_rng(0).normal(size=len(x)))
    table = table_of(x, y, WordColumn.of_codes("split", parts, ["train", "test"]))
    splits = split_of(table, SplitSpec(holdout_part="test"), split="ignored")
    assert splits.holdout.tolist() == list(range(N, N + N_COPIES))
    assert splits.development.tolist() == list(range(N_COPIES, N))


def test_one_set_that_is_larger_than_a_fold_is_not_kept_and_that_is_said() -> None:
    x = np.concatenate([with_copies()[:200], np.tile(with_copies()[:1], (100, 1))])
    y = NumberColumn("y", np.random.default_rng(0).normal(size=len(x)))
    splits = split_of(table_of(x, y), SplitSpec(duplicates="keep_together"))
    assert "one set has too many rows (101)" in str(splits.messages[0])


def test_the_report_says_that_copies_are_kept_on_one_side() -> None:
    y = NumberColumn("y", np.random.default_rng(0).normal(size=N + N_COPIES))
    table = table_of(with_copies(), y)
    schema = infer_schema(table, "y")
    near = find_near_duplicates(table, schema, np.arange(table.n_rows))
    codes = {f.code: str(f.message) for f in build_report(table, schema, near=near).findings}
    assert codes["near_duplicates"].startswith(
        "Rows that are near-duplicates in their inputs: 120 of 660, in 60 sets"
    )
    kept = {
        f.code for f in build_report(table, schema, split=SplitSpec(duplicates="ignore"), near=near).findings
    }
    assert "near_duplicates" not in kept
