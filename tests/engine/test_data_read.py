"""How the data were read and what was found in them is told by the terminal, in JSON and in Python alike."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cupel.engine.commands.data_lines import data_lines
from cupel.engine.commands.summary import summary
from cupel.engine.domain.data_read import DataRead, how_read
from cupel.engine.domain.spec import ReadSpec, StudySpec, spec_of
from cupel.engine.studies import create_study
from cupel.storage.store import Store

CUPEL = (sys.executable, "-c", "import sys; from cupel.engine.cli import main; sys.exit(main())")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "money.csv"
    lines = (f"{i};{i % 7},5 €;{'tü' if i % 2 else 'nö'};{i % 2}" for i in range(80))
    path.write_bytes("\n".join(["A report", "", "id;price;word;y", *lines, ""]).encode("cp1252"))
    return path


def spec() -> StudySpec:
    return spec_of("y", n_trials=1, n_folds=2)


def test_a_study_keeps_and_tells_it(file: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "workspace") as store:
        study, _ = create_study(store, file, spec())
        data = DataRead.of(store.dataset(study.dataset_id or 0))
        told = summary(store, study)["data"]
    assert data.read == ReadSpec(
        ";", "cp1252", ",", header=True, quoting=True, quote='"', escape="none", thousands=".", skip_rows=2,
        format="delimited",
    )  # fmt: skip
    lines = data_lines(data)
    assert lines[0].startswith(
        "Read as cp1252 text: delimiter ';', first row names, quotes \", escapes none, decimal sign ',', "
        "thousands '.', lines skipped: 2."
    )
    assert any("without their unit, €" in line for line in lines)
    # Column 2 tells the target.
    assert any(line.startswith("SERIOUS") or "alone tells" in line for line in lines)
    assert isinstance(told, dict)
    assert (told["read"]["encoding"], told["read"]["skip_rows"]) == ("cp1252", 2)
    assert [message["text"] for message in told["messages"]] == [str(message) for message in data.messages]
    assert len(told["findings"]) == len(data.findings)


def test_show_and_inspect_print_it(file: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "workspace") as store:
        create_study(store, file, spec(), name="Money")
    for command in (
        ["show", "Money", "--workspace", tmp_path / "workspace"],
        ["inspect", file, "--target", "y"],
    ):
        done = subprocess.run([*CUPEL, *map(str, command)], capture_output=True, text=True, check=True)
        assert "Read as cp1252 text: delimiter ';'" in done.stdout + done.stderr
        assert "--encoding" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--encoding", "latin-1"], {"encoding": "latin-1"}),
        (["--delimiter", "tab", "--header"], {"delimiter": "\t", "header": True}),
        (["--delimiter", "\\t"], {"delimiter": "\t"}),
        (["--no-header"], {"header": False}),
        (["--decimal", "."], {"decimal": "."}),
        (["--thousands", "_"], {"thousands": "_"}),
        (["--quote", "none"], {"quote": "none", "quoting": False}),
        (["--escape", "\\"], {"escape": "\\"}),
        (["--skip-rows", "3"], {"skip_rows": 3}),
    ],
)
def test_every_guess_has_an_option(tmp_path: Path, options: list[str], expected: dict) -> None:
    file = tmp_path / "a.csv"
    file.write_text("p\tq;r\n" * 3 + "".join(f"{i}\t{i}.5;{i % 2}\n" for i in range(40)))
    done = subprocess.run(
        [*CUPEL, "inspect", str(file), "--json", *options], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)["read"]
    assert {name: found[name] for name in expected} == expected


def test_an_older_study_and_other_data_are_told_too() -> None:
    old = ReadSpec(",", "utf-8", ".", header=False, quoting=False)
    assert str(how_read(old)).startswith("Read as utf-8 text: delimiter ',', first row data, quotes none,")
    assert how_read(dataclasses.replace(old, delimiter=None)) is None
