"""Reading a CSV file of a million rows × 20 columns: seconds, and peak memory as a multiple of the file's
size.

Run by `make bench`, or ``python benchmarks/bench_data.py [ROWS]``. The reading is done by a child process,
whose memory after its imports is not counted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

_CHILD = """
import json, resource, sys, time
from cupel.engine.data.reading import read_table
import psutil
before = psutil.Process().memory_info().rss
start = time.perf_counter()
result = read_table(sys.argv[1])
elapsed = time.perf_counter() - start
after = psutil.Process().memory_info().rss
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"seconds": elapsed, "peak": peak - before, "kept": after - before, "rows":
result.table.n_rows,
                  "kinds": [c.storage for c in result.table]}))
"""


def write_table(path: Path, n_rows: int) -> None:
    """Write a file with 10 columns of decimals, 4 of whole numbers, 3 of categories, a date, an id and a
    target."""
    rng = np.random.default_rng(0)
    cities = np.array(["Amsterdam", "Beijing", "Cairo", "Delhi", "北京", "Zürich"])
    with path.open("w", encoding="utf-8") as file:
        names = [
            *(f"x{i}" for i in range(10)),
            *(f"n{i}" for i in range(4)),
            "a",
            "b",
            "city",
            "when",
            "id",
            "target",
        ]
        file.write(",".join(names) + "\n")
        for start in range(0, n_rows, 20_000):
            n = min(20_000, n_rows - start)
            decimals = [[f"{v:.5g}" for v in rng.normal(0, 100, n)] for _ in range(10)]
            whole = [rng.integers(0, 10**k, n).astype(str) for k in (1, 3, 5, 7)]
            words = [
                np.array(["yes", "no", ""])[rng.integers(0, 3, n)],
                np.char.add("group ", rng.integers(0, 50, n).astype(str)),
            ]
            when = (np.datetime64("2020-01-01T00:00:00") + rng.integers(0, 10**8, n)).astype(str)
            ids = [f"c{i:08d}" for i in range(start, start + n)]
            columns = [
                *decimals,
                *whole,
                *words,
                cities[rng.integers(0, 6, n)],
                when,
                ids,
                rng.integers(0, 2, n).astype(str),
            ]
            file.writelines(",".join(row) + "\n" for row in zip(*columns, strict=True))


def main() -> None:
    """Make the file, read it in a child process, print the figures."""
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path, n_rows)
        size = path.stat().st_size
        start = time.perf_counter()
        path.read_bytes()
        raw_s = time.perf_counter() - start
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, str(path)], check=True, capture_output=True, text=True
        )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["rows"] == n_rows, found
    print(f"CSV of {n_rows:,} rows x 20 columns, {size / 1e6:.0f} MB (the bytes alone: {raw_s:.2f} s)")
    print(f"  read_table         {found['seconds']:.2f} s, {size / 1e6 / found['seconds']:.0f} MB/s")
    print(
        f"  peak memory        {found['peak'] / 1e6:.0f} MB = {found['peak'] / size:.2f} x the file (limit 4)"
    )
    print(f"  memory of the table {found['kept'] / 1e6:.0f} MB = {found['kept'] / size:.2f} x the file")


if __name__ == "__main__":
    main()
