"""Predicting a data file, a folder or an archive with a bundle: onnxruntime only, in pieces, one row for each row."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..bundled.errors import InputError
from ..bundled.writing import place_beside
from ..deployment.bundle import Bundle
from ..domain.bundles import Intervals
from ..domain.errors import DataError, Message
from ..domain.predictions import DriftReport, PredictSummary
from ..domain.spec import ReadSpec
from .drift import LEAST_ROWS, Watch
from .rows import Source, open_source
from .scoring import USUAL_METRIC, RowScore

Progress = Callable[[float], None]
# Columns that a sentence names.
_NAMED = 12


def predict_file(
    bundle: Path,
    data: Path,
    out: Path,
    read: ReadSpec | None = None,
    progress: Progress | None = None,
    interval: float | None = None,
    keep: Sequence[str] = (),
) -> PredictSummary:
    """Write ``prediction`` and, for classes, ``p_<label>`` of every label, one row for each row of `data`, in order.

    Parameters
    ----------
    bundle : Path
    data : Path
        CSV, TSV, JSON, ARFF (plain or packed) or Parquet; columns are found by name, others (the target, too) are
        ignored; a column of images has paths from the folder of the file on. For a bundle of images alone: a folder,
        ZIP archive, image file, or file of paths; of texts alone: a folder of ``.txt`` files, too.
    out : Path
        A CSV file, written whole or not at all.
    read : ReadSpec, optional
        Settings that are neither to be taken from the training data nor detected.
    progress : callable, optional
        Called with a fraction in [0, 1].
    interval : float, optional
        In (0, 1), 0.9 for 90 %: a level, to write also ``low`` and ``high`` of numbers, or for classes the ``set`` of
        labels as a JSON list. What it means is on the bundle's card.
    keep : sequence of str
        Columns of `data` to write before the predictions, such as those that identify rows, as they are spelled there.

    Raises
    ------
    ExportError
        Where the bundle is none, or was changed.
    DataError
        Where `data` cannot be read or lacks a column, `out` cannot be written, or the bundle has no intervals of the
        level.
    """
    started = time.monotonic()
    checked = Bundle.open(bundle)
    predictor = checked.predictor()
    if data.resolve() == out.resolve():
        raise DataError(
            "The predictions would overwrite the data {file}; choose another file for them.", file=str(data)
        )
    if out.suffix.lower() in (".parquet", ".xlsx", ".json"):
        raise DataError(
            "Predictions are written as CSV; give {file} a name that ends in .csv.", file=out.name
        )
    try:
        if interval is not None:
            predictor.use_interval(interval)
        predictor.keep(keep)
    except InputError as error:
        raise DataError(error.template, **error.values) from error
    manifest = checked.manifest
    source = open_source(predictor, data, read, manifest.target or None)
    watch = Watch.of(predictor.folder)
    scores = RowScore(predictor, manifest.metric or USUAL_METRIC[manifest.task])
    tell = progress or (lambda _: None)
    try:
        n_rows = _write(source, watch, scores, out, tell)
    except InputError as error:
        raise DataError(error.template, **error.values) from error
    tell(1.0)
    drift = None if watch is None else watch.report()
    knows_rows = watch is not None and watch.has_training_rows(manifest.n_data_rows)
    scored = scores.result(is_training_file=knows_rows)
    messages = [*_column_messages(source, watch), *source.messages()]
    messages += [] if scored is None else scored.messages()
    messages += _drift_messages(watch, drift)
    messages += [] if interval is None else _coverage_messages(manifest.intervals, interval)
    unseen = {c.column: c.n_unseen for c in predictor.columns if c.n_unseen}
    return PredictSummary(
        n_rows, unseen, tuple(messages), drift, scored, round(time.monotonic() - started, 3)
    )


def header_of(source: Source) -> list[str]:
    """Return the columns of a file of predictions."""
    return [*source.lead, *source.predictor.kept, *source.predictor.output_columns]


def write_rows(out: Path, header: list[str], pieces: Iterator[list[list[str]]]) -> int:
    """Write a CSV file, whole or not at all (see `place_beside`), and return the number of its rows.

    Raises
    ------
    DataError
        Where it cannot be written.
    """
    n_rows = 0
    partial = out
    try:
        partial = place_beside(out)
        with partial.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            for rows in pieces:
                writer.writerows(rows)
                n_rows += len(rows)
        if partial != out:
            partial.replace(out)
    except OSError as error:
        raise DataError(
            "{file} cannot be written: {reason}.", file=str(out), reason=error.strerror or str(error)
        ) from error
    finally:
        if partial != out:
            partial.unlink(missing_ok=True)
    return n_rows


def _write(source: Source, watch: Watch | None, scores: RowScore, out: Path, tell: Progress) -> int:
    def pieces() -> Iterator[list[list[str]]]:
        for piece in source.pieces():
            if watch is not None and piece.good.any():
                watch.add(piece.feeds)
            outcome = source.predictor.outcome(piece)
            scores.add(piece, outcome.outputs)
            yield source.predictor.piece_rows(piece, outcome)
            tell(source.fraction)

    return write_rows(out, header_of(source), pieces())


def _column_messages(source: Source, watch: Watch | None) -> list[Message]:
    """Return what is to be said of columns that the training data had and these do not, or the other way round."""
    if watch is None or source.columns is None:
        return []
    trained = {" ".join(name.split()) for name in (*watch.columns, *source.predictor.kept)}
    extra = [name for name in source.columns if " ".join(name.split()) not in trained]
    if not extra:
        return []
    shown = ", ".join(extra[:_NAMED]) + (", …" if len(extra) > _NAMED else "")
    return [
        Message(
            "Columns that the training data did not have, and that are ignored: {n:,} ({columns}).",
            {"n": len(extra), "columns": shown},
        )
    ]


def _drift_messages(watch: Watch | None, drift: DriftReport | None) -> list[Message]:
    if watch is None:
        return [
            Message(
                "The bundle has no profile of its training rows, so that drift cannot be told; export it again."
            )
        ]
    if drift is None:
        return [Message("Drift is told from {n:,} rows on.", {"n": LEAST_ROWS})]
    return [drift.message()]


def _coverage_messages(intervals: Intervals | None, level: float) -> list[Message]:
    """Return how often intervals of a level held when the bundle was made."""
    coverage = () if intervals is None else intervals.coverage
    if not coverage:
        return [Message("There was no holdout to measure on how often intervals hold.")]
    found = next((one for one in coverage if math.isclose(one.level, level)), None)
    if found is None:
        levels = ", ".join(f"{one.level:g}" for one in coverage)
        return [
            Message(
                "How often intervals of the level {level} hold was not measured; the bundle's card tells it of "
                "{levels}.",
                {"level": level, "levels": levels},
            )
        ]
    return [
        Message(
            "At the level {level}, {share:.1%} of {n:,} rows of the holdout were inside ({low:.1%} to {high:.1%}).",
            {"level": level, "n": found.n_rows, "share": found.share, "low": found.low, "high": found.high},
        )
    ]
