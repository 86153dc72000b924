"""Settings of a search from a TOML file: the same options as in the terminal, which wins where both say something."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from cupel.engine import cli
from cupel.engine.commands.search_arguments import add_search_arguments
from cupel.engine.commands.settings_file import with_settings
from cupel.engine.domain.errors import SpecError


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_search_arguments(parser)
    return parser


def write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_kind_of_setting_is_read(tmp_path: Path, parser: argparse.ArgumentParser) -> None:
    text = """
target = "the price"
split = "order"
gap = 22
timeout = 1.5
family = ["mlp", "resnet"]
no-export = true
alongside = false
[role]
"a=b" = "ignored"
"""
    args = parser.parse_args(with_settings(["data.csv", "--settings", str(write(tmp_path, text))], parser))
    assert (args.data, args.target, args.split, args.gap) == ("data.csv", "the price", "order", 22)
    assert (args.timeout, args.family, args.no_export, args.alongside) == (
        1.5,
        ["mlp", "resnet"],
        True,
        False,
    )
    assert args.role == ["a=b=ignored"]


def test_the_terminal_wins(tmp_path: Path, parser: argparse.ArgumentParser) -> None:
    path = write(tmp_path, 'target = "y"\ngap = 22\nfamily = "mlp"\n')
    args = parser.parse_args(
        with_settings([f"--settings={path}", "data.csv", "--gap", "3", "--family", "tabm"], parser)
    )
    assert (args.gap, args.family) == (3, ["mlp", "tabm"])


def test_an_option_that_is_cut_short_is_not_passed_over(
    tmp_path: Path, parser: argparse.ArgumentParser
) -> None:
    path = write(tmp_path, 'target = "y"\n')
    assert parser.parse_args(with_settings(["data.csv", "--setting", str(path)], parser)).target == "y"


def test_without_a_file_nothing_changes(parser: argparse.ArgumentParser) -> None:
    assert with_settings(["data.csv", "--target", "y"], parser) == ["data.csv", "--target", "y"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gapp = 3", "study.toml has the setting 'gapp', which `cupel search` does not know; write 'gap'."),
        ("zzz = 3", "`cupel search --help` names all of them"),
        ("json = true", "does not know"),
        ("no-export = 1", "study.toml: no-export is 1; write true or false."),
        ("gap = true", "study.toml: gap is True; write a number or a text."),
        ("gap = ", "study.toml cannot be read: "),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path, parser: argparse.ArgumentParser, text: str, said: str
) -> None:
    with pytest.raises(SpecError) as error:
        with_settings(["--settings", str(write(tmp_path, text))], parser)
    assert said in str(error.value)


def test_a_file_that_is_not_there_is_told_by_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["search", "sample:iris", "--settings", str(tmp_path / "none.toml")]) == 2
    assert "none.toml cannot be read: No such file or directory" in capsys.readouterr().err
