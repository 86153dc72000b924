"""``cupel inspect``: what is in a data file, and what speaks against searching it as it is."""

from __future__ import annotations

import argparse
import json
import sys

from ..cli_codes import DONE
from ..domain import formatting
from .data_lines import finding_lines, read_lines
from .search import reading_of, roles_of


def run_inspect(args: argparse.Namespace) -> int:
    """Print the findings of a file, the gravest first."""
    from ..inspection.inspect import inspect_file

    found = inspect_file(args.data, reading_of(args), roles_of(args), args.target)
    if args.json:
        print(json.dumps(found.to_json(), allow_nan=False))
        return DONE
    shape = f"{formatting.counted(found.n_rows, 'row')} × {formatting.counted(found.n_columns, 'column')}"
    goal = f", {found.task} of {found.target!r}" if found.task else ""
    print(f"{found.name}: {shape}{goal}", file=sys.stderr)
    print("\n".join([*finding_lines(found.findings), *read_lines(found.read)]))
    if not found.findings:
        print("Nothing unusual was found.")
    for message in found.messages:
        print(f"note: {message}")
    return DONE
