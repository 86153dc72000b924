"""The reader that a bundle ships reads cells exactly as training did."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from cupel.engine.bundled.numbers import MISSING, SOFT_MISSING
from cupel.engine.bundled.raw_column import RawColumn
from cupel.engine.bundled.schema import InputSpec, Schema
from cupel.engine.data.cells import CellRules, parse_column
from cupel.engine.data.columns import CellForm
from cupel.engine.data.dates import date_pattern, parse_dates
from cupel.engine.deployment.samples import spell_date

NUMBERS = [
    "1", " 2 ", "+3", "-4.5", "5.", ".5", "1e3", "1E-3", "-1.5e+10", "1,234", "1,234.5", "12,34", "1 234", "1'234'567",
    "1\u00a0234,5", "1.234", "1.234,5", "1,5",
    "007", "1_000", "0x10", "inf", "-Infinity", "nan", "1e999", "1e-999", "٣", "1 2",
    "", "NA", "?", "-", "unknown",
    "x", "--5", "1.2.3", "9007199254740993", "-200", "-200.0", "1e", "e5", "12345678901234567890",
]  # fmt: skip
DATES = [
    [
        "2020-02-29",
        "2021-02-29",
        "2020-1-5 07:30",
        "2020-01-05T07:30:15.25Z",
        "1969-12-31 23:59:59 -0130",
        "soon",
    ],
    ["13/02/2020", "01/12/1999 11:59 PM", "31/04/2020", "1/1/2020 12:00 am"],
    ["02/13/2020", "12/01/1999"],
    ["13.02.2020 4:05", "13.2.1999"],
    ["13/02/68", "13/02/69"],
    ["1 Jan 2020", "31 December 2021", "3 Foo 2020"],
    ["03-Mar-99", "03-Mar-1999"],
    ["Mar 3, 2020", "April 30, 2021 10:00"],
    ["Jan 2020", "Feb-2021"],
    ["1949-01", "1949-13"],
    ["2020年2月3日", "2020年12月31日 23:59"],
    ["2020年2月"],
    ["0001-01-01", "9999-12-31"],
]


def _column(kind: str, decimal: str = ".", date_format: str = "", missing: tuple[str, ...] = ()) -> RawColumn:
    pattern, day_first = date_pattern(date_format)
    spec = InputSpec("c", "c", kind, date_pattern=pattern, day_first=day_first)
    schema = Schema(
        missing=tuple(sorted(MISSING | set(missing))), soft_missing=tuple(SOFT_MISSING), user_missing=missing
    )
    return RawColumn(spec, schema, decimal)


def _trained(
    cells: list[str], kind: str, decimal: str = ".", missing: tuple[str, ...] = (), date_format: str = ""
) -> np.ndarray:
    array = pa.chunked_array([cells], pa.string())
    return parse_column("c", array, CellRules(decimal, missing), CellForm(kind, date_format)).column.numbers  # type: ignore[arg-type]


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("missing", [(), ("-200", "1")])
def test_numbers_are_read_as_in_training(decimal: str, missing: tuple[str, ...]) -> None:
    lines = list(range(len(NUMBERS)))
    found = _column("number", decimal, missing=missing).convert(NUMBERS, lines)[:, 0]
    np.testing.assert_array_equal(found, _trained(NUMBERS, "number", decimal, missing))
    plain = [cell for cell in NUMBERS if cell == "" or set(cell) <= set("0123456789.eE+-")]
    for subset in (plain, ["1", "-200", "", "2.5"], ["1"]):
        quick = _column("number", decimal, missing=missing).convert(subset, list(range(len(subset))))[:, 0]
        np.testing.assert_array_equal(quick, _trained(subset, "number", decimal, missing))


@pytest.mark.parametrize("cells", DATES, ids=lambda cells: cells[0])
def test_dates_are_read_as_in_training_and_spelled_back(cells: list[str]) -> None:
    parsed = parse_dates(pa.array(cells), 0.3)
    assert parsed is not None
    column = _column("date", date_format=parsed.date_format)
    found = column.convert(cells, list(range(len(cells))))[:, 0]
    np.testing.assert_array_equal(found, _trained(cells, "date", date_format=parsed.date_format))
    np.testing.assert_array_equal(found, parsed.seconds)
    known = found[~np.isnan(found)]
    spelled = [spell_date(s, parsed.date_format) for s in known.tolist()]
    np.testing.assert_array_equal(column.convert(spelled, list(range(len(spelled))))[:, 0], known)


def test_text_is_read_as_in_training() -> None:
    column = _column("text", missing=("none here",))
    cells = [" a ", "NA", "", None, "none here", "-", "3.0", 3.0, 3, True, float("nan"), "\u3000b\u00a0"]
    words = ["a", "", "", "", "", "-", "3.0", "3", "3", "True", "", "b"]
    assert column.convert(cells, list(range(12)))[:, 0].tolist() == words
