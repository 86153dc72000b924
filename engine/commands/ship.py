"""``cupel export``, ``predict``, ``verify``: what leaves the workspace."""

from __future__ import annotations

import argparse
import json
import sys

from ...storage.records import JobState
from ...storage.store import Store
from ..cli_codes import DONE, FAILED
from ..formatting import counted


def run_export(args: argparse.Namespace) -> int:
    """Export the final model of a study, or the fold networks of one of its trials."""
    from ..deployment.export import export_model

    with Store.open(args.workspace) as store:
        export = export_model(store, store.find_study(args.study).id, args.trial, args.out)
    passed = export.state is JobState.DONE and bool(export.certificate.get("passed"))
    if args.json:
        print(
            json.dumps(
                {"path": export.path, "passed": passed, "certificate": dict(export.certificate)},
                allow_nan=False,
            )
        )
    elif passed:
        n_rows = counted(export.certificate["n_rows"], "row")
        print(f"Exported to {export.path}; the certificate passed on {n_rows}.")
    else:
        print(f"The export failed. {export.failure.message if export.failure else ''}", file=sys.stderr)
    return DONE if passed else FAILED


def run_predict(args: argparse.Namespace) -> int:
    """Predict a table with a bundle."""
    from ..deployment.predicting import predict_file

    result = predict_file(args.bundle, args.data, args.out)
    for message in result.messages:
        print(f"note: {message}", file=sys.stderr)
    print(f"{counted(result.n_rows, 'row')} predicted into {args.out}.", file=sys.stderr)
    return DONE


def run_verify(args: argparse.Namespace) -> int:
    """Check a bundle's files and predictions."""
    from ..deployment.bundle import verify_bundle

    certificate = verify_bundle(args.bundle)
    print(json.dumps(certificate, indent=2, ensure_ascii=False))
    return DONE if certificate.get("passed") else FAILED
