"""Random folds that flatter are found on made data where the truth is known, and independent rows are left in peace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.data.columns import ArrayColumn, Column, DateColumn, WordColumn
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target
from cupel.engine.domain.results import StudyResult
from cupel.engine.domain.spec import ReadSpec, SplitSpec
from cupel.engine.domain.split_findings import SplitAudit
from cupel.engine.inspection.inspect import inspect_file
from cupel.engine.splits.audit import audit_split
from cupel.engine.splits.audit_units import gap_of, whitened
from cupel.engine.splits.splitting import draw_splits

from .made_tables import days, number, subjects, table_of, walk, words

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def audited(table: Table, spec: SplitSpec | None = None, kind: str = "auto", **roles: str) -> SplitAudit:
    schema = infer_schema(table, "y", roles, kind=kind)  # type: ignore[arg-type]
    return audit_split(table, schema, encode_target(table, schema), spec or SplitSpec())


@pytest.mark.parametrize("seed", [0, 1])
def test_a_target_that_looks_ahead_over_days_is_found_with_its_gap(seed: int) -> None:
    x, y = days(np.random.default_rng(seed))
    audit = audited(table_of(x, number("y", y)))
    (look,) = audit.serious
    assert (look.by, audit.kind, audit.is_answered) == ("order", "plain", False)
    assert 15 <= look.advised_gap <= 60
    assert look.chosen < 0.6 * look.constant  # it seems that much is learnt, …
    assert look.apart > 0.9 * look.constant  # … and nothing is
    assert f"rmse {look.chosen:.3f}" in str(look.message())
    assert look.remedy() == f"--split order --gap {look.advised_gap}"


def test_folds_by_the_advised_order_show_that_there_is_nothing_to_find() -> None:
    x, y = days(np.random.default_rng(2))
    table = table_of(x, number("y", y))
    (look,) = audited(table).serious
    schema = infer_schema(table, "y")
    spec = SplitSpec("order", gap=look.advised_gap)
    splits = draw_splits(spec, encode_target(table, schema), table, schema, 0)
    # The last training target looks ahead to a day before the first day that is judged.
    assert all(v.min() - t.max() > 15 for t, v in zip(splits.train, splits.valid, strict=True))
    assert audited(table, spec).looks == ()


def test_a_walk_of_the_target_beside_walks_of_the_inputs_is_found_in_classes_too() -> None:
    rng = np.random.default_rng(3)
    x = np.stack([np.cumsum(rng.normal(size=1500)) for _ in range(4)], axis=1)
    y = walk(rng, 1500, 0.95)
    assert [look.by for look in audited(table_of(x, number("y", y))).serious] == ["order"]
    (look,) = audited(table_of(x, words("y", y > 0))).serious
    assert (look.by, look.metric) == ("order", "roc_auc")
    assert look.chosen > 0.8 > 0.65 > look.apart


def test_repeated_subjects_are_found_by_the_column_that_names_them() -> None:
    x, y, who = subjects(np.random.default_rng(0))
    (look,) = audited(table_of(x, words("patient_id", who), words("y", y))).serious
    assert (look.by, look.column, look.n_units) == ("group", "patient_id", 60)
    assert look.chosen > 0.9 > 0.7 > look.apart
    assert look.remedy() == "--group patient_id"
    (look,) = audited(table_of(x, number("subject", who), words("y", y))).serious
    assert look.column == "subject"


def test_subjects_that_follow_one_another_are_found_without_a_name_for_them() -> None:
    x, y, who = subjects(np.random.default_rng(1))
    order = np.argsort(who, kind="stable")
    (look,) = audited(table_of(x[order], words("y", y[order]))).serious
    assert look.by == "order"


def test_a_date_that_orders_shuffled_rows_is_found() -> None:
    x, y = days(np.random.default_rng(4))
    order = np.random.default_rng(0).permutation(len(y))
    date = DateColumn("day", 86_400.0 * order)
    (look,) = audited(table_of(x[order], date, number("y", y[order]))).serious
    assert (look.by, look.column) == ("time", "day")
    assert look.remedy() == f"--time day --gap {look.advised_gap}"


def test_copies_that_are_not_kept_together_are_found() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(800, 5))
    y = x[:, 0] + rng.normal(size=800) > 0
    rows = rng.permutation(np.r_[np.arange(800), np.arange(240)])
    table = table_of(x[rows], words("y", y[rows]))
    assert audited(table).looks == ()  # kept together, which is usual
    (look,) = audited(table, SplitSpec(duplicates="ignore")).serious
    assert look.by == "duplicates"
    assert look.chosen > look.apart


def test_images_of_one_source_are_found_by_their_names() -> None:
    rng = np.random.default_rng(6)
    who = rng.integers(0, 20, 400)
    y = rng.integers(0, 2, 20)[who]
    base = rng.integers(0, 256, (20, 8, 8, 1))
    pixels = np.clip(base[who] + rng.integers(-40, 41, (400, 8, 8, 1)), 0, 255).astype(np.uint8)
    names = [f"cell/patient{p:02}_{i}.png" for i, p in enumerate(who)]
    order = np.argsort(names)
    column = WordColumn.of_codes("image", np.argsort(order).astype(np.int32), [names[i] for i in order])
    table = Table((ArrayColumn(column, pixels, "image"), words("y", y)), 400)
    (look,) = audited(table).serious
    assert (look.by, look.column) == ("name_part", "2")
    schema = infer_schema(table, "y")
    splits = draw_splits(SplitSpec(name_part=2), encode_target(table, schema), table, schema, 0)
    assert splits.kind == "grouped"
    for train, valid in zip(splits.train, splits.valid, strict=True):
        assert not set(who[train]) & set(who[valid])


def test_texts_of_one_author_are_found() -> None:
    rng = np.random.default_rng(7)
    author = rng.integers(0, 40, 500)
    vocabulary = np.array([f"word{i}" for i in range(400)])
    texts = [" ".join(rng.choice(vocabulary[10 * a : 10 * a + 10], 8)) for a in author]
    distinct = sorted(set(texts))
    column = WordColumn.of_codes("text", np.array([distinct.index(t) for t in texts], np.int32), distinct)
    y = rng.integers(0, 2, 40)[author]
    table = Table((column, words("author", author), words("y", y)), 500)
    (look,) = audited(table, kind="text", author="ignored", text="text").serious
    assert (look.by, look.column) == ("group", "author")


def made(seed: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Return independent rows, few or many, their target, with or without signal, and whether that is a class."""
    rng = np.random.default_rng(seed)
    n = (70, 150, 400, 1000)[seed % 4]
    x = rng.normal(size=(n, 6))
    if seed % 3 == 0:
        x[:, :3] = rng.integers(0, 4, (n, 3))
    y = (seed % 5 > 0) * (x[:, 0] - np.sin(2 * x[:, 1])) + rng.normal(size=n)
    return x, np.digitize(y, [-0.5, 0.5]) if seed % 2 else y, bool(seed % 2)


def target(y: np.ndarray, is_class: bool) -> Column:
    return words("y", y) if is_class else number("y", y)


def test_of_independent_rows_nothing_is_said() -> None:
    said = []
    for seed in range(40):
        x, y, is_class = made(seed)
        ids = words("customer_id", np.random.default_rng(seed).integers(0, len(x) // 4, len(x)))
        said += audited(table_of(x, ids, target(y, is_class))).findings
    assert len(said) <= 2  # at most 1 of 20


@pytest.mark.parametrize("by", ["target", "input", "rounded input"])
def test_of_independent_rows_that_were_sorted_nothing_is_serious(by: str) -> None:
    serious = []
    for seed in range(12):
        x, y, is_class = made(seed)
        key = {"target": y, "input": x[:, 0], "rounded input": np.round(x[:, 1])}[by]
        order = np.argsort(key, kind="stable")
        serious += audited(table_of(x[order], target(y[order], is_class))).serious
    assert serious == []


def test_folds_that_are_not_random_or_of_few_rows_are_not_looked_at() -> None:
    x, y = days(np.random.default_rng(8))
    table = table_of(x, number("y", y), number("t", np.arange(len(y)) * 1.5))
    assert audited(table, t="time") == SplitAudit("time")
    assert audited(table_of(x[:50], number("y", y[:50]))).looks == ()


def test_each_finding_has_an_answer_of_its_own() -> None:
    x, y = days(np.random.default_rng(9))
    table = table_of(x, number("y", y))
    assert audited(table, SplitSpec("plain")).unanswered
    audit = audited(table, SplitSpec(independent=("order",)))
    assert audit.is_answered
    assert audit.serious
    assert audited(table, SplitSpec(independent=("patient_id",))).unanswered
    assert stored_audit(audit.to_json()) == audit
    look = audit.to_json()["looks"][0]
    assert look["key"] == "order"
    assert look["message"]["text"].startswith("Rows that stand close")
    # Until 0.2.0 was released a named kind of folds answered all.
    old = {**audit.to_json(), "looks": [{k: v for k, v in look.items() if k != "is_answered"}]}
    assert stored_audit(old).is_answered


def stored_audit(data: dict[str, Any]) -> SplitAudit:
    audit = StudyResult.from_json({"split_audit": data}, "a study").split_audit
    assert audit is not None
    return audit


def test_groups_that_mean_nothing_do_not_hide_that_rows_come_in_an_order() -> None:
    rng = np.random.default_rng(12)
    x, y = days(rng)
    for n_groups in (300, 30):
        groups = words("grp", rng.integers(0, n_groups, len(y)))
        audit = audited(table_of(x, groups, number("y", y)), grp="group")
        assert (audit.kind, [look.by for look in audit.serious]) == ("grouped", ["order"])


def test_folds_by_group_are_not_blamed_for_the_order_that_the_groups_make() -> None:
    told = []
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        x, y, who = subjects(rng)
        order = np.argsort(who, kind="stable") if seed % 2 else rng.permutation(len(who))
        ids = rng.permutation(60)[who]
        table = table_of(x[order], words("patient_id", ids[order]), words("y", y[order]))
        told += audited(table, patient_id="group").findings
    assert told == []


def test_groups_inside_larger_ones_are_found() -> None:
    rng = np.random.default_rng(13)
    site = rng.integers(0, 30, 150)
    who = np.repeat(np.arange(150), 6)
    x = rng.normal(size=(30, 4))[site][who] + 0.3 * rng.normal(size=(900, 4))
    y = rng.permutation(np.arange(30) % 2)[site][who]
    order = rng.permutation(900)
    columns = words("patient_id", who[order]), words("source", site[who][order]), words("y", y[order])
    (look,) = audited(table_of(x[order], *columns), patient_id="group").serious
    assert (look.by, look.column) == ("group", "source")


def test_the_gap_is_where_targets_are_no_longer_alike() -> None:
    rng = np.random.default_rng(10)
    y = np.convolve(rng.normal(size=3000), np.ones(15), "valid")
    table = Table((number("x", y), number("y", y)), len(y))
    found = encode_target(table, infer_schema(table, "y"))
    assert 12 <= gap_of(whitened(found, found.rows)) <= 18
    assert gap_of(whitened(found, found.rows)[rng.permutation(len(y))]) == 0


def test_an_inspection_shows_the_finding_first(tmp_path: Path) -> None:
    x, y = days(np.random.default_rng(11))
    lines = [
        "a,b,c,d,y",
        *(",".join(f"{v:.6f}" for v in (*row, goal)) for row, goal in zip(x, y, strict=True)),
    ]
    path = tmp_path / "days.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = inspect_file(path, target="y").to_json()
    assert (found["findings"][0]["code"], found["findings"][0]["severity"]) == ("split", "serious")
    assert found["split_audit"]["is_serious"]
    (tmp_path / "shuffled.csv").write_text(
        "\n".join([lines[0], *np.random.default_rng(0).permutation(lines[1:])]) + "\n", encoding="utf-8"
    )
    found = inspect_file(tmp_path / "shuffled.csv", target="y").to_json()
    assert "split" not in {one["code"] for one in found["findings"]}
    assert found["split_audit"]["looks"] == []


REAL = {
    "tabular-classification/titanic/titanic.csv": "Survived",
    "tabular-classification/penguins/penguins.csv": "species",
    "tabular-classification/phoneme/phoneme.csv": "column_6",
    "tabular-regression/auto-mpg/mpg.csv": "mpg",
}


@pytest.mark.parametrize("name", REAL)
def test_of_real_tables_of_independent_rows_nothing_is_said(name: str) -> None:
    if not (SHARED / name).exists():
        pytest.skip("the shared data are not here")
    read = ReadSpec(header=False) if "phoneme" in name else None
    assert (
        inspect_file(SHARED / name, read, target=REAL[name]).to_json()["split_audit"]["is_serious"] is False
    )
