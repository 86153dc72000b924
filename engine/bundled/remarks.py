"""What the user should know of rows that were predicted. Of what bundles carry along."""

from __future__ import annotations

from typing import Any

from .csv_file import CsvFile
from .image_rows import ImageRows
from .predictor import Predictor


def remarks(predictor: Predictor, file: CsvFile | None) -> list[tuple[str, dict[str, Any]]]:
    """Return what the user should know of a file that was predicted, as templates and values."""
    said: list[tuple[str, dict[str, Any]]] = []
    for column in predictor.columns:
        if column.n_odd:
            line, text = column.first_odd
            said.append(
                _say(
                    "Column {column!r}: cells that are not a {kind} and count as missing: {n:,}, for instance "
                    "{value!r} in line {row}.",
                    column=column.column,
                    n=column.n_odd,
                    kind=column.storage,
                    value=text,
                    row=line,
                )
            )
        if column.n_unseen:
            said.append(
                _say(
                    "Column {column!r}: cells with a category that the training data did not have: {n:,}.",
                    column=column.column,
                    n=column.n_unseen,
                )
            )
    if file is not None and file.n_long:
        said.append(
            _say(
                "Rows with more cells than the header: {n:,} (the first in line {row}); what is beyond was ignored.",
                n=file.n_long,
                row=file.first_long,
            )
        )
    return said


def image_remarks(images: ImageRows) -> list[tuple[str, dict[str, Any]]]:
    """Return what the user should know of images that were predicted."""
    if not images.bad:
        return []
    shown = "; ".join(f"{name}: {reason}" for name, reason in images.bad[:5])
    return [
        _say(
            "Images that cannot be read, and have an empty row: {n:,} ({files}).",
            n=len(images.bad),
            files=shown + ("; …" if len(images.bad) > 5 else ""),
        )
    ]


def _say(template: str, **values: Any) -> tuple[str, dict[str, Any]]:
    return template, values
