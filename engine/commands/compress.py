"""``cupel compress``: smaller and faster forms of a trial's networks, and what they cost."""

from __future__ import annotations

import argparse
import dataclasses
import json

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ...storage.records import TrialState, VariantRecord
from ...storage.store import Store
from .. import formatting
from ..cli_codes import DONE, FAILED
from ..compression.ledger import compress
from ..compression.verdict import chosen
from ..errors import Message


def run_compress(args: argparse.Namespace) -> int:
    """Make, measure and list the variants of a trial."""
    with Store.open(args.workspace) as store:
        study = store.find_study(args.study)
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("compress", total=None)
            variants = compress(
                store,
                study.id,
                args.trial,
                what=tuple(args.what),
                most_drop=args.max_drop,
                progress=lambda name, n, total: bar.update(task, description=name, completed=n, total=total),
            )
    _print(variants, study.metric)
    best = chosen(variants, args.max_drop, args.target_bytes, args.target_ms)
    if args.json:
        found = {"variants": [_json(v) for v in variants], "chosen": best.name if best else None}
        print(json.dumps(found, allow_nan=False))
    elif best:
        print(f"Within the limits the smallest is: {best.name}.")
    else:
        print("No variant is within the limits.")
    return DONE if any(v.state is TrialState.COMPLETE for v in variants) else FAILED


def _print(variants: list[VariantRecord], metric: str) -> None:
    table = Table(box=None, header_style="bold")
    for name in ("variant", metric, "loss", "size", "zipped", "1 row", "256 rows"):
        table.add_column(name, justify="left" if name == "variant" else "right")
    said: list[str] = []
    for v in variants:
        if v.state is not TrialState.COMPLETE:
            table.add_row(v.name, "failed")
            said.append(f"{v.name}: {v.failure.message if v.failure else ''}")
            continue
        drop = v.measures["drop"]
        verdict = v.measures.get("verdict")
        if verdict:
            said.append(f"{v.name}: {Message(verdict['template'], verdict['args'])}")
        table.add_row(
            v.name,
            formatting.score(v.value, v.value_std),
            f"{formatting.number(drop['mean'], 4)} ({formatting.number(drop['low'], 4)} to "
            f"{formatting.number(drop['high'], 4)})",
            formatting.size(v.size_bytes),
            formatting.size(v.zip_bytes),
            f"{v.latency_ms:.3f} ms",
            f"{v.batch_latency_ms:.2f} ms",
        )
    console = Console(stderr=True)
    console.print(table)
    for line in said:
        console.print(line, highlight=False)


def _json(variant: VariantRecord) -> dict[str, object]:
    found = dataclasses.asdict(dataclasses.replace(variant, scores=None))
    return {**found, "created_at": variant.created_at.isoformat(), "state": str(variant.state)}
