"""The campaign of `make torture` counts what comes of its inputs, and ends with 1 where anything goes wrong."""

from __future__ import annotations

import importlib
import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cupel.engine.domain.errors import DataError

ROOT = Path(__file__).parents[1]


@pytest.fixture
def torture(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("torture")


def planted(work: Callable[[int], object]) -> Callable[[Any], Any]:
    """Return a part whose inputs come to what is planted."""
    findings = importlib.import_module("torture_findings")

    @contextmanager
    def part(setting: Any) -> Iterator[Callable[[int], Any]]:
        yield lambda number: findings.Finding(
            "planted", "a plant", *findings.came_of(lambda: work(number), 1), number=number
        )

    return part


def answer(number: int) -> object:
    return "answered", ""


def refuse(number: int) -> object:
    raise DataError("The file is damaged.")


def refuse_at_length(number: int) -> object:
    raise DataError("The file\nis damaged.")


def stumble(number: int) -> object:
    return {}[number]


def never_end(number: int) -> object:
    while True:
        pass


@pytest.mark.parametrize(
    ("work", "outcome", "code"),
    [
        (refuse, "refused", 0),
        (answer, "answered", 0),
        (stumble, "traceback", 1),
        (refuse_at_length, "wrong", 1),
        (never_end, "hang", 1),
        (lambda number: ("doubled" if number == 1 else "survived", "trials 0, 1, 1"), "doubled", 1),
    ],
)
def test_what_is_planted_is_counted_and_decides_the_exit_code(
    torture: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    work: Callable[[int], object], outcome: str, code: int,
) -> None:  # fmt: skip
    monkeypatch.setitem(torture.PARTS, "planted", planted(work))
    report = tmp_path / "found" / "report.jsonl"
    only = ["--only", "1"] if outcome == "hang" else ["--inputs", "2"]
    assert torture.main(["--parts", "planted", *only, "--seed", "5", "--report", str(report)]) == code
    printed = capsys.readouterr().out
    assert re.search(rf"^\| planted \| \d \|.* {outcome}\b.*\|", printed, re.MULTILINE)
    assert ("planted 1: " + outcome in printed) == bool(code)
    last = json.loads(report.read_text().splitlines()[-1])
    assert (last["seed"], last["part"], last["input"], last["number"]) == (5, "planted", "a plant", 1)
    assert last["outcome"] == outcome


def test_damaged_data_and_stores_are_refused_or_answered(
    torture: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report"
    asked = ["--parts", "store,data", "--inputs", "15", "--seed", "9", "--report", str(report)]
    assert torture.main(asked) == 0, capsys.readouterr().out
    told = [json.loads(line) for line in report.read_text().splitlines()]
    assert [one["part"] for one in told] == ["store"] * 15 + ["data"] * 15
    assert {one["outcome"] for one in told} == {"refused", "answered"}


def test_the_same_seed_damages_the_same_bytes(torture: ModuleType, tmp_path: Path) -> None:
    data = torture.torture_data
    for number in range(20):
        once, again = (
            data.write_damaged(random.Random(f"3/{number}"), tmp_path / f"{run}/{number}")  # noqa: S311
            for run in "ab"
        )
        assert once[1] == again[1]
        assert once[0].read_bytes() == again[0].read_bytes()


def test_the_store_judge_knows_a_traceback_and_an_odd_exit_code(torture: ModuleType) -> None:
    judged = torture.torture_store.judged
    assert judged(0, "1 Irises done")[0] == "answered"
    assert judged(2, "cupel: The study is damaged.")[0] == "refused"
    assert judged(1, "cupel: Something went wrong that should not (KeyError: 3).")[0] == "traceback"
    assert judged(1, "cupel: no")[0] == "wrong"
    assert judged(2, "")[0] == "wrong"
