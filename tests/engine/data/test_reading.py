"""Text files of any dialect come out as the same typed table, and nothing is lost without a word."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cupel.engine.data.columns import CellForm
from cupel.engine.data.frames import table_from_pandas
from cupel.engine.data.reading import ReadResult, read_table
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import ReadSpec


@pytest.fixture
def read(tmp_path: Path):
    def _read(content: str | bytes, name: str = "table.csv", **settings: object) -> ReadResult:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, ReadSpec(**settings))  # type: ignore[arg-type]

    return _read


def cells(result: ReadResult, name: str) -> list:
    return result.table[name].raw(np.arange(result.table.n_rows))


PLAIN = "name,size,born\nAnna,1.5,2020-01-31\nBo,,2021-02-28\nCy,1234.25,2019-12-01\n"
ROWS = [["Anna", "1,5", "31/01/2020"], ["Bo", "?", "28/02/2021"], ["Cy", "1.234,25", "01/12/2019"]]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PLAIN, "a.csv"),
        ("\ufeff" + PLAIN, "bom.csv"),
        (PLAIN.replace("\n", "\r\n"), "crlf.csv"),
        (PLAIN.replace("\n", "\r"), "cr.csv"),
        (PLAIN.replace(",", "\t"), "a.tsv"),
        (PLAIN.replace(",", "|"), "pipe.txt"),
        (PLAIN.encode("utf-16"), "utf16.csv"),
        (PLAIN.encode("utf-16-le"), "utf16le.csv"),
        (gzip.compress(PLAIN.encode(), mtime=0), "a.csv.gz"),
        ("name;size;born\n" + "".join(";".join(r) + "\n" for r in ROWS), "comma.csv"),
        ("name,size,born\n" + "".join(",".join(f'"{c}"' for c in r) + "\n" for r in ROWS), "quoted.csv"),
        ("name, size, born\n" + "".join(", ".join(f'"{c}"' for c in r) + "\n" for r in ROWS), "spaced.csv"),
        ("name;size;born;;\n" + "".join(";".join(r) + ";;\n" for r in ROWS) + ";;;;\n;;;;\n", "junk.csv"),
        ("sep=;\nname;size;born\n" + "".join(";".join(r) + "\n" for r in ROWS), "sep.csv"),
        ("My report\n\n" + PLAIN, "preamble.csv"),
    ],
)
def test_every_dialect_gives_the_same_table(read, content: str | bytes, name: str) -> None:
    result = read(content, name)
    assert result.table.names == ("name", "size", "born")
    assert [c.storage for c in result.table] == ["text", "number", "date"]
    assert result.table.digest() == read(PLAIN).table.digest()


def test_the_settings_that_were_found_are_returned_and_read_the_same_again(read) -> None:
    content = "stad;prijs\nZürich;1,5\nOslo;2,5\n".encode("latin-1")
    found = read(content).read
    assert found == ReadSpec(
        delimiter=";", encoding="cp1252", decimal=",", header=True, quoting=True, quote='"', escape="none",
        thousands=".", skip_rows=0, format="delimited",
    )  # fmt: skip
    again = read(content, **{name: getattr(found, name) for name in ReadSpec.__slots__})
    assert again.table.digest() == read(content).table.digest()


def test_settings_that_are_given_go_before_those_detected(read) -> None:
    result = read("1,2\n3,4\n5,6\n", header=True)
    assert result.table.names == ("1", "2")
    assert read("a,b\n1,2\n", header=False).table.names == ("column_1", "column_2")
    assert cells(read("a;b\n1,5;2\n", decimal="."), "a") == ["1,5"]
    assert cells(read("a,b\n-200,1\n3,-200.0\n", missing=("-200",)), "b") == [1, None]


def test_chinese_text_in_gb18030_is_told_from_western_text_that_decodes_as_it(read) -> None:
    chinese = "姓名,城市,年龄\n张三,北京,23\n李四,上海,45\n王五,广州,31\n"
    assert cells(read(chinese.encode("gb18030")), "城市") == ["北京", "上海", "广州"]
    western = "name,n\nAndréa Müller,1\nJoséa,2\nUniverse?Œæ,3\n".encode("cp1252")
    western.decode("gb18030")
    assert cells(read(western), "name") == ["Andréa Müller", "Joséa", "Universe?Œæ"]


def test_ragged_rows_are_mended_or_left_out_by_line(read) -> None:
    result = read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n7,8,9,\n10,11,12\nSource: nobody\n")
    assert cells(result, "c") == [3, None, 9, 12]
    said = [str(m) for m in result.messages]
    assert any("filled up with missing values: 1 " in s and "(lines 3)" in s for s in said)
    assert any("rows left out that do not have 3 cells: 2 " in s and "(lines 4, 7)" in s for s in said)


def test_lines_are_right_after_cells_that_hold_line_ends(read) -> None:
    result = read('id,text,y\n1,"two\nlines",3\n2,"x",4\n3,z,5,6\n4,w,7\n')
    assert cells(result, "text") == ["two\nlines", "x", "w"]
    assert "(lines 5)" in str(result.messages[0])


def test_a_stray_quote_does_not_swallow_rows(read) -> None:
    content = 'ham\t"Hello" she said\nspam\t"no end\nham\tfine\nham\t"\nspam\tmore\n'
    result = read(content, "sms.tsv")
    assert result.read.quoting is False
    assert result.table.n_rows == 5


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    words = ["plain", "a, b", 'say ""hi""', "two\nlines, and more", ",", "\n,\n"]
    rows = [(f"k{i}", words[i % 6], words[(i * 5 + 1) % 6]) for i in range(60)]
    path = tmp_path / "quoted.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("key", "first", "second"), *rows])
    result = read_table(path)
    assert cells(result, "key") == [key for key, _, _ in rows]
    assert cells(result, "first") == [first.strip() for _, first, _ in rows]
    assert cells(result, "second") == [second.strip() for _, _, second in rows]


def test_odd_cells_among_numbers_are_counted_and_become_missing(read) -> None:
    content = "a,b\n" + "".join(f"{i},{2 * i}\n" for i in range(50)) + "50,oops\n51,-\n52, \n53,None\n"
    result = read(content)
    assert result.table["b"].storage == "number"
    assert result.table["b"].missing().sum() == 4
    said = (
        "Column 'b' of table.csv: cells that are not a number and count as missing: 1, for instance 'oops' in "
        "line 52."
    )
    assert [str(m) for m in result.messages if said in str(m)]


def test_none_is_a_category_in_text_and_missing_among_numbers(read) -> None:
    result = read("garage,size\nNone,1\nshed,None\nNone,3\n")
    assert cells(result, "garage") == ["None", "shed", "None"]
    assert cells(result, "size") == [1, None, 3]


def test_codes_made_of_digits_stay_text(read) -> None:
    result = read("zip,long\n01234,12345678901234567890\n98765,12345678901234567891\n")
    assert [c.storage for c in result.table] == ["text", "text"]


def test_infinite_numbers_become_missing_out_loud(read) -> None:
    result = read("a,b\n1,2\ninf,3\n-Infinity,4\n5,1e400\n")
    assert cells(result, "a") == [1, None, None, 5]
    assert "infinite values that count as missing: 2." in str(result.messages[0])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["3/4/2020", "13/4/2020"], ["2020-04-03", "2020-04-13"]),
        (["4/3/2020", "4/13/2020"], ["2020-04-03", "2020-04-13"]),
        (["1949-01", "1949-12"], ["1949-01-01", "1949-12-01"]),
        (
            ["2020-01-01T10:00:00Z", "2020-01-01 12:30:00+02:00"],
            ["2020-01-01T10:00:00", "2020-01-01T10:30:00"],
        ),
        (["01-Feb-2020", "29-Feb-2020"], ["2020-02-01", "2020-02-29"]),
        (["Jan 5, 1999", "Dec 31, 1998"], ["1999-01-05", "1998-12-31"]),
        (["2020年1月5日", "2021年12月31日"], ["2020-01-05", "2021-12-31"]),
        (["1/2/2020 1:05 PM", "1/20/2020 12:00 AM"], ["2020-01-02T13:05:00", "2020-01-20"]),
        (["31.12.1969", "01.01.1970"], ["1969-12-31", "1970-01-01"]),
    ],
)
def test_dates_are_found_in_the_usual_spellings(read, written: list[str], expected: list[str]) -> None:
    result = read("d;x\n" + "".join(f"{d};{i}\n" for i, d in enumerate(written)))
    assert result.table["d"].storage == "date"
    assert cells(result, "d") == expected


def test_day_and_month_that_cannot_be_told_apart_are_reported(read) -> None:
    result = read("d,x\n1/2/2020,1\n5/3/2020,2\n2/5/2020,3\n1/1/2020,3\n")
    assert "day and month cannot be told apart" in str(result.messages[0])


def test_many_iso_dates_are_read_the_quick_way_alike(read) -> None:
    moments = np.datetime64("1950-01-01T00:00:01") + np.arange(60_000) * 7919
    result = read("d,x\n" + "".join(f"{m},1\n" for m in moments.astype(str)))
    column = result.table["d"]
    assert (column.numbers == moments.astype("datetime64[s]").astype(np.int64)).all()
    assert column.date_format == "%Y-%m-%d %H:%M:%S"


def test_a_second_header_is_left_out(read) -> None:
    body = "".join(f"{i % 3},{'red' if i % 2 else 'blue'},{'big' if i % 2 else 'small'}\n" for i in range(40))
    result = read("grade,colour,size\nnumber,Response,Response\n" + body)
    assert result.table.n_rows == 40
    assert result.table["grade"].storage == "number"
    assert result.table["colour"].vocabulary == ("blue", "red")


def test_how_cells_are_kept_can_be_demanded_of_a_later_file(read, tmp_path: Path) -> None:
    first = read("code,x,day\n1,2,3/4/2020\n2,3,13/4/2020\n")
    schema = infer_schema(first.table)
    later = tmp_path / "later.csv"
    later.write_text("code,x,day\nA,oops,5/6/2020\n7,4,6/7/2020\n")
    forms = {**schema.forms(), "code": CellForm("text")}
    result = read_table(later, first.read, forms)
    assert cells(result, "code") == ["A", "7"]
    assert cells(result, "x") == [None, 4]
    assert cells(result, "day") == ["2020-06-05", "2020-07-06"]


@pytest.mark.parametrize(
    ("content", "settings", "expected"),
    [
        ("", {}, "table.csv is empty"),
        ("\n\n \n", {}, "table.csv is empty"),
        ("a\n1\n2\n", {}, "single column"),
        ("a,b,c\n", {}, "no rows"),
        (bytes(range(256)) * 4, {}, "binary file"),
        (b"PK\x03\x04 no archive", {}, "damaged"),
        (b"a,b\n1,\xff\n", {"encoding": "utf-8"}, "line 2 cannot be decoded"),
        ("a,b\n1,2\n", {"encoding": "klingon"}, "'klingon' is not a known encoding"),
        ("a,b\n1,2\n", {"delimiter": "::"}, "'::' must be one ASCII character"),
        (gzip.compress(PLAIN.encode() * 99, mtime=0)[:60], {}, "is damaged"),
        (b"PAR1 but not really", {}, "damaged or not Parquet"),
    ],
)
def test_unusable_files_get_one_sentence(read, content: str | bytes, settings: dict, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        read(content, **settings)


def test_missing_files_and_folders_get_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)


def test_parquet_and_pandas_agree_with_csv(read, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "name": ["Anna", "Bo", "Cy"],
            "size": [1.5, None, 1234.25],
            "born": pd.to_datetime(["2020-01-31", "2021-02-28", "2019-12-01"]),
        }
    )
    expected = read(PLAIN).table.digest()
    assert table_from_pandas(frame)[0].digest() == expected
    frame.to_parquet(tmp_path / "frame.parquet")
    assert read_table(tmp_path / "frame.parquet").table.digest() == expected
    flags, _ = table_from_pandas(
        pd.DataFrame({"x": [True, False], "t": ["1", " 2"], "c": pd.Categorical(["a", None])})
    )
    assert [c.storage for c in flags] == ["text", "number", "text"]
    assert flags.raw_rows([1]) == [{"x": "False", "t": 2, "c": None}]


def test_a_stored_table_comes_back_as_it_was(read, tmp_path: Path) -> None:
    table = read(PLAIN).table
    table.to_parquet(tmp_path / "one")
    Table.from_parquet(tmp_path / "one").to_parquet(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert Table.from_parquet(tmp_path / "two").digest() == table.digest()
    assert table.take(np.array([2, 0])).raw_rows([1])[0]["name"] == "Anna"
    with pytest.raises(DataError, match="cannot be read"):
        Table.from_parquet(tmp_path / "gone")
