"""Usual spellings become what they are, the same in training and in the reader that bundles carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from cupel.engine.bundled.numbers import MISSING, SOFT_MISSING
from cupel.engine.bundled.raw_column import RawColumn
from cupel.engine.bundled.schema import Dialect, InputSpec, Schema
from cupel.engine.data.cells import CellRules, ParsedColumn, parse_column
from cupel.engine.data.columns import CellForm, Column, DateColumn, WordColumn
from cupel.engine.data.reading import read_table
from cupel.engine.data.schema import infer_schema
from cupel.engine.deployment.samples import spell_date


def typed(cells: list[str], decimal: str = ".", wanted: str | None = None) -> ParsedColumn:
    rules = CellRules(decimal, thousands="." if decimal == "," else ",")
    return parse_column("c", pa.chunked_array([cells], pa.string()), rules, None, wanted)  # type: ignore[arg-type]


def predicted(column: Column, cells: list, decimal: str = ".") -> tuple[list, RawColumn]:
    assert not isinstance(column.spelling, type(None))  # type: ignore[union-attr]
    date_format = column.date_format if isinstance(column, DateColumn) else ""
    spec = InputSpec(
        "c", "c", column.storage, date_format=date_format, spelling=column.spelling,  # type: ignore[union-attr]
        categories=column.vocabulary if isinstance(column, WordColumn) else None,
    )  # fmt: skip
    schema = Schema(missing=tuple(MISSING), soft_missing=tuple(SOFT_MISSING), read=Dialect(decimal=decimal))
    reader = RawColumn(spec, schema, decimal)
    return reader.convert(cells, range(1, len(cells) + 1))[:, 0].tolist(), reader


NUMBERS: list[tuple[str, list[str], list[float]]] = [
    (".", ["$1,200", "$85.50", "$3,000,000"], [1200, 85.5, 3_000_000]),
    (".", ["-$5", "$-6", "($7.25)", "$(8)", "$9"], [-5, -6, -7.25, -8, 9]),
    (",", ["1.200,50 €", "85 €", "-3,5 €"], [1200.5, 85, -3.5]),
    (".", ["€ 12", "€15", "12.5 €"], [12, 15, 12.5]),
    (".", ["USD 1,200", "85 USD", "90"], [1200, 85, 90]),
    (".", ["CHF 1'200.--", "CHF 85.-", "CHF 1’000.50"], [1200, 85, 1000.5]),
    (".", ["Rs. 12,34,567", "Rs 1,00,000", "Rs. 500"], [1_234_567, 100_000, 500]),
    (".", ["12,34,567.50", "1,00,000.25", "500.5"], [1_234_567.5, 100_000.25, 500.5]),
    (".", ["12 %", "7.5%", "100 %"], [12, 7.5, 100]),
    (",", ["12,5 %", "7%", "-3 %"], [12.5, 7, -3]),
    (".", ["45 m2", "134 m²", "29 m2"], [45, 134, 29]),
    (".", ["1 room", "2 rooms", "3 Rooms"], [1, 2, 3]),
    (".", ["80 km/h", "120 km/h", "95.5 km/h"], [80, 120, 95.5]),
    (".", ["36.6 °C", "37°C", "−2 °C"], [36.6, 37, -2]),
    (".", ["(1,234)", "(5)", "6"], [-1234, -5, 6]),
    (".", ["−5", "－6", "+7", "8-"], [-5, -6, 7, -8]),
    (".", ["<0.5", "1.2", "3.4", "> 9"], [0.5, 1.2, 3.4, 9]),
    (".", ["<0.5 mg/l", "1.2 mg/l", "3.4 mg/l"], [0.5, 1.2, 3.4]),
    (".", ["１２３", "１，２３４．５", "７"], [123, 1234.5, 7]),
    (".", ["١٢٣", "٤٥٦", "٧"], [123, 456, 7]),
    (".", ["१२", "३४", "5"], [12, 34, 5]),
    (".", ["100元", "85.5元", "3,000元"], [100, 85.5, 3000]),
    (".", ["¥1,000", "￥250", "¥3"], [1000, 250, 3]),
    (".", ["1 234", "1\u202f234", "5\u00a0000 000"], [1234, 1234, 5_000_000]),
]  # fmt: skip


@pytest.mark.parametrize(("decimal", "cells", "expected"), NUMBERS, ids=[cells[0] for _, cells, _ in NUMBERS])
def test_numbers_are_read_in_the_usual_spellings(
    decimal: str, cells: list[str], expected: list[float]
) -> None:
    column = typed(cells * 5, decimal).column
    assert column.storage == "number"
    assert column.numbers.tolist() == expected * 5
    found, reader = predicted(column, cells, decimal)
    assert found == expected
    # What a later file has plainly is the same.
    plain = [f"{value:f}".replace(".", decimal) for value in expected]
    assert predicted(column, plain, decimal)[0] == expected
    assert reader.remarks() == []


@pytest.mark.parametrize(
    "cells",
    [
        ["1.2k", "900", "3.4M", "12"], ["5 kg", "500 g", "3 t"], ["1st", "2nd", "3rd"], ["<50", ">50", "<50"],
        ["<18", "18-25", ">65"], ["A12", "B7", "C9"], ["12 Main Street", "7 Oak Road", "3 Elm Street"],
        ["36 months", "60 months", "36 months"], ["$5", "€6", "£7"], ["1.2.3", "2.0.1", "3.4.5"],
        ["10-20", "20-30", "5-9"],
        ["007", "012", "345"], ["5/3", "2/7", "1/9"], ["4 of 5", "3 of 5", "2 of 7"], ["(a)", "(b)", "(c)"],
        ["12 am", "3 pm", "4 am"],
    ],
    ids=lambda cells: cells[0],
)  # fmt: skip
def test_what_is_no_number_of_one_scale_stays_text(cells: list[str]) -> None:
    assert typed(cells * 5).column.storage != "number"


def test_many_cells_with_one_sign_are_read_quickly_and_alike() -> None:
    cells = [f"${i:,}.{i % 100:02d}" for i in range(25_000)] + ["($5)", "-$3.50", "$ 7"]
    expected = [i + i % 100 / 100 for i in range(25_000)] + [-5, -3.5, 7]
    column = typed(cells).column
    np.testing.assert_allclose(column.numbers, expected)
    assert predicted(column, cells)[0] == column.numbers.tolist()


DATES: list[tuple[list[str], list[str], str]] = [
    (["08.09.19", "15.12.20", "31.01.98"], ["2019-09-08", "2020-12-15", "1998-01-31"], "%d.%m.%y"),
    (["09-08-19", "12-15-20", "01-31-98"], ["2019-09-08", "2020-12-15", "1998-01-31"], "%m-%d-%y"),
    (["8.9.2019", "15.12.2020"], ["2019-09-08", "2020-12-15"], "%d.%m.%Y"),
    (["20190908T080000Z", "20201215T150000Z"], ["2019-09-08T08:00", "2020-12-15T15:00"], "%Y%m%d %H:%M:%S %z"),
    (["8. September 2019", "15. Dezember 2020", "1. März 2021"], ["2019-09-08", "2020-12-15", "2021-03-01"],
     "%d %b %Y"),
    (["8 Mai 2019", "15 Okt 2020", "1 Mai 2021"], ["2019-05-08", "2020-10-15", "2021-05-01"], "%d %b %Y"),
    (["September 8th, 2019", "Dec. 15, 2020"], ["2019-09-08", "2020-12-15"], "%b %d, %Y"),
    (["Sunday, 8 September 2019", "Tue, 15 Dec 2020"], ["2019-09-08", "2020-12-15"], "%d %b %Y"),
    (["2019-Sep-08", "2020-Dec-15"], ["2019-09-08", "2020-12-15"], "%Y-%b-%d"),
    (["08/Sep/2019:13:45:12 +0200", "15/Dec/2020:00:00:01 +0000"], ["2019-09-08T11:45:12", "2020-12-15T00:00:01"],
     "%d %b %Y %H:%M:%S %z"),
    (["2019/9/8 下午 09:30:00", "2020/12/15 上午 12:30:00"], ["2019-09-08T21:30", "2020-12-15T00:30"],
     "%Y/%m/%d %I:%M:%S %p"),
    (["2019年9月8日下午3:05", "2020年12月15日上午11:00"], ["2019-09-08T15:05", "2020-12-15T11:00"],
     "%Y年%m月%d日 %I:%M %p"),
    (["2019年9月8日 9时5分", "2020年12月15日 23时59分"], ["2019-09-08T09:05", "2020-12-15T23:59"],
     "%Y年%m月%d日 %H:%M"),
    (["08:09", "15:12", "23:59"], ["1970-01-01T08:09", "1970-01-01T15:12", "1970-01-01T23:59"], "%H:%M"),
    (["8:09 AM", "3:12 p.m.", "12:00 am"], ["1970-01-01T08:09", "1970-01-01T15:12", "1970-01-01"], "%I:%M %p"),
    (["14.02.2020 13:45 Uhr", "1.3.2021 7:05 Uhr"], ["2020-02-14T13:45", "2021-03-01T07:05"], "%d.%m.%Y %H:%M"),
    (["２０１９－０９－０８", "２０２０－１２－１５"], ["2019-09-08", "2020-12-15"], "%Y-%m-%d"),
    (["2019-09-08", "15. Dezember 2020", "20210301"], ["2019-09-08", "2020-12-15", "2021-03-01"], "%Y-%m-%d"),
    ([f"2019{m:02d}{d:02d}" for m in range(1, 13) for d in (1, 15)],
     [f"2019-{m:02d}-{d:02d}" for m in range(1, 13) for d in (1, 15)], "%Y%m%d"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "expected", "shown"), DATES, ids=[cells[0] for cells, _, _ in DATES])
def test_dates_are_read_in_the_usual_spellings_and_spelled_back(
    cells: list[str], expected: list[str], shown: str
) -> None:
    column = typed(cells).column
    assert isinstance(column, DateColumn)
    wanted = np.array(expected, "datetime64[s]").astype(np.int64).astype(float).tolist()
    assert column.numbers.tolist() == wanted
    assert column.date_format == shown
    found, reader = predicted(column, cells)
    assert found == wanted
    assert predicted(column, [spell_date(s, column.date_format) for s in wanted])[0] == wanted
    assert reader.remarks() == []


def test_dates_of_zeros_are_missing_and_counted() -> None:
    parsed = typed(["2019-09-08", "0000-00-00", "2020-12-15 00:00:00", "0000-00-00 00:00:00"] * 4)
    assert isinstance(parsed.column, DateColumn)
    assert (parsed.n_nothing, len(parsed.odd_rows)) == (8, 0)
    found, reader = predicted(parsed.column, ["0000-00-00", "2019-09-08"])
    assert np.isnan(found[0])
    assert reader.remarks() == []


@pytest.mark.parametrize(
    ("written", "later", "expected"),
    [
        (["22/07/2020", "27/04/2015"], ["2020-07-22", "03/04/2015", "27 April 2015"],
         ["2020-07-22", "2015-04-03", "2015-04-27"]),
        (["07/22/2020", "04/27/2015"], ["2020-07-22", "03/04/2015", "27 April 2015"],
         ["2020-07-22", "2015-03-04", "2015-04-27"]),
        (["22.07.2020", "27.04.2015"], ["2020-07-22T00:00:00", "22/07/2020", "22.7.20"], ["2020-07-22"] * 3),
        (["2020-07-22", "2015-04-27"], ["2020/07/22", "20200722", "2020年7月22日"], ["2020-07-22"] * 3),
        (["22 Jul 2020", "27 Apr 2015"], ["2020-07-22", "Jul 22, 2020", "22-Jul-20"], ["2020-07-22"] * 3),
    ],
    ids=lambda value: value[0],
)  # fmt: skip
def test_a_date_is_the_same_day_beside_the_columns_own_order(
    written: list[str], later: list[str], expected: list[str]
) -> None:
    column = typed(written * 4).column
    wanted = np.array(expected, "datetime64[s]").astype(np.int64).tolist()
    assert predicted(column, later)[0] == wanted


def test_a_day_that_can_be_two_is_told_and_not_guessed() -> None:
    column = typed(["2020-07-22", "2015-04-27"] * 4).column
    found, reader = predicted(column, ["03/04/2015"])
    assert np.isnan(found[0])
    assert "'03/04/2015' in line 1" in str(reader.remarks()[0])


@pytest.mark.parametrize(
    ("written", "later", "expected"),
    [
        (["True", "False"], ["TRUE", "true", "1", "1.0", True], ["True"] * 5),
        (["True", "False"], ["FALSE", "f", "0", 0, False], ["False"] * 5),
        (["TRUE", "FALSE", "true", "TRUE"], ["True", "t", "yes"], ["TRUE"] * 3),
        (
            ["TRUE", "TRUE", "false", "0", "1"],
            ["True", "1", "0", "FALSE"],
            ["TRUE", "TRUE", "false", "false"],
        ),
        (["yes", "no"], ["Yes", "YES", "y", "1", "true"], ["yes"] * 5),
        (["Y", "N"], ["y", "Yes", "1"], ["Y"] * 3),
        (["ja", "nein"], ["Ja", "JA", "1"], ["ja"] * 3),
        (["是", "否"], ["1", "true", "是"], ["是"] * 3),
        (["on", "off"], ["OFF", "Off", "0"], ["off"] * 3),
        (["Wahr", "Falsch"], ["WAHR", "true"], ["Wahr"] * 2),
        (["München", "Köln", "Bonn"], ["Mu\u0308nchen", "München"], ["München"] * 2),
        (["Mu\u0308nchen", "Köln", "Bonn"], ["München", "Mu\u0308nchen"], ["München"] * 2),
        (["São Paulo", "Łódź", "x"], ["Sa\u0303o Paulo"], ["São Paulo"]),
        (["1", "2", "n"], ["1.0", "2.00", 1.0, 2, "n"], ["1", "2", "1", "2", "n"]),
        (["1.0", "2.5", "n"], ["1", "2.50"], ["1.0", "2.5"]),
        (["01", "2", "n"], ["1", "01"], ["1", "01"]),
        (["a", "b", "c"], ["A", "1"], ["A", "1"]),
        (["가", "나", "다"], ["\u1100\u1161"], ["가"]),
    ],
    ids=lambda value: str(value[0]),
)
def test_equal_words_are_equal(written: list[str], later: list, expected: list[str]) -> None:
    column = typed(written * 4).column
    assert isinstance(column, WordColumn)
    assert predicted(column, later)[0] == expected


@pytest.mark.parametrize("cell", ["TRUE", "True", "yes", "1.0", "1", True])
def test_a_column_of_0_and_1_takes_truth_values(cell: object) -> None:
    assert predicted(typed(["0", "1", "1", "0"]).column, [cell])[0] == [1.0]


def test_words_that_are_equal_are_one_in_training() -> None:
    column = typed(["TRUE", "true", "True", "true", "false", "FALSE"]).column
    assert isinstance(column, WordColumn)
    assert column.vocabulary == ("FALSE", "true")
    assert typed(["Mu\u0308nchen", "München", "x y"]).column.vocabulary == ("München", "x y")


def test_a_role_reads_what_can_be_read_and_counts_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("p,d,y\n" + "5 kg,08.09.19,1\nabout six,soon,2\n700 g,10.09.19,3\n8 kg,11.09.19,4\n" * 5)
    result = read_table(file, known={"p": "number", "d": "date"})
    assert [column.storage for column in result.table] == ["number", "date", "number"]
    said = " ".join(map(str, result.messages))
    assert (
        "Column 'p' of a.csv: cells that are not a number and count as missing: 10, for instance 'about six'"
        in said
    )
    assert (
        "Column 'd' of a.csv: cells that are not a date and count as missing: 5, for instance 'soon' in line 3"
        in said
    )
    assert read_table(file).table["p"].storage == "text"
    with_words = tmp_path / "b.csv"
    with_words.write_text("p,y\n" + "a,1\nb,2\n" * 5)
    assert read_table(with_words, known={"p": "number"}).table["p"].storage == "text"


def test_columns_that_cannot_be_read_are_no_texts(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("when,y\n" + "".join(f"{i} / {i * 37} : {i * 911},{i % 2}\n" for i in range(10, 90)))
    result = read_table(file)
    assert infer_schema(result.table, "y")["when"].role == "id"
    assert "Column 'when' of a.csv looks like numbers or dates but cannot be read as such" in str(
        result.messages[0]
    )


@pytest.mark.parametrize(
    ("spelled", "is_told"),
    [("c{i}", False), ("A-{i}", False), ("Jan-{i}", True), ("{i}k", True), ("{i}/{next}", True)],
)
def test_codes_are_no_numbers_that_could_not_be_read(tmp_path: Path, spelled: str, is_told: bool) -> None:
    file = tmp_path / "a.csv"
    rows = [spelled.format(i=i, next=i + 1) for i in range(10, 60)]
    file.write_text("v,y\n" + "".join(f"{cell},{i % 2}\n" for i, cell in enumerate(rows)))
    assert bool(read_table(file).messages) == is_told


def test_a_day_and_its_month_are_no_number_with_a_unit() -> None:
    assert isinstance(typed([f"{i} Apr" for i in range(1, 29)]).column, WordColumn)


def test_a_column_of_an_older_version_is_read_as_it_was() -> None:
    cells = pa.chunked_array([["$5", "1,234", "12 %", "2"]], pa.string())
    old = parse_column("c", cells, CellRules(), CellForm("number")).column
    np.testing.assert_array_equal(old.numbers, [np.nan, 1234, np.nan, 2])
    dates = pa.chunked_array([["2020-01-02", "1. Mai 2020"]], pa.string())
    assert np.isnan(parse_column("c", dates, CellRules(), CellForm("date", "%Y-%m-%d")).column.numbers[1])
    words = pa.chunked_array([["Mu\u0308nchen", "München"]], pa.string())
    assert len(parse_column("c", words, CellRules(), CellForm("text")).column.vocabulary) == 2
