"""Roles are inferred and can be overridden; the report finds what a user should know."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from cupel.engine.data.columns import DateColumn, NumberColumn, WordColumn
from cupel.engine.data.samples import SAMPLES, load_sample
from cupel.engine.data.schema import TableSchema, infer_schema
from cupel.engine.data.table import Table
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import ReadSpec, SplitSpec
from cupel.engine.inspection.inspect import inspect_file
from cupel.engine.inspection.report import build_report

N = 400


def make_table() -> Table:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, N)
    words = [f"w{i}" for i in range(N)]
    amount = rng.normal(0, 1, N)
    amount[:8] = -999
    return Table(
        (
            NumberColumn("customer_id", np.arange(N) + 100.0),
            WordColumn.of_codes("key", np.arange(N), words),
            WordColumn.of_codes(
                "note", np.arange(N), [f"this is a longer note number {i}" for i in range(N)]
            ),
            NumberColumn("always", np.ones(N)),
            WordColumn.of_codes("ticked", np.where(rng.random(N) < 0.5, 0, -1), ["yes"]),
            NumberColumn("amount", amount),
            DateColumn("when", rng.integers(0, 10**9, N).astype(float)),
            WordColumn.of_codes("colour", rng.integers(0, 3, N), ["red", "green", "blue"]),
            NumberColumn("leak", y * 10 + rng.normal(0, 0.1, N)),
            NumberColumn("empty", np.full(N, np.nan)),
            WordColumn.of_codes("y", y, ["no", "yes"]),
        ),
        N,
    )


def test_roles_are_inferred() -> None:
    schema = infer_schema(make_table(), "y")
    assert {c.name: c.role for c in schema.columns} == {
        "customer_id": "id",
        "key": "id",
        "note": "text",
        "always": "constant",
        "ticked": "categorical",
        "amount": "numeric",
        "when": "date",
        "colour": "categorical",
        "leak": "numeric",
        "empty": "constant",
        "y": "target",
    }
    assert [c.name for c in schema.features] == ["ticked", "amount", "when", "colour", "leak"]


def test_a_schema_survives_json() -> None:
    schema = infer_schema(make_table(), "y", {"leak": "ignored"}, ReadSpec(delimiter=";", missing=("x",)))
    assert TableSchema.from_json(json.loads(json.dumps(schema.to_json(), allow_nan=False))) == schema
    assert schema["leak"].role == "ignored"


@pytest.mark.parametrize(
    ("target", "roles", "expected"),
    [
        ("nothing", {}, "There is no column 'nothing'"),
        ("y", {"nothing": "id"}, "There is no column 'nothing'"),
        ("y", {"leak": "king"}, "'king' is not a role"),
        ("y", {"colour": "numeric"}, "'colour' holds text cells"),
        ("y", {"leak": "target"}, "Two columns have the role target"),
    ],
)
def test_impossible_roles_get_one_sentence(target: str, roles: dict, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        infer_schema(make_table(), target, roles)


@pytest.mark.parametrize(
    ("name", "role"),
    [("id", "id"), ("user_id", "id"), ("customerID", "id"), ("PassengerId", "id"), ("paid", "numeric")],
)
def test_whole_numbers_that_are_all_different_are_an_id_by_name(name: str, role: str) -> None:
    cells = np.random.default_rng(0).permutation(10_000)[:N].astype(float)
    table = Table((NumberColumn(name, cells),), N)
    assert infer_schema(table).columns[0].role == role


def test_the_report_finds_what_is_there_and_no_more() -> None:
    table = make_table()
    report = build_report(table, infer_schema(table, "y"))
    found = {(f.code, f.column) for f in report.findings}
    assert ("leakage", "leak") in found
    assert ("sentinel", "amount") in found
    assert {("constant", "always"), ("constant", "empty"), ("id", "key"), ("text", "note")} <= found
    assert ("missing", "ticked") in found
    assert not {f.column for f in report.findings if f.code == "leakage"} - {"leak"}
    assert report.findings[0].severity == "serious"
    json.dumps(report.to_json(), allow_nan=False)


def test_texts_are_left_out_of_tables_only() -> None:
    texts = [f"this is a longer note number {i}" for i in range(N)]
    table = Table(
        (
            WordColumn.of_codes("note", np.arange(N), texts),
            WordColumn.of_codes("y", np.arange(N) % 2, ["no", "yes"]),
        ),
        N,
    )
    schema = infer_schema(table, "y")
    assert schema.kind == "text"
    assert "text" not in {f.code for f in build_report(table, schema).findings}


def test_duplicates_and_conflicts_are_counted_without_identifiers() -> None:
    table = Table(
        (
            NumberColumn("id", np.arange(60.0)),
            NumberColumn("x", np.r_[np.arange(58.0), 0.0, 1.0]),
            WordColumn.of_codes("y", np.r_[np.arange(58) % 2, 0, 0], ["a", "b"]),
        ),
        60,
    )
    found = {f.code: f.message.args.get("n") for f in build_report(table, infer_schema(table, "y")).findings}
    assert found["duplicates"] == 1
    assert found["conflicts"] == 1


def classes_table(*sizes: int) -> Table:
    codes = np.repeat(np.arange(len(sizes)), sizes)
    x = np.arange(float(len(codes)))
    return Table(
        (NumberColumn("x", x), WordColumn.of_codes("y", codes, [f"c{i}" for i in range(len(sizes))])),
        len(codes),
    )


def test_classes_too_small_for_the_folds_are_found_before_the_start() -> None:
    table = classes_table(100, 1, 5, 8)  # of 5 the holdout takes one
    found = {f.code: f for f in build_report(table, infer_schema(table, "y")).findings}
    assert found["rare_classes"].message.args["classes"] == "'c1' (1), 'c2' (5)"
    assert "fewer folds" in str(found["rare_classes"].message)
    two = build_report(table, infer_schema(table, "y"), split=SplitSpec(n_folds=2, holdout=0.0))
    assert {f.code: f for f in two.findings}["rare_classes"].message.args["classes"] == "'c1' (1)"
    table = classes_table(100, 50)
    assert "rare_classes" not in {f.code for f in build_report(table, infer_schema(table, "y")).findings}


def test_counts_of_one_and_of_thousands_read_well() -> None:
    n = 2400
    x = np.arange(n) * 1.5
    x[[0, n - 1]] = np.nan, x[1]
    y = np.arange(n) % 2
    y[n - 1] = y[1]
    table = Table((NumberColumn("x", x), WordColumn.of_codes("y", y, ["a", "b"])), n)
    said = {f.code: str(f.message) for f in build_report(table, infer_schema(table, "y")).findings}
    assert said["missing"].startswith("Missing cells of 'x': 1 of 2,400")
    assert ": 1 of 2,400;" in said["duplicates"]
    assert not [text for text in said.values() if re.search(r"\b1 \w+s\b", text)]


def test_an_unlearnable_target_is_a_finding() -> None:
    table = make_table()
    found = build_report(table, infer_schema(table, "always")).findings
    assert any(
        f.code == "target" and f.severity == "serious" and "nothing to predict" in str(f.message)
        for f in found
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_tables_with_a_target(name: str) -> None:
    table, target = load_sample(name)
    assert table.names[-1] == target
    found = inspect_file(f"sample:{name}").to_json()
    assert found["target"] == target
    assert found["task"] == (
        "regression" if name == "diabetes" else "binary" if name == "breast_cancer" else "multiclass"
    )
    assert len(found["preview"]["rows"]) == 50
    json.dumps(found, allow_nan=False)


def test_an_unknown_sample_gets_one_sentence() -> None:
    with pytest.raises(DataError, match="There is no sample 'moon'"):
        inspect_file("sample:moon").to_json()
