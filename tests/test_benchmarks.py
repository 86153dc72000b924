"""What the benchmarks print of stored measures is what the documents say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_tables_of_honesty_are_those_of_the_stored_cases() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "bench_honest.py", "report"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed = [line for line in done.stdout.splitlines() if line.startswith("|")]
    documented = (ROOT / "docs" / "honesty.md").read_text(encoding="utf-8").splitlines()
    assert len(printed) > 30
    assert [line for line in printed if line not in documented] == []
