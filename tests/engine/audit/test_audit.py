"""Audits by groups: figures and intervals on made rows whose bias is known, and real studies, bundles and cards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.audit.bundle_audit import BundleAudit
from cupel.engine.audit.fairness import MISSING, OTHER, groups_of, share_gap, wilson
from cupel.engine.audit.group_audit import AuditSubject, audited
from cupel.engine.audit.study_audit import StudyAudit
from cupel.engine.cli import main
from cupel.engine.commands.audit import print_audit
from cupel.engine.data.columns import Column, DateColumn, NumberColumn, WordColumn
from cupel.engine.deployment.card_groups import groups_section, no_gap_lines
from cupel.engine.deployment.export import export_model, export_trial
from cupel.engine.domain.errors import DataError, ExportError
from cupel.engine.domain.group_audits import LEAST_ROWS, Figure, GroupAudit
from cupel.storage.records import TrialState
from cupel.storage.store import Store

from ..deployment.made import Made, make_study
from ..deployment.studies import TRIAL, keep_out_of_fold

CLASSES = ("no", "yes")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Two classes, two folds and a holdout."""
    study = make_study(tmp_path_factory.mktemp("audit"), "binary", {}, n_networks=2)
    keep_out_of_fold(study, TRIAL)
    yield study
    study.store.close()


def biased() -> tuple[Column, np.ndarray, np.ndarray]:
    """Return groups a, b, and few of c: half of each is positive, found in 90 % of a, 60 % of b, and all of c."""
    words, y, said = [], [], []
    for group, n, recall, false in (
        ("a", 1000, 0.9, 0.1),
        ("b", 400, 0.6, 0.2),
        ("c", LEAST_ROWS - 2, 1.0, 0.0),
    ):
        for is_positive, share in ((1, recall), (0, false)):
            for i in range(n // 2):
                words.append(group)
                y.append(is_positive)
                said.append(i < share * (n // 2))
    codes = np.array([ord(word) - ord("a") for word in words], np.int32)
    p = np.where(said, 0.8, 0.2)
    return WordColumn.of_codes("group", codes, ("a", "b", "c")), np.array(y), np.stack([1 - p, p], axis=1)


def test_a_known_bias_is_found_with_its_interval() -> None:
    column, y, predictions = biased()
    rows = np.arange(len(y))
    asked = AuditSubject.of("binary", CLASSES, "", 0.5)
    found = audited(asked, groups_of(column), rows, y, predictions, "file")
    by_group = {one.group: one for one in found.groups}
    expected = {"recall": (0.9, 0.6), "false_positive_rate": (0.1, 0.2), "base_rate": (0.5, 0.5),
                "selection_rate": (0.5, 0.4), "accuracy": (0.9, 0.7), "precision": (0.9, 0.75)}  # fmt: skip
    for name, values in expected.items():
        for group, value in zip("ab", values, strict=True):
            figure = by_group[group].figures[name]
            assert figure.value == pytest.approx(value)
            assert figure.low < value < figure.high
    assert by_group["b"].figures["recall"].n == 200
    assert by_group["c"].is_small
    assert not by_group["a"].is_small
    gaps = {gap.measure: gap for gap in found.gaps}
    recall = gaps["recall"]
    assert (recall.least, recall.most) == ("b", "a"), "c is too small to be compared"
    assert recall.difference == pytest.approx(0.3)
    assert 0.2 < recall.low < 0.3 < recall.high < 0.4
    assert gaps["selection_rate"].ratio == pytest.approx(0.8)
    assert gaps["base_rate"].low < 0 < gaps["base_rate"].high, "there is none"
    whole = found.whole["recall"].value
    assert by_group["b"].to_whole["recall"].difference == pytest.approx(0.6 - whole)
    assert by_group["b"].to_whole["recall"].ratio == pytest.approx(0.6 / whole)
    turned = audited(
        AuditSubject.of("binary", CLASSES, "no", 0.5), groups_of(column), rows, y, predictions, "file"
    )
    assert turned.groups[0].figures["recall"].value == pytest.approx(0.9), "of the class no: 1 - 0.1"


def test_a_threshold_changes_who_is_said() -> None:
    column, y, predictions = biased()
    asked = AuditSubject.of("binary", CLASSES, "", 0.9)
    found = audited(asked, groups_of(column), np.arange(len(y)), y, predictions, "file")
    assert found.whole["selection_rate"].value == 0.0
    assert found.whole["precision"].value is None, "nothing was said, so nothing is right or wrong of it"
    assert "precision" not in [gap.measure for gap in found.gaps]


def test_shares_have_the_intervals_of_the_books() -> None:
    assert wilson(0, 0) == Figure(None, None, None, 0)
    none, all_ = wilson(0, 10), wilson(10, 10)
    assert (none.value, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(0.2775, abs=1e-4)
    assert all_.low == pytest.approx(1 - 0.2775, abs=1e-4)
    # Newcombe (1998), example (a) of method 10: 56/70 - 48/80 = 0.2, 0.0524 to 0.3339
    assert share_gap(wilson(48, 80), wilson(56, 70)) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_of_a_regression_errors_are_counted() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(10, 3, 400)
    code = np.arange(400) % 2
    predicted = y + rng.normal(0, 0.5, 400) + 1.0 * code
    column = WordColumn.of_codes("group", code.astype(np.int32), ("fair", "high"))
    asked = AuditSubject.of("regression", (), "", 0.5)
    found = audited(asked, groups_of(column), np.arange(400), y, predicted, "file")
    gaps = {gap.measure: gap for gap in found.gaps}
    assert (gaps["bias"].least, gaps["bias"].most) == ("fair", "high")
    assert gaps["bias"].low < 1.0 < gaps["bias"].high
    figures = found.groups[0].figures
    assert figures["bias"].low < 0 < figures["bias"].high
    assert figures["mae"].value == pytest.approx(0.4, abs=0.05)
    assert found.groups[1].figures["r2"].value < figures["r2"].value


def test_of_many_classes_rates_are_those_of_the_one_that_is_named() -> None:
    y = np.arange(90) % 3
    predictions = np.eye(3)[np.where(y == 2, 1, y)]
    column = WordColumn.of_codes("group", np.zeros(90, np.int32), ("all",))
    plain = audited(
        AuditSubject.of("multiclass", "abc", "", 0.5),
        groups_of(column),
        np.arange(90),
        y,
        predictions,
        "file",
    )
    assert list(plain.whole) == ["accuracy"]
    assert plain.whole["accuracy"].value == pytest.approx(2 / 3)
    named = audited(
        AuditSubject.of("multiclass", "abc", "b", 0.5),
        groups_of(column),
        np.arange(90),
        y,
        predictions,
        "file",
    )
    assert named.whole["selection_rate"].value == pytest.approx(2 / 3)
    assert named.whole["recall"].value == 1.0
    assert named.whole["precision"].value == pytest.approx(0.5)
    with pytest.raises(ExportError, match="'d' is no class of the target; its classes are a, b, c"):
        AuditSubject.of("multiclass", "abc", "d", 0.5)
    with pytest.raises(ExportError, match="the target is a number"):
        AuditSubject.of("regression", (), "d", 0.5)


def test_groups_are_categories_ranges_and_what_is_missing() -> None:
    ages = NumberColumn("age", np.array([*range(100), np.nan], float))
    grouped = groups_of(ages)
    assert grouped.is_binned
    assert grouped.names == ("0 to 19", "20 to 39", "40 to 59", "60 to 79", "80 to 99", MISSING)
    assert np.bincount(grouped.codes).tolist() == [20, 20, 20, 20, 20, 1]
    few = groups_of(NumberColumn("n", np.array([2.0, 1.0, 2.0])))
    assert (few.names, few.codes.tolist(), few.is_binned) == (("1", "2"), [1, 0, 1], False)
    days = groups_of(DateColumn("day", np.arange(100) * 86400.0))
    assert days.names[0] == "1970-01-01 to 1970-01-20"
    mostly_zero = NumberColumn("gain", np.array([0.0] * 90 + list(range(1, 21)), float))
    assert groups_of(mostly_zero).names[0] == "0 to 0"
    words = [f"w{i:02}" for i in range(20)]
    many = WordColumn.of_codes("w", np.repeat(np.arange(20, dtype=np.int32), np.arange(1, 21)), words)
    named = groups_of(many)
    assert named.names == (*words[9:], OTHER)
    assert np.sum(named.codes == 11) == sum(range(1, 10))
    with pytest.raises(DataError, match="200 different texts in 200 rows"):
        groups_of(WordColumn.of_codes("t", np.arange(200, dtype=np.int32), [f"t{i}" for i in range(200)]))


def test_every_group_has_a_name_of_its_own() -> None:
    """So that gaps, which are told by names, are those of the groups that they name."""
    words = ("(missing)", "(other)", "a")
    named = groups_of(WordColumn.of_codes("w", np.array([0, 1, 2, -1], np.int32), words))
    assert named.names == (*words, f"({MISSING})")
    customers = NumberColumn("customer", 1e6 + np.arange(100.0))
    assert groups_of(customers).names[:2] == ("1000000 to 1000019", "1000020 to 1000039")
    close = groups_of(NumberColumn("x", 1 + np.arange(100.0) / 1e9))
    assert len(set(close.names)) == 5


def test_names_of_groups_leave_the_card_and_the_terminal_whole(capsys: pytest.CaptureFixture[str]) -> None:
    column, y, predictions = biased()
    odd = WordColumn.of_codes("speed [km/h]", column.codes, ("a|b\nc", "[/]", "[bold]"))
    part = audited(
        AuditSubject.of("binary", CLASSES, "", 0.5), groups_of(odd), np.arange(len(y)), y, predictions, "file"
    )
    found = GroupAudit(odd.name, "binary", "yes", 0.5, "2026-01-05T10:00:00+00:00", (), (part,))
    card = groups_section([found], 0.5).markdown()
    assert "| a\\|b c | 1,000 |" in card
    assert "most in a|b c, least in [/];" in card
    print_audit(found, 0)
    said = capsys.readouterr().out
    assert "by speed [km/h]" in said
    assert "[/]" in said
    assert "[bold] *" in said


def test_an_audit_of_a_study_counts_its_folds_and_holdout_and_stands_on_later_cards(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = str(made.store.workspace.path)
    command = ["audit", str(made.study_id), "--workspace", workspace, "--trial", str(TRIAL)]
    assert main([*command, "--by", "colour", "--by", "size", "--json"]) == 0
    colour, size = json.loads(capsys.readouterr().out)
    folds, holdout = colour["parts"]
    assert folds["n_rows"] == len(made.splits.development)
    assert holdout["n_rows"] == len(made.splits.holdout)
    assert sum(group["n_rows"] for group in folds["groups"]) == folds["n_rows"]
    assert any(group["group"] == MISSING for group in folds["groups"])
    y = np.concatenate([made.table["y"].codes[rows] for rows in made.splits.valid])
    said = [made.model.only(r).predict(made.table, rows) for r, rows in enumerate(made.splits.valid)]
    accuracy = np.mean(np.concatenate(said).argmax(axis=1) == y)
    assert folds["whole"]["accuracy"]["value"] == pytest.approx(float(accuracy))
    truth = made.table["y"].codes[made.splits.holdout]
    expected = np.mean(made.model.predict(made.table, made.splits.holdout).argmax(axis=1) == truth)
    assert holdout["whole"]["accuracy"]["value"] == pytest.approx(float(expected))
    assert [part["is_binned"] for part in size["parts"]] == [True, True]
    with Store.open(made.store.workspace.path, "r") as store:
        result = store.study(made.study_id).result
    assert set(result["audits"]) == {f"{TRIAL}/colour", f"{TRIAL}/size"}
    assert result["final"]["kind"] == "ensemble", "the rest is as it was"
    assert main([*command, "--by", "colour"]) == 0
    printed = capsys.readouterr().out
    assert "On the holdout, by colour, rates of 'class 1', threshold 0.5" in printed
    assert "false positives" in printed
    assert "too few to compare" in printed
    record = export_trial(made.store, made.study_id, TRIAL, tmp_path / "out", formats=["onnx"])
    assert record.failure is None
    card = (tmp_path / "out" / "model_card.md").read_text(encoding="utf-8")
    assert "## Groups" in card
    assert "by `colour`, rates of `class 1`, threshold 0.5:" in card
    assert "| all | 294 |" in card
    assert "drift of the data over time.\n" in card, "fairness is no longer among what nobody tried"
    other = export_trial(made.store, made.study_id, 0, tmp_path / "other", formats=["onnx"])
    assert other.failure is None
    assert "## Groups" not in (tmp_path / "other" / "model_card.md").read_text(encoding="utf-8")


def test_an_audit_of_a_bundle_counts_the_rows_of_a_file(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = export_model(
        made.store, made.study_id, "best", tmp_path / "bundle", formats=["onnx"], threshold="0.3"
    )
    assert record.failure is None
    found = BundleAudit(tmp_path / "bundle", made.file).by("colour")
    (part,) = found.parts
    said = made.model.predict(made.table, np.arange(made.table.n_rows))[:, 1] > 0.3
    assert found.threshold == 0.3
    assert part.n_rows == made.table.n_rows
    assert part.whole["selection_rate"].value == pytest.approx(float(said.mean()))
    assert part.whole["accuracy"].value == pytest.approx(float((said == made.table["y"].codes).mean()))
    assert main(["audit", str(tmp_path / "bundle"), "--by", "colour"]) == 2
    assert "give --data FILE" in capsys.readouterr().err
    assert main(["audit", str(tmp_path / "bundle"), "--data", str(made.file), "--by", "colour"]) == 0
    assert "On the file, by colour" in capsys.readouterr().out
    written = made.file.read_text(encoding="utf-8").replace(";", " ").replace(",", ";")
    (tmp_path / "other.csv").write_text(f"# rows\n{written}", encoding="utf-8")
    reading = ["--delimiter", ";", "--skip-rows", "1", "--decimal", "."]
    bundle = str(tmp_path / "bundle")
    assert main(["audit", bundle, "--data", str(tmp_path / "other.csv"), "--by", "colour", *reading]) == 0
    assert main(["compare", bundle, bundle, str(tmp_path / "other.csv"), *reading]) == 0
    assert f"{made.table.n_rows:,} rows compared" in capsys.readouterr().out
    for more in (["--threshold", "0.7"], ["--trial", "0"], ["--variant", "base"]):
        assert (
            main(["audit", str(tmp_path / "bundle"), "--data", str(made.file), "--by", "colour", *more]) == 2
        )
        assert "leave --trial, --variant and --threshold out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("by", "how", "words"),
    [("y", {}, "'y' is the target"), ("height", {}, "no column 'height'"), ("note", {}, "different texts"),
     ("colour", {"positive": "class 9"}, "'class 9' is no class"), ("colour", {"trial": "x"}, "The trial is 'x'"),
     ("colour", {"trial": 0}, "Trial 0 has no predictions"), ("colour", {"threshold": "2"}, "The threshold is '2'"),
     ("colour", {"variant": "int4"}, "Trial 7 has no variant 'int4'; it has: -")],
)  # fmt: skip
def test_what_cannot_be_audited_is_said(made: Made, by: str, how: dict[str, Any], words: str) -> None:
    with pytest.raises((DataError, ExportError), match=words):
        StudyAudit(made.store, made.study_id, **{"trial": TRIAL, **how}).by(by)


def test_a_variant_is_to_be_exported_and_its_bundle_audited(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    trial = made.store.trial_by_number(made.study_id, 0)
    variant = made.store.add_variant(trial.id, name="base int8", method={})
    made.store.finish_variant(variant.id, state=TrialState.COMPLETE)
    command = ["audit", str(made.study_id), "--workspace", str(made.store.workspace.path), "--by", "colour"]
    assert main([*command, "--trial", "0", "--variant", "base int8"]) == 2
    said = capsys.readouterr().err
    assert "'base int8' of trial 0" in said
    assert "cupel audit BUNDLE --data FILE" in said


def test_measures_that_no_two_groups_have_rows_for_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Each group has rows enough, but hardly any that are positive."""
    y = np.array([0, 1] * 5 + [0] * 70)
    predictions = np.eye(2)[y]
    column = WordColumn.of_codes("group", np.arange(80, dtype=np.int32) % 2, ("a", "b"))
    asked = AuditSubject.of("binary", CLASSES, "", 0.5)
    part = audited(asked, groups_of(column), np.arange(80), y, predictions, "file")
    assert {gap.measure for gap in part.gaps} == {
        "base_rate", "selection_rate", "accuracy", "false_positive_rate"
    }  # fmt: skip
    line = "No gap of recall, precision: fewer than two groups have 30 rows to count it of"
    assert no_gap_lines(part) == [line]
    found = GroupAudit("group", "binary", "yes", 0.5, "2026-01-05T10:00:00+00:00", (), (part,))
    print_audit(found, 0)
    assert line in capsys.readouterr().out
    assert f"- {line}." in groups_section([found], 0.5).markdown()


def test_of_values_that_do_not_vary_nothing_is_explained() -> None:
    y = np.full(80, 3.0)
    column = WordColumn.of_codes("group", np.arange(80, dtype=np.int32) % 2, ("a", "b"))
    asked = AuditSubject.of("regression", (), "", 0.5)
    part = audited(asked, groups_of(column), np.arange(80), y, y + np.arange(80) % 3, "file")
    assert no_gap_lines(part) == ["No gap of R²: the target varies in fewer than two groups of 30 rows"]
