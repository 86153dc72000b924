"""``cupel export``, ``predict``, ``verify``, ``serve``, ``compare``: what leaves the workspace."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from ...storage.records import JobState
from ...storage.store import Store
from ..bundled.records import names_of
from ..cli_codes import DONE, FAILED
from ..domain.bundles import Certificate, FormatCheck, Intervals, Manifest
from ..domain.formats import BUNDLE_FORMATS
from ..domain.formatting import counted
from ..domain.stored import encoded
from ..outputs import output_file
from .console import progress_bar
from .search_arguments import read_of


def run_export(args: argparse.Namespace) -> int:
    """Export the final model of a study, or the fold networks of one of its trials."""
    from ..deployment.export import export_model

    with Store.open(args.workspace) as store:
        export = export_model(
            store, store.find_study(args.study).id, args.trial, args.out,
            variant=args.variant, formats=args.format, licence=args.licence, ensemble=args.ensemble,
            threshold=args.threshold,
        )  # fmt: skip
    certificate, manifest = Certificate.of(export), Manifest.of(export)
    passed = export.state is JobState.DONE and certificate.passed
    failure = export.failure.message if export.failure else None
    if args.json:
        found = {"path": export.path, "passed": passed, "certificate": dict(export.certificate)}
        intervals = export.manifest.get("intervals")
        print(json.dumps({**found, "intervals": intervals, "failure": failure}, allow_nan=False))
    elif passed:
        n_rows = counted(certificate.n_rows or 0, "row")
        print(f"Exported to {export.path}; the certificate passed on {n_rows}.")
        print(f"  {_raw_line(certificate)}")
        for name, check in certificate.formats.items():
            print(f"  {_difference(name, check)}")
        print("\n".join(f"  {line}" for line in _intervals(manifest.intervals)))
    if not passed:
        print(f"The export failed. {failure or ''}", file=sys.stderr)
    return DONE if passed else FAILED


def _intervals(intervals: Intervals | None) -> list[str]:
    """Return how often prediction intervals held on the holdout, or why there are none."""
    if intervals is not None and intervals.reason is not None:
        return [str(intervals.reason)]
    if intervals is None or not intervals.coverage:
        return ["Intervals: there was no holdout to measure on how often they hold."]
    return [
        f"Intervals of {one.level:.0%}: {one.share:.1%} of {counted(one.n_rows, 'row')} of the holdout were inside "
        f"({one.low:.1%} to {one.high:.1%})"
        for one in intervals.coverage
    ]


def run_predict(args: argparse.Namespace) -> int:
    """Predict a file or folder with a bundle."""
    from ..inference.predicting import predict_file

    with output_file(args.out, "predictions.csv") as out, _progress("predicting") as progress:
        result = predict_file(
            args.bundle,
            args.data,
            out,
            read_of(args),
            progress=progress,
            interval=args.interval,
            keep=names_of(args.keep),
        )
    if args.json:
        print(json.dumps({"path": str(out), **encoded(result)}, allow_nan=False))
        return DONE
    for message in result.messages:
        print(f"note: {message}", file=sys.stderr)
    if result.scored is not None:
        print(f"{result.scored.message()}.", file=sys.stderr)
    print(f"{counted(result.n_rows, 'row')} predicted into {out}.", file=sys.stderr)
    return DONE


def run_verify(args: argparse.Namespace) -> int:
    """Check a bundle's files and predictions."""
    from ..deployment.bundle import verify_bundle

    certificate = verify_bundle(args.bundle)
    passed = certificate.passed
    if args.json:
        print(json.dumps(certificate.to_json(), ensure_ascii=False))
        return DONE if passed else FAILED
    n_rows = counted(certificate.n_rows or 0, "row")
    print(
        f"{args.bundle}: every file is as it was exported, and the predictions of {n_rows} are the stored ones."
        if passed
        else f"{args.bundle}: the predictions of {n_rows} are not the stored ones."
    )
    for name, check in certificate.formats.items():
        print(f"  {_difference(name, check)}")
    for name in certificate.not_checked or ():
        print(f"  {BUNDLE_FORMATS[name].title}: not checked, for its packages are not installed here")
    return DONE if passed else FAILED


def _raw_line(certificate: Certificate) -> str:
    """Return whether the bytes of the training file give what they gave, or why they were not predicted."""
    raw = certificate.raw
    if raw is None:
        return f"The training file itself was not predicted: {certificate.raw_left_out or 'it is not known'}."
    return f"The first {counted(raw.n_rows, 'row')} of the training file, as bytes, give the same."


def _difference(name: str, check: FormatCheck) -> str:
    """Return by how much the predictions of a format differ from the stored ones."""
    difference = "?" if check.max_abs_difference is None else f"{check.max_abs_difference:.2g}"
    tolerance = "?" if check.tolerance is None else f"{check.tolerance:.2g}"
    verdict = "" if check.passed else ": FAILED"
    title = f"{BUNDLE_FORMATS[name].title} in {check.number_format}"
    return f"{title}: differs by {difference} at most, {tolerance} allowed{verdict}"


def run_serve(args: argparse.Namespace) -> int:
    """Serve a bundle over HTTP until interrupted."""
    from ..deployment.serving import serve

    serve(
        args.bundle,
        args.host,
        args.port,
        max_rows=args.max_rows,
        max_bytes=args.max_bytes,
        workers=args.workers,
        allow_hosts=args.allow_host,
        ready=lambda address, names: print(
            f"Serving {args.bundle} at {address} ({address}/docs explains it; Ctrl-C ends it), for requests to {names}",
            flush=True,
        ),
    )
    return DONE


def run_compare(args: argparse.Namespace) -> int:
    """Compare two bundles on the rows of a file or folder."""
    from ..inference.comparison import compare_bundles

    place = output_file(args.out, "comparison.csv") if args.out else nullcontext()
    with place as out, _progress("comparing") as progress:
        found = compare_bundles(
            args.bundle_a, args.bundle_b, args.data, out, read_of(args), progress=progress
        )
    if args.json:
        print(json.dumps(found.to_json(), allow_nan=False))
    else:
        print("\n".join(found.lines()))
    return DONE


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[float], None]]:
    """Show how much of a work is done."""
    with progress_bar() as bar:
        task = bar.add_task(doing, total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)
