"""Files that are no tables of text are told by their bytes, whatever they are called; frames and cells too."""

from __future__ import annotations

import bz2
import datetime
import decimal
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cupel.engine.bundled.errors import InputError
from cupel.engine.bundled.input_column import check_rows
from cupel.engine.bundled.raw_column import RawColumn
from cupel.engine.bundled.schema import Dialect, InputSpec, Schema
from cupel.engine.bundled.spelling import Spelling
from cupel.engine.bundled.table_file import TableFile
from cupel.engine.domain.errors import DataError
from cupel.engine.kinds.sources import load
from PIL import Image

_FRAME = pd.DataFrame({"a": [1, 2, 3], "y": ["n", "m", "n"]})
_TABLE = b"a,b\n1,2\n3,4\n"


def archive(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, data in members:
            file.writestr(name, data)
    return stream.getvalue()


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def picture(form: str) -> bytes:
    return written(lambda stream: Image.new("RGB", (9, 9)).save(stream, form))


def packed_folder(data: bytes = b"a,b\n1,2\n") -> bytes:
    def write(stream: io.BytesIO) -> None:
        with tarfile.open(fileobj=stream, mode="w:gz") as file:
            entry = tarfile.TarInfo("a.csv")
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))

    return written(write)


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t(a, b)")
    connection.commit()
    return connection.serialize()


_SHEET = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
_PICTURES = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
MADE: dict[str, tuple[Callable[[], bytes], str]] = {
    "xlsx": (lambda: archive(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")), "is an Excel workbook: save"),
    "ods": (lambda: archive(_SHEET, ("content.xml", b"x")), "is an OpenDocument workbook: save"),
    "docx": (lambda: archive(("[Content_Types].xml", b"x"), ("word/document.xml", b"x")), "is a document"),
    "odt": (lambda: archive(("mimetype", b"application/vnd.oasis.opendocument.text")), "is a document"),
    "numbers": (lambda: archive(("Index/Document.iwa", b"x")), "is a Numbers workbook"),
    "xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old office program"),
    "xls before 1997": (lambda: b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(600), "old office program"),
    "xls of HTML": (lambda: b"<html xmlns:x='urn:x'><table><tr><td>a</td></table></html>", "is an HTML page"),
    "xls of XML": (lambda: b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "workbook in XML"),
    "XML": (lambda: b"<?xml version='1.0'?><rows><r a='1'/></rows>", "is an XML document"),
    "HTML": (lambda: b"\n<!DOCTYPE html>\n<html><title>404</title></html>", "is an HTML page"),
    "HTML with a mark": (lambda: b"\xef\xbb\xbf<!-- c -->\n<HTML lang=en>\n", "is an HTML page"),
    "Git LFS": (lambda: _POINTER, "pointer of Git LFS, not the data themselves; get them with `git lfs pull`"),
    "git-annex": (lambda: b"../.git/annex/objects/X9/j8/MD5E-s12--abc.csv/MD5E-s12--abc.csv\n", "git annex get"),
    "DVC": (lambda: b"outs:\n- md5: a304afb96060aad90176268345e10355\n  path: data.csv\n", "dvc pull"),
    "SQLite": (database, "is an SQLite database"),
    "pickle": (lambda: pickle.dumps(_FRAME), "is a Python pickle"),
    "old pickle": (lambda: pickle.dumps({"a": 1}, 2), "is a Python pickle"),
    "Feather": (lambda: written(_FRAME.to_feather), "is a Feather file"),
    "ORC": (lambda: written(lambda stream: _FRAME.to_orc(stream)), "is an ORC file"),
    "Stata": (lambda: written(lambda stream: _FRAME.to_stata(stream, version=118)), "statistics program"),
    "old Stata": (lambda: written(lambda stream: _FRAME.to_stata(stream, version=114)), "statistics program"),
    "SPSS": (lambda: b"$FL2@(#) SPSS DATA FILE" + bytes(99), "statistics program"),
    "SAS": (lambda: bytes(12) + b"\xc2\xea\x81\x60" + bytes(99), "statistics program"),
    "R": (lambda: gzip.compress(b"RDX3\nX\n\0\0\0\3"), "statistics program"),
    "HDF5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(99), "holds arrays"),
    "NumPy": (lambda: written(lambda stream: np.save(stream, np.eye(3))), "holds arrays"),
    "PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3", "is a PDF document"),
    **{form: (lambda form=form: picture(form), "is a picture") for form in _PICTURES},
    "HEIC": (lambda: b"\0\0\0\x18ftypheic" + bytes(30), "is a picture"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(60), "is an archive"),
    "tar.gz": (packed_folder, "is an archive"),
    "tar": (lambda: gzip.decompress(packed_folder()), "is an archive"),
    "packed twice": (lambda: gzip.compress(gzip.compress(_TABLE)), "is an archive"),
    "several": (lambda: archive(("a.csv", _TABLE), ("b.csv", _TABLE)), r"archive of 2 files \(a.csv, b.csv\); unpack"),
    "none": (lambda: archive(), "is an empty ZIP archive"),
    "cut ZIP": (lambda: archive(("a.csv", _TABLE * 50))[:100], "is damaged"),
    "cut gzip": (lambda: gzip.compress(_TABLE * 5000)[:40], "is damaged"),
    "cut bzip2": (lambda: bz2.compress(_TABLE * 5000)[:40], "is damaged"),
    "cut xz": (lambda: lzma.compress(_TABLE * 5000)[:40], "is damaged"),
    "RTF": (lambda: b"{\\rtf1 hello}", "word processor"),
    "merge": (lambda: b"<<<<<<< HEAD\na,b\n1,2\n=======\na,c\n>>>>>>> x\n", "both sides of a merge"),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_what_is_no_table_is_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    made, said = MADE[name]
    path = tmp_path / "table.csv"
    path.write_bytes(made())
    with pytest.raises(DataError, match=said):
        load(path)
    schema = Schema(inputs=(InputSpec("a", "a", "text"),), n_columns=2, read=Dialect(","))
    with pytest.raises(InputError, match=said):
        list(TableFile(path, schema, Dialect()).chunks())


@pytest.mark.parametrize(
    "word", ["PAR1", "ORC", "BZh9", "BM", "FEA1", "html", "<p>", "GIF", "md5", "Obj", "outs"]
)
def test_words_that_begin_like_other_files_are_words(tmp_path: Path, word: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{word},y\n1,2\n3,4\n5,6\n")
    assert load(path).table.names == (word, "y")


@pytest.mark.parametrize("quote", ['"', ""])
@pytest.mark.parametrize("size", [3_000_000, 20_000_000])
def test_a_cell_of_millions_of_signs_is_read(tmp_path: Path, size: int, quote: str) -> None:
    path = tmp_path / "table.csv"
    cell = f"{quote}{'x' * size}{quote}"
    path.write_text("a,text,y\n" + "1,t,0\n" * 40 + f"2,{cell},1\n" + "3,t,0\n" * 40)
    table = load(path).table
    assert len(str(table["text"].raw(np.array([40]))[0])) == size
    schema = Schema(inputs=(InputSpec("text", "text", "text"),), n_columns=3, read=Dialect(","))
    ((_, (cells,)),) = TableFile(path, schema, Dialect()).chunks()
    assert len(cells[40]) == size


_OF_FRAMES: dict[str, tuple[object, list[object]]] = {
    "NA": ([1, pd.NA, 3], [1, None, 3]),
    "words and NA": (["a", pd.NA, "b"], ["a", None, "b"]),
    "Int64": (pd.array([1, None, 3], dtype="Int64"), [1, None, 3]),
    "boolean": (pd.array([True, None, False], dtype="boolean"), ["True", None, "False"]),
    "truth and NA": ([True, False, pd.NA], ["True", "False", None]),
    "string": (pd.array(["a", None, "b"], dtype="string"), ["a", None, "b"]),
    "several types": ([1, "a", pd.NaT], ["1", "a", None]),
    "NaT": (pd.to_datetime(["2020-01-01", None, "2021-01-01"]), ["2020-01-01", None, "2021-01-01"]),
    "periods": (pd.period_range("2020-01", periods=3, freq="M"), ["2020-01-01", "2020-02-01", "2020-03-01"]),
    "intervals": (pd.interval_range(0, 3), ["(0, 1]", "(1, 2]", "(2, 3]"]),
    "durations": (pd.to_timedelta([1, None, 3], unit="h"), [3600, None, 10800]),
    "categories": (pd.Categorical([1, 2, None]), [1, 2, None]),
    "sparse": (pd.arrays.SparseArray([0, 0, 1]), [0, 0, 1]),
    "decimals": ([decimal.Decimal("1.5"), None, decimal.Decimal(2)], [1.5, None, 2]),
    "days": (
        [datetime.date(2020, 1, 2), None, datetime.date(2020, 1, 3)],
        ["2020-01-02", None, "2020-01-03"],
    ),
    "huge": ([10**30, 1, 1], [str(10**30), "1", "1"]),
    "none": ([pd.NA] * 3, [None] * 3),
}


@pytest.mark.parametrize("name", _OF_FRAMES)
def test_cells_of_frames_are_what_they_mean(name: str) -> None:
    cells, meant = _OF_FRAMES[name]
    frame = pd.DataFrame({"c": pd.Series(cells), "x": [1, 2, 3], "y": ["a", "b", "a"]})
    assert load(frame).table["c"].raw(np.arange(3)) == meant


@pytest.mark.parametrize(
    ("cells", "said"),
    [([1 + 2j] * 3, "complex"), ([[1], [2], [3]], "list"), ([{"a": 1}] * 3, "dict"), ([b"a"] * 3, "bytes"),
     ([{1}] * 3, "set"), ([np.zeros(2)] * 3, "ndarray"), ([object()] * 3, "object")],
)  # fmt: skip
def test_columns_of_frames_without_use_are_left_out_and_told(cells: list[object], said: str) -> None:
    found = load(pd.DataFrame({"c": pd.Series(cells), "x": [1, 2, 3], "y": ["a", "b", "a"]}))
    assert found.table.names == ("x", "y")
    assert f"holds {said} values, which cannot be used" in str(found.messages[0])


@pytest.mark.parametrize("data", [None, 5, [{"a": 1}], {"a": [1]}, np.eye(3), pd.Series([1, 2]), b"x"])
def test_what_is_no_frame_is_named(data: object) -> None:
    with pytest.raises(DataError, match=f"or a pandas DataFrame, not {type(data).__name__}"):
        load(data)  # type: ignore[arg-type]


def column(storage: str) -> RawColumn:
    spec = InputSpec("c", "c", storage, date_format="%Y-%m-%d", spelling=Spelling((), ()))  # type: ignore[arg-type]
    return RawColumn(spec, Schema(inputs=(spec,), missing=("", "NA")), ".")


@pytest.mark.parametrize("cell", [None, pd.NA, pd.NaT, np.nan, float("nan"), np.datetime64("NaT"), "NA", ""])
@pytest.mark.parametrize("storage", ["number", "text", "date"])
def test_a_missing_cell_is_missing_however_it_is_said(storage: str, cell: object) -> None:
    (value,) = column(storage).convert([cell], [1])[0]
    assert value == "" or value != value


@pytest.mark.parametrize(
    ("storage", "cell"),
    [
        *(("number", cell) for cell in ([1], {"a": 1}, b"39", 1j, np.zeros(2), object(), 10**400)),
        ("number", datetime.date(2020, 1, 1)), ("number", np.datetime64("2020-01-01")),
        *(("text", cell) for cell in ([1], {"a": 1}, b"a", object(), np.zeros(2))),
        *(("date", cell) for cell in ([1], b"2020-01-01", datetime.time(1))),
    ],
)  # fmt: skip
def test_a_cell_of_no_use_is_told_with_its_column_and_type(storage: str, cell: object) -> None:
    with pytest.raises(
        InputError, match=rf"Column 'c' cannot take .* of the type {type(cell).__name__}; give "
    ):
        column(storage).convert(["x" if storage == "text" else "1", cell], [1, 2])


def test_cells_of_every_useful_type_are_taken() -> None:
    numbers = [
        1,
        1.5,
        True,
        np.int32(2),
        np.float32(3),
        np.bool_(False),
        decimal.Decimal("4"),
        "5",
        np.str_("6"),
    ]
    assert column("number").convert(numbers, range(9)).ravel().tolist() == [1, 1.5, 1, 2, 3, 0, 4, 5, 6]
    words = ["a", 5, 5.0, True, uuid.UUID(int=1).hex]
    assert column("text").convert(words, range(5)).ravel().tolist() == ["a", "5", "5", "True", words[-1]]
    days = [datetime.date(1970, 1, 2), np.datetime64("1970-01-02"), pd.Timestamp("1970-01-02"), "1970-01-02"]
    assert column("date").convert(days, range(4)).ravel().tolist() == [86400.0] * 4


def test_rows_are_dicts() -> None:
    check_rows([{"a": 1}])
    with pytest.raises(InputError, match=r"A row is a dict, such as .*, not 5 of the type int"):
        check_rows([5])  # type: ignore[list-item]
