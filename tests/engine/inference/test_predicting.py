"""Predicting files and folders, drift against the training data, and two bundles on the same rows."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from cupel.engine.bundled.errors import InputError
from cupel.engine.bundled.predictor import Predictor
from cupel.engine.cli import main
from cupel.engine.deployment.bundle import MANIFEST, Bundle, verify_bundle
from cupel.engine.deployment.export import export_trial
from cupel.engine.domain.errors import DataError, ExportError
from cupel.engine.domain.metrics import METRICS
from cupel.engine.inference.comparison import compare_bundles
from cupel.engine.inference.drift import PROFILE, Watch, holm, stability_index, two_sample
from cupel.engine.inference.predicting import predict_file, write_rows

from ..deployment.made import Made, exported, make_study, sign_again, write_data

Case = tuple[Made, Path]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with exported(tmp_path_factory.mktemp("predicting"), "binary") as found:
        yield found


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with exported(tmp_path_factory.mktemp("predicting_numbers"), "regression") as found:
        yield found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _changed(source: Path, target: Path, change: Any) -> Path:
    """Write a copy of a CSV file with every row (a dict) changed."""
    rows = [change(dict(row)) for row in _rows(source)]
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return target


def test_rows_like_the_training_rows_show_no_drift(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    summary = predict_file(bundle, made.file, tmp_path / "out.csv")
    assert summary.n_rows == made.table.n_rows
    assert summary.drift is not None
    assert summary.drift.word == "none"
    assert summary.drift.n_trained == len(made.splits.development)
    assert {c.column for c in summary.drift.columns} == {"income (k€)", "size", "grade", "colour", "when"}
    assert "no drift in 5 measured columns" in str(summary.messages[-1])


def test_a_shifted_number_and_a_new_category_are_strong_drift(case: Case, tmp_path: Path) -> None:
    made, bundle = case

    def change(row: dict[str, str]) -> dict[str, str]:
        size = row["size"] and repr(float(row["size"]) + 4)
        return {
            **row,
            "size": size,
            "colour": "infrared" if row["colour"] == "red" else row["colour"],
            "new": "1",
        }

    data = _changed(made.file, tmp_path / "shifted.csv", change)
    summary = predict_file(bundle, data, tmp_path / "out.csv")
    assert summary.drift is not None
    words = {c.column: c.word for c in summary.drift.columns}
    assert words == {
        "size": "strong",
        "colour": "strong",
        "income (k€)": "none",
        "grade": "none",
        "when": "none",
    }
    shifted = next(c for c in summary.drift.columns if c.column == "size")
    assert shifted.outside > 0.2
    assert shifted.p_value < 1e-6
    told = [str(m) for m in summary.messages]
    assert any(text.startswith("Strong drift: the rows are unlike") and "size " in text for text in told)
    assert "Columns that the training data did not have, and that are ignored: 1 (new)." in told
    assert summary.unseen == {"colour": sum(row["colour"] == "red" for row in _rows(made.file))}


def test_missing_cells_alone_are_drift(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    data = _changed(made.file, tmp_path / "gone.csv", lambda row: {**row, "when": ""})
    drift = predict_file(bundle, data, tmp_path / "out.csv").drift
    assert drift is not None
    gone = drift.columns[0]
    assert (gone.column, gone.word, gone.missing) == ("when", "strong", 1.0)
    assert 0 < gone.missing_trained < 0.2


def test_few_rows_tell_no_drift(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    data = tmp_path / "few.csv"
    data.write_text("\n".join(made.file.read_text(encoding="utf-8").splitlines()[:11]), encoding="utf-8")
    summary = predict_file(bundle, data, tmp_path / "out.csv")
    assert summary.drift is None
    assert str(summary.messages[-1]) == "Drift is told from 50 rows on."


def test_a_bundle_without_a_profile_says_so(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    old = shutil.copytree(bundle, tmp_path / "old")
    (old / PROFILE).unlink()
    sign_again(old)
    summary = predict_file(old, made.file, tmp_path / "out.csv")
    assert summary.drift is None
    assert "has no profile of its training rows" in str(summary.messages[-1])


def _as_parquet(made: Made, path: Path) -> Path:
    pq.write_table(
        pa.table({name: [row[name] for row in _rows(made.file)] for name in _rows(made.file)[0]}), path
    )
    return path


def test_columns_are_kept_as_they_are_spelled(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    plain = tmp_path / "plain.csv"
    predict_file(bundle, made.file, plain)

    def change(row: dict[str, str]) -> dict[str, str]:
        return {"id": "00" + row["size"], "full, name": f'{row["note"]} "x" ', **row}

    data = _changed(made.file, tmp_path / "named.csv", change)
    rows = _rows(data)
    files = {"csv": data, "jsonl": tmp_path / "named.jsonl", "parquet": tmp_path / "named.parquet"}
    files["jsonl"].write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    pq.write_table(pa.table({name: [row[name] for row in rows] for name in rows[0]}), files["parquet"])
    keep = ["full, name", "id", "when", "y"]
    for file in files.values():
        summary = predict_file(bundle, file, tmp_path / "kept.csv", keep=keep)
        found = _rows(tmp_path / "kept.csv")
        assert list(found[0])[:5] == [*keep, "prediction"]
        assert [[row[name] for name in keep] for row in found] == [
            [row[name] for name in keep] for row in rows
        ]
        assert [row["prediction"] for row in found] == [row["prediction"] for row in _rows(plain)]
        assert not any("did not have" in str(message) for message in summary.messages)
    own = [sys.executable, "-I", str(bundle / "predict.py"), str(data), "-o", str(tmp_path / "own.csv")]
    subprocess.run([*own, "--keep", '"full, name",id', "--keep", "when,y"], check=True)
    predict_file(bundle, data, tmp_path / "kept.csv", keep=keep)
    assert (tmp_path / "own.csv").read_bytes() == (tmp_path / "kept.csv").read_bytes()
    out = tmp_path / "told.csv"
    assert main(["predict", str(bundle), str(data), "--out", str(out), "--keep", "id, y"]) == 0
    assert list(_rows(out)[0])[:3] == ["id", "y", "prediction"]
    # Rows that are dicts.
    given = Predictor(bundle).predict([dict(row) for row in rows[:3]], keep=["id"])
    assert [row["id"] for row in given] == [row["id"] for row in rows[:3]]
    with pytest.raises(InputError, match="no value 'nowhere' to keep"):
        Predictor(bundle).predict([dict(rows[0])], keep=["nowhere"])


@pytest.mark.parametrize("name", ["data.csv", "data.jsonl", "data.parquet"])
def test_a_column_that_cannot_be_kept_is_told(case: Case, tmp_path: Path, name: str) -> None:
    made, bundle = case
    data, out = tmp_path / name, tmp_path / "out.csv"
    if data.suffix == ".parquet":
        _as_parquet(made, data)
    elif data.suffix == ".jsonl":
        data.write_text("".join(json.dumps(row) + "\n" for row in _rows(made.file)), encoding="utf-8")
    else:
        shutil.copyfile(made.file, data)
    with pytest.raises(DataError, match=r"has no column 'id' to keep; its columns are income"):
        predict_file(bundle, data, out, keep=["note", "id"])
    with pytest.raises(
        DataError, match=r"'p_class 0' cannot be kept, as the predictions have one of that name"
    ):
        predict_file(bundle, data, out, keep=["p_class 0"])
    assert not out.exists()


def test_all_kinds_of_files_give_the_same_rows(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    expected = tmp_path / "csv.csv"
    predict_file(bundle, made.file, expected)
    table = pa.csv.read_csv(
        made.file, convert_options=pa.csv.ConvertOptions(null_values=["", "NA"], strings_can_be_null=True)
    )
    pq.write_table(table, tmp_path / "data.parquet")
    rows = _rows(made.file)
    with (tmp_path / "data.tsv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for name in ("data.parquet", "data.tsv"):
        out = tmp_path / f"{name}.csv"
        assert predict_file(bundle, tmp_path / name, out).n_rows == len(rows)
        assert out.read_bytes() == expected.read_bytes()


def test_the_terminal_tells_all_as_json(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, bundle = case
    out = tmp_path / "out.csv"
    assert main(["predict", str(bundle), str(made.file), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["n_rows"], told["drift"]["word"], told["unseen"]) == (made.table.n_rows, "none", {})
    with pytest.raises(DataError, match=r"Predictions are written as CSV; give out.parquet a name"):
        predict_file(bundle, made.file, tmp_path / "out.parquet")


@pytest.mark.skipif(os.name == "nt", reason="pipes with a name are of Unix")
def test_what_is_no_plain_file_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real.csv", tmp_path / "link.csv", tmp_path / "pipe"
    link.symlink_to(real)
    assert write_rows(link, ["prediction"], iter([[["1"]]])) == 1
    assert link.is_symlink()
    assert real.read_text() == "prediction\n1\n"
    os.mkfifo(pipe)
    with subprocess.Popen(["/bin/cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert write_rows(pipe, ["prediction"], iter([[["2"]]])) == 1
        assert reader.communicate()[0] == b"prediction\n2\n"
    assert pipe.is_fifo()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["link.csv", "pipe", "real.csv"]


def test_predictions_into_a_folder_are_called_predictions(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, bundle = case
    assert main(["predict", str(bundle), str(made.file), "--out", f"{tmp_path / 'new'}/"]) == 0
    assert str(tmp_path / "new" / "predictions.csv") in capsys.readouterr().err
    assert len(_rows(tmp_path / "new" / "predictions.csv")) == made.table.n_rows
    assert main(["compare", str(bundle), str(bundle), str(made.file), "--out", str(tmp_path)]) == 0
    assert len(_rows(tmp_path / "comparison.csv")) == made.table.n_rows


def test_a_file_of_many_pieces_does_not_stay_in_memory(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    head, *lines = made.file.read_text(encoding="utf-8").splitlines()
    data = tmp_path / "long.csv"
    data.write_text("\n".join([head, *(lines * 60)]) + "\n", encoding="utf-8")
    fractions: list[float] = []
    summary = predict_file(bundle, data, tmp_path / "out.csv", progress=fractions.append)
    assert summary.n_rows == 60 * len(lines)
    assert fractions == sorted(fractions)
    assert len(fractions) > 3
    assert fractions[-1] == 1.0
    assert len(_rows(tmp_path / "out.csv")) == summary.n_rows


def test_the_index_and_the_test_know_equal_and_unequal_counts() -> None:
    rng = np.random.default_rng(0)
    old = rng.multinomial(5000, [0.1] * 10)
    p_values = [two_sample(old, rng.multinomial(1000, old / old.sum())) for _ in range(300)]
    assert 0.01 < np.mean(np.array(p_values) < 0.05) < 0.1
    assert stability_index(old, old) == pytest.approx(0)
    assert stability_index(old, np.roll(old * np.arange(10), 1)) > 0.25
    assert two_sample(np.array([10, 0]), np.array([7, 0])) == 1.0
    assert two_sample(np.array([500, 500]), np.array([100, 900])) < 1e-12


def test_p_values_are_corrected_step_by_step() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_a_bundle_compared_with_itself_agrees(case: Case) -> None:
    made, bundle = case
    found = compare_bundles(bundle, bundle, made.file)
    assert (found.agreement, found.max_difference, found.n_compared) == (1.0, 0.0, made.table.n_rows)
    assert found.n_scored == made.table.n_rows
    assert all(pair.difference == pair.low == pair.high == 0 for pair in found.scores)
    assert found.speed_a.rows_per_s > 0
    assert "rows that differ most:" not in found.lines()


def test_two_networks_are_compared_row_by_row(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, bundle = case
    other_made = make_study(tmp_path / "other", "binary", {"width": 4, "n_layers": 1})
    other = Path(export_trial(other_made.store, other_made.study_id, 0).path)
    other_made.store.close()
    out = tmp_path / "both.csv"
    assert main(["compare", str(bundle), str(other), str(made.file), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    predict_file(bundle, made.file, a)
    predict_file(other, made.file, b)
    one, two = _rows(a), _rows(b)
    same = np.mean([x["prediction"] == y["prediction"] for x, y in zip(one, two, strict=True)])
    apart = np.array(
        [abs(float(x["p_class 1"]) - float(y["p_class 1"])) for x, y in zip(one, two, strict=True)]
    )
    assert told["agreement"] == pytest.approx(same)
    assert told["max_difference"] == pytest.approx(apart.max(), abs=1e-6)
    assert told["rows"][0]["row"] == int(apart.argmax()) + 1
    truth = [row["y"] for row in _rows(made.file)]
    accuracy = next(pair for pair in told["scores"] if pair["metric"] == "accuracy")
    assert accuracy["a"] == pytest.approx(
        np.mean([x["prediction"] == y for x, y in zip(one, truth, strict=True)])
    )
    assert accuracy["low"] <= accuracy["difference"] <= accuracy["high"]
    written = _rows(out)
    assert [row["a"] for row in written] == [row["prediction"] for row in one]
    np.testing.assert_allclose([float(row["difference"]) for row in written], apart, atol=1e-5)
    assert main(["compare", str(bundle), str(other), str(made.file)]) == 0
    text = capsys.readouterr().out
    assert "same class:" in text
    assert "accuracy: A " in text


def test_numbers_are_compared_in_their_unit(regression: Case, case: Case) -> None:
    made, bundle = regression
    found = compare_bundles(bundle, bundle, made.file)
    assert found.agreement is None
    assert [pair.metric for pair in found.scores] == ["rmse", "mae", "r2"]
    predictions = made.model.predict(made.table, np.arange(made.table.n_rows))
    truth = np.array([float(row["y"]) for row in _rows(made.file)])
    assert found.scores[1].a == pytest.approx(np.abs(predictions - truth).mean(), rel=1e-4)
    with pytest.raises(
        ExportError, match=r"The bundles predict different things: .* is for regression, .* for binary"
    ):
        compare_bundles(bundle, case[1], made.file)


def test_bundles_of_other_classes_are_not_compared(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    other = shutil.copytree(bundle, tmp_path / "other")
    manifest = json.loads((other / MANIFEST).read_text(encoding="utf-8"))
    (other / MANIFEST).write_text(
        json.dumps({**manifest, "labels": ["class 0", "class 9"]}), encoding="utf-8"
    )
    with pytest.raises(ExportError, match="'class 1' is a class of only one of them"):
        compare_bundles(bundle, other, made.file)


# --- what `cupel verify` refuses ---


def _with_entry(bundle: Path, name: str, **entry: Any) -> None:
    content = json.loads((bundle / MANIFEST).read_text(encoding="utf-8"))
    content["files"][name] = entry or next(iter(content["files"].values()))
    (bundle / MANIFEST).write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def copy(case: Case, tmp_path: Path) -> Path:
    return shutil.copytree(case[1], tmp_path / "copy")


def test_a_whole_bundle_is_verified(copy: Path) -> None:
    assert verify_bundle(copy).passed


def test_verify_tells_the_difference_and_what_is_allowed_in_a_line_or_all_as_one_object(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(copy)]) == 0
    first, line, *_ = capsys.readouterr().out.splitlines()
    assert "every file is as it was exported" in first
    told = re.fullmatch(r"  ONNX in float32: differs by (\S+) at most, (\S+) allowed", line)
    assert told is not None
    assert 0 <= float(told[1]) <= float(told[2]) > 0
    assert main(["verify", str(copy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"]


def test_every_changed_byte_is_found(copy: Path) -> None:
    names = Bundle.open(copy).manifest.files
    assert "snippets/predict.cpp" in names
    for name in names:
        data = (copy / name).read_bytes()
        middle = len(data) // 2
        (copy / name).write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
        with pytest.raises(ExportError, match=rf"The file {name} of the bundle .* has changed"):
            verify_bundle(copy)
        (copy / name).write_bytes(data)
    assert verify_bundle(copy).passed


def test_a_missing_and_a_further_file_are_found(copy: Path) -> None:
    (copy / "snippets" / "extra.py").write_text("print('not mine')")
    with pytest.raises(ExportError, match=r"snippets/extra.py"):
        verify_bundle(copy)
    (copy / "snippets" / "extra.py").unlink()
    (copy / "model_card.md").unlink()
    with pytest.raises(ExportError, match=r"is not whole: its file model_card.md is missing"):
        verify_bundle(copy)


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "snippets/../../x", "..", "", "a\\b", "C:x", "snippets//x"]
)
def test_a_name_that_leads_out_of_the_bundle_is_refused(copy: Path, name: str) -> None:
    (copy.parent / "x").write_text("outside")
    _with_entry(copy, name)
    with pytest.raises(ExportError, match="which is not a file of it; do not use this bundle"):
        verify_bundle(copy)


def test_a_link_in_place_of_a_file_or_folder_is_refused(copy: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(copy / "model.onnx", outside)
    (copy / "model.onnx").symlink_to(outside)
    with pytest.raises(ExportError, match=r"names 'model.onnx', which is not a file of it"):
        verify_bundle(copy)
    (copy / "model.onnx").unlink()
    shutil.move(outside, copy / "model.onnx")
    shutil.move(copy / "snippets", outside)
    (copy / "snippets").symlink_to(outside, target_is_directory=True)
    with pytest.raises(ExportError, match="which is not a file of it"):
        verify_bundle(copy)


def test_a_bundle_of_a_newer_format_is_refused(copy: Path) -> None:
    content = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    content |= {"format": 99, "cupel_version": "9.0"}
    (copy / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ExportError, match=r"was made by a newer version of Cupel \(9.0\); update Cupel"):
        verify_bundle(copy)


def test_a_profile_of_a_newer_format_is_left_alone(copy: Path) -> None:
    content = json.loads((copy / PROFILE).read_text(encoding="utf-8"))
    (copy / PROFILE).write_text(json.dumps({**content, "format": 99}), encoding="utf-8")
    assert Watch.of(copy) is None


def test_another_file_is_not_predicted_with_a_changed_bundle(copy: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "data.csv", "binary", n=20)
    (copy / "schema.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ExportError, match=r"schema.json .* has changed"):
        predict_file(copy, tmp_path / "data.csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_predictions_are_scored_on_all_rows_and_the_training_file_is_known(
    case: Case, tmp_path: Path
) -> None:
    made, bundle = case
    out = tmp_path / "out.csv"
    scored = predict_file(bundle, made.file, out).scored
    assert scored is not None
    truth = [row["y"] for row in _rows(made.file)]
    wrong = sum(row["prediction"] != y for row, y in zip(_rows(out), truth, strict=True))
    assert (scored.n_rows, scored.n_wrong, scored.is_training_file) == (made.table.n_rows, wrong, True)
    study = made.store.study(made.study_id)
    assert scored.metric == study.metric
    predictions = made.model.predict(made.table, np.arange(made.table.n_rows))
    classes = np.array([int(y.removeprefix("class ")) for y in truth])
    assert scored.value == pytest.approx(METRICS[study.metric](classes, predictions), rel=1e-4)


def test_targets_spelled_otherwise_are_scored_and_others_are_counted(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    whole = predict_file(bundle, made.file, tmp_path / "whole.csv").scored
    assert whole is not None
    file = _changed(made.file, tmp_path / "loud.csv", lambda row: row | {"y": f" {row['y'].upper()}."})
    loud = predict_file(bundle, file, tmp_path / "out.csv").scored
    assert loud is not None
    assert (loud.n_rows, loud.n_wrong, loud.value) == (whole.n_rows, whole.n_wrong, whole.value)

    def odd(row: dict[str, str]) -> dict[str, str]:
        number = int(row["y"][-1])
        return row | {"y": ["", "class 7"][number], "size": str(float(row["size"] or 1) + 0.01)}

    summary = predict_file(bundle, _changed(made.file, tmp_path / "odd.csv", odd), tmp_path / "out.csv")
    found = summary.scored
    assert found is not None
    assert (found.n_rows, found.value, found.first_odd) == (0, None, "class 7")
    assert found.n_odd == sum(row["y"] == "class 1" for row in _rows(made.file))
    assert not found.is_training_file
    assert any("does not know" in str(message) for message in summary.messages)


def test_rows_without_a_target_have_no_score(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    file = _changed(made.file, tmp_path / "new.csv", lambda row: {k: v for k, v in row.items() if k != "y"})
    assert predict_file(bundle, file, tmp_path / "out.csv").scored is None


def test_numbers_with_units_are_targets_of_a_regression(regression: Case, tmp_path: Path) -> None:
    made, bundle = regression
    plain = predict_file(bundle, made.file, tmp_path / "out.csv").scored
    file = _changed(made.file, tmp_path / "money.csv", lambda row: row | {"y": f"${float(row['y']):,.2f}"})
    spelled = predict_file(bundle, file, tmp_path / "out.csv").scored
    assert plain is not None
    assert spelled is not None
    assert plain.n_wrong is None
    assert (spelled.n_rows, spelled.n_odd) == (plain.n_rows, 0)
    assert spelled.value == pytest.approx(plain.value)


def test_new_rows_are_not_taken_for_the_training_rows(case: Case, tmp_path: Path) -> None:
    made, bundle = case
    with made.file.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    drawn = np.random.default_rng(1).integers(0, len(lines), len(lines))
    again = tmp_path / "drawn.csv"
    with again.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows([lines[i] for i in drawn])
    scored = predict_file(bundle, again, tmp_path / "out.csv").scored
    assert scored is not None
    assert not scored.is_training_file
