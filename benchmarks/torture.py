"""A campaign against Cupel (`make torture`): kills, damaged stores, data and bundles; what came of each, in a report.

    python benchmarks/torture.py [--seed 0] [--minutes 10] [--parts kills,store,data,bundles] [--load 8]
    python benchmarks/torture.py --seed 3 --parts kills --only 17     # one input again

The minutes are shared out among the parts; the input that has begun is ended, and a part may have to make a bundle
first. Each input is made of the seed and its number alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parents[1]))

import torture_bundles
import torture_data
import torture_kills
import torture_store
from torture_findings import BAD, Finding, Part, Setting

PARTS: dict[str, Part] = {
    "kills": torture_kills.torture,
    "store": torture_store.torture,
    "data": torture_data.torture,
    "bundles": torture_bundles.torture,
}
# Of the minutes; kills take longest, and find most.
_SHARES = {"kills": 6.0}


@dataclass(frozen=True, slots=True)
class PartReport:
    """What a part came to.

    Attributes
    ----------
    part : str
    findings : tuple of Finding
        All of them, in the order of their numbers.
    seconds : float
    """

    part: str
    findings: tuple[Finding, ...]
    seconds: float


def run_part(
    name: str, setting: Setting, numbers: Iterable[int], seconds: float, report: TextIO
) -> PartReport:
    """Try inputs until there are no more, or the time is over; each is a line of JSON in the report at once.

    Parameters
    ----------
    name : str
        Of `PARTS`.
    setting : Setting
    numbers : iterable of int
        Of the inputs.
    seconds : float
        After them no further input is begun; what the part makes first, a bundle for instance, is not counted.
    report : TextIO

    Returns
    -------
    PartReport
    """
    began = time.monotonic()
    found = list[Finding]()
    with PARTS[name](setting) as one:
        until = time.monotonic() + seconds
        for number in numbers:
            finding = one(number)
            found.append(finding)
            report.write(json.dumps({"seed": setting.seed, **asdict(finding)}) + "\n")
            report.flush()
            if finding.outcome in BAD:
                said = " ".join(finding.said.split())
                print(f"{name} {number}: {finding.outcome}: {finding.input}: {said[:400]}", flush=True)
            if time.monotonic() > until:
                break
    return PartReport(name, tuple(found), time.monotonic() - began)


def table_of(reports: Sequence[PartReport]) -> str:
    """Return the table that is printed: part, inputs, outcomes by kind, seconds."""
    lines = ["| part | inputs | outcomes | seconds |", "|---|---|---|---|"]
    for report in reports:
        kinds = Counter(one.outcome for one in report.findings)
        told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        lines.append(f"| {report.part} | {len(report.findings)} | {told} | {report.seconds:.0f} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; ends with 1 where anything went wrong."""
    asked = _parser().parse_args(argv)
    names = asked.parts.split(",")
    unknown = set(names) - set(PARTS)
    if unknown:
        print(
            f"There is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.", file=sys.stderr
        )
        return 2
    total = sum(_SHARES.get(name, 1.0) for name in names)
    numbers = range(asked.inputs or sys.maxsize) if asked.only is None else [asked.only]
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"seed {asked.seed}, {asked.minutes:g} min, {os.cpu_count()} cores, load before {load}", flush=True)
    reports = list[PartReport]()
    asked.report.parent.mkdir(parents=True, exist_ok=True)
    with asked.report.open("w", encoding="utf-8") as report:
        for name in names:
            seconds = 60 * asked.minutes * _SHARES.get(name, 1.0) / total
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                setting = Setting(asked.seed, Path(folder), asked.load)
                reports.append(run_part(name, setting, numbers, seconds, report))
    print(table_of(reports))
    n_bad = sum(one.outcome in BAD for report in reports for one in report.findings)
    print(f"{n_bad} went wrong; all inputs are in {asked.report}")
    return int(n_bad > 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--inputs", type=int, default=0, help="of each part at most")
    parser.add_argument("--only", type=int, metavar="N", help="the input of this number alone")
    parser.add_argument("--load", type=int, default=0, help="processes that compute while engines are killed")
    parser.add_argument("--report", type=Path, default=Path("torture/findings.jsonl"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
