"""Nobody reads what a study asks past its type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RAW = re.compile(r"\.spec\[|\.spec\.get\b")


def raw_reads(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if RAW.search(line)]


def test_no_module_reads_a_spec_as_a_mapping() -> None:
    found = {
        str(path.relative_to(ROOT)): read
        for room in ("engine", "gui")
        for path in (ROOT / room).rglob("*.py")
        if (read := raw_reads(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted", ['n = study.spec["split"]["n_folds"]', 'budget = self.study.spec.get("budget") or {}']
)
def test_a_planted_read_is_found(planted: str) -> None:
    assert raw_reads(f"def f(study):\n    {planted}\n    return 1\n") == [planted]
