"""Predicting a data file with a bundle: onnxruntime only, in pieces, one row of predictions for each row.

The cells are read by the code that every bundle ships (`standalone`), so that `cupel predict` and a bundle's own
predict.py give the same rows; here the encoding and the decimal sign of an unlike file are detected too, and Parquet is
read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..data import dialect
from ..errors import DataError, Message
from ..spec import ReadSpec
from .bundle import Bundle
from .standalone import (
    CHUNK_ROWS,
    CsvFile,
    Dialect,
    ImageRows,
    InputError,
    Predictor,
    image_remarks,
    remarks,
    write_predictions,
)

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class PredictSummary:
    """What was predicted.

    Attributes
    ----------
    n_rows : int
    unseen : dict of str to int
        Categorical column → cells with a category that the training data did not have, where there are any.
    messages : tuple of Message
    """

    n_rows: int
    unseen: dict[str, int]
    messages: tuple[Message, ...]


def predict_file(
    bundle: Path, data: Path, out: Path, read: ReadSpec | None = None, progress: Progress | None = None
) -> PredictSummary:
    """Write ``prediction`` and, for classes, ``p_<label>`` of every label, one row for each row of `data`, in order.

    Parameters
    ----------
    bundle : Path
    data : Path
        CSV or TSV (plain or gzip) or Parquet; columns are found by name, others (the target, too) are ignored. For a
        bundle of images: a folder, ZIP archive, image file, or CSV file of paths.
    out : Path
        A CSV file, written whole or not at all.
    read : ReadSpec, optional
        Settings that are neither to be taken from the training data nor detected.
    progress : callable, optional
        Called with a fraction in [0, 1].

    Raises
    ------
    ExportError
        Where the bundle is none, or was changed.
    DataError
        Where `data` cannot be read or lacks a column, or `out` cannot be written.
    """
    predictor = Predictor(Bundle.open(bundle).path)
    if data.resolve() == out.resolve():
        raise DataError(
            "The predictions would overwrite the data {file}; choose another file for them.", file=str(data)
        )
    tell = progress or (lambda _: None)
    if predictor.image_size:
        return _images(predictor, data, out, tell)
    try:
        with data.open("rb") as stream:
            is_parquet = stream.read(4) == b"PAR1"
    except OSError as error:
        raise DataError(
            "{file} cannot be read: {reason}.", file=str(data), reason=error.strerror or str(error)
        ) from error
    try:
        if is_parquet:
            n_rows, file = write_predictions(predictor, _parquet_pieces(predictor, data, tell), out), None
        else:
            file = _text_file(predictor, data, read or ReadSpec())
            n_rows = write_predictions(
                predictor, predictor.predict_csv(file), out, lambda: tell(file.fraction)
            )
    except InputError as error:
        raise DataError(error.template, **error.values) from error
    tell(1.0)
    unseen = {c.column: c.n_unseen for c in predictor.columns if c.n_unseen}
    return PredictSummary(n_rows, unseen, tuple(Message(t, values) for t, values in remarks(predictor, file)))


def _images(predictor: Predictor, data: Path, out: Path, tell: Progress) -> PredictSummary:
    try:
        images = ImageRows([data], predictor.schema)
        n_rows = write_predictions(predictor, images.pieces(predictor), out, lambda: tell(images.fraction))
    except InputError as error:
        raise DataError(error.template, **error.values) from error
    tell(1.0)
    return PredictSummary(n_rows, {}, tuple(Message(t, values) for t, values in image_remarks(images)))


def _text_file(predictor: Predictor, data: Path, read: ReadSpec) -> CsvFile:
    """Open a text file as the training data were, but in its own encoding, and if it is unlike its decimal sign."""
    schema = predictor.schema
    probe = CsvFile.opener(data)
    scan = dialect.scan_file(data.name, probe, read.encoding)
    if read.quoting is not None:
        schema["read"]["quoting"] = read.quoting
    if read.missing:
        more = [m.strip() for m in read.missing]
        schema["missing"], schema["user_missing"] = schema["missing"] + more, schema["user_missing"] + more
    file = CsvFile(data, schema, Dialect(read.delimiter, scan.encoding, read.decimal, read.header))
    decimal = read.decimal
    trained = schema["read"]
    if decimal is None and file.delimiter != (trained["delimiter"] or ","):
        rows = dialect.split_rows(scan.sample, file.delimiter, trained["quoting"] is not False)
        decimal = dialect.detect_decimal(rows[1:], file.delimiter)
    predictor.use_decimal(decimal)
    return file


def _parquet_pieces(predictor: Predictor, data: Path, tell: Progress) -> Iterator[np.ndarray]:
    import pyarrow as pa  # only here: text files do without
    import pyarrow.parquet as pq

    from ..data.frames import table_from_arrow

    inputs = predictor.schema["inputs"]
    kinds: dict[str, Any] = {spec["column"]: (spec["kind"], spec["date_format"]) for spec in inputs}
    try:
        with pq.ParquetFile(data) as stream:
            absent = [name for name in kinds if name not in stream.schema_arrow.names]
            if absent:
                columns = ", ".join(stream.schema_arrow.names[:12])
                raise DataError(
                    "{file} has no column {column!r}; its columns are {columns}.",
                    file=data.name,
                    column=absent[0],
                    columns=columns,
                )
            n_done, n_rows = 0, max(stream.metadata.num_rows, 1)
            for batch in stream.iter_batches(CHUNK_ROWS, columns=list(kinds)):
                table, _ = table_from_arrow(pa.Table.from_batches([batch]), kinds)
                cells: list[list[Any]] = []
                for spec in inputs:
                    column = table[spec["column"]]
                    if column.kind == "text":
                        words = [*column.vocabulary, None]
                        cells.append([words[code] for code in column.codes.tolist()])
                    else:
                        cells.append(column.numbers.tolist())
                yield predictor.run(cells)
                n_done += len(batch)
                tell(n_done / n_rows)
    except pa.ArrowInvalid as error:
        raise DataError(
            "{file} is damaged or not Parquet: {reason}.", file=data.name, reason=str(error)
        ) from error
