"""``cupel audit``: how a model treats groups of rows."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.table import Table

from ...storage.store import Store
from ..cli_codes import DONE
from ..deployment.card_groups import PARTS, TITLES, cell, counted_rates, gap_line, no_gap_lines
from ..domain import formatting
from ..domain.errors import SpecError
from ..domain.group_audits import AuditPart, GroupAudit
from ..domain.spec import ReadSpec
from ..domain.stored import encoded
from ..domain.verdict import looks_sentence
from .console import plain_console, progress_bar
from .search_arguments import read_of

# A table: with their intervals, more do not fit into 80 columns.
_MEASURES = 2
_DOING = {
    "reading": "reading the rows",
    "fitting": "fitting the threshold",
    "holdout": "predicting the holdout",
    "file": "predicting the file",
    "counting": "counting",
    "keeping": "counting",
}


def run_audit(args: argparse.Namespace) -> int:
    """Count in every group, print it, and keep it with the study."""
    if args.data is not None:
        if args.trial != "best" or args.threshold != "0.5" or args.variant:
            raise SpecError(
                "A bundle has one model and decides by its own threshold; leave --trial, --variant and --threshold out."
            )
    elif (Path(args.model) / "manifest.json").is_file():
        raise SpecError("A bundle is audited on rows with their target: give --data FILE.")
    elif read_of(args) != ReadSpec():
        raise SpecError("A study has its rows already; how a file is read is said for --data alone.")
    with progress_bar() as bar:
        task = bar.add_task(_DOING["reading"], total=1.0)

        def progress(doing: str, fraction: float) -> None:
            bar.update(task, description=_DOING[doing], completed=fraction)

        found, n_looks = (
            _of_study(args, progress) if args.data is None else (_of_bundle(args, progress), None)
        )
    if args.json:
        looks = {} if n_looks is None else {"looks": n_looks}
        built = [encoded(audit) | looks for audit in found]
        print(json.dumps(built, ensure_ascii=False, allow_nan=False))
        return DONE
    for audit in found:
        print_audit(audit, n_looks or 0)
    return DONE


def _of_study(
    args: argparse.Namespace, progress: Callable[[str, float], None]
) -> tuple[list[GroupAudit], int]:
    """Return the audits, and how often the rows of the holdout were looked at."""
    from ..audit.study_audit import StudyAudit

    with Store.open(args.workspace) as store:
        study = store.find_study(args.model)
        audit = StudyAudit(
            store, study.id, args.trial, positive=args.positive, threshold=args.threshold, variant=args.variant,
            progress=progress,
        )  # fmt: skip
        found = [audit.by(column) for column in args.by]
        return found, store.study(study.id).n_looks


def _of_bundle(args: argparse.Namespace, progress: Callable[[str, float], None]) -> list[GroupAudit]:
    from ..audit.bundle_audit import BundleAudit

    audit = BundleAudit(
        Path(args.model), args.data, positive=args.positive, read=read_of(args), progress=progress
    )
    return [audit.by(column) for column in args.by]


def print_audit(found: GroupAudit, n_looks: int) -> None:
    """Print what was counted, and how often the rows of a holdout were looked at."""
    console = plain_console()
    what = f", rates of {found.positive!r}" if found.positive else ""
    if found.threshold is not None:
        what += f", threshold {found.threshold:.4g}"
    for part in found.parts:
        console.print(f"{PARTS[part.part]}, by {found.by}{what}:", highlight=False, soft_wrap=True)
        names = counted_rates(part)
        for i in range(0, len(names), _MEASURES):
            console.print(_table(part, names[i : i + _MEASURES]))
        for line in (*map(gap_line, part.gaps), *no_gap_lines(part)):
            console.print(f"  {line}", highlight=False, soft_wrap=True)
        if any(group.is_small for group in part.groups):
            console.print("  * fewer than 30 rows: too few to compare", highlight=False)
        console.print()
    for message in found.messages:
        console.print(str(message), highlight=False, soft_wrap=True)
    if any(part.part == "holdout" for part in found.parts) and n_looks:
        console.print(str(looks_sentence(n_looks)), highlight=False, soft_wrap=True)
    if found.trial is not None:
        console.print("Kept with the study; the model card of later exports shows it.", highlight=False)


def _table(part: AuditPart, names: Sequence[str]) -> Table:
    table = Table("group", "rows", *(TITLES[name] for name in names), box=None, header_style="bold")
    table.add_row("all", formatting.count(part.n_rows), *(cell(part.whole[name]) for name in names))
    for group in part.groups:
        cells = [cell(group.figures[name]) for name in names]
        mark = " *" if group.is_small else ""
        table.add_row(group.group + mark, formatting.count(group.n_rows), *cells)
    return table
