"""``cupel compress``: smaller and faster forms of a trial's networks, and what they cost."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
from collections.abc import Callable

from rich.table import Table

from ...storage.records import TrialState, VariantRecord
from ...storage.store import Store
from ..cli_codes import DONE, FAILED
from ..compression.explore import Blamed, ExplorationResult, blame_layers, choose_variants
from ..compression.ledger import compress
from ..domain import formatting
from ..domain.compression_verdict import chosen
from ..domain.errors import SpecError
from ..domain.stored import encoded
from ..domain.variants import BlamedLayers, Difference, VariantLimits, VariantMeasures
from ..domain.verdict import looks_sentence
from .console import plain_console, progress_bar


def run_compress(args: argparse.Namespace) -> int:
    """Make, measure and list the variants of a trial."""
    if args.choose and args.blame:
        raise SpecError("--choose and --blame are two works; do one after the other.")
    _check_numbers(args)
    choice: ExplorationResult | None = None
    blamed: Blamed | None = None
    with Store.open(args.workspace) as store:
        study = store.find_study(args.study)
        with progress_bar() as bar:
            task = bar.add_task("compress", total=1.0)

            def progress(name: str, fraction: float) -> None:
                bar.update(task, description=name, completed=fraction)

            if args.choose:
                choice = _choose(store, study.id, args, progress)
                variants = choice.variants
            elif args.blame:
                blamed = blame_layers(
                    store, study.id, args.trial, how=args.how, sparsity=args.sparsity, most_drop=args.max_drop,
                    progress=progress,
                )  # fmt: skip
                variants = blamed.variants
            else:
                variants = compress(
                    store, study.id, args.trial, what=tuple(args.what), most_drop=args.max_drop, progress=progress
                )  # fmt: skip
        n_looks = store.study(study.id).n_looks
    _print(variants, study.metric)
    is_zipped = args.choose and args.zipped
    best = chosen(variants, args.max_drop, args.target_bytes, args.target_ms, is_zipped=is_zipped)
    if args.json:
        found: dict[str, object] = {
            "variants": [_json(v) for v in variants],
            "chosen": best.name if best else None,
        }
        if choice is not None:
            nested = None if choice.nested is None else encoded(choice.nested)
            found |= {"n_tried": choice.n_tried, "n_ruled_out": choice.n_ruled_out, "nested": nested}
        if blamed is not None:
            found |= encoded(blamed.found)
        print(json.dumps(found, allow_nan=False))
    else:
        if choice is not None:
            print(f"Candidates: {choice.n_tried}, over a limit before training: {choice.n_ruled_out}.")
        if blamed is not None:
            _print_blame(blamed.found)
        print(
            f"Within the limits the smallest is: {best.name}." if best else "No variant is within the limits."
        )
        _print_honest(choice, best, variants, n_looks)
    return DONE if any(v.state is TrialState.COMPLETE for v in variants) else FAILED


def _check_numbers(args: argparse.Namespace) -> None:
    """Refuse limits that nothing can meet, before minutes are spent.

    Raises
    ------
    SpecError
        Where a loss is negative, a size, time or number of rounds not above 0, or a sparsity not between 0 and 1.
    """
    if not 0 <= args.max_drop < math.inf:
        raise SpecError(
            "--max-drop is {value}; give a loss of 0 or more, for instance 0.01.", value=args.max_drop
        )
    for name in ("target_bytes", "target_ms", "rounds", "timeout"):
        value = getattr(args, name)
        if value is not None and not 0 < value < math.inf:
            raise SpecError(
                "{option} is {value}; give a number above 0.",
                option="--" + name.replace("_", "-"),
                value=value,
            )
    if not 0 < args.sparsity < 1:
        raise SpecError("--sparsity is {value}; give a fraction between 0 and 1.", value=args.sparsity)


def _choose(
    store: Store, study_id: int, args: argparse.Namespace, progress: Callable[[str, float], None]
) -> ExplorationResult:
    return choose_variants(
        store,
        study_id,
        args.trial,
        limits=VariantLimits(args.max_drop, args.target_bytes, args.target_ms),
        n_rounds=args.rounds,
        timeout_s=args.timeout,
        is_zipped=args.zipped,
        progress=progress,
    )


def _print_blame(found: BlamedLayers) -> None:
    """Print what a search among layers has found beside the variants."""
    table = Table("layer", "loss alone", "weights", "bytes it spares", box=None, header_style="bold")
    for one in sorted(found.blame, key=lambda one: -one.drop):
        cells = (formatting.number(one.drop, 4), f"{one.n_weights:,}", formatting.size(one.spared_bytes))
        table.add_row(one.layer, *cells)
    plain_console().print(table)
    rescue = found.rescue
    print(f"All layers: loss {rescue.drop_of_all:.4f}, without training on.")
    if not rescue.is_within:
        print(f"No set of layers is within the limit; with all spared the loss is {rescue.drop:.4f}.")
    elif rescue.spared:
        print(
            f"Within the limit when these stay as they are: {', '.join(rescue.spared)} ({rescue.drop:.4f})."
        )


def _print_honest(
    choice: ExplorationResult | None, best: VariantRecord | None, variants: list[VariantRecord], n_looks: int
) -> None:
    """Print how good the choice is on rows that it was not made on."""
    if choice is not None and choice.nested is not None:
        nested = choice.nested
        low, mean, high = (formatting.number(x, 4) for x in (nested.low, nested.mean, nested.high))
        print(
            f"It was chosen among {choice.n_tried} on the folds that it is scored on, which flatters it. Chosen anew "
            f"without each fold, the smallest within the limit loses {mean} there ({low} to {high})."
        )
    base = next((v for v in variants if v.name == "base"), None)
    held = [None if v is None else VariantMeasures.of(v).holdout for v in (best, base)]
    if choice is not None and best is not base and None not in held:
        print(
            f"On the holdout it has {formatting.number(held[0], 4)}, the base {formatting.number(held[1], 4)}."
        )
    if any(VariantMeasures.of(v).holdout is not None for v in variants):
        print(looks_sentence(n_looks))


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
        measures = VariantMeasures.of(v)
        if measures.verdict is not None:
            said.append(f"{v.name}: {measures.verdict}")
        table.add_row(
            v.name,
            formatting.score(v.value, v.value_std),
            _loss(measures.drop),
            formatting.size(v.size_bytes),
            formatting.size(v.zip_bytes),
            f"{v.latency_ms:.3f} ms",
            f"{v.batch_latency_ms:.2f} ms",
        )
    console = plain_console(stderr=True)
    console.print(table)
    for line in said:
        console.print(line, highlight=False)


def _loss(drop: Difference | None) -> str:
    if drop is None:
        return formatting.NOTHING
    mean, low, high = (formatting.number(x, 4) for x in (drop.mean, drop.low, drop.high))
    return f"{mean} ({low} to {high})"


def _json(variant: VariantRecord) -> dict[str, object]:
    found = dataclasses.asdict(dataclasses.replace(variant, scores=None))
    return {**found, "created_at": variant.created_at.isoformat(), "state": str(variant.state)}
