"""How often the audit of the split speaks: on made tables of independent rows, and on made tables that leak.

    python benchmarks/bench_split_audit.py [--tables 40] [--first-seed 100000]

The seeds are others than those on which the thresholds of the audit were set. Prints, for each kind of table, of how many
it told something, and of how many something serious; a search waits for an answer only to what is serious.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from cupel.engine.data.schema import infer_schema
from cupel.engine.data.table import Table
from cupel.engine.data.target import encode_target
from cupel.engine.domain.spec import SplitSpec
from cupel.engine.splits.audit import audit_split
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.engine.splits.made_tables import days, number, subjects, table_of, words

Floats = NDArray[np.float64]
GROUP = "grp"  # a column of this name is what the folds keep whole
Made = Callable[[np.random.Generator], Table]


def signal(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return inputs and a target that depends on some of them, of rows that know nothing of one another."""
    n, width = int(rng.integers(100, 3000)), int(rng.integers(3, 15))
    x = rng.normal(size=(n, width))
    if rng.random() < 0.3:
        x = np.exp(x)
    return x, x[:, 0] * x[:, 1] + np.abs(x[:, 2]) + rng.uniform(0.2, 3.0) * rng.normal(size=n)


def numbers(rng: np.random.Generator) -> Table:
    x, y = signal(rng)
    return table_of(x, number("y", y))


def classes(rng: np.random.Generator) -> Table:
    x, y = signal(rng)
    return table_of(
        x, words("y", np.digitize(y, np.quantile(y, np.linspace(0, 1, int(rng.integers(2, 6)) + 1)[1:-1])))
    )


def noise(rng: np.random.Generator) -> Table:
    x, _ = signal(rng)
    return table_of(x, number("y", rng.normal(size=len(x))))


def rounded(rng: np.random.Generator) -> Table:
    x, y = signal(rng)
    return table_of(np.round(x), words("c", rng.integers(0, 8, len(x))), number("y", np.round(y)))


def made_up_groups(rng: np.random.Generator) -> Table:
    x, y = signal(rng)
    return table_of(x, words("subject_id", rng.integers(0, max(len(x) // 10, 12), len(x))), number("y", y))


def grouped_subjects(rng: np.random.Generator) -> Table:
    """Subjects whose rows follow one another: folds keep them whole, so that their order says nothing more."""
    x, y, who = subjects(rng)
    order = np.argsort(who, kind="stable") if rng.random() < 0.5 else np.arange(len(who))
    return table_of(x[order], words(GROUP, rng.permutation(60)[who][order]), words("y", y[order]))


def grouped_rows(rng: np.random.Generator) -> Table:
    x, y = signal(rng)
    return table_of(x, words(GROUP, rng.integers(0, max(len(x) // 10, 12), len(x))), number("y", y))


def prices(rng: np.random.Generator) -> Table:
    x, y = days(rng, ahead=int(rng.integers(5, 40)))
    return table_of(x, number("y", y))


def grouped_prices(rng: np.random.Generator) -> Table:
    """Days that look ahead, in groups that mean nothing."""
    x, y = days(rng, ahead=int(rng.integers(5, 40)))
    return table_of(x, words(GROUP, rng.integers(0, int(rng.integers(20, 400)), len(y))), number("y", y))


def walks(rng: np.random.Generator) -> Table:
    x = np.cumsum(rng.normal(size=(1500, 4)), axis=0)
    return table_of(x, number("y", np.cumsum(rng.normal(size=1500))))


def named_subjects(rng: np.random.Generator) -> Table:
    x, y, who = subjects(rng)
    return table_of(x, words("patient_id", who), words("y", y))


def unnamed_subjects(rng: np.random.Generator) -> Table:
    x, y, who = subjects(rng)
    order = np.argsort(who, kind="stable")
    return table_of(x[order], words("y", y[order]))


INDEPENDENT: dict[str, Made] = {
    "numbers": numbers, "classes": classes, "noise": noise, "rounded numbers": rounded, "a made-up group column": made_up_groups,
    "folds by meaningless groups": grouped_rows, "folds by subjects": grouped_subjects,
}  # fmt: skip
LEAKING: dict[str, Made] = {
    "days that look ahead": prices, "days that look ahead, folds by meaningless groups": grouped_prices, "walks": walks, "subjects": named_subjects, "subjects without a name": unnamed_subjects,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=40, help="of each kind")
    parser.add_argument("--first-seed", type=int, default=100_000)
    args = parser.parse_args()
    for title, kinds in (("independent rows", INDEPENDENT), ("leaking rows", LEAKING)):
        for place, (name, make) in enumerate(kinds.items()):
            severities = []
            for i in range(args.tables):
                table = make(np.random.default_rng([args.first_seed + i, place]))
                schema = infer_schema(table, "y", {GROUP: "group"} if GROUP in table else {})
                audit = audit_split(table, schema, encode_target(table, schema), SplitSpec())
                severities.append({look.severity for look in audit.looks})
            told, serious = (
                sum(bool(s & found) for s in severities) for found in ({"warning", "serious"}, {"serious"})
            )
            print(f"{title}: {name}: told {told} of {args.tables}, serious {serious}", flush=True)


if __name__ == "__main__":
    main()
