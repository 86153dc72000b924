"""What a text file looks like is found: a header, quotes, escapes; and can be said."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.bundled.schema import Dialect, InputSpec, Schema
from cupel.engine.bundled.table_file import TableFile
from cupel.engine.data.reading import ReadResult, read_table
from cupel.engine.domain.errors import SpecError
from cupel.engine.domain.spec import ReadSpec

_SAID = [
    'She said "great, great" and went home', "it's fine", 'no "comma" here', "a, b, and c", "plain",
    'ends in "one"', '"starts" with one', "one\nline more, and another",
]  # fmt: skip


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ReadResult]:
    def _read(content: str, known: tuple[str, ...] = (), **settings: object) -> ReadResult:
        path = tmp_path / "table.csv"
        path.write_text(content, encoding="utf-8", newline="")
        return read_table(path, ReadSpec(**settings), known=dict.fromkeys(known))  # type: ignore[arg-type]

    return _read


def _written(cells: list[str], **how: object) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", **how)  # type: ignore[arg-type]
    writer.writerow(["id", "said", "y"])
    writer.writerows([i, cell, i % 2] for i, cell in enumerate(cells))
    return stream.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("how", "quote", "escape"),
    [
        ({"quoting": csv.QUOTE_MINIMAL}, '"', "none"),
        ({"quoting": csv.QUOTE_ALL}, '"', "none"),
        ({"quoting": csv.QUOTE_ALL, "escapechar": "\\", "doublequote": False}, '"', "\\"),
        ({"quoting": csv.QUOTE_NONNUMERIC, "escapechar": "\\", "doublequote": False}, '"', "\\"),
        ({"quoting": csv.QUOTE_NONNUMERIC, "quotechar": "'"}, "'", "none"),
    ],
)
def test_cells_are_as_the_writer_meant_them_in_training_and_prediction(
    read, tmp_path: Path, delimiter: str, how: dict, quote: str, escape: str
) -> None:
    cells = [cell for cell in _SAID if quote == '"' or "\n" not in cell] * 5
    result = read(_written(cells, delimiter=delimiter, **how))
    assert (result.read.quote, result.read.escape) == (quote, escape)
    assert result.table["said"].raw(np.arange(len(cells))) == cells
    found = result.read
    schema = Schema(
        inputs=(InputSpec("said", "said", "text"),),
        read=Dialect(found.delimiter, found.encoding, quote=found.quote, escape=found.escape),
    )
    file = TableFile(tmp_path / "table.csv", schema, Dialect())
    assert [cell for _, columns in file.chunks() for cell in columns[0]] == cells


@pytest.mark.parametrize(
    "cell",
    [
        "C:\\data\\", "C:\\new\\table", "a \\ b", '{"a": "say \\"hi\\""}', '{"path": "C:\\\\x"}', "\\N", "1\\2",
        "\\alpha, \\beta", "x\\,y", "\\\\server\\share",
    ],
)  # fmt: skip
def test_a_backslash_that_escapes_nothing_stays(read, cell: str) -> None:
    result = read(_written([cell, "plain", "a, b"] * 9, quoting=csv.QUOTE_ALL))
    assert result.read.escape == "none"
    assert result.table["said"].raw(np.array([0])) == [cell]


@pytest.mark.parametrize(
    ("first", "body", "known", "is_header"),
    [
        ("0,1,2,3", "1.5,2.5,-1,0", ("3",), True),
        ("0,1,2,3", "1.5,2.5,-1,0", (), False),
        ("0,1,2,3", "1.5,2.5,-1,0", ("column_4",), False),
        ("country,2019,2020,2021,label", "c{i},3{i},4{i},5{i},up", (), True),
        ("country,2019,2020,2021,label", "c{i},3{i},4{i},5{i},up", ("label",), True),
        ("country,2019,2020,2021,label", "c{i},3{i},4{i},5{i},up", ("label", "2020"), True),
        ("country,2019,2020,2021,label", "c{i},3{i},4{i},5{i},up", ("column_5",), False),
        ("q1,q2,q3", "{i},2,3", (), True),
        ("1,2,3", "1,2,{i}", (), False),
        ("1,2,3", "1,2,{i}", ("2",), True),
        ("100,200,300,class", "{i}.5,2.5,1.5,a", ("class",), True),
        ("a,b,c", "a,b,c{i}", ("c",), True),
        ("a,b,c", "a,b,c{i}", (), False),
        ("x , y ,my  target", "{i},2,3", ("my target",), True),
        ("3.5,4.5,yes", "{i}.5,2.5,no", ("yes",), True),
        ("3.5,4.5,yes", "{i}.5,2.5,no", (), False),
        ("2019,2020,2021", "{i}.5,2.5,1.5", ("2021",), True),
        ("年份,2019,2020,标签", "a{i},3{i},4{i},高", (), True),
    ],
)
def test_whether_the_first_row_holds_names(
    read, first: str, body: str, known: tuple[str, ...], is_header: bool
) -> None:
    result = read("\n".join([first, *(body.format(i=i) for i in range(1, 30))]), known)
    assert result.read.header is is_header
    assert result.table.n_rows == 29 + (not is_header)


def test_lines_before_the_table_can_be_said(read) -> None:
    content = "a,b,c\nunits,kg,m\nx,y,z\n" + "".join(f"{i},{i}.5,p\n" for i in range(20))
    assert read(content, skip_rows=2).table.names == ("x", "y", "z")
    assert read(content, skip_rows=2).read.skip_rows == 2
    assert read(content, skip_rows=3, header=False).table.n_rows == 20


@pytest.mark.parametrize(
    ("settings", "column", "expected"),
    [
        ({"thousands": "."}, "p", [1234, 2345]),
        ({"thousands": ","}, "p", [1.234, 2.345]),
        ({"decimal": ","}, "p", [1234, 2345]),
        ({"quote": "none"}, "q", ['"x"', '"y"']),
        ({"quote": "'"}, "q", ['"x"', '"y"']),
        ({}, "q", ["x", "y"]),
    ],
)
def test_what_is_said_goes_before_what_is_found(read, settings: dict, column: str, expected: list) -> None:
    result = read('p;q;y\n1.234;"x";1\n2.345;"y";2\n', **settings)
    assert result.table[column].raw(np.arange(2)) == expected


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"decimal": ",", "thousands": ","}, "cannot be the decimal sign and set thousands apart"),
        ({"skip_rows": -1}, "The number of lines to skip is -1"),
        ({"quote": "x"}, "quote is 'x'; choose one of"),
    ],
)
def test_what_cannot_be_gets_one_sentence(settings: dict, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        ReadSpec(**settings)


@pytest.mark.parametrize(
    ("first", "second", "decimal"),
    [
        ("3,5 €", "12,75 €", ","),
        ("€ 3,5", "€ 1.200,50", ","),
        ("12,5 %", "7,25 %", ","),
        ("3,5kg", "4,75kg", ","),
        ("-3,5 °C", "4,5 °C", ","),
        ("CHF 3,5", "CHF 4,5", ","),
        ("1,5", "2,25", ","),
        ("1.234,5", "2.345,25", ","),
        ("$3.50", "$1,200.75", "."),
        ("3.5 m", "4.25 m", "."),
        ("$1,200", "$3,400", "."),
        ("1.5", "2.25", "."),
        ("1,234.5", "2,345.25", "."),
        ("08.09.19", "15.12.20", "."),
        ("Smith, 5", "Jones, 7", "."),
        ("1.2.3", "2.3.4", "."),
    ],
)
def test_the_decimal_sign_shows_beside_money_and_units(read, first: str, second: str, decimal: str) -> None:
    result = read("p;n;y\n" + "".join(f"{cell};{i};{i % 2}\n" for i, cell in enumerate([first, second] * 10)))
    assert result.read.decimal == decimal
