"""The bytes of the training file itself, which the certificate predicts as well."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cupel.engine.bundled.checking import RAW_ROWS
from cupel.engine.deployment.export import export_trial
from cupel.engine.domain.bundles import Certificate
from cupel.engine.domain.spec import ReadSpec
from cupel.storage.records import JobState

from .made import Made, make_study


def _blanks(text: str) -> bytes:
    """Blanks after commas, also before quotes."""
    return text.replace(",", ", ").encode()


def _in_quotes(text: str) -> bytes:
    """Numbers and words in single quotes, after two lines that say where the table is from."""
    lines = text.replace('"', "").splitlines()
    cells = [";".join(f"'{cell}'" for cell in line.split(";")) for line in lines]
    return "\r\n".join(["Exported by a program", "in 2019", *cells, ""]).encode("cp1252", "replace")


FILES: dict[str, tuple[dict[str, Any], Callable[[str], bytes] | None, ReadSpec | None]] = {
    "plain": ({}, None, None),
    "decimal commas": ({"delimiter": ";", "decimal": ","}, None, None),
    "blanks": ({}, _blanks, None),
    "quotes, lines before, another encoding": (
        {"delimiter": ";"},
        _in_quotes,
        ReadSpec(quote="'", skip_rows=2, encoding="cp1252"),
    ),
    "a byte order mark": ({"delimiter": "\t"}, lambda text: text.encode("utf-8-sig"), None),
    "UTF-16": ({}, lambda text: text.encode("utf-16"), None),
}


@pytest.mark.parametrize("name", list(FILES))
def test_the_first_rows_of_the_training_file_give_what_the_table_gave(tmp_path: Path, name: str) -> None:
    how, spelled, read = FILES[name]
    made = make_study(tmp_path, "multiclass", {}, spelled=spelled, read=read, **how)
    record = export_trial(made.store, made.study_id, 0, formats=["onnx"])
    assert record.failure is None, record.failure.message
    raw = Certificate.of(record).raw
    assert raw is not None
    assert (raw.n_rows, raw.passed) == (RAW_ROWS, True)
    made.store.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make_study(tmp_path_factory.mktemp("raw"), "regression", {})


def test_a_file_that_gives_something_else_is_no_proof(made: Made) -> None:
    before = made.file.read_bytes()
    lines = before.decode().splitlines()
    cells = lines[3].split(",")
    cells[0] = repr(float(cells[0] or 0) + 1e6)
    # As if the file were the one that was read.
    times = made.file.stat()
    made.file.write_text("\n".join([*lines[:3], ",".join(cells), *lines[4:]]) + "\n", encoding="utf-8")
    os.utime(made.file, ns=(times.st_atime_ns, times.st_mtime_ns))
    record = export_trial(made.store, made.study_id, 0, formats=["onnx"])
    made.file.write_bytes(before)
    os.utime(made.file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert record.state is JobState.FAILED
    assert record.failure is not None
    assert (
        "reads the training file otherwise than the training did: row 3 of the file" in record.failure.message
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("touched", "changed after it had been read"),
        ("gone", "no longer there"),
        ("Parquet", "it is Parquet"),
    ],
)
def test_why_it_was_not_predicted_is_said(made: Made, change: str, why: str) -> None:
    before, times = made.file.read_bytes(), made.file.stat()
    if change == "touched":
        os.utime(made.file)
    elif change == "gone":
        made.file.unlink()
    else:
        made.file.write_bytes(b"PAR1" + bytes(np.zeros(16, np.uint8)))
        os.utime(made.file, ns=(times.st_atime_ns, times.st_mtime_ns))
    record = export_trial(made.store, made.study_id, 0, formats=["onnx"])
    made.file.write_bytes(before)
    os.utime(made.file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert record.failure is None, record.failure.message
    certificate = Certificate.of(record)
    assert certificate.raw is None
    assert why in str(certificate.raw_left_out)
