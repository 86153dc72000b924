"""Writes predictions, all of a file or nothing. Of what bundles carry along."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import InputError
from .predictor import Predictor


def write_predictions(
    predictor: Predictor,
    pieces: Iterator[list[list[str]]],
    out: Path | None,
    progress: Callable[[], None] | None = None,
) -> int:
    """Write a CSV file (or standard output) of predictions and return the number of rows; all of it or nothing."""
    partial = None if out is None else place_beside(out)
    n_rows = 0
    try:
        stream = sys.stdout if partial is None else partial.open("w", encoding="utf-8", newline="")
        try:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(predictor.header)
            for rows in pieces:
                writer.writerows(rows)
                n_rows += len(rows)
                if progress is not None:
                    progress()
        finally:
            if partial is not None:
                stream.close()
        if partial is not None and out is not None and partial != out:
            partial.replace(out)
    except OSError as error:
        raise InputError(
            "{file} cannot be written: {reason}.", file=str(out), reason=error.strerror or str(error)
        ) from error
    finally:
        if partial is not None and partial != out:
            partial.unlink(missing_ok=True)
    return n_rows


def place_beside(out: Path) -> Path:
    """Return where a file is written until it is whole; `out` itself where that is a device, a pipe or a link.

    Those are written into as they are: a file that took the place of ``/dev/null`` would harm the whole machine.
    """
    is_special = out.is_symlink() or (out.exists() and not out.is_file())
    return out if is_special else out.with_name(f".{out.name}.partial")
