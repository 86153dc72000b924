"""Tables in JSON, in ARFF, between blanks and in packed files are read like the same table as CSV, in bundles too."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from cupel.engine.bundled.errors import InputError
from cupel.engine.bundled.schema import Dialect, InputSpec, Schema
from cupel.engine.bundled.table_file import TableFile
from cupel.engine.domain.errors import DataError
from cupel.engine.domain.spec import ReadSpec
from cupel.engine.kinds.sources import Loaded, load

_ROWS: list[dict[str, object]] = [
    {"age": 39, "job": "clerk", "vip": True, "y": "no"},
    {"age": None, "job": "it's", "vip": False, "y": "yes"},
    {"age": 41.5, "job": "a, b", "vip": True, "y": "no"},
] * 5
_NAMES = list(_ROWS[0])
_CELLS = [
    ["" if r["age"] is None else str(r["age"]), str(r["job"]), str(r["vip"]).lower(), str(r["y"])]
    for r in _ROWS
]
_CSV = "\n".join(["age,job,vip,y", *(f'{a},"{job}",{vip},{y}' for a, job, vip, y in _CELLS), ""])
_LINES = "".join(json.dumps(row) + "\n" for row in _ROWS)
_ARFF = "\n".join(
    [
        "% people", "@RELATION 'some people'", "", "@attribute age numeric",
        "@ATTRIBUTE \"job\" {clerk,'it\\'s','a, b'}", "@attribute 'vip' {true, false}", "@attribute y {no,yes}",
        "@DATA", "% rows",
        *(", ".join([a or "?", "'" + job.replace("'", "\\'") + "'", vip, y]) for a, job, vip, y in _CELLS), "",
    ]
)  # fmt: skip
_BLANKS = "\n".join(
    ["age job  vip y", *(f'  {a or "NA"}   "{job}"\t{vip}  {y} ' for a, job, vip, y in _CELLS), ""]
)


def zstandard(data: bytes) -> bytes:
    stream = pa.BufferOutputStream()
    with pa.CompressedOutputStream(stream, "zstd") as packed:
        packed.write(data)
    return stream.getvalue().to_pybytes()


def archive(*members: tuple[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return stream.getvalue()


_PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard,
    "zip": lambda data: archive(("table", data), ("__MACOSX/._table", b"x"), (".DS_Store", b"y")),
    "two gz": lambda data: gzip.compress(data[:99]) + gzip.compress(data[99:]),
}
_SAME: dict[str, str] = {
    "lines": _LINES,
    "lines with CRLF": _LINES.replace("\n", "\r\n"),
    "lines with empty ones": _LINES.replace("\n", "\n\n"),
    "a list": json.dumps(_ROWS),
    "a list on many lines": json.dumps(_ROWS, indent=2),
    "objects on many lines": "\n".join(json.dumps(row, indent=1) for row in _ROWS),
    "objects with commas": ",\n".join(json.dumps(row) for row in _ROWS),
    "lists by column": json.dumps({name: [row[name] for row in _ROWS] for name in _NAMES}),
    "objects by column": json.dumps({n: {str(i): row[n] for i, row in enumerate(_ROWS)} for n in _NAMES}),
    "objects by row": json.dumps({f"row {i}": row for i, row in enumerate(_ROWS)}),
    "names and rows": json.dumps({"columns": _NAMES, "index": [], "data": [list(r.values()) for r in _ROWS]}),
    "rows within an answer": json.dumps({"total": 15, "next": None, "results": _ROWS}),
    "a list of lists": json.dumps([_NAMES, *(list(row.values()) for row in _ROWS)]),
    "lines of lists": "".join(json.dumps(r) + "\n" for r in [_NAMES, *(list(row.values()) for row in _ROWS)]),
    "ARFF": _ARFF,
    "blanks": _BLANKS,
}


def predicted_cells(path: Path, **trained: object) -> list[tuple[str, ...]]:
    """Return the cells of all rows as a bundle reads them."""
    schema = Schema(
        inputs=tuple(InputSpec(name, name, "text", position=i) for i, name in enumerate(_NAMES)),
        n_columns=len(_NAMES),
        read=Dialect(**trained),  # type: ignore[arg-type]
    )
    chunks = TableFile(path, schema, Dialect()).chunks()
    return [row for _, columns in chunks for row in zip(*columns, strict=True)]


def rows_of(found: Loaded) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in found.table.raw_rows(np.arange(found.table.n_rows).tolist())]


@pytest.mark.parametrize("packing", ["", *_PACKED])
@pytest.mark.parametrize(
    "text", [_CSV, _LINES, json.dumps(_ROWS), _ARFF], ids=["csv", "lines", "list", "arff"]
)
def test_a_packed_table_is_the_one_within(tmp_path: Path, text: str, packing: str) -> None:
    plain, path = tmp_path / "plain", tmp_path / "table"
    plain.write_text(_CSV)
    path.write_bytes(_PACKED[packing](text.encode()) if packing else text.encode())
    found = load(path)
    assert found.table.names == tuple(_NAMES)
    assert rows_of(found) == rows_of(load(plain))
    if packing == "zst":
        with pytest.raises(InputError, match="is packed with Zstandard, which is not read here; unpack it"):
            predicted_cells(path)
    else:
        assert [list(row) for row in predicted_cells(path)] == _CELLS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", _SAME.values(), ids=_SAME)
def test_training_and_bundles_read_the_same_rows(tmp_path: Path, text: str, encoding: str) -> None:
    plain, path = tmp_path / "plain", tmp_path / "table"
    plain.write_text(_CSV)
    path.write_bytes(text.encode(encoding))
    found = load(path)
    assert found.table.names == tuple(_NAMES)
    assert rows_of(found) == rows_of(load(plain))
    cells = [["" if cell == "NA" else cell for cell in row] for row in predicted_cells(path)]
    assert cells == _CELLS
    # The model of a table in one format takes rows in another.
    assert len(predicted_cells(path, delimiter=";", header=False)) == len(_CELLS)


def read(tmp_path: Path, text: str, **asked: object) -> Loaded:
    path = tmp_path / "table.txt"
    path.write_text(text)
    return load(path, ReadSpec(**asked))  # type: ignore[arg-type]


def test_numbers_and_words_of_json_are_as_they_are_spelled(tmp_path: Path) -> None:
    lines = (
        '{"a":NaN,"code":"007","big":12345678901234567890123,"y":1.50}\n{"a":2,"code":"010","big":2,"y":0}\n'
    )
    found = read(tmp_path, lines)
    assert found.table["code"].raw(np.arange(2)) == ["007", "010"]
    assert found.table["big"].raw(np.arange(2)) == ["12345678901234567890123", "2"]
    assert found.table["a"].raw(np.arange(2)) == [None, 2]


def test_objects_within_objects_are_columns_and_lists_are_told(tmp_path: Path) -> None:
    lines = (
        '{"u":{"age":1,"at":{"zip":3}},"tags":["a"],"y":"n"}\n{"u":{"age":2},"tags":[],"y":"m","more":5}\n'
    )
    found = read(tmp_path, lines)
    assert found.table.names == ("u.age", "u.at.zip", "y", "more")
    said = " ".join(map(str, found.messages))
    assert "called like address.city" in said
    assert "hold lists, which cannot be used, and were left out: tags" in said


def test_a_value_is_read_across_what_is_held_at_once(tmp_path: Path) -> None:
    long = [{"text": "x" * 700_000 + str(i), "y": i % 2} for i in range(6)]
    found = read(tmp_path, json.dumps(long))
    texts = found.table["text"].raw(np.arange(6))
    assert [text[-1] for text in texts] == list("012345")
    assert {len(text) for text in texts} == {700_001}


@pytest.mark.parametrize(
    ("text", "delimiter", "names", "n_rows"),
    [
        ('18.0   8   307.0\t"chevrolet chevelle"\n15.0   8   350.0\t"buick skylark"\n' * 3, " ", 4, 6),
        (" 0.00632  18.00   2.310  0\n 0.02731   0.00   7.070  1\n" * 4, " ", 4, 8),
        ('"mpg" "cyl"\n"Mazda RX4" 21 6\n"Datsun 710" 22.8 4\n"Duster 360" 14.3 8\n', " ", 3, 3),
        ("name      age  y\nanna       12  a\nbo          3  b\ncy         44  a\n", " ", 3, 3),
        ("a b y\n1,5 2,25 x\n3,5 4,75 z\n0,5 9,75 x\n", " ", 3, 3),
        ("text,label\nthis is good,1\nthat was bad,0\nthis is fine,1\n", ",", 2, 3),
        ("name\twhen\nanna\t2020-01-01 10:00\nbo\t2020-01-02 11:00\n", "\t", 2, 2),
        ("animal\tcolour\nblack dog\tvery dark\nblack cat\tvery dark\nwhite dog\tvery light\n", "\t", 2, 3),
        ("2020-01-01 10:00,5\n2020-01-02 11:00,6\n2020-01-03 12:00,7\n", ",", 2, 3),
        ("a; b; c\n1; 2; 3\n4; 5; 6\n", ";", 3, 2),
        ("a|b|c\n1|x y|3\n2|z w|4\n", "|", 3, 2),
        ("when,y\n10 / 370 : 9110,0\n11 / 407 : 10021,1\n12 / 444 : 10932,0\n", ",", 2, 3),
    ],
)  # fmt: skip
def test_blanks_are_taken_for_delimiters_where_nothing_else_is(
    tmp_path: Path, text: str, delimiter: str, names: int, n_rows: int
) -> None:
    found = read(tmp_path, text)
    assert (found.read.delimiter, len(found.table.names), found.table.n_rows) == (delimiter, names, n_rows)


def test_lines_of_prose_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="single column"):
        read(tmp_path, "text\nthis is good\nbad\nvery bad film I saw\nok\n")


@pytest.mark.parametrize(
    "text",
    [
        'id,meta,y\n1,"{""a"": 1}",x\n2,"{""a"": 2}",z\n', 'meta,y\n"{""a"": 1}",x\n"{""a"": 2}",z\n',
        '{"a": 1}\tx\n{"a": 2}\ty\n{"a": 3}\tx\n', "[1,2],x\n[3,4],z\n", "[id],[y]\n1,a\n2,b\n",
        '["a",x\n["b",y\n',
    ],
)  # fmt: skip
def test_cells_that_look_like_json_are_cells(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).read.format == "delimited"


def test_a_format_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    assert read(tmp_path, '{"a":1,"y":2}\n{"a":3,"y":4}\n').read.format == "json"
    assert read(tmp_path, '{"a":1,"y":2}\n{"a":3,"y":4}\n', format="delimited").read.format == "delimited"
    with pytest.raises(DataError, match="is an ARFF file whose line 1 is no attribute"):
        read(tmp_path, "a,b\n1,2\n", format="arff")
    assert read(tmp_path, "a  b\n1  2\n3  4\n", delimiter=" ").table.names == ("a", "b")


def test_sparse_and_weighted_rows_of_arff(tmp_path: Path) -> None:
    head = "@relation x\n@attribute a numeric\n@attribute b {u,v}\n@attribute c {no,'so so'}\n@data\n"
    found = read(tmp_path, head + "{0 3, 2 'so so'}\n{1 v}\n{ }\n4,v,no,{5}\n? v 'so so'\n")
    assert rows_of(found) == [
        (3, "u", "so so"), (0, "v", "no"), (0, "u", "no"), (4, "v", "no"), (None, "v", "so so"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a":1,"y":"n"}\n{"a":2,"y":"m"}\n{"a":2,"y":\n', "JSON that cannot be read: Expecting value in line 4"),
        ('[{"a":1,"y":"n"},\n{"a":2,"y":"m"},\n{"a":2,', "JSON that cannot be read: .* in line 3"),
        ('[{"a":1}\n{"a":2}]', "Expecting ',' or '\\]' in line 2"),
        ("[1,2,3]\n", "is JSON, but no table"),
        ('{"a":1}\n3\n', r"is JSON, but no table \(line 2\)"),
        ('{"train":[{"a":1,"y":0}],"test":[{"a":1,"y":0}]}', "is JSON, but no table"),
        ("[]", "is JSON without rows"),
        ("{}\n{}\n", "is JSON without rows"),
        ('[{"a":1},[2]]', "both objects and lists as rows"),
        ("[" * 5000 + "]" * 5000, "nested too deeply"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, "nested too deeply"),
        ("@relation x\n@attribute a real\n@attribute y {no}\n@data\n1.5,no,3\n", "2 attributes, but line 5 has 3"),
        ("@relation x\n@attribute a relational\n@data\n1\n", "with tables in its cells"),
        ("@relation x\n@attr a real\n@data\n1.5\n", "line 2 is no attribute"),
        ("@relation x\n@attribute a real\n@attribute b real\n@data\n{7 1}\n", "line 5 is no sparse row"),
        ("{'a': 1, 'y': 'n'}\n{'a': 2, 'y': 'm'}\n", "dictionaries as Python prints them"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told_in_training_and_bundles(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(tmp_path, text)
    with pytest.raises(InputError, match=said):
        predicted_cells(tmp_path / "table.txt")
