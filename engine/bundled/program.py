"""Predicts the rows of a file with the model of this folder; needs onnxruntime and NumPy only.

    python predict.py DATA.csv -o OUT.csv      one row of predictions for each row of DATA.csv, in order
    python predict.py DATA.csv --keep id,name  with these columns of DATA.csv before the predictions
    python predict.py DATA.csv --interval 0.9  with ``low`` and ``high`` of 90 %, or the ``set`` of classes
    python predict.py --check                  predicts the sample rows again and compares

From Python: ``predict([{"age": 39, "job": "clerk"}])`` returns one dict a row, and ``predict(rows, interval=0.9)`` the
interval of each, too. Columns are found by their names
(``schema.json`` lists them); other columns are ignored, and missing values are allowed. A model for images needs Pillow
too, takes folders, ZIP archives, image files and CSV files of paths, and ``predict([{"image": "cat.png"}])``; where
images are one column of a table, its cells are paths from the folder of the CSV file on. Exit codes: 0 done, 1 the
check failed, 2 unusable arguments or data.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from .checking import check
from .errors import InputError
from .input_column import Cell
from .onnx_model import FormatModel
from .outputs import Prediction
from .predictor import Predictor
from .records import delimiter_of, names_of
from .remarks import remarks
from .schema import Dialect
from .table_file import TableFile
from .table_formats import ARFF, DELIMITED, JSON
from .writing import write_predictions


@cache
def _own() -> Predictor:
    return Predictor(Path(__file__).resolve().parent)


def predict(
    rows: Sequence[Mapping[str, Cell]], interval: float | None = None, keep: Sequence[str] = ()
) -> list[Prediction]:
    """Return one dict a row: ``prediction``, and for classes ``p_<label>`` of every label.

    With an interval (0.9 for 90 %) also ``low`` and ``high``, or for classes the ``set`` of labels; with columns to
    keep also what the rows say of them.
    """
    return _own().predict(rows, interval, keep)


def main(arguments: Sequence[str] | None = None, model: FormatModel | None = None) -> int:
    """Run the command line; `model` is another format's than ONNX."""
    parser = argparse.ArgumentParser(prog="predict.py", description="Predict the rows of a file.")
    parser.add_argument(
        "data", nargs="*", type=Path,
        help="CSV, JSON or ARFF file, plain or packed; of images: folders, ZIP archives, image files, files of paths",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--out", type=Path, help="where to write the predictions (default: standard output)"
    )
    parser.add_argument(
        "--interval", type=float, metavar="LEVEL",
        help="tell of each row an interval, too, or the set of classes; 0.9 for 90 %%",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=[DELIMITED, JSON, ARFF], help="how the rows are written; found where not given"
    )
    parser.add_argument("--delimiter", help="one character; tab; blank for any number of blanks")
    parser.add_argument("--encoding", help="for instance utf-8, gb18030, latin-1")
    parser.add_argument(
        "--keep", action="append", default=[], metavar="COLUMN,…", help="columns of the data to write beside"
    )
    parser.add_argument("--decimal", choices=[".", ","], help="decimal sign")
    parser.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first row holds the names"
    )
    parser.add_argument("--quote", choices=['"', "'", "none"], help="the sign around cells")
    parser.add_argument("--escape", choices=["\\", "none"], help="the sign before a quote within a cell")
    parser.add_argument("--thousands", choices=[",", ".", "_"], help="what sets groups of three digits apart")
    parser.add_argument("--skip-rows", type=int, metavar="N", help="lines before the rows")
    parser.add_argument(
        "--check", action="store_true", help="predict the sample rows and compare with the stored predictions"
    )
    asked = parser.parse_args(arguments)
    if not asked.data and not asked.check:
        parser.error("the following arguments are required: data")
    try:
        if asked.check:
            certificate = check(Path(__file__).resolve().parent, model=model)
            sys.stdout.write(json.dumps(certificate, indent=2) + "\n")
            return 0 if certificate["passed"] else 1
        predictor = _own() if model is None else Predictor(Path(__file__).resolve().parent, model)
        if asked.interval is not None:
            if model is not None:
                raise InputError("Intervals are told by predict.py alone, which needs requirements.txt.")
            predictor.use_interval(asked.interval)
        predictor.keep(names_of(asked.keep))
        file = None
        if predictor.lead:
            pieces = predictor.predict_files(predictor.columns[0].file_rows(asked.data))
        elif len(asked.data) > 1:
            parser.error("give one file of rows")
        else:
            file = _opened(predictor, asked)
            pieces = predictor.predict_table(file)
        write_predictions(predictor, pieces, asked.out)
    except InputError as error:
        sys.stderr.write(f"predict.py: {error}\n")
        return 2
    for remark in remarks(predictor, file):
        sys.stderr.write(f"predict.py: {remark}\n")
    return 0


def _opened(predictor: Predictor, asked: argparse.Namespace) -> TableFile:
    """Return the file of rows, read as the command line says."""
    schema = predictor.schema.with_thousands(asked.thousands)
    predictor.read_as(schema, asked.decimal)
    delimiter = delimiter_of(asked.delimiter)
    if delimiter is not None and len(delimiter) != 1:
        raise InputError("The delimiter {delimiter!r} must be one character.", delimiter=delimiter)
    dialect = Dialect(
        delimiter, asked.encoding, asked.decimal, asked.header, quote=asked.quote, escape=asked.escape,
        skip_rows=asked.skip_rows, format=asked.format,
    )  # fmt: skip
    return TableFile(asked.data[0], predictor.schema, dialect, keep=predictor.kept)


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
