"""How well a time budget is kept, start of the command to its exit, on a quiet and on a busy machine; what came of it.

    python benchmarks/bench_budget.py [--seconds 60] [--runs 1] [--burners 0,8] [DATA TARGET]

Burners are processes that do nothing but compute; other programs that run meanwhile count as well, so the load average
is printed too. `python benchmarks/bench_budget.py --seconds 90 --runs 5 titanic.csv Survived` is what docs/benchmarks.md
shows.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CUPEL = [sys.executable, "-m", "cupel.gui.main"]
SETTLE_S = 20.0  # for the load average to know of the burners


@contextmanager
def burners(n: int) -> Iterator[None]:
    """Keep `n` processes busy."""
    # Sessions of their own: Linux shares the processor out among sessions first, and these are other programs.
    burn = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(burn, start_new_session=True) for _ in range(n)]
    try:
        if n:
            time.sleep(SETTLE_S)
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def run(data: str, target: str, seconds: float) -> dict[str, Any]:
    """Search once; return the wall time from the start of the command to its exit, and what it found."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *CUPEL, "search", data, "--target", target, "--timeout", str(seconds), "--workspace", folder, "--json",
        ]  # fmt: skip
        load, began = os.getloadavg()[0], time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall_s = time.monotonic() - began
        if not done.stdout.strip():
            raise SystemExit(f"The search ended with {done.returncode} after {wall_s:.1f} s:\n{done.stderr}")
        found = json.loads(done.stdout.strip().splitlines()[-1])
        return {"wall_s": wall_s, "load": load, **found}


def outcome(found: dict[str, Any]) -> str:
    """Return what came of a search, in a few words."""
    n = found["n_complete"] + found["n_pruned"] + found["n_failed"]
    best = "nothing found" if found["best"] is None else f"best {found['best']['cv_mean']:.3f}"
    export = found["export"] or {}
    exported = (
        "exported"
        if export.get("passed")
        else "no export"
        if not export or export.get("left_out")
        else "failed"
    )
    return f"{n} trials ({found['n_complete']} complete), {len(found['baselines'])} baselines, {best}, {exported}"


def main() -> None:
    """Print a line for each run, and a summary for each number of burners."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", default="sample:breast_cancer")
    parser.add_argument("target", nargs="?", default="diagnosis")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--burners", default="0,8", help="numbers of burners, one after the other")
    args = parser.parse_args()
    data = args.data if args.data.startswith("sample:") else str(Path(args.data).absolute())
    for n in map(int, args.burners.split(",")):
        over: list[float] = []
        with burners(n):
            for _ in range(args.runs):
                found = run(data, args.target, args.seconds)
                over.append(found["wall_s"] / args.seconds - 1.0)
                print(
                    f"{n} burners, load {found['load']:.1f}: {found['wall_s']:.1f} s of {args.seconds:g} "
                    f"({over[-1]:+.1%}): {outcome(found)}",
                    flush=True,
                )
        print(f"{n} burners: median {statistics.median(over):+.1%}, worst {max(over):+.1%}\n", flush=True)


if __name__ == "__main__":
    main()
