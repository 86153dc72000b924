"""The quirks of the real files beside the repository (see its INDEX.md) are all read rightly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cupel.engine.data.reading import read_table
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.target import encode_target, match_labels
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.inspection.guess import suggest_target
from cupel.engine.inspection.inspect import inspect_file

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the shared data sets are not beside the repository"
)


@pytest.mark.parametrize(
    ("file", "target"),
    [
        ("tabular-classification/adult/adult-train.csv", "column_15"),
        ("tabular-classification/titanic/titanic.csv", "Survived"),
        ("tabular-classification/telco-churn/Telco-Customer-Churn.csv", "Churn"),
        ("tabular-classification/phoneme/phoneme.csv", "column_6"),
        ("tabular-classification/penguins/penguins.csv", "species"),
        ("tabular-classification/penguins/penguins_raw.csv", "Species"),
        ("tabular-regression/california-housing/housing.csv", "median_house_value"),
        ("tabular-regression/auto-mpg/mpg.csv", "mpg"),
        ("text/sms-spam/sms.tsv", "column_1"),
        ("text/waimai-10k/waimai_10k.csv", "label"),
        ("time-series/airline-passengers/airline-passengers.csv", "Passengers"),
        ("ugly-csv/oecd-gdp-per-capita/gdp_per_capita.csv", "2015"),
        ("ugly-csv/airquality-3-dialects/airquality_bom_semicolon.csv", "CO(GT)"),
        ("ugly-csv/mljar-missing-target/housing_regression_missing_values_missing_target.csv", "MEDV"),
        ("ugly-csv/mljar-missing-target/iris_classes_missing_values_missing_target.csv", "class"),
    ],
)
def test_the_target_is_guessed(file: str, target: str) -> None:
    assert suggest_target(read_table(DATA / file).table, {}) == target


@pytest.mark.parametrize(
    ("file", "n_rows", "n_columns", "target", "task", "n_dropped"),
    [
        ("tabular-classification/adult/adult-train.csv", 32561, 15, "column_15", "binary", 0),
        ("tabular-classification/titanic/titanic.csv", 891, 12, "Survived", "binary", 0),
        ("tabular-classification/telco-churn/Telco-Customer-Churn.csv", 7043, 21, "Churn", "binary", 0),
        ("tabular-classification/phoneme/phoneme.csv", 5404, 6, "column_6", "binary", 0),
        ("tabular-classification/penguins/penguins.csv", 344, 8, "species", "multiclass", 0),
        ("tabular-classification/penguins/penguins_raw.csv", 344, 17, "Species", "multiclass", 0),
        (
            "tabular-regression/california-housing/housing.csv",
            20640,
            10,
            "median_house_value",
            "regression",
            0,
        ),
        ("tabular-regression/auto-mpg/mpg.csv", 398, 9, "mpg", "regression", 0),
        ("text/sms-spam/sms.tsv", 5574, 2, "column_1", "binary", 0),
        ("text/waimai-10k/waimai_10k.csv", 11987, 2, "label", "binary", 0),
        ("time-series/airline-passengers/airline-passengers.csv", 144, 2, "Passengers", "regression", 0),
        ("ugly-csv/oecd-gdp-per-capita/gdp_per_capita.csv", 189, 7, "2015", "regression", 2),
        ("ugly-csv/bachelorette-cr/bachelorette.csv", 887, 23, "SHOW", "binary", 0),
        (
            "ugly-csv/star-wars-survey/StarWars.csv",
            1186,
            38,
            "Do you consider yourself to be a fan of the Star Wars film franchise?",
            "binary",
            350,
        ),
        (
            "ugly-csv/mljar-missing-target/adult_missing_values_missing_target_500rows.csv",
            500,
            15,
            "income",
            "binary",
            4,
        ),
        (
            "ugly-csv/mljar-missing-target/housing_regression_missing_values_missing_target.csv",
            506,
            14,
            "MEDV",
            "regression",
            2,
        ),
        (
            "ugly-csv/mljar-missing-target/iris_classes_missing_values_missing_target.csv",
            150,
            5,
            "class",
            "multiclass",
            2,
        ),
    ],
)
def test_rows_columns_and_target(
    file: str, n_rows: int, n_columns: int, target: str, task: str, n_dropped: int
) -> None:
    found = inspect_file(DATA / file, target=target).to_json()
    assert (found["n_rows"], found["n_columns"]) == (n_rows, n_columns)
    assert (found["task"], found["n_dropped"]) == (task, n_dropped)


def test_three_dialects_of_one_table_give_the_same_numbers() -> None:
    files = sorted((DATA / "ugly-csv" / "airquality-3-dialects").glob("*.csv"))
    tables = [read_table(file).table for file in files]
    for name in tables[0].names:
        if name in ("Time", "AH"):  # times are spelled differently; AH is damaged in one file
            continue
        for other in tables[1:]:
            np.testing.assert_array_equal(tables[0][name].numbers, other[name].numbers, err_msg=name)
    np.testing.assert_array_equal(tables[0]["AH"].numbers, tables[2]["AH"].numbers)


def test_a_code_for_missing_and_a_giveaway_column_are_found() -> None:
    file = DATA / "ugly-csv" / "airquality-3-dialects" / "airquality_semicolon_decimalcomma.csv"
    codes = {
        f["column"]
        for f in inspect_file(file, target="C6H6(GT)").to_json()["findings"]
        if f["code"] == "sentinel"
    }
    assert {"C6H6(GT)", "CO(GT)", "T", "RH"} <= codes
    found = inspect_file(file, ReadSpec(missing=("-200",)), target="C6H6(GT)").to_json()
    leaks = [f["column"] for f in found["findings"] if f["code"] == "leakage"]
    assert leaks == ["PT08.S2(NMHC)"]
    assert found["n_dropped"] == 366


def test_labels_with_a_full_stop_match_those_without() -> None:
    folder = DATA / "tabular-classification" / "adult"
    train, test = (read_table(folder / f"adult-{part}.csv").table for part in ("train", "test"))
    target = encode_target(train, infer_schema(train, "column_15"))
    index = match_labels(test["column_15"], target.labels)
    assert np.bincount(index).tolist() == [12435, 3846]


def test_blank_charges_of_telco_are_missing_numbers() -> None:
    table = read_table(DATA / "tabular-classification" / "telco-churn" / "Telco-Customer-Churn.csv").table
    assert table["TotalCharges"].storage == "number"
    assert table["TotalCharges"].missing().sum() == 11
