"""What the user should know of rows that were predicted. Of what bundles carry along."""

from __future__ import annotations

from .input_column import Remark
from .predictor import Predictor
from .table_file import TableFile


def remarks(predictor: Predictor, file: TableFile | None) -> list[Remark]:
    """Return what the user should know of the rows that were read, and of the file that had them."""
    said = [remark for column in predictor.columns for remark in column.remarks()]
    if predictor.n_numberless:
        more = ", …" if predictor.n_numberless > len(predictor.numberless) else ""
        said.append(
            Remark(
                "Rows whose prediction is not a number, and that have an empty one: {n:,} (row {rows}); the model may "
                "be damaged.",
                n=predictor.n_numberless,
                rows=", ".join(map(str, predictor.numberless)) + more,
            )
        )
    if file is not None and file.n_long:
        said.append(
            Remark(
                "Rows with more cells than the header: {n:,} (the first in line {row}); what is beyond was ignored.",
                n=file.n_long,
                row=file.first_long,
            )
        )
    return said
