"""predict.py of a bundle is made of the modules that Cupel predicts with, and reads files as training did."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cupel.engine.bundled.numbers import MISSING, SOFT_MISSING
from cupel.engine.bundled.raw_column import RawColumn
from cupel.engine.bundled.schema import Dialect, InputSpec, Schema
from cupel.engine.bundled.table_file import TableFile
from cupel.engine.data.columns import NumberColumn
from cupel.engine.data.dates import date_pattern
from cupel.engine.data.reading import ReadResult, read_table
from cupel.engine.data.schema import infer_schema
from cupel.engine.deployment.programs import joined_program, own_programs, predict_program


def test_the_program_imports_nothing_of_ours_and_is_whole() -> None:
    tree = ast.parse(predict_program())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not any(isinstance(node, ast.ImportFrom) and node.level for node in imports)
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "numpy"}


def test_the_program_runs_alone(tmp_path: Path) -> None:
    file = own_programs() / "predict.py"
    said = subprocess.run(
        [sys.executable, "-I", str(file), "--help"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "--interval" in said.stdout


@pytest.mark.parametrize(
    ("files", "match"),
    [
        ({"main": "from .one import a\nfrom .two import b\n", "one": "a = 1\nc = 2\n", "two": "b = 1\nc = 3\n"},
         "Both one.py and two.py define c"),
        ({"main": "from . import one\n", "one": "a = 1\n"}, "cannot be joined: line 1"),
        ({"main": "from .one import a as b\n", "one": "a = 1\n"}, "cannot be joined: line 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_refused(tmp_path: Path, files: dict[str, str], match: str) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    with pytest.raises(ValueError, match=match):
        joined_program(tmp_path / "main.py", "main.py", tmp_path / "kinds")


def test_modules_come_after_those_that_they_import(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text('"""Adds."""\n\nfrom .two import two\n\nprint(two())\n')
    (tmp_path / "two.py").write_text(
        '"""Two."""\n\nfrom .one import ONE\n\n\ndef two():\n    return 2 * ONE\n'
    )
    (tmp_path / "one.py").write_text(
        '"""One."""\n\nimport numpy as np\n\n# Of integers.\nONE = int(np.int64(1))\n'
    )
    (tmp_path / "program.txt").write_text(joined_program(tmp_path / "main.py", "main.py", tmp_path / "kinds"))
    said = subprocess.run(
        [sys.executable, str(tmp_path / "program.txt")], capture_output=True, text=True, check=True
    )
    assert said.stdout == "2\n"
    assert "# Of integers." in joined_program(tmp_path / "main.py", "main.py", tmp_path / "kinds")


def read_again(path: Path, trained: ReadResult) -> dict[str, list[object]]:
    """Read a file as a bundle of a model that was trained on it does."""
    described = infer_schema(trained.table)
    specs: list[InputSpec] = []
    for place, column in enumerate(described.columns):
        pattern, day_first = date_pattern(column.date_format)
        specs.append(
            InputSpec(
                column.name,
                column.name,
                column.storage,
                date_pattern=pattern,
                day_first=day_first,
                position=place,
            )
        )
    read = trained.read
    schema = Schema(
        inputs=tuple(specs), n_columns=len(specs), missing=tuple(MISSING), soft_missing=tuple(SOFT_MISSING),
        user_missing=read.missing,
        read=Dialect(read.delimiter, read.encoding, read.decimal, read.header, read.quoting),
    )  # fmt: skip
    found: dict[str, list[object]] = {spec.column: [] for spec in specs}
    for lines, cells in TableFile(path, schema, Dialect()).chunks():
        for spec, values in zip(specs, cells, strict=True):
            found[spec.column] += (
                RawColumn(spec, schema, str(read.decimal)).convert(values, lines).ravel().tolist()
            )
    return found


FILES = {
    "blanks after commas": 'city, size, label\n"New York, NY", 8, a\n"Paris", 2, b\n"Rome, RM", 3, a\n"Oslo", 1, b\n',
    "blanks before quotes only": 'city,size,label\n "a, b",8,x\n "c",2,y\n "d, e",3,x\n "f",1,y\n',
    "quotes within": 'city,size,label\n"a ""b"" c",8,x\nplain,2,y\n"d, e",3,x\n',
    "no quotes": 'city;size;label\n12" pipe;8,5;x\n6" pipe;2,5;y\n3" pipe;1,5;x\n',
    "decimal comma and groups": "city;size;label\nA;1.234,5;x\nB;2,5;y\nC;12.345,25;x\nD;0,5;y\n",
    "dates": "day;size;label\n3/4/2020 10:15;1;x\n13/4/2020 23:59;2;y\n30/12/2021 00:00;3;x\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_bundle_reads_the_training_file_as_training_did(tmp_path: Path, content: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(content, encoding="utf-8")
    trained = read_table(path)
    again = read_again(path, trained)
    rows = np.arange(trained.table.n_rows)
    for column in trained.table:
        if isinstance(column, NumberColumn):
            np.testing.assert_array_equal(np.array(again[column.name], float), column.numbers)
        else:
            assert again[column.name] == ["" if cell is None else cell for cell in column.raw(rows)]
